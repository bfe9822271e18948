import Clockwork

/// dockerd runs containers for the kubelet's dockershim: pause is started first, and gets its network afterwards.
///
/// In reality dockershim, a part of the kubelet, makes several calls to dockerd for each of these; they are drawn here.
public struct Docker: Component {
  public typealias Model = Kube

  // MARK: State

  public let name: String
  public let role = Kube.Role.runtime
  public var store: ContainerStore
  let plugin: String
  private let kubelet: Address
  private let network: Address
  private var jobs = RuntimeJobs()
  private var lastNetworkID: Int64 = 0

  public init(node: String, kubelet: Address, network: Address, plugin: String, store: ContainerStore) {
    name = "dockerd@\(node)"
    self.kubelet = kubelet
    self.network = network
    self.plugin = plugin
    self.store = store
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    switch message {
    case .runtime(let call):
      if sender != kubelet, case .pullImage(let image) = call.operation {
        // Somebody on the node loads an image by hand.
        store.add(image: image)
      } else {
        jobs.add(job(call, at: now))
      }
    case .networkReply(let reply): networkDone(reply)
    case .refused(let id, _): networkDone(NetworkReply(id: id, failure: "network plugin is not ready"))
    default: break
    }
  }

  public func offers(_ offers: inout KubeOffers) {
    jobs.offers(&offers, Docker.verb)
    for id in store.order {
      if offers.isFull { return }
      guard let record = store[id], record.phase == .running else { continue }
      switch store.next(id) {
      case .end(let time): offers.add(.die, .container(record.pod, record.title), due: time)
      case .goOn(let time): offers.add(.run, .container(record.pod, record.title), due: time)
      case .nothing: break
      }
      if let time = store.killTime(id), time != .never {
        offers.add(.kill, .container(record.pod, record.title), due: time)
      }
    }
    if offers.want == .all, offers.list.isEmpty {
      offers.add(.create, .named("containers"), when: false, else: Obstacle("obstacle.runtime.no-call"))
    }
  }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    if let index = jobs.first(action.verb, action.subject, Docker.verb) {
      let job = jobs.take(index)
      if let rest = work(job, &out) { jobs.put(rest, at: index) }
      return
    }
    guard let id = running(action.subject) else { return }
    switch action.verb {
    case .die: die(id, &out)
    case .run: store.goOn(id, now: out.now)
    case .kill: signal(id, 9, &out)
    default: break
    }
  }

  /// Containers end with their daemon: live-restore is off.
  public mutating func restart(at now: Time) {
    jobs.removeAll()
    store.killAll(now: now)
  }

  public var state: Value {
    var value = store.state
    value["calls"] = jobs.state
    return value
  }

  // MARK: Helpers

  private func job(_ call: RuntimeCall, at now: Time) -> RuntimeJob {
    let durations = store.durations
    var job = RuntimeJob(call: call, arrived: now, stage: .create, due: now)
    switch call.operation {
    case .runSandbox:
      job.name = "POD"
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
      job.stage = store[id] == nil ? .answer : .release
      name(&job, id)
    case .removeContainer(let id), .removeSandbox(let id):
      job.stage = store[id] == nil ? .answer : .remove
      name(&job, id)
    case .exec(let id, _):
      job.stage = .exec
      name(&job, id)
    case .list: job.stage = .list
    }
    return job
  }

  private func name(_ job: inout RuntimeJob, _ id: String) {
    job.id = id
    job.name = store[id]?.title ?? ""
  }

  /// Does the next part of a call.
  ///
  /// Returns what is left of it.
  private mutating func work(_ given: RuntimeJob, _ out: inout KubeOutbox) -> RuntimeJob? {
    var job = given
    switch job.stage {
    case .create: return create(&job, &out)
    case .start: return start(&job, &out)
    case .pull: return pull(&job, &out)
    case .release:
      job.stage = .network
      callNetwork(.delete, &job, &out)
      return job
    case .kill:
      guard store[job.id]?.phase == .running else { return answer(job, &out) }
      signal(job.id, 15, &out, grace: grace(job))
      job.stage = .ending
      return job
    case .stop:
      out.record(job.record(name, .stop))
      return answer(job, &out)
    case .remove:
      out.record(job.record(name, .destroy))
      store.remove(job.id)
      tell(job.call.uid, job.pod, &out)
      return answer(job, &out)
    case .exec: return execute(&job, &out)
    case .list:
      for view in store.views { out.send(.containers(view), to: kubelet) }
      let nothing = RuntimeView(pod: job.pod, uid: "", containers: [], images: store.images)
      out.send(.containers(nothing), to: kubelet)
      return answer(job, &out)
    case .answer: return answer(job, &out)
    case .namespace, .network, .ending: return job
    }
  }

  private func grace(_ job: RuntimeJob) -> Time {
    if case .stopContainer(_, let seconds) = job.call.operation { return seconds * 1000 }
    return 10_000
  }

  private mutating func create(_ job: inout RuntimeJob, _ out: inout KubeOutbox) -> RuntimeJob? {
    if case .createContainer(let order) = job.call.operation {
      job.id = store.createContainer(job.call, order, now: out.now)
      job.outcome = .container(id: job.id)
      out.record(job.record(name, .create))
      tell(job.call.uid, job.pod, &out)
      return answer(job, &out)
    }
    job.id = store.createSandbox(job.call, now: out.now)
    out.record(job.record(name, .create))
    tell(job.call.uid, job.pod, &out)
    job.stage = .start
    job.due = job.arrived + store.durations.sandboxStart
    return job
  }

  private mutating func start(_ job: inout RuntimeJob, _ out: inout KubeOutbox) -> RuntimeJob? {
    store.start(job.id, now: out.now)
    out.record(job.record(name, .start))
    tell(job.call.uid, job.pod, &out)
    guard case .runSandbox = job.call.operation else { return answer(job, &out) }
    // pause runs without a network until here.
    job.stage = .network
    callNetwork(.add, &job, &out)
    return job
  }

  private mutating func pull(_ job: inout RuntimeJob, _ out: inout KubeOutbox) -> RuntimeJob? {
    guard case .pullImage(let image) = job.call.operation else { return nil }
    let refusal = store.refusal(image, docker: true)
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

  private mutating func callNetwork(
    _ operation: NetworkCall.Operation,
    _ job: inout RuntimeJob,
    _ out: inout KubeOutbox
  ) {
    lastNetworkID += 1
    job.networkID = lastNetworkID
    let path = "/proc/\(4000 + lastNetworkID * 37)/ns/net"
    let call = NetworkCall(id: lastNetworkID, operation: operation, pod: job.pod, sandbox: job.id, namespacePath: path)
    out.send(.network(call), to: network)
  }

  /// The plugin has answered: the sandbox is ready, or pause can go.
  private mutating func networkDone(_ reply: NetworkReply) {
    guard let index = jobs.network(reply.id) else { return }
    jobs.update(index) { job in
      if case .stopSandbox = job.call.operation {
        job.stage = store[job.id]?.phase == .running ? .kill : .answer
        return
      }
      job.stage = .answer
      if reply.failure.isEmpty {
        store.attach(job.id, ip: reply.ip)
        job.outcome = .sandbox(id: job.id, ip: reply.ip)
      } else {
        job.outcome = .failed(store.text.networkFailed(job.id, job.pod, plugin, reply.failure))
      }
    }
  }

  private mutating func answer(_ job: RuntimeJob, _ out: inout KubeOutbox) -> RuntimeJob? {
    if case .runSandbox = job.call.operation {
      if case .failed = job.outcome {
        store.kill(job.id, now: out.now)
        _ = store.end(job.id, now: out.now)
      }
      tell(job.call.uid, job.pod, &out)
    }
    out.send(.runtimeReply(RuntimeReply(id: job.call.id, outcome: job.outcome)), to: kubelet)
    return nil
  }

  private mutating func signal(_ id: String, _ number: Int64, _ out: inout KubeOutbox, grace: Time = 0) {
    guard let record = store[id] else { return }
    if number == 9 { store.kill(id, now: out.now) } else { store.terminate(id, grace: grace, now: out.now) }
    out.record(RuntimeJob.row(name, .kill, record.pod, record.title, id, " signal=\(number)"))
  }

  private mutating func die(_ id: String, _ out: inout KubeOutbox) {
    guard let record = store[id] else { return }
    let code = store.end(id, now: out.now)
    out.record(RuntimeJob.row(name, .die, record.pod, record.title, id, " exitCode=\(code)"))
    tell(record.uid, record.pod, &out)
    guard let index = jobs.ending(id) else { return }
    let linger = record.isSandbox ? store.durations.sandboxStop : 0
    jobs.update(index) { job in
      job.stage = .stop
      job.due = max(out.now, job.arrived + linger)
    }
  }

  private func running(_ subject: Kube.Subject) -> String? {
    store.order.first { id in
      guard let record = store[id], record.phase == .running else { return false }
      return Kube.Subject.container(record.pod, record.title) == subject
    }
  }

  /// From now on a look shows something else.
  private func tell(_ uid: String, _ pod: ObjectKey, _ out: inout KubeOutbox) {
    out.send(.containers(store.view(uid, pod)), to: kubelet)
  }

  private static func verb(_ stage: RuntimeJob.Stage) -> Verb? {
    switch stage {
    case .create: .create
    case .start: .start
    case .pull: .pull
    case .release: .release
    case .kill: .kill
    case .stop: .stop
    case .remove: .destroy
    case .exec: .exec
    case .list: .list
    case .answer: .answer
    case .namespace, .network, .ending: nil
    }
  }
}

extension Verb {
  fileprivate static let create: Verb = "create"
  fileprivate static let start: Verb = "start"
  fileprivate static let pull: Verb = "pull"
  fileprivate static let kill: Verb = "kill"
  fileprivate static let die: Verb = "die"
  fileprivate static let stop: Verb = "stop"
  fileprivate static let destroy: Verb = "destroy"
  /// The network is given back.
  fileprivate static let release: Verb = "release"
  /// A shell goes on after a sleep.
  fileprivate static let run: Verb = "run"
  fileprivate static let list: Verb = "list"
  /// The kubelet's call returns.
  fileprivate static let answer: Verb = "answer"
}
