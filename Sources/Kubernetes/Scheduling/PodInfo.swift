import Clockwork

/// A Pod as the scheduler compares it with others: what it asks for, and what others may ask of it.
public struct PodInfo: Equatable, Sendable {
  public var key: ObjectKey
  public var uid: String = ""
  public var labels: Table<String, String> = [:]
  public var priority: Int64 = 0
  /// Marked for deletion.
  public var isLeaving: Bool = false
  /// Marked for deletion to make room for a Pod of higher priority.
  public var isPreempted: Bool = false
  /// When its kubelet first saw it; nothing before that.
  public var startTime: Timestamp? = nil
  private var shared: Shared<PodDemand>

  public init(_ key: ObjectKey, labels: Table<String, String> = [:], demand: PodDemand = PodDemand()) {
    self.key = key
    self.labels = labels
    shared = Shared(demand)
  }

  /// Reads a Pod; one that asks for what another one asks for can share its demand.
  public init(_ pod: Pod, _ version: Version, demand: Shared<PodDemand>? = nil) {
    key = pod.key
    shared = demand ?? Shared(PodDemand(pod, version))
    priority = pod.spec.priority ?? 0
    uid = pod.metadata.uid
    update(pod)
  }

  /// Takes over what may change of a Pod while it keeps its demand.
  mutating func update(_ pod: Pod) {
    labels = pod.metadata.labels
    startTime = pod.status.startTime
    isLeaving = pod.metadata.deletionTimestamp != nil
    let target = isLeaving ? pod.status[condition: "DisruptionTarget"] : nil
    isPreempted = target?.status == "True" && target?.reason == "PreemptionByScheduler"
  }

  public var namespace: String { key.namespace }
  /// What it asks for, which Pods of one template share.
  public var sharedDemand: Shared<PodDemand> { shared }

  public var demand: PodDemand {
    _read { yield shared.content }
    _modify { yield &shared.content }
  }
}

/// The labels of namespaces, which rules about other Pods may select by.
public struct NamespaceLabels: Equatable, Sendable {
  private var labels: Table<String, Table<String, String>> = [:]

  public init() {}

  public subscript(namespace: String) -> Table<String, String> {
    get { labels[namespace] ?? [:] }
    set { labels[namespace] = newValue.isEmpty ? nil : newValue }
  }
}

/// A port of the node that a container wants for itself.
public struct HostPort: Equatable, Sendable {
  public var address: String
  public var `protocol`: String
  public var port: Int64

  init?(_ port: ContainerPort) {
    guard port.hostPort > 0 else { return nil }
    address = port.hostIP.isEmpty ? HostPort.everywhere : port.hostIP
    self.protocol = port.protocol.isEmpty ? "TCP" : port.protocol
    self.port = port.hostPort
  }

  private static let everywhere = "0.0.0.0"

  /// Whether both cannot be had on one node.
  func conflicts(_ other: HostPort) -> Bool {
    guard port == other.port, self.protocol == other.protocol else { return false }
    return address == other.address || address == HostPort.everywhere || other.address == HostPort.everywhere
  }
}

extension LabelSelector {
  /// Adds a comparison with one value, where there is one.
  mutating func require(_ key: String, _ comparison: Operator, _ value: String?) {
    guard let value, self != .nothing else { return }
    self = LabelSelector(requirements + [Requirement(key: key, operator: comparison, values: [value])])
  }
}
