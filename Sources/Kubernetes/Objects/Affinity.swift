import Clockwork

/// Where a Pod must or would rather run: beside which nodes' labels, beside which other Pods, and away from which.
public struct Affinity: Record, Sendable {
  public static var typeName: String { "Affinity" }

  public var nodeAffinity: NodeAffinityRules? = nil
  public var podAffinity: PodAffinityRules? = nil
  public var podAntiAffinity: PodAffinityRules? = nil
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("nodeAffinity", &nodeAffinity)
    field("podAffinity", &podAffinity)
    field("podAntiAffinity", &podAntiAffinity)
    field.rest(&unknown)
  }
}

/// What a Pod demands and wishes of the labels of its node.
public struct NodeAffinityRules: Record, Sendable {
  public static var typeName: String { "NodeAffinity" }

  public var preferred: [PreferredSchedulingTerm] = []
  public var required: NodeSelector? = nil
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("preferredDuringSchedulingIgnoredDuringExecution", &preferred)
    field("requiredDuringSchedulingIgnoredDuringExecution", &required)
    field.rest(&unknown)
  }
}

/// Groups of comparisons with a node; one group must hold.
public struct NodeSelector: Record, Sendable {
  public static var typeName: String { "NodeSelector" }

  public var nodeSelectorTerms: [NodeSelectorTerm] = []
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("nodeSelectorTerms", &nodeSelectorTerms, .keep)
    field.rest(&unknown)
  }
}

/// Comparisons with a node that must all hold.
public struct NodeSelectorTerm: Record, Sendable {
  public static var typeName: String { "NodeSelectorTerm" }

  public var matchExpressions: [NodeSelectorRequirement] = []
  public var matchFields: [NodeSelectorRequirement] = []
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("matchExpressions", &matchExpressions)
    field("matchFields", &matchFields)
    field.rest(&unknown)
  }
}

/// One comparison of a label or field with values.
public struct NodeSelectorRequirement: Record, Sendable {
  public static var typeName: String { "NodeSelectorRequirement" }

  public var key: String = ""
  /// `In`, `NotIn`, `Exists`, `DoesNotExist`, `Gt` or `Lt`.
  public var `operator`: String = ""
  public var values: [String] = []
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("key", &key, .keep)
    field("operator", &`operator`, .keep)
    field("values", &values)
    field.rest(&unknown)
  }
}

/// A wish about the node, with what it is worth.
public struct PreferredSchedulingTerm: Record, Sendable {
  public static var typeName: String { "PreferredSchedulingTerm" }

  public var preference: NodeSelectorTerm = NodeSelectorTerm()
  public var weight: Int64 = 0
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("preference", &preference, .keep)
    field("weight", &weight, .keep)
    field.rest(&unknown)
  }
}

/// What a Pod demands and wishes of the Pods around it; the same shape says which it avoids.
public struct PodAffinityRules: Record, Sendable {
  public static var typeName: String { "PodAffinity" }

  public var preferred: [WeightedPodAffinityTerm] = []
  public var required: [PodAffinityTerm] = []
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("preferredDuringSchedulingIgnoredDuringExecution", &preferred)
    field("requiredDuringSchedulingIgnoredDuringExecution", &required)
    field.rest(&unknown)
  }
}

/// A wish about other Pods, with what it is worth.
public struct WeightedPodAffinityTerm: Record, Sendable {
  public static var typeName: String { "WeightedPodAffinityTerm" }

  public var podAffinityTerm: PodAffinityTerm = PodAffinityTerm()
  public var weight: Int64 = 0
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("podAffinityTerm", &podAffinityTerm, .keep)
    field("weight", &weight, .keep)
    field.rest(&unknown)
  }
}

/// Which Pods are meant, and what counts as the same place: nodes with the same value of a label.
public struct PodAffinityTerm: Record, Sendable {
  public static var typeName: String { "PodAffinityTerm" }

  public var labelSelector: Value? = nil
  public var matchLabelKeys: [String] = []
  public var mismatchLabelKeys: [String] = []
  public var namespaceSelector: Value? = nil
  public var namespaces: [String] = []
  public var topologyKey: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("labelSelector", &labelSelector)
    field("matchLabelKeys", &matchLabelKeys)
    field("mismatchLabelKeys", &mismatchLabelKeys)
    field("namespaceSelector", &namespaceSelector)
    field("namespaces", &namespaces)
    field("topologyKey", &topologyKey, .keep)
    field.rest(&unknown)
  }
}

/// How evenly Pods are to be spread over places.
public struct TopologySpreadConstraint: Record, Sendable {
  public static var typeName: String { "TopologySpreadConstraint" }

  public var labelSelector: Value? = nil
  public var matchLabelKeys: [String] = []
  public var maxSkew: Int64 = 0
  public var minDomains: Int64? = nil
  /// `Honor` or `Ignore`; empty means `Honor`.
  public var nodeAffinityPolicy: String = ""
  /// `Honor` or `Ignore`; empty means `Ignore`.
  public var nodeTaintsPolicy: String = ""
  public var topologyKey: String = ""
  /// `DoNotSchedule` or `ScheduleAnyway`.
  public var whenUnsatisfiable: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("labelSelector", &labelSelector)
    field("matchLabelKeys", &matchLabelKeys)
    field("maxSkew", &maxSkew, .keep)
    field("minDomains", &minDomains)
    field("nodeAffinityPolicy", &nodeAffinityPolicy)
    field("nodeTaintsPolicy", &nodeTaintsPolicy)
    field("topologyKey", &topologyKey, .keep)
    field("whenUnsatisfiable", &whenUnsatisfiable, .keep)
    field.rest(&unknown)
  }
}
