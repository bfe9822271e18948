import Clockwork

/// What programs of a node do to its tables: each is done whole or not at all.
public enum RuleWrite: Equatable, Sendable {
  /// `iptables -N`, unless the chain is there.
  case ensureChain(RuleTable.Name, String)
  /// `iptables -C`, then `-I` or `-A` where the rule is not there.
  case ensureRule(RuleTable.Name, String, PacketRule, isFirst: Bool)
  /// `iptables -D`, where the rule is there.
  case deleteRule(RuleTable.Name, String, PacketRule)
  /// `iptables-restore --noflush`: chains that are not named stay as they are.
  case restore(RuleTable.Name, [RuleCommand])
  /// Chains with such names that are not among those to keep are emptied and removed.
  case prune(RuleTable.Name, prefixes: [String], keep: Table<String, Bool>)

  public static func == (left: RuleWrite, right: RuleWrite) -> Bool {
    switch (left, right) {
    case (.ensureChain(let one, let first), .ensureChain(let other, let second)): one == other && first == second
    case (.ensureRule(let one, let first, let rule, let isFirst), .ensureRule(let other, let second, let same, let too)):
      one == other && first == second && rule == same && isFirst == too
    case (.deleteRule(let one, let first, let rule), .deleteRule(let other, let second, let same)):
      one == other && first == second && rule == same
    case (.restore(let one, let first), .restore(let other, let second)): one == other && first == second
    case (.prune(let one, let first, let keep), .prune(let other, let second, let same)):
      one == other && first == second && keep.keys == same.keys
    default: false
    }
  }
}

extension RuleWrite {
  /// The command that does the same.
  public var text: String {
    switch self {
    case .ensureChain(let table, let chain): "iptables -t \(table.rawValue) -N \(chain)"
    case .ensureRule(let table, let chain, let rule, let isFirst):
      "iptables -t \(table.rawValue) \(isFirst ? "-I" : "-A") \(chain)\(rule.specification)"
    case .deleteRule(let table, let chain, let rule):
      "iptables -t \(table.rawValue) -D \(chain)\(rule.specification)"
    case .restore(let table, let commands):
      "iptables-restore --noflush # *\(table.rawValue), \(commands.count) lines"
    case .prune(let table, let prefixes, _): "iptables -t \(table.rawValue) -X # \(prefixes.joined(separator: ", "))"
    }
  }
}

extension RuleTables {
  /// Does what a program asks for; the tool's words where it cannot.
  @discardableResult
  public mutating func write(_ write: RuleWrite) -> String? {
    switch write {
    case .ensureChain(let table, let chain):
      if self[table]?.place(of: chain) != nil { return nil }
      return apply([.create(chain)], to: table)
    case .ensureRule(let table, let chain, let rule, let isFirst):
      if self[table]?[chain]?.rules.contains(rule) == true { return nil }
      return apply([isFirst ? .insert(chain, 1, rule) : .append(chain, rule)], to: table)
    case .deleteRule(let table, let chain, let rule):
      if self[table]?[chain]?.rules.contains(rule) != true { return nil }
      return apply([.delete(chain, rule)], to: table)
    case .restore(let table, let commands): return apply(commands, to: table)
    case .prune(let table, let prefixes, let keep):
      var doomed: [String] = []
      for chain in self[table]?.chains ?? [] where keep[chain.name] == nil {
        if prefixes.contains(where: { chain.name.hasPrefix($0) }) { doomed.append(chain.name) }
      }
      // They may lead to each other: all are emptied before any is removed.
      return apply(doomed.map { .flush($0) } + doomed.map { .remove($0) }, to: table)
    }
  }

  public mutating func write(_ writes: [RuleWrite]) {
    for one in writes { write(one) }
  }
}

extension ProxyRules {
  /// Everything that a sync does to the node's tables, in order.
  public var writes: [RuleWrite] {
    var writes: [RuleWrite] = []
    for jump in ProxyChain.jumps(setting.version) {
      if let chain = jump.rule.target?.chain { writes.append(.ensureChain(jump.table, chain)) }
      writes.append(.ensureRule(jump.table, jump.hook.rawValue, jump.rule, isFirst: true))
    }
    if setting.version == .then {
      writes.append(.ensureChain(.nat, ProxyChain.markDrop))
    } else {
      writes.append(.ensureChain(.filter, ProxyChain.firewall))
      for hook in [Hook.input, .output] {
        let rule = PacketRule([], .jump(ProxyChain.firewall))
        writes.append(.ensureRule(.filter, hook.rawValue, rule, isFirst: true))
      }
    }
    writes.append(.restore(.filter, filter))
    writes.append(.restore(.nat, nat))
    writes.append(.prune(.nat, prefixes: ChainName.prefixes(setting.version), keep: active))
    return writes
  }

  /// What a proxy does once, when it starts: a chain that goes missing tells it that somebody flushed the tables.
  public static var canaries: [RuleWrite] {
    [
      .ensureChain(.mangle, ProxyChain.canary), .ensureChain(.nat, ProxyChain.canary),
      .ensureChain(.filter, ProxyChain.canary),
    ]
  }

  /// `kube-proxy --cleanup`.
  public static func cleanUp(_ version: Version) -> [RuleWrite] {
    var writes: [RuleWrite] = []
    for jump in ProxyChain.jumps(version) { writes.append(.deleteRule(jump.table, jump.hook.rawValue, jump.rule)) }
    let chains = ProxyChain.leftovers(version)
    writes.append(.prune(.nat, prefixes: chains.nat + ChainName.prefixes(version), keep: [:]))
    writes.append(.prune(.filter, prefixes: chains.filter, keep: [:]))
    return writes
  }
}

/// The rules that the kubelet keeps on its node.
public enum KubeletRules {
  static let canary = "KUBE-KUBELET-CANARY"
  static let dropMark: UInt32 = 0x8000

  public static func writes(_ version: Version) -> [RuleWrite] {
    var writes: [RuleWrite] = []
    for table in [RuleTable.Name.mangle, .nat, .filter] { writes.append(.ensureChain(table, canary)) }
    let firewall = ProxyChain.firewall
    writes.append(.ensureChain(.filter, firewall))
    if version == .then {
      writes.append(.ensureChain(.nat, ProxyChain.markDrop))
      let mark = PacketRule([], .mark(value: dropMark, mask: dropMark))
      writes.append(.ensureRule(.nat, ProxyChain.markDrop, mark, isFirst: false))
      let comment = RuleMatch.comment("kubernetes firewall for dropping marked packets")
      let drop = PacketRule([comment, .mark(dropMark, mask: dropMark, isInverted: false)], .drop)
      writes.append(.ensureRule(.filter, firewall, drop, isFirst: false))
    } else {
      // By it others see which variant of iptables the node uses.
      writes.append(.ensureChain(.mangle, "KUBE-IPTABLES-HINT"))
    }
    writes.append(.ensureRule(.filter, firewall, ProxyChain.localnet, isFirst: false))
    for hook in [Hook.output, .input] {
      writes.append(.ensureRule(.filter, hook.rawValue, PacketRule([], .jump(firewall)), isFirst: true))
    }
    if version == .then { writes += masquerading }
    return writes
  }

  /// Until 1.28 the kubelet kept the proxy's chains for masquerading too.
  private static var masquerading: [RuleWrite] {
    var writes: [RuleWrite] = [
      .ensureChain(.nat, ProxyChain.markMasquerade), .ensureChain(.nat, ProxyChain.postrouting),
    ]
    let mark = PacketRule([], .mark(value: ProxyChain.mark, mask: ProxyChain.mark))
    writes.append(.ensureRule(.nat, ProxyChain.markMasquerade, mark, isFirst: false))
    for jump in ProxyChain.jumps(.then) where jump.hook == .postrouting {
      writes.append(.ensureRule(.nat, jump.hook.rawValue, jump.rule, isFirst: true))
    }
    for command in ProxyChain.masquerading {
      if case .append(let chain, let rule) = command { writes.append(.ensureRule(.nat, chain, rule, isFirst: false)) }
    }
    return writes
  }
}
