import Clockwork

extension SchedulerPlugins {
  /// NodeName: a Pod that names a node goes there or nowhere.
  public static func nodeName(_ pod: PodDemand, _ node: NodeInfo, _ version: Version) -> Rejection? {
    if pod.nodeName.isEmpty || pod.nodeName == node.name { return nil }
    let what = version == .then ? "hostname" : "node name"
    return Rejection(reasons: ["node(s) didn't match the requested \(what)"], isUnresolvable: true, by: .nodeName)
  }

  /// NodeUnschedulable: a cordoned node takes only Pods that tolerate it.
  public static func nodeUnschedulable(_ pod: PodDemand, _ node: NodeInfo) -> Rejection? {
    if !node.isUnschedulable { return nil }
    let mark = Taint(key: "node.kubernetes.io/unschedulable", effect: "NoSchedule")
    if tolerates(pod.tolerations, mark) { return nil }
    return Rejection(reasons: ["node(s) were unschedulable"], isUnresolvable: true, by: .nodeUnschedulable)
  }

  /// NodePorts: a port of the node can be had once.
  public static func nodePorts(_ pod: PodDemand, _ node: NodeInfo) -> Rejection? {
    if pod.ports.isEmpty { return nil }
    for other in node.pods {
      for port in pod.ports where other.demand.ports.contains(where: { $0.conflicts(port) }) {
        let reason = "node(s) didn't have free ports for the requested pod ports"
        return Rejection(reasons: [reason], by: .nodePorts)
      }
    }
    return nil
  }

  /// TaintToleration as a filter: the first taint that keeps the Pod away names the reason.
  public static func taintToleration(_ pod: PodDemand, _ node: NodeInfo, _ version: Version) -> Rejection? {
    for taint in node.taints where taint.effect == "NoSchedule" || taint.effect == "NoExecute" {
      if tolerates(pod.tolerations, taint) { continue }
      let reason =
        switch version {
        case .then: "node(s) had taint {\(taint.key): \(taint.value)}, that the pod didn't tolerate"
        case .now: "node(s) had untolerated taint(s)"
        }
      return Rejection(reasons: [reason], isUnresolvable: true, by: .taintToleration)
    }
    return nil
  }

  /// TaintToleration as a score: how many soft taints the Pod does not tolerate; fewer are better.
  public static func intolerableTaints(_ pod: PodDemand, _ node: NodeInfo) -> Int64 {
    var count: Int64 = 0
    let tolerations = pod.tolerations.filter { $0.effect.isEmpty || $0.effect == "PreferNoSchedule" }
    for taint in node.taints where taint.effect == "PreferNoSchedule" && !tolerates(tolerations, taint) { count += 1 }
    return count
  }

  /// Whether one of the tolerations lets a taint pass.
  public static func tolerates(_ tolerations: [Toleration], _ taint: Taint) -> Bool {
    for toleration in tolerations {
      if !toleration.effect.isEmpty, toleration.effect != taint.effect { continue }
      if !toleration.key.isEmpty, toleration.key != taint.key { continue }
      switch toleration.operator {
      case "", "Equal": if toleration.value == taint.value { return true }
      case "Exists": return true
      default: continue
      }
    }
    return false
  }

  /// ImageLocality: images that lie on the node already count by their size, and less when few nodes have them.
  ///
  /// The node count is that of the whole cluster, also of nodes that were filtered out.
  /// The score is 0 up to 23 MiB and 100 from 1000 MiB for each container on.
  public static func imageLocality(_ pod: PodDemand, _ node: NodeInfo, nodeCount: Int64, _ version: Version) -> Int64 {
    let images = version == .then ? pod.images : pod.initImages + pod.images
    if images.isEmpty || nodeCount == 0 { return 0 }
    let smallest: Int64 = 23 << 20
    let largest = (1000 << 20) * Int64(images.count)
    var sum: Int64 = 0
    for image in images {
      guard let state = node.images[imageName(image)] else { continue }
      sum += Int64(Double(state.size) * (Double(state.nodeCount) / Double(nodeCount)))
    }
    sum = min(max(sum, smallest), largest)
    return maximumScore * (sum - smallest) / (largest - smallest)
  }

  /// The name with a tag that nodes list an image by: `img` is `img:latest`.
  public static func imageName(_ image: String) -> String {
    var hasTag = false
    // Only a colon behind the last slash starts a tag; one before it is the port of the registry.
    for byte in image.utf8 {
      if byte == UInt8(ascii: "/") { hasTag = false }
      if byte == UInt8(ascii: ":") { hasTag = true }
    }
    return hasTag ? image : image + ":latest"
  }
}
