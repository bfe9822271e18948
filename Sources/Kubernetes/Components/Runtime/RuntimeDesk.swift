import Clockwork

/// What dockerd and containerd have in common: the calls under way, the processes they hold, and what they tell.
struct RuntimeDesk: Sendable {
  /// The words in which the two differ.
  struct Habits: Sendable {
    /// What the end of a process is called, and the removal of a container.
    let exit: Verb
    let remove: Verb
    /// What a call for a sandbox begins with.
    let sandboxFirst: RuntimeJob.Stage
    let isDocker: Bool
  }

  /// A process that has ended, and the call that waited for it.
  struct Ended {
    var record: ContainerRecord
    var job: Int?
  }

  let name: String
  let kubelet: Address
  let network: Address
  let plugin: String
  let habits: Habits
  var store: ContainerStore
  var jobs = RuntimeJobs()
  private var lastNetworkID: Int64 = 0
  /// The network namespaces of sandboxes, where a kernel holds them.
  private var namespaces: Table<String, String> = [:]

  init(
    _ name: String,
    kubelet: Address,
    network: Address,
    plugin: String,
    habits: Habits,
    store: ContainerStore
  ) {
    self.name = name
    self.kubelet = kubelet
    self.network = network
    self.plugin = plugin
    self.habits = habits
    self.store = store
    self.store.format = habits.isDocker ? .docker : .cri
  }

  // MARK: Messages

  /// Takes a call in.
  ///
  /// Returns the network plugin's answer, where it is one: what follows from that differs.
  mutating func receive(_ message: Message, from sender: Address, at now: Time) -> NetworkReply? {
    switch message {
    case .kernelReply(let reply):
      store.obey(reply, now: now)
      return nil
    case .runtime(let call):
      if sender != kubelet, case .pullImage(let image) = call.operation {
        // Somebody on the node loads an image by hand.
        store.add(image: image)
      } else if sender != kubelet, case .stopContainer(let id, _) = call.operation {
        // Somebody on the node kills a process by hand.
        store.kill(id, now: now)
      } else {
        jobs.add(job(call, at: now))
      }
      return nil
    case .networkReply(let reply): return reply
    case .refused(let id, _): return NetworkReply(id: id, failure: "network plugin is not ready")
    default: return nil
    }
  }

  func offers(_ offers: inout KubeOffers) {
    jobs.offers(&offers, habits)
    for id in store.lively {
      if offers.isFull { return }
      guard let record = store[id], record.phase == .running else { continue }
      switch store.next(id) {
      case .end(let time): offers.add(habits.exit, .container(record.pod, record.title), due: time)
      case .goOn(let time): offers.add(.run, .container(record.pod, record.title), due: time)
      case .nothing: break
      }
      if let time = store.tickTime(id) {
        offers.add(.run, .container(record.pod, record.title), due: time, background: true)
      }
      if let time = store.killTime(id), time != .never {
        offers.add(.kill, .container(record.pod, record.title), due: time)
      }
    }
    if offers.want == .all, offers.isEmpty {
      offers.add(.create, .named("containers"), when: false, else: Obstacle("obstacle.runtime.no-call"))
    }
  }

  // MARK: Calls

  /// What a call begins with, and when.
  private func job(_ call: RuntimeCall, at now: Time) -> RuntimeJob {
    let durations = store.durations
    var job = RuntimeJob(call: call, arrived: now, stage: .create, due: now)
    switch call.operation {
    case .runSandbox:
      job.name = "POD"
      job.stage = habits.sandboxFirst
      job.due = now + durations.sandboxStart / 2
    case .pullImage(let image):
      job.stage = .pull
      job.due = store.images.contains(image) ? now : now + store.pullTime(image)
    case .createContainer(let order):
      job.name = order.name
      job.due = now + durations.containerCreate
    case .startContainer(let id):
      job.stage = .start
      job.due = now + durations.containerStart
      name(&job, id)
    case .stopContainer(let id, _):
      job.stage = store[id]?.phase == .running ? .kill : .answer
      name(&job, id)
    case .stopSandbox(let id):
      job.stage = .release
      // containerd ends pause before it gives the network back.
      if !habits.isDocker, store[id]?.phase == .running { job.stage = .kill }
      if store[id] == nil { job.stage = .answer }
      name(&job, id)
    case .removeContainer(let id), .removeSandbox(let id):
      job.stage = store[id] == nil ? .answer : .remove
      name(&job, id)
    case .exec(let id, _):
      job.stage = .exec
      name(&job, id)
    case .connect(let visit):
      job.stage = .answer
      job.outcome = .connected(status: store.visit(visit, now: now))
      name(&job, visit.id)
    case .rotateLog(let id, _, _):
      job.stage = .rotate
      name(&job, id)
    case .updateContainer(let id, _):
      job.stage = .update
      name(&job, id)
    case .list: job.stage = .list
    case .status: job.stage = .status
    }
    return job
  }

  private func name(_ job: inout RuntimeJob, _ id: String) {
    job.id = id
    job.name = store[id]?.title ?? ""
  }

  /// Does the next part of a call, where both do the same.
  ///
  /// Returns what is left of it.
  mutating func work(_ given: RuntimeJob, _ out: inout KubeOutbox) -> RuntimeJob? {
    var job = given
    switch job.stage {
    case .create: return create(&job, &out)
    case .start:
      start(job, &out)
      return answer(job, &out)
    case .pull: return pull(&job, &out)
    case .kill:
      guard store[job.id]?.phase == .running else { return answer(job, &out) }
      signal(job.id, 15, &out, grace: grace(job))
      job.stage = .ending
      return job
    case .remove:
      out.record(job.record(name, habits.remove))
      store.remove(job.id)
      tell(job.call.uid, job.pod, &out)
      return answer(job, &out)
    case .exec: return execute(&job, &out)
    case .rotate:
      if case .rotateLog(let id, let stamp, let limit) = job.call.operation {
        store.rotate(id, stamp, keeping: Int(limit))
      }
      return answer(job, &out)
    case .update:
      if case .updateContainer(let id, let resources) = job.call.operation { store.update(id, resources) }
      tell(job.call.uid, job.pod, &out)
      return answer(job, &out)
    case .list:
      for view in store.views { out.send(.containers(view), to: kubelet) }
      let nothing = RuntimeView(pod: job.pod, uid: "", containers: [], images: store.images)
      out.send(.containers(nothing), to: kubelet)
      for file in store.logFiles { out.send(.file(file), to: kubelet) }
      return answer(job, &out)
    case .status:
      callNetwork(.status, &job, &out) { _ in "" }
      return job
    case .answer: return answer(job, &out)
    case .namespace, .release, .network, .ending, .stop: return job
    }
  }

  private func grace(_ job: RuntimeJob) -> Time {
    if case .stopContainer(_, let seconds) = job.call.operation { return seconds * 1000 }
    return 10_000
  }

  private mutating func create(_ job: inout RuntimeJob, _ out: inout KubeOutbox) -> RuntimeJob? {
    guard case .createContainer(let order) = job.call.operation else { return nil }
    job.id = store.createContainer(job.call, order, now: out.now)
    job.outcome = .container(id: job.id)
    out.record(job.record(name, "create"))
    tell(job.call.uid, job.pod, &out)
    return answer(job, &out)
  }

  mutating func start(_ job: RuntimeJob, _ out: inout KubeOutbox) {
    store.start(job.id, now: out.now)
    out.record(job.record(name, "start"))
    tell(job.call.uid, job.pod, &out)
  }

  private mutating func pull(_ job: inout RuntimeJob, _ out: inout KubeOutbox) -> RuntimeJob? {
    guard case .pullImage(let image) = job.call.operation else { return nil }
    let refusal = store.refusal(image, docker: habits.isDocker)
    if refusal.isEmpty {
      store.add(image: image)
      job.outcome = .pulled(image: image, milliseconds: out.now - job.arrived, bytes: store.catalog[image].size)
      tell(job.call.uid, job.pod, &out)
    } else {
      job.outcome = .failed(refusal)
    }
    return answer(job, &out)
  }

  private mutating func execute(_ job: inout RuntimeJob, _ out: inout KubeOutbox) -> RuntimeJob? {
    guard case .exec(let id, let command) = job.call.operation else { return nil }
    guard store[id]?.phase == .running else {
      job.outcome = .failed("Container \(id) is not running")
      return answer(job, &out)
    }
    let result = store.execute(id, command, now: out.now)
    job.outcome = .executed(exitCode: result.code, output: result.output)
    if result.time == 0 { return answer(job, &out) }
    job.stage = .answer
    job.due = out.now + result.time
    return job
  }

  mutating func answer(_ job: RuntimeJob, _ out: inout KubeOutbox) -> RuntimeJob? {
    release(job, &out)
    out.send(.runtimeReply(RuntimeReply(id: job.call.id, outcome: job.outcome)), to: kubelet)
    return nil
  }

  // MARK: The network

  mutating func callNetwork(
    _ operation: NetworkCall.Operation,
    _ job: inout RuntimeJob,
    _ out: inout KubeOutbox,
    path: (Int64) -> String
  ) {
    lastNetworkID += 1
    job.networkID = lastNetworkID
    job.stage = .network
    var call = NetworkCall(id: lastNetworkID, operation: operation, pod: job.pod, sandbox: job.id, namespacePath: "")
    call.namespacePath = path(lastNetworkID)
    call.podCIDR = job.call.podCIDR
    if operation == .add, let router = store.router {
      namespaces[job.id] = call.namespace
      let change = NetworkChange(in: call.namespace, .addNamespace(pod: job.pod.qualifiedName))
      out.send(.kernel(KernelCall(.network([change]))), to: router)
    }
    // It must be found again under the name that it was made with.
    if operation == .delete, let namespace = namespaces[job.id], call.namespace != namespace {
      call.namespacePath = "/var/run/netns/\(namespace)"
    }
    out.send(.network(call), to: network)
  }

  /// A sandbox that has stopped leaves no namespace behind.
  private mutating func release(_ job: RuntimeJob, _ out: inout KubeOutbox) {
    guard case .stopSandbox = job.call.operation, let router = store.router,
      let namespace = namespaces.removeValue(for: job.id)
    else { return }
    out.send(.kernel(KernelCall(.network([NetworkChange(in: namespace, .removeNamespace)]))), to: router)
  }

  /// A sandbox has its address, or cannot get one.
  mutating func attach(_ job: inout RuntimeJob, _ reply: NetworkReply) {
    if case .status = job.call.operation {
      let text = store.text.networkNotReady(plugin, docker: habits.isDocker)
      if !reply.failure.isEmpty { job.outcome = .failed(text) }
      return
    }
    if reply.failure.isEmpty {
      store.attach(job.id, ip: reply.ip)
      job.outcome = .sandbox(id: job.id, ip: reply.ip)
    } else {
      job.outcome = .failed(store.text.networkFailed(job.id, job.pod, plugin, reply.failure))
    }
  }

  // MARK: Processes

  /// Does what a process does by itself, or what its time is up for.
  ///
  /// Returns the process where it has ended.
  mutating func live(_ action: KubeAction, _ out: inout KubeOutbox) -> Ended? {
    guard let id = running(action.subject) else { return nil }
    switch action.verb {
    case habits.exit: return end(id, &out)
    case .run: store.goOn(id, now: out.now)
    case .kill: signal(id, 9, &out)
    default: break
    }
    return nil
  }

  private mutating func end(_ id: String, _ out: inout KubeOutbox) -> Ended? {
    guard let record = store[id] else { return nil }
    let code = store.end(id, now: out.now)
    out.record(RuntimeJob.row(name, habits.exit, record.pod, record.title, id, " exitCode=\(code)"))
    tell(record.uid, record.pod, &out)
    return Ended(record: record, job: jobs.ending(id))
  }

  private mutating func signal(_ id: String, _ number: Int64, _ out: inout KubeOutbox, grace: Time = 0) {
    guard let record = store[id] else { return }
    if number == 9 { store.kill(id, now: out.now) } else { store.terminate(id, grace: grace, now: out.now) }
    out.record(RuntimeJob.row(name, .kill, record.pod, record.title, id, " signal=\(number)"))
  }

  private func running(_ subject: Kube.Subject) -> String? {
    store.lively.first { id in
      guard let record = store[id], record.phase == .running else { return false }
      return Kube.Subject.container(record.pod, record.title) == subject
    }
  }

  // MARK: Telling

  /// From now on a look shows something else.
  mutating func tell(_ uid: String, _ pod: ObjectKey, _ out: inout KubeOutbox) {
    out.send(.containers(store.view(uid, pod)), to: kubelet)
    store.account(uid, &out)
    store.listen(uid, pod, &out)
    store.tellServers(uid, pod, &out)
  }

  /// From now on whoever opens a log file finds something else in it.
  mutating func tellFiles(_ out: inout KubeOutbox) {
    for file in store.takeWritten() { out.send(.file(file), to: kubelet) }
  }

  var state: Value {
    var value = store.state
    value["calls"] = jobs.state
    return value
  }
}

extension Verb {
  fileprivate static let create: Verb = "create"
  fileprivate static let kill: Verb = "kill"
  /// A process goes on: its shell after a sleep, or with what it writes again and again.
  fileprivate static let run: Verb = "run"
}
