import Clockwork

// The event handlers: what a watch event does to the queue and to the sums of the nodes.
extension KubeScheduler {
  mutating func observe(_ event: WatchEvent, _ before: Object?, at now: Time) {
    switch event.object.kind {
    case .node: observeNode(event, before, at: now)
    default: observePod(event, before, at: now)
    }
  }

  private mutating func observeNode(_ event: WatchEvent, _ before: Object?, at now: Time) {
    guard let node = event.object.node else { return }
    if event.type == .deleted {
      cache.remove(node: event.object.name)
      return
    }
    cache.set(node)
    let old = before?.node
    if let old, !KubeScheduler.mayHelp(old, node) { return }
    if version == .then {
      queue.moveAll(at: now)
      return
    }
    // Newer releases ask each plugin that refused the Pod whether the change can help it.
    let hint = QueueingHint(.now)
    let info = NodeInfo(node)
    let earlier = old.map { NodeInfo($0) }
    queue.moveAll(at: now) { entry in hint.helps(entry.info, refusedBy: entry.refusedBy, node: info, before: earlier) }
  }

  /// Whether a Node changed in a way that filters look at; a heartbeat does not count.
  private static func mayHelp(_ old: Node, _ new: Node) -> Bool {
    if old.spec.unschedulable != new.spec.unschedulable { return !new.spec.unschedulable }
    if old.status.allocatable != new.status.allocatable || old.metadata.labels != new.metadata.labels { return true }
    if old.spec.taints != new.spec.taints { return true }
    func statuses(_ node: Node) -> [String] { node.status.conditions.map { "\($0.type)=\($0.status)" } }
    return statuses(old) != statuses(new)
  }

  private mutating func observePod(_ event: WatchEvent, _ before: Object?, at now: Time) {
    let key = event.object.key
    guard let pod = event.object.pod else { return }
    // The real informer leaves out Pods that have ended: for the scheduler they are gone.
    let isGone = event.type == .deleted || pod.status.phase == "Succeeded" || pod.status.phase == "Failed"
    if isGone || !pod.spec.nodeName.isEmpty { queue.remove(key) }
    if isGone {
      if let left = cache.forget(key) { podLeft(left, at: now) }
      return
    }
    if !pod.spec.nodeName.isEmpty {
      let asksAnew = before?.pod.map { $0.content.spec != pod.content.spec } ?? true
      let isNew = !cache.holds(key) || before?.pod?.spec.nodeName.isEmpty == true
      cache.confirm(pod, version, asksAnew: asksAnew)
      podCame(pod, before?.pod, isNew: isNew, at: now)
      return
    }
    guard profiles.contains(where: { $0.name == pod.spec.schedulerName }), !cache.isAssumed(key) else { return }
    if version == .now, !pod.spec.schedulingGates.isEmpty { return }
    if queue[key] == nil {
      queue.add(event.object, pod)
    } else {
      let moves = version == .then || KubeScheduler.changed(before?.pod, pod)
      queue.update(event.object, pod, moves: moves, atOnce: version == .then, at: now)
    }
  }

  /// Whether more than the status changed.
  ///
  /// 1.20 takes every update for a change, its own condition included, because the API server notes the writer
  /// in `managedFields`: that is why it tries an unschedulable Pod twice within milliseconds.
  private static func changed(_ old: Pod?, _ new: Pod) -> Bool {
    guard let old else { return true }
    return old.spec != new.spec || old.metadata.labels != new.metadata.labels
      || old.metadata.annotations != new.metadata.annotations
  }

  /// A Pod that had a node is gone: there may be room now.
  mutating func podLeft(_ pod: PodInfo, at now: Time) {
    if version == .then {
      queue.moveAll(at: now)
      return
    }
    let hint = QueueingHint(.now)
    let namespaces = cache.namespaces
    queue.moveAll(at: now) { hint.helps($0.info, refusedBy: $0.refusedBy, gone: pod, namespaces) }
  }

  /// A Pod has a node now, or changed there: others may want to be beside it.
  private mutating func podCame(_ pod: Pod, _ before: Pod?, isNew: Bool, at now: Time) {
    if queue.unschedulableKeys.isEmpty { return }
    if let before, !isNew, before.metadata.labels == pod.metadata.labels,
      (before.metadata.deletionTimestamp == nil) == (pod.metadata.deletionTimestamp == nil)
    {
      return
    }
    let info = PodInfo(pod, version)
    let hint = QueueingHint(version)
    let namespaces = cache.namespaces
    queue.moveAll(at: now) { hint.helps($0.info, refusedBy: $0.refusedBy, arrived: info, namespaces) }
  }
}
