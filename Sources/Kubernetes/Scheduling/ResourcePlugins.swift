import Clockwork

/// The scheduler's plugins: pure functions of a Pod's demand and a node.
///
/// A filter says why a node will not do, or nil. A score is between 0 and 100 after normalising.
public enum SchedulerPlugins {
  public static let maximumScore: Int64 = 100

  /// NodeResourcesFit: whether there is room for the Pod.
  public static func resourcesFit(_ pod: PodDemand, _ node: NodeInfo, _ version: Version) -> Rejection? {
    var rejection = Rejection(reasons: [], by: .nodeResourcesFit)
    if node.podCount + 1 > node.allowedPods { rejection.reasons.append("Too many pods") }
    func check(_ name: String, _ asked: Int64, _ used: Int64, _ allocatable: Int64) {
      if asked + used <= allocatable { return }
      rejection.reasons.append("Insufficient \(name)")
      // Newer releases know that no eviction helps where even an empty node is too small.
      if version == .now, asked > allocatable { rejection.isUnresolvable = true }
    }
    let asked = pod.requests
    let asksForNothing = pod.asksForNothing && asked.ephemeralStorage == 0 && asked.others.isEmpty
    // Then a Pod that asks for anything is refused by every resource that is used up, now only by those it asks for.
    if asked.milliCPU > 0 || (version == .then && !asksForNothing) {
      check("cpu", asked.milliCPU, node.requested.milliCPU, node.allocatable.milliCPU)
    }
    if asked.memory > 0 || (version == .then && !asksForNothing) {
      check("memory", asked.memory, node.requested.memory, node.allocatable.memory)
    }
    if asked.ephemeralStorage > 0 {
      check(
        "ephemeral-storage",
        asked.ephemeralStorage,
        node.requested.ephemeralStorage,
        node.allocatable.ephemeralStorage
      )
    }
    asked.others.forEach { name, amount in
      if amount > 0 { check(name, amount, node.requested.others[name] ?? 0, node.allocatable.others[name] ?? 0) }
    }
    return rejection.reasons.isEmpty ? nil : rejection
  }

  /// LeastAllocated, the default strategy in both versions: the more is left free, the better.
  public static func leastAllocated(_ pod: PodDemand, _ node: NodeInfo, _ version: Version) -> Int64 {
    average(pod, node, version) { requested, capacity in
      requested > capacity ? 0 : (capacity - requested) * maximumScore / capacity
    }
  }

  /// MostAllocated: the fuller, the better, to keep other nodes empty.
  public static func mostAllocated(_ pod: PodDemand, _ node: NodeInfo, _ version: Version) -> Int64 {
    average(pod, node, version) { requested, capacity in
      if requested <= capacity { return requested * maximumScore / capacity }
      return version == .then ? 0 : maximumScore
    }
  }

  /// The mean over cpu and memory; a node that offers none of a resource counts 0 for it then, and not at all now.
  private static func average(
    _ pod: PodDemand,
    _ node: NodeInfo,
    _ version: Version,
    _ score: (_ requested: Int64, _ capacity: Int64) -> Int64
  ) -> Int64 {
    let pairs = [
      (node.nonZeroRequested.milliCPU + pod.nonZeroRequests.milliCPU, node.allocatable.milliCPU),
      (node.nonZeroRequested.memory + pod.nonZeroRequests.memory, node.allocatable.memory),
    ]
    var sum: Int64 = 0
    var weight: Int64 = 0
    for (requested, capacity) in pairs {
      if capacity != 0 { sum += score(requested, capacity) }
      if capacity != 0 || version == .then { weight += 1 }
    }
    return weight == 0 ? 0 : sum / weight
  }

  /// BalancedAllocation: cpu and memory should be used up at the same rate.
  ///
  /// Then the difference of both fractions counts, now their standard deviation, over what Pods really ask for.
  public static func balancedAllocation(_ pod: PodDemand, _ node: NodeInfo, _ version: Version) -> Int64 {
    switch version {
    case .then:
      let cpu = fraction(
        node.nonZeroRequested.milliCPU + pod.nonZeroRequests.milliCPU,
        node.allocatable.milliCPU
      )
      let memory = fraction(node.nonZeroRequested.memory + pod.nonZeroRequests.memory, node.allocatable.memory)
      if cpu >= 1 || memory >= 1 { return 0 }
      return Int64((1 - (cpu - memory).magnitude) * Double(maximumScore))
    case .now:
      // A Pod that asks for nothing would be drawn to one node; it is not scored.
      if pod.asksForNothing { return 0 }
      var deviation = 0.0
      if node.allocatable.milliCPU != 0, node.allocatable.memory != 0 {
        let cpu = fraction(node.requested.milliCPU + pod.requests.milliCPU, node.allocatable.milliCPU)
        let memory = fraction(node.requested.memory + pod.requests.memory, node.allocatable.memory)
        deviation = ((min(cpu, 1) - min(memory, 1)) / 2).magnitude
      }
      return Int64((1 - deviation) * Double(maximumScore))
    }
  }

  private static func fraction(_ requested: Int64, _ capacity: Int64) -> Double {
    capacity == 0 ? 1 : Double(requested) / Double(capacity)
  }

  /// Stretches scores so that the best has 100; reversed, the lowest is the best.
  public static func normalized(_ scores: [Int64], isReversed: Bool) -> [Int64] {
    var highest: Int64 = 0
    for score in scores { highest = max(highest, score) }
    var out: [Int64] = []
    for score in scores {
      let stretched = highest == 0 ? 0 : maximumScore * score / highest
      out.append(isReversed ? maximumScore - stretched : stretched)
    }
    return out
  }
}

/// The plugins that refuse nodes.
public enum FilterPlugin: String, Equatable, Sendable {
  case nodeUnschedulable = "NodeUnschedulable"
  case nodeName = "NodeName"
  case taintToleration = "TaintToleration"
  case nodeAffinity = "NodeAffinity"
  case nodePorts = "NodePorts"
  case nodeResourcesFit = "NodeResourcesFit"
  case podTopologySpread = "PodTopologySpread"
  case interPodAffinity = "InterPodAffinity"
}

/// Why a filter refuses a node.
public struct Rejection: Equatable, Sendable {
  /// The texts of the FailedScheduling message, such as `Insufficient cpu`.
  public var reasons: [String]
  /// Whether the node would refuse the Pod even if other Pods were evicted.
  public var isUnresolvable: Bool
  public var plugin: FilterPlugin

  public init(reasons: [String], isUnresolvable: Bool = false, by plugin: FilterPlugin) {
    self.reasons = reasons
    self.isUnresolvable = isUnresolvable
    self.plugin = plugin
  }
}
