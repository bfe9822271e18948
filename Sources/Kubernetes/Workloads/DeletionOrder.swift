import Clockwork

/// Which Pods a ReplicaSet gives up first when it has too many (pkg/controller: ActivePodsWithRanks).
public struct DeletionOrder {
  /// What the order looks at of one Pod.
  public struct Candidate: Sendable {
    public var node: String = ""
    public var phase: String = ""
    public var isReady: Bool = false
    /// Since when it is ready; nothing when that is not known.
    public var readySince: Int64? = nil
    public var restarts: Int64 = 0
    public var created: Int64? = nil
    /// What the Pod is worth to its owner; lower goes first (now).
    public var cost: Int64 = 0
    public var uid: String = ""
    /// How many of the same owner's Pods run on its node.
    public var rank: Int64 = 0

    public init() {}

    public init(_ pod: Pod) {
      node = pod.spec.nodeName
      phase = pod.status.phase
      if let ready = pod.status[condition: "Ready"], ready.status == "True" {
        isReady = true
        readySince = ready.lastTransitionTime?.milliseconds
      }
      for status in pod.status.containerStatuses { restarts = max(restarts, status.restartCount) }
      created = pod.metadata.creationTimestamp?.milliseconds
      cost = pod.metadata.annotations["controller.kubernetes.io/pod-deletion-cost"].flatMap { Int64($0) } ?? 0
      uid = pod.metadata.uid
    }
  }

  private let version: Version
  private let now: Int64

  public init(_ version: Version, now: Int64) {
    self.version = version
    self.now = now
  }

  /// The places of the first `count` to go; without a choice the order is the given one.
  public func first(_ count: Int, of candidates: [Candidate]) -> [Int] {
    if count >= candidates.count { return Array(candidates.indices) }
    let sorted = candidates.indices.sorted { left, right in
      if goesBefore(candidates[left], candidates[right]) { return true }
      if goesBefore(candidates[right], candidates[left]) { return false }
      return left < right
    }
    return Array(sorted.prefix(max(0, count)))
  }

  private static func ordinal(_ phase: String) -> Int {
    switch phase {
    case "Unknown": 1
    case "Running": 2
    default: 0
    }
  }

  func goesBefore(_ left: Candidate, _ right: Candidate) -> Bool {
    if left.node.isEmpty != right.node.isEmpty { return left.node.isEmpty }
    let phases = (DeletionOrder.ordinal(left.phase), DeletionOrder.ordinal(right.phase))
    if phases.0 != phases.1 { return phases.0 < phases.1 }
    if left.isReady != right.isReady { return !left.isReady }
    if version == .now, left.cost != right.cost { return left.cost < right.cost }
    if left.rank != right.rank { return left.rank > right.rank }
    if left.isReady, left.readySince != right.readySince {
      return isYounger(left, right, left.readySince, right.readySince)
    }
    if left.restarts != right.restarts { return left.restarts > right.restarts }
    if left.created != right.created { return isYounger(left, right, left.created, right.created) }
    return false
  }

  /// An unknown moment counts as the youngest; "now" ages are only compared by their powers of two.
  private func isYounger(_ left: Candidate, _ right: Candidate, _ one: Int64?, _ other: Int64?) -> Bool {
    guard let one, let other else { return one == nil }
    if version == .then { return one > other }
    let ages = (DeletionOrder.logarithm(now - one), DeletionOrder.logarithm(now - other))
    return ages.0 == ages.1 ? left.uid < right.uid : ages.0 < ages.1
  }

  /// The power of two that an age in nanoseconds has reached; -1 for none.
  private static func logarithm(_ milliseconds: Int64) -> Int {
    if milliseconds <= 0 { return -1 }
    let (nanoseconds, isTooLong) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
    return isTooLong ? 63 : 63 - nanoseconds.leadingZeroBitCount
  }
}

/// Slow start: 1, 2, 4 … at a time, so that a fault that hits every Pod is met by one first.
public enum SlowStart {
  public static func batches(_ count: Int64) -> [Int64] {
    var rest = count
    var size: Int64 = 1
    var out: [Int64] = []
    while rest > 0 {
      out.append(min(size, rest))
      rest -= min(size, rest)
      size *= 2
    }
    return out
  }
}
