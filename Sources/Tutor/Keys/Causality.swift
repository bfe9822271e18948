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

  /// How the canonical run goes and where the steps stand in it, with names left out.
  private(set) var shape: Digest
  private let length: Int

  init(_ start: Run, steps: [ActionPattern]) {
    self.init(canonical: RunLog.playing(start), steps: steps)
    search(start, steps)
  }

  /// Notes where the steps stand in the canonical run.
  fileprivate init(canonical log: RunLog, steps: [ActionPattern]) {
    let first = steps.map { step in log.texts.firstIndex { step.matches($0) } }
    length = log.texts.count
    shape = log.shape
    for place in first { shape.add(Int64(place ?? -1)) }
    missing = first.firstIndex { $0 == nil }
    if missing == nil { sequence = steps.indices.sorted { (first[$0] ?? 0, $0) < (first[$1] ?? 0, $1) } }
  }

  fileprivate mutating func search(_ start: Run, _ steps: [ActionPattern]) {
    guard missing == nil else { return }
    for held in steps.indices {
      let come = Causality.come(start, steps, without: held, limit: length * 2 + 64)
      for place in steps.indices where place != held && !come.contains(place) {
        precedences.append(Key.Precedence(earlier: held, later: place))
      }
    }
  }

  fileprivate mutating func take(_ known: [Key.Precedence]) { precedences = known }

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

/// Remembers what must come before what, by the shape of the run.
///
/// A model that knows no names behaves the same under any names, so what holds in one variant holds in every other
/// whose canonical run has the same shape. That saves all but one of the runs that a search takes.
final class CausalityCache {
  private var known: [UInt64: [Key.Precedence]] = [:]

  /// `start` makes the run at its beginning, which is only needed where nothing is known yet.
  func causality(_ log: RunLog, steps: [ActionPattern], start: () -> Run?) -> Causality? {
    var found = Causality(canonical: log, steps: steps)
    guard found.missing == nil else { return found }
    if let precedences = known[found.shape.value] {
      found.take(precedences)
    } else {
      guard let start = start() else { return nil }
      found.search(start, steps)
      known[found.shape.value] = found.precedences
    }
    return found
  }
}
