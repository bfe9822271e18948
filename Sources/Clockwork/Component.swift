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
  /// The first of the list lies apart: mostly it is the only one, and an array would be made for it after every step.
  private(set) var head: Offer<D>?
  private var rest: [Offer<D>] = []
  /// The earliest time at which something not in the background can be done.
  private(set) var due: Time = .never
  private(set) var backgroundDue: Time = .never
  /// Set while a false rule leaves no room for some of the offers, or gives them another name.
  var guise: ((Verb, D.Subject) -> (verb: Verb, subject: D.Subject)?)?

  init(now: Time, want: Want, actor: Address, delay: Time = .always) {
    self.now = now
    self.want = want
    self.actor = actor
    self.delay = delay
  }

  /// Everything listed, in its order.
  public var list: [Offer<D>] {
    guard let head else { return [] }
    return rest.isEmpty ? [head] : [head] + rest
  }

  /// The first listed that is not periodic work.
  var foreground: Offer<D>? {
    guard let head, head.isBackground else { return head }
    return rest.first { !$0.isBackground }
  }

  public var isEmpty: Bool { head == nil }

  /// True when nothing more needs to be listed.
  public var isFull: Bool { want == .first && due <= now }

  /// True when only the first is wanted, and an action that is due at `time` can be neither it nor the next after it.
  ///
  /// Whoever has much to list need not make up what nobody will look at.
  public func isAhead(_ time: Time) -> Bool { want == .first && time > now && time >= due }

  /// A list that stays empty and only finds out when the first of what it is told of could be done.
  public init() {
    self.init(now: -.never, want: .first, actor: -1)
  }

  /// When the first of what is listed, or was only told of, can be done.
  public var moment: Moment { Moment(due: due, backgroundDue: backgroundDue) }

  /// Takes note of actions that are not worth listing because they lie ahead.
  ///
  /// A component with many parts keeps a moment for each, and asks only the parts whose moment has come.
  public mutating func expect(_ moment: Moment) {
    if moment.due != .never { due = min(due, max(moment.due, delay)) }
    if moment.backgroundDue != .never { backgroundDue = min(backgroundDue, max(moment.backgroundDue, delay)) }
  }

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
    if let guise {
      guard let dressed = guise(verb, subject()) else { return }
      list(dressed.verb, dressed.subject, ready, wanted, background, obstacle())
    } else {
      list(verb, subject(), ready, wanted, background, obstacle())
    }
  }

  private mutating func list(
    _ verb: Verb,
    _ subject: @autoclosure () -> D.Subject,
    _ ready: Bool,
    _ wanted: Time,
    _ background: Bool,
    _ obstacle: @autoclosure () -> Obstacle
  ) {
    // Nothing waits for the moment 0, also before it: it stands for none.
    let time = max(wanted == 0 ? .always : wanted, delay)
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
    let offer = Offer(action: action, obstacle: obstacle, isBackground: background)
    if head == nil { head = offer } else { rest.append(offer) }
  }
}

/// When a part of a component can next do something, in the foreground and in the background.
public struct Moment: Equatable, Sendable {
  public var due: Time
  public var backgroundDue: Time

  public init(due: Time = .never, backgroundDue: Time = .never) {
    self.due = due
    self.backgroundDue = backgroundDue
  }

  /// Whether there is something to do at `now`.
  public func hasCome(at now: Time) -> Bool { due <= now || backgroundDue <= now }
}

/// What one step sends, says and records.
public struct Outbox<D: Domain> {
  public let now: Time
  public let actor: Address
  /// False in a run of which nobody reads the words: records and facts are then not even made.
  public let isTelling: Bool
  public private(set) var sent: [Envelope<D>] = []
  public private(set) var records: [D.Record] = []
  public private(set) var facts: [Fact] = []
  /// Components that the step switches on or off, in this order.
  public private(set) var switched: [Switch] = []

  public init(now: Time, actor: Address, isTelling: Bool = true) {
    self.now = now
    self.actor = actor
    self.isTelling = isTelling
  }

  public mutating func send(_ message: D.Message, to receiver: Address) {
    sent.append(Envelope(sender: actor, receiver: receiver, message: message))
  }

  /// Switches a component on or off, as whoever owns its machine can.
  public mutating func turn(_ component: Address, on: Bool) {
    switched.append(Switch(component: component, isOn: on))
  }

  public mutating func record(_ record: @autoclosure () -> D.Record) {
    if isTelling { records.append(record()) }
  }

  /// Says something about the step that its changes do not show, such as why a node was chosen.
  public mutating func note(_ fact: @autoclosure () -> Fact) {
    if isTelling { facts.append(fact()) }
  }
}

/// A component that is switched on or off by a step of another one.
public struct Switch: Equatable, Sendable {
  public let component: Address
  public let isOn: Bool

  public init(component: Address, isOn: Bool) {
    self.component = component
    self.isOn = isOn
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

  private var waiting = Queue<Waiting>()

  public init() {}

  public var isEmpty: Bool { waiting.isEmpty }
  public var count: Int { waiting.count }

  public mutating func add(_ message: Message, from sender: Address) {
    waiting.append(Waiting(sender: sender, message: message))
  }

  /// Visits the head of every channel until `body` returns false.
  public func forEachHead(_ body: (Address, Message) -> Bool) {
    var seen: [Address] = []
    for index in 0..<waiting.count where !seen.contains(waiting[index].sender) {
      seen.append(waiting[index].sender)
      if !body(waiting[index].sender, waiting[index].message) { return }
    }
  }

  public var first: (sender: Address, message: Message)? {
    guard let item = waiting.first else { return nil }
    return (item.sender, item.message)
  }

  /// Takes the head of a channel.
  public mutating func take(from sender: Address) -> Message? {
    for index in 0..<waiting.count where waiting[index].sender == sender {
      return waiting.remove(at: index).message
    }
    return nil
  }

  public mutating func removeAll() {
    waiting.removeAll()
  }

  /// Visits everything in the order of arrival.
  public func forEach(_ body: (Address, Message) -> Void) {
    for index in 0..<waiting.count { body(waiting[index].sender, waiting[index].message) }
  }
}

/// A component behind one type, so that a world can hold a company of different ones.
open class AnyCell<D: Domain> {
  // Neither ever changes, and every message is weighed by them.
  final let name: String
  final let role: D.Role

  init(name: String, role: D.Role) {
    self.name = name
    self.role = role
  }

  var state: Value { fatalError("a cell has a component") }
  func receive(_ message: D.Message, from sender: Address, at now: Time) {}
  func offers(_ offers: inout Offers<D>) {}
  func perform(_ action: Action<D>, _ out: inout Outbox<D>) {}
  func restart(at now: Time) {}
  func copy() -> AnyCell<D> { self }
}

extension Component {
  /// Changes nothing, and says that it may: a component that is only read from its box would be copied for every
  /// question, which is asked several times a step.
  @inline(__always)
  mutating func offersInPlace(_ offers: inout Offers<Model>) { self.offers(&offers) }
}

/// The box of one component; a world copies it before it writes, unless nobody else holds it.
class Cell<C: Component>: AnyCell<C.Model> {
  var component: C

  init(_ component: C) {
    self.component = component
    super.init(name: component.name, role: component.role)
  }

  override var state: Value { component.state }

  override func receive(_ message: C.Model.Message, from sender: Address, at now: Time) {
    component.receive(message, from: sender, at: now)
  }

  override func offers(_ offers: inout Offers<C.Model>) { component.offersInPlace(&offers) }

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
