public import Clockwork

/// A moment with nine decimals, as log lines carry it.
public struct NanoTime: Comparable, Sendable {
  /// Since 1970-01-01T00:00:00Z.
  public let seconds: Int64
  public let nanoseconds: Int64

  public init(seconds: Int64, nanoseconds: Int64) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// A moment of virtual time, and how many nanoseconds it lies behind the start of its millisecond.
  public init(_ time: Time, nanoseconds: Int64 = 0) {
    seconds = Calendar.floorDivide(time, 1000) + Calendar.epoch
    self.nanoseconds = Calendar.floorModulo(time, 1000) * 1_000_000 + nanoseconds
  }

  /// All nine decimals, as CRI files and `kubectl logs --timestamps` have them.
  public var fixed: String { head + "." + Calendar.padded(nanoseconds, 9) + "Z" }

  /// Without zeros at the end, as docker writes it.
  public var short: String {
    if nanoseconds == 0 { return head + "Z" }
    var fraction = Calendar.padded(nanoseconds, 9)
    while fraction.hasSuffix("0") { fraction.removeLast() }
    return head + "." + fraction + "Z"
  }

  /// Digits only, to the second: `20261122-080003`, as rotated files are called.
  public var stamp: String {
    var digits = ""
    for character in head where character != "-" && character != ":" {
      digits.append(character == "T" ? "-" : character)
    }
    return digits
  }

  private var head: String { Calendar.text(milliseconds: (seconds - Calendar.epoch) * 1000) }

  public static func < (left: NanoTime, right: NanoTime) -> Bool {
    left.seconds == right.seconds ? left.nanoseconds < right.nanoseconds : left.seconds < right.seconds
  }
}

/// Why a text is no moment, in the words of Go's time package.
struct TimeProblem: Error {
  var text: String
}

extension NanoTime {
  static let layout = "2006-01-02T15:04:05.999999999Z07:00"

  /// Reads RFC 3339 with any number of decimals.
  static func parse(_ text: String) throws(TimeProblem) -> NanoTime {
    var reader = MomentReader(text)
    return try reader.read()
  }
}

/// Goes over a text part by part, so that an error can name the part.
private struct MomentReader {
  let whole: String
  var rest: ArraySlice<UInt8>

  init(_ text: String) {
    whole = text
    rest = Array(text.utf8)[...]
  }

  mutating func read() throws(TimeProblem) -> NanoTime {
    let year = try year()
    try expect("-")
    let month = try number("01", in: 1...12, called: "month")
    try expect("-")
    let day = try number("02", in: 0...99, called: "day")
    try expect("T")
    let hour = try number("15", in: 0...23, called: "hour", width: 1)
    try expect(":")
    let minute = try number("04", in: 0...59, called: "minute")
    try expect(":")
    let second = try number("05", in: 0...59, called: "second")
    let nanoseconds = fraction()
    let offset = try zone()
    if !rest.isEmpty { throw problem(": extra text: \(quoted(rest))") }
    if day < 1 || day > MomentReader.days(in: month, year) { throw problem(": day out of range") }
    let days = Calendar.days(year: year, month: month, day: day)
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset
    return NanoTime(seconds: seconds, nanoseconds: nanoseconds)
  }

  private static func days(in month: Int64, _ year: Int64) -> Int64 {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    switch month {
    case 2: return isLeap ? 29 : 28
    case 4, 6, 9, 11: return 30
    default: return 31
    }
  }

  private mutating func year() throws(TimeProblem) -> Int64 {
    guard rest.count >= 4, isDigit(0) else { throw cannotParse("2006") }
    var number: Int64 = 0
    let digits = rest.prefix(4)
    rest = rest.dropFirst(4)
    for byte in digits {
      guard byte >= 48, byte <= 57 else { throw cannotParse("2006") }
      number = number * 10 + Int64(byte - 48)
    }
    return number
  }

  private mutating func expect(_ mark: Unicode.Scalar) throws(TimeProblem) {
    guard let first = rest.first, UInt32(first) == mark.value else { throw cannotParse(String(Character(mark))) }
    rest = rest.dropFirst()
  }

  /// Two digits, or one where one is enough.
  private mutating func number(
    _ element: String,
    in range: ClosedRange<Int64>,
    called name: String,
    width: Int = 2
  ) throws(TimeProblem) -> Int64 {
    guard isDigit(0), isDigit(1) || width == 1 else { throw cannotParse(element) }
    var number: Int64 = 0
    for _ in 0..<(isDigit(1) ? 2 : 1) { number = number * 10 + Int64(rest.removeFirst() - 48) }
    if !range.contains(number) { throw problem(": \(name) out of range") }
    return number
  }

  /// Everything behind the ninth decimal is dropped.
  private mutating func fraction() -> Int64 {
    guard rest.count >= 2, let first = rest.first, first == 46 || first == 44, isDigit(1) else { return 0 }
    rest = rest.dropFirst()
    var nanoseconds: Int64 = 0
    var scale: Int64 = 100_000_000
    while isDigit(0) {
      nanoseconds += Int64(rest.removeFirst() - 48) * scale
      scale /= 10
    }
    return nanoseconds
  }

  /// Seconds east of Greenwich.
  private mutating func zone() throws(TimeProblem) -> Int64 {
    if rest.first == 90 {
      rest = rest.dropFirst()
      return 0
    }
    let start = rest.startIndex
    guard rest.count >= 6, rest[start + 3] == 58, let sign = rest.first, sign == 43 || sign == 45, isDigit(1),
      isDigit(2), isDigit(4), isDigit(5)
    else { throw cannotParse("Z07:00") }
    let digits = [1, 2, 4, 5].map { Int64(rest[start + $0] - 48) }
    let offset = (digits[0] * 10 + digits[1]) * 3_600 + (digits[2] * 10 + digits[3]) * 60
    rest = rest.dropFirst(6)
    return sign == 43 ? offset : -offset
  }

  private func isDigit(_ place: Int) -> Bool {
    guard place < rest.count else { return false }
    let byte = rest[rest.startIndex + place]
    return byte >= 48 && byte <= 57
  }

  private func cannotParse(_ element: String) -> TimeProblem {
    TimeProblem(
      text: "parsing time \(quoted(Array(whole.utf8)[...])) as \"\(NanoTime.layout)\": cannot parse \(quoted(rest)) as "
        + "\"\(element)\""
    )
  }

  private func problem(_ message: String) -> TimeProblem {
    TimeProblem(text: "parsing time \(quoted(Array(whole.utf8)[...]))\(message)")
  }

  private func quoted(_ bytes: ArraySlice<UInt8>) -> String {
    var out = ""
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      if scalar == "\"" || scalar == "\\" { out += "\\" }
      out.unicodeScalars.append(scalar)
    }
    return "\"\(out)\""
  }
}
