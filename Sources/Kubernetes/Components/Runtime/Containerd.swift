import Clockwork

/// containerd runs containers for the kubelet: a sandbox has its network before its first process, pause, is started.
public struct Containerd: Component {
  public typealias Model = Kube

  // MARK: State

  public let name: String
  public let role = Kube.Role.runtime
  public var store: ContainerStore { desk.store }
  private var desk: RuntimeDesk
  /// Where the network namespaces of sandboxes are pinned.
  private var paths: Table<String, String> = [:]

  public init(node: String, kubelet: Address, network: Address, plugin: String, store: ContainerStore) {
    name = "containerd@\(node)"
    let habits = RuntimeDesk.Habits(exit: "exit", remove: "remove", sandboxFirst: .namespace, isDocker: false)
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
      finish(ended, &out)
    }
    desk.tellFiles(&out)
  }

  /// Containers outlive their daemon: a shim of their own holds them.
  public mutating func restart(at now: Time) { desk.jobs.removeAll() }

  public var state: Value { desk.state }

  // MARK: Helpers

  /// What only containerd does, or does differently; the rest is the desk's.
  private mutating func work(_ given: RuntimeJob, _ out: inout KubeOutbox) -> RuntimeJob? {
    var job = given
    switch job.stage {
    case .namespace:
      makeNamespace(&job, &out)
      return job
    case .release:
      // Where pause died by itself the plugin has not been asked yet.
      guard let path = paths.removeValue(for: job.id) else { return desk.answer(job, &out) }
      desk.callNetwork(.delete, &job, &out) { _ in path }
      return job
    case .answer:
      // A sandbox without a network is taken away again.
      if case .runSandbox = job.call.operation, case .failed = job.outcome { desk.store.remove(job.id) }
      return desk.answer(job, &out)
    default: return desk.work(job, &out)
    }
  }

  /// The namespace comes first, then its network; a process comes last.
  private mutating func makeNamespace(_ job: inout RuntimeJob, _ out: inout KubeOutbox) {
    job.id = desk.store.createSandbox(job.call, now: out.now)
    let path = desk.store.newNamespace()
    paths[job.id] = path
    out.note(Fact("fact.containerd.namespace", ("path", .string(path))))
    desk.callNetwork(.add, &job, &out) { _ in path }
  }

  /// The plugin has answered: pause can start, or the namespace can go.
  private mutating func networkDone(_ reply: NetworkReply) {
    guard let index = desk.jobs.network(reply.id) else { return }
    var job = desk.jobs.take(index)
    if case .stopSandbox = job.call.operation {
      job.stage = .release
    } else {
      desk.attach(&job, reply)
      if case .status = job.call.operation {
        job.stage = .answer
        return desk.jobs.put(job, at: index)
      }
      job.stage = reply.failure.isEmpty ? .start : .answer
      if reply.failure.isEmpty { job.due = job.arrived + desk.store.durations.sandboxStart }
    }
    desk.jobs.put(job, at: index)
  }

  /// Whoever waits for the end of a process hears of it; a sandbox gives its network back first.
  private mutating func finish(_ ended: RuntimeDesk.Ended, _ out: inout KubeOutbox) {
    guard let index = ended.job else { return }
    var job = desk.jobs.take(index)
    guard ended.record.isSandbox else {
      _ = desk.answer(job, &out)
      return
    }
    let path = paths.removeValue(for: job.id) ?? ""
    desk.callNetwork(.delete, &job, &out) { _ in path }
    desk.jobs.put(job, at: index)
  }
}
