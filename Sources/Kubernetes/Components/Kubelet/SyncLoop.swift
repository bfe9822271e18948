import Clockwork

/// The kubelet's main loop: what it hears of Pods, what it sees at the runtime, and the passes over a Pod.
extension Kubelet {
  /// Takes in the next change of a Pod, and says what kind of change it is for the kubelet.
  mutating func observe(_ out: inout KubeOutbox) {
    guard let (event, before) = client.informers[0].handle(), let pod = event.object.pod else { return }
    let old = before?.pod
    if let old, old.metadata.uid != pod.metadata.uid { remove(old, &out) }
    if event.type == .deleted {
      // kube-apiserver shortens the grace to 0 before it removes the object; both arrive together.
      if let old, old.metadata.deletionGracePeriodSeconds != pod.metadata.deletionGracePeriodSeconds {
        log("DELETE", pod, &out)
      }
      remove(pod, &out)
      return
    }
    let uid = pod.metadata.uid
    guard let worker = workers[uid] else {
      add(pod)
      log("ADD", pod, &out)
      return
    }
    let wakes = Kubelet.differs(worker.pod, pod)
    if !out.isTelling {
      // Nobody reads the log.
    } else if wakes {
      log(pod.metadata.deletionTimestamp == nil ? "UPDATE" : "DELETE", pod, &out)
    } else if worker.pod.status != pod.status {
      log("RECONCILE", pod, &out)
    }
    change(uid) { worker in
      worker.pod = pod
      if wakes { worker.isPending = true }
      if Kubelet.contradicts(pod.status, worker.report) { worker.report.insist() }
    }
  }

  /// Whether somebody else wrote that a Pod is not ready although the kubelet's last word was that it is, or the reverse.
  private static func contradicts(_ status: PodStatus, _ report: StatusReport) -> Bool {
    guard report.isSettled, status[condition: "Ready"]?.status != report.status[condition: "Ready"]?.status else {
      return false
    }
    return status.phase == report.status.phase && status.containerStatuses == report.status.containerStatuses
  }

  /// Whether two versions of a Pod differ in what a kubelet acts on: everything but the status.
  private static func differs(_ old: Pod, _ new: Pod) -> Bool {
    old.spec != new.spec || old.metadata.labels != new.metadata.labels
      || old.metadata.annotations != new.metadata.annotations
      || old.metadata.deletionTimestamp != new.metadata.deletionTimestamp
      || old.metadata.deletionGracePeriodSeconds != new.metadata.deletionGracePeriodSeconds
  }

  private mutating func add(_ pod: Pod) {
    var worker = PodWorker(pod)
    if let stray = strays.removeValue(for: worker.uid) {
      worker.actual = stray.containers
      worker.seen = stray.containers
    }
    workers.append(worker)
  }

  private mutating func remove(_ pod: Pod, _ out: inout KubeOutbox) {
    log("REMOVE", pod, &out)
    let uid = pod.metadata.uid
    change(uid) { worker in
      worker.pod.metadata = pod.metadata
      worker.isGone = true
      worker.isPending = true
      worker.report.close()
      if worker.life == .new { worker.life = .running }
    }
    tidy(uid)
  }

  func log(_ operation: String, _ pod: Pod, _ out: inout KubeOutbox) {
    guard out.isTelling else { return }
    out.note(Fact("fact.kubelet.observed", ("operation", .string(operation))))
    record(text.syncLoop(operation, pod.key, pod.metadata.uid), pod.key, &out)
  }

  func record(_ line: @autoclosure () -> String, _ pod: ObjectKey, _ out: inout KubeOutbox) {
    guard out.isTelling else { return }
    var record = Kube.Record(actor: name, verb: "SyncLoop", resource: "log")
    record.subresource = "kubelet.go"
    record.note = line()
    out.record(record)
  }

  // MARK: Passes

  /// Admits a Pod to the node, or refuses it, and makes the first pass.
  mutating func admit(_ uid: String, _ out: inout KubeOutbox) {
    // A first pass begins with what the runtime holds: a kubelet that was restarted finds its containers there.
    change(uid) { worker in
      worker.seen = worker.actual
      worker.seenAt = out.now
      // No pass has been made yet, also where it is before the moment 0.
      worker.lastSync = min(worker.lastSync, out.now - 1)
    }
    guard let worker = workers[uid] else { return }
    let demand = PodDemand(worker.pod)
    if !worker.isEnding, let refusal = refusal(of: worker, demand) {
      let status = maker(worker, out.now).refused(refusal.reason, refusal.message)
      change(uid) { worker in
        worker.life = .refused
        worker.report.set(status)
      }
      tell(uid, "Warning", refusal.reason, refusal.message, at: out.now)
      out.note(Fact("fact.kubelet.refused", ("reason", .string(refusal.reason))))
      return
    }
    change(uid) { worker in
      worker.life = .running
      worker.demand = demand.requests
    }
    addProbers(uid, out.now)
    sync(uid, out.now)
  }

  /// Looks at what the runtime holds of one Pod.
  mutating func relist(_ uid: String, _ out: inout KubeOutbox) {
    guard let before = workers[uid] else { return }
    let events = PLEG.events(from: before.seen, to: before.actual).filter { $0.change != .removed }
    change(uid) { worker in
      worker.seen = worker.actual
      worker.seenAt = out.now
    }
    for event in events {
      record(text.lifecycle(event.change.rawValue, event.id, before.key, uid), before.key, &out)
      out.note(Fact("fact.kubelet.saw", ("change", .string(event.change.rawValue))))
    }
    if before.life == .running || before.life == .refused {
      if before.isWorking {
        if !events.isEmpty { change(uid) { $0.isPending = true } }
      } else if before.isPending || !events.isEmpty {
        sync(uid, out.now)
        // One pass answers one event; the others ask for another pass.
        if events.count > 1 || before.isPending && !events.isEmpty { change(uid) { $0.isPending = true } }
      }
    }
    sweep(uid, events, out.now)
  }

  /// The worker wakes without news from the runtime.
  mutating func wake(_ uid: String, _ out: inout KubeOutbox) {
    guard let worker = workers[uid] else { return }
    if let retryAt = worker.retryAt, retryAt <= out.now {
      record(text.syncAgain(worker.key, uid), worker.key, &out)
    }
    // The cache is as fresh as the last moment for a look.
    change(uid) { $0.seenAt = max($0.seenAt, out.now) }
    sync(uid, out.now)
    sweep(uid, [], out.now)
  }

  /// One pass over a Pod: work out its status, then what to do.
  mutating func sync(_ uid: String, _ now: Time) {
    guard var worker = workers[uid] else { return }
    worker.isPending = false
    worker.retryAt = nil
    worker.hasFailed = false
    worker.isWaitingForNetwork = false
    worker.backOffEnds = .never
    worker.isKilling = worker.isEnding
    weighResize(&worker, now)
    if worker.life == .running, !worker.isGone {
      worker.report.set(maker(worker, now).status())
      worker.showProbers(now)
    }
    if waitForNetwork(&worker, now) {
      workers.replace(worker)
      return tell(uid, "Warning", "NetworkNotReady", text.networkAwaited(network.error), at: now)
    }
    let decision = PodPlan.of(worker, text)
    worker.plan = decision.work
    workers.replace(worker)
    if decision.replacesSandbox { tell(uid, "Normal", "SandboxChanged", text.sandboxChanged, at: now) }
    advance(uid, now)
  }

  /// The pass is over: decides when the worker looks again.
  mutating func endSync(_ uid: String, _ now: Time) {
    guard var worker = workers[uid] else { return }
    worker.lastSync = now
    if worker.hasFailed {
      var retry = now + durations.workerRetry
      // Since 1.35 the worker is woken when a back-off ends.
      if version == .now { retry = min(retry, max(now, worker.backOffEnds)) }
      worker.retryAt = retry
    } else if worker.isKilling {
      if worker.actual.contains(where: { $0.phase == .running }) {
        worker.isPending = true
      } else if version == .now, worker.life == .running, !worker.isGone {
        terminate(&worker, now)
      }
      if worker.seen.isEmpty, worker.actual.isEmpty, worker.clearedAt == nil { worker.clearedAt = now }
    }
    workers.replace(worker)
  }

  /// "Now" the last status is written at once, from a look of its own.
  private func terminate(_ worker: inout PodWorker, _ now: Time) {
    var current = worker
    current.seen = worker.actual
    var maker = maker(current, now)
    maker.isTerminal = true
    worker.report.set(maker.status())
    worker.life = .terminated
  }

  func maker(_ worker: PodWorker, _ now: Time) -> StatusMaker {
    StatusMaker(
      worker: worker,
      version: version,
      hostIP: node.status.address("InternalIP") ?? "",
      runtime: runtimeName,
      now: now
    )
  }

  mutating func change(_ uid: String, _ body: (inout PodWorker) -> Void) {
    workers.change(uid, body)
  }

  /// Notes an Event about a Pod, or about one of its containers.
  mutating func tell(
    _ uid: String,
    _ type: String,
    _ reason: String,
    _ message: String,
    container: String = "",
    at now: Time
  ) {
    guard let worker = workers[uid] else { return }
    let about = ObjectReference(to: Object(pod: worker.pod), fieldPath: worker.fieldPath(container))
    recorder.record(EventRecorder.Note(type, reason, message, about: about), at: now)
  }
}
