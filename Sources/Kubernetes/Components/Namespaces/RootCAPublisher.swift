public import Clockwork

/// The root CA publisher puts the certificate of the cluster into every namespace, for Pods that talk to kube-apiserver.
public struct RootCAPublisher: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name = "root-ca-cert-publisher"
  public let role = Kube.Role.controller
  private var core: ControllerCore

  static let configMap = "kube-root-ca.crt"

  public init(apiserver: Address) {
    core = ControllerCore(
      "root-ca-cert-publisher",
      apiserver: apiserver,
      informers: [Informer(.namespace), Informer(.configMap)],
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

  private mutating func absorb() {
    core.absorb { event, _, _ in
      if event.object.kind == .namespace { return event.type == .deleted }
      return event.type != .deleted || event.object.name != RootCAPublisher.configMap
    }
  }

  private mutating func sync(_ key: ObjectKey, _ out: inout KubeOutbox) {
    let target = ObjectKey(.configMap, key.name, RootCAPublisher.configMap)
    guard let namespace = core[key]?.asNamespace, namespace.status.phase == "Active", core[target] == nil else {
      return core.conclude(key)
    }
    let metadata = ObjectMeta(name: target.name, namespace: target.namespace)
    let data = Value.Entry("data", .map(("ca.crt", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n")))
    var request = Request(id: 0, user: "", verb: .create, key: target)
    request.body = .object(Object(kind: .configMap, metadata: metadata, content: .opaque([data])))
    core.plan([ControllerCore.Write(.create, .object(target), request)], for: key, at: out.now)
  }
}

extension Verb {
  fileprivate static let create: Verb = "create"
}
