import Clockwork

/// What network plugins write on a node: a bridge for all Pods, and a pair of interfaces for each.
public enum PodBridge {
  /// The plugins that put Pods on a bridge.
  public enum Plugin: String, Equatable, Sendable {
    case kubenet
    case bridge

    /// The name of the bridge.
    public var device: String { self == .kubenet ? "cbr0" : "cni0" }
  }

  /// One Pod's place on the bridge.
  public struct Port: Equatable, Sendable {
    public var namespace: String
    public var veth: String
    public var vethMAC: MAC
    public var address: IPv4
    public var mac: MAC

    public init(namespace: String, veth: String, vethMAC: MAC, address: IPv4, mac: MAC) {
      self.namespace = namespace
      self.veth = veth
      self.vethMAC = vethMAC
      self.address = address
      self.mac = mac
    }
  }

  /// What is there before the first Pod: packets that leave the cluster get the node's address.
  public static func prepare(_ plugin: Plugin, _ cluster: CIDR?) -> [NetworkChange] {
    switch plugin {
    case .kubenet: return [NetworkChange(.ensure(masquerade))]
    case .bridge:
      guard let cluster else { return [] }
      let comment = RuleMatch.comment("SNAT for outbound traffic from Pods")
      let away = PacketRule.AddressTest(cluster, isInverted: true)
      let rule = PacketRule(source: .init(cluster), destination: away, [comment], .masquerade(.init()))
      return [NetworkChange(.ensure(.ensureRule(.nat, Hook.postrouting.rawValue, rule, isFirst: false)))]
    }
  }

  /// `--non-masquerade-cidr` of the kubelet: what goes further than the cluster gets the node's address.
  public static var masquerade: RuleWrite {
    let comment = RuleMatch.comment("kubenet: SNAT for outbound traffic from cluster")
    let notOurs = RuleMatch.addressType(source: nil, destination: .init(.local, isInverted: true))
    let cluster = CIDR(base: IPv4(0x0a00_0000), prefix: 8)
    let rule = PacketRule(destination: .init(cluster, isInverted: true), [comment, notOurs], .masquerade(.init()))
    return .ensureRule(.nat, Hook.postrouting.rawValue, rule, isFirst: false)
  }

  /// The bridge itself, which the first Pod of a node brings about; its address is the first of the Pods' range.
  public static func bridge(_ plugin: Plugin, _ range: CIDR) -> [NetworkChange] {
    let device = plugin.device
    let gateway = InterfaceAddress(range.first, prefix: range.prefix)
    return [
      NetworkChange(.addLink(NetworkLink(device, .bridge, mac: MAC(of: range.first)))),
      // In this mode a Pod that calls itself through a Service gets its own packet back.
      NetworkChange(.setLink(device, .promiscuous(true))),
      NetworkChange(.setLink(device, .up)),
      NetworkChange(.addAddress(gateway, device: device)),
      NetworkChange(.set("net.ipv4.ip_forward", 1)),
      NetworkChange(.set("net.bridge.bridge-nf-call-iptables", 1)),
    ]
  }

  /// A Pod's interface and its other end, the Pod's address, and its way out.
  public static func attach(_ port: Port, to plugin: Plugin, _ range: CIDR) -> [NetworkChange] {
    let inside = NetworkLink.Peer(namespace: port.namespace, name: "eth0")
    let address = InterfaceAddress(port.address, prefix: range.prefix)
    let out = Route(to: .all, via: range.first, device: "eth0")
    return [
      NetworkChange(.addPair(port.veth, mac: port.vethMAC, peer: inside, peerMAC: port.mac)),
      NetworkChange(.setLink(port.veth, .master(plugin.device))),
      NetworkChange(.setLink(port.veth, .up)),
      NetworkChange(in: port.namespace, .setLink("lo", .up)),
      NetworkChange(in: port.namespace, .setLink("eth0", .up)),
      NetworkChange(in: port.namespace, .addAddress(address, device: "eth0")),
      NetworkChange(in: port.namespace, .addRoute(out)),
    ]
  }

  /// What an administrator adds where no controller of a cloud does it: how to reach the Pods of other nodes.
  public static func routes(_ machines: [ClusterSpec.Machine], from own: ClusterSpec.Machine) -> [NetworkChange] {
    var changes: [NetworkChange] = []
    for machine in machines where machine.name != own.name {
      guard let range = CIDR(machine.podCIDR), let gateway = IPv4(machine.ip) else { continue }
      changes.append(NetworkChange(.addRoute(Route(to: range, via: gateway, device: "eth0"))))
    }
    return changes
  }
}
