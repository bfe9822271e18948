/// How kubectl writes ages and moments.
enum TimeText {
  /// An age with two or three significant figures: `4s`, `2m5s`, `3h`, `12d`.
  static func age(milliseconds: Int64) -> String {
    let seconds = milliseconds / 1000
    if seconds < -1 { return "<invalid>" }
    if seconds < 0 { return "0s" }
    if seconds < 120 { return "\(seconds)s" }
    let minutes = seconds / 60
    if minutes < 10 { return pair(minutes, "m", seconds % 60, "s") }
    if minutes < 180 { return "\(minutes)m" }
    let hours = minutes / 60
    if hours < 8 { return pair(hours, "h", minutes % 60, "m") }
    if hours < 48 { return "\(hours)h" }
    let days = hours / 24
    if hours < 24 * 8 { return pair(days, "d", hours % 24, "h") }
    if days < 365 * 2 { return "\(days)d" }
    if days < 365 * 8 { return pair(days / 365, "y", days % 365, "d") }
    return "\(days / 365)y"
  }

  private static func pair(_ large: Int64, _ unit: String, _ small: Int64, _ smallUnit: String) -> String {
    small == 0 ? "\(large)\(unit)" : "\(large)\(unit)\(small)\(smallUnit)"
  }

  /// How long ago a moment was.
  static func since(_ moment: Timestamp?, now: Int64) -> String {
    guard let moment else { return "<unknown>" }
    return age(milliseconds: now - moment.milliseconds)
  }

  /// How long ago a moment was.
  static func since(_ moment: MicroTime?, now: Int64) -> String {
    guard let moment else { return "<unknown>" }
    return age(milliseconds: now - moment.milliseconds)
  }

  /// A moment as `kubectl describe` writes it in UTC: `Sun, 22 Nov 2026 08:00:00 +0000`.
  static func longText(_ moment: Timestamp?) -> String {
    guard let moment else { return "Mon, 01 Jan 0001 00:00:00 +0000" }
    let text = Array(moment.text.utf8)
    func part(_ start: Int, _ end: Int) -> String { String(decoding: text[start..<end], as: UTF8.self) }
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let year = Int64(part(0, 4)) ?? 0
    let month = Int64(part(5, 7)) ?? 1
    let date = Int64(part(8, 10)) ?? 1
    // Day 0 of the count, 1970-01-01, was a Thursday.
    let weekday = Calendar.floorModulo(Calendar.days(year: year, month: month, day: date), 7)
    return "\(weekdays[Int(weekday)]), \(part(8, 10)) \(months[Int(month) - 1]) \(part(0, 4)) \(part(11, 19)) +0000"
  }
}
