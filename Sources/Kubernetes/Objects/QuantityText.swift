/// How quantities are read and written.
extension Quantity {
  /// Reads a quantity as the API server does, with its errors.
  public static func parse(_ text: String) -> Result<Quantity, Failure> {
    let bytes = Array(text.utf8)
    if bytes.isEmpty { return .failure(.wrongFormat) }
    guard let parts = Parts(bytes) else { return .failure(.wrongFormat) }
    guard let suffix = Suffix(parts.suffix) else { return .failure(.badSuffix) }
    if let small = parseSmall(parts, suffix, text) { return .success(small) }
    return parseWide(parts, suffix)
  }

  /// The number, when at most 18 digits and the suffix surely fit 64 bits; upstream's fast path.
  private static func parseSmall(_ parts: Parts, _ suffix: Suffix, _ text: String) -> Quantity? {
    let digits = parts.whole + parts.fraction
    var exponent: Int32 = 0
    var factor: Int64 = 1
    switch suffix.format {
    case .decimalSI, .decimalExponent:
      if digits.count > 18 { return nil }
      exponent = suffix.exponent - Int32(parts.fraction.count)
    case .binarySI:
      if !parts.fraction.isEmpty || 14 - Int32(parts.whole.count) - suffix.exponent * 3 / 10 < 0 { return nil }
      factor = 1 << Int64(suffix.exponent)
    }
    if exponent < -9 || exponent > WideDecimal.exponentLimit { return nil }
    var number: Int64 = 0
    for digit in digits { number = number * 10 + Int64(digit - 48) }
    var (result, overflow) = number.multipliedReportingOverflow(by: factor)
    if overflow { return nil }
    if parts.isNegative { result = -result }
    let isCanonical =
      switch suffix.format {
      case .binarySI: number & 7 != 0
      case .decimalSI, .decimalExponent:
        exponent % 3 == 0 && digits.first != 48 && !(digits.count >= 3 && digits.suffix(3) == [48, 48, 48])
      }
    let amount = Amount.small(result, exponent: exponent)
    return Quantity(amount: amount, format: suffix.format, written: isCanonical ? text : nil)
  }

  private static func parseWide(_ parts: Parts, _ suffix: Suffix) -> Result<Quantity, Failure> {
    let digits = parts.whole + parts.fraction
    let limit = Int(WideDecimal.exponentLimit)
    if digits.count > limit || suffix.exponent.magnitude > UInt32(limit) { return .failure(.badNumber) }
    let shift = suffix.format == .binarySI ? 0 : suffix.exponent
    var decimal = WideDecimal(digits: digits, isNegative: false, exponent: shift - Int32(parts.fraction.count))
    var format = suffix.format
    if format == .binarySI {
      for _ in 0..<(suffix.exponent / 10) { decimal.multiply(by: 1024) }
    }
    // What asks for a little gets a little: amounts below a billionth are rounded up to it.
    if !decimal.isZero { decimal.round(to: -9) }
    if format == .binarySI {
      let maximum = WideDecimal(Int64.max, exponent: 0)
      if decimal.compare(maximum) > 0 { decimal = maximum }
      if !decimal.isZero, decimal.compare(WideDecimal(1, exponent: 0)) < 0 { format = .decimalSI }
    }
    if parts.isNegative { decimal.negate() }
    return .success(Quantity(amount: .wide(decimal), format: format))
  }

  /// The canonical text: no fraction, nothing lost, the largest suffix that allows both.
  public var text: String {
    if let written { return written }
    if isZero { return "0" }
    var format = format
    if format == .binarySI {
      var whole = wide
      let isSmall =
        whole.compare(WideDecimal(-1024, exponent: 0)) > 0 && whole.compare(WideDecimal(1024, exponent: 0)) < 0
      if !isSmall, whole.round(to: 0) {
        let times = whole.removeFactors(of: 1024)
        return whole.wholeText + Suffix.text(exponent: times * 10, format: .binarySI)
      }
      // A fraction cannot be written with a binary suffix.
      format = .decimalSI
    }
    var number = wide
    var exponent = number.exponent + number.removeFactors(of: 10)
    while exponent % 3 != 0 {
      number.multiply(by: 10)
      exponent -= 1
    }
    return number.wholeText + Suffix.text(exponent: exponent, format: format)
  }
}

extension Quantity: CustomStringConvertible {
  public var description: String { text }
}

/// A quantity's text cut into sign, digits, fraction and suffix.
private struct Parts {
  var isNegative: Bool = false
  var whole: [UInt8] = []
  var fraction: [UInt8] = []
  var suffix: [UInt8] = []

  init?(_ bytes: [UInt8]) {
    var place = 0
    func digits() -> Int {
      var end = place
      while end < bytes.count, bytes[end] >= 48, bytes[end] <= 57 { end += 1 }
      return end
    }
    if bytes[0] == UInt8(ascii: "-") || bytes[0] == UInt8(ascii: "+") {
      isNegative = bytes[0] == UInt8(ascii: "-")
      place = 1
    }
    while place < bytes.count, bytes[place] == 48 { place += 1 }
    var end = digits()
    whole = Array(bytes[place..<end])
    place = end
    if whole.isEmpty { whole = [48] }
    if place < bytes.count, bytes[place] == UInt8(ascii: ".") {
      place += 1
      end = digits()
      fraction = Array(bytes[place..<end])
      place = end
    }
    let start = place
    let letters = Array("eEinumkKMGTP".utf8)
    while place < bytes.count, letters.contains(bytes[place]) { place += 1 }
    if place < bytes.count, bytes[place] == UInt8(ascii: "-") || bytes[place] == UInt8(ascii: "+") { place += 1 }
    if digits() < bytes.count { return nil }
    suffix = Array(bytes[start...])
  }
}

/// What a suffix means: a power of two or of ten.
private struct Suffix {
  var exponent: Int32
  var format: Quantity.Format

  private static let decimal: [(text: String, exponent: Int32)] = [
    ("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18),
  ]
  private static let binary: [(text: String, exponent: Int32)] = [
    ("Ki", 10), ("Mi", 20), ("Gi", 30), ("Ti", 40), ("Pi", 50), ("Ei", 60),
  ]

  init?(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    for entry in Suffix.decimal where entry.text == text {
      exponent = entry.exponent
      format = .decimalSI
      return
    }
    for entry in Suffix.binary where entry.text == text {
      exponent = entry.exponent
      format = .binarySI
      return
    }
    guard bytes.count > 1, bytes[0] == UInt8(ascii: "e") || bytes[0] == UInt8(ascii: "E"),
      let power = Int32(text.dropFirst())
    else { return nil }
    exponent = power
    format = .decimalExponent
  }

  /// The suffix of a power, or nothing where none is that large: upstream drops the power of 10²¹ too.
  static func text(exponent: Int32, format: Quantity.Format) -> String {
    switch format {
    case .decimalExponent: return exponent == 0 ? "" : "e\(exponent)"
    case .decimalSI:
      for entry in decimal where entry.exponent == exponent { return entry.text }
    case .binarySI:
      for entry in binary where entry.exponent == exponent { return entry.text }
    }
    return ""
  }
}
