import Clockwork

// What the ReplicaSet controller hears, and whose count it changes.
extension ReplicaSetController {
  mutating func observe(_ event: WatchEvent, _ before: Object?, at now: Time) {
    switch event.object.kind {
    case .replicaSet:
      families.follow(event, before: before)
      let isOther = before.map { $0.uid != event.object.uid } ?? false
      if event.type == .deleted || isOther { expectations.forget(event.object.key) }
      core.queue.add(event.object.key)
    case .pod:
      counts.follow(event, before: before)
      pod(event, before, at: now)
    default: break
    }
  }

  private mutating func pod(_ event: WatchEvent, _ before: Object?, at now: Time) {
    let object = event.object
    let owner = object.metadata.controller
    let old = before?.metadata.controller
    if let old, old.uid != owner?.uid, let key = key(of: old, object.namespace) { core.queue.add(key) }
    guard let owner else {
      if event.type != .deleted { enqueueCandidates(object, before) }
      return
    }
    guard let key = key(of: owner, object.namespace) else { return }
    if event.type == .deleted || object.metadata.deletionTimestamp != nil {
      // A marked Pod is gone for its ReplicaSet: nobody waits for the process to end.
      expectations.deleted(object.key, of: key)
    } else if event.type == .added {
      expectations.created(of: key)
    }
    core.queue.add(key)
    becomesAvailable(object, before, key, at: now)
  }

  /// A Pod that has just become ready is available only after a while: somebody must look then.
  private mutating func becomesAvailable(_ object: Object, _ before: Object?, _ key: ObjectKey, at now: Time) {
    guard let seconds = core[key]?.as(ReplicaSet.self)?.spec.minReadySeconds, seconds > 0 else { return }
    let isReady = object.pod?.status[condition: "Ready"]?.status == "True"
    let wasReady = before?.pod?.status[condition: "Ready"]?.status == "True"
    if isReady, !wasReady { core.queue.add(key, at: now + (seconds + 1) * 1000) }
  }

  /// The ReplicaSet that an owner reference means, if it is still the same one.
  private func key(of owner: OwnerReference, _ namespace: String) -> ObjectKey? {
    guard owner.kind == "ReplicaSet" else { return nil }
    let key = ObjectKey(.replicaSet, namespace, owner.name)
    return core[key]?.uid == owner.uid ? key : nil
  }

  /// An orphan: whoever selects it may adopt it.
  private mutating func enqueueCandidates(_ object: Object, _ before: Object?) {
    if let before, before.metadata.labels == object.metadata.labels, before.metadata.controller == nil { return }
    for candidate in core.informer(.replicaSet).objects where candidate.namespace == object.namespace {
      if selector(of: candidate).matches(object.metadata.labels) { core.queue.add(candidate.key) }
    }
  }

  private func selector(of object: Object) -> LabelSelector {
    guard let set = object.as(ReplicaSet.self), case .success(let selector) = LabelSelector.read(set.spec.selector)
    else { return .nothing }
    return selector
  }

  /// Orphans that the selector matches are adopted; Pods that it does not match any more are released.
  func claims(of object: Object, _ set: ReplicaSet) -> [ControllerCore.Write] {
    if set.metadata.deletionTimestamp != nil { return [] }
    var writes: [ControllerCore.Write] = []
    let orphans = counts.orphans(in: object.namespace)
    let strangers = counts[set.metadata.uid].strays
    if orphans.isEmpty, strangers.isEmpty { return [] }
    let selector = selector(of: object)
    for key in orphans {
      guard let pod = core[key]?.pod, PodCounts.Facts(pod).isActive, selector.matches(pod.metadata.labels) else {
        continue
      }
      writes.append(.adopt(Object(pod: pod), by: object, core.client.user))
    }
    for key in strangers.keys {
      guard let pod = core[key], !selector.matches(pod.metadata.labels) else { continue }
      writes.append(.release(pod, from: object.uid, core.client.user))
    }
    return writes
  }
}
