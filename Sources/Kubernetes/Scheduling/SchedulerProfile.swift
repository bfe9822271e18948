import Clockwork

/// The default profile of a release: which plugins, in which order, with which weight.
///
/// | plugin | weight then | weight now |
/// |---|---|---|
/// | NodeResourcesBalancedAllocation | 1 | 1 |
/// | ImageLocality | 1 | 1 |
/// | NodeResourcesLeastAllocated, now the strategy of NodeResourcesFit | 1 | 1 |
/// | NodeAffinity | 1 | 2 |
/// | TaintToleration | 1 | 3 |
///
/// Sources: `getDefaultConfig` in pkg/scheduler/algorithmprovider/registry.go of 1.20.2 and `getDefaultPlugins` in
/// pkg/scheduler/apis/config/v1/default_plugins.go of 1.35. Left out are plugins that say the same of every node as
/// long as Pods have no Pod affinity, spread constraints or avoidance annotations: InterPodAffinity (1, now 2),
/// PodTopologySpread (2) and NodePreferAvoidPods (10000 then).
public struct SchedulerProfile: Equatable, Sendable {
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

  public init(_ version: Version) {
    self.version = version
  }

  /// The reasons of the first filter that refuses the node, or nil when the Pod may run there.
  public func filter(_ pod: PodDemand, _ node: NodeInfo) -> Rejection? {
    SchedulerPlugins.nodeUnschedulable(pod, node)
      ?? SchedulerPlugins.nodeName(pod, node, version)
      ?? SchedulerPlugins.taintToleration(pod, node, version)
      ?? SchedulerPlugins.nodeAffinity(pod, node, version)
      ?? SchedulerPlugins.resourcesFit(pod, node, version)
  }

  /// The points of nodes that passed the filters, in their order.
  ///
  /// The node count is that of the whole cluster, also of nodes that were filtered out.
  public func scores(_ pod: PodDemand, _ nodes: [NodeInfo], nodeCount: Int64) -> [Score] {
    var columns: [[Part]] = []
    let isThen = version == .then
    columns.append(
      column("NodeResourcesBalancedAllocation", nodes) { SchedulerPlugins.balancedAllocation(pod, $0, version) }
    )
    columns.append(
      column("ImageLocality", nodes) { SchedulerPlugins.imageLocality(pod, $0, nodeCount: nodeCount, version) }
    )
    columns.append(
      column(isThen ? "NodeResourcesLeastAllocated" : "NodeResourcesFit", nodes) {
        SchedulerPlugins.leastAllocated(pod, $0, version)
      }
    )
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
    var out: [Score] = []
    for (index, node) in nodes.enumerated() {
      var parts: [Part] = []
      for column in columns { parts.append(column[index]) }
      out.append(Score(node: node.name, parts: parts))
    }
    return out
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
    var parts: [Part] = []
    for index in raw.indices {
      parts.append(Part(plugin: plugin, raw: raw[index], normalized: normalized[index], weight: weight))
    }
    return parts
  }
}
