import Clockwork

/// A tree as `kubectl get -o yaml` prints it: sorted keys, lists not indented, strings quoted only where they must be.
///
/// Follows the block style of the emitter that kubectl uses, its folding at blanks behind column 80 included.
public struct YAMLText {
  private static let width = 80

  private var text: String = ""
  private var column: Int = 0

  private init() {}

  /// The whole document, with a line end.
  public static func of(_ value: Value) -> String {
    var writer = YAMLText()
    writer.block(value, indent: 0, isAtLineStart: true)
    writer.breakLine(0)
    return writer.text
  }

  // MARK: Blocks

  private mutating func block(_ value: Value, indent: Int, isAtLineStart: Bool) {
    switch value {
    case .map(let entries) where !entries.isEmpty: map(entries, indent: indent)
    case .list(let elements) where !elements.isEmpty: list(elements, indent: indent)
    default: scalar(value, indent: isAtLineStart ? indent : indent + 2)
    }
  }

  /// The first key stands where the writer is; the others start their own lines.
  private mutating func map(_ entries: [Value.Entry], indent: Int) {
    let sorted = entries.sorted { YAMLText.isBefore($0.key, $1.key) }
    for (index, entry) in sorted.enumerated() {
      if index > 0 { breakLine(indent) }
      put(YAMLScalar(entry.key).keyText)
      put(":")
      switch entry.value {
      case .map(let inner) where !inner.isEmpty:
        breakLine(indent + 2)
        map(inner, indent: indent + 2)
      case .list(let elements) where !elements.isEmpty:
        breakLine(indent)
        list(elements, indent: indent)
      default:
        put(" ")
        scalar(entry.value, indent: indent + 2)
      }
    }
  }

  private mutating func list(_ elements: [Value], indent: Int) {
    for (index, element) in elements.enumerated() {
      if index > 0 { breakLine(indent) }
      put("- ")
      switch element {
      case .map(let entries) where !entries.isEmpty: map(entries, indent: indent + 2)
      case .list(let inner) where !inner.isEmpty: list(inner, indent: indent + 2)
      default: scalar(element, indent: indent + 2)
      }
    }
  }

  private mutating func scalar(_ value: Value, indent: Int) {
    switch value {
    case .null: put("null")
    case .bool(let flag): put(flag ? "true" : "false")
    case .integer(let number): put("\(number)")
    case .number(let number): put("\(number)")
    case .list: put("[]")
    case .map: put("{}")
    case .string(let string): scalar(YAMLScalar(string), indent: indent)
    }
  }

  // MARK: Strings

  private mutating func scalar(_ scalar: YAMLScalar, indent: Int) {
    switch scalar.style {
    case .plain: folded(scalar.text, quote: "", indent: indent)
    case .singleQuoted: folded(scalar.text, quote: "'", indent: indent)
    case .doubleQuoted: doubleQuoted(scalar.text, indent: indent)
    case .literal: literal(scalar, indent: indent)
    }
  }

  /// Plain or in single quotes; a lone blank behind the last column becomes a line break.
  private mutating func folded(_ text: String, quote: String, indent: Int) {
    put(quote)
    let scalars = Array(text.unicodeScalars)
    var wasSpace = false
    for (index, scalar) in scalars.enumerated() {
      let isLast = index == scalars.count - 1
      let isInside = quote.isEmpty || (index > 0 && !isLast)
      if scalar == " ", !wasSpace, column > YAMLText.width, isInside, isLast || scalars[index + 1] != " " {
        breakLine(indent)
      } else {
        put(scalar)
        if scalar == "'", !quote.isEmpty { put(scalar) }
      }
      wasSpace = scalar == " "
    }
    put(quote)
  }

  private mutating func doubleQuoted(_ text: String, indent: Int) {
    put("\"")
    let scalars = Array(text.unicodeScalars)
    var wasSpace = false
    for (index, scalar) in scalars.enumerated() {
      if scalar == " ", !wasSpace, column > YAMLText.width, index > 0, index < scalars.count - 1 {
        breakLine(indent)
        // A blank at the start of a line would be lost.
        if scalars[index + 1] == " " { put("\\") }
      } else {
        put(YAMLScalar.escaped(scalar))
      }
      wasSpace = scalar == " "
    }
    put("\"")
  }

  /// Lines as they are, behind a `|` that says how the text begins and ends.
  private mutating func literal(_ scalar: YAMLScalar, indent: Int) {
    put("|" + scalar.literalHints)
    var lines = scalar.text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    for line in lines {
      if line.isEmpty {
        text += "\n"
        column = 0
      } else {
        breakLine(indent)
        put(String(line))
      }
    }
  }

  // MARK: Output

  private mutating func put(_ piece: String) {
    text += piece
    column += piece.unicodeScalars.count
  }

  private mutating func put(_ scalar: Unicode.Scalar) {
    text.unicodeScalars.append(scalar)
    column += 1
  }

  private mutating func breakLine(_ indent: Int) {
    text += "\n"
    for _ in 0..<indent { text += " " }
    column = indent
  }

  /// The emitter's order of keys: letters by code and behind other characters, digits by the number they make.
  private static func isBefore(_ left: String, _ right: String) -> Bool {
    let a = Array(left.unicodeScalars)
    let b = Array(right.unicodeScalars)
    func isDigit(_ scalar: Unicode.Scalar) -> Bool { scalar >= "0" && scalar <= "9" }
    func isLetter(_ scalar: Unicode.Scalar) -> Bool {
      (scalar >= "a" && scalar <= "z") || (scalar >= "A" && scalar <= "Z") || scalar.value > 0x7f
    }
    func number(_ scalars: [Unicode.Scalar], _ start: Int, _ carried: Int64) -> (value: Int64, end: Int) {
      var value = carried
      var end = start
      while end < scalars.count, isDigit(scalars[end]) {
        value = value &* 10 &+ Int64(scalars[end].value - 48)
        end += 1
      }
      return (value, end)
    }
    for index in 0..<min(a.count, b.count) where a[index] != b[index] {
      let letters = (isLetter(a[index]), isLetter(b[index]))
      if letters == (true, true) { return a[index] < b[index] }
      if letters.0 || letters.1 { return letters.1 }
      // Zeros inside a number count as digits of it.
      var carried: Int64 = 0
      if a[index] == "0" || b[index] == "0" {
        var before = index - 1
        while before >= 0, isDigit(a[before]) {
          if a[before] != "0" { carried = 1 }
          before -= 1
        }
      }
      let (first, firstEnd) = number(a, index, carried)
      let (second, secondEnd) = number(b, index, carried)
      if first != second { return first < second }
      if firstEnd != secondEnd { return firstEnd < secondEnd }
      return a[index] < b[index]
    }
    return a.count < b.count
  }
}
