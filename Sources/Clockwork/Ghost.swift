/// A false rule that a component is made to follow: what learners wrongly believe of it, so that it can be run.
///
/// The component itself stays as it is. Its ghost hears what it hears, may keep things from it, does things that it
/// would never do, and keeps it from things that it would do.
public protocol Ghost {
  associatedtype Model: Domain

  /// Hears a message before its host does, and says what the host hears: the same, another one, or nothing.
  mutating func hear(_ message: Model.Message, from sender: Address, at now: Time) -> Model.Message?

  /// Offers what only the false rule knows; it comes before everything else.
  func offers(_ offers: inout Offers<Model>)

  /// Whether the false rule leaves no room for something that the host offers.
  func forbids(_ verb: Verb, _ subject: Model.Subject) -> Bool

  /// What something that the host offers is under the false rule: for most things, itself.
  ///
  /// Whoever gives it another name also says in ``own(_:)`` what the host calls it.
  func guise(of verb: Verb, _ subject: Model.Subject) -> (verb: Verb, subject: Model.Subject)

  /// The host's own name for an action that goes by the name of the false rule.
  func own(_ action: Action<Model>) -> Action<Model>

  /// Does what it offered; false when the action is its host's.
  mutating func perform(_ action: Action<Model>, _ out: inout Outbox<Model>) -> Bool

  /// Changes what the host says and to whom; nothing keeps it from being said, and one message may become several.
  mutating func alter(_ message: Model.Message, to receiver: Address) -> [(message: Model.Message, receiver: Address)]
}

extension Ghost {
  public mutating func hear(_ message: Model.Message, from sender: Address, at now: Time) -> Model.Message? { message }
  public func offers(_ offers: inout Offers<Model>) {}
  public func forbids(_ verb: Verb, _ subject: Model.Subject) -> Bool { false }
  public func guise(of verb: Verb, _ subject: Model.Subject) -> (verb: Verb, subject: Model.Subject) { (verb, subject) }
  public func own(_ action: Action<Model>) -> Action<Model> { action }
  public mutating func perform(_ action: Action<Model>, _ out: inout Outbox<Model>) -> Bool { false }
  public mutating func alter(
    _ message: Model.Message,
    to receiver: Address
  ) -> [(message: Model.Message, receiver: Address)] { [(message, receiver)] }
}

/// The box of a component with a ghost in it.
final class HauntedCell<C: Component, G: Ghost>: Cell<C> where G.Model == C.Model {
  private var ghost: G

  init(_ component: C, _ ghost: G) {
    self.ghost = ghost
    super.init(component)
  }

  override func receive(_ message: C.Model.Message, from sender: Address, at now: Time) {
    if let heard = ghost.hear(message, from: sender, at: now) { component.receive(heard, from: sender, at: now) }
  }

  override func offers(_ offers: inout Offers<C.Model>) {
    ghost.offers(&offers)
    if offers.isFull { return }
    let ghost = ghost
    offers.guise = { ghost.forbids($0, $1) ? nil : ghost.guise(of: $0, $1) }
    component.offersInPlace(&offers)
    offers.guise = nil
  }

  override func perform(_ action: Action<C.Model>, _ out: inout Outbox<C.Model>) {
    if ghost.perform(action, &out) { return }
    var said = Outbox<C.Model>(now: out.now, actor: out.actor)
    component.perform(ghost.own(action), &said)
    for envelope in said.sent {
      for (message, receiver) in ghost.alter(envelope.message, to: envelope.receiver) {
        out.send(message, to: receiver)
      }
    }
    for record in said.records { out.record(record) }
    for fact in said.facts { out.note(fact) }
    for change in said.switched { out.turn(change.component, on: change.isOn) }
  }

  override func copy() -> AnyCell<C.Model> { HauntedCell(component, ghost) }
}

extension Cast {
  /// Where the component of a name stands.
  public func address(of name: String) -> Address? { cells.firstIndex { $0.name == name } }

  /// A component as it stands there; nothing where another kind of component stands.
  public func component<C: Component>(_ address: Address, as type: C.Type) -> C? where C.Model == D {
    cells.indices.contains(address) ? (cells[address] as? Cell<C>)?.component : nil
  }

  /// Puts a component in the place of another one of its kind.
  public mutating func replace<C: Component>(_ address: Address, with component: C) where C.Model == D {
    if self.component(address, as: C.self) != nil { cells[address] = Cell(component) }
  }

  /// Puts a ghost into a component; does nothing where another kind of component stands.
  public mutating func haunt<C: Component, G: Ghost>(_ address: Address, _ type: C.Type, with ghost: G)
  where C.Model == D, G.Model == D {
    guard cells.indices.contains(address), let cell = cells[address] as? Cell<C> else { return }
    cells[address] = HauntedCell(cell.component, ghost)
  }
}
