/// Days, hours and seconds without a system clock: the Gregorian calendar in UTC.
///
/// Source of the conversion between days and dates: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms".
enum Calendar {
  /// Virtual time 0 in seconds since 1970: 2026-11-22T08:00:00Z.
  static let epoch: Int64 = days(year: 2026, month: 11, day: 22) * 86_400 + 8 * 3_600

  /// Date and time to the second, without a zone.
  static func text(milliseconds: Int64) -> String {
    let seconds = floorDivide(milliseconds, 1000) + epoch
    let day = floorDivide(seconds, 86_400)
    let rest = floorModulo(seconds, 86_400)
    let (year, month, date) = civil(days: day)
    let clock = "\(padded(rest / 3_600, 2)):\(padded(rest / 60 % 60, 2)):\(padded(rest % 60, 2))"
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(date, 2))T\(clock)"
  }

  /// Microseconds of virtual time from RFC 3339 text.
  static func parse(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes[4] == 45, bytes[7] == 45, bytes[10] == 84 || bytes[10] == 116,
      bytes[13] == 58, bytes[16] == 58
    else { return nil }
    guard let year = digits(bytes, 0, 4), let month = digits(bytes, 5, 2), let day = digits(bytes, 8, 2),
      let hour = digits(bytes, 11, 2), let minute = digits(bytes, 14, 2), let second = digits(bytes, 17, 2)
    else { return nil }
    guard (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61 else { return nil }
    var place = 19
    var fraction: Int64 = 0
    if bytes[place] == 46 {
      place += 1
      var scale: Int64 = 100_000
      while place < bytes.count, bytes[place] >= 48, bytes[place] <= 57 {
        fraction += Int64(bytes[place] - 48) * scale
        scale /= 10
        place += 1
      }
    }
    guard let offset = zone(bytes, place) else { return nil }
    let seconds = days(year: year, month: month, day: day) * 86_400 + hour * 3_600 + minute * 60 + second
    return (seconds - offset - epoch) * 1_000_000 + fraction
  }

  /// Seconds east of Greenwich of `Z` or `+09:00` at the end of a text.
  private static func zone(_ bytes: [UInt8], _ place: Int) -> Int64? {
    guard place < bytes.count else { return nil }
    if bytes[place] == 90 || bytes[place] == 122 { return place + 1 == bytes.count ? 0 : nil }
    guard bytes[place] == 43 || bytes[place] == 45, bytes.count == place + 6, bytes[place + 3] == 58,
      let hours = digits(bytes, place + 1, 2), let minutes = digits(bytes, place + 4, 2)
    else { return nil }
    let offset = hours * 3_600 + minutes * 60
    return bytes[place] == 43 ? offset : -offset
  }

  private static func digits(_ bytes: [UInt8], _ start: Int, _ count: Int) -> Int64? {
    var number: Int64 = 0
    for place in start..<(start + count) {
      guard place < bytes.count, bytes[place] >= 48, bytes[place] <= 57 else { return nil }
      number = number * 10 + Int64(bytes[place] - 48)
    }
    return number
  }

  /// Days since 1970-01-01.
  static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = floorDivide(shifted, 400)
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = floorDivide(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  static func padded(_ number: Int64, _ width: Int) -> String {
    var text = "\(number)"
    while text.utf8.count < width { text = "0" + text }
    return text
  }

  static func floorDivide(_ number: Int64, _ divisor: Int64) -> Int64 {
    let quotient = number / divisor
    return number % divisor < 0 ? quotient - 1 : quotient
  }

  static func floorModulo(_ number: Int64, _ divisor: Int64) -> Int64 {
    number - floorDivide(number, divisor) * divisor
  }
}
