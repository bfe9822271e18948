import Clockwork

/// Worlds drawn from a seed: gears that push each other, with rules that nobody chose.
enum Gearbox: Domain {
  typealias Record = String
  typealias Role = Int

  enum Message: Letter, Equatable {
    case push(Int, left: Int)
    case closed(by: Address)

    var refusal: Message? { nil }
    var value: Value { .string("\(self)") }
  }

  struct Subject: ActionSubject {
    let number: Int
    var description: String { "\(number)" }
    func add(to digest: inout Digest) { digest.add(Int64(number)) }
  }

  static func objection(to message: Message, from sender: Role, to receiver: Role) -> Obstacle? { nil }
}

/// Turns when it is pushed or when its spring is free; where it stands then, and whom it pushes, is drawn from the seed.
struct Gear: Component {
  typealias Model = Gearbox

  let name: String
  let role = 0
  let number: Int
  let count: Int
  let seed: UInt64
  private(set) var teeth = 0
  private(set) var springs: Int
  private(set) var rings: Time?
  private(set) var inbox = Inbox<Gearbox.Message>()

  init(_ number: Int, of count: Int, seed: UInt64) {
    name = "gear\(number)"
    self.number = number
    self.count = count
    self.seed = seed
    springs = Int((seed >> UInt64(number)) & 1) + (number == 0 ? 1 : 0)
  }

  mutating func receive(_ message: Gearbox.Message, from sender: Address, at now: Time) {
    inbox.add(message, from: sender)
  }

  func offers(_ offers: inout Offers<Gearbox>) {
    // Some gears take what came first, others whatever they like.
    if draw(0, 9).isMultiple(of: 2) {
      if let sender = inbox.first?.sender { offers.add("turn", Gearbox.Subject(number: sender)) }
    } else {
      inbox.forEachHead { sender, _ in
        offers.add("turn", Gearbox.Subject(number: sender))
        return !offers.isFull
      }
    }
    offers.add("spring", Gearbox.Subject(number: springs), when: springs > 0 && draw(teeth, 7) % 3 != 0)
    if let rings { offers.add("ring", Gearbox.Subject(number: 0), due: rings) }
  }

  mutating func perform(_ action: Action<Gearbox>, _ out: inout Outbox<Gearbox>) {
    var left = 2
    var push = 1
    switch action.verb.text {
    case "turn":
      if case .push(let force, let rest)? = inbox.take(from: action.subject.number) {
        push = force + 2
        left = rest
      }
    case "ring":
      rings = nil
      left = 1
      push = 11
    default: springs -= 1
    }
    let drawn = draw(teeth, push)
    teeth = drawn % 3
    if drawn % 5 == 0, left > 1, rings == nil { rings = out.now + Time(drawn % 2 + 1) }
    guard left > 0 else { return }
    for other in 0..<count where other != number && draw(other + 20, drawn) % 3 == 0 {
      out.send(.push(drawn % 2, left: left - 1), to: other)
    }
  }

  private func draw(_ one: Int, _ other: Int) -> Int {
    var random = Random(seed: seed &+ UInt64(number * 10_000 + one * 100 + other % 97) &* 0x9e37_79b9)
    _ = random.next()
    return random.next(below: 1 << 20)
  }

  mutating func restart(at now: Time) {}

  var state: Value {
    var waiting: [Value] = []
    inbox.forEach { waiting.append(.string("\($0) \($1)")) }
    return .list([
      .integer(Int64(teeth)), .integer(Int64(springs)), .integer(rings ?? -1), .list(waiting),
    ])
  }
}

extension World where D == Gearbox {
  static func gears(_ count: Int, seed: UInt64) -> World {
    var cast = Cast<Gearbox>()
    for number in 0..<count { cast.add(Gear(number, of: count, seed: seed)) }
    return World(cast)
  }

  /// Where every gear stands.
  var position: String {
    cells.indices.map { component($0, as: Gear.self).map { "\($0.teeth)" } ?? "" }.joined()
  }

  /// The whole state, which for a gear is all there is of it.
  var identity: UInt64 {
    var digest = Digest()
    digest.add(now)
    for address in cells.indices { digest.add(state(of: address)) }
    return digest.value
  }
}
