public import Clockwork

extension NodeNetwork {
  /// What one step of a kernel's network did.
  public struct Outcome: Equatable, Sendable {
    public var hop: Hop
    /// Frames that left the machine by a card.
    public var departures: [Departure] = []
    /// Datagrams for processes that are components.
    public var served: [SocketDatagram] = []
    /// What was left to chance, and how it fell.
    public var throwsMade: [Dice.Throw] = []
  }

  // MARK: What there is to do

  /// The places in `arrivals` of the packets that can be next: the first of every interface.
  public var heads: [Int] {
    var heads: [Int] = []
    for (place, arrival) in arrivals.enumerated() {
      let isBehind = heads.contains { other in
        arrivals[other].namespace == arrival.namespace && arrivals[other].input == arrival.input
      }
      if !isBehind { heads.append(place) }
    }
    return heads
  }

  /// When somebody has to ask again, or gives up waiting.
  public var due: Time {
    var due = Time.never
    for question in questions { due = min(due, question.due) }
    visiting.forEach { number, namespace in
      if let visit = visit(number, in: namespace) { due = min(due, visit.due) }
    }
    return due
  }

  private func visit(_ number: Int64, in namespace: String) -> Visit? {
    namespaces[namespace]?.visits.first { $0.number == number }
  }

  /// A visit, under way or ended.
  public func visit(_ number: Int64) -> Visit? {
    var found: Visit?
    namespaces.forEach { _, space in
      for visit in space.visits where visit.number == number { found = visit }
    }
    return found
  }

  /// Visits that have ended and that nobody has been told of yet.
  public var ended: [Visit] {
    var out: [Visit] = []
    visiting.forEach { number, namespace in
      if let visit = visit(number, in: namespace), visit.outcome != nil { out.append(visit) }
    }
    return out
  }

  // MARK: Doing it

  /// A frame comes in by a card.
  public mutating func accept(_ packet: Packet, in namespace: String = NetworkNamespace.host, on device: String) {
    arrivals.append(Arrival(packet, in: namespace, on: device))
  }

  /// Moves one packet through one namespace.
  public mutating func pass(_ place: Int, at now: Time, _ dice: Dice, isTelling: Bool = true) -> Outcome {
    let arrival = arrivals.remove(at: place)
    return enter(arrival, at: now, dice, isTelling) { space, way in
      if arrival.input.isEmpty { space.send(&way) } else { space.arrive(on: arrival.input, &way) }
    }
  }

  /// What `pass` would do, without doing it.
  public func preview(_ place: Int, at now: Time, _ dice: Dice) -> Outcome {
    var copy = self
    return copy.pass(place, at: now, dice, isTelling: false)
  }

  /// Begins a visit in a namespace: its first packet is among the arrivals then.
  public mutating func visit(
    _ destination: IPv4,
    _ port: UInt16,
    over transport: TransportProtocol = .tcp,
    request: String,
    others: [String] = [],
    from namespace: String,
    process: String = "curl",
    number: Int64,
    patience: Time = NetworkNamespace.patience,
    pause: Time? = nil,
    at now: Time,
    _ dice: Dice
  ) {
    visiting[number] = namespace
    let nothing = Arrival(Packet(id: 0, payload: .arp(ARP.none)), in: namespace, on: "")
    _ = enter(nothing, at: now, dice, false) { space, way in
      way.visit = number
      space.visit(
        transport,
        destination,
        port,
        request: request,
        others: others,
        process: process,
        number: number,
        patience: patience,
        pause: pause,
        &way
      )
    }
  }

  /// Forgets a visit whose end has been told.
  public mutating func dismiss(visit number: Int64) {
    guard let namespace = visiting.removeValue(for: number), let space = namespaces[namespace] else { return }
    namespaces.update(namespace, default: space) { space in space.visits.removeAll { $0.number == number } }
  }

  /// A process sends a datagram from a socket that it holds.
  mutating func say(_ datagram: SocketDatagram) {
    guard namespaces[datagram.namespace] != nil else { return }
    let ends = datagram.ends
    let message = UDPMessage(sourcePort: ends.sourcePort, destinationPort: ends.destinationPort, words: datagram.data)
    let content = Datagram(source: ends.source, destination: ends.destination, content: .udp(message))
    arrivals.append(Arrival(Packet(id: number(), payload: .ip(content)), in: datagram.namespace, on: ""))
  }

  /// Asks again for what is due: hardware addresses, and what visits wait for.
  ///
  /// Returns what became of it, one hop for each.
  public mutating func wake(at now: Time, _ dice: Dice, isTelling: Bool = true) -> [Outcome] {
    var outcomes: [Outcome] = []
    let due = questions.filter { $0.due <= now }
    questions.removeAll { $0.due <= now }
    for question in due {
      guard let waiting = waiting(for: question) else { continue }
      // The packet that waits came in long ago: it is not seen at its interface again.
      let nothing = Arrival(waiting.packet, in: question.namespace, on: "")
      var lost: [WaitingPacket] = []
      let outcome = enter(nothing, at: now, dice, isTelling) { space, way in
        lost = space.retry(question.key, &way)
        for packet in lost {
          way.packet = packet.packet
          space.complain(.hostUnreachable, &way)
        }
      }
      outcomes.append(outcome)
    }
    for number in visiting.keys {
      guard let namespace = visiting[number], let visit = visit(number, in: namespace), visit.due <= now else {
        continue
      }
      let nothing = Arrival(Packet(id: 0, payload: .arp(ARP.none)), in: namespace, on: "")
      _ = enter(nothing, at: now, dice, false) { space, way in
        way.visit = number
        space.retry(visit: number, &way)
      }
    }
    return outcomes
  }

  private func waiting(for question: Question) -> WaitingPacket? {
    namespaces[question.namespace]?.waiting.first {
      $0.nextHop == question.key.address && $0.device == question.key.device
    }
  }

  // MARK: One namespace at work

  private mutating func enter(
    _ arrival: Arrival,
    at now: Time,
    _ dice: Dice,
    _ isTelling: Bool,
    _ body: (inout NetworkNamespace, inout Passage) -> Void
  ) -> Outcome {
    var way = Passage(arrival.packet, now: now, dice: dice, isTelling: isTelling)
    way.packet.age += 1
    var hop = Hop(
      namespace: arrival.namespace,
      pod: "",
      input: arrival.input,
      before: arrival.packet,
      after: arrival.packet
    )
    guard namespaces[arrival.namespace] != nil else {
      hop.outcome = .lost(.linkDown)
      return Outcome(hop: hop)
    }
    var links: [NetworkLink] = []
    namespaces.update(arrival.namespace, default: NetworkNamespace(arrival.namespace)) { space in
      hop.pod = space.pod
      body(&space, &way)
      for frame in way.emitted { if let link = space[link: frame.device] { links.append(link) } }
    }
    hop.after = way.packet
    hop.mark = way.marks
    hop.stages = way.stages
    hop.outcome = way.outcome
    if isTelling { hop.frames = way.emitted.map { Hop.Frame(device: $0.device, packet: $0.packet) } }
    var outcome = Outcome(hop: hop, served: way.served, throwsMade: way.dice.throwsMade)
    for (frame, link) in zip(way.emitted, links) { carry(frame.packet, by: link, arrival.namespace, &outcome) }
    for datagram in way.created {
      var packet = way.packet.followed(by: Packet(id: number(), payload: .ip(datagram)))
      packet.visit = way.visit ?? packet.visit
      arrivals.append(Arrival(packet, in: arrival.namespace, on: ""))
    }
    for key in way.asked {
      questions.append(Question(namespace: arrival.namespace, key: key, due: now + Neighbour.retransmitTime))
    }
    return outcome
  }

  private mutating func number() -> Int64 {
    lastPacket += 1
    return lastPacket
  }

  /// What a link does with a frame: it comes out at the other end, or leaves the machine.
  private mutating func carry(_ packet: Packet, by link: NetworkLink, _ namespace: String, _ outcome: inout Outcome) {
    var packet = packet
    if packet.id == 0 { packet.id = number() }
    switch link.kind {
    case .veth(let peer):
      if peer.namespace != namespace { packet.mark = 0 }
      arrivals.append(Arrival(packet, in: peer.namespace, on: peer.name))
    case .loopback: arrivals.append(Arrival(packet, in: namespace, on: link.name))
    case .ethernet:
      packet.mark = 0
      outcome.departures.append(Departure(packet: packet, namespace: namespace, device: link.name))
    case .bridge, .dummy: break
    }
  }
}

extension ARP {
  /// Stands where there is no packet yet.
  fileprivate static let none = ARP(isReply: false, senderMAC: .zero, sender: .any, target: .any)
}
