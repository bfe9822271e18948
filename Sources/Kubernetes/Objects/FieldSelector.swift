/// A question to a few fields of an object: `spec.nodeName=node1,status.phase!=Failed`.
public struct FieldSelector: Equatable, Sendable {
  /// One comparison; all of a selector's terms must hold.
  public struct Term: Equatable, Sendable {
    public let field: String
    public let isNegated: Bool
    public let value: String
  }

  /// Why a text is no selector, with the text of the real error.
  public struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
  }

  public private(set) var terms: [Term]

  public static let everything = FieldSelector(terms: [])

  public init(terms: [Term]) {
    self.terms = terms
  }

  /// A selector for one value of one field.
  public init(_ field: String, equals value: String) {
    terms = [Term(field: field, isNegated: false, value: value)]
  }

  /// Reads the text form that `kubectl --field-selector` and watches use.
  public static func parse(_ text: String) -> Result<FieldSelector, Failure> {
    do throws(Failure) {
      var terms: [Term] = []
      for part in split(Array(text.utf8)).sorted() where !part.isEmpty {
        terms.append(try term(part, of: text))
      }
      return .success(FieldSelector(terms: terms))
    } catch {
      return .failure(error)
    }
  }

  public var isEmpty: Bool { terms.isEmpty }

  /// Whether an object is meant whose fields the function tells; what it does not know is an empty text.
  public func matches(_ field: (String) -> String?) -> Bool {
    for term in terms where ((field(term.field) ?? "") == term.value) == term.isNegated { return false }
    return true
  }

  /// The value that a field must have, when the selector names just one.
  public func requiredValue(_ field: String) -> String? {
    for term in terms where term.field == field && !term.isNegated { return term.value }
    return nil
  }

  public var text: String {
    var out = ""
    for (index, term) in terms.enumerated() {
      if index > 0 { out += "," }
      out += term.field + (term.isNegated ? "!=" : "=")
      for scalar in term.value.unicodeScalars {
        if scalar == "\\" || scalar == "," || scalar == "=" { out += "\\" }
        out.unicodeScalars.append(scalar)
      }
    }
    return out
  }

  // MARK: Reading

  /// Cuts at commas that no backslash stands before.
  private static func split(_ bytes: [UInt8]) -> [String] {
    var parts: [String] = []
    var part: [UInt8] = []
    var isEscaped = false
    for byte in bytes {
      if !isEscaped, byte == UInt8(ascii: ",") {
        parts.append(String(decoding: part, as: UTF8.self))
        part = []
        continue
      }
      isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
      part.append(byte)
    }
    parts.append(String(decoding: part, as: UTF8.self))
    return parts
  }

  private static func term(_ part: String, of whole: String) throws(Failure) -> Term {
    let bytes = Array(part.utf8)
    for (index, byte) in bytes.enumerated() {
      let isEqual = index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "=")
      let field = String(decoding: bytes[..<index], as: UTF8.self)
      if byte == UInt8(ascii: "!"), isEqual {
        return Term(field: field, isNegated: true, value: try unescaped(bytes[(index + 2)...]))
      }
      if byte == UInt8(ascii: "=") {
        return Term(field: field, isNegated: false, value: try unescaped(bytes[(index + (isEqual ? 2 : 1))...]))
      }
    }
    throw Failure("invalid selector: '\(whole)'; can't understand '\(part)'")
  }

  private static func unescaped(_ bytes: ArraySlice<UInt8>) throws(Failure) -> String {
    var out: [UInt8] = []
    var isEscaped = false
    for byte in bytes {
      let isSpecial = byte == UInt8(ascii: "\\") || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "=")
      if isEscaped {
        if !isSpecial {
          throw Failure(
            "invalid field selector: invalid escape sequence: \\\(String(decoding: [byte], as: UTF8.self))"
          )
        }
        out.append(byte)
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if isSpecial {
        throw Failure("invalid field selector: unescaped character in value: \(byte)")
      } else {
        out.append(byte)
      }
    }
    if isEscaped { throw Failure("invalid field selector: invalid escape sequence: \\") }
    return String(decoding: out, as: UTF8.self)
  }
}

extension FieldSelector: CustomStringConvertible {
  public var description: String { text }
}
