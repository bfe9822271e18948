public import Clockwork

/// The endpoint controller keeps the Endpoints object of every Service with a selector: all addresses in one object.
public struct EndpointController: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name = "endpoint-controller"
  public let role = Kube.Role.controller
  private let version: Version
  private var core: ControllerCore
  private var triggers = TriggerTimes()

  public init(version: Version, apiserver: Address) {
    self.version = version
    core = ControllerCore(
      "endpoint-controller",
      apiserver: apiserver,
      informers: [Informer(.service), Informer(.pod), Informer(.endpoints)]
    )
  }

  public var client: Client {
    get { core.client }
    set { core.client = newValue }
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    for answer in core.receive(message, at: now) {
      let isGone = answer.write.request.verb == .delete && answer.response.code == 404
      if answer.isSuccess || isGone { core.proceed(answer.item, at: now) } else { core.fail(answer.item, at: now) }
    }
    absorb()
  }

  public func offers(_ offers: inout KubeOffers) { core.offers(&offers) }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    switch core.perform(action, &out) {
    case .observed(let event, let before):
      for key in ServiceWatch.keys(event, before: before, in: &core) { core.queue.add(key) }
      absorb()
    case .sync(let key): sync(key, &out)
    case .done, .other: break
    }
  }

  public mutating func restart(at now: Time) {
    core.restart()
    triggers.removeAll()
  }

  public var state: Value { core.state }

  // MARK: Helpers

  private mutating func absorb() {
    core.absorb { event, before, core in ServiceWatch.keys(event, before: before, in: &core).isEmpty }
  }

  private mutating func sync(_ key: ObjectKey, _ out: inout KubeOutbox) {
    let target = ObjectKey(.endpoints, key.namespace, key.name)
    guard let service = core[key]?.as(Service.self) else {
      triggers.forget(key)
      var request = Request(id: 0, user: "", verb: .delete, key: target)
      request.body = .delete(Deletion())
      let write = ControllerCore.Write(.delete, .object(target), request)
      core.plan(core[target] == nil ? [] : [write], for: key, at: out.now)
      return
    }
    if service.spec.selector.isEmpty || service.spec.type == "ExternalName" {
      out.note(Fact("fact.endpoints.no-selector", ("service", .string(key.name))))
      core.conclude(key)
      return
    }
    let pods = ServiceWatch.pods(service, in: core)
    let wanted = endpoints(service, pods, triggers.next(service, pods, key), current: core[target])
    guard let wanted else {
      out.note(Fact("fact.endpoints.same", ("service", .string(key.name))))
      core.conclude(key)
      return
    }
    let isNew = core[target] == nil
    var request = Request(id: 0, user: "", verb: isNew ? .create : .update, key: target)
    request.body = .object(Object(wanted))
    var write = ControllerCore.Write(isNew ? .create : .update, .object(target), request)
    write.facts = [Fact("fact.endpoints.written", ("ready", .integer(Int64(EndpointController.ready(wanted)))))]
    core.plan([write], for: key, at: out.now)
  }

  private static func ready(_ endpoints: Endpoints) -> Int {
    endpoints.subsets.reduce(0) { $0 + $1.addresses.count }
  }

  /// The object as it should be; nothing when it is so already.
  private func endpoints(_ service: Service, _ pods: [Pod], _ trigger: Timestamp?, current: Object?) -> Endpoints? {
    var wanted = current?.as(Endpoints.self) ?? Endpoints()
    let before = wanted
    wanted.metadata.name = service.metadata.name
    wanted.metadata.namespace = service.metadata.namespace
    wanted.metadata.labels = EndpointRules.labels(service)
    if version == .now { wanted.metadata.labels["endpoints.kubernetes.io/managed-by"] = "endpoint-controller" }
    wanted.subsets = EndpointRules.subsets(service, pods, version)
    let isSame = EndpointController.plain(wanted.subsets) == EndpointController.plain(before.subsets)
    if current != nil, isSame, wanted.metadata.labels == before.metadata.labels { return nil }
    wanted.metadata.annotations[EndpointRules.triggerTime] = trigger?.text
    return wanted
  }

  /// Revisions of Pods alone are no reason to write.
  private static func plain(_ subsets: [EndpointSubset]) -> [EndpointSubset] {
    var copy = subsets
    for index in copy.indices {
      for place in copy[index].addresses.indices { copy[index].addresses[place].targetRef?.resourceVersion = 0 }
      for place in copy[index].notReadyAddresses.indices {
        copy[index].notReadyAddresses[place].targetRef?.resourceVersion = 0
      }
    }
    return copy
  }
}

extension Verb {
  fileprivate static let create: Verb = "create"
  fileprivate static let update: Verb = "update"
  fileprivate static let delete: Verb = "delete"
}
