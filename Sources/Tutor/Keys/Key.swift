import Clockwork
import Curriculum

/// What an answer is worth.
public enum Verdict: String, CaseIterable, Sendable {
  /// What this run does next.
  case expected
  /// Enabled too: another legal order.
  case possible
  /// Blocked, with the obstacle as the reason.
  case impossible
  case right
  case partly
  case wrong
  /// Nothing was answered.
  case skipped
  /// No key could be found or computed.
  case ungraded

  /// The key of its word.
  public var key: String { "verdict.\(rawValue)" }
}

/// The right answer of one question in one run, as the model gave it.
public struct Key: Equatable, Sendable {
  /// One thing that can be answered, and what that is worth.
  public struct Option: Equatable, Sendable {
    public var text: String
    public var verdict: Verdict
    public var reason: Fact
    /// The false rule of those who choose it.
    public var misconception: String?

    public init(_ text: String, _ verdict: Verdict, _ reason: Fact, misconception: String? = nil) {
      self.text = text
      self.verdict = verdict
      self.reason = reason
      self.misconception = misconception
    }

    /// Whether choosing it is right.
    public var isRight: Bool { verdict == .expected || verdict == .possible || verdict == .right }
  }

  /// A step that happens before another in every order, as places among the options.
  public struct Precedence: Equatable, Sendable {
    public var earlier: Int
    public var later: Int

    public init(earlier: Int, later: Int) {
      self.earlier = earlier
      self.later = later
    }
  }

  /// An order that shows what an `always` question asks: a run of the question's own script, or of the lesson's.
  public struct Witness: Equatable, Sendable {
    public var holds: Bool
    /// Departures from the usual order, as answers carry them.
    public var choices: [String]
  }

  public var kind: Question.Kind
  public var hash: String
  /// The options of the question, in its order.
  public var options: [Option]
  /// An answer that is right in full.
  public var model: [String]
  public var normal: Question.Normal
  public var tolerance: String?
  /// For `order`: what must stand before what.
  public var precedences: [Precedence]
  /// For `always`: an order in which it is so and one in which it is not, as far as there are any.
  public var witnesses: [Witness] = []
  /// Whether several options may be ticked.
  public var isMany: Bool
  public var attempts: Int
  /// What follows for a learner who has answered: the step that really comes, or where the value stands.
  public var truth: Fact

  /// A key that is still to be filled in.
  public init(kind: Question.Kind, hash: String, truth: Fact) {
    self.kind = kind
    self.hash = hash
    options = []
    model = []
    normal = .exact
    tolerance = nil
    precedences = []
    isMany = kind == .whichCould
    attempts = 1
    self.truth = truth
  }

  public init(question: Question, truth: Fact) {
    kind = question.kind
    hash = question.hash
    options = []
    model = []
    normal = question.normal
    tolerance = question.tolerance
    precedences = []
    isMany = question.kind == .whichCould
    attempts = max(1, question.attempts)
    self.truth = truth
  }

  public func option(_ text: String) -> Option? {
    options.first { $0.text == text }
  }
}

/// Which key is wanted: the question in its run, up to where it was asked.
public struct KeyRequest: Hashable, Sendable {
  public var lesson: String
  public var question: String
  public var version: String
  public var seed: UInt64
  public var choices: [String]

  public init(lesson: String, question: String, version: String, seed: UInt64, choices: [String]) {
    self.lesson = lesson
    self.question = question
    self.version = version
    self.seed = seed
    self.choices = choices
  }
}

/// Where keys come from: the model in the program, a table in a test.
public protocol KeySource {
  /// The key, or why there is none: an unknown question, a run that never reaches it.
  mutating func key(for request: KeyRequest) -> KeyResult

  /// The ids of the questions of a lesson, in its order, or nothing where there is no such lesson.
  func questions(of lesson: String) -> [String]?

  /// `chapter/id` of every lesson, in the order of the course.
  var lessons: [String] { get }

  /// `id@version` of the course that the keys are of.
  var course: String { get }
}

/// A key, or why there is none.
public enum KeyResult: Equatable, Sendable {
  case key(Key)
  case unknownLesson
  case unknownQuestion
  case unknownVersion
  /// The run does not come to the question, or the model cannot decide it.
  case none(Fact)
}
