import Kubernetes

@testable import Clockwork

/// One component without a world: a test hands it messages, picks its offers and reads what it sends.
struct Solo<C: Component> where C.Model == Kube {
  var component: C
  var now: Time = 0
  private(set) var requests: [Request] = []
  private(set) var rows: [Kube.Record] = []
  private(set) var facts: [Fact] = []
  private(set) var closed: Int = 0

  init(_ component: C) { self.component = component }

  /// What it could do now, with what blocks the rest.
  func offers() -> [Offer<Kube>] {
    var offers = KubeOffers(now: now, want: .all, actor: 0)
    component.offers(&offers)
    return offers.list
  }

  var enabled: [String] { offers().filter { $0.isEnabled }.map { text($0.action) } }
  var obstacles: [String] { offers().compactMap { $0.obstacle.map { $0.key } } }

  /// When it can next do something, heartbeats and the like included.
  var due: Time {
    var offers = KubeOffers(now: now, want: .first, actor: 0)
    component.offers(&offers)
    return min(offers.due, offers.backgroundDue)
  }

  private func text(_ action: KubeAction) -> String { "\(action.verb.text) \(action.subject.description)" }

  mutating func hear(_ message: Message) {
    component.receive(message, from: 9, at: now)
  }

  /// Does the first thing it can; says what it was.
  @discardableResult
  mutating func step() -> String? {
    guard let offer = offers().first(where: { $0.isEnabled }) else { return nil }
    perform(offer.action)
    return text(offer.action)
  }

  /// Does one action that is enabled; false when it is not.
  mutating func act(_ wanted: String) -> Bool {
    guard let offer = offers().first(where: { $0.isEnabled && text($0.action) == wanted }) else { return false }
    perform(offer.action)
    return true
  }

  private mutating func perform(_ action: KubeAction) {
    var out = KubeOutbox(now: now, actor: 0)
    component.perform(action, &out)
    for envelope in out.sent {
      if case .request(let request) = envelope.message { requests.append(request) }
      if case .closed = envelope.message { closed += 1 }
    }
    rows += out.records
    facts += out.facts
  }

  /// Everything that can be done without an answer or the passing of time.
  @discardableResult
  mutating func settle() -> [String] {
    var done: [String] = []
    while done.count < 1000, let text = step() { done.append(text) }
    return done
  }

  mutating func takeRequests() -> [Request] {
    defer { requests = [] }
    return requests
  }

  mutating func takeNotes() -> [String] {
    defer { rows = [] }
    return rows.map { $0.note }
  }
}

/// Objects that tests of components need.
enum Sample {
  static func node(_ name: String, cpu: String = "2", memory: String = "4Gi", pods: String = "110") -> Object {
    var node = Node()
    node.metadata = ObjectMeta(name: name)
    node.status.allocatable = ["cpu": cpu, "memory": memory, "pods": pods]
    return Object(node: node)
  }

  static func pod(_ name: String, cpu: String = "", node: String = "", revision: Int64 = 1) -> Object {
    var pod = Pod()
    pod.metadata = ObjectMeta(name: name, namespace: "default")
    pod.metadata.resourceVersion = revision
    pod.metadata.uid = "uid-\(name)"
    pod.spec.schedulerName = "default-scheduler"
    pod.spec.nodeName = node
    pod.status.phase = "Pending"
    var container = Container(name: "web", image: "demo/web:1.0")
    if !cpu.isEmpty { container.resources.requests = ["cpu": cpu] }
    pod.spec.containers = [container]
    return Object(pod: pod)
  }

  static func event(_ type: WatchEvent.Change, _ object: Object) -> Message {
    .watch(WatchEvent(type: type, object: object, revision: object.resourceVersion))
  }
}
