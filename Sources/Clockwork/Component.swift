/// An actor of the world, which sees its own state and what it was told, never the world.
public protocol Component {
  associatedtype Model: Domain

  var name: String { get }
  var role: Model.Role { get }

  /// Takes a message in. It may only be put where an offer can see it: acting on it is a step of its own.
  mutating func receive(_ message: Model.Message, from sender: Address, at now: Time)

  /// Says what the component could do, most urgent first.
  func offers(_ offers: inout Offers<Model>)

  /// Does one action that was offered.
  mutating func perform(_ action: Action<Model>, _ out: inout Outbox<Model>)

  /// Loses what a process keeps in memory, and begins again.
  mutating func restart(at now: Time)

  /// What can be seen of the component: for screens, differences and digests.
  var state: Value { get }
}

/// Where a component lists what it could do.
public struct Offers<D: Domain> {
  /// How much is wanted: the first enabled offer (long runs), all enabled ones (choosers), all with obstacles (teaching).
  public enum Want {
    case first
    case enabled
    case all
  }

  public let now: Time
  public let want: Want
  let actor: Address
  let delay: Time
  public private(set) var list: [Offer<D>] = []
  /// The earliest time at which something not in the background can be done.
  private(set) var due: Time = .never
  private(set) var backgroundDue: Time = .never

  init(now: Time, want: Want, actor: Address, delay: Time = 0) {
    self.now = now
    self.want = want
    self.actor = actor
    self.delay = delay
  }

  /// True when nothing more needs to be listed.
  public var isFull: Bool { want == .first && due <= now }

  /// Lists an action: when `ready` is false the obstacle says why, when `due` lies ahead time is the obstacle.
  public mutating func add(
    _ verb: Verb,
    _ subject: @autoclosure () -> D.Subject,
    when ready: Bool = true,
    due wanted: Time = 0,
    background: Bool = false,
    else obstacle: @autoclosure () -> Obstacle = Obstacle("obstacle.idle")
  ) {
    if isFull { return }
    let time = max(wanted, delay)
    if ready {
      if background { backgroundDue = min(backgroundDue, time) } else { due = min(due, time) }
      if time <= now {
        append(verb, subject(), nil, background)
      } else if want == .all {
        append(verb, subject(), Obstacle(due: time, now: now), background)
      }
    } else if want == .all {
      append(verb, subject(), obstacle(), background)
    }
  }

  private mutating func append(_ verb: Verb, _ subject: D.Subject, _ obstacle: Obstacle?, _ background: Bool) {
    let action = Action<D>(actor: actor, verb: verb, subject: subject)
    list.append(Offer(action: action, obstacle: obstacle, isBackground: background))
  }
}

/// What one step sends, says and records.
public struct Outbox<D: Domain> {
  public let now: Time
  public let actor: Address
  public private(set) var sent: [Envelope<D>] = []
  public private(set) var records: [D.Record] = []
  public private(set) var facts: [Fact] = []

  public init(now: Time, actor: Address) {
    self.now = now
    self.actor = actor
  }

  public mutating func send(_ message: D.Message, to receiver: Address) {
    sent.append(Envelope(sender: actor, receiver: receiver, message: message))
  }

  public mutating func record(_ record: D.Record) {
    records.append(record)
  }

  /// Says something about the step that its changes do not show, such as why a node was chosen.
  public mutating func note(_ fact: Fact) {
    facts.append(fact)
  }
}

/// Messages that wait, one first-in-first-out queue a channel.
///
/// Heads of different channels may be taken in any order; they are listed as they arrived.
public struct Inbox<Message> {
  private struct Waiting {
    let sender: Address
    let message: Message
  }

  private var waiting: [Waiting] = []

  public init() {}

  public var isEmpty: Bool { waiting.isEmpty }
  public var count: Int { waiting.count }

  public mutating func add(_ message: Message, from sender: Address) {
    waiting.append(Waiting(sender: sender, message: message))
  }

  /// Visits the head of every channel until `body` returns false.
  public func forEachHead(_ body: (Address, Message) -> Bool) {
    var seen: [Address] = []
    for item in waiting where !seen.contains(item.sender) {
      seen.append(item.sender)
      if !body(item.sender, item.message) { return }
    }
  }

  public var first: (sender: Address, message: Message)? {
    guard let item = waiting.first else { return nil }
    return (item.sender, item.message)
  }

  /// Takes the head of a channel.
  public mutating func take(from sender: Address) -> Message? {
    for index in waiting.indices where waiting[index].sender == sender {
      return waiting.remove(at: index).message
    }
    return nil
  }

  public mutating func removeAll() {
    waiting = []
  }

  /// Visits everything in the order of arrival.
  public func forEach(_ body: (Address, Message) -> Void) {
    for item in waiting { body(item.sender, item.message) }
  }
}

/// A component behind one type, so that a world can hold a company of different ones.
open class AnyCell<D: Domain> {
  init() {}
  var name: String { fatalError("a cell has a component") }
  var role: D.Role { fatalError("a cell has a component") }
  var state: Value { fatalError("a cell has a component") }
  func receive(_ message: D.Message, from sender: Address, at now: Time) {}
  func offers(_ offers: inout Offers<D>) {}
  func perform(_ action: Action<D>, _ out: inout Outbox<D>) {}
  func restart(at now: Time) {}
  func copy() -> AnyCell<D> { self }
}

/// The box of one component; a world copies it before it writes, unless nobody else holds it.
final class Cell<C: Component>: AnyCell<C.Model> {
  var component: C

  init(_ component: C) {
    self.component = component
    super.init()
  }

  override var name: String { component.name }
  override var role: C.Model.Role { component.role }
  override var state: Value { component.state }

  override func receive(_ message: C.Model.Message, from sender: Address, at now: Time) {
    component.receive(message, from: sender, at: now)
  }

  override func offers(_ offers: inout Offers<C.Model>) { component.offers(&offers) }

  override func perform(_ action: Action<C.Model>, _ out: inout Outbox<C.Model>) {
    component.perform(action, &out)
  }

  override func restart(at now: Time) { component.restart(at: now) }
  override func copy() -> AnyCell<C.Model> { Cell(component) }
}

/// The components of a world, in the order that canonical runs ask them.
public struct Cast<D: Domain> {
  var cells: [AnyCell<D>] = []

  public init() {}

  public var count: Int { cells.count }

  /// Adds a component and says where it stands.
  @discardableResult
  public mutating func add<C: Component>(_ component: C) -> Address where C.Model == D {
    cells.append(Cell(component))
    return cells.count - 1
  }

  /// Adds the components of another cast behind these.
  public mutating func add(_ others: Cast) { cells += others.cells }
}
