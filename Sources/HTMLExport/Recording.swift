import Clockwork
import Curriculum
import Kubernetes
import Tutor

/// A lesson that was played once, with every step and every key, for the pages of all languages.
///
/// It is played by the same session that a learner follows in the terminal: what is asked when, and what is right, is
/// decided there alone.
struct Recording {
  /// A step with what can be seen of the cluster after it.
  struct Step {
    var explanation: Explanation
    var pods: [Pod]
  }

  /// What a look at a Pod shows.
  struct Pod: Equatable {
    var name: String
    var phase: String
    var node: String
    var address: String
  }

  /// Steps in a row, in one cluster.
  struct Stretch {
    var steps: [Step]
    var cast: Cast
    /// What was sent, where it ended here.
    var lives: [Life] = []
  }

  /// The packets of something that was sent, hop by hop.
  struct Life {
    var what: String
    var packets: PacketLife
  }

  /// Who is there to be drawn.
  struct Cast: Equatable {
    struct Member: Equatable {
      var name: String
      var role: Kube.Role
    }

    var members: [Member]
    var stopped: [String]
    /// Nodes that take no work of learners: they are drawn last.
    var controlPlane: [String] = []
  }

  struct Asked {
    var question: Question
    var key: KeyResult
    /// The line of the answers file, up to who answers.
    var line: String
    var cast: Cast
    var pods: [Pod]
    /// The worlds in which the misconceptions of its wrong options hold, beside the real one.
    var supposed: [String: Supposed] = [:]
    /// Where the answer is *sometimes*: one order for either case.
    var orders: TwoOrders? = nil
  }

  enum Scene {
    case steps(Stretch)
    case question(Asked)
    case beat(String, Stretch)
    case contrast(version: String)
  }

  struct Trial {
    var fault: Fault
    var stretch: Stretch
  }

  let lesson: Lesson
  let version: String
  var scenes: [Scene] = []
  var trials: [Trial] = []
  /// How many beats the lesson has, contrasts included.
  var beatCount: Int { scenes.count { if case .beat = $0 { true } else { false } } }

  var questions: [Asked] {
    scenes.compactMap { scene in
      if case .question(let asked) = scene { return asked }
      return nil
    }
  }

  /// Longer than any lesson; a session that does not end is cut off.
  private static let longest = 10_000

  /// Plays a lesson's variant; the diagnostics say why it cannot be played.
  static func play(_ path: String, in studio: Studio, seed: UInt64) -> (recording: Recording?, problems: [Diagnostic]) {
    let begun = Session.begin(path, in: studio, seed: seed)
    guard var session = begun.session else { return (nil, begun.diagnostics) }
    var recording = Recording(lesson: session.lesson, version: session.version)
    // Faults are tried in the version of the story, so before a contrast has begun.
    recording.trials = trials(session)
    var worlds = Worlds(studio: studio)
    for _ in 0..<longest {
      let scene = session.advance()
      if case .finished = scene { break }
      recording.take(scene, &session, &worlds)
    }
    return (recording, [])
  }

  private static func trials(_ session: Session) -> [Trial] {
    var session = session
    var trials: [Trial] = []
    for fault in session.lesson.faults where session.begin(fault: fault.id).isEmpty {
      if case .faultEnd(_, let start, let end) = session.advance() {
        trials.append(Trial(fault: fault, stretch: Recording.stretch(start, end, session.run)))
      }
      session.endFault()
    }
    return trials
  }

  /// The false worlds of a lesson: most questions look at the same one.
  private struct Worlds {
    let studio: Studio
    private var known: [String: Supposed] = [:]

    init(studio: Studio) { self.studio = studio }

    mutating func behind(_ key: KeyResult, _ question: Question, _ session: Session) -> [String: Supposed] {
      guard case .key(let key) = key else { return [:] }
      var found: [String: Supposed] = [:]
      for option in key.options where !option.isRight {
        guard let id = option.misconception, found[id] == nil else { continue }
        let version = session.run.version
        // Only an outcome is looked at in a cluster of its own.
        let place = question.kind == .outcome ? "\(id) \(version) \(question.id)" : "\(id) \(version)"
        let supposed =
          known[place]
          ?? studio.suppose(id, question, in: session.lesson, seed: session.seed, version: version)
        known[place] = supposed
        if let supposed, supposed.differs { found[id] = supposed }
      }
      return found
    }
  }

  private mutating func take(_ scene: Session.Scene, _ session: inout Session, _ worlds: inout Worlds) {
    switch scene {
    case .opening, .finished, .faultEnd: break
    case .steps(let start, let end):
      if end > start { scenes.append(.steps(Recording.stretch(start, end, session.run))) }
    case .beat(let id, let start, let end):
      scenes.append(.beat(id, Recording.stretch(start, end, session.run)))
    case .contrast(let version): scenes.append(.contrast(version: version))
    case .question(_, let start, let end):
      if end > start { scenes.append(.steps(Recording.stretch(start, end, session.run))) }
      let cast = Recording.cast(session.run)
      let pods = Recording.pods(session.run.world)
      guard let question = session.question, let key = session.key, let feedback = session.skip() else { return }
      var asked = Asked(question: question, key: key, line: Recording.opening(feedback.record), cast: cast, pods: pods)
      asked.supposed = worlds.behind(key, question, session)
      asked.orders = session.orders(feedback.witnesses, for: question.id)
      scenes.append(.question(asked))
    }
  }

  /// The part of an answer's line that stands before a learner comes to it.
  private static func opening(_ answer: Answer) -> String {
    var blank = answer
    blank.learner = ""
    blank.answer = []
    let line = blank.line
    guard let end = line.utf8Range(of: ",\"learner\":\"\",\"answer\":[]") else { return line }
    return String(line[..<end])
  }

  private static func stretch(_ start: Int, _ end: Int, _ run: Run) -> Stretch {
    var steps: [Step] = []
    var known = pods(run.simulation.timeline.world(at: start))
    var lives: [Life] = []
    for position in start..<max(start, end) {
      if let (what, life) = run.simulation.life(endingAt: position) { lives.append(Life(what: what, packets: life)) }
      guard let explanation = run.explanation(at: position, states: false) else { continue }
      if !explanation.objects.isEmpty { known = pods(run.simulation.timeline.world(at: position + 1)) }
      steps.append(Step(explanation: explanation, pods: known))
    }
    return Stretch(steps: steps, cast: cast(run), lives: lives)
  }

  private static func cast(_ run: Run) -> Cast {
    let world = run.world
    return Cast(
      members: world.cells.indices.filter { world.process(of: $0) == world.name(of: $0) }.map { address in
        Cast.Member(name: world.name(of: address), role: world.role(of: address))
      },
      stopped: world.cells.indices.filter { world.isStopped($0) }.map { world.name(of: $0) },
      controlPlane: run.simulation.spec.machines.filter(\.isControlPlane).map(\.name)
    )
  }

  private static func pods(_ world: KubeWorld) -> [Pod] {
    guard let etcd = world.etcd else { return [] }
    return etcd.objects.compactMap { object in
      object.pod.map { pod in
        Pod(
          name: object.key.text,
          phase: pod.status.phase,
          node: pod.spec.nodeName,
          address: pod.status.podIP
        )
      }
    }
  }
}

extension String {
  /// Where a text begins that stands last in this one.
  fileprivate func utf8Range(of tail: String) -> String.Index? {
    var index = endIndex
    while index > startIndex {
      index = self.index(before: index)
      if self[index...].hasPrefix(tail) { return index }
    }
    return nil
  }
}
