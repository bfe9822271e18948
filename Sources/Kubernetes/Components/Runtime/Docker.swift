import Clockwork

/// dockerd runs containers for the kubelet's dockershim: pause is started first, and gets its network afterwards.
///
/// In reality dockershim, a part of the kubelet, makes several calls to dockerd for each of these; they are drawn here.
public struct Docker: Component {
  public typealias Model = Kube

  // MARK: State

  public let name: String
  public let role = Kube.Role.runtime
  public var store: ContainerStore { desk.store }
  private var desk: RuntimeDesk

  public init(node: String, kubelet: Address, network: Address, plugin: String, store: ContainerStore) {
    name = "dockerd@\(node)"
    let habits = RuntimeDesk.Habits(exit: "die", remove: "destroy", sandboxFirst: .create, isDocker: true)
    desk = RuntimeDesk(name, kubelet: kubelet, network: network, plugin: plugin, habits: habits, store: store)
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    if let reply = desk.receive(message, from: sender, at: now) { networkDone(reply) }
  }

  public func offers(_ offers: inout KubeOffers) { desk.offers(&offers) }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    if let (index, job) = desk.jobs.take(action, desk.habits) {
      if let rest = work(job, &out) { desk.jobs.put(rest, at: index) }
    } else if let ended = desk.live(action, &out) {
      finish(ended, out.now)
    }
    desk.tellFiles(&out)
  }

  /// Containers end with their daemon: live-restore is off.
  public mutating func restart(at now: Time) {
    desk.jobs.removeAll()
    desk.store.killAll(now: now)
  }

  public var state: Value { desk.state }

  // MARK: Helpers

  /// What only dockerd does, or does differently; the rest is the desk's.
  private mutating func work(_ given: RuntimeJob, _ out: inout KubeOutbox) -> RuntimeJob? {
    var job = given
    if job.stage == .stop {
      out.record(job.record(name, "stop"))
      return desk.answer(job, &out)
    }
    guard job.call.isAboutSandbox else { return desk.work(job, &out) }
    switch job.stage {
    case .create:
      job.id = desk.store.createSandbox(job.call, now: out.now)
      out.record(job.record(name, "create"))
      desk.tell(job.call.uid, job.pod, &out)
      job.stage = .start
      job.due = job.arrived + desk.store.durations.sandboxStart
      return job
    case .start:
      desk.start(job, &out)
      // pause runs without a network until here.
      callNetwork(.add, &job, &out)
      return job
    case .release:
      callNetwork(.delete, &job, &out)
      return job
    case .answer: return answer(job, &out)
    default: return desk.work(job, &out)
    }
  }

  private mutating func callNetwork(
    _ operation: NetworkCall.Operation,
    _ job: inout RuntimeJob,
    _ out: inout KubeOutbox
  ) {
    desk.callNetwork(operation, &job, &out) { "/proc/\(4000 + $0 * 37)/ns/net" }
  }

  /// The plugin has answered: the sandbox is ready, or pause can go.
  private mutating func networkDone(_ reply: NetworkReply) {
    guard let index = desk.jobs.network(reply.id) else { return }
    var job = desk.jobs.take(index)
    job.stage = .answer
    if case .stopSandbox = job.call.operation {
      if desk.store[job.id]?.phase == .running { job.stage = .kill }
    } else {
      desk.attach(&job, reply)
    }
    desk.jobs.put(job, at: index)
  }

  /// A sandbox without a network is left as it is, with its process killed.
  private mutating func answer(_ job: RuntimeJob, _ out: inout KubeOutbox) -> RuntimeJob? {
    if case .runSandbox = job.call.operation {
      if case .failed = job.outcome {
        desk.store.kill(job.id, now: out.now)
        _ = desk.store.end(job.id, now: out.now)
      }
      desk.tell(job.call.uid, job.pod, &out)
    }
    return desk.answer(job, &out)
  }

  /// Whoever waits for the end of a process hears of it a little later.
  private mutating func finish(_ ended: RuntimeDesk.Ended, _ now: Time) {
    guard let index = ended.job else { return }
    let linger = ended.record.isSandbox ? desk.store.durations.sandboxStop : 0
    desk.jobs.update(index) { job in
      job.stage = .stop
      job.due = max(now, job.arrived + linger)
    }
  }
}
