public import Clockwork

/// What tells a connection from all others, seen from one side.
public struct FlowTuple: Comparable, Sendable {
  public var transport: TransportProtocol
  public var source: IPv4
  public var destination: IPv4
  /// Of an echo, its identifier.
  public var sourcePort: UInt16
  public var destinationPort: UInt16

  public init(
    _ transport: TransportProtocol,
    _ source: IPv4,
    _ sourcePort: UInt16,
    _ destination: IPv4,
    _ destinationPort: UInt16
  ) {
    self.transport = transport
    self.source = source
    self.destination = destination
    self.sourcePort = sourcePort
    self.destinationPort = destinationPort
  }

  public init(_ datagram: Datagram) {
    self.init(
      datagram.transport,
      datagram.source,
      datagram.sourcePort,
      datagram.destination,
      datagram.destinationPort
    )
  }

  /// The same connection from the other side.
  public var reversed: FlowTuple { FlowTuple(transport, destination, destinationPort, source, sourcePort) }

  public static func < (left: FlowTuple, right: FlowTuple) -> Bool {
    if left.source != right.source { return left.source < right.source }
    if left.destination != right.destination { return left.destination < right.destination }
    if left.sourcePort != right.sourcePort { return left.sourcePort < right.sourcePort }
    if left.destinationPort != right.destinationPort { return left.destinationPort < right.destinationPort }
    return left.transport < right.transport
  }

  /// `src=… dst=… sport=… dport=…`, as `conntrack -L` prints it.
  public func text(isReply: Bool) -> String {
    let addresses = "src=\(source.text) dst=\(destination.text)"
    guard transport == .icmp else { return "\(addresses) sport=\(sourcePort) dport=\(destinationPort)" }
    return "\(addresses) type=\(isReply ? 0 : 8) code=0 id=\(sourcePort)"
  }
}

/// An entry of connection tracking: what was sent first, and what its answers look like.
public struct Connection: Equatable, Sendable {
  public enum State: String, Equatable, Sendable {
    case none = "NONE"
    case synSent = "SYN_SENT"
    case synReceived = "SYN_RECV"
    case established = "ESTABLISHED"
    case finWait = "FIN_WAIT"
    case closeWait = "CLOSE_WAIT"
    case lastAck = "LAST_ACK"
    case timeWait = "TIME_WAIT"
    case close = "CLOSE"
  }

  public var original: FlowTuple
  public var reply: FlowTuple
  public var state: State = .none
  public var hasReply: Bool = false
  public var isAssured: Bool = false
  public var isSourceTranslated: Bool = false
  public var isDestinationTranslated: Bool = false
  /// Whether rules have already said where the connection comes from, and where it goes.
  var isSourceSettled: Bool = false
  var isDestinationSettled: Bool = false
  public var mark: UInt32 = 0
  /// When it is forgotten.
  public var expiry: Time = 0

  public init(_ original: FlowTuple) {
    self.original = original
    reply = original.reversed
  }

  /// The line of `conntrack -L`.
  public func text(at now: Time) -> String {
    let transport = original.transport
    let name = transport.text + String(repeating: " ", count: max(0, 8 - transport.text.utf8.count))
    var out = "\(name) \(transport.rawValue) \(max(0, expiry - now) / 1000) "
    if transport == .tcp { out += state.rawValue + " " }
    out += original.text(isReply: false) + " "
    if !hasReply { out += "[UNREPLIED] " }
    out += reply.text(isReply: true) + " "
    if isAssured { out += "[ASSURED] " }
    return out + "mark=\(mark) use=1"
  }
}
