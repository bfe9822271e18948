import Clockwork

extension Defaulting {
  /// The defaults of Services, limits and bindings.
  static func applyTyped(to object: inout Object, version: Version) {
    applySets(to: &object, version: version)
    object.update(Service.self) { apply(to: &$0, version: version) }
    object.update(LimitRange.self) { apply(to: &$0) }
    object.update(RoleBinding.self) { apply(to: &$0.subjects, &$0.roleRef) }
    object.update(ClusterRoleBinding.self) { apply(to: &$0.subjects, &$0.roleRef) }
  }

  /// Fills in what a Service left out, before anything is allocated for it.
  static func apply(to service: inout Service, version: Version) {
    if service.spec.sessionAffinity.isEmpty { service.spec.sessionAffinity = "None" }
    if service.spec.sessionAffinity == "None" { service.spec.sessionAffinityConfig = nil }
    if service.spec.sessionAffinity == "ClientIP", service.spec.sessionAffinityConfig == nil {
      service.spec.sessionAffinityConfig = .map(("clientIP", .map(("timeoutSeconds", 10_800))))
    }
    if service.spec.type.isEmpty { service.spec.type = "ClusterIP" }
    for index in service.spec.ports.indices { apply(to: &service.spec.ports[index]) }
    let isExternal = service.spec.type == "NodePort" || service.spec.type == "LoadBalancer"
    if isExternal, service.spec.externalTrafficPolicy.isEmpty { service.spec.externalTrafficPolicy = "Cluster" }
    if version == .now { applyNewer(to: &service) }
    // One address stands in two fields.
    if service.spec.clusterIPs.isEmpty, !service.spec.clusterIP.isEmpty {
      service.spec.clusterIPs = [service.spec.clusterIP]
    } else if service.spec.clusterIP.isEmpty, let first = service.spec.clusterIPs.first {
      service.spec.clusterIP = first
    }
  }

  /// What Services have learned since 1.20.
  private static func applyNewer(to service: inout Service) {
    if service.spec.type == "ExternalName" { return }
    if service.spec.internalTrafficPolicy.isEmpty { service.spec.internalTrafficPolicy = "Cluster" }
    if service.spec.type == "LoadBalancer", service.spec.allocateLoadBalancerNodePorts == nil {
      service.spec.allocateLoadBalancerNodePorts = true
    }
    if service.spec.ipFamilyPolicy.isEmpty {
      service.spec.ipFamilyPolicy =
        service.spec.isHeadless && service.spec.selector.isEmpty ? "RequireDualStack" : "SingleStack"
    }
    if service.spec.ipFamilies.isEmpty { service.spec.ipFamilies = ["IPv4"] }
  }

  private static func apply(to port: inout ServicePort) {
    if port.protocol.isEmpty { port.protocol = "TCP" }
    if port.targetPort.isVacant { port.targetPort = PortTarget(port.port) }
  }

  /// What a Service of another type than before must not keep.
  static func dropTypeDependent(_ service: inout Service, old: Service) {
    let (before, after) = (old.spec, service.spec)
    if before.wantsNodePorts, !after.wantsNodePorts {
      for index in service.spec.ports.indices
      where before.ports.contains(where: { $0.nodePort == after.ports[index].nodePort }) {
        service.spec.ports[index].nodePort = 0
      }
    }
    let wasExternal = before.type == "NodePort" || before.type == "LoadBalancer"
    let isExternal = after.type == "NodePort" || after.type == "LoadBalancer"
    if wasExternal, !isExternal, before.externalTrafficPolicy == after.externalTrafficPolicy {
      service.spec.externalTrafficPolicy = ""
    }
    if before.wantsClusterIP, after.type == "ExternalName", before.clusterIP == after.clusterIP {
      service.spec.clusterIP = ""
      service.spec.clusterIPs = []
    }
  }

  /// A limit range says more than it is told: a maximum is a default, and a default limit a default request.
  static func apply(to range: inout LimitRange) {
    for index in range.spec.limits.indices where range.spec.limits[index].type == "Container" {
      var item = range.spec.limits[index]
      for name in item.max.names where item.default[name] == nil { item.default[name] = item.max[name] }
      for name in item.default.names where item.defaultRequest[name] == nil {
        item.defaultRequest[name] = item.default[name]
      }
      for name in item.min.names where item.defaultRequest[name] == nil { item.defaultRequest[name] = item.min[name] }
      range.spec.limits[index] = item
    }
  }

  /// Subjects of a binding belong to a group of the API, service accounts excepted.
  static func apply(to subjects: inout [RoleSubject], _ role: inout RoleReference) {
    if role.apiGroup.isEmpty { role.apiGroup = "rbac.authorization.k8s.io" }
    for index in subjects.indices where subjects[index].apiGroup.isEmpty && subjects[index].kind != "ServiceAccount" {
      subjects[index].apiGroup = "rbac.authorization.k8s.io"
    }
  }
}
