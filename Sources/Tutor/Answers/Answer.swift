import Clockwork

/// What one learner answered to one question: a line of the answers file, which only ever grows.
public struct Answer: Equatable, Sendable {
  /// A field that this program does not know, kept as it was written.
  public struct Extra: Equatable, Sendable {
    /// The name as it stands between its quotes.
    public var name: String
    /// The value as it stands.
    public var value: String

    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// `id@version` of the course.
  public var course: String
  public var lesson: String
  public var question: String
  /// Over what the key depends on, when the question was asked.
  public var hash: String
  /// Of Kubernetes: `then` or `now`.
  public var version: String
  public var seed: UInt64
  /// Departures from the canonical order before the question was asked.
  public var choices: [String]
  public var learner: String
  public var answer: [String]
  public var sure: Bool?
  /// Counted from one, over all sessions.
  public var attempt: Int
  public var hints: Int
  /// How long the learner thought.
  public var ms: Int64?
  /// When, in UTC as ISO 8601 writes it.
  public var at: String
  public var extras: [Extra]

  public init(
    course: String,
    lesson: String,
    question: String,
    hash: String = "",
    version: String = "",
    seed: UInt64 = 0,
    choices: [String] = [],
    learner: String = "",
    answer: [String],
    sure: Bool? = nil,
    attempt: Int = 1,
    hints: Int = 0,
    ms: Int64? = nil,
    at: String = "",
    extras: [Extra] = []
  ) {
    self.course = course
    self.lesson = lesson
    self.question = question
    self.hash = hash
    self.version = version
    self.seed = seed
    self.choices = choices
    self.learner = learner
    self.answer = answer
    self.sure = sure
    self.attempt = attempt
    self.hints = hints
    self.ms = ms
    self.at = at
    self.extras = extras
  }

  /// The answer as one line of JSON, without the line end.
  public var line: String {
    var out = "{\"v\":1"
    func field(_ name: String, _ text: String) {
      out += ",\"\(name)\":"
      Value.quote(text, into: &out)
    }
    func list(_ name: String, _ texts: [String]) {
      out += ",\"\(name)\":["
      for (index, text) in texts.enumerated() {
        if index > 0 { out += "," }
        Value.quote(text, into: &out)
      }
      out += "]"
    }
    field("course", course)
    field("lesson", lesson)
    field("question", question)
    field("hash", hash)
    field("version", version)
    out += ",\"seed\":\(seed)"
    list("choices", choices)
    field("learner", learner)
    list("answer", answer)
    if let sure { out += ",\"sure\":\(sure)" }
    out += ",\"attempt\":\(attempt),\"hints\":\(hints)"
    if let ms { out += ",\"ms\":\(ms)" }
    if !at.isEmpty { field("at", at) }
    for extra in extras { out += ",\"\(extra.name)\":\(extra.value)" }
    return out + "}"
  }

  /// What reading a line gave.
  public enum Reading: Equatable, Sendable {
    case answer(Answer)
    case blank
    case flaw(AnswerFlaw)
  }

  /// Reads one line, without its end.
  public static func read(_ line: UnsafeBufferPointer<UInt8>) -> Reading {
    var scan = AnswerScan(keepsExtras: true)
    if let flaw = scan.scan(line) { return .flaw(flaw) }
    if scan.isBlank { return .blank }
    return read(scan)
  }

  public static func read(_ line: String) -> Reading {
    Array(line.utf8).withUnsafeBufferPointer { read($0) }
  }

  private static func read(_ scan: AnswerScan) -> Reading {
    var out = Answer(course: "", lesson: "", question: "", answer: [])
    for field in AnswerField.allCases {
      switch field {
      case .course, .lesson, .question, .hash, .version, .learner, .at:
        guard let text = scan.text(field) else { return .flaw(.invalidEscape(field: field.name)) }
        out.set(field, text)
      case .answer, .choices:
        guard let texts = scan.texts(field) else { return .flaw(.invalidEscape(field: field.name)) }
        if field == .answer { out.answer = texts } else { out.choices = texts }
      case .format, .sure, .seed, .attempt, .hints, .ms: break
      }
    }
    out.seed = scan.number(.seed) ?? 0
    out.sure = scan.flag(.sure)
    out.attempt = Int(clamping: scan.number(.attempt) ?? 1)
    out.hints = Int(clamping: scan.number(.hints) ?? 0)
    out.ms = scan.number(.ms).map { Int64(clamping: $0) }
    out.extras = scan.extraTexts
    return .answer(out)
  }

  private mutating func set(_ field: AnswerField, _ text: String) {
    switch field {
    case .course: course = text
    case .lesson: lesson = text
    case .question: question = text
    case .hash: hash = text
    case .version: version = text
    case .learner: learner = text
    case .at: at = text
    default: break
    }
  }

  /// Reads a whole file and calls for each line that is not blank, with its number.
  public static func forEach(in file: UnsafeRawBufferPointer, _ body: (Int, Reading) -> Void) {
    var splitter = LineSplitter()
    func take(_ line: LineSplitter.Line) {
      if line.isTooLong {
        body(line.number, .flaw(.tooLong))
        return
      }
      let reading = read(line.bytes)
      if reading == .blank { return }
      body(line.number, reading)
      if case .flaw = reading, let start = AnswerScan.resumption(in: line.bytes) {
        let second = read(UnsafeBufferPointer(rebasing: line.bytes[start...]))
        if case .answer = second { body(line.number, second) }
      }
    }
    splitter.feed(file, take)
    splitter.finish(take)
  }
}
