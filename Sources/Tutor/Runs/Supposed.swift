import Clockwork
import Curriculum
import Kubernetes

/// Two worlds side by side from where they part: the real one, and one in which a misconception holds.
public struct Supposed: Equatable, Sendable {
  /// A step in one of the two worlds.
  public struct Deed: Equatable, Sendable {
    public var time: Time
    public var actor: String
    /// The action in its text form.
    public var text: String
    /// Who did what, for the words of a language.
    public var what: Fact
    /// Where both worlds do the same: the fields that it leaves otherwise, and what stands in them here.
    public var fields: [Field] = []
  }

  /// A field of a stored object; the value is nothing where the field is not there.
  public struct Field: Equatable, Sendable {
    public var path: String
    public var value: String?
  }

  /// What is asked about has another value at the end.
  public struct Ends: Equatable, Sendable {
    public var real: String
    public var supposed: String
  }

  /// The last step of the story that both worlds have.
  public var shared: Deed?
  /// What really comes from there on, the step in which the worlds part first; empty where nothing more comes.
  public var real: [Deed] = []
  public var supposed: [Deed] = []
  public var ends: Ends?

  /// False where everything went as in the real world.
  public var differs: Bool { real != supposed }

  /// How many steps of each world are shown.
  static let steps = 3
  /// More fields than these are a wall.
  static let fields = 3
  /// After so many hidden steps nothing more is waited for: heartbeats go on for ever.
  static let patience = 2_000
}

extension Studio {
  /// The world in which a misconception holds, beside the real one, over the story of a lesson.
  ///
  /// Nothing for a misconception that no world can play.
  public func suppose(_ misconception: String, _ lesson: Lesson, seed: UInt64, version: String) -> Supposed? {
    guard let other = supposing(misconception) else { return nil }
    return Parting.find { studio in
      (studio ? other : self).run(lesson, seed: seed, version: version, budget: KeyMaker.snapshots).run
    }
  }

  /// The same for a question: an outcome is looked at in the cluster in which it is asked for.
  public func suppose(
    _ misconception: String,
    _ question: Question,
    in lesson: Lesson,
    seed: UInt64,
    version: String
  ) -> Supposed? {
    guard let other = supposing(misconception) else { return nil }
    guard question.kind == .outcome, question.moment == .start || question.moment == .end else {
      return suppose(misconception, lesson, seed: seed, version: version)
    }
    func begin(_ studio: Studio) -> Run? {
      let made = studio.experiment(
        lesson,
        script: question.script,
        until: question.until,
        seed: seed,
        version: version,
        budget: KeyMaker.snapshots
      )
      return made.run
    }
    guard var found = Parting.find({ isSupposed in begin(isSupposed ? other : self) }) else { return nil }
    guard found.differs else { return suppose(misconception, lesson, seed: seed, version: version) }
    if let real = end(question, begin(self)), let belief = other.end(question, begin(other)), real != belief {
      found.ends = Supposed.Ends(real: real, supposed: belief)
    }
    return found
  }

  /// What a question asks for at the end of a run.
  private func end(_ question: Question, _ run: Run?) -> String? {
    guard var run, KeyMaker(self).finish(&run), let name = question.object,
      let asked = Asked(name, in: run.simulation)
    else { return nil }
    return asked.text(question.field, in: run.simulation)
  }
}

/// Two runs in step, until they part.
private struct Parting {
  var real: Run
  var supposed: Run
  let level: Lesson.Level
  var found = Supposed()

  /// Parts in the story come first; only where there is none are the finer steps compared.
  static func find(_ begin: (Bool) -> Run?) -> Supposed? {
    guard let real = begin(false), let supposed = begin(true) else { return nil }
    for level in Lesson.Level.allCases {
      var parting = Parting(real: real.fork(), supposed: supposed.fork(), level: level)
      parting.go()
      if parting.found.differs { return parting.found }
      // Runs of the same actions differ at no level.
      if parting.real.world.trail == parting.supposed.world.trail { break }
    }
    return Supposed()
  }

  private mutating func go() {
    for _ in 0..<KeyMaker.longestRun {
      let truth = Parting.next(&real, level)
      let belief = Parting.next(&supposed, level)
      guard truth?.text == belief?.text else { return part(truth, belief, [], []) }
      guard let truth, let belief else { return }
      let (one, other) = (real.step(), supposed.step())
      let (left, right) = Parting.fields(one, other)
      if left != right { return part(truth, belief, left, right) }
      found.shared = truth
    }
  }

  private mutating func part(
    _ truth: Supposed.Deed?,
    _ belief: Supposed.Deed?,
    _ left: [Supposed.Field],
    _ right: [Supposed.Field]
  ) {
    found.real = Parting.follow(truth, left, &real, level)
    found.supposed = Parting.follow(belief, right, &supposed, level)
  }

  /// The first step of a world after the parting, and those that follow.
  private static func follow(
    _ first: Supposed.Deed?,
    _ fields: [Supposed.Field],
    _ run: inout Run,
    _ level: Lesson.Level
  ) -> [Supposed.Deed] {
    guard var first else { return [] }
    if fields.isEmpty { run.step() }
    first.fields = fields
    var deeds = [first]
    while deeds.count < Supposed.steps, let deed = next(&run, level) {
      deeds.append(deed)
      run.step()
    }
    return deeds
  }

  /// Goes to where a step comes that the level shows, and says which.
  private static func next(_ run: inout Run, _ level: Lesson.Level) -> Supposed.Deed? {
    for _ in 0..<Supposed.patience {
      guard let action = run.expected() else { return nil }
      if run.level(of: action) <= level {
        return Supposed.Deed(
          time: run.world.nextTime(background: true) ?? run.world.now,
          actor: run.world.name(of: action.actor),
          text: run.text(action),
          what: run.what(action)
        )
      }
      run.step()
    }
    return nil
  }

  /// The fields in which one stored object differs from the other.
  private static func fields(_ one: KubeStep?, _ other: KubeStep?) -> ([Supposed.Field], [Supposed.Field]) {
    guard let left = stored(one), let right = stored(other), left != right else { return ([], []) }
    let changes = Difference.between(left.value, right.value).filter(isTelling).prefix(Supposed.fields)
    func list(_ value: (Change) -> Value?) -> [Supposed.Field] {
      changes.map { Supposed.Field(path: $0.path.joined(separator: "."), value: value($0)?.plain) }
    }
    return (list { $0.before }, list { $0.after })
  }

  /// That something happened at another moment says least, and what a kubelet repeats of the spec says nothing new.
  private static func isTelling(_ change: Change) -> Bool {
    let isEcho = change.path.first == "status" && change.path.contains("resources")
    return !isEcho && change.path.last?.hasSuffix("Time") != true
  }

  private static func stored(_ step: KubeStep?) -> Object? {
    for envelope in step?.sent ?? [] {
      if case .committed(let commit) = envelope.message { return commit.object }
    }
    return nil
  }
}
