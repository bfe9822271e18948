import Clockwork

/// How many Pods of a group may be missing because somebody wants it so.
public struct PodDisruptionBudget: APIRecord {
  public static var typeName: String { "PodDisruptionBudget" }
  public static var kind: Kind { .podDisruptionBudget }

  public var metadata: ObjectMeta = ObjectMeta()
  public var spec: PodDisruptionBudgetSpec = PodDisruptionBudgetSpec()
  public var status: PodDisruptionBudgetStatus = PodDisruptionBudgetStatus()
  public var unknown: [Value.Entry] = []

  public init() {}

  public var key: ObjectKey { ObjectKey(.podDisruptionBudget, metadata.namespace, metadata.name) }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("metadata", &metadata)
    field("spec", &spec, .keep)
    field("status", &status, .keep)
    field.rest(&unknown)
  }

  public static func wrap(_ shared: Shared<PodDisruptionBudget>) -> Content { .disruptionBudget(shared) }

  public static func unwrap(_ content: Content) -> Shared<PodDisruptionBudget>? {
    guard case .disruptionBudget(let shared) = content else { return nil }
    return shared
  }
}

/// Which Pods, and how many of them must stay or may go.
public struct PodDisruptionBudgetSpec: Record, Sendable {
  public static var typeName: String { "PodDisruptionBudgetSpec" }

  public var maxUnavailable: IntOrString? = nil
  public var minAvailable: IntOrString? = nil
  public var selector: Value? = nil
  public var unhealthyPodEvictionPolicy: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("maxUnavailable", &maxUnavailable)
    field("minAvailable", &minAvailable)
    field("selector", &selector)
    field("unhealthyPodEvictionPolicy", &unhealthyPodEvictionPolicy)
    field.rest(&unknown)
  }
}

/// How many evictions are allowed at the moment.
public struct PodDisruptionBudgetStatus: Record, Sendable {
  public static var typeName: String { "PodDisruptionBudgetStatus" }

  public var conditions: [DeploymentCondition] = []
  public var currentHealthy: Int64 = 0
  public var desiredHealthy: Int64 = 0
  /// Evictions that were granted and are not seen yet.
  public var disruptedPods: Table<String, Timestamp> = [:]
  public var disruptionsAllowed: Int64 = 0
  public var expectedPods: Int64 = 0
  public var observedGeneration: Int64 = 0
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("conditions", &conditions)
    field("currentHealthy", &currentHealthy, .keep)
    field("desiredHealthy", &desiredHealthy, .keep)
    field("disruptedPods", &disruptedPods)
    field("disruptionsAllowed", &disruptionsAllowed, .keep)
    field("expectedPods", &expectedPods, .keep)
    field("observedGeneration", &observedGeneration)
    field.rest(&unknown)
  }
}
