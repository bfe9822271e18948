import Clockwork
import Curriculum
import Kubernetes

/// Computes keys by running the cluster: nobody writes them down.
public struct KeyMaker {
  let studio: Studio
  /// What was found out about causes, for variants that differ in names alone.
  let causes: CausalityCache = CausalityCache()

  public init(_ studio: Studio) { self.studio = studio }

  /// A run longer than this ends nowhere.
  static let longestRun = 50_000
  /// A run for a key only goes forward: each snapshot would cost a copy of what the next step changes.
  static let snapshots = 2

  /// The usual run of a variant from beginning to end.
  struct WholeRun {
    let log: RunLog
    let end: Run
  }

  /// The key of a question where a run stands when it is asked.
  public func key(of question: Question, in run: Run) -> KeyResult { key(of: question, in: run, whole: nil) }

  /// The same; whoever has the usual run of the variant already saves playing it again.
  func key(of question: Question, in run: Run, whole: WholeRun?) -> KeyResult {
    var key = Key(question: question, truth: Fact("reason.right"))
    switch question.kind {
    case .next: return next(&key, question, run)
    case .whichCould: return whichCould(&key, question, run)
    case .value: return value(&key, question, run)
    case .outcome: return outcome(&key, question, run, whole: whole)
    case .order: return order(&key, question, run, whole: whole)
    case .always: return always(&key, question, run, whole: whole)
    case .choice, .claim: return KeyMaker.authored(question)
    }
  }

  // MARK: next, which-could

  private func next(_ key: inout Key, _ question: Question, _ run: Run) -> KeyResult {
    var ahead = run.fork()
    while let action = ahead.expected(), !(ahead.level(of: action) <= question.level) { ahead.perform(action) }
    guard let action = ahead.expected() else { return .none(Fact("key.nothing-follows")) }
    let real = Named(action, in: ahead)
    let wanted = question.options.map(\.text)
    let reach = Reach(run.simulation, level: question.level) { ways in
      wanted.allSatisfy { text in ways.contains { Named($0).fits(text, question.subject) } }
    }
    key.truth = Fact("reason.really", ("step", .string(real.text)), ("actor", .string(real.actor)))
    key.options = question.options.map { option in
      judge(option, question, real, reach, run, misconception: option.misconception?.text)
    }
    key.model = [real.part(question.subject)]
    for option in question.options where real.fits(option.text, question.subject) { key.model = [option.text] }
    return .key(key)
  }

  private func judge(
    _ option: Curriculum.Choice,
    _ question: Question,
    _ real: Named,
    _ reach: Reach,
    _ run: Run,
    misconception: String?
  ) -> Key.Option {
    if real.fits(option.text, question.subject) {
      return Key.Option(option.text, .expected, Fact("reason.expected", ("step", .string(real.text))))
    }
    if let way = reach.ways.first(where: { Named($0).fits(option.text, question.subject) }) {
      let reason = Fact("reason.possible", ("step", .string(way.text)), ("expected", .string(real.text)))
      return Key.Option(option.text, .possible, reason)
    }
    let reason = KeyMaker.obstacle(option.text, question, run)
    return Key.Option(option.text, .impossible, reason, misconception: misconception)
  }

  /// Why what an option names cannot come next.
  static func obstacle(_ text: String, _ question: Question, _ run: Run) -> Fact {
    switch question.subject {
    case .component: return WhyNot.component(text, in: run.simulation, level: question.level).fact
    case .verb: return Fact("reason.no-such-verb", ("verb", .string(text)))
    case .action:
      if let why = WhyNot.action(text, in: run.simulation, level: question.level) { return why.fact }
      return Fact("obstacle.idle", ("actor", .string(String(text.prefix { $0 != " " }))))
    }
  }

  private func whichCould(_ key: inout Key, _ question: Question, _ run: Run) -> KeyResult {
    let wanted = question.options.map(\.text)
    let reach = Reach(run.simulation, level: question.level) { ways in
      wanted.allSatisfy { text in ways.contains { Named($0).fits(text, question.subject) } }
    }
    key.options = question.options.map { option in
      if let way = reach.ways.first(where: { Named($0).fits(option.text, question.subject) }) {
        return Key.Option(option.text, .possible, Fact("reason.could", ("step", .string(way.text))))
      }
      let reason = KeyMaker.obstacle(option.text, question, run)
      return Key.Option(option.text, .impossible, reason, misconception: option.misconception?.text)
    }
    key.model = key.options.filter(\.isRight).map(\.text)
    key.truth = Fact("reason.these-could", ("options", .list(key.model.map { .string($0) })))
    return .key(key)
  }

  // MARK: choice, claim

  /// What the author of a question decided.
  static func authored(_ question: Question) -> KeyResult {
    var key = Key(question: question, truth: Fact("reason.right"))
    key.model = question.key.map(\.text)
    guard !key.model.isEmpty else { return .none(Fact("key.not-authored")) }
    key.isMany = question.kind == .choice && key.model.count > 1
    let right = Value.list(key.model.map { .string($0) })
    key.truth = Fact("reason.authored", ("key", right))
    key.options = question.options.map { option in
      let isRight = key.model.contains(option.text)
      return Key.Option(
        option.text,
        isRight ? .right : .wrong,
        Fact(isRight ? "reason.right" : "reason.authored", ("option", .string(option.text)), ("key", right)),
        misconception: isRight ? nil : option.misconception?.text
      )
    }
    return .key(key)
  }
}

/// An action as answers name it: whole, or by its component or its verb.
struct Named {
  let actor: String
  let text: String

  init(_ action: KubeAction, in run: Run) {
    actor = run.world.name(of: action.actor)
    text = run.text(action)
  }

  init(_ way: Reach.Way) {
    actor = way.actor
    text = way.text
  }

  var verb: String {
    String(text.dropFirst(actor.count).drop { $0 == " " }.prefix { $0 != " " })
  }

  func part(_ subject: Question.Subject) -> String {
    switch subject {
    case .component: actor
    case .verb: verb
    case .action: text
    }
  }

  /// Whether an option of a question means this action; patterns are allowed where actions are asked for.
  func fits(_ option: String, _ subject: Question.Subject) -> Bool {
    switch subject {
    case .component: option == actor || (option.contains("*") && ActionPattern(option).matches(actor))
    case .verb: option == verb
    case .action: ActionPattern(option).matches(text)
    }
  }
}
