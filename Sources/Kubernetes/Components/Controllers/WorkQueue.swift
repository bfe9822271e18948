public import Clockwork

/// The keys that a controller still has to look at, each at most once (client-go: util/workqueue).
///
/// A key that changes while it is worked on waits until that work is done; one that failed waits longer each time.
public struct WorkQueue: Sendable {
  /// client-go: 5 ms, doubled for every failure, at most 1,000 s.
  public static let firstDelay: Time = 5
  public static let longestDelay: Time = 1_000_000

  private var waiting: Table<ObjectKey, Int64> = [:]
  /// The same keys in the order in which they came.
  private var order: Table<Int64, ObjectKey> = [:]
  private var delayed: Table<ObjectKey, Time> = [:]
  private var working: Table<ObjectKey, Bool> = [:]
  private var failures: Table<ObjectKey, Int64> = [:]
  private var serial: Int64 = 0
  /// How many keys may be worked on at once (`--concurrent-*-syncs`).
  private let workers: Int

  public init(workers: Int = 5) {
    self.workers = workers
  }

  public var isEmpty: Bool { order.isEmpty && delayed.isEmpty && working.isEmpty }

  /// How often in a row a key has failed.
  public func failureCount(of key: ObjectKey) -> Int64 { failures[key] ?? 0 }

  /// Adds a key; one that waits already keeps its place.
  public mutating func add(_ key: ObjectKey) {
    delayed.removeValue(for: key)
    if working[key] != nil {
      working[key] = true
      return
    }
    if waiting[key] != nil { return }
    serial += 1
    waiting[key] = serial
    order[serial] = key
  }

  /// Adds a key once a time has come; an earlier time stays.
  public mutating func add(_ key: ObjectKey, at time: Time) {
    if waiting[key] != nil { return }
    if let known = delayed[key], known <= time { return }
    delayed[key] = time
  }

  /// Adds a key that failed, later each time.
  public mutating func retry(_ key: ObjectKey, at now: Time) {
    let count = failures[key] ?? 0
    failures[key] = count + 1
    let delay = count >= 18 ? WorkQueue.longestDelay : min(WorkQueue.firstDelay << count, WorkQueue.longestDelay)
    add(key, at: now + delay)
  }

  /// A key went well: its next failure is the first again.
  public mutating func forget(_ key: ObjectKey) { failures.removeValue(for: key) }

  /// A key need not be looked at any more.
  public mutating func cancel(_ key: ObjectKey) {
    if let place = waiting.removeValue(for: key) { order.removeValue(for: place) }
    delayed.removeValue(for: key)
    failures.removeValue(for: key)
  }

  /// Takes a key out to work on it.
  public mutating func begin(_ key: ObjectKey) {
    if let place = waiting.removeValue(for: key) { order.removeValue(for: place) }
    delayed.removeValue(for: key)
    working[key] = false
  }

  /// The work on a key is over; if it changed meanwhile, it comes again.
  public mutating func end(_ key: ObjectKey) {
    guard let again = working.removeValue(for: key) else { return }
    if again { add(key) }
  }

  public func isWorking(_ key: ObjectKey) -> Bool { working[key] != nil }

  /// Visits every key that could be begun, with the time from which on, until `body` returns false.
  public func forEachReady(_ body: (ObjectKey, Time) -> Bool) {
    if working.count >= workers { return }
    var goesOn = true
    order.forEach(from: 0) { _, key in
      goesOn = body(key, 0)
      return goesOn
    }
    if !goesOn { return }
    delayed.forEach { key, time in
      if goesOn, working[key] == nil { goesOn = body(key, time) }
    }
  }

  /// A restarted process knows of nothing.
  public mutating func removeAll() { self = WorkQueue(workers: workers) }

  public var state: Value {
    var keys: [Value] = []
    order.forEach { _, key in keys.append(.string(key.text)) }
    var later: [Value.Entry] = []
    delayed.forEach { key, time in later.append(Value.Entry(key.text, .integer(time))) }
    var busy: [Value] = []
    working.forEach { key, _ in busy.append(.string(key.text)) }
    return .map(("waiting", .list(keys)), ("later", .map(later)), ("working", .list(busy)))
  }
}
