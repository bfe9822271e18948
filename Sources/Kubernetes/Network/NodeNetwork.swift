public import Clockwork

/// Every namespace of one kernel.
public struct NodeNetwork: Equatable, Sendable {
  public internal(set) var namespaces: Table<String, NetworkNamespace> = [:]
  /// Packets that a namespace has to deal with next, as they came.
  public internal(set) var arrivals: [Arrival] = []
  /// Questions for hardware addresses that nobody has answered yet.
  var questions: [Question] = []
  /// Visits that are under way, by their numbers, with the namespace of the client.
  var visiting: Table<Int64, String> = [:]
  /// Packets of different kernels have different numbers.
  public var lastPacket: Int64 = 0

  struct Question: Equatable, Sendable {
    var namespace: String
    var key: NeighbourKey
    var due: Time
  }

  /// The network of a machine that has just started: its own namespace, with `lo` up.
  public init() {
    var host = NetworkNamespace(NetworkNamespace.host)
    _ = host.set("lo", .up)
    namespaces[NetworkNamespace.host] = host
  }

  /// The network of a machine with one card, which is a neighbour of the first address of its range.
  public init(machine address: IPv4, prefix: UInt32 = 24) {
    self.init()
    let own = InterfaceAddress(address, prefix: prefix)
    apply([
      NetworkChange(.addLink(NetworkLink("eth0", .ethernet, mac: MAC(ofMachine: address)))),
      NetworkChange(.addAddress(own, device: "eth0")),
      NetworkChange(.setLink("eth0", .up)),
      NetworkChange(.addRoute(Route(to: .all, via: own.range.first, device: "eth0"))),
    ])
  }

  public subscript(namespace: String) -> NetworkNamespace? { namespaces[namespace] }

  public var host: NetworkNamespace { namespaces[NetworkNamespace.host] ?? NetworkNamespace(NetworkNamespace.host) }

  /// Whether the kernel is older than Linux 6.9; see `NetworkSettings`.
  public var tracksPromiscuous: Bool {
    get { host.settings.tracksPromiscuous }
    set {
      var space = host
      space.settings.tracksPromiscuous = newValue
      namespaces[NetworkNamespace.host] = space
    }
  }

  /// The namespace of a Pod, by `NAMESPACE/NAME`.
  public func namespace(ofPod pod: String) -> NetworkNamespace? {
    var found: NetworkNamespace?
    namespaces.forEach { _, namespace in if namespace.pod == pod { found = namespace } }
    return found
  }

  /// Does every change in order, up to the first that cannot be done.
  ///
  /// Returns what the tool says then, and nothing where all is well.
  @discardableResult
  public mutating func apply(_ changes: [NetworkChange]) -> String? {
    for change in changes { if let failure = apply(change) { return failure } }
    return nil
  }

  @discardableResult
  public mutating func apply(_ change: NetworkChange) -> String? {
    switch change.operation {
    case .addNamespace(let pod):
      if namespaces[change.namespace] != nil {
        return "Cannot create namespace file \"/var/run/netns/\(change.namespace)\": File exists"
      }
      namespaces[change.namespace] = NetworkNamespace(change.namespace, pod: pod)
      return nil
    case .removeNamespace: return removeNamespace(change.namespace)
    case .addPair(let name, let mac, let peer, let peerMAC):
      return addPair(name, mac, in: change.namespace, peer, peerMAC)
    case .removeLink(let name): return removeLink(name, in: change.namespace)
    case .setLink(let name, let setting): return setLink(name, setting, in: change.namespace)
    default: break
    }
    guard var namespace = namespaces[change.namespace] else { return NodeNetwork.noNamespace(change.namespace) }
    let failure = namespace.apply(change.operation)
    namespaces[change.namespace] = namespace
    return failure
  }

  private static func noNamespace(_ name: String) -> String {
    "Cannot open network namespace \"\(name)\": No such file or directory"
  }

  // MARK: What concerns two namespaces

  private mutating func removeNamespace(_ name: String) -> String? {
    guard let namespace = namespaces[name] else { return NodeNetwork.noNamespace(name) }
    for link in namespace.links { if case .veth = link.kind { _ = removeLink(link.name, in: name) } }
    namespaces[name] = nil
    return nil
  }

  private mutating func addPair(
    _ name: String,
    _ mac: MAC,
    in namespace: String,
    _ peer: NetworkLink.Peer,
    _ peerMAC: MAC
  ) -> String? {
    guard let near = namespaces[namespace] else { return NodeNetwork.noNamespace(namespace) }
    guard let far = namespaces[peer.namespace] else { return NodeNetwork.noNamespace(peer.namespace) }
    if near[link: name] != nil || far[link: peer.name] != nil { return "RTNETLINK answers: File exists" }
    var ours = NetworkLink(name, .veth(peer: peer), mac: mac)
    var theirs = NetworkLink(peer.name, .veth(peer: NetworkLink.Peer(namespace: namespace, name: name)), mac: peerMAC)
    ours.hasCarrier = false
    theirs.hasCarrier = false
    namespaces.update(namespace, default: near) { $0.add(ours) }
    namespaces.update(peer.namespace, default: far) { $0.add(theirs) }
    return nil
  }

  private mutating func removeLink(_ name: String, in namespace: String) -> String? {
    guard var near = namespaces[namespace] else { return NodeNetwork.noNamespace(namespace) }
    guard let link = near[link: name] else { return NetworkNamespace.noDevice(name) }
    near.removeLink(name)
    namespaces[namespace] = near
    if case .veth(let peer) = link.kind, var far = namespaces[peer.namespace] {
      far.removeLink(peer.name)
      namespaces[peer.namespace] = far
    }
    return nil
  }

  /// One end of a pair that goes up or down is the carrier of the other.
  private mutating func setLink(_ name: String, _ setting: NetworkChange.LinkSetting, in namespace: String) -> String? {
    guard var near = namespaces[namespace] else { return NodeNetwork.noNamespace(namespace) }
    let failure = near.set(name, setting)
    namespaces[namespace] = near
    guard failure == nil, setting == .up || setting == .down, case .veth(let peer)? = near[link: name]?.kind else {
      return failure
    }
    if var far = namespaces[peer.namespace] {
      _ = far.set(peer.name, .carrier(setting == .up))
      namespaces[peer.namespace] = far
    }
    return nil
  }
}
