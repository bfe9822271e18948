/// What stands behind the IPv4 header.
public enum TransportProtocol: UInt8, Comparable, Sendable {
  case icmp = 1
  case tcp = 6
  case udp = 17

  /// The name that tools print.
  public var text: String {
    switch self {
    case .icmp: "icmp"
    case .tcp: "tcp"
    case .udp: "udp"
    }
  }

  public init?(text: String) {
    switch text {
    case "icmp", "1": self = .icmp
    case "tcp", "6": self = .tcp
    case "udp", "17": self = .udp
    default: return nil
    }
  }

  public static func < (left: TransportProtocol, right: TransportProtocol) -> Bool { left.rawValue < right.rawValue }
}

/// A frame on its way, with what the kernel that holds it knows about it besides.
public struct Packet: Equatable, Sendable {
  public enum Payload: Equatable, Sendable {
    case arp(ARP)
    case ip(Datagram)
  }

  /// Follows the packet from hop to hop, however it is rewritten.
  public var id: Int64
  public var source: MAC
  public var destination: MAC
  public var payload: Payload
  /// The mark that rules set; it never leaves the namespace.
  public var mark: UInt32 = 0
  /// The number of the visit that it is part of, and how many hops lie behind it there; no header has either.
  public var visit: Int64 = 0
  public var age: Int = 0

  public init(id: Int64, source: MAC = .zero, destination: MAC = .zero, payload: Payload) {
    self.id = id
    self.source = source
    self.destination = destination
    self.payload = payload
  }

  /// Another packet that this one brings about, as a part of the same visit.
  func followed(by other: Packet) -> Packet {
    var packet = other
    packet.visit = visit
    packet.age = age
    return packet
  }

  /// The IPv4 part, where the frame carries one.
  public var datagram: Datagram? {
    if case .ip(let datagram) = payload { return datagram }
    return nil
  }

  /// The bytes on the wire behind the Ethernet header.
  public var length: Int {
    switch payload {
    case .arp: 28
    case .ip(let datagram): datagram.length
    }
  }
}

/// Who has an address: the question, and the answer.
public struct ARP: Equatable, Sendable {
  public var isReply: Bool
  public var senderMAC: MAC
  public var sender: IPv4
  public var targetMAC: MAC
  public var target: IPv4

  public init(isReply: Bool, senderMAC: MAC, sender: IPv4, targetMAC: MAC = .zero, target: IPv4) {
    self.isReply = isReply
    self.senderMAC = senderMAC
    self.sender = sender
    self.targetMAC = targetMAC
    self.target = target
  }
}

/// An IPv4 packet.
public struct Datagram: Equatable, Sendable {
  public enum Content: Equatable, Sendable {
    case tcp(Segment)
    case udp(UDPMessage)
    // An error carries another packet, and few packets are errors.
    indirect case icmp(ICMPMessage)
  }

  public var source: IPv4
  public var destination: IPv4
  public var ttl: UInt8 = 64
  public var isDontFragment: Bool = true
  public var identification: UInt16 = 0
  public var content: Content

  public init(source: IPv4, destination: IPv4, content: Content) {
    self.source = source
    self.destination = destination
    self.content = content
  }

  public var transport: TransportProtocol {
    switch content {
    case .tcp: .tcp
    case .udp: .udp
    case .icmp: .icmp
    }
  }

  /// The number that tells connections of one host apart; of an echo it is its identifier.
  public var sourcePort: UInt16 {
    get {
      switch content {
      case .tcp(let segment): segment.sourcePort
      case .udp(let message): message.sourcePort
      case .icmp(let message): message.identifier
      }
    }
    set {
      switch content {
      case .tcp(var segment):
        segment.sourcePort = newValue
        content = .tcp(segment)
      case .udp(var message):
        message.sourcePort = newValue
        content = .udp(message)
      case .icmp(var message):
        message.identifier = newValue
        content = .icmp(message)
      }
    }
  }

  public var destinationPort: UInt16 {
    get {
      switch content {
      case .tcp(let segment): segment.destinationPort
      case .udp(let message): message.destinationPort
      case .icmp(let message): message.identifier
      }
    }
    set {
      switch content {
      case .tcp(var segment):
        segment.destinationPort = newValue
        content = .tcp(segment)
      case .udp(var message):
        message.destinationPort = newValue
        content = .udp(message)
      case .icmp(var message):
        message.identifier = newValue
        content = .icmp(message)
      }
    }
  }

  /// The total length of the IPv4 header.
  public var length: Int {
    switch content {
    case .tcp(let segment): 20 + segment.headerLength + segment.dataLength
    case .udp(let message): 28 + message.data.utf8.count + message.padding
    case .icmp(let message): 28 + (message.quoted.map { min($0.length, ICMPMessage.quotedAtMost) } ?? 56)
    }
  }

  public var segment: Segment? {
    if case .tcp(let segment) = content { return segment }
    return nil
  }
}

/// A TCP segment.
public struct Segment: Equatable, Sendable {
  public struct Flags: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static let fin = Flags(rawValue: 1)
    public static let syn = Flags(rawValue: 2)
    public static let reset = Flags(rawValue: 4)
    public static let push = Flags(rawValue: 8)
    public static let ack = Flags(rawValue: 16)

    /// As a capture shows them: `S`, `S.`, `P.`, `F.`, `R`.
    public var text: String {
      var out = ""
      if contains(.syn) { out += "S" }
      if contains(.fin) { out += "F" }
      if contains(.push) { out += "P" }
      if contains(.reset) { out += "R" }
      if contains(.ack) { out += "." }
      return out
    }
  }

  public var sourcePort: UInt16
  public var destinationPort: UInt16
  public var flags: Flags
  public var sequence: UInt32 = 0
  public var acknowledgement: UInt32 = 0
  public var data: String = ""
  /// Bytes of data that no story needs the words of.
  public var padding: Int = 0

  public init(sourcePort: UInt16, destinationPort: UInt16, flags: Flags, data: String = "") {
    self.sourcePort = sourcePort
    self.destinationPort = destinationPort
    self.flags = flags
    self.data = data
  }

  public var dataLength: Int { data.utf8.count + padding }

  /// A SYN carries the maximum segment size and three more options; the model sends no timestamps.
  public var headerLength: Int { flags.contains(.syn) ? 24 : 20 }
}

/// A UDP datagram.
public struct UDPMessage: Equatable, Sendable {
  public var sourcePort: UInt16
  public var destinationPort: UInt16
  public var data: String = ""
  public var padding: Int = 0

  public init(sourcePort: UInt16, destinationPort: UInt16, data: String = "") {
    self.sourcePort = sourcePort
    self.destinationPort = destinationPort
    self.data = data
  }
}
