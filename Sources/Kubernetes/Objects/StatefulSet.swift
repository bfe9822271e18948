import Clockwork

/// A wish for Pods that have names of their own and come one after the other.
public struct StatefulSet: APIRecord {
  public static var typeName: String { "StatefulSet" }
  public static var kind: Kind { .statefulSet }

  public var metadata: ObjectMeta = ObjectMeta()
  public var spec: StatefulSetSpec = StatefulSetSpec()
  public var status: StatefulSetStatus = StatefulSetStatus()
  public var unknown: [Value.Entry] = []

  public init() {}

  public var key: ObjectKey { ObjectKey(.statefulSet, metadata.namespace, metadata.name) }
  /// How many Pods there should be.
  public var size: Int64 { spec.replicas ?? 1 }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("metadata", &metadata)
    field("spec", &spec, .keep)
    field("status", &status, .keep)
    field.rest(&unknown)
  }

  public static func wrap(_ shared: Shared<StatefulSet>) -> Content { .statefulSet(shared) }

  public static func unwrap(_ content: Content) -> Shared<StatefulSet>? {
    guard case .statefulSet(let shared) = content else { return nil }
    return shared
  }
}

/// How many Pods of which template, with which claims, and in which order.
public struct StatefulSetSpec: Record, Sendable {
  public static var typeName: String { "StatefulSetSpec" }

  public var minReadySeconds: Int64 = 0
  public var ordinals: Value? = nil
  public var persistentVolumeClaimRetentionPolicy: Value? = nil
  /// `OrderedReady`, or `Parallel`: nobody waits for the one before.
  public var podManagementPolicy: String = ""
  public var replicas: Int64? = nil
  public var revisionHistoryLimit: Int64? = nil
  public var selector: Value? = nil
  /// The Service under whose name the Pods have names.
  public var serviceName: String = ""
  public var template: PodTemplateSpec = PodTemplateSpec()
  public var updateStrategy: StatefulSetUpdateStrategy = StatefulSetUpdateStrategy()
  public var volumeClaimTemplates: [Value] = []
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("minReadySeconds", &minReadySeconds)
    field("ordinals", &ordinals)
    field("persistentVolumeClaimRetentionPolicy", &persistentVolumeClaimRetentionPolicy)
    field("podManagementPolicy", &podManagementPolicy)
    field("replicas", &replicas)
    field("revisionHistoryLimit", &revisionHistoryLimit)
    field("selector", &selector, .keep)
    field("serviceName", &serviceName, .keep)
    field("template", &template, .keep)
    field("updateStrategy", &updateStrategy)
    field("volumeClaimTemplates", &volumeClaimTemplates)
    field.rest(&unknown)
  }
}

/// `RollingUpdate`, or `OnDelete`: a new version comes when somebody deletes the old Pod.
public struct StatefulSetUpdateStrategy: Record, Sendable {
  public static var typeName: String { "StatefulSetUpdateStrategy" }

  public var rollingUpdate: RollingUpdateStatefulSet? = nil
  public var type: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("rollingUpdate", &rollingUpdate)
    field("type", &type)
    field.rest(&unknown)
  }
}

/// From which number on Pods get the new version.
public struct RollingUpdateStatefulSet: Record, Sendable {
  public static var typeName: String { "RollingUpdateStatefulSetStrategy" }

  public var maxUnavailable: IntOrString? = nil
  public var partition: Int64? = nil
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("maxUnavailable", &maxUnavailable)
    field("partition", &partition)
    field.rest(&unknown)
  }
}

/// What the StatefulSet controller last counted, and between which versions it stands.
public struct StatefulSetStatus: Record, Sendable {
  public static var typeName: String { "StatefulSetStatus" }

  public var availableReplicas: Int64? = nil
  public var collisionCount: Int64? = nil
  public var conditions: [DeploymentCondition] = []
  public var currentReplicas: Int64 = 0
  public var currentRevision: String = ""
  public var observedGeneration: Int64 = 0
  public var readyReplicas: Int64 = 0
  public var replicas: Int64 = 0
  public var updateRevision: String = ""
  public var updatedReplicas: Int64 = 0
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("availableReplicas", &availableReplicas)
    field("collisionCount", &collisionCount)
    field("conditions", &conditions)
    field("currentReplicas", &currentReplicas)
    field("currentRevision", &currentRevision)
    field("observedGeneration", &observedGeneration)
    field("readyReplicas", &readyReplicas)
    field("replicas", &replicas, .keep)
    field("updateRevision", &updateRevision)
    field("updatedReplicas", &updatedReplicas)
    field.rest(&unknown)
  }
}
