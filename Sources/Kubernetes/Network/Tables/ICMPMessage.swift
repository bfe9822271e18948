/// An echo, or an error about another packet.
public struct ICMPMessage: Equatable, Sendable {
  public enum Kind: Equatable, Sendable {
    case echoRequest
    case echoReply
    case netUnreachable
    case hostUnreachable
    case protocolUnreachable
    case portUnreachable
    case fragmentationNeeded
    case netProhibited
    case hostProhibited
    case adminProhibited
    case timeExceeded

    /// Type and code of the header.
    public var numbers: (type: UInt8, code: UInt8) {
      switch self {
      case .echoRequest: (8, 0)
      case .echoReply: (0, 0)
      case .netUnreachable: (3, 0)
      case .hostUnreachable: (3, 1)
      case .protocolUnreachable: (3, 2)
      case .portUnreachable: (3, 3)
      case .fragmentationNeeded: (3, 4)
      case .netProhibited: (3, 9)
      case .hostProhibited: (3, 10)
      case .adminProhibited: (3, 13)
      case .timeExceeded: (11, 0)
      }
    }

    public var isError: Bool { self != .echoRequest && self != .echoReply }
  }

  /// The packet that an error is about.
  public struct Quoted: Equatable, Sendable {
    public enum Content: Equatable, Sendable {
      case tcp(Segment)
      case udp(UDPMessage)
      /// An echo; nobody complains about an error.
      case icmp(Kind, identifier: UInt16, sequence: UInt16)
    }

    public var source: IPv4
    public var destination: IPv4
    public var ttl: UInt8
    public var isDontFragment: Bool
    public var identification: UInt16
    public var content: Content
    /// The total length of its IPv4 header.
    public var length: Int

    public init(_ datagram: Datagram) {
      source = datagram.source
      destination = datagram.destination
      ttl = datagram.ttl
      isDontFragment = datagram.isDontFragment
      identification = datagram.identification
      length = datagram.length
      switch datagram.content {
      case .tcp(let segment): content = .tcp(segment)
      case .udp(let message): content = .udp(message)
      case .icmp(let message):
        content = .icmp(message.kind, identifier: message.identifier, sequence: message.sequence)
      }
    }

    public var transport: TransportProtocol {
      switch content {
      case .tcp: .tcp
      case .udp: .udp
      case .icmp: .icmp
      }
    }

    public var sourcePort: UInt16 {
      get {
        switch content {
        case .tcp(let segment): segment.sourcePort
        case .udp(let message): message.sourcePort
        case .icmp(_, let identifier, _): identifier
        }
      }
      set { change(source: newValue) }
    }

    public var destinationPort: UInt16 {
      get {
        switch content {
        case .tcp(let segment): segment.destinationPort
        case .udp(let message): message.destinationPort
        case .icmp(_, let identifier, _): identifier
        }
      }
      set { change(destination: newValue) }
    }

    private mutating func change(source: UInt16? = nil, destination: UInt16? = nil) {
      switch content {
      case .tcp(var segment):
        segment.sourcePort = source ?? segment.sourcePort
        segment.destinationPort = destination ?? segment.destinationPort
        content = .tcp(segment)
      case .udp(var message):
        message.sourcePort = source ?? message.sourcePort
        message.destinationPort = destination ?? message.destinationPort
        content = .udp(message)
      case .icmp(let kind, let identifier, let sequence):
        content = .icmp(kind, identifier: source ?? destination ?? identifier, sequence: sequence)
      }
    }
  }

  /// An error is never longer than 576 bytes in all; Linux quotes as much as fits.
  public static let quotedAtMost = 576 - 28

  public var kind: Kind
  public var identifier: UInt16 = 0
  public var sequence: UInt16 = 0
  public var quoted: Quoted?
  /// What fits through, of an error about the length.
  public var mtu: Int = 0

  public init(_ kind: Kind, identifier: UInt16 = 0, sequence: UInt16 = 0, quoted: Quoted? = nil, mtu: Int = 0) {
    self.kind = kind
    self.identifier = identifier
    self.sequence = sequence
    self.quoted = quoted
    self.mtu = mtu
  }
}
