import Clockwork

/// A name for how important Pods are; admission writes its value into every Pod that names it.
public struct PriorityClass: APIRecord {
  public static var typeName: String { "PriorityClass" }
  public static var kind: Kind { .priorityClass }

  public var description: String = ""
  /// Whether Pods that name no class get this one.
  public var globalDefault: Bool = false
  public var metadata: ObjectMeta = ObjectMeta()
  /// `PreemptLowerPriority` or `Never`.
  public var preemptionPolicy: String = ""
  public var value: Int64 = 0
  public var unknown: [Value.Entry] = []

  /// What a class of a user may have at most; the rest belongs to the system.
  public static let highestForUsers: Int64 = 1_000_000_000

  public init() {}

  init(_ name: String, _ value: Int64, _ description: String) {
    metadata = ObjectMeta(name: name)
    metadata.generation = 1
    self.value = value
    self.description = description
    preemptionPolicy = "PreemptLowerPriority"
  }

  /// The classes that every cluster has.
  public static let system = [
    PriorityClass(
      "system-cluster-critical",
      2_000_000_000,
      "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary."
    ),
    PriorityClass(
      "system-node-critical",
      2_000_001_000,
      "Used for system critical pods that must not be moved from their current node."
    ),
  ]

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("description", &description)
    field("globalDefault", &globalDefault)
    field("metadata", &metadata)
    field("preemptionPolicy", &preemptionPolicy)
    field("value", &value, .keep)
    field.rest(&unknown)
  }

  public static func wrap(_ shared: Shared<PriorityClass>) -> Content { .priorityClass(shared) }

  public static func unwrap(_ content: Content) -> Shared<PriorityClass>? {
    guard case .priorityClass(let shared) = content else { return nil }
    return shared
  }
}

extension Check {
  mutating func priorityClass(_ it: PriorityClass) {
    if it.metadata.name.hasPrefix("system-") {
      let known = PriorityClass.system.contains { $0.metadata.name == it.metadata.name && $0.value == it.value }
      if !known {
        let detail = "priority class names with 'system-' prefix are reserved for system use only"
        forbidden(["metadata", "name"], detail)
      }
    } else if it.value > PriorityClass.highestForUsers {
      let detail = "maximum allowed value of a user defined priority is \(PriorityClass.highestForUsers)"
      forbidden(["value"], detail)
    }
    if !it.preemptionPolicy.isEmpty {
      choice(["preemptionPolicy"], it.preemptionPolicy, ["PreemptLowerPriority", "Never"])
    }
  }

  mutating func priorityClassUpdate(_ old: PriorityClass, _ new: PriorityClass) {
    if old.value != new.value { forbidden(["value"], "may not be changed in an update.") }
    if old.preemptionPolicy != new.preemptionPolicy {
      if version == .then {
        forbidden(["preemptionPolicy"], "may not be changed in an update.")
      } else {
        let detail = "field is immutable"
        invalid(["preemptionPolicy"], new.preemptionPolicy, detail)
      }
    }
  }
}
