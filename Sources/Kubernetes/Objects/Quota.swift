import Clockwork

/// How much all Pods and objects of a namespace may ask for together.
public struct ResourceQuota: APIRecord {
  public static var typeName: String { "ResourceQuota" }
  public static var kind: Kind { .resourceQuota }

  public var metadata: ObjectMeta = ObjectMeta()
  public var spec: ResourceQuotaSpec = ResourceQuotaSpec()
  public var status: ResourceQuotaStatus = ResourceQuotaStatus()
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("metadata", &metadata)
    field("spec", &spec, .keep)
    field("status", &status, .keep)
    field.rest(&unknown)
  }

  public static func wrap(_ shared: Shared<ResourceQuota>) -> Content { .resourceQuota(shared) }

  public static func unwrap(_ content: Content) -> Shared<ResourceQuota>? {
    guard case .resourceQuota(let shared) = content else { return nil }
    return shared
  }
}

/// The limits of a quota, and which Pods they are about.
public struct ResourceQuotaSpec: Record, Sendable {
  public static var typeName: String { "ResourceQuotaSpec" }

  public var hard: ResourceList = ResourceList()
  public var scopeSelector: Value? = nil
  public var scopes: [String] = []
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("hard", &hard)
    field("scopeSelector", &scopeSelector)
    field("scopes", &scopes)
    field.rest(&unknown)
  }
}

/// The limits that are in force, and how much of them is taken.
public struct ResourceQuotaStatus: Record, Sendable {
  public static var typeName: String { "ResourceQuotaStatus" }

  public var hard: ResourceList = ResourceList()
  public var used: ResourceList = ResourceList()
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("hard", &hard)
    field("used", &used)
    field.rest(&unknown)
  }
}

/// What one container or Pod of a namespace may ask for, and gets when it says nothing.
public struct LimitRange: APIRecord {
  public static var typeName: String { "LimitRange" }
  public static var kind: Kind { .limitRange }

  public var metadata: ObjectMeta = ObjectMeta()
  public var spec: LimitRangeSpec = LimitRangeSpec()
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("metadata", &metadata)
    field("spec", &spec, .keep)
    field.rest(&unknown)
  }

  public static func wrap(_ shared: Shared<LimitRange>) -> Content { .limitRange(shared) }

  public static func unwrap(_ content: Content) -> Shared<LimitRange>? {
    guard case .limitRange(let shared) = content else { return nil }
    return shared
  }
}

/// The rules of a limit range.
public struct LimitRangeSpec: Record, Sendable {
  public static var typeName: String { "LimitRangeSpec" }

  public var limits: [LimitRangeItem] = []
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("limits", &limits, .keep)
    field.rest(&unknown)
  }
}

/// The rules for containers, for Pods, or for claims of storage.
public struct LimitRangeItem: Record, Sendable {
  public static var typeName: String { "LimitRangeItem" }

  /// The limits of a container that names none.
  public var `default`: ResourceList = ResourceList()
  /// The requests of a container that names none.
  public var defaultRequest: ResourceList = ResourceList()
  public var max: ResourceList = ResourceList()
  /// How many times its request a limit may be.
  public var maxLimitRequestRatio: ResourceList = ResourceList()
  public var min: ResourceList = ResourceList()
  /// `Container`, `Pod` or `PersistentVolumeClaim`.
  public var type: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("default", &`default`)
    field("defaultRequest", &defaultRequest)
    field("max", &max)
    field("maxLimitRequestRatio", &maxLimitRequestRatio)
    field("min", &min)
    field("type", &type, .keep)
    field.rest(&unknown)
  }
}
