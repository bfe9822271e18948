import Clockwork

extension Packet {
  /// What the packet is and between whom, in one word: `SYN/10.0.0.1:5000>10.0.0.2:80`.
  public var label: String {
    switch payload {
    case .arp(let message):
      return message.isReply
        ? "arp-reply/\(message.sender.text)>\(message.target.text)"
        : "arp-request/\(message.sender.text)>\(message.target.text)"
    case .ip(let datagram):
      let ends =
        "\(datagram.source.text):\(datagram.sourcePort)>\(datagram.destination.text):\(datagram.destinationPort)"
      switch datagram.content {
      case .tcp(let segment): return "\(segment.name)/\(ends)"
      case .udp: return "udp/\(ends)"
      case .icmp(let message):
        return "icmp-\(message.kind.word)/\(datagram.source.text)>\(datagram.destination.text)"
      }
    }
  }

  /// The headers in short: hardware addresses, addresses, and what is left of the time to live.
  public var headers: String {
    let frame = "\(source.text) > \(destination.text)"
    switch payload {
    case .arp(let message):
      return message.isReply
        ? "\(frame), \(message.sender.text) is-at \(message.senderMAC.text)"
        : "\(frame), who-has \(message.target.text) tell \(message.sender.text)"
    case .ip(let datagram):
      return "\(frame), \(datagram.source.text) > \(datagram.destination.text), ttl \(datagram.ttl)"
    }
  }

  /// A line of `tcpdump -nn -e`, behind the time.
  public var dump: String {
    let frame = "\(source.text) > \(destination.text), ethertype "
    switch payload {
    case .arp(let message):
      let text =
        message.isReply
        ? "Reply \(message.sender.text) is-at \(message.senderMAC.text)"
        : "Request who-has \(message.target.text) tell \(message.sender.text)"
      return "\(frame)ARP (0x0806), length 42: \(text), length 28"
    case .ip(let datagram): return "\(frame)IPv4 (0x0800), length \(14 + datagram.length): \(datagram.dump)"
    }
  }
}

extension Segment {
  fileprivate var name: String {
    if flags.contains(.reset) { return "RST" }
    if flags.contains(.syn) { return flags.contains(.ack) ? "SYN-ACK" : "SYN" }
    if flags.contains(.fin) { return dataLength > 0 ? "DATA-FIN" : "FIN" }
    return dataLength > 0 ? "DATA" : "ACK"
  }
}

extension ICMPMessage.Kind {
  /// One word for the message.
  public var word: String {
    switch self {
    case .echoRequest: "echo-request"
    case .echoReply: "echo-reply"
    case .netUnreachable: "net-unreachable"
    case .hostUnreachable: "host-unreachable"
    case .protocolUnreachable: "protocol-unreachable"
    case .portUnreachable: "port-unreachable"
    case .fragmentationNeeded: "fragmentation-needed"
    case .netProhibited: "net-prohibited"
    case .hostProhibited: "host-prohibited"
    case .adminProhibited: "admin-prohibited"
    case .timeExceeded: "time-exceeded"
    }
  }
}

extension Datagram {
  fileprivate var dump: String {
    let ends = "\(source.text).\(sourcePort) > \(destination.text).\(destinationPort): "
    switch content {
    case .tcp(let segment):
      var out = ends + "Flags [\(segment.flags.text)]"
      let length = segment.dataLength
      if length > 0 {
        out += ", seq \(segment.sequence):\(segment.sequence &+ UInt32(length))"
      } else if !segment.flags.isDisjoint(with: [.syn, .fin, .reset]) {
        out += ", seq \(segment.sequence)"
      }
      if segment.flags.contains(.ack) { out += ", ack \(segment.acknowledgement)" }
      out += ", win 64240"
      if segment.flags.contains(.syn) { out += ", options [mss 1460]" }
      return out + ", length \(length)"
    case .udp(let message):
      if let names = DNSMessage(data: message.data) { return ends + names.dump }
      return ends + "UDP, length \(message.data.utf8.count + message.padding)"
    case .icmp(let message): return "\(source.text) > \(destination.text): ICMP \(message.dump), length \(length - 20)"
    }
  }
}

extension ICMPMessage {
  fileprivate var dump: String {
    guard let quoted else {
      return "echo \(kind == .echoRequest ? "request" : "reply"), id \(identifier), seq \(sequence)"
    }
    switch kind {
    case .portUnreachable:
      return "\(quoted.destination.text) \(quoted.transport.text) port \(quoted.destinationPort) unreachable"
    case .hostUnreachable: return "host \(quoted.destination.text) unreachable"
    case .netUnreachable: return "net \(quoted.destination.text) unreachable"
    case .protocolUnreachable: return "\(quoted.destination.text) protocol \(quoted.transport.rawValue) unreachable"
    case .fragmentationNeeded: return "\(quoted.destination.text) unreachable - need to frag (mtu \(mtu))"
    case .timeExceeded: return "time exceeded in-transit"
    default: return "host \(quoted.destination.text) unreachable - admin prohibited"
    }
  }
}

extension Hop.Stage {
  /// The decision with the line that it follows from; the words stand with the course.
  public var fact: Fact {
    Fact(
      "fact.hop.\(kind.rawValue)",
      ("table", .string(table?.rawValue ?? "")),
      ("chain", .string(chain)),
      ("line", .string(line)),
      ("did", .string(did))
    )
  }
}

extension Hop {
  /// The headers of a packet that goes no further than here; of one that goes on, those that it leaves with are told.
  public var arrival: Fact? {
    guard frames.isEmpty, !input.isEmpty else { return nil }
    return Fact("fact.hop.came", ("device", .string(input)), ("headers", .string(before.headers)))
  }

  /// The headers of packets that had waited and leave now, because of this one.
  public var released: [Fact] {
    if case .sent = outcome { return [] }
    return frames.filter { $0.packet.datagram != nil }.map { Hop.left($0) }
  }

  private static func left(_ frame: Frame) -> Fact {
    let headers = Value.string(frame.packet.headers)
    return Fact("fact.hop.left", ("device", .string(frame.device)), ("headers", headers))
  }

  /// What became of the packet.
  public var fact: Fact {
    if case .sent = outcome, frames.count == 1 { return Hop.left(frames[0]) }
    switch outcome {
    case .sent(let devices): return Fact("fact.hop.sent", ("devices", .string(devices.joined(separator: ", "))))
    case .delivered(let process): return Fact("fact.hop.reached", ("process", .string(process)))
    case .waiting(let address): return Fact("fact.hop.waiting", ("address", .string(address.text)))
    case .consumed: return Fact("fact.hop.consumed")
    case .lost(let loss): return Fact("fact.hop.lost.\(loss.rawValue)")
    }
  }
}
