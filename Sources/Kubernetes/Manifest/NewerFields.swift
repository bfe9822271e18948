// Fields that the old release does not know: its API server forgets them when it decodes an object.
extension Defaulting {
  static func dropNewer(_ object: inout Object, version: Version) {
    guard version == .then else { return }
    switch object.content {
    case .pod:
      if let pod = object.pod, pod.spec.hasSidecars { object.updatePod { $0.spec.dropSidecars() } }
    case .deployment: object.update(Deployment.self) { drop(&$0.spec.template) }
    case .replicaSet: object.update(ReplicaSet.self) { drop(&$0.spec.template) }
    case .job: object.update(BatchJob.self) { drop(&$0.spec.template) }
    default:
      // Each does something only where the object is of its kind.
      object.update(StatefulSet.self) { drop(&$0.spec.template) }
      object.update(DaemonSet.self) { drop(&$0.spec.template) }
      object.update(CronJob.self) { drop(&$0.spec.jobTemplate.spec.template) }
    }
  }

  private static func drop(_ template: inout PodTemplateSpec) {
    if template.spec.hasSidecars { template.spec.dropSidecars() }
  }
}

extension PodSpec {
  /// Whether a container has a restartPolicy of its own, which came with sidecars (1.28).
  fileprivate var hasSidecars: Bool {
    for container in initContainers where !container.restartPolicy.isEmpty { return true }
    for container in containers where !container.restartPolicy.isEmpty { return true }
    return false
  }

  fileprivate mutating func dropSidecars() {
    for index in initContainers.indices { initContainers[index].restartPolicy = "" }
    for index in containers.indices { containers[index].restartPolicy = "" }
  }
}
