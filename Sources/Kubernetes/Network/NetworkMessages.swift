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

  public var request: String {
    transport == .tcp ? "GET \(path) HTTP/1.1\r\nHost: \(host)\r\nUser-Agent: curl\r\nAccept: */*\r\n\r\n" : text
  }
}
