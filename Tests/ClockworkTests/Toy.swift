import Clockwork

/// A world that has nothing to do with Kubernetes: cooks ask a pantry for eggs and fry them.
enum Kitchen: Domain {
  typealias Record = String

  enum Role: Equatable {
    case cook
    case pantry
    case guest
  }

  enum Message: Letter, Equatable {
    case ask(Int)
    case egg(Int)
    case nobodyHome(Int)
    case closed(by: Address)

    var refusal: Message? {
      if case .ask(let number) = self { return .nobodyHome(number) }
      return nil
    }

    var value: Value {
      switch self {
      case .ask(let number): .string("ask \(number)")
      case .egg(let number): .string("egg \(number)")
      case .nobodyHome(let number): .string("nobody \(number)")
      case .closed(let by): .string("closed \(by)")
      }
    }
  }

  struct Subject: ActionSubject {
    let number: Int
    var description: String { "egg/\(number)" }
    func add(to digest: inout Digest) { digest.add(Int64(number)) }
  }

  static func objection(to message: Message, from sender: Role, to receiver: Role) -> Obstacle? {
    sender == .guest ? Obstacle("rule.guests-do-not-ask") : nil
  }
}

/// Wants a number of eggs, one after the other, and fries each for a while.
struct Cook: Component {
  typealias Model = Kitchen

  let name: String
  let role = Kitchen.Role.cook
  let pantry: Address
  let wanted: Int
  let frying: Time
  private(set) var asked = 0
  private(set) var fried = 0
  private(set) var inbox = Inbox<Kitchen.Message>()
  private(set) var pan: (egg: Int, done: Time)?
  private(set) var refusals = 0
  private(set) var closures = 0

  init(_ name: String, pantry: Address, wanted: Int, frying: Time = 100) {
    self.name = name
    self.pantry = pantry
    self.wanted = wanted
    self.frying = frying
  }

  mutating func receive(_ message: Kitchen.Message, from sender: Address, at now: Time) {
    switch message {
    case .closed: closures += 1
    case .nobodyHome:
      refusals += 1
      asked -= 1
    default: inbox.add(message, from: sender)
    }
  }

  func offers(_ offers: inout Offers<Kitchen>) {
    if let pan { offers.add("serve", Kitchen.Subject(number: pan.egg), due: pan.done) }
    if case .egg(let number)? = inbox.first?.message {
      offers.add("fry", Kitchen.Subject(number: number), when: pan == nil, else: Obstacle("kitchen.pan-in-use"))
    }
    offers.add(
      "ask",
      Kitchen.Subject(number: asked + 1),
      when: asked < wanted && asked == fried + (pan == nil ? 0 : 1) + inbox.count && refusals == 0,
      else: Obstacle("kitchen.enough")
    )
    offers.add("sweep", Kitchen.Subject(number: 0), due: 60_000, background: true)
  }

  mutating func perform(_ action: Action<Kitchen>, _ out: inout Outbox<Kitchen>) {
    switch action.verb.text {
    case "ask":
      asked += 1
      out.send(.ask(asked), to: pantry)
    case "fry":
      if case .egg(let number)? = inbox.first?.message {
        _ = inbox.take(from: pantry)
        pan = (number, out.now + frying)
      }
    case "serve":
      fried += 1
      pan = nil
      out.record("\(name) served \(action.subject)")
    default: break
    }
  }

  mutating func restart(at now: Time) {
    inbox.removeAll()
    pan = nil
    asked = fried
    refusals = 0
  }

  var state: Value {
    .map(
      ("asked", .integer(Int64(asked))),
      ("fried", .integer(Int64(fried))),
      ("inbox", .integer(Int64(inbox.count))),
      ("refusals", .integer(Int64(refusals)))
    )
  }
}

/// Hands out eggs to whoever asks, in the order of each asker.
struct Pantry: Component {
  typealias Model = Kitchen

  let name = "pantry"
  let role = Kitchen.Role.pantry
  private(set) var left: Int
  private(set) var inbox = Inbox<Kitchen.Message>()

  init(eggs: Int) { left = eggs }

  mutating func receive(_ message: Kitchen.Message, from sender: Address, at now: Time) {
    if case .ask = message { inbox.add(message, from: sender) }
  }

  func offers(_ offers: inout Offers<Kitchen>) {
    inbox.forEachHead { sender, _ in
      offers.add("give", Kitchen.Subject(number: sender), when: left > 0, else: Obstacle("kitchen.empty"))
      return !offers.isFull
    }
    if inbox.isEmpty {
      offers.add("give", Kitchen.Subject(number: -1), when: false, else: Obstacle("kitchen.nobody-asked"))
    }
  }

  mutating func perform(_ action: Action<Kitchen>, _ out: inout Outbox<Kitchen>) {
    guard case .ask(let number)? = inbox.take(from: action.subject.number) else { return }
    left -= 1
    out.send(.egg(number), to: action.subject.number)
  }

  mutating func restart(at now: Time) { inbox.removeAll() }

  var state: Value { .map(("left", .integer(Int64(left))), ("asking", .integer(Int64(inbox.count)))) }
}

extension World where D == Kitchen {
  /// Two cooks and a pantry; the pantry stands at 0.
  static func kitchen(eggs: Int = 100, wanted: Int = 3, cooks: Int = 2, at start: Time = 0) -> World {
    var cast = Cast<Kitchen>()
    cast.add(Pantry(eggs: eggs))
    for number in 1...cooks { cast.add(Cook("cook\(number)", pantry: 0, wanted: wanted)) }
    return World(cast, at: start)
  }

  func cook(_ number: Int) -> Cook {
    guard let cook = component(number, as: Cook.self) else { fatalError("no cook \(number)") }
    return cook
  }

  /// Runs in canonical order until nothing but periodic work is left.
  @discardableResult
  mutating func runToQuiet(limit: Int = 10_000) -> [String] {
    var actions: [String] = []
    while let action = first(), actions.count < limit {
      actions.append(text(of: action))
      _ = perform(action)
    }
    return actions
  }
}
