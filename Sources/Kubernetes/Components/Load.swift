import Clockwork

/// The clients outside that keep Pods busy: their requests cost the processes time and memory.
///
/// They are nobody's component. With `shared` they are a fixed crowd that the ready Pods divide among themselves, as
/// the endpoints of a Service would; who is ready they read where everybody can read it, in the API. Without it each
/// Pod that the selector matches has a crowd of its own.
public struct Load: Component {
  public typealias Model = Kube

  // MARK: State

  public let name = "load"
  public let role = Kube.Role.outside
  var client: Client
  /// The machines on which requests arrive, by node.
  let kernels: Table<String, Address>
  private(set) var orders: [LoadOrder] = []
  /// What every Pod has been given to do, by uid.
  private var given: Table<String, Given> = [:]
  /// What is to be changed, and the line that asks for it.
  private var changes: [Change] = []
  private var reason = ""

  private struct Given: Equatable, Sendable {
    var node: String
    var container: String
    var work: Demand
  }

  private struct Change: Equatable, Sendable {
    var uid: String
    var node: String
    var container: String
    var work: Demand?
  }

  public init(apiserver: Address, kernels: Table<String, Address>) {
    client = Client(apiserver: apiserver, user: "load")
    self.kernels = kernels
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    if case .load(let order) = message {
      orders.removeAll { $0.text == order.text && $0.namespace == order.namespace }
      orders.append(order)
      reason = order.text
      // Nobody looks at Pods before there is something to send them.
      if client.informers.isEmpty { client.informers = [Informer(.pod)] }
      decide()
    } else {
      _ = client.receive(message, at: now)
    }
  }

  public func offers(_ offers: inout KubeOffers) {
    client.offers(&offers)
    if let event = client.informers.first?.next { offers.add(.observe, .object(event.object.key)) }
    if !changes.isEmpty { offers.add(.spread, .named(reason)) }
    if offers.want == .all, changes.isEmpty, !client.isBehind {
      offers.add(.spread, .named("requests"), when: false, else: orders.isEmpty ? .nobodyCalls : .nobodyCame)
    }
  }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    if client.perform(action, &out) { return }
    switch action.verb {
    case .observe:
      guard let (event, _) = client.informers[0].handle() else { return }
      decide()
      if let order = orders.last(where: { $0.matches(event.object) }) { reason = order.text }
    case .spread: spread(&out)
    default: break
    }
  }

  /// Clients that come back find no Pod busy.
  public mutating func restart(at now: Time) {
    client.restart()
    for uid in given.keys {
      if let held = given[uid] { changes.append(Change(uid: uid, node: held.node, container: held.container)) }
    }
    orders = []
  }

  public var state: Value {
    var busy: [Value.Entry] = []
    given.forEach { uid, given in
      busy.append(Value.Entry("\(given.container) \(uid)", .integer((given.work.cpu ?? 0) / 1_000_000)))
    }
    return .map(("orders", .list(orders.map { .string($0.summary) })), ("millicores", .map(busy)))
  }

  // MARK: Helpers

  private mutating func spread(_ out: inout KubeOutbox) {
    var count: Int64 = 0
    for change in changes {
      if let work = change.work {
        given[change.uid] = Given(node: change.node, container: change.container, work: work)
        count += 1
      } else {
        given.removeValue(for: change.uid)
      }
      guard let kernel = kernels[change.node] else { continue }
      let operation = KernelCall.Operation.work(uid: change.uid, container: change.container, change.work)
      out.send(.kernel(KernelCall(operation)), to: kernel)
    }
    changes = []
    out.note(Fact("fact.load.spread", ("pods", .integer(count))))
  }

  /// Compares what every Pod should have to do with what it has been given.
  private mutating func decide() {
    var wanted: Table<String, Given> = [:]
    for order in orders {
      let pods = (client.informers.first?.objects ?? []).filter { order.matches($0) }.compactMap { $0.pod }
      let busy = pods.filter { order.isShared ? $0.isReadyForClients : $0.isAtWork }
      for (index, pod) in busy.enumerated() {
        guard let container = pod.spec.containers.first?.name else { continue }
        let work = order.work(of: index, among: busy.count, before: wanted[pod.metadata.uid]?.work)
        wanted[pod.metadata.uid] = Given(node: pod.spec.nodeName, container: container, work: work)
      }
    }
    changes = []
    given.forEach { uid, held in
      if wanted[uid] == nil { changes.append(Change(uid: uid, node: held.node, container: held.container)) }
    }
    wanted.forEach { uid, new in
      if given[uid] == new { return }
      changes.append(Change(uid: uid, node: new.node, container: new.container, work: new.work))
    }
  }
}

extension LoadOrder {
  func matches(_ object: Object) -> Bool {
    object.namespace == namespace && selector.matches(object.metadata.labels)
  }

  /// What one Pod of several has to do: all of it, or its part in whole thousandths, the first Pods first.
  func work(of index: Int, among count: Int, before: Demand?) -> Demand {
    var work = before ?? Demand()
    let parts = isShared ? Int64(count) : 1
    if let cpu {
      let thousandths = (cpu + 999_999) / 1_000_000
      work.cpu = (thousandths / parts + (Int64(index) < thousandths % parts ? 1 : 0)) * 1_000_000
    }
    if let memory { work.memory = memory / parts }
    return work
  }
}

extension Pod {
  /// Whether a Service would send requests here.
  fileprivate var isReadyForClients: Bool {
    isAtWork && status[condition: "Ready"]?.status == "True"
  }

  /// Bound, and neither ending nor over.
  fileprivate var isAtWork: Bool {
    !spec.nodeName.isEmpty && metadata.deletionTimestamp == nil && status.phase != "Succeeded"
      && status.phase != "Failed"
  }
}

extension Verb {
  fileprivate static let spread: Verb = "spread"
}

extension Obstacle {
  fileprivate static var nobodyCalls: Obstacle { Obstacle("obstacle.load.nobody-calls") }
  fileprivate static var nobodyCame: Obstacle { Obstacle("obstacle.load.nobody-came") }
}
