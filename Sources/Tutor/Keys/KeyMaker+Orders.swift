import Clockwork
import Curriculum
import Kubernetes

/// Keys that take all orders of a run into account.
extension KeyMaker {
  typealias Search = Explorer<Orders>

  /// How much is searched: what needs more has no key, and its author is told so.
  static let searchLimit = 8_000
  private static let probes = 12

  /// Whether what the question says is so at the end of every order, of some, or of none.
  func explored(_ key: inout Key, _ question: Question, _ run: Run) -> KeyResult {
    let undecided = Fact("key.undecidable", ("steps", .integer(Int64(KeyMaker.searchLimit))))
    if let object = question.object, PacketsAsked.isMeant(object) {
      return .none(Fact("key.not-searched", ("object", .string(object))))
    }
    guard let proposition = Proposition(question) else { return .none(undecided) }
    guard let start = start(of: question, run) else { return .none(Fact("key.script")) }
    let search = KeyMaker.search(start.simulation, proposition)
    if search.outcomes.contains("script") { return .none(Fact("key.script-order")) }
    if search.outcomes.contains("unread") {
      guard question.steps.isEmpty else {
        return .none(Fact("key.no-such-step", ("step", .string(question.steps[0].text))))
      }
      return .none(Fact("key.no-object", ("object", .string(question.object ?? ""))))
    }
    let isSo = search.order(to: "true")
    let isNot = search.order(to: "false")
    guard search.isComplete || (isSo != nil && isNot != nil) else { return .none(undecided) }
    let right = isNot == nil ? "always" : isSo == nil ? "never" : "sometimes"
    key.model = [right]
    for ending in search.endings {
      key.witnesses.append(
        Key.Witness(holds: ending.outcome == "true", choices: KeyMaker.choices(ending.order, start))
      )
    }
    key.truth = Fact("reason.holds-\(right)", ("count", .integer(Int64(search.steps))))
    let departure = key.witnesses.first { !$0.choices.isEmpty }?.choices.first.map { Clockwork.Choice($0).action }
    if right == "sometimes" { key.truth = Fact("reason.holds-sometimes", ("step", .string(departure ?? ""))) }
    key.options = question.options.map { option in
      if option.text == right { return Key.Option(option.text, .right, key.truth) }
      return Key.Option(option.text, .wrong, key.truth, misconception: option.misconception?.text)
    }
    return .key(key)
  }

  /// The run whose orders are searched: of the question's own script where it has one, else of the lesson's.
  public func start(of question: Question, _ run: Run) -> Run? {
    guard !question.script.isEmpty || question.until != nil else {
      return studio.run(run.lesson, seed: run.seed, version: run.version, budget: KeyMaker.snapshots).run
    }
    return studio.experiment(
      run.lesson,
      script: question.script,
      until: question.until,
      seed: run.seed,
      version: run.version,
      budget: KeyMaker.snapshots
    ).run
  }

  /// Searches the orders until it is known whether the proposition holds in all, in some or in none.
  static func search(
    _ simulation: Simulation,
    _ proposition: Proposition,
    _ mode: Search.Mode = .reduced,
    limit: Int = searchLimit
  ) -> Search {
    let speakers = Orders.speakers(of: simulation)
    while true {
      speakers.isRight = true
      let search = Search(
        Orders(simulation, proposition, speakers: speakers),
        mode,
        limits: Search.Limits(steps: limit),
        probes: mode == .full ? 0 : probes,
        isEnough: { endings in mode == .reduced && (endings.count > 1 || !speakers.isRight) },
        outcome: { orders in
          if !orders.simulation.problems.isEmpty { return "script" }
          return proposition.holds(orders).map { $0 ? "true" : "false" } ?? "unread"
        }
      )
      if speakers.isRight || mode == .full { return search }
    }
  }

  /// An order as its departures from the usual one.
  private static func choices(_ order: [KubeAction], _ start: Run) -> [String] {
    var run = start
    for action in order {
      guard run.enabled().contains(action) else { break }
      run.perform(action)
    }
    return run.choices
  }
}

extension Orders {
  /// Who says anything in some orders of a run: the others matter to nobody.
  static func speakers(of simulation: Simulation) -> Speakers {
    let speakers = Speakers()
    for seed in 0..<4 as Swift.Range<UInt64> {
      var run = simulation
      var random = Random(seed: seed)
      for _ in 0..<KeyMaker.longestRun {
        let choices = run.enabled(heartbeats: false)
        guard let first = choices.first else { break }
        let step = run.pass(seed == 0 ? first : choices[random.next(below: choices.count)])
        if !step.sent.isEmpty { speakers.addresses.insert(step.action.actor) }
      }
    }
    return speakers
  }
}
