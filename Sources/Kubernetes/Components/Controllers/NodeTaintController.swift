public import Clockwork

/// The node controller puts a taint on a cordoned node, as on one with other troubles, and takes it off again.
///
/// It is the part of the node lifecycle controller that looks at `spec.unschedulable`.
public struct NodeTaintController: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name = "node-controller"
  public let role = Kube.Role.controller
  private var core: ControllerCore

  static let key = "node.kubernetes.io/unschedulable"

  public init(apiserver: Address) {
    core = ControllerCore("node-controller", apiserver: apiserver, informers: [Informer(.node)])
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
    // A heartbeat is no news: nothing is decided on it, so it is no step.
    for index in core.client.informers.indices {
      while let (event, _) = core.client.informers[index].handle() {
        if let node = event.object.node, event.type != .deleted, NodeTaintController.taints(of: node, at: now) != nil {
          core.queue.add(event.object.key)
        }
      }
    }
  }

  public func offers(_ offers: inout KubeOffers) { core.offers(&offers) }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    guard case .sync(let key) = core.perform(action, &out) else { return }
    guard let node = core[key]?.node, let taints = NodeTaintController.taints(of: node, at: out.now) else {
      return core.conclude(key)
    }
    var request = Request(id: 0, user: "", verb: .patch, key: key)
    let list: Value = taints.isEmpty ? .null : .list(taints.map { $0.tree })
    request.body = .patch(.strategic, .map(("spec", .map(("taints", list)))))
    core.plan([ControllerCore.Write("update", .object(key), request)], for: key, at: out.now)
  }

  public mutating func restart(at now: Time) { core.restart() }

  public var state: Value { core.state }

  // MARK: Helpers

  /// The taints that the node should have, or nil where it has them.
  private static func taints(of node: Node, at now: Time) -> [Taint]? {
    let has = node.spec.taints.contains { $0.key == key && $0.effect == "NoSchedule" }
    if has == node.spec.unschedulable { return nil }
    var taints = node.spec.taints.filter { $0.key != key }
    if node.spec.unschedulable {
      var taint = Taint(key: key, effect: "NoSchedule")
      taint.timeAdded = Timestamp(now)
      taints.append(taint)
    }
    return taints
  }
}
