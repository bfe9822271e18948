import Clockwork

/// A profile: which plugins, in which order, with which weight.
///
/// | plugin | weight then | weight now |
/// |---|---|---|
/// | NodeResourcesBalancedAllocation | 1 | 1 |
/// | ImageLocality | 1 | 1 |
/// | InterPodAffinity | 1 | 2 |
/// | NodeResourcesLeastAllocated, now the strategy of NodeResourcesFit | 1 | 1 |
/// | NodeAffinity | 1 | 2 |
/// | PodTopologySpread | 2 | 2 |
/// | TaintToleration | 1 | 3 |
///
/// Sources: `getDefaultConfig` in pkg/scheduler/algorithmprovider/registry.go of 1.20.2 and `getDefaultPlugins` in
/// pkg/scheduler/apis/config/v1/default_plugins.go of 1.35. Plugins that say the same of every node have no part in a
/// score: NodePreferAvoidPods (10000 then), and those about other Pods where neither the Pod nor another has such rules.
public struct SchedulerProfile: Equatable, Sendable {
  /// How free and used resources count.
  public enum Strategy: String, Equatable, Sendable {
    /// Emptier nodes are better: Pods spread.
    case leastAllocated = "LeastAllocated"
    /// Fuller nodes are better: other nodes stay empty.
    case mostAllocated = "MostAllocated"
  }

  /// What one plugin says of a node, and what comes of it.
  public struct Part: Equatable, Sendable {
    public let plugin: String
    public let raw: Int64
    public let normalized: Int64
    public let weight: Int64

    public var points: Int64 { normalized * weight }
  }

  /// A node with its points.
  public struct Score: Equatable, Sendable {
    public let node: String
    public let parts: [Part]

    public var total: Int64 {
      var sum: Int64 = 0
      for part in parts { sum += part.points }
      return sum
    }
  }

  public let version: Version
  /// Pods say by this name which profile is theirs.
  public var name: String = SchedulerProfile.defaultName
  public var strategy: Strategy = .leastAllocated

  public static let defaultName = "default-scheduler"

  public init(_ version: Version) {
    self.version = version
  }

  /// The reasons of the first filter that refuses the node, or nil when the Pod may run there.
  public func filter(_ pod: PodDemand, _ node: NodeInfo, _ state: CycleState = CycleState()) -> Rejection? {
    SchedulerPlugins.nodeUnschedulable(pod, node)
      ?? SchedulerPlugins.nodeName(pod, node, version)
      ?? SchedulerPlugins.taintToleration(pod, node, version)
      ?? SchedulerPlugins.nodeAffinity(pod, node, version)
      ?? SchedulerPlugins.nodePorts(pod, node)
      ?? SchedulerPlugins.resourcesFit(pod, node, version)
      ?? state.spread?.filter(node)
      ?? state.affinity?.filter(node)
  }

  /// The points of nodes that passed the filters, in their order.
  ///
  /// The node count is that of the whole cluster, also of nodes that were filtered out.
  public func scores(
    _ pod: PodDemand,
    _ nodes: [NodeInfo],
    nodeCount: Int64,
    _ state: CycleState = CycleState()
  ) -> [Score] {
    var columns: [[Part]] = []
    columns.append(
      column("NodeResourcesBalancedAllocation", nodes) { SchedulerPlugins.balancedAllocation(pod, $0, version) }
    )
    columns.append(
      column("ImageLocality", nodes) { SchedulerPlugins.imageLocality(pod, $0, nodeCount: nodeCount, version) }
    )
    columns.append(column(fitName, nodes) { fitScore(pod, $0) })
    let isThen = version == .then
    columns.append(
      column("NodeAffinity", nodes, weight: isThen ? 1 : 2, isReversed: false) {
        SchedulerPlugins.preferredAffinity(pod, $0)
      }
    )
    columns.append(
      column("TaintToleration", nodes, weight: isThen ? 1 : 3, isReversed: true) {
        SchedulerPlugins.intolerableTaints(pod, $0)
      }
    )
    if let affinity = state.affinity, affinity.hasPoints {
      var raw: [Int64] = []
      for node in nodes { raw.append(affinity.score(node)) }
      let normalized = InterPodAffinity.normalized(raw, version)
      columns.append(parts("InterPodAffinity", raw, normalized, weight: isThen ? 1 : 2))
    }
    if let spread = state.spread, spread.scores {
      var raw: [Int64] = []
      for node in nodes { raw.append(spread.score(node)) }
      columns.append(parts("PodTopologySpread", raw, spread.normalized(raw, nodes), weight: 2))
    }
    var out: [Score] = []
    for (index, node) in nodes.enumerated() {
      var parts: [Part] = []
      for column in columns { parts.append(column[index]) }
      out.append(Score(node: node.name, parts: parts))
    }
    return out
  }

  /// The points of one node by itself, or nil where they depend on the other nodes.
  ///
  /// Wishes and soft taints are stretched by the best of all nodes; a zero stays the same in any company of zeros.
  func points(_ pod: PodDemand, _ node: NodeInfo, nodeCount: Int64) -> Int64? {
    if SchedulerPlugins.preferredAffinity(pod, node) != 0 || SchedulerPlugins.intolerableTaints(pod, node) != 0 {
      return nil
    }
    return SchedulerPlugins.balancedAllocation(pod, node, version)
      + SchedulerPlugins.imageLocality(pod, node, nodeCount: nodeCount, version) + fitScore(pod, node)
      + SchedulerPlugins.maximumScore * (version == .then ? 1 : 3)
  }

  /// The name of the plugin that looks at what is free.
  private var fitName: String {
    if version == .now { return "NodeResourcesFit" }
    return strategy == .leastAllocated ? "NodeResourcesLeastAllocated" : "NodeResourcesMostAllocated"
  }

  private func fitScore(_ pod: PodDemand, _ node: NodeInfo) -> Int64 {
    switch strategy {
    case .leastAllocated: SchedulerPlugins.leastAllocated(pod, node, version)
    case .mostAllocated: SchedulerPlugins.mostAllocated(pod, node, version)
    }
  }

  /// One plugin over all nodes; `isReversed` is nil where the plugin does not normalise.
  private func column(
    _ plugin: String,
    _ nodes: [NodeInfo],
    weight: Int64 = 1,
    isReversed: Bool? = nil,
    _ score: (NodeInfo) -> Int64
  ) -> [Part] {
    var raw: [Int64] = []
    for node in nodes { raw.append(score(node)) }
    var normalized = raw
    if let isReversed { normalized = SchedulerPlugins.normalized(raw, isReversed: isReversed) }
    return parts(plugin, raw, normalized, weight: weight)
  }

  private func parts(_ plugin: String, _ raw: [Int64], _ normalized: [Int64], weight: Int64) -> [Part] {
    var parts: [Part] = []
    for index in raw.indices {
      parts.append(Part(plugin: plugin, raw: raw[index], normalized: normalized[index], weight: weight))
    }
    return parts
  }
}

/// What is worked out once a cycle about the Pods that run already; empty where no rule looks at them.
public struct CycleState: Sendable {
  public var affinity: InterPodAffinity? = nil
  public var spread: TopologySpread? = nil

  public init() {}

  /// Looks at the Pods of all nodes, where any rule asks for them.
  ///
  /// `defaults` selects the Pods of the same Service or workload; nil where there is none.
  init(
    _ pod: PodInfo,
    _ nodes: [NodeInfo],
    _ namespaces: NamespaceLabels,
    defaults: LabelSelector?,
    isSocial: Bool,
    _ version: Version
  ) {
    if isSocial || !pod.demand.affinity.isEmpty { affinity = InterPodAffinity(pod, nodes, namespaces, version) }
    if defaults != nil || !pod.demand.spread.isEmpty {
      spread = TopologySpread(pod, nodes, defaults: defaults, version)
    }
  }

  /// Whether no node is compared with others because of its Pods.
  var isEmpty: Bool { affinity == nil && spread == nil }

  /// Counts a Pod that comes to a node (1) or leaves it (-1), for a what-if.
  mutating func count(_ pod: PodInfo, on node: NodeInfo, _ change: Int64) {
    affinity?.count(pod, on: node, change)
    spread?.count(pod, on: node, change)
  }

  /// Counts what scores ask for.
  mutating func countPoints(_ fitting: [NodeInfo], _ nodes: [NodeInfo]) {
    affinity?.countPoints(nodes)
    spread?.countPoints(fitting, nodes)
  }
}
