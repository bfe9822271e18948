import Clockwork

/// A name space for other objects.
public struct Namespace: Record, Sendable {
  public static var typeName: String { "Namespace" }

  public var metadata: ObjectMeta = ObjectMeta()
  public var spec: NamespaceSpec = NamespaceSpec()
  public var status: NamespaceStatus = NamespaceStatus()
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("metadata", &metadata)
    field("spec", &spec, .keep)
    field("status", &status, .keep)
    field.rest(&unknown)
  }
}

/// What must be done before a namespace may go.
public struct NamespaceSpec: Record, Sendable {
  public static var typeName: String { "NamespaceSpec" }

  public var finalizers: [String] = []
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("finalizers", &finalizers)
    field.rest(&unknown)
  }
}

/// Whether a namespace is in use or going away.
public struct NamespaceStatus: Record, Sendable {
  public static var typeName: String { "NamespaceStatus" }

  /// `Active` or `Terminating`.
  public var phase: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("phase", &phase)
    field.rest(&unknown)
  }
}

/// An identity for the processes of a Pod.
public struct ServiceAccount: Record, Sendable {
  public static var typeName: String { "ServiceAccount" }

  public var automountServiceAccountToken: Bool? = nil
  public var imagePullSecrets: [LocalObjectReference] = []
  public var metadata: ObjectMeta = ObjectMeta()
  public var secrets: [ObjectReference] = []
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("automountServiceAccountToken", &automountServiceAccountToken)
    field("imagePullSecrets", &imagePullSecrets)
    field("metadata", &metadata)
    field("secrets", &secrets)
    field.rest(&unknown)
  }
}

/// The scheduler's decision, sent to the `binding` subresource of a Pod; it is never stored.
public struct Binding: Record, Sendable {
  public static var typeName: String { "Binding" }

  public var metadata: ObjectMeta = ObjectMeta()
  public var target: ObjectReference = ObjectReference()
  public var unknown: [Value.Entry] = []

  public init() {}

  /// The decision that a Pod runs on a node.
  public init(pod: ObjectKey, uid: String, node: String) {
    metadata = ObjectMeta(name: pod.name, namespace: pod.namespace)
    metadata.uid = uid
    target.kind = Kind.node.name
    target.name = node
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("metadata", &metadata)
    field("target", &target, .keep)
    field.rest(&unknown)
  }
}
