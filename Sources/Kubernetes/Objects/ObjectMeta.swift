import Clockwork

/// What every object carries besides its content: its name, age, owner and revision.
public struct ObjectMeta: Record, Sendable {
  public static var typeName: String { "ObjectMeta" }

  public var annotations: Table<String, String> = [:]
  public var creationTimestamp: Timestamp? = nil
  public var deletionGracePeriodSeconds: Int64? = nil
  public var deletionTimestamp: Timestamp? = nil
  public var finalizers: [String] = []
  public var generateName: String = ""
  public var generation: Int64 = 0
  public var labels: Table<String, String> = [:]
  public var name: String = ""
  public var namespace: String = ""
  public var ownerReferences: [OwnerReference] = []
  /// The etcd revision of the last write, which the API writes as text; 0 before the first.
  public var resourceVersion: Int64 = 0
  public var uid: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(name: String, namespace: String = "", labels: Table<String, String> = [:]) {
    self.name = name
    self.namespace = namespace
    self.labels = labels
  }

  /// The owner that is responsible for the object, if any.
  public var controller: OwnerReference? {
    for owner in ownerReferences where owner.controller == true { return owner }
    return nil
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("annotations", &annotations)
    field("creationTimestamp", &creationTimestamp)
    field("deletionGracePeriodSeconds", &deletionGracePeriodSeconds)
    field("deletionTimestamp", &deletionTimestamp)
    field("finalizers", &finalizers)
    field("generateName", &generateName)
    field("generation", &generation)
    field("labels", &labels)
    field("name", &name)
    field("namespace", &namespace)
    field("ownerReferences", &ownerReferences)
    var revision = resourceVersion == 0 ? "" : "\(resourceVersion)"
    field("resourceVersion", &revision)
    resourceVersion = Int64(revision) ?? 0
    field("uid", &uid)
    field.rest(&unknown)
  }
}

/// The object that another one belongs to, and is deleted with.
public struct OwnerReference: Record, Sendable {
  public static var typeName: String { "OwnerReference" }

  public var apiVersion: String = ""
  public var blockOwnerDeletion: Bool? = nil
  public var controller: Bool? = nil
  public var kind: String = ""
  public var name: String = ""
  public var uid: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("apiVersion", &apiVersion, .keep)
    field("blockOwnerDeletion", &blockOwnerDeletion)
    field("controller", &controller)
    field("kind", &kind, .keep)
    field("name", &name, .keep)
    field("uid", &uid, .keep)
    field.rest(&unknown)
  }
}

/// A pointer to an object, or to a part of one.
public struct ObjectReference: Record, Sendable {
  public static var typeName: String { "ObjectReference" }

  public var apiVersion: String = ""
  /// A part of the object, such as `spec.containers{web}`.
  public var fieldPath: String = ""
  public var kind: String = ""
  public var name: String = ""
  public var namespace: String = ""
  public var resourceVersion: Int64 = 0
  public var uid: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  /// A reference to an object as Events carry it.
  public init(to object: Object, fieldPath: String = "") {
    apiVersion = object.kind.apiVersion
    self.fieldPath = fieldPath
    kind = object.kind.name
    name = object.metadata.name
    namespace = object.metadata.namespace
    resourceVersion = object.metadata.resourceVersion
    uid = object.metadata.uid
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("apiVersion", &apiVersion)
    field("fieldPath", &fieldPath)
    field("kind", &kind)
    field("name", &name)
    field("namespace", &namespace)
    var revision = resourceVersion == 0 ? "" : "\(resourceVersion)"
    field("resourceVersion", &revision)
    resourceVersion = Int64(revision) ?? 0
    field("uid", &uid)
    field.rest(&unknown)
  }
}
