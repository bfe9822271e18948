import Clockwork

/// Who holds something that only one may hold, and when it was last renewed.
public struct Lease: APIRecord {
  public static var typeName: String { "Lease" }
  public static var kind: Kind { .lease }

  public var metadata: ObjectMeta = ObjectMeta()
  public var spec: LeaseSpec = LeaseSpec()
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("metadata", &metadata)
    field("spec", &spec, .keep)
    field.rest(&unknown)
  }

  public static func wrap(_ shared: Shared<Lease>) -> Content { .lease(shared) }

  public static func unwrap(_ content: Content) -> Shared<Lease>? {
    guard case .lease(let shared) = content else { return nil }
    return shared
  }
}

/// The holder of a lease and its times.
public struct LeaseSpec: Record, Sendable {
  public static var typeName: String { "LeaseSpec" }

  public var acquireTime: MicroTime? = nil
  public var holderIdentity: String = ""
  public var leaseDurationSeconds: Int64 = 0
  public var leaseTransitions: Int64 = 0
  public var renewTime: MicroTime? = nil
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("acquireTime", &acquireTime)
    field("holderIdentity", &holderIdentity)
    field("leaseDurationSeconds", &leaseDurationSeconds)
    field("leaseTransitions", &leaseTransitions)
    field("renewTime", &renewTime)
    field.rest(&unknown)
  }
}
