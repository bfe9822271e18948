public import Clockwork

/// A socket of a process in a namespace.
public struct Socket: Equatable, Sendable {
  public enum State: String, Equatable, Sendable {
    case listen = "LISTEN"
    case synSent = "SYN-SENT"
    case synReceived = "SYN-RECV"
    case established = "ESTAB"
    case finWait = "FIN-WAIT-1"
    case finWait2 = "FIN-WAIT-2"
    case closeWait = "CLOSE-WAIT"
    case lastAck = "LAST-ACK"
    case timeWait = "TIME-WAIT"
    case unconnected = "UNCONN"
  }

  /// How a process treats whoever connects.
  public enum Manner: Equatable, Sendable {
    /// Answers every request with this text.
    case answers(String)
    /// Accepts and then says nothing.
    case hangs
    /// Accepts and closes at once.
    case closes
    /// A component of its own: its kernel hands it every datagram.
    case serves
    /// Knows the names of the world outside.
    case resolves
  }

  public var transport: TransportProtocol
  public var state: State
  public var local: IPv4
  public var localPort: UInt16
  public var remote: IPv4 = .any
  public var remotePort: UInt16 = 0
  /// The process that holds it.
  public var process: String
  public var pid: Int64 = 0
  public var manner: Manner = .hangs
  /// Bound to every address by IPv6, as Go programs do: `ss` shows `*` then.
  public var isDualStack: Bool = false
  /// When the process gets round to listening.
  public var opensAt: Time = 0
  /// Whether this end asked for the connection.
  var isClient: Bool = false
  /// The number of the next byte that is sent, and of the next one that is wanted.
  var sent: UInt32 = 0
  var received: UInt32 = 0

  /// A socket that waits for connections; `local` is `.any` for every address of the namespace.
  public init(
    listening transport: TransportProtocol = .tcp,
    on local: IPv4 = .any,
    port: UInt16,
    process: String,
    _ manner: Manner = .hangs
  ) {
    self.transport = transport
    state = transport == .tcp ? .listen : .unconnected
    self.local = local
    localPort = port
    self.process = process
    self.manner = manner
  }

  /// One end of a connection.
  public init(_ tuple: FlowTuple, state: State, process: String, _ manner: Manner = .hangs) {
    transport = tuple.transport
    self.state = state
    local = tuple.source
    localPort = tuple.sourcePort
    remote = tuple.destination
    remotePort = tuple.destinationPort
    self.process = process
    self.manner = manner
  }

  public var isListening: Bool { state == .listen || state == .unconnected }

  /// Where a connection begins to count; any number will do, if it is always the same.
  static func firstNumber(_ tuple: FlowTuple) -> UInt32 {
    (UInt32(tuple.sourcePort) << 16 | UInt32(tuple.destinationPort)) &* 2_654_435_761
  }

  var localText: String { "\(local.text):\(localPort)" }
  var remoteText: String { "\(remote.text):\(remotePort)" }

  /// State and ends in one line, for those who read what a packet met.
  var line: String {
    let far = isListening ? "*" : "\(remote.text):\(remotePort)"
    return "\(state.rawValue) \(local == .any ? "*" : local.text):\(localPort) \(far) \(process)"
  }

  /// The connection, seen from this end.
  public var tuple: FlowTuple { FlowTuple(transport, local, localPort, remote, remotePort) }
}
