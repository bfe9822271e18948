/// A decimal number of any length: the slow path of ``Quantity``, taken when 64 bits do not hold a value.
///
/// Whole words of 32 bits are used rather than `Int128`, whose multiplication would need a runtime
/// library that the page's WebAssembly module does not link.
struct WideDecimal: Sendable {
  /// Exponents beyond this are refused before any work is done, so that `1e999999999` costs nothing.
  static let exponentLimit: Int32 = 400

  private(set) var isNegative: Bool
  /// Lowest word first, without leading zero words; none at all is zero.
  private(set) var words: [UInt32]
  /// The power of ten that the whole number is multiplied by.
  private(set) var exponent: Int32

  init(_ value: Int64, exponent: Int32) {
    isNegative = value < 0
    words = []
    self.exponent = exponent
    var rest = value.magnitude
    while rest > 0 {
      words.append(UInt32(truncatingIfNeeded: rest))
      rest >>= 32
    }
  }

  /// Reads ASCII digits; the caller has checked that there is nothing else.
  init(digits: [UInt8], isNegative: Bool, exponent: Int32) {
    self.isNegative = isNegative
    words = []
    self.exponent = exponent
    for digit in digits { multiply(by: 10, adding: UInt32(digit) - 48) }
  }

  var isZero: Bool { words.isEmpty }

  /// -1, 0 or 1.
  var sign: Int { isZero ? 0 : (isNegative ? -1 : 1) }

  /// The lowest 64 bits of the whole number with its sign, as Go's `big.Int.Int64` gives them.
  var low64: Int64 {
    let low = words.isEmpty ? 0 : UInt64(words[0])
    let high = words.count > 1 ? UInt64(words[1]) : 0
    let bits = Int64(bitPattern: low | (high << 32))
    return isNegative ? 0 &- bits : bits
  }

  /// True when the whole number, without its exponent, is below 2⁶³−1.
  var isBelowMaximum: Bool {
    isNegative || WideDecimal.compareWords(words, WideDecimal(Int64.max, exponent: 0).words) < 0
  }

  /// The digits of the whole number, with a sign when it is negative.
  var wholeText: String {
    if words.isEmpty { return "0" }
    var copy = self
    var digits: [UInt8] = []
    while !copy.words.isEmpty { digits.append(UInt8(copy.divide(by: 10)) + 48) }
    var text = isNegative ? "-" : ""
    for digit in digits.reversed() { text.unicodeScalars.append(Unicode.Scalar(digit)) }
    return text
  }

  mutating func negate() { isNegative.toggle() }

  mutating func multiply(by factor: UInt32, adding addend: UInt32 = 0) {
    var carry = UInt64(addend)
    for index in words.indices {
      let product = UInt64(words[index]) * UInt64(factor) + carry
      words[index] = UInt32(truncatingIfNeeded: product)
      carry = product >> 32
    }
    if carry > 0 { words.append(UInt32(carry)) }
  }

  /// Divides the whole number and returns the remainder of its size, both without regard to the sign.
  @discardableResult
  mutating func divide(by divisor: UInt32) -> UInt32 {
    var remainder: UInt64 = 0
    for index in words.indices.reversed() {
      let part = (remainder << 32) | UInt64(words[index])
      words[index] = UInt32(part / UInt64(divisor))
      remainder = part % UInt64(divisor)
    }
    while words.last == 0 { words.removeLast() }
    return UInt32(remainder)
  }

  /// Writes the same number, or the next one away from zero, with another exponent; says whether it is exact.
  @discardableResult
  mutating func round(to newExponent: Int32) -> Bool {
    while exponent > newExponent {
      multiply(by: 10)
      exponent -= 1
    }
    var exact = true
    while exponent < newExponent {
      if words.isEmpty {
        exponent = newExponent
      } else {
        if divide(by: 10) != 0 { exact = false }
        exponent += 1
      }
    }
    if !exact { words = WideDecimal.sum(words, [1]) }
    return exact
  }

  /// Takes a factor out of the whole number as often as it divides it, and says how often.
  mutating func removeFactors(of factor: UInt32) -> Int32 {
    var times: Int32 = 0
    while !words.isEmpty {
      var quotient = self
      if quotient.divide(by: factor) != 0 { break }
      self = quotient
      times += 1
    }
    return times
  }

  func compare(_ other: WideDecimal) -> Int {
    var left = self
    var right = other
    let common = min(exponent, other.exponent)
    left.round(to: common)
    right.round(to: common)
    if left.sign != right.sign { return left.sign < right.sign ? -1 : 1 }
    let order = WideDecimal.compareWords(left.words, right.words)
    return left.isNegative ? -order : order
  }

  func adding(_ other: WideDecimal) -> WideDecimal {
    var left = self
    var right = other
    let common = min(exponent, other.exponent)
    left.round(to: common)
    right.round(to: common)
    if left.isNegative == right.isNegative {
      left.words = WideDecimal.sum(left.words, right.words)
      return left
    }
    if WideDecimal.compareWords(left.words, right.words) < 0 { swap(&left, &right) }
    left.words = WideDecimal.difference(left.words, right.words)
    if left.words.isEmpty { left.isNegative = false }
    return left
  }

  // MARK: Words

  private static func compareWords(_ left: [UInt32], _ right: [UInt32]) -> Int {
    if left.count != right.count { return left.count < right.count ? -1 : 1 }
    for index in left.indices.reversed() where left[index] != right[index] {
      return left[index] < right[index] ? -1 : 1
    }
    return 0
  }

  private static func sum(_ left: [UInt32], _ right: [UInt32]) -> [UInt32] {
    var out: [UInt32] = []
    var carry: UInt64 = 0
    for index in 0..<max(left.count, right.count) {
      carry += index < left.count ? UInt64(left[index]) : 0
      carry += index < right.count ? UInt64(right[index]) : 0
      out.append(UInt32(truncatingIfNeeded: carry))
      carry >>= 32
    }
    if carry > 0 { out.append(UInt32(carry)) }
    return out
  }

  /// `left` is not smaller than `right`.
  private static func difference(_ left: [UInt32], _ right: [UInt32]) -> [UInt32] {
    var out: [UInt32] = []
    var borrow: Int64 = 0
    for index in left.indices {
      var part = Int64(left[index]) - borrow - (index < right.count ? Int64(right[index]) : 0)
      borrow = part < 0 ? 1 : 0
      if part < 0 { part += 1 << 32 }
      out.append(UInt32(part))
    }
    while out.last == 0 { out.removeLast() }
    return out
  }
}
