import Clockwork
import Curriculum
import Kubernetes

/// Two orders of one run from where they part: one in which a sentence holds at the end, and one in which it does not.
public struct TwoOrders: Equatable, Sendable {
  /// The last step that both have at the level that is shown.
  public var shared: Supposed.Deed?
  public var holds: [Supposed.Deed]
  public var fails: [Supposed.Deed]

  /// More steps than these are no longer compared by eye.
  static let steps = 6
}

extension Studio {
  /// The orders behind a question whose answer is *sometimes*; nothing where its key has but one.
  public func orders(
    _ witnesses: [Key.Witness],
    _ question: Question,
    in lesson: Lesson,
    seed: UInt64,
    version: String
  ) -> TwoOrders? {
    guard let yes = witnesses.first(where: { $0.holds }), let no = witnesses.first(where: { !$0.holds }),
      let story = run(lesson, seed: seed, version: version, budget: KeyMaker.snapshots).run,
      let start = KeyMaker(self).start(of: question, story)
    else { return nil }
    let one = OrderPlay.short(start, yes, question)
    let other = OrderPlay.short(start, no, question)
    for level in Lesson.Level.allCases {
      if let orders = one.parting(from: other, at: level, question.steps) { return orders }
    }
    return nil
  }
}

/// One order, played to the end of its script.
private struct OrderPlay {
  private var deeds: [(level: Lesson.Level, deed: Supposed.Deed)] = []
  private var run: Run

  init(_ start: Run, _ choices: [String]) {
    run = start.fork()
    var rest = choices.map { Clockwork.Choice($0) }[...]
    for _ in 0..<KeyMaker.longestRun {
      guard let step = run.step(following: &rest) else { break }
      let deed = Supposed.Deed(
        time: step.time,
        actor: run.world.name(of: step.action.actor),
        text: run.text(step.action),
        what: run.what(step.action)
      )
      deeds.append((run.level(of: step.action), deed))
    }
  }

  /// An order with as few departures as will do: a search finds them with many that change nothing.
  static func short(_ start: Run, _ witness: Key.Witness, _ question: Question) -> OrderPlay {
    var choices = witness.choices
    var play = OrderPlay(start, choices)
    guard let proposition = Proposition(question), choices.count <= mostDepartures else { return play }
    for index in choices.indices.reversed() {
      var fewer = choices
      fewer.remove(at: index)
      let other = OrderPlay(start, fewer)
      guard other.holds(proposition) == witness.holds else { continue }
      (choices, play) = (fewer, other)
    }
    return play
  }

  /// With more than these nobody waits for an order to be shortened.
  private static let mostDepartures = 60

  private func holds(_ proposition: Proposition) -> Bool? {
    let seen = proposition.steps.enumerated().compactMap { number, step in
      deeds.firstIndex { step.matches($0.deed.text) }.map { (place: $0, number: number) }
    }
    return proposition.holds(seen.sorted { $0.place < $1.place }.map(\.number), run.simulation)
  }

  /// What each order does from where they part; nothing where a level shows no difference.
  func parting(from other: OrderPlay, at level: Lesson.Level, _ steps: [ActionPattern]) -> TwoOrders? {
    let (mine, theirs) = (shown(at: level), other.shown(at: level))
    let same = zip(mine, theirs).prefix { $0.text == $1.text }.count
    guard same < mine.count || same < theirs.count else { return nil }
    return TwoOrders(
      shared: same > 0 ? mine[same - 1] : nil,
      holds: OrderPlay.told(mine.dropFirst(same), steps),
      fails: OrderPlay.told(theirs.dropFirst(same), steps)
    )
  }

  private func shown(at level: Lesson.Level) -> [Supposed.Deed] {
    deeds.filter { $0.level <= level }.map(\.deed)
  }

  /// The first few steps, and behind them those that the question asks about.
  private static func told(_ deeds: ArraySlice<Supposed.Deed>, _ asked: [ActionPattern]) -> [Supposed.Deed] {
    let last = deeds.lastIndex { deed in asked.contains { $0.matches(deed.text) } }
    let near = deeds.prefix(TwoOrders.steps)
    guard let last, last >= near.endIndex else {
      return Array(last.map { near[...$0] } ?? near)
    }
    return Array(near) + deeds[near.endIndex...last].filter { deed in asked.contains { $0.matches(deed.text) } }
  }
}
