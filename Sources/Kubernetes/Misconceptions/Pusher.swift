import Clockwork

/// The ghost of a kubelet that sends its readings up by itself, every ten seconds.
struct Pusher: Ghost {
  typealias Model = Kube

  private let node: String
  private let own: Address
  private let collector: Address
  private let operation: NodeCall.Operation
  private var next: Time = 500

  private static let period: Time = 10_000

  init(node: String, own: Address, collector: Address, version: Version) {
    self.node = node
    self.own = own
    self.collector = collector
    operation = version == .then ? .summary : .resourceMetrics
  }

  func offers(_ offers: inout KubeOffers) {
    offers.add("push", .object(ObjectKey(.node, "", node)), due: next, background: true)
  }

  mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) -> Bool {
    guard action.verb == "push" else { return false }
    next = out.now + Pusher.period
    // It asks itself, and what it would answer goes to the collector.
    out.send(.nodeCall(NodeCall(id: -1, operation)), to: own)
    return true
  }

  mutating func alter(_ message: Message, to receiver: Address) -> [(message: Message, receiver: Address)] {
    guard case .nodeReply = message, receiver == own else { return [(message, receiver)] }
    return [(message, collector)]
  }
}

/// The ghost of a metrics-server that waits for what nodes send, and asks nobody.
struct Mailbox: Ghost {
  typealias Model = Kube

  private let own: Address
  private var letters: Table<Address, NodeReply> = [:]

  init(own: Address) { self.own = own }

  mutating func hear(_ message: Message, from sender: Address, at now: Time) -> Message? {
    guard case .nodeReply(let reply) = message, reply.id < 0 else { return message }
    letters[sender] = reply
    return nil
  }

  func guise(of verb: Verb, _ subject: Kube.Subject) -> (verb: Verb, subject: Kube.Subject) {
    (verb == "scrape" ? "gather" : verb, subject)
  }

  func own(_ action: KubeAction) -> KubeAction {
    guard action.verb == "gather" else { return action }
    return KubeAction(actor: action.actor, verb: "scrape", subject: action.subject)
  }

  /// What its host would ask a node for it finds in its mailbox, or not.
  mutating func alter(_ message: Message, to receiver: Address) -> [(message: Message, receiver: Address)] {
    guard case .nodeCall(let call) = message else { return [(message, receiver)] }
    guard var letter = letters[receiver] else { return [(.refused(id: call.id, by: receiver), own)] }
    letter.id = call.id
    return [(.nodeReply(letter), own)]
  }
}
