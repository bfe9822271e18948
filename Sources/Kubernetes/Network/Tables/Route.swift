/// A line of a routing table.
public struct Route: Equatable, Sendable {
  public enum Kind: String, Equatable, Sendable {
    case unicast
    case local
    case broadcast
    /// Dropped without a word.
    case blackhole
    /// Answered with an ICMP error.
    case unreachable
    case prohibit
  }

  public enum Scope: String, Equatable, Sendable {
    case global
    case link
    case host
  }

  public var kind: Kind
  public var destination: CIDR
  /// The next router; nothing where the destination is on the link itself.
  public var gateway: IPv4?
  public var device: String
  public var scope: Scope
  /// Who wrote it: `kernel` for what follows from an address, empty for `boot`, which tools do not print.
  public var origin: String
  /// The source address of packets that leave by this route and have none yet.
  public var source: IPv4?
  public var metric: Int = 0
  /// Whether the next router counts as a neighbour although no range of the device has it.
  public var isOnLink: Bool = false

  public init(
    _ kind: Kind = .unicast,
    to destination: CIDR,
    via gateway: IPv4? = nil,
    device: String = "",
    scope: Scope = .global,
    origin: String = "",
    source: IPv4? = nil
  ) {
    self.kind = kind
    self.destination = destination
    self.gateway = gateway
    self.device = device
    self.scope = scope
    self.origin = origin
    self.source = source
  }

  /// Whether the line stands in the table `local`, which is asked first.
  public var isLocalTable: Bool { kind == .local || kind == .broadcast }

  /// The line as `ip route` prints it, without the space at its end.
  public var text: String {
    var words: [String] = []
    if kind != .unicast { words.append(kind.rawValue) }
    words.append(destinationText)
    if let gateway { words += ["via", gateway.text] }
    if !device.isEmpty { words += ["dev", device] }
    if isLocalTable { words += ["table", "local"] }
    if !origin.isEmpty { words += ["proto", origin] }
    if scope != .global { words += ["scope", scope.rawValue] }
    if let source { words += ["src", source.text] }
    if metric > 0 { words += ["metric", "\(metric)"] }
    if isOnLink { words.append("onlink") }
    return words.joined(separator: " ")
  }

  private var destinationText: String {
    if destination.prefix == 0 { return "default" }
    return destination.prefix == 32 ? destination.base.text : destination.text
  }
}

extension CIDR {
  /// Every address there is.
  public static let all = CIDR(base: IPv4(0), prefix: 0)

  /// A range of one address.
  public init(_ address: IPv4) { self.init(base: address, prefix: 32) }

  /// The bits that all addresses of the range have in common.
  public var mask: UInt32 { prefix == 0 ? 0 : ~UInt32(0) << (32 - prefix) }
}

extension IPv4 {
  public static let any = IPv4(0)
  public static let localhost = IPv4(0x7f00_0001)
  public var isLoopback: Bool { number >> 24 == 127 }
  public var isMulticast: Bool { number >> 28 == 14 }
}
