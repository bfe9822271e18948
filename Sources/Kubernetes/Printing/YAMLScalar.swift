/// How a string must be written so that YAML reads it back as the same string.
struct YAMLScalar {
  enum Style: Equatable {
    case plain
    case singleQuoted
    case doubleQuoted
    case literal
  }

  let text: String
  private(set) var style: Style = .plain
  private let scalars: [Unicode.Scalar]

  init(_ text: String) {
    self.text = text
    scalars = Array(text.unicodeScalars)
    style = chosenStyle
  }

  private var chosenStyle: Style {
    if scalars.contains("\n") { return isBlockAllowed ? .literal : .doubleQuoted }
    if YAMLScalar.looksLikeOther(scalars) { return .doubleQuoted }
    if hasSpecial { return .doubleQuoted }
    return isPlainAllowed ? .plain : .singleQuoted
  }

  /// A key is never folded or written over several lines.
  var keyText: String {
    switch style {
    case .plain: return text
    case .singleQuoted:
      var out = "'"
      for scalar in scalars {
        out.unicodeScalars.append(scalar)
        if scalar == "'" { out += "'" }
      }
      return out + "'"
    case .doubleQuoted, .literal:
      var out = "\""
      for scalar in scalars { out += YAMLScalar.escaped(scalar) }
      return out + "\""
    }
  }

  /// What stands behind the `|`: the indent when the text begins with a blank, and what becomes of the line ends.
  var literalHints: String {
    var hints = ""
    if scalars.first == " " || scalars.first == "\n" { hints += "2" }
    if scalars.last != "\n" {
      hints += "-"
    } else if scalars.count == 1 || scalars[scalars.count - 2] == "\n" {
      hints += "+"
    }
    return hints
  }

  // MARK: Analysis

  /// Characters that only an escape can write.
  private var hasSpecial: Bool {
    for scalar in scalars where scalar != "\n" && YAMLScalar.isSpecial(scalar) { return true }
    return false
  }

  private static func isSpecial(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (scalar.value >= 0x7f && scalar.value < 0xa0) || scalar.value == 0xfeff
      || scalar.value == 0x2028 || scalar.value == 0x2029
  }

  /// Blanks before a line end would be lost to a reader's eye, so such a text is quoted.
  private var isBlockAllowed: Bool {
    if hasSpecial || scalars.last == " " { return false }
    for index in scalars.indices.dropLast() where scalars[index] == " " && scalars[index + 1] == "\n" { return false }
    return true
  }

  private var isPlainAllowed: Bool {
    guard let first = scalars.first, first != " ", scalars.last != " " else { return false }
    if text.hasPrefix("---") || text.hasPrefix("...") { return false }
    if "#,[]{}&*!|>'\"%@`".unicodeScalars.contains(first) { return false }
    if first == "-" || first == "?" || first == ":", scalars.count == 1 || scalars[1] == " " { return false }
    for index in scalars.indices.dropFirst() {
      if scalars[index] == ":", index + 1 == scalars.count || scalars[index + 1] == " " { return false }
      if scalars[index] == "#", scalars[index - 1] == " " { return false }
    }
    return true
  }

  /// Whether a reader would take the plain text for a number, a truth value, a moment, or nothing.
  private static func looksLikeOther(_ scalars: [Unicode.Scalar]) -> Bool {
    guard let first = scalars.first else { return true }
    var text = ""
    text.unicodeScalars.append(contentsOf: scalars)
    let words = [
      "~", "null", "true", "false", "y", "n", "yes", "no", "on", "off", "<<", "=", ".nan", ".inf", "+.inf", "-.inf",
    ]
    if scalars.count <= 5, words.contains(text.lowercased()) { return true }
    let isNumeric = (first >= "0" && first <= "9") || first == "+" || first == "-" || first == "."
    if !isNumeric { return false }
    return isNumber(scalars) || isSexagesimal(scalars) || isMoment(scalars)
  }

  private static func isNumber(_ scalars: [Unicode.Scalar]) -> Bool {
    var digits = scalars.filter { $0 != "_" }[...]
    if digits.first == "+" || digits.first == "-" { digits.removeFirst() }
    guard let first = digits.first else { return false }
    if first == "0", digits.count > 2 {
      let rest = digits.dropFirst(2)
      switch digits[digits.startIndex + 1] {
      case "x", "X": return rest.allSatisfy { isHexadecimal($0) }
      case "b", "B": return rest.allSatisfy { $0 == "0" || $0 == "1" }
      case "o", "O": return rest.allSatisfy { $0 >= "0" && $0 <= "7" }
      default: break
      }
    }
    return isDecimal(digits)
  }

  private static func isHexadecimal(_ scalar: Unicode.Scalar) -> Bool {
    (scalar >= "0" && scalar <= "9") || (scalar >= "a" && scalar <= "f") || (scalar >= "A" && scalar <= "F")
  }

  /// Digits, perhaps with a fraction and an exponent.
  private static func isDecimal(_ scalars: ArraySlice<Unicode.Scalar>) -> Bool {
    var rest = scalars
    func takeDigits() -> Int {
      var count = 0
      while let next = rest.first, next >= "0", next <= "9" {
        rest.removeFirst()
        count += 1
      }
      return count
    }
    var count = takeDigits()
    if rest.first == "." {
      rest.removeFirst()
      count += takeDigits()
    }
    if count == 0 { return false }
    if rest.first == "e" || rest.first == "E" {
      rest.removeFirst()
      if rest.first == "+" || rest.first == "-" { rest.removeFirst() }
      if takeDigits() == 0 { return false }
    }
    return rest.isEmpty
  }

  /// Numbers of base 60 such as `1:30`, which older readers know.
  private static func isSexagesimal(_ scalars: [Unicode.Scalar]) -> Bool {
    let parts = scalars.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count < 2 { return false }
    for (index, part) in parts.enumerated() {
      var digits = part
      if index == 0, digits.first == "+" || digits.first == "-" { digits.removeFirst() }
      if index == parts.count - 1, let point = digits.firstIndex(of: ".") { digits = digits[..<point] }
      if digits.isEmpty || !digits.allSatisfy({ $0 >= "0" && $0 <= "9" }) { return false }
      if index > 0, digits.count > 2 { return false }
    }
    return true
  }

  /// A date, alone or with a time behind it.
  private static func isMoment(_ scalars: [Unicode.Scalar]) -> Bool {
    let parts = scalars.split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].count == 4, (1...2).contains(parts[1].count) else { return false }
    func isDigit(_ scalar: Unicode.Scalar) -> Bool { scalar >= "0" && scalar <= "9" }
    let day = parts[2].prefix { isDigit($0) }
    if !parts[0].allSatisfy(isDigit) || !parts[1].allSatisfy(isDigit) || !(1...2).contains(day.count) { return false }
    let rest = parts[2].dropFirst(day.count)
    guard let separator = rest.first else { return true }
    if separator != "T" && separator != "t" && separator != " " { return false }
    return rest.dropFirst().prefix { isDigit($0) }.count >= 1 && rest.contains(":")
  }

  /// A character between double quotes.
  static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\"": return "\\\""
    case "\\": return "\\\\"
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    case "\0": return "\\0"
    case "\u{07}": return "\\a"
    case "\u{08}": return "\\b"
    case "\u{0B}": return "\\v"
    case "\u{0C}": return "\\f"
    case "\u{1B}": return "\\e"
    case "\u{85}": return "\\N"
    case "\u{A0}": return "\\_"
    case "\u{2028}": return "\\L"
    case "\u{2029}": return "\\P"
    default:
      if !isSpecial(scalar) { return String(Character(scalar)) }
      let digits = Array("0123456789ABCDEF".unicodeScalars)
      let places: [UInt32] = scalar.value <= 0xff ? [4, 0] : [12, 8, 4, 0]
      var out = scalar.value <= 0xff ? "\\x" : "\\u"
      for place in places { out.unicodeScalars.append(digits[Int((scalar.value >> place) & 15)]) }
      return out
    }
  }
}
