/// Reads the text form of a label selector, token by token, with the errors of `labels.Parse`.
struct LabelSelectorParser {
  private enum Kind {
    case end
    case identifier
    case `in`
    case notIn
    case not
    case comma
    case open
    case close
    case equals
    case doubleEquals
    case notEquals
    case greater
    case less
  }

  private struct Token {
    var kind: Kind
    var text: String
  }

  private var tokens: [Token] = []
  private var place: Int = 0

  init(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while let token = LabelSelectorParser.next(&bytes) { tokens.append(token) }
    tokens.append(Token(kind: .end, text: ""))
  }

  mutating func parse() throws(LabelSelector.Failure) -> [LabelSelector.Requirement] {
    var requirements: [LabelSelector.Requirement] = []
    while true {
      switch peek().kind {
      case .end: return requirements
      case .identifier, .not: break
      default: throw .init("found '\(peek().text)', expected: !, identifier, or 'end of string'")
      }
      do throws(LabelSelector.Failure) {
        requirements.append(try requirement())
      } catch {
        throw .init("unable to parse requirement: \(error.description)")
      }
      let separator = take()
      switch separator.kind {
      case .end: return requirements
      case .comma:
        let following = peek()
        if following.kind != .identifier, following.kind != .not {
          throw .init("found '\(following.text)', expected: identifier after ','")
        }
      default: throw .init("found '\(separator.text)', expected: ',' or 'end of string'")
      }
    }
  }

  // MARK: Grammar

  private mutating func requirement() throws(LabelSelector.Failure) -> LabelSelector.Requirement {
    var key = take()
    let isNegated = key.kind == .not
    if isNegated { key = take() }
    if key.kind != .identifier { throw .init("found '\(key.text)', expected: identifier") }
    try LabelText.checkKey(key.text)
    if isNegated { return try .make(key.text, .doesNotExist, []) }
    if peek().kind == .end || peek().kind == .comma { return try .make(key.text, .exists, []) }
    let comparison = try comparison()
    switch comparison {
    case .in, .notIn: return try .make(key.text, comparison, try values())
    default: return try .make(key.text, comparison, [try exactValue()])
    }
  }

  private mutating func comparison() throws(LabelSelector.Failure) -> LabelSelector.Operator {
    let token = takeAsWritten()
    switch token.kind {
    case .in: return .in
    case .notIn: return .notIn
    case .equals: return .equals
    case .doubleEquals: return .doubleEquals
    case .notEquals: return .notEquals
    case .greater: return .greaterThan
    case .less: return .lessThan
    default: throw .init("found '\(token.text)', expected: '=', '!=', '==', 'in', notin'")
    }
  }

  /// The list after `in`: `(a, b)`; nothing between two commas is the empty value.
  private mutating func values() throws(LabelSelector.Failure) -> [String] {
    let open = take()
    if open.kind != .open { throw .init("found '\(open.text)' expected: '('") }
    let first = peek()
    switch first.kind {
    case .close:
      _ = take()
      return [""]
    case .identifier, .comma:
      let list = try identifiers()
      if take().kind != .close { throw .init("found '\(first.text)', expected: ')'") }
      return list
    default: throw .init("found '\(first.text)', expected: ',', ')' or identifier")
    }
  }

  private mutating func identifiers() throws(LabelSelector.Failure) -> [String] {
    var list: [String] = []
    while true {
      let token = take()
      switch token.kind {
      case .identifier:
        list.append(token.text)
        switch peek().kind {
        case .comma: continue
        case .close: return list
        default: throw .init("found '\(peek().text)', expected: ',' or ')'")
        }
      case .comma:
        if list.isEmpty { list.append("") }
        if peek().kind == .close {
          list.append("")
          return list
        }
        if peek().kind == .comma {
          _ = take()
          list.append("")
        }
      default: throw .init("found '\(token.text)', expected: ',', or identifier")
      }
    }
  }

  private mutating func exactValue() throws(LabelSelector.Failure) -> String {
    if peek().kind == .end || peek().kind == .comma { return "" }
    let token = take()
    if token.kind != .identifier { throw .init("found '\(token.text)', expected: identifier") }
    return token.text
  }

  // MARK: Tokens

  /// The token here, where `in` and `notin` are plain words.
  private func peek() -> Token {
    var token = tokens[min(place, tokens.count - 1)]
    if token.kind == .in || token.kind == .notIn { token.kind = .identifier }
    return token
  }

  private mutating func take() -> Token {
    let token = peek()
    place += 1
    return token
  }

  private mutating func takeAsWritten() -> Token {
    let token = tokens[min(place, tokens.count - 1)]
    place += 1
    return token
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 10 || byte == 13 }

  private static func isSymbol(_ byte: UInt8) -> Bool { "=!(),><".utf8.contains(byte) }

  private static func next(_ bytes: inout ArraySlice<UInt8>) -> Token? {
    while let byte = bytes.first, isSpace(byte) { bytes.removeFirst() }
    // A zero byte ends the text, as it does upstream.
    guard let first = bytes.first, first != 0 else { return nil }
    if isSymbol(first) {
      bytes.removeFirst()
      let hasEqual = bytes.first == UInt8(ascii: "=")
      if hasEqual, first == UInt8(ascii: "=") || first == UInt8(ascii: "!") {
        bytes.removeFirst()
        return first == UInt8(ascii: "!") ? Token(kind: .notEquals, text: "!=") : Token(kind: .doubleEquals, text: "==")
      }
      return symbol(first)
    }
    var word: [UInt8] = []
    while let byte = bytes.first, byte != 0, !isSymbol(byte), !isSpace(byte) {
      word.append(byte)
      bytes.removeFirst()
    }
    let text = String(decoding: word, as: UTF8.self)
    return Token(kind: text == "in" ? .in : (text == "notin" ? .notIn : .identifier), text: text)
  }

  private static func symbol(_ byte: UInt8) -> Token {
    switch byte {
    case UInt8(ascii: "!"): Token(kind: .not, text: "!")
    case UInt8(ascii: "("): Token(kind: .open, text: "(")
    case UInt8(ascii: ")"): Token(kind: .close, text: ")")
    case UInt8(ascii: ","): Token(kind: .comma, text: ",")
    case UInt8(ascii: ">"): Token(kind: .greater, text: ">")
    case UInt8(ascii: "<"): Token(kind: .less, text: "<")
    default: Token(kind: .equals, text: "=")
    }
  }
}
