import Clockwork

/// The chains of kube-proxy that every Service shares, and how the kernel's own chains lead to them.
public enum ProxyChain {
  public static let services = "KUBE-SERVICES"
  public static let externalServices = "KUBE-EXTERNAL-SERVICES"
  public static let nodePorts = "KUBE-NODEPORTS"
  public static let postrouting = "KUBE-POSTROUTING"
  public static let forward = "KUBE-FORWARD"
  public static let proxyFirewall = "KUBE-PROXY-FIREWALL"
  public static let markMasquerade = "KUBE-MARK-MASQ"
  public static let canary = "KUBE-PROXY-CANARY"
  /// The kubelet's: what it marks is dropped.
  public static let markDrop = "KUBE-MARK-DROP"
  public static let firewall = "KUBE-FIREWALL"

  /// The mark of what is to get the address of the node: bit 14 unless a flag says otherwise.
  public static let mark: UInt32 = 0x4000
  static let loopback = CIDR(base: IPv4(0x7f00_0000), prefix: 8)

  /// Rules of the table nat that give what is marked the node's address, and take the mark off.
  static var masquerading: [RuleCommand] {
    let comment = RuleMatch.comment("kubernetes service traffic requiring SNAT")
    return [
      .append(postrouting, PacketRule([.mark(mark, mask: mark, isInverted: true)], .back)),
      .append(postrouting, PacketRule([], .mark(value: mark, mask: 0))),
      .append(postrouting, PacketRule([comment], .masquerade(.init(isFullyRandom: true)))),
    ]
  }

  /// Nobody outside may talk to the node's loopback addresses, which `route_localnet` would allow.
  static var localnet: PacketRule {
    let known = RuleMatch.connection([.related, .established, .destinationTranslated], isInverted: true)
    let comment = RuleMatch.comment("block incoming localnet connections")
    return PacketRule(
      source: .init(loopback, isInverted: true),
      destination: .init(loopback),
      [comment, known],
      .drop
    )
  }

  /// The rules by which packets get into the proxy's chains; the one that is put in last stands first.
  static func jumps(_ version: Version) -> [ChainJump] {
    let new = RuleMatch.connection([.new], isInverted: false)
    func jump(_ table: RuleTable.Name, _ hook: Hook, _ chain: String, _ text: String, _ first: [RuleMatch]) -> ChainJump
    {
      ChainJump(table, hook, PacketRule(first + [.comment(text)], .jump(chain)))
    }
    let visible = "kubernetes externally-visible service portals"
    var jumps = [
      jump(.filter, .input, externalServices, visible, [new]),
      jump(.filter, .forward, externalServices, visible, [new]),
    ]
    if version == .now { jumps.append(jump(.filter, .input, nodePorts, "kubernetes health check service ports", [])) }
    jumps.append(jump(.filter, .forward, services, "kubernetes service portals", [new]))
    jumps.append(jump(.filter, .output, services, "kubernetes service portals", [new]))
    jumps.append(jump(.filter, .forward, forward, "kubernetes forwarding rules", []))
    if version == .now {
      for hook in [Hook.input, .output, .forward] {
        jumps.append(jump(.filter, hook, proxyFirewall, "kubernetes load balancer firewall", [new]))
      }
    }
    jumps.append(jump(.nat, .output, services, "kubernetes service portals", []))
    jumps.append(jump(.nat, .prerouting, services, "kubernetes service portals", []))
    jumps.append(jump(.nat, .postrouting, postrouting, "kubernetes postrouting rules", []))
    return jumps
  }

  /// What `kube-proxy --cleanup` takes away besides the chains of Services; the mark is the kubelet's too.
  static func leftovers(_ version: Version) -> (filter: [String], nat: [String]) {
    switch version {
    case .then: ([services, externalServices, forward], [services, nodePorts, postrouting])
    case .now:
      (
        [services, externalServices, forward, nodePorts, proxyFirewall, canary],
        [services, nodePorts, postrouting, markMasquerade, canary]
      )
    }
  }
}

/// A rule of a built-in chain that leads to somebody's own chain.
public struct ChainJump: Equatable, Sendable {
  public var table: RuleTable.Name
  public var hook: Hook
  public var rule: PacketRule

  public init(_ table: RuleTable.Name, _ hook: Hook, _ rule: PacketRule) {
    self.table = table
    self.hook = hook
    self.rule = rule
  }
}
