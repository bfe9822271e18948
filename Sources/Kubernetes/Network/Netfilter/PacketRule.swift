/// One rule of a chain: what a packet must be, and what then becomes of it.
///
/// The text form is a line of `iptables-save`.
public struct PacketRule: Equatable, Sendable {
  /// A range of addresses, or everything outside of it.
  public struct AddressTest: Equatable, Sendable {
    public var range: CIDR
    public var isInverted: Bool

    public init(_ range: CIDR, isInverted: Bool = false) {
      self.range = range
      self.isInverted = isInverted
    }
  }

  /// The name of an interface; `+` at its end stands for any ending.
  public struct DeviceTest: Equatable, Sendable {
    public var name: String
    public var isInverted: Bool

    public init(_ name: String, isInverted: Bool = false) {
      self.name = name
      self.isInverted = isInverted
    }

    public func matches(_ device: String) -> Bool {
      let isSame = name.hasSuffix("+") ? device.hasPrefix(name.dropLast()) : device == name
      return isSame != isInverted
    }
  }

  public struct TransportTest: Equatable, Sendable {
    public var transport: TransportProtocol
    public var isInverted: Bool

    public init(_ transport: TransportProtocol, isInverted: Bool = false) {
      self.transport = transport
      self.isInverted = isInverted
    }
  }

  public var source: AddressTest?
  public var destination: AddressTest?
  public var input: DeviceTest?
  public var output: DeviceTest?
  public var transport: TransportTest?
  /// In the order in which they were given, which is the order in which they are tried.
  public var matches: [RuleMatch]
  /// A rule without a target only counts.
  public var target: RuleTarget?

  public init(
    source: AddressTest? = nil,
    destination: AddressTest? = nil,
    input: DeviceTest? = nil,
    output: DeviceTest? = nil,
    transport: TransportProtocol? = nil,
    _ matches: [RuleMatch] = [],
    _ target: RuleTarget?
  ) {
    self.source = source
    self.destination = destination
    self.input = input
    self.output = output
    self.transport = transport.map { TransportTest($0) }
    self.matches = matches
    self.target = target
  }

  /// The comment, for those who read the rule.
  public var comment: String {
    for match in matches { if case .comment(let text) = match { return text } }
    return ""
  }
}

/// What a rule asks of a packet beyond its addresses.
public enum RuleMatch: Equatable, Sendable {
  /// A range of ports; one port where both ends are the same.
  public struct Ports: Equatable, Sendable {
    public var low: UInt16
    public var high: UInt16
    public var isInverted: Bool

    public init(_ low: UInt16, _ high: UInt16? = nil, isInverted: Bool = false) {
      self.low = low
      self.high = high ?? low
      self.isInverted = isInverted
    }

    public func contains(_ port: UInt16) -> Bool { (port >= low && port <= high) != isInverted }
  }

  /// Flags that are looked at, and those of them that must be set.
  public struct FlagTest: Equatable, Sendable {
    public var mask: Segment.Flags
    public var set: Segment.Flags
    public var isInverted: Bool

    public init(mask: Segment.Flags, set: Segment.Flags, isInverted: Bool = false) {
      self.mask = mask
      self.set = set
      self.isInverted = isInverted
    }
  }

  public enum PortSide: String, Equatable, Sendable {
    case source = "sports"
    case destination = "dports"
    case either = "ports"
  }

  /// What kind of address it is, by the routing table.
  public enum AddressType: String, Equatable, Sendable {
    case unspecified = "UNSPEC"
    case unicast = "UNICAST"
    case local = "LOCAL"
    case broadcast = "BROADCAST"
    case multicast = "MULTICAST"
    case blackhole = "BLACKHOLE"
    case unreachable = "UNREACHABLE"
    case prohibit = "PROHIBIT"
  }

  public struct TypeTest: Equatable, Sendable {
    public var type: AddressType
    public var isInverted: Bool

    public init(_ type: AddressType, isInverted: Bool = false) {
      self.type = type
      self.isInverted = isInverted
    }
  }

  /// What connection tracking says of the packet.
  public struct ConnectionState: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static let invalid = ConnectionState(rawValue: 1)
    public static let new = ConnectionState(rawValue: 2)
    public static let related = ConnectionState(rawValue: 4)
    public static let established = ConnectionState(rawValue: 8)
    public static let untracked = ConnectionState(rawValue: 16)
    public static let sourceTranslated = ConnectionState(rawValue: 32)
    public static let destinationTranslated = ConnectionState(rawValue: 64)
  }

  /// A list of addresses seen lately, by name.
  public struct Recent: Equatable, Sendable {
    public enum Operation: String, Equatable, Sendable {
      case set
      case rcheck
      case update
      case remove
    }

    public var operation: Operation
    public var name: String
    public var seconds: Int64 = 0
    public var hitCount: Int = 0
    /// Forgets entries older than `seconds` as it goes.
    public var isReaping: Bool = false
    public var mask: IPv4 = IPv4(0xffff_ffff)
    public var isDestination: Bool = false
    public var isInverted: Bool = false

    public init(_ operation: Operation, name: String) {
      self.operation = operation
      self.name = name
    }
  }

  /// The ports of a bridge that a frame uses.
  public struct BridgePorts: Equatable, Sendable {
    public var input: PacketRule.DeviceTest?
    public var output: PacketRule.DeviceTest?
    /// Whether the frame is bridged, not routed; nothing where it does not matter.
    public var isBridged: Bool?
    /// Whether the frame came in by a port of a bridge at all; nothing where it does not matter.
    public var isIn: Bool?

    public init() {}
  }

  case comment(String)
  case tcp(source: Ports?, destination: Ports?, flags: FlagTest?)
  case udp(source: Ports?, destination: Ports?)
  /// An ICMP type, and a code where it matters.
  case icmp(type: UInt8, code: UInt8?, isInverted: Bool)
  case multiport(PortSide, [Ports], isInverted: Bool)
  case mark(UInt32, mask: UInt32, isInverted: Bool)
  case connection(ConnectionState, isInverted: Bool)
  case addressType(source: TypeTest?, destination: TypeTest?)
  /// True once in so many: a number of 31 bits, as the kernel keeps a probability.
  case chance(UInt32, isInverted: Bool)
  /// True for every nth packet.
  case nth(every: UInt32, packet: UInt32, isInverted: Bool)
  case recent(Recent)
  case physicalDevice(BridgePorts)

  /// The kernel's number for a share of one in `count`, as kube-proxy writes it with ten digits.
  public static func probability(oneIn count: Int) -> UInt32 {
    let digits = (UInt64(10_000_000_000) + UInt64(count) / 2) / UInt64(max(1, count))
    return share(digits, of: 10_000_000_000)
  }

  /// A fraction as a number of 31 bits, rounded.
  static func share(_ numerator: UInt64, of denominator: UInt64) -> UInt32 {
    var (high, low) = numerator.multipliedFullWidth(by: 0x8000_0000)
    let (sum, carries) = low.addingReportingOverflow(denominator / 2)
    low = sum
    if carries { high += 1 }
    return UInt32(denominator.dividingFullWidth((high, low)).quotient)
  }
}

/// What becomes of a packet that a rule matches.
public enum RuleTarget: Equatable, Sendable {
  /// Where addresses and ports are translated to.
  public struct Translation: Equatable, Sendable {
    public var address: IPv4?
    public var lastAddress: IPv4?
    public var port: UInt16?
    public var lastPort: UInt16?
    public var isRandom: Bool = false
    public var isFullyRandom: Bool = false
    public var isPersistent: Bool = false

    public init(_ address: IPv4? = nil, port: UInt16? = nil, isFullyRandom: Bool = false) {
      self.address = address
      self.port = port
      self.isFullyRandom = isFullyRandom
    }
  }

  public enum Refusal: String, Equatable, Sendable {
    case netUnreachable = "icmp-net-unreachable"
    case hostUnreachable = "icmp-host-unreachable"
    case portUnreachable = "icmp-port-unreachable"
    case protocolUnreachable = "icmp-proto-unreachable"
    case netProhibited = "icmp-net-prohibited"
    case hostProhibited = "icmp-host-prohibited"
    case adminProhibited = "icmp-admin-prohibited"
    case reset = "tcp-reset"
  }

  case accept
  case drop
  /// Back to where the chain was called from.
  case back
  case jump(String)
  /// As a jump, but without coming back.
  case goto(String)
  case reject(Refusal)
  case destination(Translation)
  case source(Translation)
  /// The source becomes the address of the interface that the packet leaves by.
  case masquerade(Translation)
  /// The destination becomes this machine.
  case redirect(Translation)
  /// Clears the bits of `mask`, then flips those of `value`.
  case mark(value: UInt32, mask: UInt32)
  /// Keeps connection tracking away from the packet.
  case noTrack

  /// The chain that the rule goes on in.
  public var chain: String? {
    switch self {
    case .jump(let name), .goto(let name): name
    default: nil
    }
  }
}
