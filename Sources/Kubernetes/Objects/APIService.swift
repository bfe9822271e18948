import Clockwork

/// Says which server answers for a version of an API group.
public struct APIService: APIRecord {
  public static var typeName: String { "APIService" }
  public static var kind: Kind { .apiService }

  public struct Spec: Record, Sendable {
    public static var typeName: String { "APIServiceSpec" }

    public var caBundle: String = ""
    public var group: String = ""
    public var groupPriorityMinimum: Int64 = 0
    public var insecureSkipTLSVerify: Bool = false
    /// Nothing where kube-apiserver answers itself.
    public var service: ServiceReference? = nil
    public var version: String = ""
    public var versionPriority: Int64 = 0
    public var unknown: [Value.Entry] = []

    public init() {}

    public mutating func fields<F: Fields>(_ field: inout F) {
      field("caBundle", &caBundle)
      field("group", &group)
      field("groupPriorityMinimum", &groupPriorityMinimum, .keep)
      field("insecureSkipTLSVerify", &insecureSkipTLSVerify)
      field("service", &service)
      field("version", &version)
      field("versionPriority", &versionPriority, .keep)
      field.rest(&unknown)
    }
  }

  public struct ServiceReference: Record, Sendable {
    public static var typeName: String { "ServiceReference" }

    public var name: String = ""
    public var namespace: String = ""
    public var port: Int64 = 0
    public var unknown: [Value.Entry] = []

    public init() {}

    public mutating func fields<F: Fields>(_ field: inout F) {
      field("name", &name)
      field("namespace", &namespace)
      field("port", &port)
      field.rest(&unknown)
    }
  }

  public struct Condition: Record, Sendable {
    public static var typeName: String { "APIServiceCondition" }

    public var lastTransitionTime: Timestamp? = nil
    public var message: String = ""
    public var reason: String = ""
    public var status: String = ""
    public var type: String = ""
    public var unknown: [Value.Entry] = []

    public init() {}

    public init(type: String, status: String, reason: String, message: String) {
      self.type = type
      self.status = status
      self.reason = reason
      self.message = message
    }

    public mutating func fields<F: Fields>(_ field: inout F) {
      field("lastTransitionTime", &lastTransitionTime)
      field("message", &message)
      field("reason", &reason)
      field("status", &status, .keep)
      field("type", &type, .keep)
      field.rest(&unknown)
    }
  }

  public struct Status: Record, Sendable {
    public static var typeName: String { "APIServiceStatus" }

    public var conditions: [Condition] = []
    public var unknown: [Value.Entry] = []

    public init() {}

    public mutating func fields<F: Fields>(_ field: inout F) {
      field("conditions", &conditions)
      field.rest(&unknown)
    }
  }

  public var metadata: ObjectMeta = ObjectMeta()
  public var spec: Spec = Spec()
  public var status: Status = Status()
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("metadata", &metadata)
    field("spec", &spec, .keep)
    field("status", &status, .keep)
    field.rest(&unknown)
  }

  public static func wrap(_ shared: Shared<APIService>) -> Content { .apiService(shared) }
  public static func unwrap(_ content: Content) -> Shared<APIService>? {
    if case .apiService(let shared) = content { return shared }
    return nil
  }

  /// The condition `Available`.
  public var available: Condition? {
    for condition in status.conditions where condition.type == "Available" { return condition }
    return nil
  }

  /// Takes a new condition; its time moves only when its status does.
  public mutating func set(_ condition: Condition, at now: Time) {
    var condition = condition
    let old = available
    condition.lastTransitionTime = old?.status == condition.status ? old?.lastTransitionTime : Timestamp(now)
    status.conditions = status.conditions.filter { $0.type != condition.type } + [condition]
  }
}
