/// What is wrong with a line that should have been an answer.
public enum AnswerFlaw: Equatable, Sendable {
  /// The line ends in the middle of a value: its writer was stopped.
  case torn
  /// It is no JSON, from this byte on, counted from one.
  case notJSON(column: Int)
  case notAnObject
  case invalidUTF8(column: Int)
  /// A string holds a bare control character, such as NUL.
  case controlCharacter(column: Int)
  /// A `\u` escape stands for no character.
  case invalidEscape(field: String)
  case tooDeep(column: Int)
  case tooLong
  case missing(field: String)
  case wrongType(field: String)
  case twice(field: String)
  /// Another version of the format than this program knows.
  case format

  /// The key under which the words are found.
  public var key: String {
    switch self {
    case .torn: "answers.torn"
    case .notJSON: "answers.not-json"
    case .notAnObject: "answers.not-an-object"
    case .invalidUTF8: "answers.invalid-utf8"
    case .controlCharacter: "answers.control-character"
    case .invalidEscape: "answers.invalid-escape"
    case .tooDeep: "answers.too-deep"
    case .tooLong: "answers.too-long"
    case .missing: "answers.missing"
    case .wrongType: "answers.wrong-type"
    case .twice: "answers.twice"
    case .format: "answers.format"
    }
  }

  public var field: String? {
    switch self {
    case .invalidEscape(let field), .missing(let field), .wrongType(let field), .twice(let field): field
    default: nil
    }
  }

  public var column: Int? {
    switch self {
    case .notJSON(let column), .invalidUTF8(let column), .controlCharacter(let column), .tooDeep(let column): column
    default: nil
    }
  }

  /// Every key, so that a test can ask for their words.
  public static let keys = [
    "answers.torn", "answers.not-json", "answers.not-an-object", "answers.invalid-utf8", "answers.control-character",
    "answers.invalid-escape", "answers.too-deep", "answers.too-long", "answers.missing", "answers.wrong-type",
    "answers.twice", "answers.format",
  ]
}
