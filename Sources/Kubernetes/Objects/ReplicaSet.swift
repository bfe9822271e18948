import Clockwork

/// A wish for a number of Pods of one template; a Deployment has one for every version that it remembers.
public struct ReplicaSet: APIRecord {
  public static var typeName: String { "ReplicaSet" }
  public static var kind: Kind { .replicaSet }

  public var metadata: ObjectMeta = ObjectMeta()
  public var spec: ReplicaSetSpec = ReplicaSetSpec()
  public var status: ReplicaSetStatus = ReplicaSetStatus()
  public var unknown: [Value.Entry] = []

  public init() {}

  public var key: ObjectKey { ObjectKey(.replicaSet, metadata.namespace, metadata.name) }
  /// How many Pods there should be.
  public var size: Int64 { spec.replicas ?? 1 }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("metadata", &metadata)
    field("spec", &spec, .keep)
    field("status", &status, .keep)
    field.rest(&unknown)
  }

  public static func wrap(_ shared: Shared<ReplicaSet>) -> Content { .replicaSet(shared) }

  public static func unwrap(_ content: Content) -> Shared<ReplicaSet>? {
    guard case .replicaSet(let shared) = content else { return nil }
    return shared
  }
}

/// How many Pods of which template.
public struct ReplicaSetSpec: Record, Sendable {
  public static var typeName: String { "ReplicaSetSpec" }

  public var minReadySeconds: Int64 = 0
  /// Nothing only in a manifest: the API server makes it 1.
  public var replicas: Int64? = nil
  public var selector: Value? = nil
  public var template: PodTemplateSpec = PodTemplateSpec()
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("minReadySeconds", &minReadySeconds)
    field("replicas", &replicas)
    field("selector", &selector, .keep)
    field("template", &template)
    field.rest(&unknown)
  }
}

/// How many Pods there are, as the ReplicaSet controller last counted.
public struct ReplicaSetStatus: Record, Sendable {
  public static var typeName: String { "ReplicaSetStatus" }

  public var availableReplicas: Int64 = 0
  public var conditions: [DeploymentCondition] = []
  public var fullyLabeledReplicas: Int64 = 0
  public var observedGeneration: Int64 = 0
  public var readyReplicas: Int64 = 0
  public var replicas: Int64 = 0
  public var terminatingReplicas: Int64? = nil
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("availableReplicas", &availableReplicas)
    field("conditions", &conditions)
    field("fullyLabeledReplicas", &fullyLabeledReplicas)
    field("observedGeneration", &observedGeneration)
    field("readyReplicas", &readyReplicas)
    field("replicas", &replicas, .keep)
    field("terminatingReplicas", &terminatingReplicas)
    field.rest(&unknown)
  }
}
