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
    if let old = before?.node, !KubeScheduler.mayHelp(old, node) { return }
    guard version == .now, let info = cache.node(event.object.name) else {
      queue.moveAll(at: now)
      return
    }
    // Newer releases ask each plugin first whether the change can help the Pod.
    let profile = profile
    queue.moveAll(at: now) { profile.filter($0.demand, info) == nil }
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
      let held = cache.holds(key)
      cache.forget(key)
      if held { podLeft(at: now) }
      return
    }
    if !pod.spec.nodeName.isEmpty {
      cache.confirm(key, pod)
      return
    }
    guard pod.spec.schedulerName == KubeScheduler.schedulerName, !cache.isAssumed(key) else { return }
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
  mutating func podLeft(at now: Time) {
    if version == .then {
      queue.moveAll(at: now)
      return
    }
    let profile = profile
    let nodes = cache.nodes
    queue.moveAll(at: now) { entry in nodes.contains { profile.filter(entry.demand, $0) == nil } }
  }
}
