import Clockwork

/// A wish to keep the usage of some Pods near a target by having more of them or fewer.
///
/// Every version is read into the shape of `autoscaling/v2`.
public struct HorizontalPodAutoscaler: APIRecord {
  public static var typeName: String { "HorizontalPodAutoscaler" }
  public static var kind: Kind { .horizontalPodAutoscaler }

  public var metadata: ObjectMeta = ObjectMeta()
  public var spec: AutoscalerSpec = AutoscalerSpec()
  public var status: AutoscalerStatus = AutoscalerStatus()
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("metadata", &metadata)
    field("spec", &spec, .keep)
    field("status", &status, .keep)
    field.rest(&unknown)
  }

  public static func wrap(_ shared: Shared<HorizontalPodAutoscaler>) -> Content { .autoscaler(shared) }

  public static func unwrap(_ content: Content) -> Shared<HorizontalPodAutoscaler>? {
    guard case .autoscaler(let shared) = content else { return nil }
    return shared
  }
}

/// Whose replicas are counted, within which range, and what they are measured by.
public struct AutoscalerSpec: Record, Sendable {
  public static var typeName: String { "HorizontalPodAutoscalerSpec" }

  public var behavior: ScalingBehavior? = nil
  public var maxReplicas: Int64 = 0
  public var metrics: [MetricSpec] = []
  public var minReplicas: Int64? = nil
  public var scaleTargetRef: ScaleTarget = ScaleTarget()
  public var unknown: [Value.Entry] = []

  public init() {}

  /// The fewest replicas; 1 where nothing else is said.
  public var minimum: Int64 { minReplicas ?? 1 }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("behavior", &behavior)
    field("maxReplicas", &maxReplicas, .keep)
    field("metrics", &metrics)
    field("minReplicas", &minReplicas)
    field("scaleTargetRef", &scaleTargetRef, .keep)
    field.rest(&unknown)
  }

  public static func read(_ value: Value, _ reading: inout Reading) -> AutoscalerSpec? {
    guard case .map(let entries) = value else {
      reading.wrongType(value, expected: goType)
      return nil
    }
    var reader = FieldReader(entries: entries, typeName: typeName, reading: reading)
    var spec = AutoscalerSpec()
    var share: Int64? = nil
    // The field of autoscaling/v1; the newer versions have a list of metrics instead.
    reader("targetCPUUtilizationPercentage", &share)
    spec.fields(&reader)
    reading = reader.reading
    if let share { spec.setCPU(share) }
    return spec
  }

  /// The target of the cpu, in percent of the requests.
  private mutating func setCPU(_ share: Int64) {
    for index in metrics.indices where metrics[index].resource?.name == "cpu" {
      metrics[index].resource?.target = MetricTarget(utilization: share)
      return
    }
    metrics.append(MetricSpec(resource: "cpu", MetricTarget(utilization: share)))
  }
}

/// The object whose replicas an autoscaler sets.
public struct ScaleTarget: Record, Sendable {
  public static var typeName: String { "CrossVersionObjectReference" }

  public var apiVersion: String = ""
  public var kind: String = ""
  public var name: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(_ key: ObjectKey) {
    apiVersion = key.kind.apiVersion
    kind = key.kind.name
    name = key.name
  }

  /// The group that the version belongs to; empty for the core one.
  public var group: String {
    guard let slash = apiVersion.firstIndex(of: "/") else { return "" }
    return String(apiVersion[..<slash])
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("apiVersion", &apiVersion)
    field("kind", &kind, .keep)
    field("name", &name, .keep)
    field.rest(&unknown)
  }
}

/// What an autoscaler found at its last look.
public struct AutoscalerStatus: Record, Sendable {
  public static var typeName: String { "HorizontalPodAutoscalerStatus" }

  public var conditions: [AutoscalerCondition] = []
  public var currentMetrics: [MetricStatus] = []
  public var currentReplicas: Int64 = 0
  public var desiredReplicas: Int64 = 0
  public var lastScaleTime: Timestamp? = nil
  public var observedGeneration: Int64? = nil
  public var unknown: [Value.Entry] = []

  public init() {}

  public subscript(condition type: String) -> AutoscalerCondition? {
    for condition in conditions where condition.type == type { return condition }
    return nil
  }

  /// Says how a condition stands; its time moves only when its status does.
  public mutating func set(_ type: String, _ status: String, _ reason: String, _ message: String, at now: Int64) {
    var place = conditions.count
    for index in conditions.indices where conditions[index].type == type { place = index }
    if place == conditions.count {
      conditions.append(AutoscalerCondition())
      conditions[place].type = type
    }
    if conditions[place].status != status { conditions[place].lastTransitionTime = Timestamp(now) }
    conditions[place].status = status
    conditions[place].reason = reason
    conditions[place].message = message
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("conditions", &conditions)
    field("currentMetrics", &currentMetrics)
    field("currentReplicas", &currentReplicas)
    field("desiredReplicas", &desiredReplicas, .keep)
    field("lastScaleTime", &lastScaleTime)
    field("observedGeneration", &observedGeneration)
    field.rest(&unknown)
  }
}

/// One thing that is so, or is not, about an autoscaler.
public struct AutoscalerCondition: Record, Sendable {
  public static var typeName: String { "HorizontalPodAutoscalerCondition" }

  public var lastTransitionTime: Timestamp? = nil
  public var message: String = ""
  public var reason: String = ""
  public var status: String = ""
  public var type: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("lastTransitionTime", &lastTransitionTime)
    field("message", &message)
    field("reason", &reason)
    field("status", &status, .keep)
    field("type", &type, .keep)
    field.rest(&unknown)
  }
}
