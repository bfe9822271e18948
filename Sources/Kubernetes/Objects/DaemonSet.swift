import Clockwork

/// A wish for one Pod on every node that fits.
public struct DaemonSet: APIRecord {
  public static var typeName: String { "DaemonSet" }
  public static var kind: Kind { .daemonSet }

  public var metadata: ObjectMeta = ObjectMeta()
  public var spec: DaemonSetSpec = DaemonSetSpec()
  public var status: DaemonSetStatus = DaemonSetStatus()
  public var unknown: [Value.Entry] = []

  public init() {}

  public var key: ObjectKey { ObjectKey(.daemonSet, metadata.namespace, metadata.name) }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("metadata", &metadata)
    field("spec", &spec, .keep)
    field("status", &status, .keep)
    field.rest(&unknown)
  }

  public static func wrap(_ shared: Shared<DaemonSet>) -> Content { .daemonSet(shared) }

  public static func unwrap(_ content: Content) -> Shared<DaemonSet>? {
    guard case .daemonSet(let shared) = content else { return nil }
    return shared
  }
}

/// Which template, and how a change of it comes to the nodes.
public struct DaemonSetSpec: Record, Sendable {
  public static var typeName: String { "DaemonSetSpec" }

  public var minReadySeconds: Int64 = 0
  public var revisionHistoryLimit: Int64? = nil
  public var selector: Value? = nil
  public var template: PodTemplateSpec = PodTemplateSpec()
  public var updateStrategy: DaemonSetUpdateStrategy = DaemonSetUpdateStrategy()
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("minReadySeconds", &minReadySeconds)
    field("revisionHistoryLimit", &revisionHistoryLimit)
    field("selector", &selector, .keep)
    field("template", &template, .keep)
    field("updateStrategy", &updateStrategy)
    field.rest(&unknown)
  }
}

/// `RollingUpdate`, or `OnDelete`.
public struct DaemonSetUpdateStrategy: Record, Sendable {
  public static var typeName: String { "DaemonSetUpdateStrategy" }

  public var rollingUpdate: RollingUpdateDaemonSet? = nil
  public var type: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("rollingUpdate", &rollingUpdate)
    field("type", &type)
    field.rest(&unknown)
  }
}

/// On how many nodes the Pod may be missing, or be double, during an update.
public struct RollingUpdateDaemonSet: Record, Sendable {
  public static var typeName: String { "RollingUpdateDaemonSet" }

  public var maxSurge: IntOrString? = nil
  public var maxUnavailable: IntOrString? = nil
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("maxSurge", &maxSurge)
    field("maxUnavailable", &maxUnavailable)
    field.rest(&unknown)
  }
}

/// On how many nodes there should be a Pod, and on how many there is.
public struct DaemonSetStatus: Record, Sendable {
  public static var typeName: String { "DaemonSetStatus" }

  public var collisionCount: Int64? = nil
  public var conditions: [DeploymentCondition] = []
  public var currentNumberScheduled: Int64 = 0
  public var desiredNumberScheduled: Int64 = 0
  public var numberAvailable: Int64 = 0
  public var numberMisscheduled: Int64 = 0
  public var numberReady: Int64 = 0
  public var numberUnavailable: Int64 = 0
  public var observedGeneration: Int64 = 0
  public var updatedNumberScheduled: Int64 = 0
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("collisionCount", &collisionCount)
    field("conditions", &conditions)
    field("currentNumberScheduled", &currentNumberScheduled, .keep)
    field("desiredNumberScheduled", &desiredNumberScheduled, .keep)
    field("numberAvailable", &numberAvailable)
    field("numberMisscheduled", &numberMisscheduled, .keep)
    field("numberReady", &numberReady, .keep)
    field("numberUnavailable", &numberUnavailable)
    field("observedGeneration", &observedGeneration)
    field("updatedNumberScheduled", &updatedNumberScheduled)
    field.rest(&unknown)
  }
}
