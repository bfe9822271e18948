import Clockwork

/// A schedule of five fields, as cron has them: minute, hour, day of the month, month, day of the week.
public struct CronSchedule: Equatable, Sendable {
  /// One bit for every value that fits.
  private var minutes: UInt64 = 0
  private var hours: UInt64 = 0
  private var days: UInt64 = 0
  private var months: UInt64 = 0
  private var weekdays: UInt64 = 0
  /// A star: then the other of the two fields about days decides alone.
  private var anyDay = false
  private var anyWeekday = false

  /// A schedule such as `*/5 * * * *` or `@hourly`; nothing for what is none.
  public init?(_ text: String) {
    var fields = text.split(separator: " ").map { String($0) }
    if fields.count == 1, let named = CronSchedule.named(fields[0]) {
      fields = named.split(separator: " ").map { String($0) }
    }
    guard fields.count == 5, let minutes = CronSchedule.bits(fields[0], 0, 59, []),
      let hours = CronSchedule.bits(fields[1], 0, 23, []), let days = CronSchedule.bits(fields[2], 1, 31, []),
      let months = CronSchedule.bits(fields[3], 1, 12, CronSchedule.monthNames),
      let weekdays = CronSchedule.bits(fields[4], 0, 6, CronSchedule.dayNames)
    else { return nil }
    self.minutes = minutes
    self.hours = hours
    self.days = days
    self.months = months
    self.weekdays = weekdays
    anyDay = fields[2].hasPrefix("*") || fields[2] == "?"
    anyWeekday = fields[4].hasPrefix("*") || fields[4] == "?"
  }

  /// What is wrong with a text that is no schedule.
  static func complaint(_ text: String) -> String {
    let fields = text.split(separator: " ")
    if fields.count == 1, let only = fields.first, only.hasPrefix("@") { return "unrecognized descriptor: \(text)" }
    if fields.count != 5 {
      var words = ""
      for field in fields { words += (words.isEmpty ? "" : " ") + field }
      return "expected exactly 5 fields, found \(fields.count): [\(words)]"
    }
    return "failed to parse schedule: \(text)"
  }

  private static let monthNames = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]
  private static let dayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

  private static func named(_ text: String) -> String? {
    switch text {
    case "@yearly", "@annually": "0 0 1 1 *"
    case "@monthly": "0 0 1 * *"
    case "@weekly": "0 0 * * 0"
    case "@daily", "@midnight": "0 0 * * *"
    case "@hourly": "0 * * * *"
    default: nil
    }
  }

  /// A list of numbers, ranges and steps as bits.
  private static func bits(_ text: String, _ least: Int64, _ most: Int64, _ names: [String]) -> UInt64? {
    var bits: UInt64 = 0
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let halves = part.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
      guard let range = halves.first, halves.count <= 2 else { return nil }
      var step: Int64 = 1
      if halves.count == 2 {
        guard let given = Int64(halves[1]), given > 0 else { return nil }
        step = given
      }
      var from = least
      var to = most
      if range != "*", range != "?" {
        let ends = range.split(separator: "-", omittingEmptySubsequences: false).map { String($0) }
        guard let first = ends.first, ends.count <= 2, let low = number(first, least, names) else { return nil }
        from = low
        // `5/10` means from 5 on.
        to = halves.count == 2 ? most : low
        if ends.count == 2 {
          guard let high = number(ends[1], least, names) else { return nil }
          to = high
        }
      }
      // Sunday is 0, and nothing else: 7 is an error for this parser.
      guard from >= least, to <= most, from <= to else { return nil }
      var value = from
      while value <= to {
        bits |= 1 << UInt64(value)
        value += step
      }
    }
    return bits == 0 ? nil : bits
  }

  private static func number(_ text: String, _ least: Int64, _ names: [String]) -> Int64? {
    if let place = names.firstIndex(of: text.lowercased()) { return Int64(place) + least }
    return Int64(text)
  }

  /// The first moment of the schedule after a moment of virtual time; nothing when five years have none.
  public func next(after time: Int64) -> Int64? {
    // Whole minutes since 1970: the zone is UTC.
    let offset = Calendar.epoch / 60
    var minute = Calendar.floorDivide(time, 60_000) + offset + 1
    let limit = minute + 5 * 366 * 1440
    while minute < limit {
      let day = Calendar.floorDivide(minute, 1440)
      guard fits(day: day) else {
        minute = (day + 1) * 1440
        continue
      }
      let rest = minute - day * 1440
      if hours & (1 << UInt64(rest / 60)) == 0 {
        minute = day * 1440 + (rest / 60 + 1) * 60
        continue
      }
      if minutes & (1 << UInt64(rest % 60)) != 0 { return (minute - offset) * 60_000 }
      minute += 1
    }
    return nil
  }

  private func fits(day: Int64) -> Bool {
    let (_, month, date) = Calendar.civil(days: day)
    if months & (1 << UInt64(month)) == 0 { return false }
    let isDate = days & (1 << UInt64(date)) != 0
    // 1970 began on a Thursday.
    let isWeekday = weekdays & (1 << UInt64(Calendar.floorModulo(day + 4, 7))) != 0
    return anyDay || anyWeekday ? isDate && isWeekday : isDate || isWeekday
  }
}
