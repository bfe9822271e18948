import Clockwork
import Tutor

/// Something about one line of an answers file that whoever grades has to know.
public struct Problem: Equatable, Sendable {
  public enum Kind: Equatable, Sendable {
    /// It is no answer; it could not be graded.
    case flaw(AnswerFlaw)
    case unknownLesson(String)
    case unknownQuestion(lesson: String, question: String)
    case unknownVersion(String)
    /// It belongs to another course; it was not graded.
    case otherCourse(String)
    /// It was given to another version of the course; it was graded by this one.
    case otherCourseVersion(String)
    /// The same learner answered the same question with the same attempt before, in the line given.
    case duplicate(isSame: Bool, firstFile: String, firstLine: Int)
    /// The model gives no key.
    case noKey(Fact)
  }

  public var file: String
  public var line: Int
  public var kind: Kind

  public init(file: String, line: Int, kind: Kind) {
    self.file = file
    self.line = line
    self.kind = kind
  }

  /// Whether the line was not graded at all.
  public var isLost: Bool {
    switch kind {
    case .flaw, .unknownLesson, .unknownQuestion, .unknownVersion, .otherCourse, .noKey: true
    case .otherCourseVersion, .duplicate: false
    }
  }

  /// Key and arguments of what to say about it.
  public var fact: Fact {
    switch kind {
    case .flaw(let flaw):
      var fact = Fact(flaw.key)
      if let field = flaw.field { fact.arguments.append(Value.Entry("field", .string(field))) }
      if let column = flaw.column { fact.arguments.append(Value.Entry("column", .integer(Int64(column)))) }
      return fact
    case .unknownLesson(let lesson): return Fact("grade.unknown-lesson", ("lesson", .string(lesson)))
    case .unknownQuestion(let lesson, let question):
      return Fact("grade.unknown-question", ("lesson", .string(lesson)), ("question", .string(question)))
    case .unknownVersion(let version): return Fact("grade.unknown-version", ("version", .string(version)))
    case .otherCourse(let course): return Fact("grade.other-course", ("course", .string(course)))
    case .otherCourseVersion(let course): return Fact("grade.other-course-version", ("course", .string(course)))
    case .duplicate(let isSame, let file, let line):
      let key = isSame ? "grade.duplicate" : "grade.second-answer"
      return Fact(key, ("file", .string(file)), ("line", .integer(Int64(line))))
    case .noKey(let fact): return fact
    }
  }

  /// Every key of its own, so that a test can ask for their words.
  public static let keys = [
    "grade.unknown-lesson", "grade.unknown-question", "grade.unknown-version", "grade.other-course",
    "grade.other-course-version", "grade.duplicate", "grade.second-answer",
  ]
}
