import Clockwork

/// Rows of `kubectl get` for quotas, limits, roles, and kinds that the model only stores.
enum PolicyTable {
  static func header(_ kind: Kind, _ version: Version, _ isWide: Bool) -> [String]? {
    switch kind {
    case .resourceQuota: ["NAME", "AGE", "REQUEST", "LIMIT"]
    case .limitRange, .role, .clusterRole: ["NAME", "CREATED AT"]
    case .roleBinding, .clusterRoleBinding:
      ["NAME", "ROLE", "AGE"] + (isWide ? ["USERS", "GROUPS", "SERVICEACCOUNTS"] : [])
    case .persistentVolumeClaim:
      ["NAME", "STATUS", "VOLUME", "CAPACITY", "ACCESS MODES", "STORAGECLASS"]
        + (version == .now ? ["VOLUMEATTRIBUTESCLASS"] : []) + ["AGE"] + (isWide ? ["VOLUMEMODE"] : [])
    case .ingress: ["NAME", "CLASS", "HOSTS", "ADDRESS", "PORTS", "AGE"]
    case .networkPolicy: ["NAME", "POD-SELECTOR", "AGE"]
    case .storageClass: ["NAME", "PROVISIONER", "RECLAIMPOLICY", "VOLUMEBINDINGMODE", "ALLOWVOLUMEEXPANSION", "AGE"]
    default: nil
    }
  }

  static func row(_ object: Object, _ age: String, _ version: Version, _ isWide: Bool) -> [String]? {
    let created = object.metadata.creationTimestamp?.text ?? "<unknown>"
    switch object.kind {
    case .resourceQuota:
      guard let quota = object.as(ResourceQuota.self) else { return nil }
      return [object.name, age, usage(quota, limits: false), usage(quota, limits: true)]
    case .limitRange, .role, .clusterRole: return [object.name, created]
    case .roleBinding:
      guard let binding = object.as(RoleBinding.self) else { return nil }
      return row(object.name, binding.roleRef, binding.subjects, age, isWide)
    case .clusterRoleBinding:
      guard let binding = object.as(ClusterRoleBinding.self) else { return nil }
      return row(object.name, binding.roleRef, binding.subjects, age, isWide)
    case .persistentVolumeClaim: return claim(object.value, age, version, isWide)
    case .ingress: return ingress(object.value, age)
    case .networkPolicy: return [object.name, selector(object.value), age]
    case .storageClass: return storageClass(object.value, age)
    default: return nil
    }
  }

  /// Amounts in use and allowed: limits in a column of their own.
  private static func usage(_ quota: ResourceQuota, limits: Bool) -> String {
    var parts: [String] = []
    for name in quota.status.hard.names where name.hasPrefix("limits.") == limits {
      parts.append("\(name): \(quota.status.used[name] ?? "0")/\(quota.status.hard[name] ?? "0")")
    }
    return parts.joined(separator: ", ")
  }

  private static func row(
    _ name: String,
    _ role: RoleReference,
    _ subjects: [RoleSubject],
    _ age: String,
    _ isWide: Bool
  ) -> [String] {
    let row = [name, "\(role.kind)/\(role.name)", age]
    if !isWide { return row }
    func names(_ kind: String) -> String {
      subjects.filter { $0.kind == kind }
        .map { $0.namespace.isEmpty ? $0.name : "\($0.namespace)/\($0.name)" }.joined(separator: ", ")
    }
    return row + [names("User"), names("Group"), names("ServiceAccount")]
  }

  private static func claim(_ value: Value, _ age: String, _ version: Version, _ isWide: Bool) -> [String] {
    func text(_ path: [String]) -> String { value.at(path)?.plain ?? "" }
    var phase = text(["status", "phase"])
    if value.at(["metadata", "deletionTimestamp"]) != nil { phase = "Terminating" }
    let isBound = !text(["spec", "volumeName"]).isEmpty
    let modes: [String] = (isBound ? value.at(["status", "accessModes"])?.elements ?? [] : []).map { mode in
      switch mode.plain {
      case "ReadWriteOnce": "RWO"
      case "ReadOnlyMany": "ROX"
      case "ReadWriteMany": "RWX"
      default: "RWOP"
      }
    }
    let newer = version == .now ? ["<unset>"] : []
    return [
      text(["metadata", "name"]), phase, text(["spec", "volumeName"]), text(["status", "capacity", "storage"]),
      modes.joined(separator: ","), text(["spec", "storageClassName"]),
    ] + newer + [age] + (isWide ? [text(["spec", "volumeMode"])] : [])
  }

  private static func ingress(_ value: Value, _ age: String) -> [String] {
    var hosts: [String] = []
    for rule in value.at(["spec", "rules"])?.elements ?? [] {
      if let host = rule["host"]?.text, !host.isEmpty { hosts.append(host) }
    }
    let hasTLS = !(value.at(["spec", "tls"])?.elements ?? []).isEmpty
    return [
      value.at(["metadata", "name"])?.plain ?? "", value.at(["spec", "ingressClassName"])?.plain ?? "<none>",
      hosts.isEmpty ? "*" : hosts.joined(separator: ","), "", hasTLS ? "80, 443" : "80", age,
    ]
  }

  private static func selector(_ value: Value) -> String {
    switch LabelSelector.read(value.at(["spec", "podSelector"]) ?? .emptyMap) {
    case .success(let selector) where !selector.isEmpty:
      var labels: Table<String, String> = [:]
      for entry in value.at(["spec", "podSelector", "matchLabels"])?.entries ?? [] {
        labels[entry.key] = entry.value.plain
      }
      return labels.isEmpty ? selector.text : LabelText.list(labels)
    default: return "<none>"
    }
  }

  private static func storageClass(_ value: Value, _ age: String) -> [String] {
    let name = value.at(["metadata", "name"])?.plain ?? ""
    let annotation = value.at(["metadata", "annotations", "storageclass.kubernetes.io/is-default-class"])?.plain
    return [
      annotation == "true" ? "\(name) (default)" : name, value["provisioner"]?.plain ?? "",
      value["reclaimPolicy"]?.plain ?? "Delete", value["volumeBindingMode"]?.plain ?? "Immediate",
      value["allowVolumeExpansion"]?.plain ?? "false", age,
    ]
  }
}
