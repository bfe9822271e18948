import Clockwork

/// The ghost of a kernel whose bridge gives the Pods their addresses: the plugin's work is done by it.
///
/// A bridge knows who is plugged in, and nothing of who was there before: the lowest free address is the next one.
struct BridgeHost: Ghost {
  typealias Model = Kube

  private var guest: CNI
  private var waiting: [NetworkCall] = []

  init(guest: CNI) { self.guest = guest }

  mutating func hear(_ message: Message, from sender: Address, at now: Time) -> Message? {
    guard case .network(let call) = message else { return message }
    guest.receive(message, from: sender, at: now)
    waiting.append(call)
    return nil
  }

  func offers(_ offers: inout KubeOffers) {
    if let call = waiting.first { offers.add(call.operation == .add ? "lease" : "recall", .object(call.pod)) }
  }

  mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) -> Bool {
    guard action.verb == "lease" || action.verb == "recall", !waiting.isEmpty else { return false }
    let call = waiting.removeFirst()
    guest.forgetLast()
    let verb: Verb = call.operation == .add ? "add" : "delete"
    guest.perform(KubeAction(actor: action.actor, verb: verb, subject: .object(call.pod)), &out)
    return true
  }
}
