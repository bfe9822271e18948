import Clockwork
import Curriculum
import Testing
import Tutor

@testable import Grading

/// Keys that are known, so that grading can be tested without a cluster.
struct Desk: KeySource {
  var course: String { "course@1.0" }
  var lessons: [String] { ["c/first", "c/second"] }

  func questions(of lesson: String) -> [String]? {
    lessons.contains(lesson) ? ["who", "many", "number", "order"] : nil
  }

  func key(for request: KeyRequest) -> KeyResult {
    guard let questions = questions(of: request.lesson) else { return .unknownLesson }
    guard questions.contains(request.question) else { return .unknownQuestion }
    if !["", "now", "then"].contains(request.version) { return .unknownVersion }
    if request.choices == ["nonsense"] { return .none(Fact("key.no-such-run")) }
    return .key(Self.key(request.question, seed: request.seed))
  }

  static func key(_ id: String, seed: UInt64 = 0) -> Key {
    var key = Key(kind: .next, hash: "11112222", truth: Fact("truth"))
    switch id {
    case "many":
      key.kind = .whichCould
      key.isMany = true
      key.options = ["a", "b", "c"].map { Key.Option($0, .possible, Fact("enabled")) }
      key.options += ["x", "y"].map { Key.Option($0, .impossible, Fact("blocked", ("what", .string($0)))) }
    case "number":
      key.kind = .value
      key.normal = .number
      key.tolerance = "0.5"
      key.model = ["\(40 + seed)"]
    case "order":
      key.kind = .order
      key.options = ["1", "2", "3"].map { Key.Option($0, .right, Fact("step")) }
      key.precedences = [Key.Precedence(earlier: 0, later: 1)]
    default:
      key.options = [
        Key.Option("kube-scheduler", .expected, Fact("reason.expected")),
        Key.Option("etcd", .possible, Fact("reason.possible")),
        Key.Option("kubelet", .impossible, Fact("obstacle.kubelet"), misconception: "orders"),
      ]
    }
    return key
  }

  static func line(
    _ learner: String,
    _ question: String,
    _ answer: [String],
    attempt: Int = 1,
    lesson: String = "c/first",
    course: String = "course@1.0",
    hash: String = "11112222",
    sure: Bool? = nil,
    seed: UInt64 = 0
  ) -> String {
    Answer(
      course: course,
      lesson: lesson,
      question: question,
      hash: hash,
      version: "now",
      seed: seed,
      learner: learner,
      answer: answer,
      sure: sure,
      attempt: attempt
    ).line
  }

  static func grade(_ lines: [String], chunk: Int = 1 << 20) -> (report: Report, problems: [Problem]) {
    var book = Gradebook(keys: Desk())
    book.begin(file: "a.jsonl")
    let bytes = Array(lines.map { $0 + "\n" }.joined().utf8)
    var at = 0
    while at < bytes.count {
      let end = min(bytes.count, at + chunk)
      bytes[at..<end].withUnsafeBytes { book.feed($0) }
      at = end
    }
    book.end()
    let problems = book.takeProblems()
    return (book.report(), problems)
  }
}
