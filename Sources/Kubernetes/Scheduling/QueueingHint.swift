import Clockwork

/// Whether something that happened can help a Pod that no node would take: asked of the plugins that refused it.
public struct QueueingHint: Sendable {
  let version: Version

  public init(_ version: Version) { self.version = version }

  /// A node is new, or changed from what it was before.
  public func helps(
    _ pod: PodInfo,
    refusedBy plugins: [FilterPlugin],
    node: NodeInfo,
    before: NodeInfo?
  ) -> Bool {
    if plugins.isEmpty { return true }
    // A new node is first looked at as a whole: what refuses the Pod outright is no help.
    if before == nil, refusal(.nodeUnschedulable, pod, node) || refusal(.nodeName, pod, node) { return false }
    if before == nil, refusal(.taintToleration, pod, node) || refusal(.nodeAffinity, pod, node) { return false }
    for plugin in plugins where helps(pod, plugin, node, before) { return true }
    return false
  }

  private func helps(_ pod: PodInfo, _ plugin: FilterPlugin, _ node: NodeInfo, _ before: NodeInfo?) -> Bool {
    switch plugin {
    case .nodeUnschedulable, .taintToleration, .nodeAffinity:
      guard !refusal(plugin, pod, node) else { return false }
      return before.map { refusal(plugin, pod, $0) } ?? true
    case .nodeName: return !refusal(plugin, pod, node)
    case .nodePorts: return before == nil
    case .nodeResourcesFit:
      guard SchedulerPlugins.resourcesFit(pod.demand, node, version) == nil else { return false }
      return before.map { $0.allocatable != node.allocatable || $0.allowedPods != node.allowedPods } ?? true
    case .podTopologySpread:
      return before.map { $0.labels != node.labels || $0.taints != node.taints } ?? true
    case .interPodAffinity: return before.map { $0.labels != node.labels } ?? true
    }
  }

  private func refusal(_ plugin: FilterPlugin, _ pod: PodInfo, _ node: NodeInfo) -> Bool {
    switch plugin {
    case .nodeUnschedulable: SchedulerPlugins.nodeUnschedulable(pod.demand, node) != nil
    case .nodeName: SchedulerPlugins.nodeName(pod.demand, node, version) != nil
    case .taintToleration: SchedulerPlugins.taintToleration(pod.demand, node, version) != nil
    case .nodeAffinity: SchedulerPlugins.nodeAffinity(pod.demand, node, version) != nil
    default: false
    }
  }

  /// A Pod that had a node is gone.
  public func helps(
    _ pod: PodInfo,
    refusedBy plugins: [FilterPlugin],
    gone other: PodInfo,
    _ namespaces: NamespaceLabels
  ) -> Bool {
    if plugins.isEmpty { return true }
    for plugin in plugins {
      switch plugin {
      case .nodeResourcesFit: return true
      case .nodePorts:
        for port in pod.demand.ports where other.demand.ports.contains(where: { $0.conflicts(port) }) { return true }
      case .podTopologySpread:
        for rule in pod.demand.spread where rule.means(other, namespace: pod.namespace) { return true }
      case .interPodAffinity:
        if avoids(pod, other, namespaces) || avoids(other, pod, namespaces) { return true }
      default: continue
      }
    }
    return false
  }

  private func avoids(_ pod: PodInfo, _ other: PodInfo, _ namespaces: NamespaceLabels) -> Bool {
    for term in pod.demand.affinity.avoided where term.matches(other, home: namespaces[other.namespace]) { return true }
    return false
  }

  /// A Pod got a node, or its labels changed: that helps those that want to be beside it.
  ///
  /// Then nothing but a matching affinity term counts.
  public func helps(
    _ pod: PodInfo,
    refusedBy plugins: [FilterPlugin],
    arrived other: PodInfo,
    _ namespaces: NamespaceLabels
  ) -> Bool {
    if version == .then || plugins.contains(.interPodAffinity) {
      for term in pod.demand.affinity.required where term.matches(other, home: namespaces[other.namespace]) {
        return true
      }
    }
    guard version == .now, plugins.contains(.podTopologySpread) else { return false }
    for rule in pod.demand.spread where rule.means(other, namespace: pod.namespace) { return true }
    return false
  }
}
