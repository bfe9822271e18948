public import Clockwork

/// A frame on a cable between two kernels.
public struct WireFrame: Equatable, Sendable {
  public var packet: Packet
  /// Where the cable ends.
  public var namespace: String
  public var device: String

  public init(_ packet: Packet, namespace: String, device: String) {
    self.packet = packet
    self.namespace = namespace
    self.device = device
  }
}

/// Where the cable of a card ends.
public struct Cable: Equatable, Sendable {
  public var namespace: String
  public var device: String
  public var far: Address
  public var farNamespace: String
  public var farDevice: String

  public init(_ device: String, in namespace: String, to far: Address, _ farNamespace: String, _ farDevice: String) {
    self.namespace = namespace
    self.device = device
    self.far = far
    self.farNamespace = farNamespace
    self.farDevice = farDevice
  }
}

/// What a process hears on a socket of its own, or says there.
///
/// The kernel hands processes that are components their datagrams; all others it answers for.
public struct SocketDatagram: Equatable, Sendable {
  /// The Pod that the process runs in, as `NAMESPACE/NAME`, and its network namespace.
  public var pod: String
  public var namespace: String
  /// Both ends, as the process sees them: its own first.
  public var ends: FlowTuple
  public var data: String
}

/// How an attempt ended that a process asked its kernel for.
public struct VisitEnd: Equatable, Sendable {
  public var number: Int64
  /// Nothing where nobody answered.
  public var answer: String?
}

/// A container's process that is a component of the model began, or ended.
public struct ProcessNews: Equatable, Sendable {
  /// As `NAMESPACE/NAME`.
  public var pod: String
  public var isRunning: Bool
}

/// Somebody on a machine, in a Pod or outside wants something from an address: a line `send` of a script.
public struct VisitOrder: Equatable, Sendable {
  public var number: Int64
  /// The Pod that the client runs in; empty for the machine itself.
  public var pod: String
  /// The namespace, where the client runs in none of a Pod.
  public var namespace: String
  public var transport: TransportProtocol
  public var destination: IPv4
  public var port: UInt16
  public var path: String
  /// As it was typed.
  public var text: String
  /// The Host header.
  public var host: String
  public var patience: Time
  /// The program that they use.
  public var tool: SendLine.Tool = .curl
  /// The name that has to be looked up first, and by which file; empty where the address is known.
  public var name: String = ""
  public var file: ResolverFile? = nil
  /// The name that was looked up, once its address is known.
  var resolved: String = ""
  /// What kind of record is wanted, where a name is all that is looked up.
  public var kind: DNSMessage.Kind = .address
  /// Whether a process asked for it that is a component, and hears of the end.
  public var isFromProcess: Bool = false

  public var request: String {
    if isFromProcess { return path }
    return transport == .tcp
      ? "GET \(path) HTTP/1.1\r\nHost: \(host)\r\nUser-Agent: curl\r\nAccept: */*\r\n\r\n" : text
  }
}
