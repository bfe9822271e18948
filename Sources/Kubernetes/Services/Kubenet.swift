import Clockwork

/// What kubenet writes once per node.
public enum Kubenet {
  /// `--non-masquerade-cidr`: what goes further than the cluster gets the node's address.
  public static var masquerade: RuleWrite {
    let comment = RuleMatch.comment("kubenet: SNAT for outbound traffic from cluster")
    let notOurs = RuleMatch.addressType(source: nil, destination: .init(.local, isInverted: true))
    let cluster = CIDR(base: IPv4(0x0a00_0000), prefix: 8)
    let rule = PacketRule(destination: .init(cluster, isInverted: true), [comment, notOurs], .masquerade(.init()))
    return .ensureRule(.nat, Hook.postrouting.rawValue, rule, isFirst: false)
  }
}
