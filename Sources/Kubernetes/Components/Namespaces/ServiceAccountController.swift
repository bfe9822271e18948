public import Clockwork

/// The service account controller sees to it that every namespace has the account `default`.
public struct ServiceAccountController: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name = "service-account-controller"
  public let role = Kube.Role.controller
  private var core: ControllerCore

  public init(apiserver: Address) {
    core = ControllerCore(
      "service-account-controller",
      apiserver: apiserver,
      informers: [Informer(.namespace), Informer(.serviceAccount)],
      workers: 1
    )
  }

  public var client: Client {
    get { core.client }
    set { core.client = newValue }
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    for answer in core.receive(message, at: now) {
      let isThere = answer.response.reason == "AlreadyExists"
      if answer.isSuccess || isThere { core.proceed(answer.item, at: now) } else { core.fail(answer.item, at: now) }
    }
    absorb()
  }

  public func offers(_ offers: inout KubeOffers) { core.offers(&offers) }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    switch core.perform(action, &out) {
    case .observed(let event, _):
      let home = event.object.kind == .namespace ? event.object.name : event.object.namespace
      core.queue.add(ObjectKey(.namespace, "", home))
      absorb()
    case .sync(let key): sync(key, &out)
    case .done, .other: break
    }
  }

  public mutating func restart(at now: Time) { core.restart() }

  public var state: Value { core.state }

  // MARK: Helpers

  /// Only a new namespace and a deleted account are work.
  private mutating func absorb() {
    core.absorb { event, _, _ in
      event.object.kind == .namespace
        ? event.type == .deleted : event.type != .deleted || event.object.name != "default"
    }
  }

  private mutating func sync(_ key: ObjectKey, _ out: inout KubeOutbox) {
    let target = ObjectKey(.serviceAccount, key.name, "default")
    guard let namespace = core[key]?.asNamespace, namespace.status.phase == "Active", core[target] == nil else {
      return core.conclude(key)
    }
    var account = ServiceAccount()
    account.metadata = ObjectMeta(name: target.name, namespace: target.namespace)
    var request = Request(id: 0, user: "", verb: .create, key: target)
    request.body = .object(Object(serviceAccount: account))
    core.plan([ControllerCore.Write(.create, .object(target), request)], for: key, at: out.now)
  }
}

extension Verb {
  fileprivate static let create: Verb = "create"
}
