import Clockwork

/// A moment of virtual time with the precision of the API: whole seconds.
public struct Timestamp: Comparable, Sendable {
  /// Milliseconds of virtual time, always a whole number of seconds.
  public let milliseconds: Int64

  /// The second that a moment of virtual time belongs to.
  public init(_ milliseconds: Int64) {
    self.milliseconds = milliseconds - Calendar.floorModulo(milliseconds, 1000)
  }

  /// Reads RFC 3339 such as `2026-11-22T08:00:00Z`; nil for other text.
  public init?(text: String) {
    guard let microseconds = Calendar.parse(text) else { return nil }
    self.init(Calendar.floorDivide(microseconds, 1000))
  }

  /// The moment in RFC 3339: `2026-11-22T08:00:00Z`.
  public var text: String { Calendar.text(milliseconds: milliseconds) + "Z" }

  public static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }
}

/// A moment of virtual time that is printed with six decimals, as `eventTime` and `renewTime` are.
public struct MicroTime: Comparable, Sendable {
  public let milliseconds: Int64

  public init(_ milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  /// Reads RFC 3339 with or without a fraction; nil for other text.
  public init?(text: String) {
    guard let microseconds = Calendar.parse(text) else { return nil }
    self.init(Calendar.floorDivide(microseconds, 1000))
  }

  /// The moment with six decimals: `2026-11-22T08:00:00.250000Z`.
  public var text: String {
    let fraction = Calendar.floorModulo(milliseconds, 1000)
    return Calendar.text(milliseconds: milliseconds) + "." + Calendar.padded(fraction, 3) + "000Z"
  }

  public static func < (left: MicroTime, right: MicroTime) -> Bool { left.milliseconds < right.milliseconds }
}

extension Timestamp: Field {
  public static var goType: String { "v1.Time" }
  public static var vacant: Timestamp { Timestamp(0) }
  public var isVacant: Bool { false }
  public var tree: Value { .string(text) }

  public static func read(_ value: Value, _ reading: inout Reading) -> Timestamp? {
    if let text = value.text, let time = Timestamp(text: text) { return time }
    reading.wrongType(value, expected: goType)
    return nil
  }
}

extension MicroTime: Field {
  public static var goType: String { "v1.MicroTime" }
  public static var vacant: MicroTime { MicroTime(0) }
  public var isVacant: Bool { false }
  public var tree: Value { .string(text) }

  public static func read(_ value: Value, _ reading: inout Reading) -> MicroTime? {
    if let text = value.text, let time = MicroTime(text: text) { return time }
    reading.wrongType(value, expected: goType)
    return nil
  }
}
