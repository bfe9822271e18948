public import Clockwork

/// The tokens controller of old gave every service account a Secret with a token that never ends.
public struct TokensController: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name = "tokens-controller"
  public let role = Kube.Role.controller
  private var core: ControllerCore

  public init(apiserver: Address) {
    core = ControllerCore("tokens-controller", apiserver: apiserver, informers: [Informer(.serviceAccount)])
  }

  public var client: Client {
    get { core.client }
    set { core.client = newValue }
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    for answer in core.receive(message, at: now) {
      guard answer.isSuccess else {
        core.fail(answer.item, at: now)
        continue
      }
      if answer.write.tag == "token", let secret = answer.response.object {
        refer(answer.item, to: secret, at: now)
      } else {
        core.proceed(answer.item, at: now)
      }
    }
    core.absorb { event, _, _ in
      event.object.serviceAccount.map { !$0.secrets.isEmpty } ?? true || event.type == .deleted
    }
  }

  public func offers(_ offers: inout KubeOffers) { core.offers(&offers) }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    switch core.perform(action, &out) {
    case .observed(let event, _): core.queue.add(event.object.key)
    case .sync(let key): sync(key, &out)
    case .done, .other: break
    }
  }

  public mutating func restart(at now: Time) { core.restart() }

  public var state: Value { core.state }

  // MARK: Helpers

  private mutating func sync(_ key: ObjectKey, _ out: inout KubeOutbox) {
    guard let object = core[key], let account = object.serviceAccount, account.secrets.isEmpty else {
      return core.conclude(key)
    }
    var metadata = ObjectMeta(name: "", namespace: key.namespace)
    metadata.generateName = "\(key.name)-token-"
    metadata.annotations["kubernetes.io/service-account.name"] = key.name
    metadata.annotations["kubernetes.io/service-account.uid"] = object.uid
    let type = Value.Entry("type", "kubernetes.io/service-account-token")
    let secret = Object(kind: .secret, metadata: metadata, content: .opaque([type]))
    var request = Request(id: 0, user: "", verb: .create, key: ObjectKey(.secret, key.namespace, ""))
    request.body = .object(secret)
    let shown = ObjectKey(.secret, key.namespace, metadata.generateName)
    var write = ControllerCore.Write(.create, .object(shown), request)
    write.tag = "token"
    core.plan([write], for: key, at: out.now)
  }

  /// The account names its Secret: from now on Pods can mount it.
  private mutating func refer(_ key: ObjectKey, to secret: Object, at now: Time) {
    guard var account = core[key]?.serviceAccount else { return core.proceed(key, at: now) }
    var reference = ObjectReference()
    reference.name = secret.name
    account.secrets.append(reference)
    var request = Request(id: 0, user: "", verb: .update, key: key)
    request.body = .object(Object(serviceAccount: account))
    core.plan([ControllerCore.Write(.update, .object(key), request)], for: key, at: now)
  }
}

extension Verb {
  fileprivate static let create: Verb = "create"
  fileprivate static let update: Verb = "update"
}
