import Clockwork

/// Reads JSON, as patches on a command line are written.
enum JSONText {
  static func parse(_ text: String) -> Value? {
    var reader = JSONReader(bytes: Array(text.utf8))
    guard let value = reader.value(depth: 0) else { return nil }
    reader.skipBlanks()
    return reader.isAtEnd ? value : nil
  }

  /// The keys of a simple JSONPath such as `.metadata.name`, `{.status.podIP}` or `.spec.containers[0].image`.
  static func path(_ text: String) -> [String]? {
    var rest = text[...]
    if rest.first == "{", rest.last == "}" { rest = rest.dropFirst().dropLast() }
    if rest.first == "." { rest = rest.dropFirst() }
    var path: [String] = []
    var part = ""
    for character in rest {
      switch character {
      case ".", "[", "]":
        if !part.isEmpty { path.append(part) }
        part = ""
      case "{", "}", "?", "(", ")", "@", "*", "'", "\"", " ": return nil
      default: part.append(character)
      }
    }
    if !part.isEmpty { path.append(part) }
    return path.isEmpty ? nil : path
  }
}

private struct JSONReader {
  let bytes: [UInt8]
  var place: Int = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { place >= bytes.count }
  private var here: UInt8? { place < bytes.count ? bytes[place] : nil }

  mutating func skipBlanks() {
    while let byte = here, byte == 32 || byte == 9 || byte == 10 || byte == 13 { place += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipBlanks()
    guard here == byte else { return false }
    place += 1
    return true
  }

  mutating func value(depth: Int) -> Value? {
    // Deep nesting must not exhaust the stack.
    guard depth < 100 else { return nil }
    skipBlanks()
    switch here {
    case UInt8(ascii: "{"): return map(depth)
    case UInt8(ascii: "["): return list(depth)
    case UInt8(ascii: "\""): return text().map { .string($0) }
    default: return scalar()
    }
  }

  private mutating func map(_ depth: Int) -> Value? {
    place += 1
    var value = Value.emptyMap
    if take(UInt8(ascii: "}")) { return value }
    while true {
      skipBlanks()
      guard let key = text(), take(UInt8(ascii: ":")), let element = self.value(depth: depth + 1) else { return nil }
      value[key] = element
      if take(UInt8(ascii: "}")) { return value }
      if !take(UInt8(ascii: ",")) { return nil }
    }
  }

  private mutating func list(_ depth: Int) -> Value? {
    place += 1
    var elements: [Value] = []
    if take(UInt8(ascii: "]")) { return .list(elements) }
    while true {
      guard let element = value(depth: depth + 1) else { return nil }
      elements.append(element)
      if take(UInt8(ascii: "]")) { return .list(elements) }
      if !take(UInt8(ascii: ",")) { return nil }
    }
  }

  private mutating func scalar() -> Value? {
    var word = ""
    while let byte = here, byte > 32, !",]}:".utf8.contains(byte) {
      word.unicodeScalars.append(Unicode.Scalar(byte))
      place += 1
    }
    switch word {
    case "null": return .null
    case "true": return .bool(true)
    case "false": return .bool(false)
    default: break
    }
    guard let first = word.utf8.first, first == UInt8(ascii: "-") || (first >= 48 && first <= 57) else { return nil }
    if let number = Int64(word) { return .integer(number) }
    return Double(word).map { .number($0) }
  }

  private mutating func text() -> String? {
    guard here == UInt8(ascii: "\"") else { return nil }
    place += 1
    var out: [UInt8] = []
    while let byte = here {
      place += 1
      if byte == UInt8(ascii: "\"") { return String(decoding: out, as: UTF8.self) }
      if byte < 32 { return nil }
      if byte != UInt8(ascii: "\\") {
        out.append(byte)
        continue
      }
      guard escape(&out) else { return nil }
    }
    return nil
  }

  private mutating func escape(_ out: inout [UInt8]) -> Bool {
    guard let byte = here else { return false }
    place += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(byte)
    case UInt8(ascii: "b"): out.append(8)
    case UInt8(ascii: "f"): out.append(12)
    case UInt8(ascii: "n"): out.append(10)
    case UInt8(ascii: "r"): out.append(13)
    case UInt8(ascii: "t"): out.append(9)
    case UInt8(ascii: "u"):
      guard var code = hex() else { return false }
      if code >= 0xd800, code < 0xdc00, place + 1 < bytes.count, bytes[place] == UInt8(ascii: "\\") {
        place += 2
        guard let low = hex(), low >= 0xdc00, low < 0xe000 else { return false }
        code = 0x1_0000 + ((code - 0xd800) << 10) + (low - 0xdc00)
      }
      guard let scalar = Unicode.Scalar(code) else { return false }
      out += Array(String(Character(scalar)).utf8)
    default: return false
    }
    return true
  }

  private mutating func hex() -> UInt32? {
    guard place + 4 <= bytes.count else { return nil }
    var code: UInt32 = 0
    for byte in bytes[place..<(place + 4)] {
      switch byte {
      case 48...57: code = code * 16 + UInt32(byte - 48)
      case 65...70: code = code * 16 + UInt32(byte - 55)
      case 97...102: code = code * 16 + UInt32(byte - 87)
      default: return nil
      }
    }
    place += 4
    return code
  }
}
