import Clockwork

/// Up to a hundred addresses behind a Service; a Service with more Pods has more slices.
public struct EndpointSlice: APIRecord {
  public static var typeName: String { "EndpointSlice" }
  public static var kind: Kind { .endpointSlice }

  public var addressType: String = ""
  public var endpoints: [Endpoint] = []
  public var metadata: ObjectMeta = ObjectMeta()
  public var ports: [EndpointSlicePort] = []
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("addressType", &addressType, .keep)
    // The API writes `null` where there is none.
    var held: [Endpoint]? = endpoints.isEmpty ? nil : endpoints
    field("endpoints", &held, .keep)
    endpoints = held ?? []
    field("metadata", &metadata)
    var open: [EndpointSlicePort]? = ports.isEmpty ? nil : ports
    field("ports", &open, .keep)
    ports = open ?? []
    field.rest(&unknown)
  }

  public static func wrap(_ shared: Shared<EndpointSlice>) -> Content { .endpointSlice(shared) }

  public static func unwrap(_ content: Content) -> Shared<EndpointSlice>? {
    guard case .endpointSlice(let shared) = content else { return nil }
    return shared
  }
}

/// One address of a slice, and the state that its Pod is in.
public struct Endpoint: Record, Sendable {
  public static var typeName: String { "Endpoint" }

  public var addresses: [String] = []
  public var conditions: EndpointConditions = EndpointConditions()
  public var hostname: String = ""
  public var nodeName: String = ""
  public var targetRef: ObjectReference? = nil
  /// Where the Pod runs, as v1beta1 said it: `kubernetes.io/hostname` and the like.
  public var topology: Table<String, String> = [:]
  public var zone: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("addresses", &addresses, .keep)
    field("conditions", &conditions, .keep)
    field("hostname", &hostname)
    field("nodeName", &nodeName)
    field("targetRef", &targetRef)
    field("topology", &topology)
    field("zone", &zone)
    field.rest(&unknown)
  }
}

/// Whether traffic should go to an endpoint.
public struct EndpointConditions: Record, Sendable {
  public static var typeName: String { "EndpointConditions" }

  /// Takes new connections: serving, and not on its way out.
  public var ready: Bool? = nil
  /// Ready as its Pod says, even while the Pod is being ended; only now.
  public var serving: Bool? = nil
  public var terminating: Bool? = nil
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("ready", &ready)
    field("serving", &serving)
    field("terminating", &terminating)
    field.rest(&unknown)
  }
}

/// A port that every endpoint of a slice serves.
public struct EndpointSlicePort: Record, Sendable {
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
    field("name", &name, .keep)
    field("port", &port, .keep)
    field("protocol", &`protocol`)
    field.rest(&unknown)
  }
}
