public import Clockwork

/// The endpointslice controller writes down which Pods stand behind a Service; a Pod that no Service selects is none of its business.
public struct EndpointSliceController: Component {
  public typealias Model = Kube

  // MARK: State

  public let name = "endpointslice-controller"
  public let role = Kube.Role.controller
  public var client: Client
  /// Pods that changed, in the order in which they did; each stands here once however often it changed.
  private var queue: [ObjectKey] = []

  public init(apiserver: Address) {
    client = Client(apiserver: apiserver, user: "endpointslice-controller", informers: [Informer(.pod)])
  }

  /// Begins with what the cluster held before the story.
  public mutating func seed(_ objects: [Object], revision: Int64) {
    client.informers[0].seed(objects.filter { $0.kind == .pod }, revision: revision)
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    _ = client.receive(message, at: now)
  }

  public func offers(_ offers: inout KubeOffers) {
    client.offers(&offers)
    if let event = client.informers[0].next { offers.add(.observe, .object(event.object.key)) }
    if let key = queue.first { offers.add(.sync, .object(key)) }
    if offers.want == .all, queue.isEmpty, !client.isBehind {
      offers.add(.sync, .named("pods"), when: false, else: .noChange)
    }
  }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    if client.perform(action, &out) { return }
    guard let key = action.subject.key else { return }
    if action.verb == .sync {
      queue.removeAll { $0 == key }
      // There are no Services in the model yet, so none selects the Pod.
      out.note(Fact("fact.controller.no-service", ("pod", .string(key.text))))
    } else if let (event, before) = client.informers[0].handle() {
      if matters(event, before), !queue.contains(key) { queue.append(key) }
    }
  }

  public mutating func restart(at now: Time) {
    client.restart()
    queue = []
  }

  public var state: Value {
    .map(("queue", .list(queue.map { .string($0.text) })), ("informers", client.state))
  }

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

extension Verb {
  fileprivate static let sync: Verb = "sync"
}

extension Obstacle {
  fileprivate static var noChange: Obstacle { Obstacle("obstacle.controller.no-change") }
}
