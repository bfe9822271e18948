import Clockwork
import Curriculum
import Kubernetes

/// One learner on the way through one lesson: what is shown, what is asked, what was answered.
///
/// It is a value and knows no terminal, file or clock: whoever shows it says when an answer came and keeps the lines
/// that it gives. Going back, aside and forward never changes what was answered first.
public struct Session {
  /// What is to be shown now.
  public enum Scene: Equatable, Sendable {
    /// The prose before the first step.
    case opening
    /// A step was taken: the entries of the timeline since the last scene.
    case steps(from: Int, to: Int)
    /// A beat came to its end; the entries since the last scene go with it.
    case beat(String, from: Int, to: Int)
    /// A question waits for its answer; entries since the last scene have been played before it.
    case question(String, from: Int, to: Int)
    /// The same story in the other version begins.
    case contrast(version: String)
    /// A fault that is tried has run to its end.
    case faultEnd(String, from: Int, to: Int)
    case finished
  }

  /// A question that waits for its answer.
  struct Pending {
    var question: Question
    /// Where it was asked; the run may have been moved since.
    var run: Run
    var hints: Int = 0
    var shownHints: Int = 0
    /// Computed once, and only when somebody wants it.
    let key: KeyBox = KeyBox()
  }

  final class KeyBox {
    var result: KeyResult? = nil
  }

  public let studio: Studio
  /// The variant of the lesson.
  public let lesson: Lesson
  public let seed: UInt64
  public let learner: String
  public internal(set) var level: Lesson.Level
  public internal(set) var scene: Scene = .opening
  /// The answers of this session, in order.
  public internal(set) var answers: [Answer] = []
  /// Answers given before this session began: they count attempts.
  let history: [Answer]

  var tracks: [Track]
  var trackIndex: Int = 0
  /// A fault that is being tried, in a cluster of its own.
  var trial: (fault: Fault, run: Run)? = nil
  var pending: Pending? = nil
  /// Questions that were asked and answered or skipped.
  var settled: Set<String> = []
  let maker: KeyMaker
  /// Remembers the keys of answers that were given before.
  let store: KeyStore

  /// Begins a lesson; diagnostics say why it cannot be begun.
  public static func begin(
    _ path: String,
    in studio: Studio,
    seed: UInt64 = 0,
    version: String = "",
    level: Lesson.Level? = nil,
    learner: String = "",
    history: [Answer] = []
  ) -> (session: Session?, diagnostics: [Diagnostic]) {
    guard let lesson = studio.lesson(path, seed: seed) else {
      return (nil, [Diagnostic(Place(path), .error, "there is no such lesson")])
    }
    let (tracks, diagnostics) = Track.all(of: lesson, seed: seed, version: version, in: studio)
    guard !tracks.isEmpty else { return (nil, diagnostics) }
    let session = Session(
      studio: studio,
      lesson: lesson,
      seed: seed,
      learner: learner,
      level: level ?? lesson.level,
      history: history.filter { $0.lesson == lesson.path && $0.learner == learner },
      tracks: tracks
    )
    return (session, [])
  }

  private init(
    studio: Studio,
    lesson: Lesson,
    seed: UInt64,
    learner: String,
    level: Lesson.Level,
    history: [Answer],
    tracks: [Track]
  ) {
    self.studio = studio
    self.lesson = lesson
    self.seed = seed
    self.learner = learner
    self.level = level
    self.history = history
    self.tracks = tracks
    maker = KeyMaker(studio)
    store = KeyStore(studio)
  }

  // MARK: Looking

  /// The run that is shown: the story's, or that of a fault being tried.
  public var run: Run { trial?.run ?? tracks[trackIndex].run }
  public var simulation: Simulation { run.simulation }
  public var version: String { run.version }
  public var isTrial: Bool { trial != nil }

  /// The question that waits for its answer.
  public var question: Question? { pending?.question }

  /// The beats of the run that is shown, and how many lie behind.
  public var beats: [Beat] { tracks[trackIndex].beats }
  public var beatsDone: Int { tracks[trackIndex].beatsDone }

  /// How many questions of the lesson have been settled.
  public var settledCount: Int { settled.count }
  public var questionCount: Int { lesson.questions.count }

  func attempt(of question: String) -> Int {
    let given = (history + answers).filter { $0.question == question }
    return (given.map(\.attempt).max() ?? 0) + 1
  }

  mutating func change(_ body: (inout Run) -> Void) {
    if var kept = trial {
      // Held by nobody else meanwhile, or every step would copy all that was.
      trial = nil
      body(&kept.run)
      trial = kept
    } else {
      body(&tracks[trackIndex].run)
    }
  }

  // MARK: Going on

  /// Plays on to the next question or the end of the beat; a question that waits is shown again.
  @discardableResult
  public mutating func advance() -> Scene { play(toBeat: true) }

  /// Takes one step that the level shows; while a question waits, this is looking ahead, and noted.
  @discardableResult
  public mutating func step() -> Scene { play(toBeat: false) }

  private mutating func play(toBeat: Bool) -> Scene {
    if trial != nil { return playTrial(toEnd: toBeat) }
    if pending != nil {
      if toBeat { return ask(from: run.position) }
      pending?.hints += 1
    }
    let start = run.position
    if scene == .finished { return scene }
    while true {
      if pending == nil, poseDue() { return ask(from: start) }
      let before = tracks[trackIndex].beatsDone
      guard let step = stepOnce() else { return endOfTrack(from: start) }
      if tracks[trackIndex].beatsDone > before, tracks[trackIndex].beats.indices.contains(before) {
        let beat = tracks[trackIndex].beats[before]
        return show(.beat(beat.id, from: start, to: run.position))
      }
      if !toBeat, Run.level(of: step.action, in: run.world) <= level {
        return show(.steps(from: start, to: run.position))
      }
    }
  }

  /// Takes the step that was gone back over, or the canonical one.
  private mutating func stepOnce() -> KubeStep? {
    var taken: KubeStep? = nil
    change { run in
      while taken == nil, run.position < run.end {
        let position = run.position
        run.go(to: position + 1)
        if case .step(let step) = run.simulation.timeline[position] { taken = step }
      }
      if taken == nil { taken = run.step() }
    }
    return taken
  }

  /// Poses the first question that is due and has not been settled.
  mutating func poseDue() -> Bool {
    let open = tracks[trackIndex].questions.filter { !settled.contains($0.id) }
    guard let question = Moments.due(open, in: &tracks[trackIndex].run).first else { return false }
    pending = Pending(question: question, run: tracks[trackIndex].run)
    return true
  }

  private mutating func ask(from start: Int) -> Scene {
    show(.question(pending?.question.id ?? "", from: start, to: run.position))
  }

  private mutating func endOfTrack(from start: Int) -> Scene {
    if pending != nil || start < run.position { return show(.steps(from: start, to: run.position)) }
    if trackIndex + 1 < tracks.count {
      trackIndex += 1
      return show(.contrast(version: tracks[trackIndex].run.version))
    }
    return show(.finished)
  }

  mutating func show(_ scene: Scene) -> Scene {
    self.scene = scene
    return scene
  }

  // MARK: Back

  /// Goes back over one step that the level shows; false at the beginning of the run.
  @discardableResult
  public mutating func back() -> Bool {
    var target: Int? = nil
    var position = run.position - 1
    while position >= 0, target == nil {
      if case .step(let step) = run.simulation.timeline[position], Run.level(of: step.action, in: run.world) <= level {
        target = position
      }
      position -= 1
    }
    guard let target else { return false }
    change { $0.go(to: target) }
    if pending != nil { pending?.hints += 1 }
    scene = .steps(from: target, to: target)
    return true
  }

  /// Shows more or less of the same run.
  public mutating func zoom(_ level: Lesson.Level) { self.level = level }
}
