import Clockwork

// What storage sets itself in Services, quotas and namespaces.
extension Strategy {
  static func prepareTypedForCreate(_ object: inout Object, version: Version) {
    prepareSetsForCreate(&object, version: version)
    object.update(Service.self) { $0.status = ServiceStatus() }
    object.update(ResourceQuota.self) { $0.status = ResourceQuotaStatus() }
    object.update(EndpointSlice.self) { $0.metadata.generation = 1 }
    if case .opaque(var entries) = object.content, hasStatus(object.kind) {
      entries.removeAll { $0.key == "status" }
      if object.kind == .persistentVolumeClaim {
        entries.append(Value.Entry("status", .map(("phase", "Pending"))))
      }
      if object.kind == .ingress { entries.append(Value.Entry("status", .map(("loadBalancer", .emptyMap)))) }
      object.content = .opaque(entries.sorted { $0.key < $1.key })
      if object.kind != .persistentVolumeClaim { object.metadata.generation = 1 }
    }
    if object.kind == .persistentVolumeClaim, !object.metadata.finalizers.contains("kubernetes.io/pvc-protection") {
      object.metadata.finalizers.append("kubernetes.io/pvc-protection")
    }
  }

  private static func hasStatus(_ kind: Kind) -> Bool {
    [.persistentVolumeClaim, .persistentVolume, .ingress, .networkPolicy].contains(kind)
  }

  static func prepareTypedForUpdate(_ object: inout Object, old: Object, version: Version) {
    prepareSetsForUpdate(&object, old: old, version: version)
    if let stored = old.as(Service.self) {
      object.update(Service.self) { service in
        service.status = stored.status
        Defaulting.apply(to: &service, version: version)
        Defaulting.dropTypeDependent(&service, old: stored)
      }
    }
    if let stored = old.as(ResourceQuota.self) {
      object.update(ResourceQuota.self) { $0.status = stored.status }
    }
    if let stored = old.as(EndpointSlice.self) {
      object.update(EndpointSlice.self) { slice in
        slice.metadata.generation = stored.metadata.generation
        let isSame = slice.endpoints == stored.endpoints && slice.ports == stored.ports
        // Labels count as well: who reads slices selects by them.
        if !isSame || slice.metadata.labels != stored.metadata.labels { slice.metadata.generation += 1 }
      }
    }
    if let stored = old.asNamespace, var namespace = object.asNamespace {
      namespace.spec.finalizers = stored.spec.finalizers
      namespace.status = stored.status
      object = Object(namespace: namespace)
    }
    object.update(LimitRange.self) { Defaulting.apply(to: &$0) }
    if case .opaque(let stored) = old.content, case .opaque(let entries) = object.content, hasStatus(object.kind) {
      func spec(_ entries: [Value.Entry]) -> Value? { entries.first { $0.key == "spec" }?.value }
      object.metadata.generation = old.metadata.generation
      if spec(stored) != spec(entries), object.kind != .persistentVolumeClaim { object.metadata.generation += 1 }
    }
  }

  static func prepareTypedForStatusUpdate(_ object: inout Object, old: Object) {
    prepareSetsForStatusUpdate(&object, old: old)
    if let stored = old.as(Service.self) {
      object.update(Service.self) { service in
        service.spec = stored.spec
        keepLife(&service.metadata, stored.metadata)
      }
    }
    if let stored = old.as(ResourceQuota.self) {
      object.update(ResourceQuota.self) { quota in
        quota.spec = stored.spec
        keepLife(&quota.metadata, stored.metadata)
      }
    }
    if let stored = old.asNamespace, var namespace = object.asNamespace {
      namespace.spec = stored.spec
      keepLife(&namespace.metadata, stored.metadata)
      object = Object(namespace: namespace)
    }
  }
}
