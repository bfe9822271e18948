import Clockwork

/// The ghost of a runtime for which lives hang together that do not: of containers, of pause, of the kubelet.
struct Bond: Ghost {
  typealias Model = Kube

  enum Belief: Sendable {
    /// A container that fails takes the whole Pod with it.
    case oneForAll
    /// pause is a container like the others: when it ends it is back, and nothing has happened.
    case pauseIsSpare
    /// Containers end with the kubelet that had them started.
    case kubeletHolds
  }

  private let belief: Belief
  private let own: Address
  private let kubelet: Address
  /// What the runtime holds, by Pod, as it last told its kubelet.
  private var views: Table<String, RuntimeView> = [:]
  private var doomed: [ContainerRecord] = []

  init(_ belief: Belief, own: Address, kubelet: Address) {
    self.belief = belief
    self.own = own
    self.kubelet = kubelet
  }

  mutating func hear(_ message: Message, from sender: Address, at now: Time) -> Message? {
    switch message {
    case .closed(let by) where belief == .kubeletHolds && by == kubelet:
      views.forEach { _, view in doomed += view.containers.filter { !$0.isSandbox && $0.phase == .running } }
    case .runtime(let call) where belief == .pauseIsSpare && sender != kubelet:
      if case .stopContainer(let id, _) = call.operation, isSandbox(id) { return nil }
    default: break
    }
    return message
  }

  private func isSandbox(_ id: String) -> Bool {
    var isFound = false
    views.forEach { _, view in isFound = isFound || view.containers.contains { $0.id == id && $0.isSandbox } }
    return isFound
  }

  mutating func alter(_ message: Message, to receiver: Address) -> [(message: Message, receiver: Address)] {
    if case .containers(let view) = message {
      views[view.uid] = view
      if belief == .oneForAll { follow(view) }
    }
    return [(message, receiver)]
  }

  /// A sandbox in which something has failed is not to stay.
  private mutating func follow(_ view: RuntimeView) {
    for sandbox in view.containers where sandbox.isSandbox && sandbox.phase == .running {
      let hasFailed = view.containers.contains {
        $0.sandbox == sandbox.id && !$0.isSandbox && $0.phase == .exited && $0.exitCode != 0
      }
      if hasFailed, !doomed.contains(where: { $0.id == sandbox.id }) { doomed.append(sandbox) }
    }
  }

  func offers(_ offers: inout KubeOffers) {
    if let record = doomed.first { offers.add("take-along", .object(record.pod)) }
  }

  mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) -> Bool {
    guard action.verb == "take-along", !doomed.isEmpty else { return false }
    let record = doomed.removeFirst()
    let stop = RuntimeCall.Operation.stopContainer(id: record.id, graceSeconds: 0)
    out.send(.runtime(RuntimeCall(id: 0, pod: record.pod, uid: "", operation: stop)), to: own)
    return true
  }
}
