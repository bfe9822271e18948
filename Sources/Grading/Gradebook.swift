import Tutor

/// Reads answers as a stream and keeps what counts: one result a learner and question.
///
/// It touches no file: whoever reads one feeds its bytes, and takes the problems from time to time. Its memory grows
/// with learners times questions, and with the different answers that were given, never with the number of lines.
public struct Gradebook {
  /// What answers with the same question, course, version, seed and choices share: the same key.
  struct Context {
    var item: Int = 0
    var key: Key? = nil
    var problem: Problem.Kind? = nil
    var isStale: Bool = false
    var isOtherVersion: Bool = false
  }

  /// An assessment with the answer it is of.
  struct Outcome {
    var assessment: Assessment
    var answer: [String]
  }

  /// The result of one learner in one question.
  struct Row {
    var learner: Int32
    var item: Int32
    var outcome: Int32
    var attempt: Int32
    /// How many attempts were seen.
    var attempts: Int32
    /// Which attempt numbers were seen, up to 63.
    var seen: UInt64
    var file: Int32
    var line: Int32
    var fingerprint: UInt64
    var hints: Int32
    var sure: Bool?
    var isStale: Bool
    var isOtherVersion: Bool
  }

  /// One question of one lesson.
  struct Item {
    var lesson: String
    var question: String
  }

  var source: any KeySource
  var names: Names = Names()
  var scan: AnswerScan = AnswerScan()
  private var splitter: LineSplitter = LineSplitter()
  private var files: [String] = []
  private var places: PairTable = PairTable()
  private var problems: [Problem] = []

  private(set) var rows: [Row] = []
  /// How many lines were answers that could be graded.
  public private(set) var gradedCount: Int = 0
  /// How many lines could not be graded.
  public private(set) var lostCount: Int = 0
  /// How many lines were not answers at all.
  public private(set) var flawCount: Int = 0

  /// Grades by the keys of a course.
  public init(keys source: any KeySource) {
    self.source = source
  }

  // MARK: Feeding

  /// Begins a file; its name is what problems and results point to.
  public mutating func begin(file: String) {
    files.append(file)
    splitter = LineSplitter()
  }

  /// Takes the next bytes of the file.
  public mutating func feed(_ chunk: UnsafeRawBufferPointer) {
    var splitter = self.splitter
    self.splitter = LineSplitter()
    splitter.feed(chunk) { take($0) }
    self.splitter = splitter
  }

  /// Takes what stands after the last line end.
  public mutating func end() {
    var splitter = self.splitter
    splitter.finish { take($0) }
    self.splitter = LineSplitter()
  }

  /// The problems since they were last taken, in the order of their lines.
  public mutating func takeProblems() -> [Problem] {
    defer { problems = [] }
    return problems
  }

  func fileName(_ number: Int32) -> String { files.indices.contains(Int(number)) ? files[Int(number)] : "" }

  // MARK: One line

  private mutating func take(_ line: LineSplitter.Line) {
    if line.isTooLong {
      lose(.flaw(.tooLong), line.number)
      return
    }
    if let flaw = scan.scan(line.bytes, mayHoldUnicode: line.mayHoldUnicode) {
      lose(.flaw(flaw), line.number)
      if let start = AnswerScan.resumption(in: line.bytes) {
        let rest = UnsafeBufferPointer(rebasing: line.bytes[start...])
        if scan.scan(rest) == nil, !scan.isBlank { grade(line.number) }
      }
    } else if !scan.isBlank {
      grade(line.number)
    }
  }

  private mutating func report(_ kind: Problem.Kind, _ line: Int) {
    problems.append(Problem(file: files.last ?? "", line: line, kind: kind))
  }

  private mutating func lose(_ kind: Problem.Kind, _ line: Int) {
    lostCount += 1
    if case .flaw = kind { flawCount += 1 }
    report(kind, line)
  }

  private mutating func grade(_ line: Int) {
    guard let learner = names.learner(in: scan) else {
      lose(.flaw(.invalidEscape(field: "learner")), line)
      return
    }
    let number = context()
    if let problem = names.contexts[number].problem {
      lose(problem, line)
      return
    }
    let raw = scan.raw(.answer)
    guard let outcome = names.outcome(in: scan, context: number) else {
      lose(.flaw(.invalidEscape(field: "answer")), line)
      return
    }
    let isOtherVersion = names.contexts[number].isOtherVersion
    if isOtherVersion { report(.otherCourseVersion(scan.text(.course) ?? ""), line) }
    gradedCount += 1
    let attempt = Int32(clamping: scan.number(.attempt) ?? 1)
    let row = Row(
      learner: Int32(learner),
      item: Int32(names.contexts[number].item),
      outcome: Int32(outcome),
      attempt: attempt,
      attempts: 1,
      seen: attempt < 64 ? 1 << UInt64(attempt) : 0,
      file: Int32(files.count - 1),
      line: Int32(clamping: line),
      fingerprint: Interner.hash(raw),
      hints: Int32(clamping: scan.number(.hints) ?? 0),
      sure: scan.flag(.sure),
      isStale: names.contexts[number].isStale,
      isOtherVersion: isOtherVersion
    )
    enter(row, allowed: Int32(clamping: names.contexts[number].key?.attempts ?? 1))
  }

  /// Keeps the attempt that counts: the first, or the best of those that a lesson lets count.
  private mutating func enter(_ row: Row, allowed: Int32) {
    guard let place = places.value(Int(row.learner), Int(row.item), orPut: rows.count) else {
      rows.append(row)
      return
    }
    let old = rows[place]
    if old.seen & row.seen != 0 || old.attempt == row.attempt {
      let isSame = old.attempt == row.attempt && old.fingerprint == row.fingerprint
      report(.duplicate(isSame: isSame, firstFile: fileName(old.file), firstLine: Int(old.line)), Int(row.line))
      return
    }
    var kept = counts(row, before: old, allowed: allowed) ? row : old
    kept.seen = old.seen | row.seen
    kept.attempts = old.attempts + 1
    rows[place] = kept
  }

  private func counts(_ new: Row, before old: Row, allowed: Int32) -> Bool {
    if old.attempt > allowed { return new.attempt < old.attempt }
    guard new.attempt <= allowed else { return false }
    let credit = names.outcomes[Int(new.outcome)].assessment.credit
    let kept = names.outcomes[Int(old.outcome)].assessment.credit
    return credit > kept || (credit == kept && new.attempt < old.attempt)
  }

  // MARK: What is met for the first time

  private mutating func context() -> Int {
    let (number, isNew) = names.context(in: scan)
    if isNew { names.contexts.append(makeContext()) }
    return number
  }

  private mutating func makeContext() -> Context {
    var context = Context()
    guard let course = scan.text(.course), let lesson = scan.text(.lesson), let question = scan.text(.question),
      let version = scan.text(.version), let hash = scan.text(.hash), let choices = scan.texts(.choices)
    else {
      context.problem = .flaw(.invalidEscape(field: "lesson"))
      return context
    }
    if !course.isEmpty, Gradebook.identifier(of: course) != Gradebook.identifier(of: source.course) {
      context.problem = .otherCourse(course)
      return context
    }
    context.isOtherVersion = !course.isEmpty && course != source.course
    let request = KeyRequest(
      lesson: lesson,
      question: question,
      version: version,
      seed: scan.number(.seed) ?? 0,
      choices: choices
    )
    switch source.key(for: request) {
    case .key(let key):
      context.key = key
      context.isStale = hash != key.hash
      context.item = names.item(lesson, question)
    case .unknownLesson: context.problem = .unknownLesson(lesson)
    case .unknownQuestion: context.problem = .unknownQuestion(lesson: lesson, question: question)
    case .unknownVersion: context.problem = .unknownVersion(version)
    case .none(let fact): context.problem = .noKey(fact)
    }
    return context
  }

  private static func identifier(of course: String) -> Substring { course.prefix { $0 != "@" } }
}
