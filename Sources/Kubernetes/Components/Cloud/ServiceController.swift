public import Clockwork

/// The service controller orders a load balancer for every Service that wants one; this cloud is made up, and says so.
public struct ServiceController: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name = "service-controller"
  public let role = Kube.Role.controller
  private var core: ControllerCore
  private let text: Text
  /// The router of the cloud, where one moves packets.
  private let fabric: Address?
  /// The node that the made-up balancer sends everything to.
  private let gateway: IPv4?
  /// The balancers, by Service.
  private var addresses: Table<ObjectKey, IPv4> = [:]
  private var last = ServiceController.pool

  /// A range that is kept for examples.
  static let pool = IPv4(0xc633_6400)
  static let finalizer = "service.kubernetes.io/load-balancer-cleanup"

  public init(
    version: Version,
    apiserver: Address,
    fabric: Address?,
    gateway: IPv4?,
    process: String = KubeControllerManager.usual
  ) {
    let informers = [Informer(.service)]
    core = ControllerCore("service-controller", apiserver: apiserver, informers: informers, process: process)
    text = Text(version)
    self.fabric = fabric
    self.gateway = gateway
  }

  public var client: Client {
    get { core.client }
    set { core.client = newValue }
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    if case .kernelReply = message { return }
    for answer in core.receive(message, at: now) {
      let isGone = answer.response.code == 404
      if answer.isSuccess || isGone { core.proceed(answer.item, at: now) } else { core.fail(answer.item, at: now) }
      if answer.isSuccess, answer.write.tag == "address", let object = answer.response.object {
        tell(object, "EnsuredLoadBalancer", text.ensuredBalancer, now)
      }
    }
    core.absorb { event, _, _ in event.type == .deleted || ServiceController.work(event.object) == .nothing }
  }

  public func offers(_ offers: inout KubeOffers) { core.offers(&offers) }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    switch core.perform(action, &out) {
    case .observed(let event, _):
      if event.type != .deleted { core.queue.add(event.object.key) }
    case .sync(let key): sync(key, &out)
    case .done, .other: break
    }
  }

  public mutating func restart(at now: Time) { core.restart() }

  public var state: Value {
    var held: [Value.Entry] = []
    addresses.forEach { key, address in held.append(Value.Entry(key.qualifiedName, .string(address.text))) }
    return .map(("balancers", .map(held)), ("core", core.state))
  }

  // MARK: Helpers

  private enum Work: Equatable {
    case nothing
    case ensure
    case cleanUp
  }

  private static func work(_ object: Object) -> Work {
    guard let service = object.as(Service.self) else { return .nothing }
    let isHeld = service.metadata.finalizers.contains(finalizer)
    if service.metadata.deletionTimestamp != nil || service.spec.type != "LoadBalancer" {
      return isHeld ? .cleanUp : .nothing
    }
    return (service.status.loadBalancer["ingress"]?.elements ?? []).isEmpty ? .ensure : .nothing
  }

  private mutating func sync(_ key: ObjectKey, _ out: inout KubeOutbox) {
    guard let object = core[key] else { return core.conclude(key) }
    switch ServiceController.work(object) {
    case .nothing: core.conclude(key)
    case .ensure: ensure(object, &out)
    case .cleanUp: cleanUp(object, &out)
    }
  }

  /// First the finalizer, so that a balancer is never forgotten; then the balancer; then its address.
  private mutating func ensure(_ object: Object, _ out: inout KubeOutbox) {
    let key = object.key
    tell(object, "EnsuringLoadBalancer", text.ensuringBalancer, out.now)
    let address = addresses[key] ?? IPv4(last.number + 1)
    if addresses[key] == nil {
      last = address
      addresses[key] = address
      route(.addRoute(Route(to: CIDR(address), via: gateway, device: "eth0")), &out)
    }
    var hold = Request(id: 0, user: "", verb: .patch, key: key)
    let finalizers =
      object.metadata.finalizers.filter { $0 != ServiceController.finalizer } + [ServiceController.finalizer]
    hold.body = .patch(.merge, .map(("metadata", .map(("finalizers", .list(finalizers.map { .string($0) }))))))
    var first = ControllerCore.Write("update", .object(key), hold)
    first.facts = [Fact("fact.cloud.made-up", ("address", .string(address.text)))]
    var request = Request(id: 0, user: "", verb: .patch, key: key)
    request.subresource = "status"
    let ingress = Value.list([.map(("ip", .string(address.text)))])
    request.body = .patch(.merge, .map(("status", .map(("loadBalancer", .map(("ingress", ingress)))))))
    var second = ControllerCore.Write("report", .object(key), request)
    second.batch = 1
    second.tag = "address"
    core.plan([first, second], for: key, at: out.now)
  }

  private mutating func cleanUp(_ object: Object, _ out: inout KubeOutbox) {
    tell(object, "DeletingLoadBalancer", text.deletingBalancer, out.now)
    if let address = addresses.removeValue(for: object.key) {
      route(.removeRoute(Route(to: CIDR(address), device: "")), &out)
    }
    tell(object, "DeletedLoadBalancer", text.deletedBalancer, out.now)
    var request = Request(id: 0, user: "", verb: .patch, key: object.key)
    let finalizers = object.metadata.finalizers.filter { $0 != ServiceController.finalizer }
    let list: Value = finalizers.isEmpty ? .null : .list(finalizers.map { .string($0) })
    request.body = .patch(.merge, .map(("metadata", .map(("finalizers", list)))))
    core.plan([ControllerCore.Write("update", .object(object.key), request)], for: object.key, at: out.now)
  }

  private func route(_ operation: NetworkChange.Operation, _ out: inout KubeOutbox) {
    guard let fabric, gateway != nil else { return }
    out.send(.kernel(KernelCall(.network([NetworkChange(in: Fabric.router, operation)]))), to: fabric)
  }

  private mutating func tell(_ object: Object, _ reason: String, _ message: String, _ now: Time) {
    core.recorder.record(EventRecorder.Note("Normal", reason, message, about: ObjectReference(to: object)), at: now)
  }
}
