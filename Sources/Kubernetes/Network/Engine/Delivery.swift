import Clockwork

/// What sockets make of what reaches them.
enum Delivery {
  /// An answer may say who asked, and which address was asked.
  static func fill(_ text: String, from: String, to: String) -> String {
    var out = ""
    var rest = text[...]
    while let open = rest.firstIndex(of: "{") {
      out += rest[..<open]
      rest = rest[open...]
      if rest.hasPrefix("{from}") {
        out += from
        rest = rest.dropFirst(6)
      } else if rest.hasPrefix("{to}") {
        out += to
        rest = rest.dropFirst(4)
      } else {
        out += "{"
        rest = rest.dropFirst()
      }
    }
    return out + rest
  }

  /// The answer to a segment that nobody wants.
  static func reset(_ datagram: Datagram, _ segment: Segment) -> Datagram {
    let hasAck = segment.flags.contains(.ack)
    var answer = Segment(
      sourcePort: segment.destinationPort,
      destinationPort: segment.sourcePort,
      flags: hasAck ? .reset : [.reset, .ack]
    )
    answer.sequence = hasAck ? segment.acknowledgement : 0
    answer.acknowledgement = hasAck ? 0 : segment.end
    return Datagram(source: datagram.destination, destination: datagram.source, content: .tcp(answer))
  }
}

extension Segment {
  /// The number behind the last byte: a SYN and a FIN count as one.
  var end: UInt32 {
    sequence &+ UInt32(dataLength) &+ (flags.contains(.syn) ? 1 : 0) &+ (flags.contains(.fin) ? 1 : 0)
  }
}

extension NetworkNamespace {
  /// The packet is for this machine: the socket of its port gets it, or the sender hears that there is none.
  mutating func deliver(_ way: inout Passage) {
    switch way.datagram.content {
    case .tcp(let segment): deliver(segment, &way)
    case .udp(let message): deliver(message, &way)
    case .icmp(let message): deliver(message, &way)
    }
  }

  // MARK: TCP

  private mutating func deliver(_ segment: Segment, _ way: inout Passage) {
    let here = FlowTuple(way.datagram).reversed
    if let place = sockets.firstIndex(where: { !$0.isListening && $0.tuple == here }) {
      way.outcome = .delivered(sockets[place].process)
      way.note(.delivered, line: sockets[place].line, did: sockets[place].process)
      return advance(place, segment, &way)
    }
    guard let listener = listener(.tcp, here), listener.opensAt <= way.now, segment.flags.contains(.syn),
      !segment.flags.contains(.ack)
    else {
      way.lose(.noListener)
      if !segment.flags.contains(.reset) { way.created.append(Delivery.reset(way.datagram, segment)) }
      return
    }
    way.outcome = .delivered(listener.process)
    way.note(.delivered, line: listener.line, did: listener.process)
    var socket = Socket(here, state: .synReceived, process: listener.process, listener.manner)
    socket.received = segment.end
    socket.sent = Socket.firstNumber(here)
    sockets.append(socket)
    say([.syn, .ack], "", sockets.count - 1, &way)
  }

  /// A socket that is bound to the address goes before one that takes every address.
  func listener(_ transport: TransportProtocol, _ here: FlowTuple) -> Socket? {
    var general: Socket?
    for socket in sockets
    where socket.isListening && socket.transport == transport && socket.localPort == here.sourcePort {
      if socket.local == here.source { return socket }
      if socket.local == .any { general = socket }
    }
    return general
  }

  private mutating func advance(_ place: Int, _ segment: Segment, _ way: inout Passage) {
    let tuple = sockets[place].tuple
    if segment.flags.contains(.reset) {
      let event: SocketEvent = sockets[place].state == .synSent ? .refused : .reset
      sockets.remove(at: place)
      return hear(tuple, event, &way)
    }
    switch sockets[place].state {
    case .synSent:
      guard segment.flags.contains([.syn, .ack]) else { return }
      sockets[place].state = .established
      sockets[place].received = segment.end
      say(.ack, "", place, &way)
      hear(tuple, .connected, &way)
    case .synReceived:
      if segment.flags.contains(.syn) {
        // The answer was lost: the same again.
        sockets[place].sent &-= 1
        return say([.syn, .ack], "", place, &way)
      }
      sockets[place].state = .established
      if sockets[place].manner == .closes { return close(place, "", &way) }
      take(segment, place, &way)
    case .established, .finWait, .finWait2, .closeWait: take(segment, place, &way)
    case .lastAck: if segment.flags.contains(.ack) { sockets.remove(at: place) }
    case .listen, .timeWait, .unconnected: break
    }
  }

  /// Data and the end of data.
  private mutating func take(_ segment: Segment, _ place: Int, _ way: inout Passage) {
    let tuple = sockets[place].tuple
    guard segment.dataLength > 0 || segment.flags.contains(.fin) else { return }
    // What was there already is only confirmed again.
    guard segment.sequence == sockets[place].received else { return say(.ack, "", place, &way) }
    sockets[place].received = segment.end
    let isClient = sockets[place].isClient
    if segment.dataLength > 0 {
      if isClient { hear(tuple, .received(segment.data), &way) }
      if !isClient, case .answers(let text) = sockets[place].manner, sockets[place].state == .established {
        let (far, near) = (sockets[place].remoteText, sockets[place].localText)
        return close(place, Delivery.fill(text, from: far, to: near), &way)
      }
    }
    if segment.flags.contains(.fin) {
      let wasOpen = sockets[place].state == .established
      if isClient, segment.dataLength == 0 { hear(tuple, .closed, &way) }
      guard wasOpen else {
        say(.ack, "", place, &way)
        sockets.removeAll { !$0.isListening && $0.tuple == tuple }
        return
      }
      guard let place = sockets.firstIndex(where: { !$0.isListening && $0.tuple == tuple }) else { return }
      sockets[place].state = .lastAck
      return say([.fin, .ack], "", place, &way)
    }
    say(.ack, "", place, &way)
  }

  /// Says the last words of a connection.
  private mutating func close(_ place: Int, _ text: String, _ way: inout Passage) {
    sockets[place].state = .finWait
    say(text.isEmpty ? [.fin, .ack] : [.push, .fin, .ack], text, place, &way)
  }

  /// Sends a segment from a socket.
  mutating func say(_ flags: Segment.Flags, _ text: String, _ place: Int, _ way: inout Passage) {
    let tuple = sockets[place].tuple
    var segment = Segment(
      sourcePort: tuple.sourcePort,
      destinationPort: tuple.destinationPort,
      flags: flags,
      data: text
    )
    segment.sequence = sockets[place].sent
    if flags.contains(.ack) { segment.acknowledgement = sockets[place].received }
    sockets[place].sent = segment.end
    way.created.append(Datagram(source: tuple.source, destination: tuple.destination, content: .tcp(segment)))
  }

  // MARK: UDP and ICMP

  private mutating func deliver(_ message: UDPMessage, _ way: inout Passage) {
    let here = FlowTuple(way.datagram).reversed
    if let visit = visits.first(where: { $0.tuple == here }) {
      way.outcome = .delivered(visit.process)
      return hear(here, .received(message.data), &way)
    }
    guard let listener = listener(.udp, here) else {
      way.lose(.noListener)
      return complain(.portUnreachable, &way)
    }
    way.outcome = .delivered(listener.process)
    way.note(.delivered, line: listener.line, did: listener.process)
    switch listener.manner {
    case .answers(let text): say(text, here, &way)
    case .resolves:
      if let question = DNSMessage(data: message.data) { say(WorldZone.reply(to: question).data, here, &way) }
    case .serves: way.served.append(SocketDatagram(pod: pod, namespace: name, ends: here, data: message.data))
    case .hangs, .closes: break
    }
  }

  /// Sends a datagram from a socket.
  private mutating func say(_ text: String, _ ends: FlowTuple, _ way: inout Passage) {
    let answer = UDPMessage(sourcePort: ends.sourcePort, destinationPort: ends.destinationPort, words: text)
    way.created.append(Datagram(source: ends.source, destination: ends.destination, content: .udp(answer)))
  }

  private mutating func deliver(_ message: ICMPMessage, _ way: inout Passage) {
    way.outcome = .delivered("kernel")
    switch message.kind {
    case .echoRequest:
      way.note(.delivered, line: "icmp echo request", did: "kernel")
      let answer = ICMPMessage(.echoReply, identifier: message.identifier, sequence: message.sequence)
      let datagram = way.datagram
      let source = type(of: datagram.destination) == .local ? datagram.destination : IPv4.any
      way.created.append(Datagram(source: source, destination: datagram.source, content: .icmp(answer)))
    case .echoReply: hear(FlowTuple(way.datagram).reversed, .received("echo reply"), &way)
    default:
      guard let quoted = message.quoted else { return }
      let tuple = FlowTuple(
        quoted.transport,
        quoted.source,
        quoted.sourcePort,
        quoted.destination,
        quoted.destinationPort
      )
      guard let socket = sockets.first(where: { !$0.isListening && $0.tuple == tuple }) else {
        return hear(tuple, .unreachable(message.kind), &way)
      }
      way.note(.delivered, line: socket.line, did: socket.process)
      // An open connection survives such news; one that is being made does not.
      guard socket.state == .synSent || socket.transport != .tcp else { return }
      sockets.removeAll { !$0.isListening && $0.tuple == tuple }
      hear(tuple, .unreachable(message.kind), &way)
    }
  }
}
