import Clockwork

/// The addresses behind a Service in one object, as consumers of old read them.
public struct Endpoints: APIRecord {
  public static var typeName: String { "Endpoints" }
  public static var kind: Kind { .endpoints }

  public var metadata: ObjectMeta = ObjectMeta()
  public var subsets: [EndpointSubset] = []
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("metadata", &metadata)
    field("subsets", &subsets)
    field.rest(&unknown)
  }

  public static func wrap(_ shared: Shared<Endpoints>) -> Content { .endpoints(shared) }

  public static func unwrap(_ content: Content) -> Shared<Endpoints>? {
    guard case .endpoints(let shared) = content else { return nil }
    return shared
  }
}

/// Addresses that serve the same ports.
public struct EndpointSubset: Record, Sendable {
  public static var typeName: String { "EndpointSubset" }

  public var addresses: [EndpointAddress] = []
  public var notReadyAddresses: [EndpointAddress] = []
  public var ports: [EndpointPort] = []
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("addresses", &addresses)
    field("notReadyAddresses", &notReadyAddresses)
    field("ports", &ports)
    field.rest(&unknown)
  }
}

/// One address, and the Pod that has it.
public struct EndpointAddress: Record, Sendable {
  public static var typeName: String { "EndpointAddress" }

  public var hostname: String = ""
  public var ip: String = ""
  public var nodeName: String = ""
  public var targetRef: ObjectReference? = nil
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("hostname", &hostname)
    field("ip", &ip, .keep)
    field("nodeName", &nodeName)
    field("targetRef", &targetRef)
    field.rest(&unknown)
  }
}

/// A port that the addresses of a subset serve.
public struct EndpointPort: Record, Sendable {
  public static var typeName: String { "EndpointPort" }

  public var appProtocol: String = ""
  public var name: String = ""
  public var port: Int64 = 0
  public var `protocol`: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(_ port: Int64, name: String, protocol: String) {
    self.port = port
    self.name = name
    self.protocol = `protocol`
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("appProtocol", &appProtocol)
    field("name", &name)
    field("port", &port, .keep)
    field("protocol", &`protocol`)
    field.rest(&unknown)
  }
}
