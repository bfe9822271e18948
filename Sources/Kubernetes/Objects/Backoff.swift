import Clockwork

/// Waiting times that double with every failure up to a maximum, kept by name.
///
/// Follows `flowcontrol.Backoff`, which the kubelet uses for crashed containers and for image pulls: what went
/// well for more than twice the maximum starts from the beginning. Times are in any one unit.
public struct Backoff: Equatable, Sendable {
  private struct Entry: Equatable, Sendable {
    var delay: Int64
    var lastUpdate: Int64
  }

  public let initial: Int64
  public let maximum: Int64
  private var entries: Table<String, Entry> = [:]

  public init(initial: Int64, maximum: Int64) {
    self.initial = initial
    self.maximum = maximum
  }

  /// The waiting time of a name as it stands; 0 where nothing has failed.
  public func delay(_ name: String) -> Int64 { entries[name]?.delay ?? 0 }

  /// Goes to the next waiting time, or back to the first one when the event comes late after the last.
  public mutating func next(_ name: String, event: Int64, now: Int64) {
    if let entry = entries[name], !hasExpired(entry, event) {
      entries[name] = Entry(delay: min(entry.delay * 2, maximum), lastUpdate: now)
    } else {
      entries[name] = Entry(delay: initial, lastUpdate: now)
    }
  }

  /// How much longer to wait after an event, such as the end of a container; 0 when the time is over.
  public func remaining(_ name: String, since event: Int64, now: Int64) -> Int64 {
    guard let entry = entries[name], !hasExpired(entry, event) else { return 0 }
    return max(0, entry.delay - (now - event))
  }

  /// How much longer to wait after the last failure, as for image pulls; 0 when the time is over.
  public func remainingSinceUpdate(_ name: String, now: Int64) -> Int64 {
    guard let entry = entries[name], !hasExpired(entry, now) else { return 0 }
    return max(0, entry.delay - (now - entry.lastUpdate))
  }

  /// Forgets a name.
  public mutating func reset(_ name: String) { entries.removeValue(for: name) }

  /// Forgets every name that nothing was heard of for twice the maximum.
  public mutating func collectGarbage(now: Int64) {
    for name in entries.keys {
      if let entry = entries[name], hasExpired(entry, now) { entries.removeValue(for: name) }
    }
  }

  private func hasExpired(_ entry: Entry, _ event: Int64) -> Bool { event - entry.lastUpdate > maximum * 2 }
}
