import Clockwork

/// The ghost of a runtime that starts a Pod's containers first, and sees to its network afterwards.
struct LateNetwork: Ghost {
  typealias Model = Kube

  private let own: Address
  private let network: Address
  /// Sandboxes that have no network yet, and those whose turn it is.
  private var calls: Table<ObjectKey, NetworkCall> = [:]
  private var ready: [ObjectKey] = []
  private var starts: Table<Int64, ObjectKey> = [:]
  /// Calls whose answer nobody waits for any more.
  private var late: Table<Int64, Bool> = [:]

  init(own: Address, network: Address) {
    self.own = own
    self.network = network
  }

  mutating func hear(_ message: Message, from sender: Address, at now: Time) -> Message? {
    switch message {
    case .runtime(let call):
      if case .startContainer = call.operation { starts[call.id] = call.pod }
    case .networkReply(let reply) where sender == network:
      if late.removeValue(for: reply.id) != nil { return nil }
    default: break
    }
    return message
  }

  func offers(_ offers: inout KubeOffers) {
    if let pod = ready.first { offers.add("join", .object(pod)) }
  }

  mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) -> Bool {
    guard action.verb == "join", !ready.isEmpty else { return false }
    guard let call = calls.removeValue(for: ready.removeFirst()) else { return true }
    late[call.id] = true
    out.send(.network(call), to: network)
    return true
  }

  mutating func alter(_ message: Message, to receiver: Address) -> [(message: Message, receiver: Address)] {
    switch message {
    case .network(let call) where call.operation == .add:
      calls[call.pod] = call
      return [(.networkReply(NetworkReply(id: call.id)), own)]
    case .runtimeReply(let reply):
      if let pod = starts.removeValue(for: reply.id), calls[pod] != nil, !ready.contains(pod) { ready.append(pod) }
    default: break
    }
    return [(message, receiver)]
  }
}
