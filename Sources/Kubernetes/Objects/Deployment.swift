import Clockwork

/// A wish for a number of equal Pods, and for how to go from one version of them to the next.
public struct Deployment: APIRecord {
  public static var typeName: String { "Deployment" }
  public static var kind: Kind { .deployment }

  public var metadata: ObjectMeta = ObjectMeta()
  public var spec: DeploymentSpec = DeploymentSpec()
  public var status: DeploymentStatus = DeploymentStatus()
  public var unknown: [Value.Entry] = []

  public init() {}

  public var key: ObjectKey { ObjectKey(.deployment, metadata.namespace, metadata.name) }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("metadata", &metadata)
    field("spec", &spec, .keep)
    field("status", &status, .keep)
    field.rest(&unknown)
  }

  public static func wrap(_ shared: Shared<Deployment>) -> Content { .deployment(shared) }

  public static func unwrap(_ content: Content) -> Shared<Deployment>? {
    guard case .deployment(let shared) = content else { return nil }
    return shared
  }
}

/// How many Pods of which template, and how a change of the template is rolled out.
public struct DeploymentSpec: Record, Sendable {
  public static var typeName: String { "DeploymentSpec" }

  public var minReadySeconds: Int64 = 0
  public var paused: Bool = false
  public var progressDeadlineSeconds: Int64? = nil
  /// Nothing only in a manifest: the API server makes it 1.
  public var replicas: Int64? = nil
  public var revisionHistoryLimit: Int64? = nil
  /// The labels of the Pods that count, as `matchLabels` and `matchExpressions`.
  public var selector: Value? = nil
  public var strategy: DeploymentStrategy = DeploymentStrategy()
  public var template: PodTemplateSpec = PodTemplateSpec()
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("minReadySeconds", &minReadySeconds)
    field("paused", &paused)
    field("progressDeadlineSeconds", &progressDeadlineSeconds)
    field("replicas", &replicas)
    field("revisionHistoryLimit", &revisionHistoryLimit)
    field("selector", &selector, .keep)
    field("strategy", &strategy, .keep)
    field("template", &template, .keep)
    field.rest(&unknown)
  }
}

/// `RollingUpdate`, or `Recreate`: all old Pods go before the first new one comes.
public struct DeploymentStrategy: Record, Sendable {
  public static var typeName: String { "DeploymentStrategy" }

  public var rollingUpdate: RollingUpdateDeployment? = nil
  public var type: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("rollingUpdate", &rollingUpdate)
    field("type", &type)
    field.rest(&unknown)
  }
}

/// How many Pods too many and too few there may be meanwhile, as numbers or percentages.
public struct RollingUpdateDeployment: Record, Sendable {
  public static var typeName: String { "RollingUpdateDeployment" }

  public var maxSurge: IntOrString? = nil
  public var maxUnavailable: IntOrString? = nil
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(maxSurge: IntOrString, maxUnavailable: IntOrString) {
    self.maxSurge = maxSurge
    self.maxUnavailable = maxUnavailable
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("maxSurge", &maxSurge)
    field("maxUnavailable", &maxUnavailable)
    field.rest(&unknown)
  }
}

/// How far the rollout is, as the Deployment controller last counted.
public struct DeploymentStatus: Record, Sendable {
  public static var typeName: String { "DeploymentStatus" }

  public var availableReplicas: Int64 = 0
  /// How often another template had the same hash.
  public var collisionCount: Int64? = nil
  public var conditions: [DeploymentCondition] = []
  public var observedGeneration: Int64 = 0
  public var readyReplicas: Int64 = 0
  public var replicas: Int64 = 0
  public var terminatingReplicas: Int64? = nil
  public var unavailableReplicas: Int64 = 0
  public var updatedReplicas: Int64 = 0
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("availableReplicas", &availableReplicas)
    field("collisionCount", &collisionCount)
    field("conditions", &conditions)
    field("observedGeneration", &observedGeneration)
    field("readyReplicas", &readyReplicas)
    field("replicas", &replicas)
    field("terminatingReplicas", &terminatingReplicas)
    field("unavailableReplicas", &unavailableReplicas)
    field("updatedReplicas", &updatedReplicas)
    field.rest(&unknown)
  }
}

/// One fact about a rollout: that it is available, that it progresses, that Pods could not be made.
public struct DeploymentCondition: Record, Sendable {
  public static var typeName: String { "DeploymentCondition" }

  public var lastTransitionTime: Timestamp? = nil
  public var lastUpdateTime: Timestamp? = nil
  public var message: String = ""
  public var reason: String = ""
  public var status: String = ""
  public var type: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(_ type: String, _ status: String, _ reason: String, _ message: String, at now: Int64) {
    self.type = type
    self.status = status
    self.reason = reason
    self.message = message
    lastTransitionTime = Timestamp(now)
    lastUpdateTime = Timestamp(now)
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("lastTransitionTime", &lastTransitionTime)
    field("lastUpdateTime", &lastUpdateTime)
    field("message", &message)
    field("reason", &reason)
    field("status", &status, .keep)
    field("type", &type, .keep)
    field.rest(&unknown)
  }
}
