import Clockwork
import Curriculum
import Kubernetes
import Prose
import Tutor

/// Leads a learner through a lesson: it takes what was typed, asks the session, and says what is to be read next.
///
/// Both faces show it, lines and screen. It is a value and touches no terminal, file or clock.
public struct Guide {
  /// What the learner may do now.
  public enum Prompt: Equatable, Sendable {
    /// Read, then go on.
    case goOn
    case question(Asked)
    case pick(Purpose, title: String, options: [Offering], isFree: Bool)
    /// Nothing is left to say.
    case over
  }

  /// How a question wants to be answered.
  public struct Asked: Equatable, Sendable {
    public enum Shape: Equatable, Sendable {
      case one
      case many
      case order
      /// Typed, where there are no options.
      case text
    }

    public var id: String
    public var shape: Shape
    public var options: [Offering]

    /// Whether options are numbers, so that a number cannot also count them: `2` must not mean both the second and the 2.
    public var isLettered: Bool {
      options.count <= 26 && options.contains { Int($0.value) != nil || Int($0.label) != nil }
    }

    /// What stands before an option and answers for it: its number, or a capital where options are numbers themselves.
    public func mark(_ index: Int) -> String {
      isLettered ? String(UnicodeScalar(UInt8(ascii: "A") + UInt8(index))) : "\(index + 1)"
    }
  }

  /// Why something is to be chosen.
  public enum Purpose: Equatable, Sendable {
    case what
    case fork
    case whyNot
    case look
    case stop
    case repair
    case fault
  }

  public internal(set) var session: Session
  public let language: Language
  /// The words of the lesson's variant; a lesson without words still runs.
  public let text: LessonText?
  /// What stands on the page now.
  public internal(set) var page: [Passage] = []
  public internal(set) var prompt: Prompt = .goOn
  /// Whether the page is about more than the last step, such as the opening, and is read without the picture.
  public internal(set) var isReading: Bool = true
  /// The step that the picture shows.
  public internal(set) var shown: Explanation? = nil
  /// The words of the misconception behind the last answer.
  var misconception: MisconceptionText? = nil
  /// The question that it was the answer to.
  var misconceptionQuestion: String = ""
  /// What stood there before help, words or a list came in between.
  var below: (page: [Passage], prompt: Prompt, isReading: Bool)? = nil
  /// Whether somebody talks with the guide: a right "who" is followed by "and what", and slips may be mended.
  let isConversation: Bool
  /// What is asked once the last answer has been talked about.
  var following: Prompt? = nil
  /// The answer that is asked for after a right "who": the step in its text form.
  var real: String = ""
  /// How closely that is looked at: as closely as the question that it belongs to.
  var realLevel: Lesson.Level? = nil
  var askedAt: Instant = Instant()
  /// The digest of the run at its very beginning.
  let fresh: String
  /// Whether the page holds notes on the question that waits, to which more may be added.
  var isNoting: Bool = false
  /// The lesson that follows, where there is one.
  let next: String?

  /// Begins at the beginning of a lesson, or where a session was resumed; `next` is named at the end.
  public init(_ session: Session, language: Language, isConversation: Bool = true, next: String? = nil) {
    self.session = session
    self.language = language
    self.isConversation = isConversation
    self.next = next
    var start = session.run
    start.go(to: 0)
    fresh = start.simulation.digest.text
    text = language.lesson(session.lesson.path)?.variant(of: session.lesson)
  }

  /// Says the first words; `isResumed` tells the learner that the lesson goes on where it was left.
  public mutating func begin(isResumed: Bool, at now: Instant) {
    if isResumed, session.scene != .opening {
      page = [.say(say("learn.resumed"), .dim), .gap]
      // The words that stood there last, or the page would be empty.
      if session.question == nil, let beat = lastBeat { page += [.prose(beat.blocks), .gap] }
      show(session.scene, keeps: true, at: now)
    } else {
      show(session.scene, at: now)
    }
  }

  private var lastBeat: BeatText? {
    let done = session.beatsDone - 1
    return session.beats.indices.contains(done) ? text?.beat(session.beats[done].id) : nil
  }

  // MARK: Words

  func say(_ key: String, _ arguments: [String: String] = [:]) -> String { language.text(key, arguments) }

  /// The words of a fact, or nothing where the language has none: silence is better than a key.
  func say(_ fact: Fact) -> String? {
    guard language.words[fact.key] != nil else { return nil }
    return Guide.readable(language.text(fact))
  }

  /// Milliseconds above a second are read as seconds.
  static func readable(_ text: String) -> String { Clean.line(text) }

  public var title: String {
    let chapter = language.chapter(session.lesson.chapter)?.title ?? session.lesson.chapter
    return say("learn.title", ["chapter": chapter, "lesson": text?.title ?? session.lesson.id])
  }

  /// The label of an option: its words in the lesson, or those every lesson has, or the option itself.
  func label(_ option: String, of question: Question) -> String {
    if let label = text?.question(question.id)?.reason(option)?.label { return Inline.plain(label) }
    if question.kind == .claim || question.kind == .always, language.words["option.\(option)"] != nil {
      return say("option.\(option)")
    }
    return option
  }

  // MARK: What is entered

  /// Takes a line: a command, an answer, a choice; an empty line goes on.
  public mutating func enter(_ line: String, at now: Instant) {
    let typed = Clean.line(line).trimmed
    switch prompt {
    case .question(let asked):
      if let command = Command(typed, in: prompt) { return run(command, at: now) }
      if typed.isEmpty { return remind() }
      answer(typed, asked, at: now)
    case .pick(let purpose, _, let options, let isFree):
      if typed.isEmpty { return cancel(at: now) }
      if let index = Int(typed), options.indices.contains(index - 1) {
        return choose(options[index - 1].value, for: purpose, at: now)
      }
      if let option = options.first(where: { $0.value == typed || $0.label == typed }) {
        return choose(option.value, for: purpose, at: now)
      }
      if let command = Command(typed, in: prompt) { return run(command, at: now) }
      if isFree { return choose(typed, for: purpose, at: now) }
      page = [.say(say("learn.not-understood", ["text": typed]), .strong)]
    case .goOn:
      if let command = Command(typed, in: prompt) { return run(command, at: now) }
      if typed.isEmpty { return goOn(at: now) }
      page.append(.say(say("learn.not-understood", ["text": typed]), .strong))
    case .over: break
    }
  }

  private mutating func remind() {
    guard case .question(let asked) = prompt else { return }
    page = [.say(say(Guide.reminder(asked)), .dim)]
  }

  static func reminder(_ asked: Asked) -> String {
    switch asked.shape {
    case .one: asked.isLettered ? "learn.answer-one-letter" : "learn.answer-one"
    case .many: asked.isLettered ? "learn.answer-many-letters" : "learn.answer-many"
    case .order: "learn.answer-order"
    case .text: "learn.answer-text"
    }
  }

  /// Plays on, or puts away what came in between.
  mutating func goOn(at now: Instant) {
    if below != nil { return restore() }
    if let next = following {
      following = nil
      page = []
      prompt = next
      return
    }
    if case .faultEnd = session.scene { return endFault(at: now) }
    show(session.advance(), at: now)
  }

  mutating func restore() {
    guard let kept = below else { return }
    below = nil
    page = kept.page
    prompt = kept.prompt
    isReading = kept.isReading
  }

  private mutating func cancel(at now: Instant) {
    if case .pick(.what, _, _, _) = prompt { return goOn(at: now) }
    if case .pick(.fault, _, _, _) = prompt, below == nil {
      prompt = .over
      return
    }
    restore()
  }

  /// Shows something in between; what stood there comes back afterwards.
  mutating func interpose(_ passages: [Passage], _ next: Prompt = .goOn, isReading: Bool) {
    if below == nil { below = (page, prompt, self.isReading) }
    page = passages
    prompt = next
    self.isReading = isReading
  }

  public var isOver: Bool { prompt == .over }

  /// Whether the lesson has been followed to its end.
  public internal(set) var isFinished: Bool = false

  /// What has to be kept to come back here; a lesson that is finished begins anew.
  public var place: SavedSession? {
    var saved = session.saved
    guard isFinished else { return saved }
    saved.position = 0
    saved.track = 0
    saved.choices = []
    saved.settled = []
    saved.question = ""
    saved.askedAt = 0
    saved.hints = 0
    saved.shownHints = 0
    saved.digest = fresh
    return saved
  }
}

extension String {
  /// Without spaces at either end.
  var trimmed: String {
    var rest = self[...]
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }
}
