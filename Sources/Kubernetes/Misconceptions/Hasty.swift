import Clockwork

/// The ghost of a taint eviction controller that counts the time of a Pod from the last heartbeat of its node.
struct Hasty: Ghost {
  typealias Model = Kube

  private let apiserver: Address
  /// When each node was last heard of.
  private var heard: Table<String, Time> = [:]
  private var pods: Table<ObjectKey, Pod> = [:]
  private var due: Table<ObjectKey, Time> = [:]

  init(_ scene: Scene) { apiserver = scene.apiserver }

  mutating func hear(_ message: Message, from sender: Address, at now: Time) -> Message? {
    if case .response(let response) = message, response.id < 0 { return nil }
    guard case .watch(let event) = message else { return message }
    let object = event.object
    switch object.kind {
    case .lease:
      heard[object.name] = now
      return nil
    case .pod:
      let isGone = event.type == .deleted || object.metadata.deletionTimestamp != nil
      pods[object.key] = isGone ? nil : object.pod
      if isGone { due.removeValue(for: object.key) }
    case .node: weigh(object.name, event.type == .deleted ? [] : object.node?.spec.taints ?? [])
    default: break
    }
    return message
  }

  private mutating func weigh(_ node: String, _ taints: [Taint]) {
    let driving = taints.filter { $0.effect == "NoExecute" }
    for key in pods.keys where pods[key]?.spec.nodeName == node {
      guard let pod = pods[key], let since = heard[node] else { continue }
      let seconds = driving.compactMap { taint in
        pod.spec.tolerations.filter { SchedulerPlugins.tolerates([$0], taint) }.compactMap { $0.tolerationSeconds }
          .min()
      }.min()
      if let seconds { due[key] = since + seconds * 1000 } else { due.removeValue(for: key) }
    }
  }

  func offers(_ offers: inout KubeOffers) {
    due.forEach { key, time in offers.add("delete", .object(key), due: time) }
  }

  mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) -> Bool {
    guard action.verb == "delete", let key = action.subject.key, due.removeValue(for: key) != nil else { return false }
    var request = Request(id: -1, user: "kube-controller-manager/taint-eviction-controller", verb: .delete, key: key)
    request.body = .delete(Deletion())
    out.send(.request(request), to: apiserver)
    return true
  }
}
