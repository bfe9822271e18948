import Clockwork

/// A stable name and address for whatever Pods its selector matches at the moment.
public struct Service: APIRecord {
  public static var typeName: String { "Service" }
  public static var kind: Kind { .service }

  public var metadata: ObjectMeta = ObjectMeta()
  public var spec: ServiceSpec = ServiceSpec()
  public var status: ServiceStatus = ServiceStatus()
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("metadata", &metadata)
    field("spec", &spec, .keep)
    field("status", &status, .keep)
    field.rest(&unknown)
  }

  public static func wrap(_ shared: Shared<Service>) -> Content { .service(shared) }

  public static func unwrap(_ content: Content) -> Shared<Service>? {
    guard case .service(let shared) = content else { return nil }
    return shared
  }
}

/// What a Service offers, and which Pods stand behind it.
public struct ServiceSpec: Record, Sendable {
  public static var typeName: String { "ServiceSpec" }

  public var allocateLoadBalancerNodePorts: Bool? = nil
  /// `None` for a headless Service; empty until the API server has given one.
  public var clusterIP: String = ""
  public var clusterIPs: [String] = []
  public var externalIPs: [String] = []
  public var externalName: String = ""
  public var externalTrafficPolicy: String = ""
  public var healthCheckNodePort: Int64 = 0
  public var internalTrafficPolicy: String = ""
  public var ipFamilies: [String] = []
  public var ipFamilyPolicy: String = ""
  public var loadBalancerIP: String = ""
  public var loadBalancerSourceRanges: [String] = []
  public var ports: [ServicePort] = []
  public var publishNotReadyAddresses: Bool = false
  /// None at all: somebody else writes the endpoints.
  public var selector: Table<String, String> = [:]
  public var sessionAffinity: String = ""
  public var sessionAffinityConfig: Value? = nil
  public var type: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public var isHeadless: Bool { clusterIP == "None" }

  /// Whether the API server gives it an address of the Service range.
  public var wantsClusterIP: Bool { type != "ExternalName" && !isHeadless }

  /// Whether it is open on every node.
  public var wantsNodePorts: Bool {
    type == "NodePort" || (type == "LoadBalancer" && allocateLoadBalancerNodePorts != false)
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("allocateLoadBalancerNodePorts", &allocateLoadBalancerNodePorts)
    field("clusterIP", &clusterIP)
    field("clusterIPs", &clusterIPs)
    field("externalIPs", &externalIPs)
    field("externalName", &externalName)
    field("externalTrafficPolicy", &externalTrafficPolicy)
    field("healthCheckNodePort", &healthCheckNodePort)
    field("internalTrafficPolicy", &internalTrafficPolicy)
    field("ipFamilies", &ipFamilies)
    field("ipFamilyPolicy", &ipFamilyPolicy)
    field("loadBalancerIP", &loadBalancerIP)
    field("loadBalancerSourceRanges", &loadBalancerSourceRanges)
    field("ports", &ports)
    field("publishNotReadyAddresses", &publishNotReadyAddresses)
    field("selector", &selector)
    field("sessionAffinity", &sessionAffinity)
    field("sessionAffinityConfig", &sessionAffinityConfig)
    field("type", &type)
    field.rest(&unknown)
  }
}

/// A port of a Service, and the port of the Pods that it leads to.
public struct ServicePort: Record, Sendable {
  public static var typeName: String { "ServicePort" }

  public var appProtocol: String = ""
  public var name: String = ""
  public var nodePort: Int64 = 0
  public var port: Int64 = 0
  public var `protocol`: String = ""
  /// A number, or the name of a container's port.
  public var targetPort: PortTarget = PortTarget()
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(_ port: Int64, name: String = "", target: PortTarget = PortTarget(), protocol: String = "TCP") {
    self.port = port
    self.name = name
    targetPort = target
    self.protocol = `protocol`
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("appProtocol", &appProtocol)
    field("name", &name)
    field("nodePort", &nodePort)
    field("port", &port, .keep)
    field("protocol", &`protocol`)
    field("targetPort", &targetPort, .keep)
    field.rest(&unknown)
  }
}

/// Which port of a Pod is meant: by number, or by the name that a container gave it.
public struct PortTarget: Equatable, Sendable {
  public var number: Int64 = 0
  public var name: String = ""

  public init() {}
  public init(_ number: Int64) { self.number = number }
  public init(named name: String) { self.name = name }

  public var text: String { name.isEmpty ? "\(number)" : name }
}

extension PortTarget: Field {
  public static var goType: String { "intstr.IntOrString" }
  public static var vacant: PortTarget { PortTarget() }
  public var isVacant: Bool { number == 0 && name.isEmpty }
  public var tree: Value { name.isEmpty ? .integer(number) : .string(name) }

  public static func read(_ value: Value, _ reading: inout Reading) -> PortTarget? {
    switch value {
    case .integer(let number): return PortTarget(number)
    case .string(let name): return PortTarget(named: name)
    default:
      reading.wrongType(value, expected: goType)
      return nil
    }
  }
}

/// What a load balancer outside the cluster has given a Service.
public struct ServiceStatus: Record, Sendable {
  public static var typeName: String { "ServiceStatus" }

  public var loadBalancer: Value = .emptyMap
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("loadBalancer", &loadBalancer, .keep)
    field.rest(&unknown)
  }
}
