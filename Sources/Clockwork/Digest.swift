/// FNV-1a over 64 bits: the same bytes give the same number in every build, process and browser.
public struct Digest: Equatable, Sendable {
  public private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  public init() {}

  public mutating func add(byte: UInt8) {
    value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
  }

  /// Adds the UTF-8 bytes and an end mark, so that `ab` + `c` differs from `a` + `bc`.
  public mutating func add(_ text: String) {
    var copy = text
    // Over the bytes where they lie: every step is digested, and every state that is compared.
    copy.withUTF8 { bytes in
      var value = value
      for byte in bytes { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
      self.value = value
    }
    add(byte: 0xff)
  }

  public mutating func add(_ number: Int64) {
    var rest = UInt64(bitPattern: number)
    for _ in 0..<8 {
      add(byte: UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
  }

  public mutating func add(_ value: Value) {
    switch value {
    case .null: add(byte: 0)
    case .bool(let flag): add(byte: flag ? 2 : 1)
    case .integer(let number):
      add(byte: 3)
      add(number)
    case .number(let number):
      add(byte: 4)
      add(Int64(bitPattern: number.bitPattern))
    case .string(let text):
      add(byte: 5)
      add(text)
    case .list(let elements):
      add(byte: 6)
      for element in elements { add(element) }
      add(byte: 0xfe)
    case .map(let entries):
      add(byte: 7)
      for entry in entries {
        add(entry.key)
        add(entry.value)
      }
      add(byte: 0xfe)
    }
  }

  /// Sixteen lower-case hexadecimal digits.
  public var text: String { Digest.hexadecimal(value, digits: 16) }

  /// The lowest `digits` hexadecimal digits of a number, lower case.
  public static func hexadecimal(_ number: UInt64, digits: Int) -> String {
    String(unsafeUninitializedCapacity: digits) { bytes in
      for place in 0..<digits {
        let digit = UInt8(truncatingIfNeeded: number >> (UInt64(digits - 1 - place) * 4)) & 15
        bytes[place] = digit < 10 ? 48 + digit : 87 + digit
      }
      return digits
    }
  }
}
