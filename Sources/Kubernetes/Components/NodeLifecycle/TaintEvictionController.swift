public import Clockwork

/// The taint eviction controller deletes Pods that do not tolerate a NoExecute taint of their node, once their time is up.
///
/// Until 1.28 it was a part of the node lifecycle controller. It marks Pods; only a kubelet can finish them.
public struct TaintEvictionController: Component, Watching {
  public typealias Model = Kube

  /// A Pod whose days on its node are counted.
  struct Sentence: Equatable, Sendable {
    var since: Time
    var at: Time
  }

  // MARK: State

  public let name = "taint-eviction-controller"
  public let role = Kube.Role.controller
  private let text: Text
  private var core: ControllerCore
  private var sentences: Table<ObjectKey, Sentence> = [:]
  private var pods: Table<String, Table<ObjectKey, Bool>> = [:]

  public init(version: Version, apiserver: Address) {
    text = Text(version)
    core = ControllerCore(
      version == .then ? "node-controller" : "taint-eviction-controller",
      apiserver: apiserver,
      informers: [Informer(.node), Informer(.pod)],
      workers: 8
    )
    if version == .then { core.recorder = EventRecorder(component: "taint-controller") }
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
      while let (event, before) = core.client.informers[index].handle() {
        if event.object.kind == .node { observe(event, before?.node, now) } else { observe(event, before?.pod, now) }
      }
    }
  }

  public func offers(_ offers: inout KubeOffers) { core.offers(&offers) }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    guard case .sync(let key) = core.perform(action, &out) else { return }
    guard let pod = core[key]?.pod, let sentence = sentences[key], sentence.at <= out.now else {
      return core.conclude(key)
    }
    let isFirst = core.queue.failureCount(of: key) == 0
    if isFirst { tell(pod, text.markingForDeletion(key), out.now) }
    out.note(Fact("fact.taint-eviction.due", ("node", .string(pod.spec.nodeName))))
    var writes: [ControllerCore.Write] = []
    if text.version == .now { writes.append(mark(key, pod, out.now)) }
    var request = Request(id: 0, user: "", verb: .delete, key: key)
    request.body = .delete(Deletion())
    var write = ControllerCore.Write("delete", .object(key), request)
    write.batch = 1
    writes.append(write)
    core.plan(writes, for: key, at: out.now)
  }

  public mutating func restart(at now: Time) {
    core.restart()
    forget()
  }

  private mutating func forget() {
    sentences = [:]
    pods = [:]
  }

  public var state: Value {
    var due: [Value.Entry] = []
    sentences.forEach { key, sentence in due.append(Value.Entry(key.qualifiedName, .integer(sentence.at))) }
    return .map(("evictions", .map(due)), ("loop", core.state))
  }

  // MARK: News

  private mutating func place(_ key: ObjectKey, _ pod: Pod) {
    if !pod.spec.nodeName.isEmpty { pods.update(pod.spec.nodeName, default: [:]) { $0[key] = true } }
  }

  private mutating func observe(_ event: WatchEvent, _ before: Node?, _ now: Time) {
    let name = event.object.name
    let old = before?.spec.taints.filter { $0.effect == "NoExecute" } ?? []
    let taints = TaintEvictionController.driving(event)
    if taints == old { return }
    for key in pods[name]?.keys ?? [] { if let pod = core[key]?.pod { weigh(key, pod, taints, now) } }
  }

  private mutating func observe(_ event: WatchEvent, _ before: Pod?, _ now: Time) {
    let key = event.object.key
    guard event.type != .deleted, let pod = event.object.pod else {
      if let before { pods.update(before.spec.nodeName, default: [:]) { $0.removeValue(for: key) } }
      if let before { cancel(key, before, now) }
      return
    }
    if pod.spec.nodeName.isEmpty { return }
    if before?.spec.nodeName == pod.spec.nodeName, before?.spec.tolerations == pod.spec.tolerations { return }
    place(key, pod)
    guard let node = core[ObjectKey(.node, "", pod.spec.nodeName)]?.node else { return }
    weigh(key, pod, node.spec.taints.filter { $0.effect == "NoExecute" }, now)
  }

  private static func driving(_ event: WatchEvent) -> [Taint] {
    if event.type == .deleted { return [] }
    return event.object.node?.spec.taints.filter { $0.effect == "NoExecute" } ?? []
  }

  /// How long a Pod may stay on a node with these taints.
  private mutating func weigh(_ key: ObjectKey, _ pod: Pod, _ taints: [Taint], _ now: Time) {
    if taints.isEmpty { return cancel(key, pod, now) }
    var shortest: Int64?
    for taint in taints {
      let helpful = pod.spec.tolerations.filter { SchedulerPlugins.tolerates([$0], taint) }
      if helpful.isEmpty {
        // It does not even have to wait.
        cancel(key, pod, now)
        return sentence(key, Sentence(since: now, at: now))
      }
      for toleration in helpful {
        guard let seconds = toleration.tolerationSeconds else { continue }
        shortest = min(shortest ?? .max, max(0, seconds))
      }
    }
    // Whoever tolerates without a limit stays for ever.
    guard let shortest else { return }
    let since = sentences[key]?.since ?? now
    sentence(key, Sentence(since: since, at: since + shortest * 1000))
  }

  private mutating func sentence(_ key: ObjectKey, _ new: Sentence) {
    if let known = sentences[key], known.at <= new.at { return }
    sentences[key] = new
    core.queue.add(key, at: new.at)
  }

  private mutating func cancel(_ key: ObjectKey, _ pod: Pod, _ now: Time) {
    guard let sentence = sentences.removeValue(for: key) else { return }
    core.queue.cancel(key)
    if sentence.at > now { tell(pod, text.cancellingDeletion(key), now) }
  }

  private mutating func tell(_ pod: Pod, _ message: String, _ now: Time) {
    var about = ObjectReference()
    about.kind = "Pod"
    about.namespace = pod.metadata.namespace
    about.name = pod.metadata.name
    if text.version == .now {
      about.apiVersion = "v1"
      about.uid = pod.metadata.uid
    }
    core.recorder.record(EventRecorder.Note("Normal", "TaintManagerEviction", message, about: about), at: now)
  }

  /// "Now" the Pod says why it goes.
  private func mark(_ key: ObjectKey, _ pod: Pod, _ now: Time) -> ControllerCore.Write {
    var request = Request(id: 0, user: "", verb: .patch, key: key)
    request.subresource = "status"
    var condition = PodCondition(type: "DisruptionTarget", status: "True", since: Timestamp(now))
    condition.reason = "DeletionByTaintManager"
    condition.message = text.drivenOut
    request.body = .patch(.strategic, .map(("status", .map(("conditions", .list([condition.tree]))))))
    return ControllerCore.Write("report", .object(key), request)
  }
}
