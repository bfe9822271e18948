/// An amount of a resource as manifests write it: `100m`, `128Mi`, `1.5Gi`, `1e3`.
///
/// Follows `resource.Quantity` of Kubernetes, its canonical text and its rounding up included. The common
/// amounts fit a 64-bit number and a power of ten; the others take the slow path of ``WideDecimal``.
public struct Quantity: Sendable {
  /// The family of suffixes in which a quantity is written.
  public enum Format: Sendable {
    case decimalSI
    case binarySI
    case decimalExponent
  }

  /// Why a text is no quantity; `description` is the text of the real error.
  public enum Failure: Error, Equatable, Sendable {
    case wrongFormat
    case badNumber
    case badSuffix
  }

  enum Amount: Sendable {
    case small(Int64, exponent: Int32)
    case wide(WideDecimal)
  }

  public internal(set) var format: Format
  var amount: Amount
  /// The text it was read from, when upstream takes that for canonical already (`0250m` and `+1` are).
  var written: String?

  public static let zero = Quantity(0)

  /// A whole number of units.
  public init(_ value: Int64, format: Format = .decimalSI) {
    amount = .small(value, exponent: 0)
    self.format = format
    written = nil
  }

  /// Thousandths: millicores for cpu.
  public init(milli: Int64, format: Format = .decimalSI) {
    amount = .small(milli, exponent: -3)
    self.format = format
    written = nil
  }

  /// Reads a quantity, or returns nil where ``parse(_:)`` would say what is wrong.
  public init?(_ text: String) {
    guard case .success(let quantity) = Quantity.parse(text) else { return nil }
    self = quantity
  }

  init(amount: Amount, format: Format, written: String? = nil) {
    self.amount = amount
    self.format = format
    self.written = written
  }

  public var isZero: Bool { sign == 0 }

  /// -1, 0 or 1.
  public var sign: Int {
    switch amount {
    case .small(let value, _): value == 0 ? 0 : (value < 0 ? -1 : 1)
    case .wide(let decimal): decimal.sign
    }
  }

  /// The amount in whole units, rounded up: `100m` is 1.
  public var value: Int64 { scaled(to: 0) }

  /// The amount in thousandths, rounded up.
  public var milliValue: Int64 { scaled(to: -3) }

  /// The amount counted in a power of ten, rounded up; like upstream it is 0 when a small amount overflows.
  public func scaled(to exponent: Int32) -> Int64 {
    switch amount {
    case .small(let value, let own):
      if own < exponent { return Quantity.divideUp(value, tens: exponent - own).result }
      return Quantity.multiply(value, tens: own - exponent) ?? 0
    case .wide(let decimal):
      return Quantity.scaled(decimal, to: exponent)
    }
  }

  private static func scaled(_ decimal: WideDecimal, to exponent: Int32) -> Int64 {
    if decimal.exponent == exponent { return decimal.low64 }
    if decimal.exponent > exponent {
      var value = decimal.low64
      for _ in 0..<(decimal.exponent - exponent) { value = value &* 10 }
      return value
    }
    let tens = exponent - decimal.exponent
    if decimal.isBelowMaximum, tens < 19 {
      // Upstream cuts towards zero here and then adds one, also below zero.
      var divisor: Int64 = 1
      for _ in 0..<tens { divisor &*= 10 }
      let whole = decimal.low64
      return whole / divisor + (whole % divisor == 0 ? 0 : 1)
    }
    var rounded = decimal
    let exact = rounded.round(to: exponent)
    // Away from zero is up only above zero.
    return rounded.low64 &+ (!exact && decimal.isNegative ? 1 : 0)
  }

  // MARK: Arithmetic

  /// -1, 0 or 1 as the amount is below, equal to or above the other, whatever their formats.
  public func compare(_ other: Quantity) -> Int {
    if case .small(let left, let leftExponent) = amount, case .small(let right, let rightExponent) = other.amount,
      leftExponent == rightExponent
    {
      return left == right ? 0 : (left < right ? -1 : 1)
    }
    return wide.compare(other.wide)
  }

  /// Adds; a zero takes the format of what is added to it.
  public mutating func add(_ other: Quantity) {
    written = nil
    if isZero { format = other.format }
    if case .small(let left, let leftExponent) = amount, case .small(let right, let rightExponent) = other.amount,
      let sum = Quantity.addSmall(left, leftExponent, right, rightExponent)
    {
      amount = sum
    } else {
      amount = .wide(wide.adding(other.wide))
    }
  }

  /// Subtracts; a zero takes the format of what is taken from it.
  public mutating func subtract(_ other: Quantity) {
    var negated = other
    negated.negate()
    add(negated)
  }

  public mutating func negate() {
    written = nil
    switch amount {
    case .small(let value, let exponent): amount = .small(0 &- value, exponent: exponent)
    case .wide(var decimal):
      decimal.negate()
      amount = .wide(decimal)
    }
  }

  var wide: WideDecimal {
    switch amount {
    case .small(let value, let exponent): WideDecimal(value, exponent: exponent)
    case .wide(let decimal): decimal
    }
  }

  private static func addSmall(_ left: Int64, _ leftExponent: Int32, _ right: Int64, _ rightExponent: Int32) -> Amount?
  {
    if right == 0 { return .small(left, exponent: leftExponent) }
    if left == 0 { return .small(right, exponent: rightExponent) }
    let common = min(leftExponent, rightExponent)
    guard let first = multiply(left, tens: leftExponent - common),
      let second = multiply(right, tens: rightExponent - common)
    else { return nil }
    let (sum, overflow) = first.addingReportingOverflow(second)
    return overflow ? nil : .small(sum, exponent: common)
  }

  static func multiply(_ value: Int64, tens: Int32) -> Int64? {
    var out = value
    if out == 0 { return 0 }
    for _ in 0..<tens {
      let (product, overflow) = out.multipliedReportingOverflow(by: 10)
      if overflow { return nil }
      out = product
    }
    return out
  }

  /// Divides by a power of ten and rounds away from zero.
  static func divideUp(_ value: Int64, tens: Int32) -> (result: Int64, exact: Bool) {
    var out = value
    var exact = true
    for _ in 0..<tens {
      if out % 10 != 0 { exact = false }
      out /= 10
      if out == 0 { break }
    }
    if exact { return (out, true) }
    return (out + (value > 0 ? 1 : -1), false)
  }
}

extension Quantity: Equatable {
  /// Equal amounts are equal, however they are written: `1024Mi` is `1Gi`.
  public static func == (left: Quantity, right: Quantity) -> Bool { left.compare(right) == 0 }
}

extension Quantity: Comparable {
  public static func < (left: Quantity, right: Quantity) -> Bool { left.compare(right) < 0 }
}

extension Quantity.Failure: CustomStringConvertible {
  public var description: String {
    switch self {
    case .wrongFormat:
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
    case .badNumber: "unable to parse numeric part of quantity"
    case .badSuffix: "unable to parse quantity's suffix"
    }
  }
}
