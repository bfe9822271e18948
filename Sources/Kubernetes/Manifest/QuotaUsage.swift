import Clockwork

/// Counts what objects take from a resource quota.
enum QuotaUsage {
  private static let computed = ["cpu", "memory", "ephemeral-storage"]

  /// Everything that one object counts for; names that a quota may limit.
  static func of(_ object: Object, at now: Time) -> Amounts {
    var usage = Amounts()
    let one = Quantity(1)
    let resource = object.kind.printedResource
    usage["count/\(resource)"] = one
    switch object.kind {
    case .pod:
      if let pod = object.pod, isCounted(pod, at: now) { add(pod, &usage) }
    case .service:
      usage["services"] = one
      guard let service = object.as(Service.self) else { break }
      if service.spec.wantsNodePorts { usage["services.nodeports"] = Quantity(Int64(service.spec.ports.count)) }
      if service.spec.type == "LoadBalancer" { usage["services.loadbalancers"] = one }
    case .configMap, .secret, .resourceQuota: usage[object.kind.plural] = one
    case .persistentVolumeClaim:
      usage[object.kind.plural] = one
      let asked = object.value.at(["spec", "resources", "requests", "storage"])?.plain
      if let amount = asked.flatMap({ Quantity($0) }) { usage["requests.storage"] = amount }
    default: break
    }
    return usage
  }

  private static func add(_ pod: Pod, _ usage: inout Amounts) {
    usage["pods"] = Quantity(1)
    let total = PodTotals.total(pod)
    total.requests.amounts.forEach { name, text in
      guard let amount = Quantity(text) else { return }
      if computed.contains(name) { usage[name] = amount }
      usage["requests.\(name)"] = amount
    }
    total.limits.amounts.forEach { name, text in
      if let amount = Quantity(text) { usage["limits.\(name)"] = amount }
    }
  }

  /// A finished Pod takes nothing, nor does one whose end is overdue.
  private static func isCounted(_ pod: Pod, at now: Time) -> Bool {
    if pod.status.phase == "Succeeded" || pod.status.phase == "Failed" { return false }
    guard let end = pod.metadata.deletionTimestamp, pod.metadata.deletionGracePeriodSeconds != nil else { return true }
    return end.milliseconds > now
  }

  // MARK: Scopes

  /// Whether a quota is about an object at all.
  static func matches(_ quota: ResourceQuota, _ object: Object) -> Bool {
    if quota.spec.scopes.isEmpty, quota.spec.scopeSelector == nil { return true }
    guard let pod = object.pod else { return false }
    for scope in quota.spec.scopes where !holds(scope, pod) { return false }
    for expression in quota.spec.scopeSelector?["matchExpressions"]?.elements ?? [] where !holds(expression, pod) {
      return false
    }
    return true
  }

  private static func holds(_ scope: String, _ pod: Pod) -> Bool {
    let isBestEffort = Strategy.qualityOfService(pod) == .bestEffort
    let ends = pod.spec.unknown.contains { $0.key == "activeDeadlineSeconds" }
    switch scope {
    case "BestEffort": return isBestEffort
    case "NotBestEffort": return !isBestEffort
    case "Terminating": return ends
    case "NotTerminating": return !ends
    default: return true
    }
  }

  private static func holds(_ expression: Value, _ pod: Pod) -> Bool {
    let name = expression["scopeName"]?.text ?? ""
    if name != "PriorityClass" { return holds(name, pod) }
    let values = (expression["values"]?.elements ?? []).map { $0.plain }
    let given = pod.spec.priorityClassName
    switch expression["operator"]?.text ?? "" {
    case "In": return values.contains(given)
    case "NotIn": return !values.contains(given)
    case "Exists": return !given.isEmpty
    default: return given.isEmpty
    }
  }

  /// What of a quota an object can change.
  static func relevant(_ quota: ResourceQuota, _ object: Object) -> [String] {
    var names: [String] = []
    let hard = quota.status.hard.isEmpty ? quota.spec.hard : quota.status.hard
    for name in hard.names where counts(object.kind, name) { names.append(name) }
    return names
  }

  /// Whether objects of a kind count for a name.
  static func counts(_ kind: Kind, _ name: String) -> Bool {
    if name == "count/\(kind.printedResource)" { return true }
    switch kind {
    case .pod:
      return name == "pods" || computed.contains(name) || name.hasPrefix("limits.")
        || (name.hasPrefix("requests.") && name != "requests.storage")
    case .service: return name == "services" || name.hasPrefix("services.")
    case .persistentVolumeClaim: return name == "persistentvolumeclaims" || name == "requests.storage"
    case .configMap, .secret, .resourceQuota: return name == kind.plural
    default: return false
    }
  }

  // MARK: Admission

  /// What a quota says to an object.
  enum Charge {
    /// It takes nothing from it.
    case nothing
    /// The quota as it stands when the object is let in.
    case charged(ResourceQuota)
    case refused(Admission.Refusal)
  }

  /// The new status of a quota when an object is let in, or why it is not.
  static func charge(
    _ quota: ResourceQuota,
    _ object: Object,
    before: Object? = nil,
    _ version: Version,
    at now: Time
  ) -> Charge {
    let names = relevant(quota, object)
    if names.isEmpty || !matches(quota, object) { return .nothing }
    if before == nil, let missing = unspecified(names, object, version) {
      return .refused(refusal(object, "failed quota: \(quota.metadata.name): must specify \(missing)"))
    }
    var delta = of(object, at: now).only(names)
    if let before { delta.subtract(of(before, at: now).only(names)) }
    var isNeeded = false
    delta.held.forEach { if !$1.isZero { isNeeded = true } }
    if !isNeeded { return .nothing }
    for name in names where quota.status.hard[name] == nil || quota.status.used[name] == nil {
      let text = "status unknown for quota: \(quota.metadata.name), resources: \(names.joined(separator: ","))"
      return .refused(refusal(object, text))
    }
    let used = Amounts(quota.status.used)
    let hard = Amounts(quota.status.hard)
    var after = used
    after.add(delta)
    var exceeded: [String] = []
    for name in names {
      guard let change = delta[name], change.sign > 0, let limit = hard[name], let sum = after[name] else { continue }
      if limit < sum { exceeded.append(name) }
    }
    if !exceeded.isEmpty {
      let text =
        "exceeded quota: \(quota.metadata.name), requested: \(delta.only(exceeded).text),"
        + " used: \(used.only(exceeded).text), limited: \(hard.only(exceeded).text)"
      return .refused(refusal(object, text))
    }
    var charged = quota
    charged.status.used = after.list
    return .charged(charged)
  }

  private static func refusal(_ object: Object, _ detail: String) -> Admission.Refusal {
    let name = LabelText.quoted(object.name)
    return Admission.Refusal(
      code: 403,
      reason: "Forbidden",
      text: "\(object.kind.printedResource) \(name) is forbidden: \(detail)"
    )
  }

  /// Amounts that a quota counts and some container does not name; newer releases say which container.
  private static func unspecified(_ names: [String], _ object: Object, _ version: Version) -> String? {
    guard let pod = object.pod else { return nil }
    var parts: [String] = []
    for name in names {
      var missing: [String] = []
      for container in pod.spec.containers + pod.spec.initContainers where !isNamed(name, container.resources) {
        missing.append(container.name)
      }
      if missing.isEmpty { continue }
      parts.append(version == .then ? name : "\(name) for: \(missing.joined(separator: ","))")
    }
    return parts.isEmpty ? nil : parts.joined(separator: version == .then ? "," : "; ")
  }

  private static func isNamed(_ name: String, _ resources: ResourceRequirements) -> Bool {
    switch name {
    case "cpu", "requests.cpu": resources.requests["cpu"] != nil
    case "memory", "requests.memory": resources.requests["memory"] != nil
    case "limits.cpu": resources.limits["cpu"] != nil
    case "limits.memory": resources.limits["memory"] != nil
    default: true
    }
  }
}
