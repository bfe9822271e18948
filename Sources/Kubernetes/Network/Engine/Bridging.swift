import Clockwork

extension NetworkNamespace {
  /// A frame comes in by a port of a bridge.
  mutating func enter(_ bridge: NetworkLink, by port: NetworkLink, _ way: inout Passage) {
    guard bridge.isUp else { return way.lose(.linkDown) }
    learn(way.packet.source, port.name, bridge.name, &way)
    way.portIn = port.name
    way.input = bridge.name
    let isForMachine = way.packet.destination == bridge.mac || isOwn(way.packet.destination, bridge.name)
    if settings.bridgeCallsRules, case .ip = way.packet.payload {
      let before = way.datagram.destination
      guard preroute(&way) else { return }
      way.isPrerouted = true
      if way.datagram.destination != before {
        return redirect(bridge, from: port, wasForMachine: isForMachine, &way)
      }
    }
    self.bridge(bridge, from: port.name, &way)
  }

  private mutating func learn(_ mac: MAC, _ port: String, _ bridge: String, _ way: inout Passage) {
    guard !mac.isGroup else { return }
    let key = ForwardingKey(mac: mac, bridge: bridge)
    let old = forwarding[key]
    if let old, old.isPermanent { return }
    if old?.port != port { way.note(.learned, line: mac.text, did: port) }
    forwarding[key] = ForwardingEntry(mac, port: port, bridge: bridge, at: way.now)
  }

  private func isOwn(_ mac: MAC, _ bridge: String) -> Bool {
    forwarding[ForwardingKey(mac: mac, bridge: bridge)]?.isPermanent ?? false
  }

  /// A rule changed where a bridged frame goes: to another port of the same bridge, or up and out of it.
  private mutating func redirect(
    _ bridge: NetworkLink,
    from port: NetworkLink,
    wasForMachine: Bool,
    _ way: inout Passage
  ) {
    let route = routes.lookup(way.datagram.destination)
    guard let route, route.kind == .unicast, route.device == bridge.name else {
      // A route by another device, or to this machine: the frame is now addressed to the bridge itself.
      way.packet.destination = bridge.mac
      return pass(up: bridge, &way)
    }
    way.note(.routed, line: route.text, did: bridge.name)
    let key = NeighbourKey(address: route.gateway ?? way.datagram.destination, device: bridge.name)
    if let neighbour = neighbours[key], neighbour.isUsable {
      way.packet.destination = neighbour.mac
      let now = way.now
      way.note(.resolved, line: neighbour.text(at: now), did: neighbour.mac.text)
      return self.bridge(bridge, from: port.name, wasForMachine: wasForMachine, &way)
    }
    let resumption = WaitingPacket.Bridged(input: way.input, port: port.name)
    wait(for: key, bridge, &way, bridged: resumption)
  }

  /// Chooses where a frame goes that came in by a port.
  mutating func bridge(_ bridge: NetworkLink, from port: String, wasForMachine: Bool = false, _ way: inout Passage) {
    let destination = way.packet.destination
    if destination.isGroup {
      forward(to: links.filter { $0.master == bridge.name }.map { $0.name }, from: port, isFlood: true, &way)
      var up = way
      up.emitted = []
      pass(up: bridge, &up)
      way.stages = up.stages
      way.emitted += up.emitted
      way.created = up.created
      if way.emitted.isEmpty || up.outcome == .consumed { way.outcome = up.outcome }
      return
    }
    if destination == bridge.mac { return pass(up: bridge, &way) }
    let key = ForwardingKey(mac: destination, bridge: bridge.name)
    if let entry = forwarding[key] {
      if entry.isPermanent { return pass(up: bridge, &way) }
      if way.now - entry.at <= ForwardingEntry.ageingTime {
        // A machine that listens to everything also sees what its bridge could not send back.
        let isBack = entry.port == port && self[link: port]?.isHairpin != true
        if isBack, bridge.isPromiscuous, wasForMachine, settings.tracksPromiscuous { return pass(up: bridge, &way) }
        let before = way
        way.note(.bridged, line: entry.text, did: entry.port)
        forward(to: [entry.port], from: port, isFlood: false, &way)
        return overhear(before, wasForMachine, on: bridge, &way)
      }
    }
    let before = way
    forward(to: links.filter { $0.master == bridge.name }.map { $0.name }, from: port, isFlood: true, &way)
    overhear(before, wasForMachine, on: bridge, &way)
  }

  /// A younger kernel gives a promiscuous bridge a copy of every frame, and no connection is known of the copy.
  private mutating func overhear(
    _ before: Passage,
    _ wasForMachine: Bool,
    on bridge: NetworkLink,
    _ way: inout Passage
  ) {
    guard bridge.isPromiscuous, wasForMachine, !settings.tracksPromiscuous else { return }
    var copy = way
    copy.packet = before.packet
    copy.tracking = .invalid
    copy.isTracked = true
    copy.emitted = []
    pass(up: bridge, &copy)
    way.stages = copy.stages
    way.created = copy.created
    way.asked = copy.asked
    way.emitted += copy.emitted
    if case .lost = way.outcome { way.outcome = copy.outcome }
  }

  /// Out of ports of the bridge; with br_netfilter the frame meets FORWARD and POSTROUTING on the way.
  private mutating func forward(to ports: [String], from input: String, isFlood: Bool, _ way: inout Passage) {
    var open: [NetworkLink] = []
    for name in ports {
      guard let port = self[link: name] else { continue }
      if name == input, !port.isHairpin {
        if !isFlood { return way.lose(.hairpinOff) }
        continue
      }
      if port.isRunning { open.append(port) } else if !isFlood { return way.lose(.linkDown) }
    }
    if isFlood { way.note(.flooded, did: open.map { $0.name }.joined(separator: " ")) }
    if open.isEmpty { return way.lose(.noBridgePort) }
    for port in open {
      guard case .ip = way.packet.payload, settings.bridgeCallsRules else {
        send(to: port, &way)
        continue
      }
      var copy = way
      copy.emitted = []
      copy.portOut = port.name
      copy.output = way.input
      if filter(.forward, &copy), postroute(&copy) { send(to: port, &copy) }
      way.stages = copy.stages
      way.dice = copy.dice
      // All copies belong to one connection, and to one entry.
      way.tracking = copy.tracking
      way.created = copy.created
      way.emitted += copy.emitted
      way.outcome = copy.outcome
      if !isFlood { way.packet = copy.packet }
    }
  }

  /// The frame is for the machine that the bridge is part of.
  private mutating func pass(up bridge: NetworkLink, _ way: inout Passage) {
    way.note(.up, did: bridge.name)
    switch way.packet.payload {
    case .arp(let message): receive(message, on: bridge, &way)
    case .ip:
      if way.packet.destination != bridge.mac, !way.packet.destination.isGroup, !bridge.isPromiscuous,
        !isOwn(way.packet.destination, bridge.name)
      {
        return way.lose(.otherHost)
      }
      receive(on: bridge, &way)
    }
  }
}
