import Clockwork

/// Things that may be done in one namespace.
public struct Role: APIRecord {
  public static var typeName: String { "Role" }
  public static var kind: Kind { .role }

  public var metadata: ObjectMeta = ObjectMeta()
  public var rules: [PolicyRule] = []
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("metadata", &metadata)
    field("rules", &rules, .keep)
    field.rest(&unknown)
  }

  public static func wrap(_ shared: Shared<Role>) -> Content { .role(shared) }

  public static func unwrap(_ content: Content) -> Shared<Role>? {
    guard case .role(let shared) = content else { return nil }
    return shared
  }
}

/// Things that may be done in every namespace, or outside of all of them.
public struct ClusterRole: APIRecord {
  public static var typeName: String { "ClusterRole" }
  public static var kind: Kind { .clusterRole }

  public var aggregationRule: Value? = nil
  public var metadata: ObjectMeta = ObjectMeta()
  public var rules: [PolicyRule] = []
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("aggregationRule", &aggregationRule)
    field("metadata", &metadata)
    field("rules", &rules, .keep)
    field.rest(&unknown)
  }

  public static func wrap(_ shared: Shared<ClusterRole>) -> Content { .clusterRole(shared) }

  public static func unwrap(_ content: Content) -> Shared<ClusterRole>? {
    guard case .clusterRole(let shared) = content else { return nil }
    return shared
  }
}

/// One line of a role: these verbs on these resources.
///
/// There are no rules that forbid.
public struct PolicyRule: Record, Sendable {
  public static var typeName: String { "PolicyRule" }

  public var apiGroups: [String] = []
  public var nonResourceURLs: [String] = []
  public var resourceNames: [String] = []
  /// Plurals, subresources as `pods/log`, or `*`.
  public var resources: [String] = []
  public var verbs: [String] = []
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(_ verbs: [String], _ resources: [String], in groups: [String] = [""]) {
    self.verbs = verbs
    self.resources = resources
    apiGroups = groups
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("apiGroups", &apiGroups)
    field("nonResourceURLs", &nonResourceURLs)
    field("resourceNames", &resourceNames)
    field("resources", &resources)
    field("verbs", &verbs, .keep)
    field.rest(&unknown)
  }
}

/// Who has a role in one namespace.
public struct RoleBinding: APIRecord {
  public static var typeName: String { "RoleBinding" }
  public static var kind: Kind { .roleBinding }

  public var metadata: ObjectMeta = ObjectMeta()
  public var roleRef: RoleReference = RoleReference()
  public var subjects: [RoleSubject] = []
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("metadata", &metadata)
    field("roleRef", &roleRef, .keep)
    field("subjects", &subjects)
    field.rest(&unknown)
  }

  public static func wrap(_ shared: Shared<RoleBinding>) -> Content { .roleBinding(shared) }

  public static func unwrap(_ content: Content) -> Shared<RoleBinding>? {
    guard case .roleBinding(let shared) = content else { return nil }
    return shared
  }
}

/// Who has a role everywhere.
public struct ClusterRoleBinding: APIRecord {
  public static var typeName: String { "ClusterRoleBinding" }
  public static var kind: Kind { .clusterRoleBinding }

  public var metadata: ObjectMeta = ObjectMeta()
  public var roleRef: RoleReference = RoleReference()
  public var subjects: [RoleSubject] = []
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("metadata", &metadata)
    field("roleRef", &roleRef, .keep)
    field("subjects", &subjects)
    field.rest(&unknown)
  }

  public static func wrap(_ shared: Shared<ClusterRoleBinding>) -> Content { .clusterRoleBinding(shared) }

  public static func unwrap(_ content: Content) -> Shared<ClusterRoleBinding>? {
    guard case .clusterRoleBinding(let shared) = content else { return nil }
    return shared
  }
}

/// The role that a binding gives.
public struct RoleReference: Record, Sendable {
  public static var typeName: String { "RoleRef" }

  public var apiGroup: String = ""
  public var kind: String = ""
  public var name: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(_ kind: String, _ name: String) {
    apiGroup = "rbac.authorization.k8s.io"
    self.kind = kind
    self.name = name
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("apiGroup", &apiGroup, .keep)
    field("kind", &kind, .keep)
    field("name", &name, .keep)
    field.rest(&unknown)
  }
}

/// A user, a group, or a service account that gets a role.
public struct RoleSubject: Record, Sendable {
  public static var typeName: String { "Subject" }

  public var apiGroup: String = ""
  public var kind: String = ""
  public var name: String = ""
  public var namespace: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(_ kind: String, _ name: String, namespace: String = "") {
    if namespace.isEmpty { apiGroup = "rbac.authorization.k8s.io" }
    self.kind = kind
    self.name = name
    self.namespace = namespace
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("apiGroup", &apiGroup)
    field("kind", &kind, .keep)
    field("name", &name, .keep)
    field("namespace", &namespace)
    field.rest(&unknown)
  }
}
