/// Reads durations and quantities as people and Kubernetes write them, exactly, in billionths.
enum Quantities {
  private static let billion: Int128 = 1_000_000_000

  /// Nanoseconds from `1m30s`, `90s`, `1.5 min` or `2 hours`; a number without a unit is no duration.
  static func nanoseconds(_ text: String) -> Int128? {
    guard text.utf8.count <= 64 else { return nil }
    var rest = Substring(text.lowercased())
    var total: Int128 = 0
    var parts = 0
    while true {
      rest = rest.drop { $0.isWhitespace }
      if rest.isEmpty { return parts > 0 ? total : nil }
      let digits = rest.prefix { isDecimal($0) }
      rest = rest.dropFirst(digits.count).drop { $0.isWhitespace }
      let unit = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(unit.count)
      guard let factor = unitNanoseconds(String(unit)), let value = decimal(digits, times: factor) else { return nil }
      let (sum, isTooMuch) = total.addingReportingOverflow(value)
      if isTooMuch { return nil }
      total = sum
      parts += 1
    }
  }

  /// `500m`, `1Gi`, `0.5`, `1e3`, `100M`: billionths of one.
  static func nanos(_ text: String) -> Int128? {
    guard text.utf8.count <= 64 else { return nil }
    var rest = Substring(text)
    var sign: Int128 = 1
    if rest.first == "-" || rest.first == "+" {
      if rest.first == "-" { sign = -1 }
      rest = rest.dropFirst()
    }
    let digits = rest.prefix { isDecimal($0) }
    let suffix = String(rest.dropFirst(digits.count).drop { $0 == " " })
    guard let factor = suffixNanos(suffix), let value = decimal(digits, times: factor) else { return nil }
    return sign * value
  }

  private static func isDecimal(_ character: Character) -> Bool {
    character == "." || (character.isASCII && character.isNumber)
  }

  /// The number in the digits times a factor, where that is whole.
  private static func decimal(_ digits: Substring, times factor: Int128) -> Int128? {
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, digits.contains(where: { $0 != "." }) else { return nil }
    var total: Int128 = 0
    for digit in parts[0].utf8 {
      let (tens, isTooMany) = total.multipliedReportingOverflow(by: 10)
      let (sum, isTooMuch) = tens.addingReportingOverflow(Int128(digit - 0x30))
      if isTooMany || isTooMuch { return nil }
      total = sum
    }
    let (whole, isTooMuch) = total.multipliedReportingOverflow(by: factor)
    if isTooMuch { return nil }
    var out = whole
    var place = factor
    guard parts.count == 2 else { return out }
    for digit in parts[1].utf8 {
      guard place % 10 == 0 || digit == 0x30 else { return fraction(parts[1], times: factor).map { whole + $0 } }
      place /= 10
      out += place * Int128(digit - 0x30)
    }
    return out
  }

  /// What stands after the point, for binary factors, which ten does not divide for long.
  private static func fraction(_ digits: Substring, times factor: Int128) -> Int128? {
    var above: Int128 = 0
    var below: Int128 = 1
    for digit in digits.utf8.prefix(12) {
      above = above * 10 + Int128(digit - 0x30)
      below *= 10
    }
    let (product, isTooMuch) = above.multipliedReportingOverflow(by: factor)
    return isTooMuch ? nil : product / below
  }

  private static func unitNanoseconds(_ unit: String) -> Int128? {
    switch unit {
    case "ns": 1
    case "us", "\u{b5}s", "\u{3bc}s": 1_000
    case "ms", "msec", "millisecond", "milliseconds", "\u{bc00}\u{b9ac}\u{cd08}": 1_000_000
    case "s", "sec", "secs", "second", "seconds", "\u{cd08}": billion
    case "m", "min", "mins", "minute", "minutes", "\u{bd84}": 60 * billion
    case "h", "hour", "hours", "\u{c2dc}\u{ac04}": 3_600 * billion
    case "d", "day", "days", "\u{c77c}": 86_400 * billion
    default: nil
    }
  }

  private static func suffixNanos(_ suffix: String) -> Int128? {
    switch suffix {
    case "n": 1
    case "u": 1_000
    case "m": 1_000_000
    case "": billion
    case "k": billion * 1_000
    case "M": billion * 1_000_000
    case "G": billion * 1_000_000_000
    case "T": billion * 1_000_000_000_000
    case "P": billion * 1_000_000_000_000_000
    case "E": billion * 1_000_000_000_000_000_000
    case "Ki": billion << 10
    case "Mi": billion << 20
    case "Gi": billion << 30
    case "Ti": billion << 40
    case "Pi": billion << 50
    case "Ei": billion << 60
    default: exponent(suffix)
    }
  }

  private static func exponent(_ suffix: String) -> Int128? {
    guard suffix.first == "e" || suffix.first == "E", let power = Int(suffix.dropFirst()), (-9...18).contains(power)
    else { return nil }
    var factor = billion
    for _ in 0..<abs(power) { factor = power < 0 ? factor / 10 : factor * 10 }
    return factor
  }
}
