import Clockwork

/// The tasks of a plan: what the kubelet asks the runtime for, and what it makes of the answers.
extension Kubelet {
  typealias Work = PodWorker.Work

  /// Begins a task that was offered.
  mutating func begin(_ work: Work, _ uid: String, _ out: inout KubeOutbox) {
    guard let worker = workers[uid] else { return }
    change(uid) { $0.remove(work) }
    switch work {
    case .prepare: prepare(worker, &out)
    case .stop(let id, let name, let message):
      tell(uid, "Normal", "Killing", message, container: name, at: out.now)
      if beginPreStop(id, name, uid, &out) { return }
      call(work, uid, .stopContainer(id: id, graceSeconds: grace(worker)), &out)
    case .terminate(let id, _, let seconds): call(work, uid, .stopContainer(id: id, graceSeconds: seconds), &out)
    case .postStart(let name): beginPostStart(name, uid, &out)
    case .preStop: break
    case .stopSandbox(let id): call(work, uid, .stopSandbox(id: id), &out)
    case .sandbox: call(work, uid, .runSandbox, &out)
    case .begin: advance(uid, out.now)
    case .pull(let name):
      let image = worker.container(name)?.image ?? ""
      tell(uid, "Normal", "Pulling", text.pulling(image), container: name, at: out.now)
      call(work, uid, .pullImage(image: image), &out)
    case .create(let name):
      guard let container = worker.container(name) else { return }
      call(work, uid, .createContainer(containerOrder(container, worker)), &out)
    case .start(let name):
      let created = worker.actual.last { $0.name == name && $0.phase == .created }
      call(work, uid, .startContainer(id: created?.id ?? ""), &out)
    case .resize(let id, let name):
      guard let container = worker.container(name) else { return }
      call(work, uid, .updateContainer(id: id, container.resources), &out)
    }
  }

  private mutating func call(_ work: Work, _ uid: String, _ operation: RuntimeCall.Operation, _ out: inout KubeOutbox) {
    guard let worker = workers[uid] else { return }
    let id = nextCall(for: uid)
    change(uid) { $0.calls.append(PodWorker.Call(id: id, work: work, isRequest: false)) }
    var call = RuntimeCall(id: id, pod: worker.key, uid: uid, operation: operation)
    call.podCIDR = heart?.givenRange ?? ""
    out.send(.runtime(call), to: runtime)
  }

  /// The Pod's cgroup, its directories and volumes; "now" its token is asked for, which "then" lay in a Secret.
  private mutating func prepare(_ worker: PodWorker, _ out: inout KubeOutbox) {
    out.note(Fact("fact.kubelet.cgroup", ("cgroup", .string(cgroup(worker)))))
    let needsToken = worker.pod.spec.volumes.contains { volume in
      volume["projected"]?["sources"]?.elements?.contains { $0["serviceAccountToken"] != nil } ?? false
    }
    guard version == .now, needsToken else {
      change(worker.uid) { $0.isPrepared = true }
      advance(worker.uid, out.now)
      return
    }
    let account = worker.pod.spec.serviceAccountName
    let key = ObjectKey(.serviceAccount, worker.key.namespace, account.isEmpty ? "default" : account)
    var request = client.request(.create, key)
    request.subresource = "token"
    request.body = .token
    askers[request.id] = worker.uid
    change(worker.uid) { $0.calls.append(PodWorker.Call(id: request.id, work: .prepare, isRequest: true)) }
    out.send(.request(request), to: client.apiserver)
  }

  /// The Pod's cgroup in systemd's spelling.
  private func cgroup(_ worker: PodWorker) -> String {
    let uid = worker.uid.split(separator: "-").joined(separator: "_")
    switch worker.pod.status.qosClass {
    case "BestEffort": return "kubepods-besteffort-pod\(uid).slice"
    case "Burstable": return "kubepods-burstable-pod\(uid).slice"
    default: return "kubepods-pod\(uid).slice"
    }
  }

  /// The seconds between a container's first word of its end and its last; a runtime gives at least a second or two.
  private func grace(_ worker: PodWorker) -> Int64 { max(givenGrace(worker), version == .then ? 2 : 1) }

  func givenGrace(_ worker: PodWorker) -> Int64 {
    let metadata = worker.pod.metadata
    var seconds = worker.pod.spec.terminationGracePeriodSeconds ?? 30
    if metadata.deletionTimestamp != nil, let given = metadata.deletionGracePeriodSeconds { seconds = given }
    if worker.eviction != nil { seconds = 0 }
    return seconds
  }

  private func containerOrder(_ container: Container, _ worker: PodWorker) -> ContainerOrder {
    var environment: Table<String, String> = [:]
    for variable in container.env where variable.valueFrom == nil { environment[variable.name] = variable.value }
    var order = ContainerOrder(
      sandbox: worker.sandbox?.id ?? "",
      name: container.name,
      image: container.image,
      command: container.command,
      arguments: container.args,
      environment: environment,
      attempt: (worker.records(container.name).first?.attempt ?? -1) + 1,
      resources: container.resources,
      ports: container.ports.map { Int64($0.containerPort) }
    )
    // The resolver of the C library reads it in the container; it asks nobody for it.
    if let names { order.files["/etc/resolv.conf"] = names.file(of: worker.pod, version).text(version) }
    return order
  }

  // MARK: Deciding without asking

  /// Goes over everything at the head of the plan that needs no action; the pass ends when nothing is left.
  mutating func advance(_ uid: String, _ now: Time) {
    while let worker = workers[uid], worker.calls.isEmpty, let head = worker.plan.first {
      switch head {
      case .begin(let name):
        change(uid) { $0.remove(head) }
        lookAtBackOff(name, uid, now)
      case .pull(let name):
        if mustPull(name, uid, now) { return }
        change(uid) { $0.remove(head) }
      default: return
      }
    }
    if let worker = workers[uid], !worker.isWorking { endSync(uid, now) }
  }

  /// A container that has ended waits before it is started again, twice as long every time; the first time not at all.
  private mutating func lookAtBackOff(_ name: String, _ uid: String, _ now: Time) {
    // One that is killed for its probe still counts as running here: what counts is how the one before it ended.
    guard let worker = workers[uid], let last = worker.records(name).first(where: { $0.phase == .exited }) else {
      return
    }
    let key = "\(uid)/\(name)"
    let ended = last.finishedAt ?? now
    let left = crashes.remaining(key, since: ended, now: now)
    guard left > 0 else {
      crashes.next(key, event: ended, now: now)
      return
    }
    tell(uid, "Warning", "BackOff", text.crashBackOff(name, worker.title), container: name, at: now)
    let message = text.crashBackOffStatus(name, worker.title, milliseconds: crashes.delay(key))
    change(uid) { worker in
      worker.fail(name, "CrashLoopBackOff", message)
      worker.backOffEnds = min(worker.backOffEnds, now + left)
    }
  }

  /// Whether the image has to be pulled now.
  ///
  /// Where it need not or cannot be, that is dealt with here.
  private mutating func mustPull(_ name: String, _ uid: String, _ now: Time) -> Bool {
    guard let worker = workers[uid], let container = worker.container(name) else { return false }
    let image = container.image
    let isPresent = images.contains(image)
    if isPresent, container.imagePullPolicy != "Always" {
      tell(uid, "Normal", "Pulled", text.present(image), container: name, at: now)
      return false
    }
    if !isPresent, container.imagePullPolicy == "Never" {
      tell(uid, "Warning", "ErrImageNeverPull", text.neverPull(image), container: name, at: now)
      giveUp(name, uid, "ErrImageNeverPull", text.neverPull(image), now)
      return false
    }
    let left = pulls.remainingSinceUpdate("\(uid)_\(image)", now: now)
    if left == 0 { return true }
    tell(uid, "Normal", "BackOff", text.pullBackOff(image), container: name, at: now)
    let message = text.pullBackOffStatus(image, worker.pullErrors[image] ?? "")
    giveUp(name, uid, "ImagePullBackOff", message, now)
    change(uid) { $0.backOffEnds = min($0.backOffEnds, now + left) }
    return false
  }

  private mutating func giveUp(_ name: String, _ uid: String, _ reason: String, _ message: String, _ now: Time) {
    tell(uid, "Warning", "Failed", text.error(reason), container: name, at: now)
    change(uid) { $0.fail(name, reason, message) }
  }

  // MARK: Answers

  /// What a runtime that does not run answers.
  func refusal(_ id: Int64) -> RuntimeReply {
    RuntimeReply(id: id, outcome: .failed(text.runtimeDown(docker: runtimeName == "docker")))
  }

  /// Takes an answer of the runtime.
  mutating func settle(_ reply: RuntimeReply, _ now: Time) {
    if look == .asked(reply.id) {
      finishLook(reply, now)
      return
    }
    if settleNetwork(reply, now) { return }
    guard let uid = callers.removeValue(for: reply.id), let worker = workers[uid] else {
      settleExec(reply)
      return
    }
    if settleProbe(reply, uid, now) { return }
    if let id = worker.removing[reply.id] {
      removed(id, reply, uid, now)
      return
    }
    guard let call = worker.calls.first(where: { $0.id == reply.id && !$0.isRequest }) else { return }
    change(uid) { worker in worker.calls.removeAll { $0 == call } }
    conclude(call.work, reply.outcome, uid, now)
    advance(uid, now)
    tidy(uid)
  }

  private mutating func conclude(_ work: Work, _ outcome: RuntimeReply.Outcome, _ uid: String, _ now: Time) {
    switch work {
    case .postStart(let name): return finishPostStart(name, outcome, uid, now)
    case .preStop(let id, let name, let start):
      return finishPreStop(id, name, from: start, outcome, uid, now)
    default: break
    }
    if case .failed(let error) = outcome {
      failed(work, error, uid, now)
      return
    }
    switch (work, outcome) {
    case (.pull(let name), .pulled(let image, let milliseconds, let bytes)):
      let message = text.pulled(image, milliseconds: milliseconds, bytes: bytes)
      tell(uid, "Normal", "Pulled", message, container: name, at: now)
      change(uid) { $0.pullErrors[image] = nil }
    case (.create(let name), _):
      tell(uid, "Normal", "Created", text.created(name), container: name, at: now)
    case (.start(let name), _):
      tell(uid, "Normal", "Started", text.started(name), container: name, at: now)
      change(uid) { $0.failures[name] = nil }
      followStart(of: name, uid)
    case (.stopSandbox(let id), _): change(uid) { $0.released.append(id) }
    case (.resize, _):
      // The status says what holds now, after another look.
      change(uid) { $0.isPending = true }
    default: break
    }
  }

  private mutating func failed(_ work: Work, _ error: String, _ uid: String, _ now: Time) {
    switch work {
    case .sandbox:
      tell(uid, "Warning", "FailedCreatePodSandBox", text.sandboxFailed(error), at: now)
      change(uid) { $0.failAll() }
    case .pull(let name):
      let image = workers[uid]?.container(name)?.image ?? ""
      tell(uid, "Warning", "Failed", text.pullFailed(image, error), container: name, at: now)
      pulls.next("\(uid)_\(image)", event: now, now: now)
      change(uid) { $0.pullErrors[image] = error }
      giveUp(name, uid, "ErrImagePull", error, now)
      let left = pulls.remainingSinceUpdate("\(uid)_\(image)", now: now)
      change(uid) { $0.backOffEnds = min($0.backOffEnds, now + left) }
    case .create(let name):
      tell(uid, "Warning", "Failed", text.error(error), container: name, at: now)
      change(uid) { $0.fail(name, "CreateContainerError", error) }
    case .start(let name):
      tell(uid, "Warning", "Failed", text.error(error), container: name, at: now)
      change(uid) { $0.fail(name, "RunContainerError", error) }
    case .prepare:
      tell(uid, "Warning", "FailedMount", error, at: now)
      change(uid) { $0.failAll() }
    case .stop, .terminate, .postStart, .preStop, .stopSandbox, .begin, .resize:
      change(uid) { $0.failAll() }
    }
  }

  /// Takes an answer of kube-apiserver, or hears that it is not there.
  mutating func answered(_ message: Message, _ now: Time) {
    switch message {
    case .response(let response):
      guard let uid = askers.removeValue(for: response.id), let worker = workers[uid] else { return }
      take(response, worker, now)
    case .refused(let id, _):
      guard let uid = askers.removeValue(for: id), let worker = workers[uid] else { return }
      var response = Response(id: id, code: 503, about: worker.key)
      response.message = "connection refused"
      take(response, worker, now)
    default: return
    }
  }

  private mutating func take(_ response: Response, _ worker: PodWorker, _ now: Time) {
    let uid = worker.uid
    let nextRound = rounds.after(now)
    if response.id == worker.report.request {
      change(uid) { _ = $0.report.receive(response, retryAt: nextRound) }
      return
    }
    if response.id == worker.finishing {
      change(uid) { worker in
        worker.finishing = response.isSuccess || response.code == 404 ? response.id : nil
        worker.finishAt = nextRound
      }
      return
    }
    guard let call = worker.calls.first(where: { $0.id == response.id && $0.isRequest }) else { return }
    change(uid) { worker in worker.calls.removeAll { $0 == call } }
    if response.isSuccess {
      change(uid) { $0.isPrepared = true }
    } else {
      let volume = worker.pod.spec.volumes.first { $0["projected"] != nil }?.name ?? ""
      failed(.prepare, text.mountFailed(volume, response.message), uid, now)
    }
    advance(uid, now)
  }

  /// The connection to kube-apiserver is gone, and with it every answer that was on its way.
  mutating func loseServer(_ now: Time) {
    recorder.disconnect(at: now)
    heart?.disconnect(at: now)
    for uid in workers.order {
      guard let worker = workers[uid] else { continue }
      var lost: [Int64] = worker.calls.filter { $0.isRequest }.map { $0.id }
      if let request = worker.report.request { lost.append(request) }
      if let request = worker.finishing { lost.append(request) }
      for id in lost { answered(.refused(id: id, by: client.apiserver), now) }
    }
  }
}
