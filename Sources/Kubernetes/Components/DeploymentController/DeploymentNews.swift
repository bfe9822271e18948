import Clockwork

// What the Deployment controller hears, and whose look it calls for.
extension DeploymentController {
  /// Pods that come and change are taken in at once: only the last that goes is waited for (Recreate).
  mutating func passOver() {
    for index in core.client.informers.indices where core.client.informers[index].kind == .pod {
      while let next = core.client.informers[index].next, next.type != .deleted {
        guard let (event, before) = core.client.informers[index].handle() else { break }
        pods.follow(event, before: before)
      }
    }
  }

  mutating func observe(_ event: WatchEvent, _ before: Object?) {
    switch event.object.kind {
    case .deployment: core.queue.add(event.object.key)
    case .replicaSet:
      sets.follow(event, before: before)
      replicaSet(event, before)
    case .pod:
      pods.follow(event, before: before)
      if event.type == .deleted { podGone(event.object) }
    default: break
    }
  }

  private mutating func replicaSet(_ event: WatchEvent, _ before: Object?) {
    let owner = event.object.metadata.controller
    let old = before?.metadata.controller
    if let old, old.uid != owner?.uid { enqueue(old, event.object.namespace) }
    if let owner { return enqueue(owner, event.object.namespace) }
    let isSame = before?.metadata.labels == event.object.metadata.labels && old == nil && before != nil
    if isSame || event.type == .deleted { return }
    // An orphan: whoever selects it may adopt it.
    for candidate in core.informer(.deployment).objects where candidate.namespace == event.object.namespace {
      if selector(of: candidate).matches(event.object.metadata.labels) { core.queue.add(candidate.key) }
    }
  }

  private mutating func enqueue(_ owner: OwnerReference, _ namespace: String) {
    let key = ObjectKey(.deployment, namespace, owner.name)
    if owner.kind == "Deployment", core[key]?.uid == owner.uid { core.queue.add(key) }
  }

  /// Recreate waits for the last old Pod.
  private mutating func podGone(_ pod: Object) {
    guard let owner = pod.metadata.controller, owner.kind == "ReplicaSet",
      let set = core[ObjectKey(.replicaSet, pod.namespace, owner.name)], set.uid == owner.uid,
      let deployment = set.metadata.controller,
      let object = core[ObjectKey(.deployment, pod.namespace, deployment.name)],
      object.as(Deployment.self)?.spec.strategy.type == "Recreate"
    else { return }
    for key in sets.keys(of: object.uid) {
      if let uid = core[key]?.uid, !pods.keys(of: uid).isEmpty { return }
    }
    core.queue.add(object.key)
  }

  private func selector(of object: Object) -> LabelSelector {
    guard let deployment = object.as(Deployment.self),
      case .success(let selector) = LabelSelector.read(deployment.spec.selector)
    else { return .nothing }
    return selector
  }

  /// Orphans that the selector matches are adopted; own ReplicaSets that it does not match any more are released.
  func claims(of object: Object, _ deployment: Deployment) -> [ControllerCore.Write] {
    if deployment.metadata.deletionTimestamp != nil { return [] }
    let selector = selector(of: object)
    var writes: [ControllerCore.Write] = []
    for key in sets.orphans(in: object.namespace) {
      guard let set = core[key], set.metadata.deletionTimestamp == nil else { continue }
      if selector.matches(set.metadata.labels) { writes.append(.adopt(set, by: object, core.client.user)) }
    }
    for key in sets.keys(of: object.uid) {
      guard let set = core[key], !selector.matches(set.metadata.labels) else { continue }
      writes.append(.release(set, from: object.uid, core.client.user))
    }
    return writes
  }
}

extension ControllerCore.Write {
  /// Makes an owner responsible for an orphan.
  static func adopt(_ object: Object, by owner: Object, _ user: String) -> ControllerCore.Write {
    let reference = OwnerReference(controller: owner).tree
    return change(object, [Value.Entry("ownerReferences", .list([reference]))], user)
  }

  /// Makes an orphan of an object that an owner does not want any more.
  static func release(_ object: Object, from uid: String, _ user: String) -> ControllerCore.Write {
    let mark: Value = .map(("$patch", "delete"), ("uid", .string(uid)))
    return change(object, [Value.Entry("ownerReferences", .list([mark]))], user)
  }

  private static func change(_ object: Object, _ entries: [Value.Entry], _ user: String) -> ControllerCore.Write {
    var request = Request(id: 0, user: user, verb: .patch, key: object.key)
    let metadata = entries + [Value.Entry("uid", .string(object.uid))]
    request.body = .patch(.strategic, .map(("metadata", .map(metadata))))
    return ControllerCore.Write("patch", .object(object.key), request)
  }
}
