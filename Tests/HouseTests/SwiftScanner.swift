/// Blanks comments and the words of string literals, so that rules look at code alone.
///
/// Code inside an interpolation stays. Lines keep their numbers and columns their places.
struct SwiftScanner {
  private let bytes: [UInt8]
  private var out: [UInt8] = []
  private var place = 0

  static func code(of text: String) -> String {
    var scanner = SwiftScanner(bytes: Array(text.utf8))
    scanner.scanCode(until: nil)
    return String(decoding: scanner.out, as: UTF8.self)
  }

  private init(bytes: [UInt8]) {
    self.bytes = bytes
    out.reserveCapacity(bytes.count)
  }

  private func looksAt(_ text: StaticString, from offset: Int = 0) -> Bool {
    let start = place + offset
    guard start + text.utf8CodeUnitCount <= bytes.count else { return false }
    return text.withUTF8Buffer { $0.elementsEqual(bytes[start..<start + $0.count]) }
  }

  private mutating func keep() {
    out.append(bytes[place])
    place += 1
  }

  private mutating func blank(_ count: Int = 1) {
    for _ in 0..<count where place < bytes.count {
      out.append(bytes[place] == UInt8(ascii: "\n") ? UInt8(ascii: "\n") : UInt8(ascii: " "))
      place += 1
    }
  }

  /// Reads code up to the parenthesis that closes an interpolation, or to the end of the file.
  private mutating func scanCode(until close: UInt8?) {
    var depth = 0
    while place < bytes.count {
      if looksAt("//") {
        while place < bytes.count, bytes[place] != UInt8(ascii: "\n") { blank() }
      } else if looksAt("/*") {
        while place < bytes.count, !looksAt("*/") { blank() }
        blank(2)
      } else if let signs = literalSigns() {
        scanLiteral(signs: signs)
      } else {
        if bytes[place] == UInt8(ascii: "(") { depth += 1 }
        if bytes[place] == UInt8(ascii: ")") {
          if close != nil, depth == 0 { return keep() }
          depth -= 1
        }
        keep()
      }
    }
  }

  /// How many number signs stand before a quotation mark here, or nothing where no literal begins.
  private func literalSigns() -> Int? {
    var end = place
    while end < bytes.count, bytes[end] == UInt8(ascii: "#") { end += 1 }
    return end < bytes.count && bytes[end] == UInt8(ascii: "\"") ? end - place : nil
  }

  private func hasSigns(_ count: Int, at start: Int) -> Bool {
    start + count <= bytes.count && bytes[start..<start + count].allSatisfy { $0 == UInt8(ascii: "#") }
  }

  /// Reads a literal; its quotation marks stay, so that code around it keeps its shape.
  private mutating func scanLiteral(signs: Int) {
    for _ in 0..<signs { blank() }
    let isBlock = looksAt("\"\"\"")
    for _ in 0..<(isBlock ? 3 : 1) { keep() }
    while place < bytes.count {
      if bytes[place] == UInt8(ascii: "\\"), hasSigns(signs, at: place + 1) {
        blank(1 + signs)
        if place < bytes.count, bytes[place] == UInt8(ascii: "(") {
          keep()
          scanCode(until: UInt8(ascii: ")"))
        } else {
          blank()
        }
      } else if isBlock ? looksAt("\"\"\"") && hasSigns(signs, at: place + 3) : endsLine(signs) {
        for _ in 0..<(isBlock ? 3 : 1) { keep() }
        return blank(signs)
      } else {
        blank()
      }
    }
  }

  private func endsLine(_ signs: Int) -> Bool {
    bytes[place] == UInt8(ascii: "\"") && hasSigns(signs, at: place + 1)
  }
}
