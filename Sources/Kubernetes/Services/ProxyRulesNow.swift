import Clockwork

/// The rules of kube-proxy today: inside and outside traffic have chains of their own, and each its policy.
extension ProxyRules {
  /// The chains of one Service port.
  private struct Chains {
    let all: String
    let local: String
    let external: String
    let firewall: String

    init(_ port: ProxyPort) {
      let transport = port.transport.text
      all = ChainName.service(port.name, transport)
      local = ChainName.local(port.name, transport, .now)
      external = ChainName.external(port.name, transport)
      firewall = ChainName.firewall(port.name, transport)
    }
  }

  mutating func writeNow(_ port: ProxyPort, _ choice: ProxyChoice) {
    let chains = Chains(port)
    let has = choice.hasAny
    let hasInternal = has && !(port.isInternalLocal && choice.local.isEmpty)
    let hasExternal = has && !(port.isExternalLocal && choice.local.isEmpty)
    // Nothing behind it is refused at once; something, but not on this node, is never answered.
    let turnedAway: RuleTarget = has ? .drop : .unreachable
    let why = "\(port.name) has no \(has ? "local " : "")endpoints"
    let inside = port.isInternalLocal ? chains.local : chains.all
    let usesFirewall = has && !port.loadBalancerIPs.isEmpty && !port.sourceRanges.isEmpty
    if hasInternal {
      add(ProxyChain.services, to: port.clusterIP, of: port.transport, port.clusterMatches, .jump(inside))
    } else {
      refuse(ProxyChain.services, why, port, to: port.clusterIP, turnedAway)
    }
    captureExternal(port, chains, has, usesFirewall)
    if !hasExternal { turnAway(port, why, turnedAway) }
    if port.healthCheckNodePort != 0 { acceptHealthChecks(port) }
    if hasInternal { markInside(port, inside) }
    if has, port.isExternal { writeExternal(port, chains, hasExternal) }
    if usesFirewall { writeFirewall(port, chains) }
    if !choice.all.isEmpty, port.usesAll { dispatch(port, chains.all, choice.all) }
    if !choice.local.isEmpty, port.usesLocal { dispatch(port, chains.local, choice.local) }
    for endpoint in choice.reachable {
      declare(port.chain(of: endpoint))
      writeEndpoint(port, endpoint)
    }
  }

  private mutating func captureExternal(_ port: ProxyPort, _ chains: Chains, _ has: Bool, _ usesFirewall: Bool) {
    guard has else { return }
    for address in port.externalIPs {
      let matches: [RuleMatch] = [.comment("\(port.name) external IP"), port.match(port.port)]
      add(ProxyChain.services, to: address, of: port.transport, matches, .jump(chains.external))
    }
    for address in port.loadBalancerIPs {
      let matches: [RuleMatch] = [.comment("\(port.name) loadbalancer IP"), port.match(port.port)]
      let next = usesFirewall ? chains.firewall : chains.external
      add(ProxyChain.services, to: address, of: port.transport, matches, .jump(next))
      if usesFirewall {
        let comment = "\(port.name) traffic not accepted by \(chains.firewall)"
        refuse(ProxyChain.proxyFirewall, comment, port, to: address, .drop)
      }
    }
    if port.nodePort != 0 {
      let matches: [RuleMatch] = [.comment(port.name), port.match(port.nodePort)]
      add(ProxyChain.nodePorts, of: port.transport, matches, .jump(chains.external))
    }
  }

  private mutating func turnAway(_ port: ProxyPort, _ why: String, _ target: RuleTarget) {
    for address in port.externalIPs + port.loadBalancerIPs {
      refuse(ProxyChain.externalServices, why, port, to: address, target)
    }
    if port.nodePort != 0 { refuse(ProxyChain.externalServices, why, port, to: nil, target) }
  }

  private mutating func acceptHealthChecks(_ port: ProxyPort) {
    let ports = RuleMatch.tcp(source: nil, destination: .init(port.healthCheckNodePort), flags: nil)
    let matches: [RuleMatch] = [.comment("\(port.name) health check node port"), ports]
    filter.append(.append(ProxyChain.nodePorts, PacketRule(transport: .tcp, matches, .accept)))
  }

  private mutating func markInside(_ port: ProxyPort, _ chain: String) {
    let mark = RuleTarget.jump(ProxyChain.markMasquerade)
    if setting.masqueradesAll {
      add(chain, to: port.clusterIP, of: port.transport, port.clusterMatches, mark)
    } else if let stranger {
      add(chain, from: stranger, to: port.clusterIP, of: port.transport, port.clusterMatches, mark)
    }
  }

  private mutating func writeExternal(_ port: ProxyPort, _ chains: Chains, _ hasExternal: Bool) {
    declare(chains.external)
    let mark = RuleTarget.jump(ProxyChain.markMasquerade)
    if port.isExternalLocal {
      if let range = setting.clusterCIDR {
        let comment = RuleMatch.comment("pod traffic for \(port.name) external destinations")
        add(chains.external, from: .init(range), [comment], .jump(chains.all))
      }
      let own = RuleMatch.addressType(source: .init(.local), destination: nil)
      let marking = RuleMatch.comment("masquerade LOCAL traffic for \(port.name) external destinations")
      add(chains.external, [marking, own], mark)
      let routing = RuleMatch.comment("route LOCAL traffic for \(port.name) external destinations")
      add(chains.external, [routing, own], .jump(chains.all))
    } else {
      let comment = RuleMatch.comment("masquerade traffic for \(port.name) external destinations")
      add(chains.external, [comment], mark)
    }
    if hasExternal { add(chains.external, [], .jump(port.isExternalLocal ? chains.local : chains.all)) }
  }

  /// Who may use the load balancer; anybody else falls out of the chain untranslated and is dropped later.
  private mutating func writeFirewall(_ port: ProxyPort, _ chains: Chains) {
    declare(chains.firewall)
    let comment = RuleMatch.comment("\(port.name) loadbalancer IP")
    var allowsNode = false
    for range in port.sourceRanges {
      add(chains.firewall, from: .init(range), [comment], .jump(chains.external))
      if range.contains(setting.nodeIP) { allowsNode = true }
    }
    if allowsNode {
      for address in port.loadBalancerIPs {
        add(chains.firewall, from: .init(CIDR(address)), [comment], .jump(chains.external))
      }
    }
    let rest = "other traffic to \(port.name) will be dropped by \(ProxyChain.proxyFirewall)"
    add(chains.firewall, [.comment(rest)], nil)
  }

  private mutating func dispatch(_ port: ProxyPort, _ chain: String, _ endpoints: [ProxyEndpoint]) {
    declare(chain)
    balance(chain, port, endpoints, endpoints.map { comment("\(port.name) -> \($0.text)") })
  }
}

extension ProxyPort {
  fileprivate var clusterMatches: [RuleMatch] { [.comment("\(name) cluster IP"), match(port)] }
}
