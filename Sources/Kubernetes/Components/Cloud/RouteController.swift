public import Clockwork

/// The route controller tells the network of a cloud behind which node which Pods are; kubenet does nothing between nodes.
public struct RouteController: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name = "route-controller"
  public let role = Kube.Role.controller
  private var core: ControllerCore
  /// The router of the cloud, where one moves packets.
  private let fabric: Address?
  /// What the cloud has been told, by node.
  private var routes: Table<ObjectKey, CIDR> = [:]

  public init(apiserver: Address, fabric: Address?) {
    core = ControllerCore("route-controller", apiserver: apiserver, informers: [Informer(.node)])
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
    if case .kernelReply = message { return }
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

  public func offers(_ offers: inout KubeOffers) { core.offers(&offers) }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    guard case .sync(let key) = core.perform(action, &out) else { return }
    let node = core[key]?.node
    let range = CIDR(node?.spec.podCIDR ?? "")
    if let old = routes[key], old != range {
      tell(.removeRoute(Route(to: old, device: "")), &out)
      routes.removeValue(for: key)
    }
    guard let range, let gateway = IPv4(node?.status.address("InternalIP") ?? "") else { return core.conclude(key) }
    if routes[key] != range {
      tell(.addRoute(Route(to: range, via: gateway, device: "eth0")), &out)
      routes[key] = range
      out.note(Fact("fact.route.made", ("range", .string(range.text)), ("gateway", .string(gateway.text))))
    }
    core.plan([RouteController.report(key, at: out.now)], for: key, at: out.now)
  }

  public mutating func restart(at now: Time) {
    core.restart()
    // The cloud remembers; a new process asks it.
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

  private static func report(_ key: ObjectKey, at now: Time) -> ControllerCore.Write {
    var condition = RouteController.condition
    condition.lastHeartbeatTime = Timestamp(now)
    condition.lastTransitionTime = Timestamp(now)
    var request = Request(id: 0, user: "", verb: .patch, key: key)
    request.subresource = "status"
    request.body = .patch(.strategic, .map(("status", .map(("conditions", .list([condition.tree]))))))
    return ControllerCore.Write("report", .object(key), request)
  }
}
