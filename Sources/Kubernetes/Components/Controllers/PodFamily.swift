import Clockwork

/// Which Pods belong to the objects of one kind, and whom an event of a Pod concerns.
///
/// Pods of other kinds of owners are no news: the loop hears of them and nothing follows.
struct PodFamily: Sendable {
  let kind: Kind
  private var index = OwnerIndex()

  init(_ kind: Kind) {
    self.kind = kind
  }

  /// The keys of the Pods of an owner.
  func keys(of uid: String) -> [ObjectKey] { index.keys(of: uid) }

  /// Follows one event of a Pod.
  mutating func follow(_ event: WatchEvent, before: Object?) {
    if isStranger(event.object), before.map({ isStranger($0) }) ?? true { return }
    index.follow(event, before: before)
  }

  mutating func add(_ object: Object) {
    if !isStranger(object) { index.add(object) }
  }

  mutating func removeAll() { index.removeAll() }

  /// Whether somebody of another kind is responsible for a Pod.
  private func isStranger(_ object: Object) -> Bool {
    guard let owner = object.metadata.controller else { return false }
    return owner.kind != kind.name
  }

  /// The owners that have to look because of an event.
  func concerned(_ event: WatchEvent, before: Object?, _ core: ControllerCore) -> [ObjectKey] {
    let object = event.object
    let owner = object.metadata.controller
    var keys: [ObjectKey] = []
    if let old = before?.metadata.controller, old.uid != owner?.uid, let key = key(of: old, object.namespace, core) {
      keys.append(key)
    }
    if let owner {
      if let key = key(of: owner, object.namespace, core) { keys.append(key) }
      return keys
    }
    if event.type == .deleted { return keys }
    // An orphan: whoever selects it may adopt it.
    if let before, before.metadata.labels == object.metadata.labels, before.metadata.controller == nil { return keys }
    for candidate in core.informer(kind).objects where candidate.namespace == object.namespace {
      if candidate.podSelector.matches(object.metadata.labels) { keys.append(candidate.key) }
    }
    return keys
  }

  /// The owner that a reference means, if it is still the same one.
  func key(of owner: OwnerReference, _ namespace: String, _ core: ControllerCore) -> ObjectKey? {
    guard owner.kind == kind.name else { return nil }
    let key = ObjectKey(kind, namespace, owner.name)
    return core[key]?.uid == owner.uid ? key : nil
  }

  /// Orphans that are adopted, and own Pods that the selector does not match any more.
  func claims(by owner: Object, _ core: ControllerCore, admits: (Object) -> Bool) -> [ControllerCore.Write] {
    if owner.metadata.deletionTimestamp != nil { return [] }
    let selector = owner.podSelector
    var writes: [ControllerCore.Write] = []
    for key in index.orphans(in: owner.namespace) {
      guard let pod = core[key], pod.metadata.deletionTimestamp == nil, selector.matches(pod.metadata.labels),
        admits(pod)
      else { continue }
      writes.append(.adopt(pod, by: owner, core.client.user))
    }
    for key in keys(of: owner.uid) {
      guard let pod = core[key], !selector.matches(pod.metadata.labels) else { continue }
      writes.append(.release(pod, from: owner.uid, core.client.user))
    }
    return writes
  }
}

extension Object {
  /// Which Pods an object means by its selector.
  var podSelector: LabelSelector {
    let given =
      self.as(StatefulSet.self)?.spec.selector ?? self.as(DaemonSet.self)?.spec.selector
      ?? self.as(BatchJob.self)?.spec.selector
    guard let given, case .success(let selector) = LabelSelector.read(given) else { return .nothing }
    return selector
  }
}

extension Pod {
  /// Whether the Pod has ended, well or badly.
  var hasEnded: Bool { status.phase == "Succeeded" || status.phase == "Failed" }
  var isEnding: Bool { metadata.deletionTimestamp != nil }
  var isReady: Bool { status[condition: "Ready"]?.status == "True" }

  /// Ready for so long that it counts as available.
  func isAvailable(after seconds: Int64, at now: Time) -> Bool {
    guard let ready = status[condition: "Ready"], ready.status == "True" else { return false }
    if seconds == 0 { return true }
    guard let since = ready.lastTransitionTime else { return false }
    return since.milliseconds + seconds * 1000 <= now
  }
}
