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
    var info: PodInfo
    var attempts: Int64 = 0
    var place: Place = .active
    var sequence: Int64
    /// When it last failed: back-off counts from here.
    var failedAt: Time = 0
    var reason: String = ""
    /// The plugins that refused the Pod when it was tried last.
    var refusedBy: [FilterPlugin] = []
    /// Pods are being evicted for it: until that is done it is not tried again.
    var isGated: Bool = false
    /// Something moved the Pod while it was gated.
    var wasMoved: Bool = false
    /// How often anything had moved when this attempt began.
    var cycle: Int64 = 0

    var priority: Int64 { info.priority }
  }

  private struct Rank: Comparable, Sendable {
    /// The negated priority, or the end of the back-off.
    var first: Int64
    var sequence: Int64

    static func < (left: Rank, right: Rank) -> Bool {
      left.first != right.first ? left.first < right.first : left.sequence < right.sequence
    }
  }

  private let version: Version
  private let base: Time
  private let limit: Time
  private(set) var entries: Table<ObjectKey, Entry> = [:]
  private var active: Table<Rank, ObjectKey> = [:]
  private var backoff: Table<Rank, ObjectKey> = [:]
  private var unschedulable: Table<Rank, ObjectKey> = [:]
  private var sequence: Int64 = 0
  /// Counts the events that moved Pods out of the unschedulable queue.
  private(set) var moves: Int64 = 0
  /// Pods that a node was cleared for.
  private(set) var nominees = Nominees()

  init(_ version: Version, _ durations: Durations) {
    self.version = version
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

  /// A Pod without a node was seen for the first time; Pods of one template share what they ask for.
  mutating func add(_ object: Object, _ pod: Pod) {
    sequence += 1
    let entry = Entry(object: object, info: PodInfo(pod, version), sequence: sequence)
    remove(object.key)
    entries[object.key] = entry
    active[Rank(first: 0 - entry.priority, sequence: sequence)] = object.key
    if !pod.status.nominatedNodeName.isEmpty { nominees.add(entry.info, to: pod.status.nominatedNodeName) }
  }

  /// The Pod changed; `moves` when the change may make it schedulable, `atOnce` when back-off does not matter.
  mutating func update(_ object: Object, _ pod: Pod, moves: Bool, atOnce: Bool, at now: Time) {
    guard var entry = entries[object.key] else {
      add(object, pod)
      return
    }
    let before = entry.object.pod?.status.nominatedNodeName ?? ""
    entry.object = object
    entry.info = PodInfo(pod, version)
    entries[object.key] = entry
    // A node that was cleared in memory is kept until the API server has said so too.
    let after = pod.status.nominatedNodeName
    if let node = after.isEmpty ? (before.isEmpty ? nominees.node(of: object.key) : nil) : after {
      nominees.add(entry.info, to: node)
    } else {
      nominees.remove(object.key)
    }
    guard moves, case .unschedulable = entry.place else { return }
    if atOnce { place(object.key, .active) } else { leave(object.key, at: now) }
  }

  mutating func remove(_ key: ObjectKey) {
    guard let entry = entries.removeValue(for: key) else { return }
    withdraw(entry)
    nominees.remove(key)
  }

  /// A node is being cleared for the Pod.
  mutating func nominate(_ key: ObjectKey, for node: String) {
    if let entry = entries[key] { nominees.add(entry.info, to: node) }
  }

  /// The Pod needs no cleared node any more.
  mutating func withdrawNomination(_ key: ObjectKey) { nominees.remove(key) }

  /// Keeps the Pod from being tried until ``open(_:at:)``.
  mutating func gate(_ key: ObjectKey) {
    guard var entry = entries[key] else { return }
    entry.isGated = true
    entry.wasMoved = false
    entries[key] = entry
  }

  mutating func open(_ key: ObjectKey, at now: Time) {
    guard var entry = entries[key], entry.isGated else { return }
    entry.isGated = false
    entries[key] = entry
    if entry.wasMoved, case .unschedulable = entry.place { leave(key, at: now) }
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
  mutating func putBack(
    _ key: ObjectKey,
    reason: String,
    isError: Bool,
    by plugins: [FilterPlugin] = [],
    at now: Time
  ) {
    guard var entry = entries[key] else { return }
    sequence += 1
    entry.sequence = sequence
    entry.failedAt = now
    entry.reason = reason
    entry.refusedBy = plugins
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
    while let oldest = unschedulable.first, oldest.key.first < limit {
      open(oldest.value, at: now)
      leave(oldest.value, at: now)
    }
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
    guard var entry = entries[key] else { return }
    if entry.isGated {
      entry.wasMoved = true
      entries[key] = entry
      return
    }
    let end = entry.failedAt + delay(entry.attempts)
    place(key, end > now ? .backoff(until: end) : .active)
  }

  private mutating func place(_ key: ObjectKey, _ place: Place) {
    guard var entry = entries[key] else { return }
    withdraw(entry)
    entry.place = place
    entries[key] = entry
    switch place {
    case .active: active[Rank(first: 0 - entry.priority, sequence: entry.sequence)] = key
    case .backoff(let end): backoff[Rank(first: end, sequence: entry.sequence)] = key
    case .unschedulable(let since): unschedulable[Rank(first: since, sequence: entry.sequence)] = key
    case .underWay: break
    }
  }

  private mutating func withdraw(_ entry: Entry) {
    switch entry.place {
    case .active: active.removeValue(for: Rank(first: 0 - entry.priority, sequence: entry.sequence))
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
