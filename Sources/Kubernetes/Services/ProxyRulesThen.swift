import Clockwork

/// The rules of kube-proxy 1.20: who must be masqueraded is decided before the jump to the Service's chain.
extension ProxyRules {
  mutating func writeThen(_ port: ProxyPort, _ choice: ProxyChoice) {
    let chain = ChainName.service(port.name, port.transport.text)
    let localChain = ChainName.local(port.name, port.transport.text, .then)
    let has = !choice.all.isEmpty
    if has { declare(chain) }
    if port.isExternalLocal { declare(localChain) }
    captureClusterIP(port, chain, has)
    captureExternalIPs(port, chain, localChain, has)
    captureBalancers(port, chain, localChain, has)
    captureNodePort(port, chain, localChain, has)
    guard has else { return }
    for endpoint in choice.all { declare(port.chain(of: endpoint)) }
    let text = comment(port.name)
    stick(chain, port, choice.all, choice.all.map { _ in text })
    for (index, endpoint) in choice.all.enumerated() {
      throwDice(chain, port, choice.all, index, text)
      writeEndpoint(port, endpoint)
    }
    if port.isExternalLocal { writeLocal(port, choice.local, chain, localChain) }
  }

  private mutating func captureClusterIP(_ port: ProxyPort, _ chain: String, _ has: Bool) {
    guard has else {
      return refuse(ProxyChain.services, "\(port.name) has no endpoints", port, to: port.clusterIP, .unreachable)
    }
    let matches: [RuleMatch] = [.comment("\(port.name) cluster IP"), port.match(port.port)]
    if setting.masqueradesAll {
      add(ProxyChain.services, to: port.clusterIP, of: port.transport, matches, .jump(ProxyChain.markMasquerade))
    } else if let stranger {
      let mark = RuleTarget.jump(ProxyChain.markMasquerade)
      add(ProxyChain.services, from: stranger, to: port.clusterIP, of: port.transport, matches, mark)
    }
    add(ProxyChain.services, to: port.clusterIP, of: port.transport, matches, .jump(chain))
  }

  private mutating func captureExternalIPs(_ port: ProxyPort, _ chain: String, _ localChain: String, _ has: Bool) {
    for address in port.externalIPs {
      guard has else {
        refuse(ProxyChain.externalServices, "\(port.name) has no endpoints", port, to: address, .unreachable)
        continue
      }
      let matches: [RuleMatch] = [.comment("\(port.name) external IP"), port.match(port.port)]
      if !port.isExternalLocal {
        add(ProxyChain.services, to: address, of: port.transport, matches, .jump(ProxyChain.markMasquerade))
      }
      let next = RuleTarget.jump(port.isExternalLocal ? localChain : chain)
      // Neither from a container behind a bridge nor from a process of the node.
      let outside: [RuleMatch] = [.notBridged, .addressType(source: .init(.local, isInverted: true), destination: nil)]
      add(ProxyChain.services, to: address, of: port.transport, matches + outside, next)
      let own = RuleMatch.addressType(source: nil, destination: .init(.local))
      add(ProxyChain.services, to: address, of: port.transport, matches + [own], next)
    }
  }

  private mutating func captureBalancers(_ port: ProxyPort, _ chain: String, _ localChain: String, _ has: Bool) {
    let firewall = ChainName.firewall(port.name, port.transport.text)
    for address in port.loadBalancerIPs {
      guard has else {
        refuse(ProxyChain.externalServices, "\(port.name) has no endpoints", port, to: address, .unreachable)
        continue
      }
      if active[firewall] == nil { declare(firewall) }
      let comment = RuleMatch.comment("\(port.name) loadbalancer IP")
      let matches = [comment, port.match(port.port)]
      add(ProxyChain.services, to: address, of: port.transport, matches, .jump(firewall))
      if !port.isExternalLocal { add(firewall, [comment], .jump(ProxyChain.markMasquerade)) }
      let next = RuleTarget.jump(port.isExternalLocal ? localChain : chain)
      if port.sourceRanges.isEmpty { add(firewall, [comment], next) }
      var allowsNode = false
      for range in port.sourceRanges {
        add(firewall, from: .init(range), [comment], next)
        if range.contains(setting.nodeIP) { allowsNode = true }
      }
      // A request of the node itself comes back with the balancer's address as its source.
      if allowsNode { add(firewall, from: .init(CIDR(address)), [comment], next) }
      add(firewall, [comment], .jump(ProxyChain.markDrop))
    }
  }

  private mutating func captureNodePort(_ port: ProxyPort, _ chain: String, _ localChain: String, _ has: Bool) {
    guard port.nodePort != 0 else { return }
    guard has else {
      return refuse(ProxyChain.externalServices, "\(port.name) has no endpoints", port, to: nil, .unreachable)
    }
    let matches: [RuleMatch] = [.comment(port.name), port.match(port.nodePort)]
    // What stays on its node keeps its source, unless it is the node's own loopback address.
    let loopback = PacketRule.AddressTest(ProxyChain.loopback)
    let who = port.isExternalLocal ? loopback : nil
    add(ProxyChain.nodePorts, from: who, of: port.transport, matches, .jump(ProxyChain.markMasquerade))
    let next = port.isExternalLocal ? localChain : chain
    add(ProxyChain.nodePorts, of: port.transport, matches, .jump(next))
  }

  /// The chain of a Service whose outside traffic stays on its node.
  private mutating func writeLocal(
    _ port: ProxyPort,
    _ endpoints: [ProxyEndpoint],
    _ chain: String,
    _ localChain: String
  ) {
    if let range = setting.clusterCIDR {
      let comment = "Redirect pods trying to reach external loadbalancer VIP to clusterIP"
      add(localChain, from: .init(range), [.comment(comment)], .jump(chain))
    }
    let own = RuleMatch.addressType(source: .init(.local), destination: nil)
    let marking = RuleMatch.comment("masquerade LOCAL traffic for \(port.name) LB IP")
    add(localChain, [marking, own], .jump(ProxyChain.markMasquerade))
    let routing = RuleMatch.comment("route LOCAL traffic for \(port.name) LB IP to service chain")
    add(localChain, [routing, own], .jump(chain))
    if endpoints.isEmpty {
      return add(localChain, [.comment("\(port.name) has no local endpoints")], .jump(ProxyChain.markDrop))
    }
    stick(localChain, port, endpoints, endpoints.map { _ in [.comment(port.name)] })
    for index in endpoints.indices {
      throwDice(localChain, port, endpoints, index, [.comment("Balancing rule \(index) for \(port.name)")])
    }
  }
}

extension RuleTarget {
  /// What REJECT answers unless it is told otherwise.
  static let unreachable: RuleTarget = .reject(.portUnreachable)
}

extension RuleMatch {
  /// Not a frame that came in by a port of a bridge.
  static var notBridged: RuleMatch {
    var ports = BridgePorts()
    ports.isIn = false
    return .physicalDevice(ports)
  }
}
