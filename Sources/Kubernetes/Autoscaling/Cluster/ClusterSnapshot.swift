import Clockwork

/// The nodes of a cluster with their Pods, as a cluster autoscaler plays with them: Pods are placed by the scheduler's own
/// filters, and nothing of it is real.
struct ClusterSnapshot: Sendable {
  let version: Version
  private(set) var nodes: [NodeInfo]
  private let profile: SchedulerProfile
  private let namespaces: NamespaceLabels
  private var isSocial: Bool

  init(_ nodes: [NodeInfo], _ namespaces: NamespaceLabels = NamespaceLabels(), _ version: Version) {
    self.nodes = nodes
    self.version = version
    self.namespaces = namespaces
    profile = SchedulerProfile(version)
    isSocial = nodes.contains { $0.socialPods > 0 }
  }

  subscript(name: String) -> NodeInfo? { nodes.first { $0.name == name } }

  /// Why a Pod cannot run on a node; nothing where it can.
  func rejection(_ pod: PodInfo, _ node: NodeInfo) -> Rejection? {
    let state = CycleState(pod, nodes, namespaces, defaults: nil, isSocial: isSocial, version)
    return profile.filter(pod.demand, node, state)
  }

  /// Places a Pod on the first node that takes it, among those that are wanted.
  ///
  /// Returns the node's name.
  mutating func place(_ pod: PodInfo, where isWanted: (String) -> Bool = { _ in true }) -> String? {
    for index in nodes.indices where isWanted(nodes[index].name) && rejection(pod, nodes[index]) == nil {
      nodes[index].add(pod)
      if !pod.demand.affinity.isEmpty { isSocial = true }
      return nodes[index].name
    }
    return nil
  }

  mutating func add(_ node: NodeInfo) { nodes.append(node) }

  mutating func remove(_ name: String) { nodes.removeAll { $0.name == name } }

  /// A Pod as it would be asked for a place: without the node it has.
  static func unbound(_ pod: Pod, _ version: Version) -> PodInfo {
    var copy = pod
    copy.spec.nodeName = ""
    return PodInfo(copy, version)
  }
}

/// What a cluster autoscaler knows of a group of nodes.
struct ScalingGroup: Sendable {
  var name: String
  var min: Int64
  var max: Int64
  /// An empty node of the group, with what every node has to carry.
  var template: NodeInfo
  /// How many machines the cloud was asked for.
  var target: Int64
  /// Until when nothing is asked of the group, because its last machines did not come.
  var backoffEnds: Time = 0
}

/// Which group is to grow for the Pods that have no room, and by how much.
struct ScaleUpPlan: Sendable {
  /// What one group could do.
  struct Option: Sendable {
    var group: String
    var pods: [ObjectKey]
    var nodes: Int64
    /// The share of the new nodes that would stay empty: cpu and memory together, the less the better.
    var waste: Double
  }

  private(set) var options: [Option] = []
  /// Why a Pod would not run on a new node either, by Pod and reason.
  private(set) var refusals: Table<ObjectKey, [String]> = [:]
  /// Pods that fit on what there is, or on what is on its way.
  private(set) var fitting: [ObjectKey] = []
  private(set) var helpless: [ObjectKey] = []

  /// The option that leaves the least unused; of equal ones the first.
  var best: Option? {
    var best: Option?
    for option in options where best.map({ option.waste < $0.waste }) ?? true { best = option }
    return best
  }

  init(_ pending: [PodInfo], _ groups: [ScalingGroup], _ current: ClusterSnapshot, at now: Time) {
    var snapshot = current
    var rest: [PodInfo] = []
    for pod in pending {
      if snapshot.place(pod) == nil { rest.append(pod) } else { fitting.append(pod.key) }
    }
    if rest.isEmpty { return }
    for group in groups { consider(group, rest, snapshot, now) }
    for pod in rest where !options.contains(where: { $0.pods.contains(pod.key) }) { helpless.append(pod.key) }
  }

  private mutating func consider(_ group: ScalingGroup, _ pods: [PodInfo], _ current: ClusterSnapshot, _ now: Time) {
    if group.target >= group.max { return refuse(pods, "max node group size reached") }
    if now < group.backoffEnds { return refuse(pods, "in backoff after failed scale-up") }
    var snapshot = current
    var fresh: [String] = []
    var placed: [PodInfo] = []
    for pod in pods {
      if let rejection = snapshot.rejection(pod, group.template) {
        for reason in rejection.reasons { refuse([pod], reason) }
        continue
      }
      if snapshot.place(pod, where: { fresh.contains($0) }) == nil {
        guard group.target + Int64(fresh.count) < group.max else { continue }
        var node = group.template
        node.name = "\(group.name)/\(fresh.count)"
        fresh.append(node.name)
        node.add(pod)
        snapshot.add(node)
      }
      placed.append(pod)
    }
    if placed.isEmpty { return }
    options.append(
      Option(
        group: group.name,
        pods: placed.map { $0.key },
        nodes: Int64(fresh.count),
        waste: ScaleUpPlan.waste(group.template, Int64(fresh.count), placed)
      )
    )
  }

  private mutating func refuse(_ pods: [PodInfo], _ reason: String) {
    for pod in pods { refusals.update(pod.key, default: []) { $0.append(reason) } }
  }

  private static func waste(_ template: NodeInfo, _ nodes: Int64, _ pods: [PodInfo]) -> Double {
    var asked = ResourceAmounts()
    for pod in pods { asked += pod.demand.requests }
    func share(_ whole: Int64, _ used: Int64) -> Double {
      whole == 0 ? 0 : Double(whole * nodes - used) / Double(whole * nodes)
    }
    return share(template.allocatable.milliCPU, asked.milliCPU) + share(template.allocatable.memory, asked.memory)
  }

  /// What an Event about a Pod says that no group helps: `1 Insufficient cpu, 2 max node group size reached`.
  func message(_ pod: ObjectKey) -> String {
    var counts: Table<String, Int64> = [:]
    for reason in refusals[pod] ?? [] { counts.update(reason, default: 0) { $0 += 1 } }
    var texts: [String] = []
    counts.forEach { texts.append("\($1) \($0)") }
    return texts.joined(separator: ", ")
  }
}
