/// Looking at eight bytes at a time: a file of a million answers is mostly spent in finding the next quote or line end.
enum Words8 {
  static let ones: UInt64 = 0x0101_0101_0101_0101
  static let highs: UInt64 = 0x8080_8080_8080_8080

  @inline(__always)
  static func load(_ base: UnsafePointer<UInt8>, _ at: Int) -> UInt64 {
    UInt64(littleEndian: UnsafeRawPointer(base + at).loadUnaligned(as: UInt64.self))
  }

  /// The high bit of every byte that equals `byte`; only the lowest one is to be trusted.
  @inline(__always)
  static func matches(_ word: UInt64, _ byte: UInt8) -> UInt64 {
    let difference = word ^ (ones &* UInt64(byte))
    return (difference &- ones) & ~difference & highs
  }

  /// The same for bytes below a space, which no JSON string may hold.
  @inline(__always)
  static func controls(_ word: UInt64) -> UInt64 {
    (word &- (ones &* 0x20)) & ~word & highs
  }

  /// The place of the first byte that is not ASCII or that ends a well-formed prefix; the count where all is UTF-8.
  static func invalidUTF8(_ base: UnsafePointer<UInt8>, count: Int) -> Int? {
    var at = 0
    while at < count {
      if at + 8 <= count, load(base, at) & highs == 0 {
        at += 8
        continue
      }
      let lead = base[at]
      if lead < 0x80 {
        at += 1
        continue
      }
      let length = sequenceLength(lead)
      guard length > 0, at + length <= count else { return at }
      for place in 1..<length where base[at + place] & 0xc0 != 0x80 { return at }
      guard isShortest(lead, base[at + 1]) else { return at }
      at += length
    }
    return nil
  }

  private static func sequenceLength(_ lead: UInt8) -> Int {
    switch lead {
    case 0xc2...0xdf: 2
    case 0xe0...0xef: 3
    case 0xf0...0xf4: 4
    default: 0
    }
  }

  /// Rules out forms that are too long, surrogates, and what lies above Unicode.
  private static func isShortest(_ lead: UInt8, _ second: UInt8) -> Bool {
    switch lead {
    case 0xe0: second >= 0xa0
    case 0xed: second < 0xa0
    case 0xf0: second >= 0x90
    case 0xf4: second < 0x90
    default: true
    }
  }
}
