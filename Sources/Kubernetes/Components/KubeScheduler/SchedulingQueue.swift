import Clockwork

/// The Pods that wait for a node: those to be tried next, those in back-off, and those that nothing fits.
///
/// Follows pkg/scheduler/internal/queue: the Pod of the highest priority comes first, then the one that waited longest.
struct SchedulingQueue: Sendable {
  enum Place: Equatable, Sendable {
    case active
    /// May be tried again at this time.
    case backoff(until: Time)
    /// Waits for something in the cluster to change.
    case unschedulable(since: Time)
    /// Being scheduled or bound at the moment.
    case underWay
  }

  struct Entry: Sendable {
    var object: Object
    var demand: PodDemand
    var priority: Int64
    var attempts: Int64 = 0
    var place: Place = .active
    var sequence: Int64
    /// When it last failed: back-off counts from here.
    var failedAt: Time = 0
    var reason: String = ""
    /// How often anything had moved when this attempt began.
    var cycle: Int64 = 0
  }

  private struct Rank: Comparable, Sendable {
    /// The negated priority, or the end of the back-off.
    var first: Int64
    var sequence: Int64

    static func < (left: Rank, right: Rank) -> Bool {
      left.first != right.first ? left.first < right.first : left.sequence < right.sequence
    }
  }

  private let base: Time
  private let limit: Time
  private(set) var entries: Table<ObjectKey, Entry> = [:]
  private var active: Table<Rank, ObjectKey> = [:]
  private var backoff: Table<Rank, ObjectKey> = [:]
  private var unschedulable: Table<Rank, ObjectKey> = [:]
  private var sequence: Int64 = 0
  /// Counts the events that moved Pods out of the unschedulable queue.
  private(set) var moves: Int64 = 0

  init(_ durations: Durations) {
    base = durations.schedulerBackoffBase
    limit = durations.schedulerBackoffLimit
  }

  subscript(key: ObjectKey) -> Entry? { entries[key] }

  /// The Pod that is tried next.
  var head: ObjectKey? { active.first?.value }
  /// The Pod whose back-off ends first, and when.
  var nextBackoff: (key: ObjectKey, until: Time)? { backoff.first.map { ($0.value, $0.key.first) } }
  /// The Pod that has been unschedulable for longest, and since when.
  var oldestUnschedulable: (key: ObjectKey, since: Time)? { unschedulable.first.map { ($0.value, $0.key.first) } }
  var activeKeys: [ObjectKey] { active.values }
  var backoffKeys: [ObjectKey] { backoff.values }
  var unschedulableKeys: [ObjectKey] { unschedulable.values }

  /// A Pod without a node was seen for the first time.
  mutating func add(_ object: Object, _ pod: Pod) {
    sequence += 1
    let priority = pod.spec.priority ?? 0
    let entry = Entry(object: object, demand: PodDemand(pod), priority: priority, sequence: sequence)
    remove(object.key)
    entries[object.key] = entry
    active[Rank(first: -priority, sequence: sequence)] = object.key
  }

  /// The Pod changed; `moves` when the change may make it schedulable, `atOnce` when back-off does not matter.
  mutating func update(_ object: Object, _ pod: Pod, moves: Bool, atOnce: Bool, at now: Time) {
    guard var entry = entries[object.key] else {
      add(object, pod)
      return
    }
    entry.object = object
    entry.demand = PodDemand(pod)
    entries[object.key] = entry
    guard moves, case .unschedulable = entry.place else { return }
    if atOnce { place(object.key, .active) } else { leave(object.key, at: now) }
  }

  mutating func remove(_ key: ObjectKey) {
    guard let entry = entries.removeValue(for: key) else { return }
    withdraw(entry)
  }

  /// Takes a Pod out to be tried.
  mutating func take(_ key: ObjectKey) -> Entry? {
    guard var entry = entries[key] else { return nil }
    withdraw(entry)
    entry.place = .underWay
    entry.attempts += 1
    entry.cycle = moves
    entries[key] = entry
    return entry
  }

  /// Puts a Pod back that nothing fitted, or whose binding failed.
  mutating func putBack(_ key: ObjectKey, reason: String, isError: Bool, at now: Time) {
    guard var entry = entries[key] else { return }
    sequence += 1
    entry.sequence = sequence
    entry.failedAt = now
    entry.reason = reason
    entries[key] = entry
    // Something moved while the Pod was under way, so what was found may be old.
    if isError || moves > entry.cycle {
      place(key, .backoff(until: now + delay(entry.attempts)))
    } else {
      place(key, .unschedulable(since: now))
    }
  }

  /// Something in the cluster changed: unschedulable Pods that it may help are tried again.
  mutating func moveAll(at now: Time, where helps: (Entry) -> Bool = { _ in true }) {
    moves += 1
    for key in unschedulable.values {
      if let entry = entries[key], helps(entry) { leave(key, at: now) }
    }
  }

  /// Lets Pods go whose back-off is over, and those that nothing moved for too long.
  mutating func flush(at now: Time, unschedulableBefore limit: Time) {
    while let next = backoff.first, next.key.first <= now { place(next.value, .active) }
    while let oldest = unschedulable.first, oldest.key.first < limit { leave(oldest.value, at: now) }
  }

  /// 1 s after the first failure, doubled after each further one.
  private func delay(_ attempts: Int64) -> Time {
    var delay = base
    var attempt: Int64 = 1
    while attempt < attempts, delay < limit {
      delay *= 2
      attempt += 1
    }
    return min(delay, limit)
  }

  private mutating func leave(_ key: ObjectKey, at now: Time) {
    guard let entry = entries[key] else { return }
    let end = entry.failedAt + delay(entry.attempts)
    place(key, end > now ? .backoff(until: end) : .active)
  }

  private mutating func place(_ key: ObjectKey, _ place: Place) {
    guard var entry = entries[key] else { return }
    withdraw(entry)
    entry.place = place
    entries[key] = entry
    switch place {
    case .active: active[Rank(first: -entry.priority, sequence: entry.sequence)] = key
    case .backoff(let end): backoff[Rank(first: end, sequence: entry.sequence)] = key
    case .unschedulable(let since): unschedulable[Rank(first: since, sequence: entry.sequence)] = key
    case .underWay: break
    }
  }

  private mutating func withdraw(_ entry: Entry) {
    switch entry.place {
    case .active: active.removeValue(for: Rank(first: -entry.priority, sequence: entry.sequence))
    case .backoff(let end): backoff.removeValue(for: Rank(first: end, sequence: entry.sequence))
    case .unschedulable(let since): unschedulable.removeValue(for: Rank(first: since, sequence: entry.sequence))
    case .underWay: break
    }
  }

  var state: Value {
    func texts(_ keys: [ObjectKey]) -> Value { .list(keys.map { .string($0.text) }) }
    return .map(
      ("active", texts(active.values)),
      ("backoff", texts(backoff.values)),
      ("unschedulable", texts(unschedulable.values))
    )
  }
}
