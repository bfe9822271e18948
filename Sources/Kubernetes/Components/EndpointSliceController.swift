public import Clockwork

/// The endpointslice controller writes down which Pods stand behind a Service; a Pod that no Service selects is none of its business.
public struct EndpointSliceController: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name = "endpointslice-controller"
  public let role = Kube.Role.controller
  private var core: ControllerCore

  public init(apiserver: Address) {
    core = ControllerCore("endpointslice-controller", apiserver: apiserver, informers: [Informer(.pod)])
  }

  public var client: Client {
    get { core.client }
    set { core.client = newValue }
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    for answer in core.receive(message, at: now) {
      if answer.isSuccess { core.proceed(answer.item, at: now) } else { core.fail(answer.item, at: now) }
    }
  }

  public func offers(_ offers: inout KubeOffers) { core.offers(&offers) }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    switch core.perform(action, &out) {
    case .observed(let event, let before):
      if matters(event, before) { core.queue.add(event.object.key) }
    case .sync(let key):
      // There are no Services in the model yet, so none selects the Pod.
      out.note(Fact("fact.controller.no-service", ("pod", .string(key.text))))
      core.conclude(key)
    case .done, .other: break
    }
  }

  public mutating func restart(at now: Time) { core.restart() }

  public var state: Value { core.state }

  // MARK: Helpers

  /// What can move a Pod into a slice or out of it: its labels, its address, and whether it is ready.
  private func matters(_ event: WatchEvent, _ before: Object?) -> Bool {
    guard event.type == .modified, let old = before?.pod, let new = event.object.pod else { return true }
    return old.metadata.labels != new.metadata.labels || old.status.podIP != new.status.podIP
      || old.status.phase != new.status.phase || old.spec.nodeName != new.spec.nodeName
      || (old.metadata.deletionTimestamp == nil) != (new.metadata.deletionTimestamp == nil)
      || old.status[condition: "Ready"]?.status != new.status[condition: "Ready"]?.status
  }
}
