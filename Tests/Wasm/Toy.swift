import Clockwork

/// A world that has nothing to do with Kubernetes: a baker bakes on a timer, customers ask and eat.
enum Bakery: Domain {
  enum Message: Letter {
    case order(loaves: Int64)
    case bread(loaves: Int64)
    case shut(Address)

    static func closed(by component: Address) -> Message { .shut(component) }

    var refusal: Message? {
      if case .order = self { return .bread(loaves: 0) }
      return nil
    }

    var value: Value {
      switch self {
      case .order(let loaves): .map(("order", .integer(loaves)))
      case .bread(let loaves): .map(("bread", .integer(loaves)))
      case .shut(let address): .map(("shut", .integer(Int64(address))))
      }
    }
  }

  enum Role: Equatable {
    case baker
    case customer
  }

  struct Subject: ActionSubject {
    var description: String

    func add(to digest: inout Digest) { digest.add(description) }
  }

  static func objection(to message: Message, from sender: Role, to receiver: Role) -> Obstacle? {
    sender == .customer && receiver == .customer ? Obstacle("obstacle.customers-do-not-trade") : nil
  }

  typealias Record = String
}

/// Bakes one order at a time and sweeps the floor now and then.
struct Baker: Component {
  var name: String { "baker" }
  var role: Bakery.Role { .baker }
  var inbox = Inbox<Bakery.Message>()
  var oven: Table<Address, Int64> = [:]
  var readyAt: Time = 0
  var sweepAt: Time = 3_000
  /// Whom the baker lets in after the first sweep.
  var late: Address? = nil

  mutating func receive(_ message: Bakery.Message, from sender: Address, at now: Time) {
    if inbox.isEmpty { readyAt = now + 1_500 }
    inbox.add(message, from: sender)
  }

  func offers(_ offers: inout Offers<Bakery>) {
    inbox.forEachHead { sender, message in
      offers.add("bake", Bakery.Subject(description: "for-\(sender)"), due: readyAt)
      return !offers.isFull
    }
    offers.add("sweep", Bakery.Subject(description: "floor"), due: sweepAt, background: true)
    guard offers.want == .all else { return }
    offers.add(
      "rest",
      Bakery.Subject(description: "baker"),
      when: false,
      else: Obstacle("obstacle.busy", ("orders", .integer(Int64(inbox.count))))
    )
  }

  mutating func perform(_ action: Action<Bakery>, _ out: inout Outbox<Bakery>) {
    if action.verb == "sweep" {
      sweepAt = out.now + 3_000
      if let late { out.turn(late, on: true) }
      return
    }
    var head: Address? = nil
    inbox.forEachHead { sender, _ in
      if action.subject.description == "for-\(sender)" { head = sender }
      return head == nil
    }
    guard let head, let message = inbox.take(from: head) else { return }
    if case .order(let loaves) = message {
      oven.update(head, default: 0) { $0 += loaves }
      out.send(.bread(loaves: loaves), to: head)
      out.record("\(loaves) for \(head)")
    }
    out.note(Fact("fact.baked", ("left", .integer(Int64(inbox.count)))))
    readyAt = out.now + 700
  }

  mutating func restart(at now: Time) {
    inbox.removeAll()
    readyAt = now
  }

  var state: Value {
    var baked: [Value] = []
    oven.forEach { address, loaves in baked.append(.map(("name", .string("\(address)")), ("loaves", .integer(loaves))))
    }
    var waiting: [Value] = []
    inbox.forEach { _, message in waiting.append(message.value) }
    return .map(("oven", .list(baked)), ("waiting", .list(waiting)), ("readyAt", .integer(readyAt)))
  }
}

/// Orders until it is full.
struct Customer: Component {
  var name: String
  var baker: Address
  var hunger: Int64
  var role: Bakery.Role { .customer }
  var isWaiting = false
  var isShut = false

  mutating func receive(_ message: Bakery.Message, from sender: Address, at now: Time) {
    switch message {
    case .bread(let loaves):
      hunger -= loaves
      isWaiting = false
    case .shut: isShut = true
    case .order: break
    }
  }

  func offers(_ offers: inout Offers<Bakery>) {
    let isReady = hunger > 0 && !isWaiting && !isShut
    offers.add("order", Bakery.Subject(description: name), when: isReady, else: Obstacle("obstacle.not-hungry"))
  }

  mutating func perform(_ action: Action<Bakery>, _ out: inout Outbox<Bakery>) {
    isWaiting = true
    out.send(.order(loaves: min(hunger, 2)), to: baker)
  }

  mutating func restart(at now: Time) { isWaiting = false }

  var state: Value { .map(("hunger", .integer(hunger)), ("waiting", .bool(isWaiting)), ("shut", .bool(isShut))) }
}
