import Clockwork

/// Strings of JSON: what their escapes stand for, and how they are written.
public enum JSONText {
  /// The inside of a string that the scanner has passed; nothing where half a surrogate pair stands alone.
  static func decode(_ inside: UnsafeBufferPointer<UInt8>) -> String? {
    var out: [UInt8] = []
    out.reserveCapacity(inside.count)
    var at = 0
    while at < inside.count {
      let byte = inside[at]
      guard byte == 0x5c else {
        out.append(byte)
        at += 1
        continue
      }
      let letter = inside[at + 1]
      at += 2
      switch letter {
      case 0x62: out.append(0x08)
      case 0x66: out.append(0x0c)
      case 0x6e: out.append(0x0a)
      case 0x72: out.append(0x0d)
      case 0x74: out.append(0x09)
      case 0x75:
        guard let scalar = unicode(inside, &at) else { return nil }
        out.append(contentsOf: Array(String(Character(scalar)).utf8))
      default: out.append(letter)
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  private static func unicode(_ inside: UnsafeBufferPointer<UInt8>, _ at: inout Int) -> Unicode.Scalar? {
    guard let first = unit(inside, at) else { return nil }
    at += 4
    if first & 0xfc00 != 0xd800 { return Unicode.Scalar(first) }
    guard at + 6 <= inside.count, inside[at] == 0x5c, inside[at + 1] == 0x75, let second = unit(inside, at + 2),
      second & 0xfc00 == 0xdc00
    else { return nil }
    at += 6
    return Unicode.Scalar(0x10000 + ((first & 0x3ff) << 10) + (second & 0x3ff))
  }

  private static func unit(_ inside: UnsafeBufferPointer<UInt8>, _ at: Int) -> UInt32? {
    guard at + 4 <= inside.count else { return nil }
    var out: UInt32 = 0
    for place in at..<(at + 4) {
      guard let digit = JSONScanner.digit(inside[place]) else { return nil }
      out = out << 4 | digit
    }
    return out
  }
}

extension JSONText {
  /// Reads a small JSON text into a tree; nothing where it is none, or is nested deeper than anybody writes by hand.
  static func parse(_ text: String) -> Value? {
    Array(text.utf8).withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return nil }
      var scanner = JSONScanner(bytes, base: base)
      scanner.skipSpace()
      guard let value = try? tree(&scanner, bytes, depth: 0) else { return nil }
      scanner.skipSpace()
      return scanner.at == bytes.count ? value : nil
    }
  }

  private static func tree(
    _ scanner: inout JSONScanner,
    _ bytes: UnsafeBufferPointer<UInt8>,
    depth: Int
  ) throws(JSONScanner.Failure) -> Value {
    guard depth < 32 else { throw .deep(scanner.at) }
    switch try scanner.peek() {
    case 0x5b: return .list(try elements(&scanner, bytes, depth: depth))
    case 0x7b: return .map(try entries(&scanner, bytes, depth: depth))
    default: break
    }
    let slice = try scanner.value()
    let inside = UnsafeBufferPointer(rebasing: bytes[slice.start..<slice.end])
    let plain = String(decoding: inside, as: UTF8.self)
    switch slice.kind {
    case .string: return .string(plain)
    case .escaped:
      guard let text = decode(inside) else { throw .bad(slice.start) }
      return .string(text)
    case .integer: return Int64(plain).map { .integer($0) } ?? .string(plain)
    case .number: return Double(plain).map { .number($0) } ?? .string(plain)
    case .yes: return .bool(true)
    case .no: return .bool(false)
    default: return .null
    }
  }

  private static func elements(
    _ scanner: inout JSONScanner,
    _ bytes: UnsafeBufferPointer<UInt8>,
    depth: Int
  ) throws(JSONScanner.Failure) -> [Value] {
    var out: [Value] = []
    scanner.at += 1
    scanner.skipSpace()
    if try scanner.peek() == 0x5d {
      scanner.at += 1
      return out
    }
    while true {
      scanner.skipSpace()
      out.append(try tree(&scanner, bytes, depth: depth + 1))
      scanner.skipSpace()
      if try scanner.peek() == 0x2c {
        scanner.at += 1
        continue
      }
      try scanner.expect(0x5d)
      return out
    }
  }

  private static func entries(
    _ scanner: inout JSONScanner,
    _ bytes: UnsafeBufferPointer<UInt8>,
    depth: Int
  ) throws(JSONScanner.Failure) -> [Value.Entry] {
    var out: [Value.Entry] = []
    scanner.at += 1
    scanner.skipSpace()
    if try scanner.peek() == 0x7d {
      scanner.at += 1
      return out
    }
    while true {
      scanner.skipSpace()
      let name = try scanner.string()
      guard let key = decode(UnsafeBufferPointer(rebasing: bytes[name.start..<name.end])) else {
        throw .bad(name.start)
      }
      scanner.skipSpace()
      try scanner.expect(0x3a)
      scanner.skipSpace()
      out.append(Value.Entry(key, try tree(&scanner, bytes, depth: depth + 1)))
      scanner.skipSpace()
      if try scanner.peek() == 0x2c {
        scanner.at += 1
        continue
      }
      try scanner.expect(0x7d)
      return out
    }
  }
}
