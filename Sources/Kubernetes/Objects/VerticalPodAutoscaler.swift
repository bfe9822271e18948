import Clockwork

/// A wish that the requests of some Pods follow what they use (`autoscaling.k8s.io/v1`).
///
/// A custom resource: kube-apiserver stores it and does nothing more.
public struct VerticalPodAutoscaler: APIRecord {
  public static var typeName: String { "VerticalPodAutoscaler" }
  public static var kind: Kind { .verticalPodAutoscaler }

  public var metadata: ObjectMeta = ObjectMeta()
  public var spec: VerticalPodAutoscalerSpec = VerticalPodAutoscalerSpec()
  public var status: VerticalPodAutoscalerStatus = VerticalPodAutoscalerStatus()
  public var unknown: [Value.Entry] = []

  public init() {}

  /// How recommendations come to the Pods; what nobody has written is `Recreate`, "then" `Auto`.
  public enum Mode: String, Equatable, Sendable {
    case off = "Off"
    case initial = "Initial"
    case recreate = "Recreate"
    case inPlaceOrRecreate = "InPlaceOrRecreate"
    case auto = "Auto"

    /// The modes that the definition of the kind allows.
    public static func all(_ version: Version) -> [Mode] {
      version == .then ? [.off, .initial, .recreate, .auto] : [.off, .initial, .recreate, .inPlaceOrRecreate, .auto]
    }

    /// Whether Pods that run already are changed.
    var isActive: Bool { self != .off && self != .initial }
  }

  public var mode: Mode { Mode(rawValue: spec.updatePolicy?.updateMode ?? "") ?? .recreate }

  /// What is said about a container; the policy `*` counts where none has its name.
  public func policy(of container: String) -> ContainerPolicy? {
    let policies = spec.resourcePolicy?.containerPolicies ?? []
    for policy in policies where policy.containerName == container { return policy }
    return policies.first { $0.containerName == "*" }
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("metadata", &metadata)
    field("spec", &spec, .keep)
    field("status", &status)
    field.rest(&unknown)
  }

  public static func wrap(_ shared: Shared<VerticalPodAutoscaler>) -> Content { .verticalAutoscaler(shared) }

  public static func unwrap(_ content: Content) -> Shared<VerticalPodAutoscaler>? {
    guard case .verticalAutoscaler(let shared) = content else { return nil }
    return shared
  }
}

/// Whose Pods, and what may be done with them.
public struct VerticalPodAutoscalerSpec: Record, Sendable {
  public static var typeName: String { "VerticalPodAutoscalerSpec" }

  public var resourcePolicy: PodResourcePolicy? = nil
  public var targetRef: ScaleTarget? = nil
  public var updatePolicy: PodUpdatePolicy? = nil
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("resourcePolicy", &resourcePolicy)
    field("targetRef", &targetRef)
    field("updatePolicy", &updatePolicy)
    field.rest(&unknown)
  }
}

/// When Pods are changed.
public struct PodUpdatePolicy: Record, Sendable {
  public static var typeName: String { "PodUpdatePolicy" }

  /// Fewer live Pods than this are left alone; 2 where nothing is said.
  public var minReplicas: Int64? = nil
  public var updateMode: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("minReplicas", &minReplicas)
    field("updateMode", &updateMode)
    field.rest(&unknown)
  }
}

/// Limits for what may be recommended.
public struct PodResourcePolicy: Record, Sendable {
  public static var typeName: String { "PodResourcePolicy" }

  public var containerPolicies: [ContainerPolicy] = []
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("containerPolicies", &containerPolicies)
    field.rest(&unknown)
  }
}

/// What holds for the containers of one name.
public struct ContainerPolicy: Record, Sendable {
  public static var typeName: String { "ContainerResourcePolicy" }

  public var containerName: String = ""
  /// `cpu`, `memory` or both; both where nothing is said.
  public var controlledResources: [String] = []
  /// `RequestsAndLimits`, or `RequestsOnly`.
  public var controlledValues: String = ""
  public var maxAllowed: ResourceList = ResourceList()
  public var minAllowed: ResourceList = ResourceList()
  /// `Off` leaves the container alone.
  public var mode: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("containerName", &containerName)
    field("controlledResources", &controlledResources)
    field("controlledValues", &controlledValues)
    field("maxAllowed", &maxAllowed)
    field("minAllowed", &minAllowed)
    field("mode", &mode)
    field.rest(&unknown)
  }
}

/// What the recommender has worked out.
public struct VerticalPodAutoscalerStatus: Record, Sendable {
  public static var typeName: String { "VerticalPodAutoscalerStatus" }

  public var conditions: [AutoscalerCondition] = []
  public var recommendation: RecommendedPodResources? = nil
  public var unknown: [Value.Entry] = []

  public init() {}

  public subscript(condition type: String) -> AutoscalerCondition? {
    for condition in conditions where condition.type == type { return condition }
    return nil
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("conditions", &conditions)
    field("recommendation", &recommendation)
    field.rest(&unknown)
  }
}

/// Recommendations for all containers of a Pod.
public struct RecommendedPodResources: Record, Sendable {
  public static var typeName: String { "RecommendedPodResources" }

  public var containerRecommendations: [ContainerRecommendation] = []
  public var unknown: [Value.Entry] = []

  public init() {}

  public subscript(container name: String) -> ContainerRecommendation? {
    for one in containerRecommendations where one.containerName == name { return one }
    return nil
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("containerRecommendations", &containerRecommendations)
    field.rest(&unknown)
  }
}

/// What one container should ask for, and what it may ask for without being changed.
public struct ContainerRecommendation: Record, Sendable {
  public static var typeName: String { "RecommendedContainerResources" }

  public var containerName: String = ""
  public var lowerBound: ResourceList = ResourceList()
  public var target: ResourceList = ResourceList()
  /// The target before limits of the policy.
  public var uncappedTarget: ResourceList = ResourceList()
  public var upperBound: ResourceList = ResourceList()
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("containerName", &containerName)
    field("lowerBound", &lowerBound)
    field("target", &target, .keep)
    field("uncappedTarget", &uncappedTarget)
    field("upperBound", &upperBound)
    field.rest(&unknown)
  }
}
