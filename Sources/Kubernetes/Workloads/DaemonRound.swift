import Clockwork

/// One look at a DaemonSet: which nodes want its Pod, and which Pods have to come or go (pkg/controller/daemon).
struct DaemonRound: Sendable {
  /// Whether a node should get the Pod, and whether a Pod that is there may stay.
  struct Fit: Equatable, Sendable {
    var runs: Bool
    var stays: Bool
  }

  struct Doomed: Equatable, Sendable {
    var key: ObjectKey
    var node: String
    var phase: String
  }

  let version: Version
  let set: DaemonSet
  let hash: String
  let now: Time
  private let nodes: [Node]
  private var pods: Table<String, [Pod]> = [:]
  /// Nodes that get a Pod, and Pods that go.
  private(set) var creations: [String] = []
  private(set) var deletions: [ObjectKey] = []
  /// Pods that have ended: they go too, but not in quick succession.
  private(set) var ended: [Doomed] = []

  init(_ set: DaemonSet, hash: String, nodes: [Node], pods: [Pod], _ version: Version, now: Time) {
    self.set = set
    self.hash = hash
    self.version = version
    self.now = now
    self.nodes = nodes
    for pod in pods { self.pods.update(DaemonSet.node(of: pod), default: []) { $0.append(pod) } }
    for name in self.pods.keys {
      self.pods.update(name, default: []) { $0.sort { DaemonRound.isOlder($0, $1) } }
    }
  }

  private static func isOlder(_ left: Pod, _ right: Pod) -> Bool {
    let (one, other) = (left.metadata.creationTimestamp, right.metadata.creationTimestamp)
    if let one, let other, one != other { return one < other }
    return left.metadata.name < right.metadata.name
  }

  private func isUpdated(_ pod: Pod) -> Bool {
    pod.revision == hash
      || pod.metadata.labels[DaemonSet.generationLabel] == "\(set.templateGeneration)"
  }

  private func isAvailable(_ pod: Pod) -> Bool { pod.isAvailable(after: set.spec.minReadySeconds, at: now) }

  private func amount(_ value: IntOrString?, _ total: Int64) -> Int64 {
    guard case .success(let number)? = value?.scaled(of: total, roundUp: true) else { return 0 }
    return number
  }

  private var wanted: Int64 {
    nodes.reduce(0) { $0 + (set.fit($1).runs ? 1 : 0) }
  }

  private var surge: Int64 {
    version == .then ? 0 : amount(set.spec.updateStrategy.rollingUpdate?.maxSurge, wanted)
  }

  // MARK: One Pod a node

  mutating func manage() {
    for node in nodes {
      let here = pods[node.metadata.name] ?? []
      let fit = set.fit(node)
      if fit.runs, here.isEmpty {
        creations.append(node.metadata.name)
      } else if fit.stays {
        keepOne(here, node.metadata.name)
      } else {
        for pod in here where !pod.isEnding { deletions.append(pod.key) }
      }
    }
    let names = nodes.map { $0.metadata.name }
    pods.forEach { name, here in
      if names.contains(name) { return }
      // The node is gone, and the Pod never got there.
      for pod in here where pod.spec.nodeName.isEmpty && !pod.isEnding { deletions.append(pod.key) }
    }
  }

  private mutating func keepOne(_ here: [Pod], _ node: String) {
    var running: [Pod] = []
    for pod in here where !pod.isEnding {
      let hasEnded = version == .then ? pod.status.phase == "Failed" : pod.hasEnded
      if hasEnded {
        ended.append(Doomed(key: pod.key, node: node, phase: pod.status.phase))
      } else {
        running.append(pod)
      }
    }
    if running.count <= 1 { return }
    if surge == 0 {
      for pod in running.dropFirst() { deletions.append(pod.key) }
      return
    }
    // During a surge an old and a new Pod stand side by side until the new one is available.
    for group in [running.filter { isUpdated($0) }, running.filter { !isUpdated($0) }] {
      for pod in group.dropFirst() { deletions.append(pod.key) }
    }
  }

  // MARK: Updates

  mutating func roll() {
    guard set.spec.updateStrategy.type == "RollingUpdate" else { return }
    if surge > 0 { return rollWithSurge() }
    var missing: Int64 = 0
    for node in nodes where set.fit(node).runs {
      let here = pods[node.metadata.name] ?? []
      if !here.contains(where: { !$0.isEnding && isAvailable($0) }) { missing += 1 }
    }
    let most = amount(set.spec.updateStrategy.rollingUpdate?.maxUnavailable, wanted)
    var old: [Pod] = []
    for node in nodes { old += (pods[node.metadata.name] ?? []).filter { !isUpdated($0) } }
    // What is not available anyway goes first, and costs nothing.
    for pod in old where !isAvailable(pod) && !pod.isEnding { deletions.append(pod.key) }
    for pod in old where isAvailable(pod) && !pod.isEnding {
      if missing >= most { break }
      deletions.append(pod.key)
      missing += 1
    }
  }

  private mutating func rollWithSurge() {
    var allowed: [String] = []
    var candidates: [String] = []
    var surging: Int64 = 0
    for node in nodes where set.fit(node).runs {
      let here = (pods[node.metadata.name] ?? []).filter { !$0.isEnding }
      let old = here.first { !isUpdated($0) }
      let new = here.first { isUpdated($0) }
      switch (old, new) {
      case (nil, _): break
      case (let old?, nil):
        if isAvailable(old) { candidates.append(node.metadata.name) } else { allowed.append(node.metadata.name) }
      case (let old?, let new?):
        if isAvailable(new) { deletions.append(old.key) } else { surging += 1 }
      }
    }
    creations += allowed + candidates.prefix(Int(max(0, surge - surging)))
  }

  // MARK: Status

  func status() -> DaemonSetStatus {
    var status = set.status
    var scheduled: Int64 = 0
    var misplaced: Int64 = 0
    var counts = (wanted: Int64(0), ready: Int64(0), available: Int64(0), updated: Int64(0))
    for node in nodes {
      let here = pods[node.metadata.name] ?? []
      guard set.fit(node).runs else {
        if !here.isEmpty { misplaced += 1 }
        continue
      }
      counts.wanted += 1
      guard let pod = here.first else { continue }
      scheduled += 1
      if pod.isReady { counts.ready += 1 }
      if pod.isReady, isAvailable(pod) { counts.available += 1 }
      if isUpdated(pod) { counts.updated += 1 }
    }
    status.desiredNumberScheduled = counts.wanted
    status.currentNumberScheduled = scheduled
    status.numberMisscheduled = misplaced
    status.numberReady = counts.ready
    status.updatedNumberScheduled = counts.updated
    status.numberAvailable = counts.available
    status.numberUnavailable = counts.wanted - counts.available
    return status
  }
}

extension DaemonSet {
  static let generationLabel = "pod-template-generation"
  private static let prefix = "node.kubernetes.io/"

  /// The node that a Pod is for, also before it is bound.
  static func node(of pod: Pod) -> String {
    if !pod.spec.nodeName.isEmpty { return pod.spec.nodeName }
    for term in pod.spec.affinity?.nodeAffinity?.required?.nodeSelectorTerms ?? [] {
      for field in term.matchFields where field.key == "metadata.name" && field.operator == "In" {
        return field.values.first ?? ""
      }
    }
    return ""
  }

  /// What every Pod of a DaemonSet puts up with, so that it stays where others must go.
  static func tolerations(hostNetwork: Bool) -> [Toleration] {
    var list: [Toleration] = []
    for (key, effect) in [
      ("not-ready", "NoExecute"), ("unreachable", "NoExecute"), ("disk-pressure", "NoSchedule"),
      ("memory-pressure", "NoSchedule"), ("pid-pressure", "NoSchedule"), ("unschedulable", "NoSchedule"),
    ] { list.append(Toleration(key: prefix + key, operator: "Exists", effect: effect)) }
    if hostNetwork {
      list.append(Toleration(key: prefix + "network-unavailable", operator: "Exists", effect: "NoSchedule"))
    }
    return list
  }

  private var allTolerations: [Toleration] {
    var all = spec.template.spec.tolerations
    for toleration in DaemonSet.tolerations(hostNetwork: spec.template.spec.hostNetwork)
    where !all.contains(toleration) {
      all.append(toleration)
    }
    return all
  }

  /// Whether the Pod fits a node, as the scheduler will see it: by name, labels and taints, not by room.
  func fit(_ node: Node) -> DaemonRound.Fit {
    let wanted = spec.template.spec
    if !wanted.nodeName.isEmpty, wanted.nodeName != node.metadata.name {
      return DaemonRound.Fit(runs: false, stays: false)
    }
    let info = NodeInfo(node)
    var matches = LabelSelector(matchLabels: wanted.nodeSelector).matches(info.labels)
    if matches, let required = NodeAffinity(wanted.affinity?.nodeAffinity).required {
      matches = required.contains { $0.matches(info) }
    }
    if !matches { return DaemonRound.Fit(runs: false, stays: false) }
    let tolerations = allTolerations
    var fit = DaemonRound.Fit(runs: true, stays: true)
    for taint in node.spec.taints where !SchedulerPlugins.tolerates(tolerations, taint) {
      if taint.effect == "NoExecute" { fit = DaemonRound.Fit(runs: false, stays: false) }
      if taint.effect == "NoSchedule" { fit.runs = false }
    }
    return fit
  }

  /// The Pod for one node; the scheduler binds it, and can only choose this node.
  func pod(for node: String, hash: String) -> Pod {
    let owner = OwnerReference(controller: Object(self))
    var pod = spec.template.pod(
      namespace: metadata.namespace,
      generateName: "\(metadata.name)-",
      owner: owner
    )
    pod.metadata.labels[DaemonSet.generationLabel] = "\(templateGeneration)"
    pod.metadata.labels[History.podLabel] = hash
    pod.spec.tolerations = allTolerations
    var field = NodeSelectorRequirement()
    field.key = "metadata.name"
    field.operator = "In"
    field.values = [node]
    var affinity = pod.spec.affinity ?? Affinity()
    var rules = affinity.nodeAffinity ?? NodeAffinityRules()
    var selector = rules.required ?? NodeSelector()
    if selector.nodeSelectorTerms.isEmpty { selector.nodeSelectorTerms = [NodeSelectorTerm()] }
    for index in selector.nodeSelectorTerms.indices { selector.nodeSelectorTerms[index].matchFields = [field] }
    rules.required = selector
    affinity.nodeAffinity = rules
    pod.spec.affinity = affinity
    return pod
  }
}
