public import Clockwork

/// The endpointslice controller writes down which Pods stand behind a Service; a Pod that no Service selects is none of its business.
public struct EndpointSliceController: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name = "endpointslice-controller"
  public let role = Kube.Role.controller
  private let version: Version
  private var core: ControllerCore
  private var triggers = TriggerTimes()

  public init(version: Version, apiserver: Address) {
    self.version = version
    core = ControllerCore(
      "endpointslice-controller",
      apiserver: apiserver,
      informers: [Informer(.service), Informer(.pod), Informer(.endpointSlice)]
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
      let keys = ServiceWatch.keys(event, before: before, in: &core)
      for key in keys { core.queue.add(key) }
      if keys.isEmpty, event.object.kind == .pod {
        out.note(Fact("fact.controller.no-service", ("pod", .string(event.object.key.text))))
      }
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
    core.absorb { event, before, core in
      if event.object.kind == .pod { return !ServiceWatch.matters(event, before) }
      return ServiceWatch.keys(event, before: before, in: &core).isEmpty
    }
  }

  private mutating func sync(_ key: ObjectKey, _ out: inout KubeOutbox) {
    guard let service = core[key]?.as(Service.self) else {
      // Its slices belong to the Service: the garbage collector takes them.
      triggers.forget(key)
      core.conclude(key)
      return
    }
    if service.spec.selector.isEmpty || service.spec.type == "ExternalName" {
      out.note(Fact("fact.endpoints.no-selector", ("service", .string(key.name))))
      core.conclude(key)
      return
    }
    let pods = ServiceWatch.pods(service, in: core)
    let trigger = triggers.next(service, pods, key)
    let plan = SlicePlan(service, pods, slices(of: service), trigger: trigger, version)
    if plan.isEmpty { out.note(Fact("fact.endpoints.same", ("service", .string(key.name)))) }
    core.plan(writes(plan, service), for: key, at: out.now)
  }

  private func slices(of service: Service) -> [EndpointSlice] {
    var found: [EndpointSlice] = []
    for object in core.informer(.endpointSlice).objects where object.namespace == service.metadata.namespace {
      let labels = object.metadata.labels
      guard labels["kubernetes.io/service-name"] == service.metadata.name,
        labels["endpointslice.kubernetes.io/managed-by"] == "endpointslice-controller.k8s.io",
        object.metadata.deletionTimestamp == nil, let slice = object.as(EndpointSlice.self)
      else { continue }
      found.append(slice)
    }
    return found
  }

  /// Slices are created, then updated, then deleted, one after the other.
  private func writes(_ plan: SlicePlan, _ service: Service) -> [ControllerCore.Write] {
    var writes: [ControllerCore.Write] = []
    func add(_ verb: APIVerb, _ action: Verb, _ slice: EndpointSlice) {
      let key = ObjectKey(.endpointSlice, service.metadata.namespace, slice.metadata.name)
      var request = Request(id: 0, user: "", verb: verb, key: key)
      request.body = verb == .delete ? .delete(Deletion()) : .object(Object(slice))
      // A slice without a name yet is named by its prefix.
      let shown = slice.metadata.name.isEmpty ? slice.metadata.generateName : slice.metadata.name
      let subject = ObjectKey(.endpointSlice, service.metadata.namespace, shown)
      var write = ControllerCore.Write(action, .object(subject), request)
      write.batch = Int64(writes.count)
      if verb != .delete {
        write.facts = [Fact("fact.endpoints.slice", ("count", .integer(Int64(slice.endpoints.count))))]
      }
      writes.append(write)
    }
    for slice in plan.create { add(.create, .create, slice) }
    for slice in plan.update { add(.update, .update, slice) }
    for slice in plan.delete { add(.delete, .delete, slice) }
    return writes
  }
}

extension Verb {
  fileprivate static let create: Verb = "create"
  fileprivate static let update: Verb = "update"
  fileprivate static let delete: Verb = "delete"
}
