import Clockwork

/// What one sync of kube-proxy in iptables mode writes: the chains of every Service, of nothing else.
///
/// A pure function of Services and endpoints. The text of the commands is what kube-proxy feeds to `iptables-restore`.
public struct ProxyRules: Sendable {
  /// What a proxy knows of its node and its flags.
  public struct Setting: Equatable, Sendable {
    public var version: Version
    public var node: String
    public var nodeIP: IPv4
    /// `--cluster-cidr`: who comes from elsewhere must get the node's address.
    public var clusterCIDR: CIDR?
    public var masqueradesAll: Bool = false

    public init(version: Version, node: String, nodeIP: IPv4, clusterCIDR: CIDR?) {
      self.version = version
      self.node = node
      self.nodeIP = nodeIP
      self.clusterCIDR = clusterCIDR
    }
  }

  public internal(set) var filter: [RuleCommand] = []
  /// The chains of the table nat; every one is made before any rule that leads to it.
  private(set) var natChains: [RuleCommand] = []
  private(set) var natRules: [RuleCommand] = []
  public var nat: [RuleCommand] { natChains + natRules }
  /// The chains of Services that are in use: any other of their kind is to go.
  public internal(set) var active: Table<String, Bool> = [:]
  let setting: Setting
  /// Comments are left out of the rules of endpoints where there are too many of them.
  let hasComments: Bool

  /// The number of endpoints from which on a cluster counts as large.
  static let largeCluster = 1000

  public init(_ ports: [ProxyPort], _ endpoints: Table<String, [ProxyEndpoint]>, _ setting: Setting) {
    self.setting = setting
    var count = 0
    for port in ports { count += endpoints[port.name]?.count ?? 0 }
    hasComments = count <= ProxyRules.largeCluster
    declareCommonChains()
    writeMarking()
    for port in ports {
      let choice = ProxyChoice(port, endpoints[port.name] ?? [], setting.version)
      switch setting.version {
      case .then: writeThen(port, choice)
      case .now: writeNow(port, choice)
      }
    }
    writeNodePortsJump()
    writeForwarding()
  }

  private mutating func declareCommonChains() {
    var filtering = [ProxyChain.services, ProxyChain.externalServices, ProxyChain.forward]
    if setting.version == .now { filtering += [ProxyChain.nodePorts, ProxyChain.proxyFirewall, ProxyChain.firewall] }
    for chain in filtering { filter.append(.declare(chain, nil)) }
    for chain in [ProxyChain.services, ProxyChain.nodePorts, ProxyChain.postrouting, ProxyChain.markMasquerade] {
      natChains.append(.declare(chain, nil))
    }
  }

  /// Who is marked gets the node's address on the way out; the mark is taken off for the next pass.
  private mutating func writeMarking() {
    natRules += ProxyChain.masquerading
    let marking = PacketRule([], .mark(value: ProxyChain.mark, mask: ProxyChain.mark))
    natRules.append(.append(ProxyChain.markMasquerade, marking))
    if setting.version == .now { filter.append(.append(ProxyChain.firewall, ProxyChain.localnet)) }
  }

  private mutating func writeNodePortsJump() {
    let comment = "kubernetes service nodeports; NOTE: this must be the last rule in this chain"
    let isLocal = RuleMatch.addressType(source: nil, destination: .init(.local))
    add(ProxyChain.services, [.comment(comment), isLocal], .jump(ProxyChain.nodePorts))
  }

  private mutating func writeForwarding() {
    func add(_ matches: [RuleMatch], _ target: RuleTarget) {
      filter.append(.append(ProxyChain.forward, PacketRule(matches, target)))
    }
    let mark = ProxyChain.mark
    let known = RuleMatch.connection([.related, .established], isInverted: false)
    add([.connection([.invalid], isInverted: false)], .drop)
    add([.comment("kubernetes forwarding rules"), .mark(mark, mask: mark, isInverted: false)], .accept)
    switch setting.version {
    case .then:
      add([.comment("kubernetes forwarding conntrack pod source rule"), known], .accept)
      add([.comment("kubernetes forwarding conntrack pod destination rule"), known], .accept)
    case .now:
      add([.comment("kubernetes forwarding conntrack rule"), known], .accept)
    }
  }

  // MARK: What both versions write alike

  mutating func declare(_ chain: String) {
    natChains.append(.declare(chain, nil))
    active[chain] = true
  }

  /// A rule of the table nat.
  mutating func add(
    _ chain: String,
    from source: PacketRule.AddressTest? = nil,
    to destination: IPv4? = nil,
    of transport: TransportProtocol? = nil,
    _ matches: [RuleMatch],
    _ target: RuleTarget?
  ) {
    let range = destination.map { PacketRule.AddressTest(CIDR($0)) }
    let rule = PacketRule(source: source, destination: range, transport: transport, matches, target)
    natRules.append(.append(chain, rule))
  }

  /// A rule of the table filter that turns a destination away.
  mutating func refuse(_ chain: String, _ comment: String, _ port: ProxyPort, to address: IPv4?, _ target: RuleTarget) {
    var matches: [RuleMatch] = [.comment(comment)]
    var number = port.port
    if address == nil {
      matches.append(.addressType(source: nil, destination: .init(.local)))
      number = port.nodePort
    }
    matches.append(port.match(number))
    let range = address.map { PacketRule.AddressTest(CIDR($0)) }
    filter.append(.append(chain, PacketRule(destination: range, transport: port.transport, matches, target)))
  }

  /// Any packet that does not come from a Pod of the cluster.
  var stranger: PacketRule.AddressTest? { setting.clusterCIDR.map { .init($0, isInverted: true) } }

  func comment(_ text: String) -> [RuleMatch] { hasComments ? [.comment(text)] : [] }

  /// First those that have been here lately, then the dice: one in n, one in n - 1, …, the rest.
  ///
  /// `texts` are the comments of the rules, one for each endpoint.
  mutating func balance(_ chain: String, _ port: ProxyPort, _ endpoints: [ProxyEndpoint], _ texts: [[RuleMatch]]) {
    stick(chain, port, endpoints, texts)
    for index in endpoints.indices { throwDice(chain, port, endpoints, index, texts[index]) }
  }

  mutating func throwDice(
    _ chain: String,
    _ port: ProxyPort,
    _ endpoints: [ProxyEndpoint],
    _ index: Int,
    _ text: [RuleMatch]
  ) {
    let left = endpoints.count - index
    let dice = left > 1 ? [RuleMatch.chance(RuleMatch.probability(oneIn: left), isInverted: false)] : []
    add(chain, text + dice, .jump(port.chain(of: endpoints[index])))
  }

  mutating func stick(_ chain: String, _ port: ProxyPort, _ endpoints: [ProxyEndpoint], _ texts: [[RuleMatch]]) {
    guard let seconds = port.stickySeconds else { return }
    for (index, endpoint) in endpoints.enumerated() {
      let name = port.chain(of: endpoint)
      var recent = RuleMatch.Recent(.rcheck, name: name)
      recent.seconds = seconds
      recent.isReaping = true
      add(chain, texts[index] + [.recent(recent)], .jump(name))
    }
  }

  /// An endpoint that calls itself must see another sender; everybody else is only sent there.
  mutating func writeEndpoint(_ port: ProxyPort, _ endpoint: ProxyEndpoint) {
    let chain = port.chain(of: endpoint)
    add(chain, from: .init(CIDR(endpoint.address)), comment(port.name), .jump(ProxyChain.markMasquerade))
    var matches = comment(port.name)
    if port.stickySeconds != nil { matches.append(.recent(RuleMatch.Recent(.set, name: chain))) }
    matches.append(port.bareMatch)
    add(chain, of: port.transport, matches, .destination(.init(endpoint.address, port: endpoint.port)))
  }
}

extension ProxyPort {
  /// The match that asks for a destination port.
  func match(_ number: UInt16) -> RuleMatch {
    transport == .udp
      ? .udp(source: nil, destination: .init(number)) : .tcp(source: nil, destination: .init(number), flags: nil)
  }

  /// The match that the protocol brings with it, asking for nothing.
  var bareMatch: RuleMatch {
    transport == .udp ? .udp(source: nil, destination: nil) : .tcp(source: nil, destination: nil, flags: nil)
  }

  func chain(of endpoint: ProxyEndpoint) -> String { ChainName.endpoint(name, transport.text, endpoint.text) }
}
