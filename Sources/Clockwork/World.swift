/// An executed action: when, who, what, to whom it spoke, and what it recorded.
public struct Step<D: Domain> {
  public let index: Int
  public let time: Time
  public let action: Action<D>
  public let sent: [Envelope<D>]
  public let records: [D.Record]
  public let facts: [Fact]
  /// Components that were switched on or off.
  public let switched: [Switch]
}

/// Everything that is: components, what they know, the time, and the faults laid on them.
///
/// A world is a value: a copy is a snapshot, and running the copy leaves the original alone.
public struct World<D: Domain> {
  public private(set) var cells: [AnyCell<D>]
  public private(set) var now: Time = 0
  public private(set) var stepCount: Int = 0
  /// A digest of every action so far.
  public private(set) var trail = Digest()
  /// Broken iron rules; always empty in a right model.
  public private(set) var objections: [Obstacle] = []

  /// False for long runs of which nobody reads the words: steps then carry no records and no facts.
  ///
  /// What happens is the same.
  public var isTelling: Bool = true

  private var due: DueTree
  private var backgroundDue: DueTree
  private var stopped: Table<Address, Bool> = [:]
  private var delays: Table<Address, Time> = [:]
  private var touched: Table<Address, Time> = [:]
  private var cuts: [Cut] = []
  private var drops: [Cut] = []
  private var held: [Envelope<D>] = []
  /// Components that stood switched off at the beginning, as they were then: whoever switches one on gets a new one.
  private let spares: Table<Address, AnyCell<D>>
  /// What the lowest of those who were asked last could do at once: mostly what is done next.
  private var front: Front?
  /// Who has to be asked again what it can do, because it acted or heard something in this step.
  private var dirty: [Address] = []
  private let addresses: Table<String, Address>
  /// Iron rules that a false world breaks, by the keys of their obstacles.
  private let waived: [String]

  private struct Front {
    let address: Address
    let time: Time
    let action: Action<D>
  }

  private struct Cut: Equatable {
    let one: Address
    let other: Address
  }

  /// A world at its beginning; `waiving` names the iron rules that a misconception breaks, `off` the components that
  /// another one may switch on.
  ///
  /// Where a story has a past that is run too, the world begins before the moment 0.
  public init(_ cast: Cast<D>, waiving waived: [String] = [], off: [Address] = [], at start: Time = 0) {
    now = start
    self.waived = waived
    cells = cast.cells
    var spares: Table<Address, AnyCell<D>> = [:]
    for address in off {
      spares[address] = cast.cells[address]
      stopped[address] = true
    }
    self.spares = spares
    due = DueTree(count: cast.count)
    backgroundDue = DueTree(count: cast.count)
    var addresses: Table<String, Address> = [:]
    for (address, cell) in cast.cells.enumerated() { addresses[cell.name] = address }
    self.addresses = addresses
    for address in cells.indices { ask(address) }
  }

  // MARK: Looking

  public func address(of name: String) -> Address? { addresses[name] }
  public func name(of address: Address) -> String { cells[address].name }
  public func role(of address: Address) -> D.Role { cells[address].role }
  public func state(of address: Address) -> Value { cells[address].state }
  public func isStopped(_ address: Address) -> Bool { stopped[address] != nil }
  public func delay(of address: Address) -> Time { delays[address] ?? 0 }
  public func isCut(_ one: Address, _ other: Address) -> Bool {
    cuts.contains(Cut(one: min(one, other), other: max(one, other)))
  }

  /// Reads a component of a known type.
  public func component<C: Component>(_ address: Address, as type: C.Type) -> C? where C.Model == D {
    (cells[address] as? Cell<C>)?.component
  }

  /// When the next action happens: now, or when the first timer is due; nothing when the world is dead.
  ///
  /// Periodic work alone counts only when `background` is set.
  public func nextTime(background: Bool = false) -> Time? {
    var next = due.minimum
    if background || next != .never { next = min(next, backgroundDue.minimum) }
    return next == .never ? nil : max(now, next)
  }

  /// True when nothing but periodic work is left.
  public var isQuiet: Bool { due.minimum == .never }

  /// The action a canonical run takes next.
  public func first(background: Bool = false) -> Action<D>? {
    guard let time = nextTime(background: background) else { return nil }
    if let address = due.first(dueBy: time) {
      if let front, front.address == address, front.time == time { return front.action }
      let answer = asked(address, at: time, want: .first)
      if let offer = answer.foreground ?? answer.head { return offer.action }
    }
    if let address = backgroundDue.first(dueBy: time) {
      return offers(of: address, at: time, want: .enabled).first?.action
    }
    return nil
  }

  /// Every action that could be the next one, in canonical order.
  ///
  /// Without `heartbeats`, periodic work counts only where nothing else can happen.
  public func enabled(background: Bool = false, heartbeats: Bool = true) -> [Action<D>] {
    guard let time = nextTime(background: background) else { return [] }
    var actions: [Action<D>] = []
    var periodic: [Action<D>] = []
    for address in cells.indices where due[address] <= time || backgroundDue[address] <= time {
      for offer in offers(of: address, at: time, want: .enabled) {
        if offer.isBackground { periodic.append(offer.action) } else { actions.append(offer.action) }
      }
    }
    return actions.isEmpty || heartbeats ? actions + periodic : actions
  }

  /// All offers of one component at the time of the next step, with what blocks each.
  public func offers(of address: Address) -> [Offer<D>] {
    if stopped[address] != nil {
      var offers = Offers<D>(now: now, want: .all, actor: address)
      cells[address].offers(&offers)
      let obstacle = Obstacle("obstacle.stopped", ("actor", .string(name(of: address))))
      return offers.list.map { Offer(action: $0.action, obstacle: obstacle, isBackground: $0.isBackground) }
    }
    return offers(of: address, at: nextTime() ?? now, want: .all)
  }

  private func offers(of address: Address, at time: Time, want: Offers<D>.Want) -> [Offer<D>] {
    asked(address, at: time, want: want).list
  }

  /// What a component answers when it is asked; nothing while it is stopped.
  private func asked(_ address: Address, at time: Time, want: Offers<D>.Want) -> Offers<D> {
    var offers = Offers<D>(now: time, want: want, actor: address, delay: earliest(address))
    if stopped.isEmpty || stopped[address] == nil { cells[address].offers(&offers) }
    return offers
  }

  /// A slowed component acts no sooner than its delay after it last heard or did something.
  private func earliest(_ address: Address) -> Time {
    guard !delays.isEmpty, let delay = delays[address] else { return .always }
    return (touched[address] ?? 0) + delay
  }

  public func isEnabled(_ action: Action<D>) -> Bool {
    guard let time = nextTime(background: true), cells.indices.contains(action.actor) else { return false }
    return offers(of: action.actor, at: time, want: .enabled).contains { $0.action == action }
  }

  public func text(of action: Action<D>) -> String {
    "\(name(of: action.actor)) \(action.verb.text) \(action.subject.description)"
  }

  /// A digest of the trail, the time and the state of every component.
  public func digest() -> Digest {
    var digest = trail
    digest.add(now)
    for cell in cells { digest.add(cell.state) }
    return digest
  }

  // MARK: Acting

  /// Does one enabled action; time moves to it.
  public mutating func perform(_ action: Action<D>) -> Step<D> {
    if let time = nextTime(background: true) { now = max(now, time) }
    assert(
      offers(of: action.actor, at: now, want: .enabled).contains { $0.action == action },
      "only an enabled action can be performed"
    )
    own(action.actor)
    var out = Outbox<D>(now: now, actor: action.actor, isTelling: isTelling)
    cells[action.actor].perform(action, &out)
    touch(action.actor)
    for envelope in out.sent { deliver(envelope) }
    for change in out.switched { turn(change) }
    askAll()
    trail.add(now)
    trail.add(Int64(action.actor))
    trail.add(action.verb.text)
    action.subject.add(to: &trail)
    stepCount += 1
    return Step(
      index: stepCount,
      time: now,
      action: action,
      sent: out.sent,
      records: out.records,
      facts: out.facts,
      switched: out.switched
    )
  }

  private mutating func turn(_ change: Switch) {
    let address = change.component
    guard change.isOn else { return stop(address) }
    guard stopped[address] != nil else { return }
    if let spare = spares[address] { cells[address] = spare.copy() }
    start(address)
  }

  private mutating func deliver(_ envelope: Envelope<D>) {
    if let objection = D.objection(
      to: envelope.message,
      from: cells[envelope.sender].role,
      to: cells[envelope.receiver].role
    ), !waived.contains(objection.key) {
      assertionFailure("an iron rule is broken")
      objections.append(objection)
      return
    }
    let cut = Cut(
      one: min(envelope.sender, envelope.receiver),
      other: max(envelope.sender, envelope.receiver)
    )
    if !drops.isEmpty, let index = drops.firstIndex(of: Cut(one: envelope.sender, other: envelope.receiver)) {
      drops.remove(at: index)
      return
    }
    if !cuts.isEmpty, cuts.contains(cut) {
      held.append(envelope)
      return
    }
    if !stopped.isEmpty, stopped[envelope.receiver] != nil {
      guard let refusal = envelope.message.refusal, stopped[envelope.sender] == nil else { return }
      hand(refusal, to: envelope.sender, from: envelope.receiver)
      return
    }
    hand(envelope.message, to: envelope.receiver, from: envelope.sender)
  }

  private mutating func hand(_ message: D.Message, to receiver: Address, from sender: Address) {
    own(receiver)
    cells[receiver].receive(message, from: sender, at: now)
    touch(receiver)
  }

  private mutating func touch(_ address: Address) {
    if !delays.isEmpty, delays[address] != nil { touched[address] = now }
    // Asking twice is harmless; looking through a long list is not.
    if dirty.count > 16 || !dirty.contains(address) { dirty.append(address) }
  }

  /// Asks everybody who acted or heard something, once however often they did.
  private mutating func askAll() {
    for address in dirty { ask(address) }
    dirty.removeAll(keepingCapacity: true)
  }

  private mutating func own(_ address: Address) {
    if !isKnownUniquelyReferenced(&cells[address]) { cells[address] = cells[address].copy() }
  }

  /// Asks a component again when it can next act.
  private mutating func ask(_ address: Address) {
    if front?.address == address { front = nil }
    if !stopped.isEmpty, stopped[address] != nil {
      due[address] = .never
      backgroundDue[address] = .never
      return
    }
    var offers = Offers<D>(now: now, want: .first, actor: address, delay: earliest(address))
    cells[address].offers(&offers)
    due[address] = offers.due
    backgroundDue[address] = offers.backgroundDue
    guard offers.due <= now, front.map({ address < $0.address || $0.time != now }) ?? true else { return }
    if let offer = offers.foreground {
      front = Front(address: address, time: now, action: offer.action)
    }
  }

  /// Leaves the past behind: the story begins, and its steps are counted anew.
  public mutating func begin() {
    stepCount = 0
    trail = Digest()
  }

  // MARK: Interventions

  /// Lays a change from outside on the world: a user's command, a fault, the passing of time.
  public mutating func intervene(_ intervention: Intervention<D>) {
    switch intervention {
    case .tell(let message, let receiver):
      hand(message, to: receiver, from: receiver)
    case .stop(let address):
      guard stopped[address] == nil else { return }
      stop(address)
    case .start(let address):
      guard stopped[address] != nil else { return }
      start(address)
    case .slow(let address, let delay):
      delays[address] = delay > 0 ? delay : nil
      touched[address] = now
      ask(address)
    case .cut(let one, let other):
      let cut = Cut(one: min(one, other), other: max(one, other))
      if cuts.contains(cut) { break }
      cuts.append(cut)
      announce(cut) { D.Message.interrupted(by: $0) }
    case .mend(let one, let other):
      mend(Cut(one: min(one, other), other: max(one, other)))
    case .drop(let sender, let receiver):
      drops.append(Cut(one: sender, other: receiver))
    case .advance(let time):
      now = max(now, time)
    }
    askAll()
    trail.add(now)
    trail.add(intervention.code)
  }

  private mutating func stop(_ address: Address) {
    guard stopped[address] == nil else { return }
    stopped[address] = true
    ask(address)
    for other in cells.indices where other != address && stopped[other] == nil {
      hand(D.Message.closed(by: address), to: other, from: address)
    }
  }

  private mutating func start(_ address: Address) {
    stopped[address] = nil
    own(address)
    cells[address].restart(at: now)
    ask(address)
  }

  /// What a cut held back arrives in the order it was sent, as a connection's bytes would.
  private mutating func mend(_ cut: Cut) {
    cuts.removeAll { $0 == cut }
    let waiting = held
    held = []
    for envelope in waiting { deliver(envelope) }
    announce(cut) { D.Message.resumed(by: $0) }
  }

  /// Both ends notice, if they are there: a member that beats every tenth of a second would be too much to run.
  private mutating func announce(_ cut: Cut, _ notice: (Address) -> D.Message?) {
    guard stopped[cut.one] == nil, stopped[cut.other] == nil else { return }
    if let message = notice(cut.other) { hand(message, to: cut.one, from: cut.other) }
    if let message = notice(cut.one) { hand(message, to: cut.other, from: cut.one) }
  }
}

/// A change that no component makes.
public enum Intervention<D: Domain> {
  case tell(D.Message, to: Address)
  case stop(Address)
  case start(Address)
  case slow(Address, by: Time)
  case cut(Address, Address)
  case mend(Address, Address)
  /// Loses the next message of one channel.
  case drop(from: Address, to: Address)
  case advance(to: Time)

  var code: Int64 {
    switch self {
    case .tell(_, let receiver): Int64(receiver) &* 8
    case .stop(let address): Int64(address) &* 8 &+ 1
    case .start(let address): Int64(address) &* 8 &+ 2
    case .slow(let address, let delay): (Int64(address) &+ delay &* 65_536) &* 8 &+ 3
    case .cut(let one, let other): (Int64(one) &+ Int64(other) &* 65_536) &* 8 &+ 4
    case .mend(let one, let other): (Int64(one) &+ Int64(other) &* 65_536) &* 8 &+ 5
    case .drop(let one, let other): (Int64(one) &+ Int64(other) &* 65_536) &* 8 &+ 6
    case .advance(let time): time &* 8 &+ 7
    }
  }
}
