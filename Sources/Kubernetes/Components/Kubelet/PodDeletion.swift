import Clockwork

/// The end of a Pod on its node: reports, removal of what is dead, and the final DELETE.
extension Kubelet {
  /// Sends the newest status to the API.
  mutating func report(_ uid: String, _ out: inout KubeOutbox) {
    guard let worker = workers[uid] else { return }
    var request = client.request(.patch, worker.key)
    request.subresource = "status"
    request.body = .status(worker.report.status)
    askers[request.id] = uid
    change(uid) { $0.report.send(request.id) }
    out.note(Fact("fact.kubelet.reported", ("phase", .string(worker.report.status.phase))))
    out.send(.request(request), to: client.apiserver)
  }

  /// Decides what of a Pod can be removed from the runtime.
  ///
  /// Of a living Pod one dead container of each name stays, for its log; of an ending one nothing stays, containers
  /// first and their sandbox after a further look.
  mutating func sweep(_ uid: String, _ events: [PLEG.Event], _ now: Time) {
    guard let worker = workers[uid] else { return }
    let dead = worker.seen.filter { $0.phase == .exited }
    let containers = worker.seen.filter { !$0.isSandbox }
    var chosen: [String] = []
    if worker.isEnding {
      let isOver = version == .then || worker.isGone || worker.life == .terminated
      if isOver, !worker.isWorking, !containers.contains(where: { $0.phase == .running }) {
        chosen = containers.isEmpty ? dead.map { $0.id } : containers.map { $0.id }
      }
    } else {
      for event in events where event.change == .died {
        guard let name = dead.first(where: { $0.id == event.id })?.name, !name.isEmpty else { continue }
        chosen += dead.filter { $0.name == name }.dropLast().map { $0.id }
      }
      for sandbox in worker.sandboxes.dropFirst() where sandbox.phase == .exited {
        if !containers.contains(where: { $0.sandbox == sandbox.id }) { chosen.append(sandbox.id) }
      }
    }
    let removing = worker.removing.values
    change(uid) { worker in
      for id in chosen where !worker.removals.contains(id) && !removing.contains(id) { worker.removals.append(id) }
      if worker.isEnding, worker.seen.isEmpty, worker.actual.isEmpty, worker.clearedAt == nil { worker.clearedAt = now }
    }
  }

  /// Has the runtime remove what was chosen.
  mutating func clean(_ uid: String, _ out: inout KubeOutbox) {
    guard let worker = workers[uid] else { return }
    change(uid) { $0.removals = [] }
    for id in worker.removals {
      guard let record = worker.actual.first(where: { $0.id == id }) else { continue }
      let call = nextCall(for: uid)
      let operation: RuntimeCall.Operation = record.isSandbox ? .removeSandbox(id: id) : .removeContainer(id: id)
      change(uid) { $0.removing[call] = id }
      out.send(.runtime(RuntimeCall(id: call, pod: worker.key, uid: uid, operation: operation)), to: runtime)
    }
  }

  /// The runtime has removed something, or could not.
  mutating func removed(_ id: String, _ reply: RuntimeReply, _ uid: String, _ now: Time) {
    let retryAt = now + durations.workerRetry
    change(uid) { worker in
      worker.removing[reply.id] = nil
      if case .failed = reply.outcome {
        worker.removals.append(id)
        worker.removeAt = retryAt
      }
    }
    tidy(uid)
  }

  /// Has the object removed: nothing of the Pod is left that anybody could need.
  mutating func finish(_ uid: String, _ out: inout KubeOutbox) {
    guard let worker = workers[uid] else { return }
    var request = client.request(.delete, worker.key)
    request.body = .delete(Deletion(graceSeconds: 0))
    askers[request.id] = uid
    change(uid) { $0.finishing = request.id }
    out.send(.request(request), to: client.apiserver)
  }

  /// Forgets a Pod of which nothing is left, neither in the API nor on the node.
  mutating func tidy(_ uid: String) {
    guard let worker = workers[uid], worker.isGone, !worker.isWorking, worker.actual.isEmpty, worker.removing.isEmpty
    else { return }
    workers.remove(uid)
    for container in worker.pod.spec.initContainers + worker.pod.spec.containers {
      crashes.reset("\(uid)/\(container.name)")
      pulls.reset("\(uid)_\(container.image)")
    }
  }
}
