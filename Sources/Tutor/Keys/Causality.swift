import Clockwork
import Curriculum
import Kubernetes

/// What must happen before what, found by holding things back.
///
/// A step is before another exactly when the other never comes while the first is held back: the run goes on with
/// everything else that can happen, and stops where only the held step is left. That is happens-before as the model
/// has it, through messages, through one component's own order, and through data alike.
struct Causality {
  /// Pairs of places among the steps: the first is before the second in every order.
  private(set) var precedences: [Key.Precedence] = []
  /// The steps in the order of the canonical run.
  private(set) var sequence: [Int] = []
  /// A step that the run never takes.
  private(set) var missing: Int? = nil

  init(_ start: Run, steps: [ActionPattern]) {
    var run = start
    var first: [Int: Int] = [:]
    var length = 0
    while length < KeyMaker.longestRun, let step = run.step() {
      let text = run.text(step.action)
      for (place, pattern) in steps.enumerated() where first[place] == nil && pattern.matches(text) {
        first[place] = length
      }
      length += 1
    }
    missing = steps.indices.first { first[$0] == nil }
    guard missing == nil else { return }
    sequence = steps.indices.sorted { (first[$0] ?? 0, $0) < (first[$1] ?? 0, $1) }
    for held in steps.indices {
      let come = Causality.come(start, steps, without: held, limit: length * 2 + 64)
      for place in steps.indices where place != held && !come.contains(place) {
        precedences.append(Key.Precedence(earlier: held, later: place))
      }
    }
  }

  /// Which steps come while one is held back.
  private static func come(_ start: Run, _ steps: [ActionPattern], without held: Int, limit: Int) -> Set<Int> {
    var run = start
    var come: Set<Int> = []
    for _ in 0..<limit where come.count < steps.count - 1 {
      guard let expected = run.expected() else { break }
      var chosen = expected
      if steps[held].matches(run.text(expected)) {
        guard let other = run.enabled().first(where: { !steps[held].matches(run.text($0)) }) else { break }
        chosen = other
      }
      let text = run.text(chosen)
      run.perform(chosen)
      for (place, pattern) in steps.enumerated() where place != held && pattern.matches(text) { come.insert(place) }
    }
    return come
  }
}
