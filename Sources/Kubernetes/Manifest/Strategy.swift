import Clockwork

/// What the storage layer of the API server sets or resets itself, whatever the client sent.
public enum Strategy {
  /// Prepares an object for its first write: a client cannot create a status.
  public static func prepareForCreate(_ object: inout Object, version: Version) {
    switch object.content {
    case .pod:
      object.updatePod { pod in
        pod.status = PodStatus(phase: "Pending")
        pod.status.qosClass = qualityOfService(pod).rawValue
        pod.metadata.generation = version == .now ? 1 : 0
        if version == .now, !pod.spec.schedulingGates.isEmpty {
          var gated = PodCondition(type: "PodScheduled", status: "False", reason: "SchedulingGated")
          gated.message = "Scheduling is blocked due to non-empty scheduling gates"
          gated.observedGeneration = 1
          pod.status.conditions = [gated]
        }
      }
    case .namespace:
      guard var namespace = object.asNamespace else { return }
      namespace.status = NamespaceStatus()
      namespace.status.phase = "Active"
      if !namespace.spec.finalizers.contains("kubernetes") { namespace.spec.finalizers.append("kubernetes") }
      object = Object(namespace: namespace)
    case .deployment:
      object.update(Deployment.self) { $0.status = DeploymentStatus() }
      object.metadata.generation = 1
    case .replicaSet:
      object.update(ReplicaSet.self) { $0.status = ReplicaSetStatus() }
      object.metadata.generation = 1
    case .autoscaler: object.update(HorizontalPodAutoscaler.self) { $0.status = AutoscalerStatus() }
    default: prepareTypedForCreate(&object, version: version)
    }
  }

  /// Prepares an update through the main resource: the status stays as stored.
  public static func prepareForUpdate(_ object: inout Object, old: Object, version: Version) {
    Defaulting.dropNewer(&object, version: version)
    keepIdentity(&object, old: old)
    if let stored = old.pod {
      object.updatePod { pod in
        pod.status = stored.status
        pod.metadata.generation = stored.metadata.generation
        if version == .now, pod.spec != stored.spec { pod.metadata.generation += 1 }
      }
    }
    if let stored = old.node { object.updateNode { $0.status = stored.status } }
    workload(&object, old: old)
    if let stored = old.as(HorizontalPodAutoscaler.self) {
      object.update(HorizontalPodAutoscaler.self) { $0.status = stored.status }
    }
    if case .opaque(let entries) = old.content { keep("status", of: entries, in: &object) }
    prepareTypedForUpdate(&object, old: old, version: version)
  }

  /// A change of the wish makes a new generation: a status tells by it which wish it is about.
  private static func workload(_ object: inout Object, old: Object) {
    if let stored = old.as(Deployment.self) {
      object.update(Deployment.self) { deployment in
        Defaulting.apply(to: &deployment)
        deployment.status = stored.status
        let isSame =
          deployment.spec == stored.spec
          && deployment.metadata.annotations == stored.metadata.annotations
        deployment.metadata.generation = stored.metadata.generation + (isSame ? 0 : 1)
      }
    }
    if let stored = old.as(ReplicaSet.self) {
      object.update(ReplicaSet.self) { set in
        Defaulting.apply(to: &set)
        set.status = stored.status
        set.metadata.generation = stored.metadata.generation + (set.spec == stored.spec ? 0 : 1)
      }
    }
  }

  /// One top-level field of an object that the model stores without looking into it stays as it is.
  private static func keep(_ name: String, of stored: [Value.Entry], in object: inout Object) {
    guard case .opaque(var entries) = object.content else { return }
    entries.removeAll { $0.key == name }
    entries += stored.filter { $0.key == name }
    object.content = .opaque(entries.sorted { $0.key < $1.key })
  }

  /// Prepares an update through the status subresource: everything but the status stays as stored.
  public static func prepareForStatusUpdate(_ object: inout Object, old: Object) {
    keepIdentity(&object, old: old)
    if let stored = old.pod {
      object.updatePod { pod in
        pod.spec = stored.spec
        // A Pod's quality of service follows from its spec, which cannot change it any more.
        pod.status.qosClass = stored.status.qosClass
        keepLife(&pod.metadata, stored.metadata)
      }
    }
    if let stored = old.node {
      object.updateNode { node in
        node.spec = stored.spec
        keepLife(&node.metadata, stored.metadata)
      }
    }
    if let stored = old.as(Deployment.self) {
      object.update(Deployment.self) { deployment in
        deployment.spec = stored.spec
        deployment.metadata.labels = stored.metadata.labels
        keepLife(&deployment.metadata, stored.metadata)
      }
    }
    if let stored = old.as(ReplicaSet.self) {
      object.update(ReplicaSet.self) { set in
        set.spec = stored.spec
        keepLife(&set.metadata, stored.metadata)
      }
    }
    if let stored = old.as(HorizontalPodAutoscaler.self) {
      object.update(HorizontalPodAutoscaler.self) { $0.spec = stored.spec }
    }
    if case .opaque(let entries) = old.content { keep("spec", of: entries, in: &object) }
    prepareTypedForStatusUpdate(&object, old: old)
  }

  /// What an update can never change; an empty uid means the stored one.
  private static func keepIdentity(_ object: inout Object, old: Object) {
    var metadata = object.metadata
    metadata.creationTimestamp = old.metadata.creationTimestamp
    if metadata.uid.isEmpty { metadata.uid = old.uid }
    object.metadata = metadata
  }

  /// The marks of a deletion and the owners are not part of a status.
  static func keepLife(_ metadata: inout ObjectMeta, _ stored: ObjectMeta) {
    metadata.deletionTimestamp = stored.deletionTimestamp
    metadata.deletionGracePeriodSeconds = stored.deletionGracePeriodSeconds
    metadata.ownerReferences = stored.ownerReferences
    metadata.generation = stored.generation
  }

  /// Guaranteed, Burstable or BestEffort, from what all containers ask for.
  public static func qualityOfService(_ pod: Pod) -> QualityOfService {
    var demands: [QualityOfService.Demand] = []
    func add(_ container: Container) {
      let resources = container.resources
      demands.append(
        QualityOfService.Demand(
          requestCPU: resources.requests["cpu"].flatMap { Quantity($0) },
          requestMemory: resources.requests["memory"].flatMap { Quantity($0) },
          limitCPU: resources.limits["cpu"].flatMap { Quantity($0) },
          limitMemory: resources.limits["memory"].flatMap { Quantity($0) }
        )
      )
    }
    for container in pod.spec.initContainers { add(container) }
    for container in pod.spec.containers { add(container) }
    return QualityOfService.of(demands)
  }
}
