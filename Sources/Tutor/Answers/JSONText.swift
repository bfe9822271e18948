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
