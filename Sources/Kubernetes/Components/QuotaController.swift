public import Clockwork

/// The resource quota controller counts what a namespace really holds: kube-apiserver only ever adds.
public struct QuotaController: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name = "resourcequota-controller"
  public let role = Kube.Role.controller
  private var core: ControllerCore

  private static let counted: [Kind] = [
    .pod, .service, .configMap, .secret, .persistentVolumeClaim, .deployment, .replicaSet,
  ]

  public init(apiserver: Address) {
    core = ControllerCore(
      "resourcequota-controller",
      apiserver: apiserver,
      informers: [Informer(.resourceQuota)] + QuotaController.counted.map { Informer($0) }
    )
  }

  public var client: Client {
    get { core.client }
    set { core.client = newValue }
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    for answer in core.receive(message, at: now) {
      let isGone = answer.response.code == 404
      if answer.isSuccess || isGone { core.proceed(answer.item, at: now) } else { core.fail(answer.item, at: now) }
    }
    absorb()
  }

  public func offers(_ offers: inout KubeOffers) { core.offers(&offers) }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    switch core.perform(action, &out) {
    case .observed(let event, let before):
      for key in QuotaController.quotas(event, before, in: &core) { core.queue.add(key) }
      absorb()
    case .sync(let key): sync(key, &out)
    case .done, .other: break
    }
  }

  public mutating func restart(at now: Time) { core.restart() }

  public var state: Value { core.state }

  // MARK: Helpers

  private mutating func absorb() {
    core.absorb { event, before, core in QuotaController.quotas(event, before, in: &core).isEmpty }
  }

  /// The quotas that have to be counted anew: a new or changed one, and those of a namespace that gives something back.
  private static func quotas(_ event: WatchEvent, _ before: Object?, in core: inout ControllerCore) -> [ObjectKey] {
    let object = event.object
    if let quota = object.as(ResourceQuota.self) {
      return event.type != .deleted && quota.spec.hard != quota.status.hard ? [object.key] : []
    }
    if core.hasNone(.resourceQuota) || !frees(event, before) { return [] }
    var keys: [ObjectKey] = []
    for held in core.informer(.resourceQuota).objects where held.namespace == object.namespace {
      guard let quota = held.as(ResourceQuota.self) else { continue }
      if quota.spec.hard.names.contains(where: { QuotaUsage.counts(object.kind, $0) }) { keys.append(held.key) }
    }
    return keys
  }

  /// An object that is gone, or a Pod that has ended, takes nothing any more.
  private static func frees(_ event: WatchEvent, _ before: Object?) -> Bool {
    if event.type == .deleted { return true }
    if event.object.kind == .service { return event.type == .modified }
    guard let old = before?.pod, let new = event.object.pod else { return false }
    func hasEnded(_ pod: Pod) -> Bool { pod.status.phase == "Succeeded" || pod.status.phase == "Failed" }
    return hasEnded(new) && !hasEnded(old)
  }

  private mutating func sync(_ key: ObjectKey, _ out: inout KubeOutbox) {
    guard var quota = core[key]?.as(ResourceQuota.self) else { return core.conclude(key) }
    let before = quota.status
    var used = Amounts()
    for name in quota.spec.hard.names { used[name] = .zero }
    for kind in QuotaController.counted {
      for object in core.informer(kind).objects where object.namespace == key.namespace {
        guard QuotaUsage.matches(quota, object) else { continue }
        used.add(QuotaUsage.of(object, at: out.now).only(quota.spec.hard.names))
      }
    }
    for object in core.informer(.resourceQuota).objects where object.namespace == key.namespace {
      used.add(QuotaUsage.of(object, at: out.now).only(quota.spec.hard.names))
    }
    quota.status.hard = quota.spec.hard
    quota.status.used = used.list
    if quota.status == before {
      core.conclude(key)
      return
    }
    var request = Request(id: 0, user: "", verb: .update, key: key)
    request.subresource = "status"
    request.body = .object(Object(quota))
    var write = ControllerCore.Write(.report, .object(key), request)
    write.facts = [Fact("fact.quota.counted", ("used", .string(used.text)))]
    core.plan([write], for: key, at: out.now)
  }
}
