public import Clockwork

/// The route controller tells the network of a cloud behind which node which Pods are; kubenet does nothing between nodes.
public struct RouteController: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name = "route-controller"
  public let role = Kube.Role.controller
  private var core: ControllerCore
  private let text: Text
  /// The router of the cloud, where one moves packets.
  private let fabric: Address?
  /// What the cloud has been told, by node.
  private var routes: Table<ObjectKey, CIDR> = [:]
  /// Calls to the cloud that it has not answered.
  private var calls: Table<Int64, Call> = [:]
  private var lastCall: Int64 = 0
  /// Nodes whose route could not be made, and when it is tried again.
  private var failed: Table<ObjectKey, Time> = [:]

  private struct Call: Sendable {
    var key: ObjectKey
    var range: CIDR
    var since: Time
  }

  /// `--route-reconciliation-period`, and how long a call to the cloud may take.
  static let period: Time = 10_000
  static let patience: Time = 20_000

  public init(
    version: Version = .now,
    apiserver: Address,
    fabric: Address?,
    process: String = KubeControllerManager.usual
  ) {
    text = Text(version)
    core = ControllerCore("route-controller", apiserver: apiserver, informers: [Informer(.node)], process: process)
    self.fabric = fabric
  }

  public var client: Client {
    get { core.client }
    set { core.client = newValue }
  }

  /// Nodes that were there before the story have their routes.
  public mutating func seed(_ objects: [Object], revision: Int64) {
    client.seed(objects, revision: revision)
    for object in core.informer(.node).objects {
      if let range = CIDR(object.node?.spec.podCIDR ?? "") { routes[object.key] = range }
    }
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    if hear(message, from: sender, at: now) { return }
    for answer in core.receive(message, at: now) {
      if answer.isSuccess { core.proceed(answer.item, at: now) } else { core.fail(answer.item, at: now) }
    }
    for index in core.client.informers.indices {
      while let (event, _) = core.client.informers[index].handle() {
        let key = event.object.key
        let range = event.type == .deleted ? nil : CIDR(event.object.node?.spec.podCIDR ?? "")
        if range != routes[key] { core.queue.add(key) }
      }
    }
  }

  public func offers(_ offers: inout KubeOffers) {
    core.offers(&offers)
    guard core.isLeading else { return }
    calls.forEach { _, call in offers.add(.giveUp, .object(call.key), due: call.since + RouteController.patience) }
    failed.forEach { key, due in offers.add(.reconcile, .object(key), due: due, background: true) }
  }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    if action.verb == .giveUp { return giveUp(action, &out) }
    if action.verb == .reconcile, let key = action.subject.key {
      failed[key] = nil
      return core.queue.add(key)
    }
    guard case .sync(let key) = core.perform(action, &out) else { return }
    let node = core[key]?.node
    let range = CIDR(node?.spec.podCIDR ?? "")
    if let old = routes[key], old != range {
      tell(.removeRoute(Route(to: old, device: "")), &out)
      routes.removeValue(for: key)
    }
    guard let range, let gateway = IPv4(node?.status.address("InternalIP") ?? "") else { return core.conclude(key) }
    guard routes[key] != range, let fabric else {
      routes[key] = range
      return report(key, RouteController.condition, at: out.now)
    }
    lastCall += 1
    calls[lastCall] = Call(key: key, range: range, since: out.now)
    let change = NetworkChange(in: Fabric.router, .addRoute(Route(to: range, via: gateway, device: "eth0")))
    var call = KernelCall(id: lastCall, .network([change]))
    call.wantsAnswer = true
    out.send(.kernel(call), to: fabric)
    out.note(Fact("fact.route.asked", ("range", .string(range.text)), ("gateway", .string(gateway.text))))
  }

  public mutating func restart(at now: Time) {
    core.restart()
    // The cloud remembers; a new process asks it.
    calls = [:]
    failed = [:]
  }

  public var state: Value {
    var held: [Value.Entry] = []
    routes.forEach { key, range in held.append(Value.Entry(key.name, .string(range.text))) }
    return .map(("routes", .map(held)), ("core", core.state))
  }

  // MARK: Helpers

  private func tell(_ operation: NetworkChange.Operation, _ out: inout KubeOutbox) {
    guard let fabric else { return }
    out.send(.kernel(KernelCall(.network([NetworkChange(in: Fabric.router, operation)]))), to: fabric)
  }

  /// What a node's condition says once the cloud knows the way to its Pods.
  static var condition: NodeCondition {
    NodeCondition(
      type: "NetworkUnavailable",
      status: "False",
      reason: "RouteCreated",
      message: "RouteController created a route"
    )
  }

  static var failure: NodeCondition {
    NodeCondition(
      type: "NetworkUnavailable",
      status: "True",
      reason: "NoRouteCreated",
      message: "RouteController failed to create a route"
    )
  }

  /// Takes the answer of the cloud.
  ///
  /// False when the message is about something else.
  private mutating func hear(_ message: Message, from sender: Address, at now: Time) -> Bool {
    switch message {
    case .kernelReply(let reply):
      guard let call = calls.removeValue(for: reply.id) else { return true }
      if case .refused(let why) = reply.outcome, why != NetworkNamespace.exists {
        fail(call, why, at: now)
      } else {
        routes[call.key] = call.range
        report(call.key, RouteController.condition, at: now)
      }
    case .refused(let id, _) where sender == fabric:
      guard let call = calls.removeValue(for: id) else { return false }
      fail(call, "connection refused", at: now)
    default: return false
    }
    return true
  }

  private mutating func giveUp(_ action: KubeAction, _ out: inout KubeOutbox) {
    for id in calls.keys {
      guard let call = calls[id], .object(call.key) == action.subject else { continue }
      calls[id] = nil
      return fail(call, "context deadline exceeded", at: out.now)
    }
  }

  private mutating func fail(_ call: Call, _ why: String, at now: Time) {
    var about = ObjectReference()
    about.kind = "Node"
    about.name = call.key.name
    about.uid = call.key.name
    let hint = core[call.key]?.metadata.uid ?? ""
    let seconds = (now - call.since) / 1000
    let message = text.noRoute(call.range.text, call.key.name, hint: hint, after: "\(seconds)s", why)
    core.recorder.record(EventRecorder.Note("Warning", "FailedCreateRoute", message, about: about), at: now)
    failed[call.key] = now + RouteController.period
    report(call.key, RouteController.failure, at: now)
  }

  /// The node's condition is written only where it says something else.
  private mutating func report(_ key: ObjectKey, _ wanted: NodeCondition, at now: Time) {
    guard let node = core[key]?.node, node.status[condition: wanted.type]?.status != wanted.status else {
      return core.conclude(key)
    }
    var condition = wanted
    condition.lastHeartbeatTime = Timestamp(now)
    condition.lastTransitionTime = Timestamp(now)
    var request = Request(id: 0, user: "", verb: .patch, key: key)
    request.subresource = "status"
    request.body = .patch(.strategic, .map(("status", .map(("conditions", .list([condition.tree]))))))
    core.plan([ControllerCore.Write("report", .object(key), request)], for: key, at: now)
  }
}

extension Verb {
  fileprivate static let reconcile: Verb = "reconcile"
}
