import Clockwork

/// The kubelet watches for Pods that are bound to its node, has the runtime run their containers, and reports how they are.
///
/// Nobody orders it to: it sees a Pod that names its node.
public struct Kubelet: Component, Watching {
  public typealias Model = Kube

  /// Whether the kubelet knows what the runtime holds.
  enum Look: Equatable, Sendable {
    case known
    case needed(from: Time, pause: Time)
    case asked(Int64)
  }

  // MARK: State

  public let name: String
  public let role = Kube.Role.kubelet
  let node: Node
  let version: Version
  let durations: Durations
  let text: Text
  /// What the Pods of the node may ask for in all.
  let capacity: ResourceAmounts
  let runtime: Address
  /// The network plugin of the node, which the kubelet itself never calls.
  var plugin: Address?
  var network = NetworkLook()
  /// `docker` or `containerd`, as container ids begin.
  let runtimeName: String
  /// PLEG looks, and the status manager goes round, at fixed moments after the start of the process.
  let looks: Grid
  let rounds: Grid
  public var client: Client
  var recorder: EventRecorder
  var workers = PodWorkers()
  /// Who waits for the answer to a call to the runtime, and to a request.
  var callers: Table<Int64, String> = [:]
  var askers: Table<Int64, String> = [:]
  /// What the runtime holds of Pods that the kubelet does not know.
  var strays: Table<String, RuntimeView> = [:]
  var images: [String] = []
  var look = Look.known
  /// A kubelet that has just started admits nothing before it has looked at the runtime once.
  var hasLooked = true
  /// How long the kubelet waits for its next try when the runtime does not answer.
  var lookPause: Time = 0
  var crashes: Backoff
  var pulls: Backoff
  var execs: [ExecJob] = []
  /// Where Pods look names up; nothing in a cluster of a test that has none.
  var names: ResolverSettings?
  var logs: LogServer
  /// Nothing in a cluster where nobody asks for measurements.
  var measuring: Measuring?
  /// Where no kernel moves packets, a probe always gets to its container.
  var kernel: Address?
  /// Probes whose way is asked for.
  var reaches: Table<Int64, ProbeReach> = [:]
  /// Nothing where nobody measures what the node has left.
  var evictions: EvictionManager?
  /// Nothing where nobody wants to hear of the node.
  var heart: Heart?
  /// When the process was started; nothing where that was long before the story.
  var startedAt: Time?
  var random: Random
  private var lastCall: Int64 = 0

  public init(
    node: Node,
    version: Version,
    durations: Durations,
    apiserver: Address,
    runtime: Address,
    runtimeName: String,
    images: [String],
    random: Random
  ) {
    let nodeName = node.metadata.name
    name = "kubelet@\(nodeName)"
    self.node = node
    capacity = ResourceAmounts(node.status.allocatable)
    self.version = version
    self.durations = durations
    self.runtime = runtime
    self.runtimeName = runtimeName
    self.images = images
    // docker looks after its files itself, and by default not at all.
    logs = LogServer(maxSize: runtimeName == "docker" ? nil : durations.logMaxSize)
    text = Text(version)
    var draws = random
    looks = Grid(period: durations.relistPeriod, &draws)
    rounds = Grid(period: durations.statusSync, &draws)
    self.random = random.stream("probes")
    client = Client(apiserver: apiserver, user: name, informers: [Informer(.pod, .node(nodeName))])
    recorder = EventRecorder(component: "kubelet", host: nodeName)
    crashes = Backoff(initial: durations.backoffBase, maximum: durations.backoffLimit)
    pulls = Backoff(initial: durations.backoffBase, maximum: durations.backoffLimit)
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    take(message, from: sender, at: now)
    refresh()
  }

  private mutating func take(_ message: Message, from sender: Address, at now: Time) {
    if takeReach(message, from: sender, now) { return }
    if measuring?.receive(message, from: sender) == true || heart?.receive(message, at: now) == true { return }
    switch message {
    case .containers(let view): take(view, now)
    case .runtimeReply(let reply): settle(reply, now)
    case .refused(let id, _) where sender == runtime: settle(refusal(id), now)
    case .closed(let by) where by == runtime: loseRuntime(now)
    case .closed(let by) where by == plugin: network.doubt(at: now, looks)
    case .clock(let skew): heart?.skew = skew
    case .exec(let call): execs.append(ExecJob(call: call, sender: sender))
    default:
      if logs.receive(message, from: sender) { return }
      if case .closed(let by) = message, by == client.apiserver { loseServer(now) }
      if client.receive(message, at: now) || recorder.receive(message, at: now) { return }
      answered(message, now)
    }
  }

  public func offers(_ offers: inout KubeOffers) {
    client.offers(&offers)
    if let event = client.informers[0].next { offers.add(.observe, .object(event.object.key)) }
    offerLook(&offers)
    offerNetworkLook(&offers)
    offerEviction(&offers)
    offerExec(&offers)
    offerLogs(&offers)
    if offers.isFull { return }
    workers.offer(&offers) { worker, offers in offer(&worker, &offers) }
    if offers.isFull { return }
    recorder.offers(&offers)
    measuring?.offers(&offers)
    heart?.offers(&offers)
    if offers.want == .all { offerIdle(&offers) }
  }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    act(action, &out)
    refresh()
  }

  private mutating func act(_ action: KubeAction, _ out: inout KubeOutbox) {
    if client.perform(action, &out) || recorder.perform(action, &client, &out) { return }
    if measuring?.perform(action, &out) == true { return }
    if heart?.perform(action, &client, &recorder, &out) == true { return }
    switch action.verb {
    case .observe: observe(&out)
    case .relist where action.subject == .containers: lookAtAll(&out)
    case "check": lookAtNetwork(&out)
    case "relieve": relieve(&out)
    case .exec: execute(action.subject, &out)
    case .readLog: readLog(action.subject, &out)
    case .rotate: rotate(action.subject, &out)
    default:
      for uid in workers.due(at: out.now, action) where perform(action, for: uid, &out) {
        tidy(uid)
        return
      }
      if action.verb == .clean { adopt(action.subject, out.now) }
    }
  }

  /// A new process knows nothing: it lists its Pods, looks at the runtime, and finds its containers there.
  public mutating func restart(at now: Time) {
    client.restart()
    recorder.restart()
    workers.removeAll()
    callers.removeAll()
    askers.removeAll()
    strays.removeAll()
    execs = []
    logs.restart()
    reaches = [:]
    measuring?.restart(at: now)
    heart?.restart(at: now)
    crashes = Backoff(initial: durations.backoffBase, maximum: durations.backoffLimit)
    pulls = Backoff(initial: durations.backoffBase, maximum: durations.backoffLimit)
    look = .needed(from: now, pause: durations.relistPeriod)
    hasLooked = false
    evictions?.restart()
    network = NetworkLook()
    if plugin != nil { network.doubt(at: now, looks) }
    startedAt = now
    lookPause = 0
    refresh()
  }

  public var state: Value {
    var pods: [Value.Entry] = []
    workers.forEach { pods.append(Value.Entry($0.key.qualifiedName, $0.state)) }
    var value: Value = .map(("pods", .map(pods)), ("events", recorder.state), ("watches", client.state))
    if look != .known { value["runtime"] = "not looked at" }
    if let measuring { value["cadvisor"] = measuring.cadvisor.state }
    if let heart { value["node"] = heart.state }
    return value
  }

  // MARK: Helpers

  /// The number of a call to the runtime.
  mutating func nextCall(for uid: String = "") -> Int64 {
    lastCall += 1
    if !uid.isEmpty { callers[lastCall] = uid }
    return lastCall
  }

  /// Works out when the workers that changed can next do something.
  private mutating func refresh() {
    let now = PodWorkers.Surroundings(hasLooked: hasLooked, isLookKnown: look == .known)
    for place in workers.takeChanged(now) {
      var offers = KubeOffers()
      workers.look(at: place) { offer(&$0, &offers) }
      workers.set(offers.moment, at: place)
    }
  }

  /// What one worker could do; it is read in its box, and nothing of it changes.
  private func offer(_ worker: inout PodWorker, _ offers: inout KubeOffers) {
    let pod = Kube.Subject.object(worker.key)
    if worker.life == .new {
      let older = workers.oldest(worker.key) ?? worker.uid
      let obstacle: Obstacle = hasLooked ? .oldPodRemains : .runtimeNotSeen
      offers.add(.admit, pod, when: hasLooked && older == worker.uid, else: obstacle)
      return
    }
    if worker.report.isDue {
      let isFree = worker.report.request == nil
      offers.add(.report, pod, when: isFree, due: worker.report.due, else: .reportUnderWay)
    }
    offerTasks(&worker, &offers)
    if !worker.hookEnds.isEmpty { offerHooks(&worker, &offers) }
    if !worker.probers.isEmpty { offerProbes(&worker, &offers) }
    if worker.differs {
      offers.add(.relist, pod, due: max(looks.at(worker.changedAt), looks.after(worker.seenAt)))
    } else if !worker.isWorking, worker.life != .terminated {
      offerSync(&worker, &offers)
    }
    if !worker.removals.isEmpty {
      offers.add(.clean, pod, when: look == .known, due: worker.removeAt, else: .runtimeNotSeen)
    }
    offerFinish(&worker, &offers)
  }

  private func offerTasks(_ worker: inout PodWorker, _ offers: inout KubeOffers) {
    for work in worker.ready {
      let (verb, subject) = work.verb(worker.key)
      let isFree = !work.isPull || !workers.isPulling
      offers.add(verb, subject, when: isFree, else: .anotherPull)
    }
    guard offers.want == .all, let obstacle = waiting(worker) else { return }
    for work in worker.plan where !worker.ready.contains(work) {
      if case .begin = work { continue }
      let (verb, subject) = work.verb(worker.key)
      offers.add(verb, subject, when: false, else: obstacle)
    }
  }

  /// What the next tasks of a plan wait for.
  private func waiting(_ worker: PodWorker) -> Obstacle? {
    if let call = worker.calls.first {
      let (verb, subject) = call.work.verb(worker.key)
      return .waitsFor("\(verb.text) \(subject.description)")
    }
    guard let work = worker.ready.first else { return nil }
    let (verb, subject) = work.verb(worker.key)
    return .comesAfter("\(verb.text) \(subject.description)")
  }

  private func offerSync(_ worker: inout PodWorker, _ offers: inout KubeOffers) {
    let pod = Kube.Subject.object(worker.key)
    var due: Time = .never
    if worker.isPending { due = looks.after(worker.lastSync) }
    if let retryAt = worker.retryAt { due = min(due, retryAt) }
    let isPeriodic = worker.isWaitingForNetwork && !worker.isPending
    offers.add(.sync, pod, when: due != .never, due: due, background: isPeriodic, else: .nothingChanged)
  }

  private func offerFinish(_ worker: inout PodWorker, _ offers: inout KubeOffers) {
    guard worker.pod.metadata.deletionTimestamp != nil, !worker.isGone else { return }
    var due: Time = 0
    var isReady = worker.report.isSettled && worker.finishing == nil
    if version == .now {
      isReady = isReady && worker.life == .terminated
    } else {
      isReady = isReady && !worker.isWorking && worker.seen.isEmpty && worker.actual.isEmpty && worker.clearedAt != nil
      due = rounds.after(worker.clearedAt ?? 0)
    }
    offers.add(.finish, .object(worker.key), when: isReady, due: max(due, worker.finishAt), else: .notCleared)
  }

  /// Why nothing happens on an idle node.
  private func offerIdle(_ offers: inout KubeOffers) {
    if workers.isEmpty, !client.isBehind {
      offers.add(.admit, .named("pods"), when: false, else: .noPodBound(node.metadata.name))
    }
    // The last task of a plan leaves nothing else to offer; whoever asks still hears what is waited for.
    guard offers.isEmpty else { return }
    workers.forEach { worker in
      offers.add(.sync, .object(worker.key), when: false, else: waiting(worker) ?? .nothingChanged)
    }
  }

  /// Does what was offered for one Pod.
  ///
  /// False when it was offered for another.
  private mutating func perform(_ action: KubeAction, for uid: String, _ out: inout KubeOutbox) -> Bool {
    guard let worker = workers[uid] else { return false }
    for work in worker.ready where worker.life != .new {
      let (verb, subject) = work.verb(worker.key)
      if verb == action.verb, subject == action.subject {
        begin(work, uid, &out)
        return true
      }
    }
    if endHook(action, uid, &out) { return true }
    if action.verb == .probe { return probe(action.subject, uid, &out) }
    guard action.subject == .object(worker.key) else { return false }
    switch action.verb {
    case .admit: admit(uid, &out)
    case .report: report(uid, &out)
    case .relist: relist(uid, &out)
    case .sync: wake(uid, &out)
    case .clean: clean(uid, &out)
    case .finish: finish(uid, &out)
    default: return false
    }
    return true
  }
}

extension Kube.Subject {
  fileprivate static var containers: Kube.Subject { .named("containers") }
}

extension Verb {
  // The worker's tasks name theirs in `PodWorker.Work`.
  fileprivate static let relist: Verb = "relist"
  fileprivate static let sync: Verb = "sync"
  fileprivate static let clean: Verb = "clean"
  fileprivate static let finish: Verb = "finish"
}

extension Obstacle {
  fileprivate static var oldPodRemains: Obstacle { Obstacle("obstacle.kubelet.old-pod-remains") }
  static var runtimeNotSeen: Obstacle { Obstacle("obstacle.kubelet.runtime-not-seen") }
  fileprivate static var reportUnderWay: Obstacle { Obstacle("obstacle.kubelet.report-under-way") }
  fileprivate static var anotherPull: Obstacle { Obstacle("obstacle.kubelet.another-pull") }
  fileprivate static var nothingChanged: Obstacle { Obstacle("obstacle.kubelet.nothing-changed") }
  fileprivate static var notCleared: Obstacle { Obstacle("obstacle.kubelet.not-cleared") }
  fileprivate static func noPodBound(_ node: String) -> Obstacle {
    Obstacle("obstacle.kubelet.no-pod-bound", ("node", .string(node)))
  }
  fileprivate static func waitsFor(_ action: String) -> Obstacle {
    Obstacle("obstacle.kubelet.waits-for", ("action", .string(action)))
  }
  fileprivate static func comesAfter(_ action: String) -> Obstacle {
    Obstacle("obstacle.kubelet.comes-after", ("action", .string(action)))
  }
}
