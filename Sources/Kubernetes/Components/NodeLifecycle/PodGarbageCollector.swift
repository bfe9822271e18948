public import Clockwork

/// The Pod garbage collector removes Pods whose node does not exist any more: no kubelet will ever finish them.
public struct PodGarbageCollector: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name = "pod-garbage-collector"
  public let role = Kube.Role.controller
  private let text: Text
  /// When it goes round.
  private let rounds: Grid
  private var core: ControllerCore
  private var pods: Table<String, Table<ObjectKey, Bool>> = [:]
  /// Since when a node that has Pods was missed.
  private var missing: Table<String, Time> = [:]

  static let period: Time = 20_000
  /// A node may only not have been heard of yet.
  static let quarantine: Time = 40_000

  public init(version: Version, apiserver: Address, random: Random) {
    text = Text(version)
    var draws = random
    rounds = Grid(period: PodGarbageCollector.period, &draws)
    core = ControllerCore(
      "pod-garbage-collector",
      apiserver: apiserver,
      informers: [Informer(.node), Informer(.pod)]
    )
  }

  public var client: Client {
    get { core.client }
    set { core.client = newValue }
  }

  public mutating func seed(_ objects: [Object], revision: Int64) {
    core.client.seed(objects, revision: revision)
    for object in objects { if let pod = object.pod { place(object.key, pod) } }
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    if case .leading = message { forget() }
    for answer in core.receive(message, at: now) {
      let isDone = answer.isSuccess || answer.response.code == 404
      if isDone { core.proceed(answer.item, at: now) } else { core.fail(answer.item, at: now) }
    }
    for index in core.client.informers.indices {
      while let (event, before) = core.client.informers[index].handle() { follow(event, before, now) }
    }
  }

  public func offers(_ offers: inout KubeOffers) { core.offers(&offers) }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    guard case .sync(let key) = core.perform(action, &out) else { return }
    guard let pod = core[key]?.pod, core[ObjectKey(.node, "", pod.spec.nodeName)] == nil else {
      return core.conclude(key)
    }
    out.note(Fact("fact.pod-gc.orphan", ("node", .string(pod.spec.nodeName))))
    var writes: [ControllerCore.Write] = []
    if text.version == .now { writes.append(mark(key, pod, out.now)) }
    var request = Request(id: 0, user: "", verb: .delete, key: key)
    request.body = .delete(Deletion(graceSeconds: 0))
    var write = ControllerCore.Write("delete", .object(key), request)
    write.batch = 1
    core.plan(writes + [write], for: key, at: out.now)
  }

  public mutating func restart(at now: Time) {
    core.restart()
    forget()
  }

  private mutating func forget() {
    pods = [:]
    missing = [:]
  }

  public var state: Value {
    var gone: [Value.Entry] = []
    missing.forEach { node, time in gone.append(Value.Entry(node, .integer(time))) }
    return .map(("missing", .map(gone)), ("loop", core.state))
  }

  // MARK: News

  private mutating func place(_ key: ObjectKey, _ pod: Pod) {
    if !pod.spec.nodeName.isEmpty { pods.update(pod.spec.nodeName, default: [:]) { $0[key] = true } }
  }

  private mutating func follow(_ event: WatchEvent, _ before: Object?, _ now: Time) {
    let object = event.object
    if object.kind == .node {
      if event.type != .deleted {
        missing[object.name] = nil
        return
      }
      for key in pods[object.name]?.keys ?? [] { miss(object.name, key, now) }
      return
    }
    guard event.type != .deleted, let pod = object.pod else {
      if let old = before?.pod { pods.update(old.spec.nodeName, default: [:]) { $0.removeValue(for: object.key) } }
      core.queue.cancel(object.key)
      return
    }
    if pod.spec.nodeName.isEmpty || before?.pod?.spec.nodeName == pod.spec.nodeName { return }
    place(object.key, pod)
    // Nodes may only not have been listed yet.
    let nodes = core.informer(.node)
    if nodes.phase == .watching, nodes[ObjectKey(.node, "", pod.spec.nodeName)] == nil {
      miss(pod.spec.nodeName, object.key, now)
    }
  }

  /// A Pod's node is not there: it is noticed on one round, and believed on the first after the quarantine.
  private mutating func miss(_ node: String, _ key: ObjectKey, _ now: Time) {
    let since = missing[node] ?? rounds.after(now)
    missing[node] = since
    core.queue.add(key, at: rounds.at(since + PodGarbageCollector.quarantine))
  }

  /// "Now" the Pod fails first, so that nobody takes it for one that still runs.
  private func mark(_ key: ObjectKey, _ pod: Pod, _ now: Time) -> ControllerCore.Write {
    var request = Request(id: 0, user: "", verb: .patch, key: key)
    request.subresource = "status"
    var condition = PodCondition(type: "DisruptionTarget", status: "True", since: Timestamp(now))
    condition.reason = "DeletionByPodGC"
    condition.message = text.nodeIsGone
    let hasEnded = pod.status.phase == PodPhase.succeeded.rawValue || pod.status.phase == PodPhase.failed.rawValue
    var status: Value = .map(("conditions", .list([condition.tree])))
    if !hasEnded { status["phase"] = .string(PodPhase.failed.rawValue) }
    request.body = .patch(.strategic, .map(("status", status)))
    return ControllerCore.Write("report", .object(key), request)
  }
}
