import Clockwork

extension NetworkNamespace {
  // MARK: Neighbours

  /// Sends a datagram to the next hop on a link, once its hardware address is known.
  mutating func output(_ nextHop: IPv4, on device: String, _ way: inout Passage) {
    guard let link = self[link: device] else { return way.lose(.linkDown) }
    if link.isLoopback {
      way.packet.source = .zero
      way.packet.destination = .zero
      return transmit(link, &way)
    }
    guard link.isUp else { return way.lose(.linkDown) }
    if way.packet.length > link.mtu { return way.lose(.tooLong) }
    way.packet.source = link.mac
    let kind = type(of: nextHop)
    if kind == .broadcast || kind == .multicast {
      way.packet.destination = .broadcast
      return transmit(link, &way)
    }
    let key = NeighbourKey(address: nextHop, device: device)
    if let neighbour = neighbours[key], neighbour.isUsable {
      way.packet.destination = neighbour.mac
      let now = way.now
      way.note(.resolved, line: neighbour.text(at: now), did: neighbour.mac.text)
      return transmit(link, &way)
    }
    wait(for: key, link, &way)
  }

  /// Keeps the packet and asks who has the address.
  mutating func wait(
    for key: NeighbourKey,
    _ link: NetworkLink,
    _ way: inout Passage,
    bridged: WaitingPacket.Bridged? = nil
  ) {
    // The kernel keeps some hundred packets a neighbour; the oldest go first.
    if waiting.count >= 256 { waiting.removeFirst() }
    waiting.append(
      WaitingPacket(
        packet: way.packet,
        device: key.device,
        nextHop: key.address,
        input: way.input,
        tracking: way.tracking,
        bridged: bridged
      )
    )
    if neighbours[key]?.state != .incomplete {
      neighbours[key] = Neighbour(key.address, device: key.device, state: .incomplete, at: way.now)
      neighbours.update(key, default: Neighbour(key.address, device: key.device)) { $0.probes = 1 }
      way.asked.append(key)
      ask(key, link, &way)
    }
    way.outcome = .waiting(key.address)
  }

  /// Puts the question on the link who has this address.
  private mutating func ask(_ key: NeighbourKey, _ link: NetworkLink, _ way: inout Passage) {
    let source = sourceAddress(for: key.address, on: link, way.datagram)
    let question = ARP(isReply: false, senderMAC: link.mac, sender: source, target: key.address)
    way.note(.asked, line: "who-has \(key.address.text) tell \(source.text)", did: link.name)
    var frame = way
    frame.packet = way.packet.followed(
      by: Packet(id: 0, source: link.mac, destination: .broadcast, payload: .arp(question))
    )
    frame.emitted = []
    transmit(link, &frame)
    way.emitted += frame.emitted
  }

  /// A question carries the packet's own source where that is ours, and the link's address otherwise.
  private func sourceAddress(for target: IPv4, on link: NetworkLink, _ datagram: Datagram) -> IPv4 {
    if routes.isLocal(datagram.source), !datagram.source.isLoopback { return datagram.source }
    for address in link.addresses where address.range.contains(target) { return address.address }
    return link.addresses.first?.address ?? addresses.first ?? .any
  }

  /// Asks again, or gives up after the last question; the packets that wait are lost then.
  ///
  /// Returns the packets that are lost, so that their senders can be told.
  mutating func retry(_ key: NeighbourKey, _ way: inout Passage) -> [WaitingPacket] {
    guard var neighbour = neighbours[key], neighbour.state == .incomplete else { return [] }
    guard neighbour.probes < Neighbour.attempts, let link = self[link: key.device] else {
      neighbour.state = .failed
      neighbour.at = way.now
      neighbours[key] = neighbour
      var lost: [WaitingPacket] = []
      for packet in waiting where packet.device == key.device && packet.nextHop == key.address { lost.append(packet) }
      waiting.removeAll { $0.device == key.device && $0.nextHop == key.address }
      way.lose(.unresolved)
      return lost
    }
    neighbour.probes += 1
    neighbour.at = way.now
    neighbours[key] = neighbour
    way.asked.append(key)
    if let first = waiting.first(where: { $0.device == key.device && $0.nextHop == key.address }) {
      way.packet = first.packet
    }
    ask(key, link, &way)
    way.outcome = .waiting(key.address)
    return []
  }

  // MARK: ARP

  /// Notes who asks or answers, and answers for the addresses of this machine.
  mutating func receive(_ message: ARP, on link: NetworkLink, _ way: inout Passage) {
    let isForUs = type(of: message.target) == .local
    let key = NeighbourKey(address: message.sender, device: link.name)
    // An answer to a question, or a question to us: whoever asks will want to be answered. A gratuitous
    // announcement only refreshes what is known.
    if message.sender != .any, isForUs || neighbours[key] != nil {
      let isAnswer = message.isReply && isForUs
      let state: Neighbour.State = isAnswer ? .reachable : .stale
      // Who only asks confirms nothing, and takes nothing away from what was confirmed.
      let isKnown = neighbours[key].map { $0.isUsable && $0.mac == message.senderMAC } ?? false
      if isAnswer || !isKnown {
        neighbours[key] = Neighbour(
          message.sender,
          device: link.name,
          mac: message.senderMAC,
          state: state,
          at: way.now
        )
      }
      way.note(.noted, line: "\(message.sender.text) lladdr \(message.senderMAC.text)", did: link.name)
      release(key, message.senderMAC, link, &way)
    }
    guard !message.isReply else { return }
    guard isForUs, !message.target.isLoopback else {
      if way.emitted.isEmpty { way.outcome = .lost(.otherHost) }
      return
    }
    let answer = ARP(
      isReply: true,
      senderMAC: link.mac,
      sender: message.target,
      targetMAC: message.senderMAC,
      target: message.sender
    )
    way.note(.answered, line: "\(message.target.text) is-at \(link.mac.text)", did: link.name)
    var frame = way
    let reply = Packet(id: way.packet.id, source: link.mac, destination: message.senderMAC, payload: .arp(answer))
    frame.packet = way.packet.followed(by: reply)
    frame.emitted = []
    transmit(link, &frame)
    way.emitted += frame.emitted
    way.outcome = .consumed
  }

  /// Packets that waited for this answer leave, in the order in which they came.
  private mutating func release(_ key: NeighbourKey, _ mac: MAC, _ link: NetworkLink, _ way: inout Passage) {
    guard !waiting.isEmpty else { return }
    let ready = waiting.filter { $0.device == key.device && $0.nextHop == key.address }
    waiting.removeAll { $0.device == key.device && $0.nextHop == key.address }
    for item in ready {
      var sent = way
      sent.packet = item.packet
      sent.packet.age = way.packet.age
      sent.packet.destination = mac
      sent.emitted = []
      if let resumption = item.bridged {
        sent.input = resumption.input
        sent.portIn = resumption.port
        sent.tracking = item.tracking
        sent.isTracked = true
        sent.isPrerouted = true
        bridge(link, from: resumption.port, &sent)
        way.stages = sent.stages
      } else {
        sent.packet.source = link.mac
        transmit(link, &sent)
      }
      way.emitted += sent.emitted
    }
  }

  // MARK: Links

  /// Puts a frame on a link; a bridge picks the ports it leaves by.
  mutating func transmit(_ link: NetworkLink, _ way: inout Passage) {
    guard link.isRunning || link.isLoopback && link.isUp else { return way.lose(.linkDown) }
    guard link.isBridge else { return way.emit(way.packet, on: link.name) }
    if way.packet.destination.isGroup { return flood(link, except: "", &way) }
    let key = ForwardingKey(mac: way.packet.destination, bridge: link.name)
    guard let entry = forwarding[key], entry.isPermanent || way.now - entry.at <= ForwardingEntry.ageingTime,
      let port = self[link: entry.port]
    else { return flood(link, except: "", &way) }
    way.note(.bridged, line: entry.text, did: port.name)
    send(to: port, &way)
  }

  /// Out of every port but the one that the frame came in by, which may be none.
  mutating func flood(_ bridge: NetworkLink, except input: String, _ way: inout Passage) {
    var names: [String] = []
    for port in links where port.master == bridge.name && (port.name != input || port.isHairpin) {
      if port.isRunning { names.append(port.name) }
    }
    way.note(.flooded, did: names.joined(separator: " "))
    if names.isEmpty { return way.lose(.noBridgePort) }
    for name in names { if let port = self[link: name] { send(to: port, &way) } }
  }

  mutating func send(to port: NetworkLink, _ way: inout Passage) {
    guard port.isRunning else { return way.lose(.linkDown) }
    if way.packet.length > port.mtu { return way.lose(.tooLong) }
    way.emit(way.packet, on: port.name)
  }
}
