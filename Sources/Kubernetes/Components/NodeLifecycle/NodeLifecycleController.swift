public import Clockwork

/// The node lifecycle controller notices nodes that nothing is heard of, says so in their status, and taints them.
///
/// It only writes: Pods are driven off by the taints, and a node that is gone is not asked anything.
public struct NodeLifecycleController: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name = "node-controller"
  public let role = Kube.Role.controller
  let text: Text
  /// How long a node may be silent (`--node-monitor-grace-period`).
  let grace: Time
  /// When the controller looks at its nodes (`--node-monitor-period`).
  let looks: Grid
  var core: ControllerCore
  var health = NodeHealth()
  /// Nodes that have something to be done about them at the next look, or later.
  var restless: Table<String, Time> = [:]
  /// Nodes that are ready, as far as their status says; and all there are.
  private(set) var ready: Table<String, Bool> = [:]
  private(set) var lost: Int = 0
  var pods: Table<String, Table<ObjectKey, Bool>> = [:]
  /// Nodes whose Pods could not all be written yet.
  var unfinished: Table<String, Bool> = [:]
  /// When the next node may get a taint that drives Pods off.
  var nextTaint: Time = 0

  static let monitorPeriod: Time = 5000

  public init(version: Version, apiserver: Address, random: Random) {
    text = Text(version)
    // Fifty seconds since 1.32.
    grace = version == .then ? 40_000 : 50_000
    var draws = random
    looks = Grid(period: NodeLifecycleController.monitorPeriod, &draws)
    core = ControllerCore(
      "node-controller",
      apiserver: apiserver,
      informers: [Informer(.node), Informer(.lease), Informer(.pod)]
    )
  }

  public var client: Client {
    get { core.client }
    set { core.client = newValue }
  }

  public mutating func seed(_ objects: [Object], revision: Int64) {
    core.client.seed(objects, revision: revision)
    for object in objects {
      if let node = object.node {
        health.hear(of: object.name, at: 0)
        count(object.name, NodeTaints.ready(node) == nil)
      }
      if let pod = object.pod { place(object.key, pod) }
    }
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    if case .leading = message { forget() }
    for answer in core.receive(message, at: now) { settle(answer, at: now) }
    follow(at: now)
  }

  public func offers(_ offers: inout KubeOffers) {
    core.offers(&offers)
    guard core.isLeading else { return }
    restless.forEach { name, due in
      if !offers.isFull { offer(name, due: due, background: isBraked, &offers) }
    }
    guard let oldest = health.oldest, restless[oldest.node] == nil else { return }
    // In a healthy cluster this moment never comes.
    offer(oldest.node, due: oldest.at + grace, background: true, &offers)
  }

  private func offer(_ name: String, due: Time, background: Bool, _ offers: inout KubeOffers) {
    let isFree = !core.isBusy(with: NodeLifecycleController.item(name))
    offers.add(
      .monitor,
      .object(ObjectKey(.node, "", name)),
      when: isFree,
      due: due,
      background: background,
      else: Obstacle("obstacle.controller.waits-for-answer")
    )
  }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    if action.verb == .monitor, let key = action.subject.key {
      monitor(key.name, &out)
      return
    }
    guard case .sync(let key) = core.perform(action, &out) else { return }
    if key.kind == .lease {
      core.queue.end(key)
      monitor(key.name, &out)
      return
    }
    guard let object = core[key], let node = object.node, let taints = NodeTaints.next(node, at: out.now) else {
      return core.conclude(key)
    }
    core.plan([NodeTaints.write(object, taints, "update")], for: key, at: out.now)
  }

  public mutating func restart(at now: Time) {
    core.restart()
    forget()
  }

  /// A process that begins to lead knows nothing of when nodes were heard of: their time begins anew.
  private mutating func forget() {
    health.removeAll()
    restless = [:]
    ready = [:]
    lost = 0
    pods = [:]
    unfinished = [:]
    nextTaint = 0
  }

  public var state: Value {
    var waiting: [Value.Entry] = []
    restless.forEach { node, time in waiting.append(Value.Entry(node, .integer(time))) }
    return .map(("heard", health.state), ("later", .map(waiting)), ("loop", core.state))
  }

  /// What the writes about a node that were decided at a look are kept under.
  static func item(_ node: String) -> ObjectKey { ObjectKey(.lease, "kube-node-lease", node) }

  // MARK: News

  /// A heartbeat is no news: nothing is decided on it, so it is no step.
  private mutating func follow(at now: Time) {
    for index in core.client.informers.indices {
      while let (event, before) = core.client.informers[index].handle() {
        let object = event.object
        switch object.kind {
        case .node: observe(event, now)
        case .lease where object.namespace == "kube-node-lease" && event.type != .deleted:
          if health.knows(object.name), before != object { health.hear(of: object.name, at: looks.at(now)) }
        case .pod:
          if let old = before?.pod, !old.spec.nodeName.isEmpty {
            pods.update(old.spec.nodeName, default: [:]) { $0.removeValue(for: object.key) }
          }
          if event.type != .deleted, let pod = object.pod { place(object.key, pod) }
        default: break
        }
      }
    }
  }

  private mutating func place(_ key: ObjectKey, _ pod: Pod) {
    if !pod.spec.nodeName.isEmpty { pods.update(pod.spec.nodeName, default: [:]) { $0[key] = true } }
  }

  private mutating func count(_ node: String, _ isReady: Bool?) {
    if ready[node] == false { lost -= 1 }
    if isReady == false { lost += 1 }
    ready[node] = isReady
  }

  private mutating func observe(_ event: WatchEvent, _ now: Time) {
    let name = event.object.name
    guard event.type != .deleted, let node = event.object.node else {
      if health.knows(name) { tell(event.object, "RemovingNode", text.removingNode(name), now) }
      health.remove(name)
      count(name, nil)
      restless[name] = nil
      return
    }
    if !health.knows(name) {
      health.hear(of: name, at: looks.at(now))
      tell(event.object, "RegisteredNode", text.registeredNode(name), now)
    }
    let wasBraked = isBraked
    count(name, NodeTaints.ready(node) == nil)
    if node.status[condition: "Ready"]?.status == "Unknown" { health.silence(name) }
    if NodeTaints.next(node, at: now) != nil { core.queue.add(event.object.key) }
    if isBraked != wasBraked {
      for object in core.informer(.node).objects { weigh(object, now) }
    } else {
      weigh(event.object, now)
    }
  }

  /// Whether the next look has to do something about a node.
  private mutating func weigh(_ object: Object, _ now: Time) {
    guard let node = object.node else { return }
    if NodeTaints.driving(node, isBraked ? nil : NodeTaints.ready(node), at: now) == nil {
      restless[object.name] = nil
    } else if restless[object.name] == nil {
      restless[object.name] = looks.after(now)
    }
  }

  mutating func tell(_ object: Object, _ reason: String, _ message: String, _ now: Time) {
    var about = ObjectReference(to: object)
    about.resourceVersion = 0
    core.recorder.record(EventRecorder.Note("Normal", reason, message, about: about), at: now)
  }
}

extension Verb {
  fileprivate static let monitor: Verb = "monitor"
}
