import Glibc
import TerminalUI

/// The time, for those who may know it.
enum Clock {
  /// Now: milliseconds of a clock that only goes forward, and the date as ISO 8601 writes it in UTC.
  static var now: Instant {
    var steady = timespec()
    clock_gettime(CLOCK_MONOTONIC, &steady)
    let milliseconds = Int64(steady.tv_sec) * 1000 + Int64(steady.tv_nsec) / 1_000_000
    return Instant(milliseconds: milliseconds, stamp: stamp)
  }

  private static var stamp: String {
    var seconds = time(nil)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let date = "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
    return "\(date)T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
  }
}
