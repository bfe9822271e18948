import Clockwork

extension Check {
  private static let types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]

  /// The rules of one kind for an object that is new, or as an update would leave it.
  mutating func typed(_ object: Object) {
    sets(object)
    if let service = object.as(Service.self) { self.service(service) }
    if let quota = object.as(ResourceQuota.self) { self.quota(quota) }
    if let range = object.as(LimitRange.self) { limits(range) }
    if let role = object.as(Role.self) { rules(role.rules) }
    if let role = object.as(ClusterRole.self) { rules(role.rules) }
    if let binding = object.as(RoleBinding.self) { self.binding(binding.roleRef, binding.subjects, isCluster: false) }
    if let binding = object.as(ClusterRoleBinding.self) {
      self.binding(binding.roleRef, binding.subjects, isCluster: true)
    }
  }

  /// What an update of one kind must not change.
  mutating func typedUpdate(_ old: Object, _ new: Object) {
    if let before = old.as(Service.self), let after = new.as(Service.self) { serviceUpdate(before, after) }
    if let before = old.as(RoleBinding.self), let after = new.as(RoleBinding.self) {
      bindingUpdate(before.roleRef, after.roleRef)
    }
    if let before = old.as(ClusterRoleBinding.self), let after = new.as(ClusterRoleBinding.self) {
      bindingUpdate(before.roleRef, after.roleRef)
    }
  }

  mutating func service(_ service: Service) {
    let spec = service.spec
    invalid(["metadata", "name"], service.metadata.name, NameRules.serviceName(service.metadata.name))
    if spec.ports.isEmpty, !spec.isHeadless, spec.type != "ExternalName" { required(["spec", "ports"]) }
    switch spec.type {
    case "NodePort", "LoadBalancer":
      if spec.isHeadless {
        invalid(["spec", "clusterIPs", "0"], "None", "may not be set to 'None' for \(spec.type) services")
      }
    case "ExternalName":
      if spec.externalName.isEmpty {
        required(["spec", "externalName"])
      } else {
        invalid(["spec", "externalName"], spec.externalName, NameRules.subdomain(spec.externalName))
      }
      if !spec.clusterIP.isEmpty { forbidden(["spec", "clusterIPs"], "may not be set for ExternalName services") }
    default: break
    }
    labels(["spec", "selector"], spec.selector)
    choice(["spec", "sessionAffinity"], spec.sessionAffinity, ["ClientIP", "None"])
    choice(["spec", "type"], spec.type, Check.types)
    if spec.type != "ExternalName" { servicePorts(spec) }
    for (index, address) in spec.clusterIPs.enumerated() where address != "None" && IPv4(address) == nil {
      let example = version == .then ? "10.9.8.7" : "10.9.8.7 or 2001:db8::ffff"
      invalid(["spec", "clusterIPs", "\(index)"], address, "must be a valid IP address, (e.g. \(example))")
    }
    trafficPolicy(spec)
  }

  private mutating func servicePorts(_ spec: ServiceSpec) {
    var names: [String] = []
    var seen: [(String, Int64)] = []
    for (index, port) in spec.ports.enumerated() {
      let path = ["spec", "ports", "\(index)"]
      if port.name.isEmpty {
        if spec.ports.count > 1 { required(path + ["name"]) }
      } else {
        invalid(path + ["name"], port.name, NameRules.label(port.name))
        if names.contains(port.name) { duplicate(path + ["name"], port.name) }
        names.append(port.name)
      }
      servicePortNumber(path + ["port"], port.port)
      choice(path + ["protocol"], port.protocol, ["SCTP", "TCP", "UDP"])
      if port.targetPort.name.isEmpty {
        servicePortNumber(path + ["targetPort"], port.targetPort.number)
      } else {
        invalid(path + ["targetPort"], port.targetPort.name, NameRules.port(port.targetPort.name, version))
      }
      if port.nodePort != 0, !spec.wantsNodePorts, spec.type != "LoadBalancer" {
        forbidden(path + ["nodePort"], "may not be used when `type` is '\(spec.type)'")
      }
      if seen.contains(where: { $0.0 == port.protocol && $0.1 == port.port }) { doubledPort(path, port) }
      seen.append((port.protocol, port.port))
    }
  }

  private mutating func doubledPort(_ path: [String], _ port: ServicePort) {
    let got: String
    switch version {
    case .then:
      got =
        "core.ServicePort{Name:\"\", Protocol:\(LabelText.quoted(port.protocol)), AppProtocol:(*string)(nil), "
        + "Port:\(port.port), TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:\"\"}, NodePort:0}"
    case .now:
      got =
        "{\"Name\":\"\",\"Protocol\":\(LabelText.quoted(port.protocol)),\"AppProtocol\":null,"
        + "\"Port\":\(port.port),\"TargetPort\":0,\"NodePort\":0}"
    }
    duplicate(path, got: got)
  }

  private mutating func servicePortNumber(_ path: [String], _ number: Int64) {
    if number < 1 || number > 65_535 { invalid(path, number, NameRules.outside(1, 65_535)) }
  }

  private mutating func trafficPolicy(_ spec: ServiceSpec) {
    let policy = spec.externalTrafficPolicy
    let path = ["spec", "externalTrafficPolicy"]
    if policy.isEmpty { return }
    if spec.type == "NodePort" || spec.type == "LoadBalancer" || (version == .now && !spec.externalIPs.isEmpty) {
      if !["Cluster", "Local"].contains(policy) {
        if version == .then {
          invalid(path, policy, "ExternalTrafficPolicy must be empty, Cluster or Local")
        } else {
          unsupported(path, policy, ["Cluster", "Local"])
        }
      }
      return
    }
    let then = "ExternalTrafficPolicy can only be set on NodePort and LoadBalancer service"
    invalid(path, policy, version == .then ? then : "may only be set for externally-accessible services")
  }

  /// A Service keeps its address while its type needs one.
  mutating func serviceUpdate(_ old: Service, _ new: Service) {
    guard old.spec.type != "ExternalName", new.spec.type != "ExternalName" else { return }
    if old.spec.clusterIP.isEmpty || old.spec.clusterIP == new.spec.clusterIP { return }
    let got = FieldText.strings(new.spec.clusterIPs, version)
    invalid(["spec", "clusterIPs", "0"], got: got, "may not change once set")
  }

  // MARK: Quotas and limits

  mutating func quota(_ quota: ResourceQuota) {
    quota.spec.hard.amounts.forEach { name, amount in
      if let amount = Quantity(amount), amount.sign < 0 {
        invalid(["spec", "hard", name], amount.text, "must be greater than or equal to 0")
      }
    }
  }

  mutating func limits(_ range: LimitRange) {
    for (index, item) in range.spec.limits.enumerated() {
      let path = ["spec", "limits", "\(index)"]
      for name in item.max.names {
        pair(path + ["min", name], item.min[name], item.max[name]) { "min value \($0) is greater than max value \($1)" }
        pair(path + ["default", name], item.default[name], item.max[name]) {
          "default value \($0) is greater than max value \($1)"
        }
        pair(path + ["defaultRequest", name], item.defaultRequest[name], item.max[name]) {
          "default request value \($0) is greater than max value \($1)"
        }
      }
      for name in item.defaultRequest.names {
        pair(path + ["defaultRequest", name], item.defaultRequest[name], item.default[name]) {
          "default request value \($0) is greater than default limit value \($1)"
        }
        pair(
          path + ["defaultRequest", name],
          item.min[name],
          item.defaultRequest[name],
          got: item.defaultRequest[name]
        ) {
          "min value \($0) is greater than default request value \($1)"
        }
      }
    }
  }

  /// Notes that the lower of two amounts is above the upper.
  private mutating func pair(
    _ path: [String],
    _ lower: String?,
    _ upper: String?,
    got: String? = nil,
    _ detail: (String, String) -> String
  ) {
    guard let lower, let upper, let one = Quantity(lower), let other = Quantity(upper), other < one else { return }
    invalid(path, got ?? lower, detail(one.text, other.text))
  }

  // MARK: Access

  mutating func binding(_ role: RoleReference, _ subjects: [RoleSubject], isCluster: Bool) {
    choice(["roleRef", "kind"], role.kind, isCluster ? ["ClusterRole"] : ["ClusterRole", "Role"])
    if role.name.isEmpty { required(["roleRef", "name"]) }
    for (index, subject) in subjects.enumerated() {
      let path = ["subjects", "\(index)"]
      if subject.name.isEmpty { required(path + ["name"]) }
      choice(path + ["kind"], subject.kind, ["ServiceAccount", "User", "Group"])
      if subject.kind == "ServiceAccount", subject.namespace.isEmpty { required(path + ["namespace"]) }
    }
  }

  /// What a binding gives cannot be changed, only whom.
  mutating func bindingUpdate(_ old: RoleReference, _ new: RoleReference) {
    if old != new { invalid(["roleRef"], value: new.tree, "cannot change roleRef") }
  }

  mutating func rules(_ rules: [PolicyRule]) {
    for (index, rule) in rules.enumerated() {
      let path = ["rules", "\(index)"]
      if rule.verbs.isEmpty { required(path + ["verbs"], "verbs must contain at least one value") }
      if !rule.nonResourceURLs.isEmpty { continue }
      if rule.apiGroups.isEmpty {
        required(path + ["apiGroups"], "resource rules must supply at least one api group")
      }
      if rule.resources.isEmpty {
        required(path + ["resources"], "resource rules must supply at least one resource")
      }
    }
  }
}

extension NameRules {
  /// What is wrong with the name of a Service, which begins with a letter because it becomes a name of DNS.
  static func serviceName(_ name: String) -> [String] {
    if name.isEmpty { return [] }
    var problems: [String] = []
    if name.utf8.count > 63 { problems.append(tooLong(63)) }
    let bytes = Array(name.utf8)
    let isLetter = bytes.first.map { $0 >= 97 && $0 <= 122 } ?? false
    if !isLetter || !label(name).isEmpty && name.utf8.count <= 63 {
      problems.append(
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character,"
          + " and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is"
          + " '[a-z]([-a-z0-9]*[a-z0-9])?')"
      )
    }
    return problems
  }
}
