import Clockwork

extension NetworkNamespace {
  // MARK: In

  /// A frame arrives at an interface.
  mutating func arrive(on device: String, _ way: inout Passage) {
    guard let link = self[link: device], link.isUp else { return way.lose(.linkDown) }
    if !link.master.isEmpty, let bridge = self[link: link.master] { return enter(bridge, by: link, &way) }
    way.input = device
    let isOurs = way.packet.destination == link.mac || way.packet.destination.isGroup || link.isLoopback
    switch way.packet.payload {
    case .arp(let message):
      guard isOurs else { return way.lose(.otherHost) }
      receive(message, on: link, &way)
    case .ip:
      guard isOurs else { return way.lose(.otherHost) }
      receive(on: link, &way)
    }
  }

  /// An IPv4 packet is for this machine, or for somebody it may be passed on to.
  mutating func receive(on link: NetworkLink, _ way: inout Passage) {
    let source = way.datagram.source
    if !link.isLoopback, !settings.routesLoopback, source.isLoopback || way.datagram.destination.isLoopback {
      return way.lose(.martian)
    }
    if !way.isPrerouted, !preroute(&way) { return }
    let destination = way.datagram.destination
    guard let route = routes.lookup(destination) else {
      guard settings.forwards else { return way.lose(.noRoute) }
      way.lose(.noRoute)
      return complain(.netUnreachable, &way)
    }
    guard hasWayBack(way.datagram.source, link) else { return way.lose(.reversePath) }
    way.note(.routed, line: route.text, did: route.device)
    switch route.kind {
    case .local, .broadcast: deliverLocally(&way)
    case .blackhole: way.lose(.blackhole)
    case .unreachable:
      way.lose(.unreachable)
      complain(.hostUnreachable, &way)
    case .prohibit:
      way.lose(.unreachable)
      complain(.adminProhibited, &way)
    case .unicast: forward(route, &way)
    }
  }

  /// With `rp_filter`, a source has to be reachable: strictly, through the interface that the packet came in by.
  private func hasWayBack(_ source: IPv4, _ link: NetworkLink) -> Bool {
    if link.isLoopback || source == .any { return true }
    // A source that is an address of this machine never comes from outside.
    guard let route = routes.lookup(source) else { return settings.reversePathFilter == 0 }
    if route.kind == .local { return source.isLoopback && settings.routesLoopback }
    switch settings.reversePathFilter {
    case 1: return route.device == link.name
    default: return true
    }
  }

  private mutating func deliverLocally(_ way: inout Passage) {
    guard filter(.input, &way), translate(.input, &way) else { return }
    guard confirm(&way) else { return way.lose(.tableFull) }
    deliver(&way)
  }

  // MARK: Through

  private mutating func forward(_ route: Route, _ way: inout Passage) {
    guard settings.forwards else { return way.lose(.notForwarding) }
    guard way.datagram.ttl > 1 else {
      way.lose(.timeToLive)
      return complain(.timeExceeded, &way)
    }
    guard let link = self[link: route.device] else { return way.lose(.linkDown) }
    if way.packet.length > link.mtu, way.datagram.isDontFragment {
      way.lose(.tooLong)
      return complain(.fragmentationNeeded, mtu: link.mtu, &way)
    }
    way.datagram.ttl -= 1
    let left = way.datagram.ttl
    way.note(.aged, did: "\(left)")
    way.output = route.device
    way.portOut = ""
    guard filter(.forward, &way), postroute(&way) else { return }
    let nextHop = route.gateway ?? way.datagram.destination
    output(nextHop, on: route.device, &way)
  }

  // MARK: Out

  /// A process of this machine sends a datagram; an empty source is filled in.
  mutating func send(_ way: inout Passage) {
    guard let route = routes.lookup(way.datagram.destination), route.kind != .blackhole, route.kind != .unreachable,
      route.kind != .prohibit
    else {
      way.lose(.noRoute)
      return hear(FlowTuple(way.datagram), .unreachable(.netUnreachable), &way)
    }
    if way.datagram.source == .any { way.datagram.source = source(for: way.datagram.destination, route) }
    way.output = route.kind == .local ? "lo" : route.device
    track(&way, .output)
    guard mangle(.output, &way) else { return }
    let before = way.datagram.destination
    guard translate(.output, &way) else { return }
    var chosen = route
    if way.datagram.destination != before {
      guard let again = routes.lookup(way.datagram.destination) else { return way.lose(.noRoute) }
      chosen = again
      way.output = again.kind == .local ? "lo" : again.device
      let isStranded = way.datagram.source.isLoopback && way.output != "lo" && !settings.routesLoopback
      if isStranded { return way.lose(.martian) }
    }
    guard filterOnly(.output, &way) else { return }
    let device = way.output
    way.note(.routed, line: chosen.text, did: device)
    guard postroute(&way) else { return }
    let nextHop = chosen.gateway ?? way.datagram.destination
    output(nextHop, on: device, &way)
  }

  /// The address that a packet without one gets: the route's, or the first of its interface.
  func source(for destination: IPv4, _ route: Route) -> IPv4 {
    if route.kind == .local { return destination.isLoopback ? .localhost : destination }
    if let source = route.source { return source }
    guard let link = self[link: route.device] else { return addresses.first ?? .any }
    let next = route.gateway ?? destination
    for address in link.addresses where address.range.contains(next) { return address.address }
    return link.addresses.first?.address ?? addresses.first ?? .any
  }

  // MARK: Hooks

  /// Raw, connection tracking, mangle, nat: false where a rule ended the way.
  mutating func preroute(_ way: inout Passage) -> Bool {
    track(&way, .prerouting)
    return mangle(.prerouting, &way) && translate(.prerouting, &way)
  }

  /// The table `raw` comes before connection tracking, and can keep it away.
  private mutating func track(_ way: inout Passage, _ hook: Hook) {
    if rules[.raw] != nil, walk(.raw, hook, &way).isEnd { way.isBarred = true }
    track(&way)
  }

  private mutating func mangle(_ hook: Hook, _ way: inout Passage) -> Bool {
    if way.isBarred {
      way.lose(.rule)
      return false
    }
    guard rules[.mangle] != nil, walk(.mangle, hook, &way).isEnd else { return true }
    way.lose(.rule)
    return false
  }

  /// The tables `mangle` and `filter` at one point of the way.
  mutating func filter(_ hook: Hook, _ way: inout Passage) -> Bool {
    mangle(hook, &way) && filterOnly(hook, &way)
  }

  private mutating func filterOnly(_ hook: Hook, _ way: inout Passage) -> Bool {
    let verdict = walk(.filter, hook, &way)
    switch verdict {
    case .accept, .translate: return true
    case .drop, .policy:
      way.lose(verdict.isPolicy ? .policy : .rule)
      return false
    case .reject(let refusal):
      way.lose(.rejected)
      refuse(refusal, &way)
      return false
    }
  }

  /// The last rules before a packet leaves; a new connection is remembered from here on.
  mutating func postroute(_ way: inout Passage) -> Bool {
    guard mangle(.postrouting, &way), translate(.postrouting, &way) else { return false }
    if confirm(&way) { return true }
    way.lose(.tableFull)
    return false
  }

  // MARK: Errors

  private mutating func refuse(_ refusal: RuleTarget.Refusal, _ way: inout Passage) {
    switch refusal {
    case .reset:
      guard case .tcp(let segment) = way.datagram.content, !segment.flags.contains(.reset) else { return }
      let answer = Delivery.reset(way.datagram, segment)
      guard way.portIn.isEmpty else { return returnToSender(answer, &way) }
      way.create(answer, tracking: way.answering)
    case .netUnreachable: complain(.netUnreachable, &way)
    case .hostUnreachable: complain(.hostUnreachable, &way)
    case .portUnreachable: complain(.portUnreachable, &way)
    case .protocolUnreachable: complain(.protocolUnreachable, &way)
    case .netProhibited: complain(.netProhibited, &way)
    case .hostProhibited: complain(.hostProhibited, &way)
    case .adminProhibited: complain(.adminProhibited, &way)
    }
  }

  /// A frame that a bridge handed to the rules is refused in the name of whom it was for, past all rules.
  ///
  /// So nothing translates the answer back, and a client that asked a Service does not know whom it is from.
  private func returnToSender(_ answer: Datagram, _ way: inout Passage) {
    let frame = Packet(id: 0, source: way.packet.destination, destination: way.packet.source, payload: .ip(answer))
    way.emitted.append((way.portIn, way.packet.followed(by: frame)))
  }

  /// Tells the sender what became of its packet; nobody complains about a complaint.
  func complain(_ kind: ICMPMessage.Kind, mtu: Int = 0, _ way: inout Passage) {
    let about = way.datagram
    if case .icmp(let message) = about.content, message.kind.isError { return }
    if about.destination.isMulticast || about.destination.number == ~0 { return }
    // An address of this machine that the packet was sent to answers in its own name.
    let source = routes.isLocal(about.destination) ? about.destination : IPv4.any
    let message = ICMPMessage(kind, quoted: ICMPMessage.Quoted(about), mtu: mtu)
    let error = Datagram(source: source, destination: about.source, content: .icmp(message))
    way.create(error, tracking: way.answering)
  }
}
