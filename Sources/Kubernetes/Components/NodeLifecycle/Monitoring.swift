import Clockwork

// What the node lifecycle controller does about a node at a look.
extension NodeLifecycleController {
  typealias Write = ControllerCore.Write

  /// With no node left that is ready, the fault is probably the controller's own: nobody is driven off.
  var isBraked: Bool { lost > 0 && lost == ready.count }

  /// How long the next node has to wait for its taint, or nothing where it gets none for now.
  private var pause: Time? {
    if isBraked { return nil }
    // One node in ten seconds; where most of a zone is lost, one in a hundred, and in a small cluster none.
    guard lost > 2, lost * 100 >= ready.count * 55 else { return 10_000 }
    return ready.count > 50 ? 100_000 : nil
  }

  mutating func monitor(_ name: String, _ out: inout KubeOutbox) {
    restless[name] = nil
    guard let object = core[ObjectKey(.node, "", name)], let node = object.node else {
      health.remove(name)
      return
    }
    let isOverdue = health.lastSeen(name).map { $0 + grace <= out.now } ?? false
    if isOverdue, !health.isSilent(name) {
      health.silence(name)
      if node.status[condition: "Ready"]?.status != "Unknown" {
        let seconds = grace / 1000
        out.note(Fact("fact.node-controller.silent", ("node", .string(name)), ("seconds", .integer(seconds))))
        core.plan([unknown(object, node, out.now)] + unready(name, out.now), for: Self.item(name), at: out.now)
        return
      }
    }
    if unfinished[name] != nil, node.status[condition: "Ready"]?.status == "Unknown" {
      unfinished[name] = nil
      let writes = unready(name, out.now)
      if !writes.isEmpty { return core.plan(writes, for: Self.item(name), at: out.now) }
    }
    taint(object, node, &out)
  }

  /// Nobody knows how the node is.
  private func unknown(_ object: Object, _ node: Node, _ now: Time) -> Write {
    var changed = node
    for type in ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"] {
      let old = node.status[condition: type]
      var condition = NodeCondition(type: type, status: "Unknown")
      condition.reason = old == nil ? "NodeStatusNeverUpdated" : "NodeStatusUnknown"
      condition.message = old == nil ? text.neverPosted : text.stoppedPosting
      condition.lastHeartbeatTime = old?.lastHeartbeatTime ?? node.metadata.creationTimestamp
      condition.lastTransitionTime = old?.status == "Unknown" ? old?.lastTransitionTime : Timestamp(now)
      changed.status[condition: type] = condition
    }
    var request = Request(id: 0, user: "", verb: .update, key: object.key)
    request.subresource = "status"
    request.body = .object(Object(node: changed))
    var write = Write("report", .object(object.key), request)
    write.tag = "node"
    return write
  }

  /// The Pods of a silent node are not ready any more; their containers may well go on.
  private func unready(_ name: String, _ now: Time) -> [Write] {
    var writes: [Write] = []
    for key in pods[name]?.keys ?? [] {
      guard let object = core[key], let pod = object.pod, var ready = pod.status[condition: "Ready"] else { continue }
      if ready.status == "False" { continue }
      ready.status = "False"
      ready.lastTransitionTime = Timestamp(now)
      var changed = pod
      changed.status[condition: "Ready"] = ready
      var request = Request(id: 0, user: "", verb: .update, key: key)
      request.subresource = "status"
      request.body = .object(Object(pod: changed))
      var write = Write("report", .object(key), request)
      write.batch = 1
      write.tag = "pod"
      writes.append(write)
    }
    return writes
  }

  /// Pods are driven off a node that was found lost at an earlier look, and let be on one that is back.
  private mutating func taint(_ object: Object, _ node: Node, _ out: inout KubeOutbox) {
    let wanted = isBraked ? nil : NodeTaints.ready(node)
    guard let taints = NodeTaints.driving(node, wanted, at: out.now) else { return }
    let isNew = taints.count > node.spec.taints.count
    if isNew {
      guard let pause else {
        out.note(Fact("fact.node-controller.braked"))
        return
      }
      if out.now < nextTaint {
        restless[object.name] = nextTaint
        return
      }
      nextTaint = out.now + pause
    }
    core.plan([NodeTaints.write(object, taints, "taint")], for: Self.item(object.name), at: out.now)
  }

  /// An answer to one of its writes.
  mutating func settle(_ answer: ControllerCore.Answer, at now: Time) {
    let isGone = answer.response.code == 404
    guard answer.isSuccess || isGone else {
      if answer.write.tag == "pod" { unfinished[answer.item.name] = true }
      if answer.write.tag == "node" {
        // It is as silent as before, and looked at again.
        health.hear(of: answer.item.name, at: now - grace)
      }
      core.fail(answer.item, at: now)
      return
    }
    if answer.isSuccess, let object = answer.response.object {
      if answer.write.tag == "node" {
        tell(object, "NodeNotReady", text.nodeStatus(object.name, "NodeNotReady"), now)
      } else if answer.write.tag == "pod" {
        let about = ObjectReference(to: object)
        core.recorder.record(EventRecorder.Note("Warning", "NodeNotReady", text.nodeNotReady, about: about), at: now)
      }
    }
    core.proceed(answer.item, at: now)
  }
}
