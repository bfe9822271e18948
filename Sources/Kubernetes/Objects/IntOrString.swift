import Clockwork

/// A field that holds a number or a text, such as `maxSurge: 25%` or `targetPort: http`.
public enum IntOrString: Hashable, Sendable {
  case integer(Int64)
  case string(String)

  /// A text as kubectl reads it: a whole number where it is one.
  public init(parsing text: String) {
    if let number = Int64(text) { self = .integer(number) } else { self = .string(text) }
  }

  /// A share in percent.
  public static func percent(_ share: Int64) -> IntOrString { .string("\(share)%") }

  public var text: String {
    switch self {
    case .integer(let number): "\(number)"
    case .string(let text): text
    }
  }

  /// Why a text is no share, in the words of the API machinery.
  public struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String
  }

  /// The number itself, or so many percent of a total, rounded up or down.
  ///
  /// The share is computed in float64 as upstream does it.
  public func scaled(of total: Int64, roundUp: Bool) -> Result<Int64, Failure> {
    switch self {
    case .integer(let number): return .success(number)
    case .string(let text):
      guard text.hasSuffix("%") else {
        return .failure(Failure("invalid type: string is not a percentage"))
      }
      let digits = String(text.dropLast())
      guard let share = Int64(digits) else {
        return .failure(Failure("invalid value \"\(text)\": \(IntOrString.syntaxError(digits))"))
      }
      let part = Double(share) * Double(total) / 100
      return .success(roundUp ? part.ceiling : part.floor)
    }
  }

  /// What Go's `strconv.Atoi` says of a text that is no number.
  private static func syntaxError(_ text: String) -> String {
    var digits = text[...]
    if digits.hasPrefix("-") || digits.hasPrefix("+") { digits = digits.dropFirst() }
    let isNumber = !digits.isEmpty && digits.utf8.allSatisfy { $0 >= 48 && $0 <= 57 }
    return "strconv.Atoi: parsing \"\(text)\": \(isNumber ? "value out of range" : "invalid syntax")"
  }
}

extension IntOrString.Failure {
  fileprivate init(_ detail: String) {
    description = "invalid value for IntOrString: \(detail)"
  }
}

/// Go's conversions of float64, by hand: `rounded` needs the C library's mathematics, which the exported page has not.
extension Double {
  /// The whole number on zero's side, held within 64 bits.
  var truncated: Int64 {
    if self >= 9_223_372_036_854_775_808 { return .max }
    if self < -9_223_372_036_854_775_808 { return .min }
    return self == self ? Int64(self) : 0
  }

  var ceiling: Int64 {
    let whole = truncated
    return Double(whole) < self && whole < .max ? whole + 1 : whole
  }

  var floor: Int64 {
    let whole = truncated
    return Double(whole) > self && whole > .min ? whole - 1 : whole
  }
}

extension IntOrString: Field {
  public static var goType: String { "intstr.IntOrString" }
  public static var vacant: IntOrString { .integer(0) }
  public var isVacant: Bool { self == .integer(0) }

  public var tree: Value {
    switch self {
    case .integer(let number): .integer(number)
    case .string(let text): .string(text)
    }
  }

  public static func read(_ value: Value, _ reading: inout Reading) -> IntOrString? {
    switch value {
    case .integer(let number): return .integer(number)
    case .string(let text): return .string(text)
    default:
      reading.wrongType(value, expected: goType)
      return nil
    }
  }
}

extension IntOrString: CustomStringConvertible {
  public var description: String { text }
}
