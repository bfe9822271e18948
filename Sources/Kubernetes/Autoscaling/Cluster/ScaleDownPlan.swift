import Clockwork

/// Which nodes are not needed, and what stands in the way of the others.
struct ScaleDownPlan: Sendable {
  /// Why a node stays.
  struct Hindrance: Equatable, Sendable {
    /// The end of a key `fact.ca.kept.…`.
    var reason: String
    /// The Pod that it is about; empty where it is about the node.
    var pod: String = ""
    var percent: Int64 = 0
  }

  /// A node with less than this share of its requests, in percent, may go.
  static let threshold: Int64 = 50
  static let disabled = "cluster-autoscaler.kubernetes.io/scale-down-disabled"
  static let safe = "cluster-autoscaler.kubernetes.io/safe-to-evict"

  private(set) var unneeded: [String] = []
  private(set) var hindrances: Table<String, Hindrance> = [:]

  /// What is compared with the threshold: the larger of both shares of what the Pods of a node request.
  static func percent(_ node: NodeInfo) -> Int64 {
    func share(_ used: Int64, _ whole: Int64) -> Int64 { whole == 0 ? 0 : used * 100 / whole }
    return max(
      share(node.requested.milliCPU, node.allocatable.milliCPU),
      share(node.requested.memory, node.allocatable.memory)
    )
  }

  /// `candidates` are the nodes of the groups, with how many of each group may go.
  init(
    _ candidates: [(group: ScalingGroup, nodes: [Node])],
    pods: [Pod],
    budgets: [Object],
    _ snapshot: ClusterSnapshot
  ) {
    var snapshot = snapshot
    for (group, nodes) in candidates {
      var left = group.target - group.min
      for node in nodes {
        let name = node.metadata.name
        guard let info = snapshot[name] else { continue }
        let own = pods.filter { $0.spec.nodeName == name && !$0.hasEnded }
        var hindrance = ScaleDownPlan.hindrance(node, info, own, budgets)
        if hindrance == nil, left <= 0 { hindrance = Hindrance(reason: "minimum") }
        if hindrance == nil { hindrance = ScaleDownPlan.replace(own, of: name, &snapshot) }
        if let hindrance {
          hindrances[name] = hindrance
          continue
        }
        left -= 1
        unneeded.append(name)
      }
    }
  }

  private static func hindrance(_ node: Node, _ info: NodeInfo, _ pods: [Pod], _ budgets: [Object]) -> Hindrance? {
    if node.metadata.annotations[disabled] == "true" { return Hindrance(reason: "disabled") }
    let percent = percent(info)
    if percent >= threshold { return Hindrance(reason: "used", percent: percent) }
    for pod in pods {
      if let reason = obstacle(pod, budgets) { return Hindrance(reason: reason, pod: pod.metadata.name) }
    }
    return nil
  }

  /// Pods that go with their node: those of a DaemonSet, and those that a kubelet has from a file.
  static func staysWithNode(_ pod: Pod) -> Bool {
    pod.metadata.controller?.kind == Kind.daemonSet.name
      || pod.metadata.annotations["kubernetes.io/config.mirror"] != nil
  }

  /// What keeps a Pod, and with it its node.
  static func obstacle(_ pod: Pod, _ budgets: [Object]) -> String? {
    if staysWithNode(pod) { return nil }
    let isSafe = pod.metadata.annotations[safe]
    if isSafe == "false" { return "not-safe" }
    let mine = budgets.filter {
      $0.namespace == pod.metadata.namespace && $0.budgetSelector.matches(pod.metadata.labels)
    }
    if isSafe != "true" {
      if pod.metadata.controller == nil { return "no-controller" }
      if pod.spec.volumes.contains(where: { isLocal($0) }) { return "local-storage" }
      if pod.metadata.namespace == "kube-system", mine.isEmpty { return "kube-system" }
    }
    let isHeld = mine.contains { ($0.as(PodDisruptionBudget.self)?.status.disruptionsAllowed ?? 0) < 1 }
    return isHeld ? "budget" : nil
  }

  private static func isLocal(_ volume: Volume) -> Bool {
    if volume["hostPath"] != nil { return true }
    guard let directory = volume["emptyDir"] else { return false }
    return directory["medium"]?.text != "Memory"
  }

  /// Finds another place for all Pods of a node; if there is none for one of them, nothing has happened.
  private static func replace(_ pods: [Pod], of node: String, _ snapshot: inout ClusterSnapshot) -> Hindrance? {
    var trial = snapshot
    trial.remove(node)
    for pod in pods where !staysWithNode(pod) && !pod.isEnding {
      if trial.place(ClusterSnapshot.unbound(pod, trial.version)) == nil {
        return Hindrance(reason: "no-place", pod: pod.metadata.name)
      }
    }
    snapshot = trial
    return nil
  }
}
