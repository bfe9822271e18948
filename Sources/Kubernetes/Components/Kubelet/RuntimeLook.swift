import Clockwork

/// What the kubelet knows of its runtime, and how it finds out after a start or a lost connection.
extension Kubelet {
  /// From now on a look would show this.
  mutating func take(_ view: RuntimeView, _ now: Time) {
    images = view.images
    if view.uid.isEmpty { return }
    guard workers.contains(view.uid) else {
      if view.containers.isEmpty { strays[view.uid] = nil } else { strays[view.uid] = view }
      return
    }
    change(view.uid) { worker in
      if worker.actual == view.containers { return }
      worker.actual = view.containers
      worker.changedAt = now
    }
    tidy(view.uid)
  }

  /// The runtime is gone: every call under way has failed, and what it holds must be asked for.
  mutating func loseRuntime(_ now: Time) {
    heart?.seeRuntime(false, at: now)
    network.lose(at: now)
    for uid in workers.order {
      guard let worker = workers[uid] else { continue }
      for call in worker.calls where !call.isRequest { settle(refusal(call.id), now) }
      for prober in worker.probers { if let id = prober.call { settle(refusal(id), now) } }
      for id in worker.removing.keys { settle(refusal(id), now) }
    }
    for job in execs { if let id = job.callID { settle(refusal(id), now) } }
    look = .needed(from: looks.after(now), pause: durations.relistPeriod)
  }

  func offerLook(_ offers: inout KubeOffers) {
    guard case .needed(let from, _) = look else {
      offerStrays(&offers)
      return
    }
    // A runtime that stays away keeps nobody busy who has no Pod.
    let isIdle = workers.isEmpty && !client.isBehind && lookPause > 0
    offers.add("relist", .named("containers"), due: from, background: isIdle)
  }

  /// Containers of Pods that are no longer bound to the node.
  private func offerStrays(_ offers: inout KubeOffers) {
    guard client.informers[0].phase == .watching, !client.isBehind, let stray = strays.first else { return }
    offers.add("clean", .object(stray.value.pod))
  }

  /// Such containers get a worker that ends them.
  mutating func adopt(_ subject: Kube.Subject, _ now: Time) {
    guard let stray = strays.first, subject == .object(stray.value.pod) else { return }
    strays.removeValue(for: stray.key)
    var metadata = ObjectMeta(name: stray.value.pod.name, namespace: stray.value.pod.namespace)
    metadata.uid = stray.key
    var worker = PodWorker(Pod(metadata: metadata))
    worker.life = .running
    worker.isGone = true
    worker.actual = stray.value.containers
    worker.seen = stray.value.containers
    worker.report.close()
    workers.append(worker)
    sync(stray.key, now)
    sweep(stray.key, [], now)
  }

  mutating func lookAtAll(_ out: inout KubeOutbox) {
    let id = nextCall()
    if case .needed(_, let pause) = look { lookPause = pause }
    look = .asked(id)
    let nothing = ObjectKey(.node, "", node.metadata.name)
    out.send(.runtime(RuntimeCall(id: id, pod: nothing, uid: "", operation: .list)), to: runtime)
  }

  /// The runtime does not answer: the next try waits longer.
  mutating func finishLook(_ reply: RuntimeReply, _ now: Time) {
    guard case .failed = reply.outcome else {
      look = .known
      hasLooked = true
      heart?.seeRuntime(true, at: now)
      return
    }
    heart?.seeRuntime(false, at: now)
    look = .needed(from: now + lookPause, pause: min(lookPause * 2, durations.workerRetry))
  }
}

/// A command that kube-apiserver has asked the kubelet to run in a container.
struct ExecJob: Sendable {
  let call: ExecCall
  let sender: Address
  var callID: Int64?
  var result: ExecResult?
}

extension Kubelet {
  func offerExec(_ offers: inout KubeOffers) {
    for (index, job) in execs.enumerated() {
      // Of one Pod only the first is carried on with, unless it waits for the runtime.
      let earlier = execs[..<index].contains { $0.call.pod == job.call.pod && ($0.callID == nil || $0.result != nil) }
      if earlier || job.callID != nil && job.result == nil { continue }
      offers.add("exec", .object(job.call.pod))
    }
  }

  /// Passes a command on to the runtime, or its result back.
  mutating func execute(_ subject: Kube.Subject, _ out: inout KubeOutbox) {
    let found = execs.firstIndex { .object($0.call.pod) == subject && ($0.callID == nil || $0.result != nil) }
    guard let index = found else { return }
    let job = execs[index]
    if let result = job.result {
      execs.remove(at: index)
      out.send(.executed(result), to: job.sender)
      return
    }
    guard let worker = workers.first(where: { $0.key == job.call.pod }),
      let record = worker.actual.last(where: { $0.name == job.call.container && $0.phase == .running })
    else {
      execs.remove(at: index)
      let failure = "unable to upgrade connection: container not found (\"\(job.call.container)\")"
      out.send(.executed(ExecResult(id: job.call.id, exitCode: 1, output: "", failure: failure)), to: job.sender)
      return
    }
    let id = nextCall()
    execs[index].callID = id
    let operation = RuntimeCall.Operation.exec(id: record.id, command: job.call.command)
    out.send(.runtime(RuntimeCall(id: id, pod: worker.key, uid: worker.uid, operation: operation)), to: runtime)
  }

  mutating func settleExec(_ reply: RuntimeReply) {
    guard let index = execs.firstIndex(where: { $0.callID == reply.id }) else { return }
    let id = execs[index].call.id
    switch reply.outcome {
    case .executed(let code, let output):
      execs[index].result = ExecResult(id: id, exitCode: code, output: output)
    case .failed(let error):
      execs[index].result = ExecResult(id: id, exitCode: 1, output: "", failure: error)
    default: break
    }
  }
}
