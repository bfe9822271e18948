import Clockwork
import Curriculum
import Kubernetes

/// Where a learner stopped: enough to stand there again, and to notice that the lesson has changed since.
public struct SavedSession: Equatable, Sendable {
  public var course: String
  public var lesson: String
  public var seed: UInt64
  public var version: String
  public var learner: String
  public var level: Lesson.Level
  /// Which run of the lesson: its own is the first, the contrast the second.
  public var track: Int
  public var choices: [String]
  /// How far the run had come, over script and steps.
  public var position: Int
  /// Of the run as it stood, so that a lesson that has changed is not resumed in the wrong place.
  public var digest: String
  public var settled: [String]
  /// The question that waits, and where it was asked.
  public var question: String
  public var askedAt: Int
  /// Hints taken for the question that waits.
  public var hints: Int
  public var shownHints: Int

  /// One line of JSON, without its end.
  public var line: String {
    var value = Value.emptyMap
    value["v"] = 1
    value["course"] = .string(course)
    value["lesson"] = .string(lesson)
    value["seed"] = .string("\(seed)")
    value["version"] = .string(version)
    value["learner"] = .string(learner)
    value["level"] = .string(level.rawValue)
    value["track"] = .integer(Int64(track))
    value["choices"] = .list(choices.map { .string($0) })
    value["position"] = .integer(Int64(position))
    value["digest"] = .string(digest)
    value["settled"] = .list(settled.map { .string($0) })
    value["question"] = .string(question)
    value["asked"] = .integer(Int64(askedAt))
    value["hints"] = .integer(Int64(hints))
    value["shown"] = .integer(Int64(shownHints))
    return value.canonical
  }

  public init?(line: String) {
    guard let value = JSONText.parse(line), value["v"]?.integer == 1 else { return nil }
    guard let course = value["course"]?.text, let lesson = value["lesson"]?.text, let version = value["version"]?.text,
      let learner = value["learner"]?.text, let seed = value["seed"]?.text.flatMap({ UInt64($0) }),
      let level = value["level"]?.text.flatMap({ Lesson.Level(rawValue: $0) }), let digest = value["digest"]?.text,
      let track = value["track"]?.integer, let position = value["position"]?.integer
    else { return nil }
    self.course = course
    self.lesson = lesson
    self.seed = seed
    self.version = version
    self.learner = learner
    self.level = level
    self.digest = digest
    self.track = Int(clamping: track)
    self.position = Int(clamping: position)
    choices = (value["choices"]?.elements ?? []).compactMap { $0.text }
    settled = (value["settled"]?.elements ?? []).compactMap { $0.text }
    question = value["question"]?.text ?? ""
    askedAt = Int(clamping: value["asked"]?.integer ?? 0)
    hints = Int(clamping: value["hints"]?.integer ?? 0)
    shownHints = Int(clamping: value["shown"]?.integer ?? 0)
  }

  init(_ session: Session) {
    let track = session.tracks[session.trackIndex]
    course = session.studio.course.name
    lesson = session.lesson.path
    seed = session.seed
    version = session.tracks[0].run.version
    learner = session.learner
    level = session.level
    self.track = session.trackIndex
    choices = track.run.choices
    position = track.run.position
    digest = track.run.simulation.digest.text
    settled = session.settled.sorted()
    question = session.pending?.question.id ?? ""
    askedAt = session.pending?.run.position ?? 0
    hints = session.pending?.hints ?? 0
    shownHints = session.pending?.shownHints ?? 0
  }
}

extension Session {
  /// What has to be kept to come back here.
  public var saved: SavedSession { SavedSession(self) }

  /// Stands again where a learner stopped; where the lesson has changed since, it begins anew and says so.
  public static func resume(
    _ saved: SavedSession,
    in studio: Studio,
    history: [Answer]
  ) -> (session: Session?, isThere: Bool, diagnostics: [Diagnostic]) {
    let begun = begin(
      saved.lesson,
      in: studio,
      seed: saved.seed,
      version: saved.version,
      level: saved.level,
      learner: saved.learner,
      history: history
    )
    guard var session = begun.session else { return (nil, false, begun.diagnostics) }
    guard saved.track >= 0, saved.track < session.tracks.count else { return (session, false, []) }
    var run = session.tracks[saved.track].run
    var choices = saved.choices.map { Clockwork.Choice($0) }[...]
    var asked: Run? = nil
    run.lay(&choices)
    while true {
      if run.position == saved.askedAt { asked = run }
      guard run.position < saved.position, run.step(following: &choices) != nil else { break }
      run.lay(&choices)
    }
    // Where nothing follows, looking for the next step may have laid the rest of the script on the world.
    if run.position == saved.askedAt { asked = run }
    guard run.position == saved.position, run.simulation.digest.text == saved.digest else {
      return (session, false, [])
    }
    session.trackIndex = saved.track
    session.tracks[saved.track].run = run
    session.settled = Set(saved.settled)
    session.scene = .steps(from: run.position, to: run.position)
    if let question = session.lesson.question(saved.question), let asked {
      session.pending = Pending(question: question, run: asked, hints: saved.hints, shownHints: saved.shownHints)
      session.scene = .question(question.id, from: run.position, to: run.position)
    }
    return (session, true, [])
  }
}
