import Clockwork

/// Whose Pods an autoscaler means: its target's selector, and who made the Pods.
struct VerticalTargets {
  /// What the component has seen of workloads.
  let client: Client

  static let kinds: [Kind] = [.deployment, .replicaSet, .statefulSet, .daemonSet, .job]

  /// The informers that are needed to answer that.
  static var informers: [Informer] { kinds.map { Informer($0) } }

  private func object(_ key: ObjectKey) -> Object? {
    for informer in client.informers where informer.kind == key.kind { return informer[key] }
    return nil
  }

  /// The object that an autoscaler names, where it is there.
  func target(of autoscaler: VerticalPodAutoscaler) -> Object? {
    guard let reference = autoscaler.spec.targetRef else { return nil }
    for kind in VerticalTargets.kinds where kind.name == reference.kind {
      return object(ObjectKey(kind, autoscaler.metadata.namespace, reference.name))
    }
    return nil
  }

  func selector(of autoscaler: VerticalPodAutoscaler) -> LabelSelector? {
    guard let tree = target(of: autoscaler)?.value else { return nil }
    guard case .success(let selector) = LabelSelector.read(tree.at(["spec", "selector"])) else { return nil }
    return selector
  }

  /// Whether an autoscaler's target made a Pod.
  ///
  /// A ReplicaSet that has not been seen yet is taken at its Pod's word: the selector decides.
  func controls(_ autoscaler: VerticalPodAutoscaler, _ pod: Pod) -> Bool {
    guard pod.metadata.namespace == autoscaler.metadata.namespace, let target = target(of: autoscaler),
      let selector = selector(of: autoscaler), selector.matches(pod.metadata.labels),
      let owner = pod.metadata.controller
    else { return false }
    if owner.kind == target.kind.name { return owner.name == target.name }
    guard owner.kind == Kind.replicaSet.name, target.kind == .deployment else { return false }
    guard let set = object(ObjectKey(.replicaSet, pod.metadata.namespace, owner.name)) else { return true }
    return set.metadata.controller?.name == target.name
  }

  /// How many Pods the owner of a Pod wants; nothing where that is not known.
  func replicas(of owner: OwnerReference, in namespace: String) -> Int64? {
    for kind in VerticalTargets.kinds where kind.name == owner.kind {
      let tree = object(ObjectKey(kind, namespace, owner.name))?.value
      if kind == .daemonSet { return tree?.at(["status", "numberReady"])?.integer }
      return tree?.at(["spec", "replicas"])?.integer
    }
    return nil
  }
}
