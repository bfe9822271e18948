import Clockwork

/// The ghost of a kube-apiserver in whose store a Pod that is driven off its node goes to another.
struct Mover: Ghost {
  typealias Model = Kube

  /// The nodes that take Pods.
  private let nodes: [String]
  private var driven: Table<ObjectKey, Bool> = [:]

  init(_ scene: Scene) { nodes = scene.spec.machines.filter { !$0.isControlPlane }.map { $0.name } }

  mutating func hear(_ message: Message, from sender: Address, at now: Time) -> Message? {
    if case .request(let request) = message, request.key.kind == .pod, case .delete = request.body,
      request.user.hasSuffix("/taint-eviction-controller") || request.user.hasSuffix("/node-controller")
    {
      driven[request.key] = true
    }
    return message
  }

  mutating func alter(_ message: Message, to receiver: Address) -> [(message: Message, receiver: Address)] {
    guard case .transaction(var transaction) = message, var object = transaction.object, driven[object.key] != nil,
      object.metadata.deletionTimestamp != nil, let node = nodes.first(where: { $0 != object.pod?.spec.nodeName })
    else { return [(message, receiver)] }
    driven.removeValue(for: object.key)
    object.metadata.deletionTimestamp = nil
    object.metadata.deletionGracePeriodSeconds = nil
    object.updatePod { pod in
      pod.spec.nodeName = node
      let scheduled = pod.status.conditions.filter { $0.type == "PodScheduled" }
      pod.status = PodStatus()
      pod.status.phase = PodPhase.pending.rawValue
      pod.status.conditions = scheduled
    }
    transaction.object = object
    return [(.transaction(transaction), receiver)]
  }
}
