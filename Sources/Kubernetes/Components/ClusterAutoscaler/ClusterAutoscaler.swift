public import Clockwork

/// cluster-autoscaler asks the cloud for another machine when a Pod has no room on any node, and gives one back when its Pods
/// fit elsewhere; it reads conditions and requests, never usage, and it binds no Pod.
///
/// It is a Deployment of its own with a lease of its own, not a loop of kube-controller-manager.
public struct ClusterAutoscaler: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name = "cluster-autoscaler"
  public let role = Kube.Role.controller
  let version: Version
  let text: Text
  let cloud: Address
  var core: ControllerCore
  var election: LeaderElection
  private let looks: Grid
  var groups: [ScalingGroup]
  /// The machines of each group, as the cloud told last.
  var machines: Table<String, [String]> = [:]
  private var next: Time
  /// What the cloud was asked, by the number of the call.
  var asked: Table<Int64, Errand> = [:]
  var lastID: Int64 = 0
  /// The cloud has told how things are, and nothing has been decided from it.
  private var isTold = false
  /// Pods without room that have been looked at.
  var seen: Table<ObjectKey, Bool> = [:]
  var growth: Growth?
  var removal: Removal?
  var lastScaleUp: Time?
  /// No machine is given back before that.
  var cooldown: Time = 0
  /// Since when each node has not been needed.
  var unneeded: Table<String, Time> = [:]
  /// Since when machines are missing that are no nodes yet.
  var missing: Table<String, Time> = [:]
  /// When each Event about a Pod was told last.
  var told: Table<String, Time> = [:]
  /// The object that Events about the groups are about.
  var status: Object?

  /// What a call to the cloud was for.
  enum Errand: Equatable, Sendable {
    case survey
    case grow
    case release(String)
    case discard(String)
  }

  /// Between two looks (`--scan-interval`).
  public static let period: Time = 10_000
  /// How long a node must not have been needed, and how long ago the last scale-up must be.
  public static let unneededTime: Time = 600_000
  /// How long a machine may take to become a node (`--max-node-provision-time`).
  public static let provisionTime: Time = 900_000
  static let statusKey = ObjectKey(.configMap, "kube-system", "cluster-autoscaler-status")

  init(
    version: Version,
    apiserver: Address,
    cloud: Address,
    host: String,
    groups: [ScalingGroup],
    random: Random
  ) {
    self.version = version
    self.cloud = cloud
    self.groups = groups
    text = Text(version)
    var draws = random
    looks = Grid(period: ClusterAutoscaler.period, &draws)
    next = looks.after(0)
    core = ControllerCore(
      "cluster-autoscaler",
      apiserver: apiserver,
      informers: [
        Informer(.node), Informer(.pod), Informer(.podDisruptionBudget), Informer(.daemonSet), Informer(.namespace),
      ],
      process: "cluster-autoscaler"
    )
    election = LeaderElection("cluster-autoscaler", host: host)
  }

  public var client: Client {
    get { core.client }
    set { core.client = newValue }
  }

  public mutating func seed(_ objects: [Object], revision: Int64) {
    core.client.seed(objects, revision: revision)
    election.seed(objects)
    status = objects.first { $0.key == ClusterAutoscaler.statusKey }
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    switch message {
    case .cloudReply(let reply):
      if let errand = asked.removeValue(for: reply.id) { settle(errand, reply.outcome, at: now) }
      return
    case .refused(let id, _) where asked[id] != nil:
      if let errand = asked.removeValue(for: id) { settle(errand, .failed("connection refused"), at: now) }
      return
    default: break
    }
    if election.receive(message, from: client.apiserver, at: now) { return }
    for answer in core.receive(message, at: now) { settle(answer, at: now) }
    core.absorbAll()
    for key in seen.keys where !ClusterAutoscaler.lacksRoom(core[key]?.pod) { seen[key] = nil }
  }

  public func offers(_ offers: inout KubeOffers) {
    election.offers(&offers)
    guard election.isLeading else { return }
    core.offers(&offers)
    if isTold { offers.add(.scan, .named("cluster")) }
    if let growth, !growth.isAsked { offers.add(.grow, .named(growth.option.group)) }
    offerRemoval(&offers)
    let isFree = !asked.values.contains(.survey) && !isTold && growth == nil
    offers.add(.survey, .named("cluster"), when: isFree, due: next, background: !isUrgent, else: .busy)
  }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    switch election.perform(action, &core.client, &out) {
    case .told(let leads):
      if !leads { forget() }
      return
    case .done: return
    case .other: break
    }
    switch action.verb {
    case .survey:
      next = looks.after(out.now)
      call(.describe, .survey, &out)
    case .scan:
      isTold = false
      scan(&out)
    case .grow: grow(&out)
    default:
      if !performRemoval(action, &out) { _ = core.perform(action, &out) }
    }
  }

  public mutating func restart(at now: Time) {
    core.restart(leading: true)
    election.restart(at: now)
    forget()
    next = looks.after(now)
  }

  public var state: Value {
    var sizes: [Value.Entry] = []
    for group in groups { sizes.append(Value.Entry(group.name, .integer(group.target))) }
    var idle: [Value.Entry] = []
    unneeded.forEach { idle.append(Value.Entry($0, .integer($1))) }
    return .map(
      ("groups", .map(sizes)),
      ("unneeded", .map(idle)),
      ("leader", election.state),
      ("core", core.state)
    )
  }

  // MARK: Helpers

  private mutating func forget() {
    asked = [:]
    isTold = false
    seen = [:]
    growth = nil
    removal = nil
    unneeded = [:]
    missing = [:]
  }

  /// Whether a Pod waits for a place, and the scheduler has said that there is none: the one signal that counts.
  static func lacksRoom(_ pod: Pod?) -> Bool {
    guard let pod, pod.spec.nodeName.isEmpty, pod.metadata.deletionTimestamp == nil,
      let scheduled = pod.status[condition: "PodScheduled"]
    else { return false }
    return scheduled.status == "False" && scheduled.reason == "Unschedulable"
  }

  /// A Pod has no room that has not been looked at: the next look is no mere habit.
  private var isUrgent: Bool {
    for object in core.informer(.pod).objects where seen[object.key] == nil {
      if ClusterAutoscaler.lacksRoom(object.pod) { return true }
    }
    return false
  }

  mutating func call(_ operation: CloudCall.Operation, _ errand: Errand, _ out: inout KubeOutbox) {
    // Its requests to kube-apiserver have numbers from 1 on.
    lastID -= 1
    asked[lastID] = errand
    out.send(.cloud(CloudCall(id: lastID, operation)), to: cloud)
  }

  private mutating func settle(_ errand: Errand, _ outcome: CloudReply.Outcome, at now: Time) {
    switch errand {
    case .survey:
      guard case .groups(let told) = outcome else { return }
      for group in told {
        machines[group.name] = group.machines
        for index in groups.indices where groups[index].name == group.name { groups[index].target = group.target }
      }
      isTold = true
    case .grow: grown(outcome, at: now)
    case .release(let node): released(node, outcome, at: now)
    case .discard(let machine): discarded(machine, at: now)
    }
  }

  /// One look at everything.
  private mutating func scan(_ out: inout KubeOutbox) {
    watchMachines(&out)
    let pods = core.informer(.pod).objects.compactMap { $0.pod }
    let pending = pods.filter { ClusterAutoscaler.lacksRoom($0) }
    for pod in pending { seen[pod.key] = true }
    if !pending.isEmpty { lookForRoom(pending, pods, &out) }
    if growth == nil { lookForIdle(pods, hasPending: !pending.isEmpty, &out) }
  }

  /// The nodes that can take Pods, and a template for each machine that is on its way.
  func snapshot(_ pods: [Pod], withUpcoming: Bool) -> ClusterSnapshot {
    var nodes: [NodeInfo] = []
    for object in core.informer(.node).objects {
      guard let node = object.node, node.status[condition: "Ready"]?.status == "True" else { continue }
      if node.spec.taints.contains(where: { $0.key == RemovalTaint.final }) { continue }
      var info = NodeInfo(node)
      for pod in pods where pod.spec.nodeName == object.name && !pod.hasEnded { info.add(PodInfo(pod, version)) }
      nodes.append(info)
    }
    if withUpcoming {
      for group in groups {
        for machine in upcoming(group) {
          var info = template(of: group)
          info.name = machine
          nodes.append(info)
        }
      }
    }
    var namespaces = NamespaceLabels()
    for object in core.informer(.namespace).objects { namespaces[object.name] = object.metadata.labels }
    return ClusterSnapshot(nodes, namespaces, version)
  }

  /// Machines that were asked for and are no ready nodes yet.
  private func upcoming(_ group: ScalingGroup) -> [String] {
    (machines[group.name] ?? []).filter { machine in
      let node = core[ObjectKey(.node, "", machine)]?.node
      return node?.status[condition: "Ready"]?.status != "True" && missing[machine] != nil
    }
  }

  /// An empty node of the group with the Pods that every node has to carry.
  func template(of group: ScalingGroup) -> NodeInfo {
    var info = group.template
    for object in core.informer(.daemonSet).objects {
      guard let set = object.as(DaemonSet.self) else { continue }
      let pod = set.spec.template.pod(namespace: object.namespace, generateName: "", owner: OwnerReference())
      let demand = PodDemand(pod, version)
      if SchedulerProfile(version).filter(demand, info) == nil { info.add(demand) }
    }
    return info
  }

  func about(_ object: Object?) -> ObjectReference {
    guard let object else {
      var about = ObjectReference()
      about.kind = ClusterAutoscaler.statusKey.kind.name
      about.namespace = ClusterAutoscaler.statusKey.namespace
      about.name = ClusterAutoscaler.statusKey.name
      return about
    }
    return ObjectReference(to: object)
  }

  mutating func tell(_ type: String = "Normal", _ reason: String, _ message: String, _ object: Object?, at now: Time) {
    core.recorder.record(EventRecorder.Note(type, reason, message, about: about(object)), at: now)
  }
}

extension Verb {
  fileprivate static let survey: Verb = "survey"
  fileprivate static let scan: Verb = "scan"
  fileprivate static let grow: Verb = "grow"
}

extension Obstacle {
  fileprivate static var busy: Obstacle { Obstacle("obstacle.ca.busy") }
}
