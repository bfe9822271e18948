import Clockwork

/// One version of a StatefulSet or DaemonSet, kept to go back to: its template as a patch.
public struct ControllerRevision: APIRecord {
  public static var typeName: String { "ControllerRevision" }
  public static var kind: Kind { .controllerRevision }

  public var metadata: ObjectMeta = ObjectMeta()
  public var data: Value? = nil
  public var revision: Int64 = 0
  public var unknown: [Value.Entry] = []

  public init() {}

  public var key: ObjectKey { ObjectKey(.controllerRevision, metadata.namespace, metadata.name) }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("metadata", &metadata)
    field("data", &data)
    field("revision", &revision, .keep)
    field.rest(&unknown)
  }

  public static func wrap(_ shared: Shared<ControllerRevision>) -> Content { .controllerRevision(shared) }

  public static func unwrap(_ content: Content) -> Shared<ControllerRevision>? {
    guard case .controllerRevision(let shared) = content else { return nil }
    return shared
  }
}
