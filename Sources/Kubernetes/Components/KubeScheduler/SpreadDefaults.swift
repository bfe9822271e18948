import Clockwork

// Which Pods belong together, for Pods that say nothing about how they are to be spread.
extension KubeScheduler {
  /// Kinds that are only looked up when a Pod is scheduled; news about them decide nothing by themselves.
  static let reference: [Kind] = [.service, .replicaSet, .namespace, .podDisruptionBudget]

  /// Takes such news in at once.
  mutating func lookUpNews() {
    for index in client.informers.indices where KubeScheduler.reference.contains(client.informers[index].kind) {
      while let (event, _) = client.informers[index].handle() { note(event.object, isGone: event.type == .deleted) }
    }
  }

  mutating func note(_ object: Object, isGone: Bool) {
    if object.kind == .namespace { cache.namespaces[object.name] = isGone ? [:] : object.metadata.labels }
  }

  /// The Pods of the same Services and of the same ReplicaSet; nil where there is neither.
  ///
  /// Then the defaults left out every node without the label of a zone, so without zones they decided nothing.
  func defaults(of pod: Pod) -> LabelSelector? {
    if version == .then, !cache.hasZones { return nil }
    if !pod.spec.topologySpreadConstraints.isEmpty { return nil }
    let namespace = pod.metadata.namespace
    var labels: Table<String, String> = [:]
    var owner: Object? = nil
    for informer in client.informers {
      switch informer.kind {
      case .service:
        informer.cache.forEach(from: ObjectKey(.service, namespace, "")) { key, service in
          guard key.namespace == namespace else { return false }
          let selector = service.as(Service.self)?.spec.selector ?? [:]
          if !selector.isEmpty, LabelSelector(matchLabels: selector).matches(pod.metadata.labels) {
            selector.forEach { labels[$0] = $1 }
          }
          return true
        }
      case .replicaSet:
        guard let reference = pod.metadata.controller, reference.kind == Kind.replicaSet.name else { continue }
        owner = informer[ObjectKey(.replicaSet, namespace, reference.name)]
      default: continue
      }
    }
    var selector = LabelSelector(matchLabels: labels)
    if let owner = owner?.as(ReplicaSet.self), case .success(let other) = LabelSelector.read(owner.spec.selector) {
      selector = LabelSelector(selector.requirements + other.requirements)
    }
    return selector.isEmpty ? nil : selector
  }
}
