/// Something whose orders can be searched: a world, or a world that follows a script.
public protocol Explorable {
  associatedtype Model: Domain

  /// When the next of the choices happens; nothing when the run is over.
  mutating func moment() -> Time?

  /// Everything that could happen next, all of it at that moment; empty when the run is over.
  mutating func choices() -> [Action<Model>]

  /// Does one of the choices and says what it touched.
  mutating func take(_ action: Action<Model>) -> Touch

  /// Whether the run has ended here, although its world goes on.
  var isOver: Bool { get }

  /// Whether an action may be done as soon as it can be, because whatever else can happen leads to the same place.
  ///
  /// Only a reduced search makes use of it.
  func isPlain(_ action: Action<Model>) -> Bool

  /// The same for two places from which everything goes on alike.
  var identity: UInt64 { get }
}

extension Explorable {
  public var isOver: Bool { false }
  public func isPlain(_ action: Action<Model>) -> Bool { false }
}

/// The places that a step read or changed: two steps that share none can change their order.
public struct Touch: Equatable, Sendable {
  public private(set) var places: [Int64]
  /// Set by what concerns everybody, such as the next line of a script.
  public var isEverything: Bool
  /// Set by what changes how the run ends or when: what is asked about.
  public var isAsked: Bool

  public init(_ places: [Int64] = [], isEverything: Bool = false, isAsked: Bool = false) {
    self.places = []
    self.isEverything = isEverything
    self.isAsked = isAsked
    for place in places { add(place) }
  }

  public mutating func add(_ place: Int64) {
    if !places.contains(place) { places.append(place) }
  }

  public mutating func add(_ other: Touch) {
    for place in other.places { add(place) }
    if other.isEverything { isEverything = true }
    if other.isAsked { isAsked = true }
  }

  public func holds(_ place: Int64) -> Bool { isEverything || places.contains(place) }

  /// Whether the order of two steps can matter.
  public func meets(_ other: Touch) -> Bool {
    if isEverything || other.isEverything || (isAsked && other.isAsked) { return true }
    for place in places where other.places.contains(place) { return true }
    return false
  }
}

extension Step {
  /// Who acted and who was told something.
  public var touch: Touch {
    var touch = Touch([Int64(action.actor)])
    for envelope in sent { touch.add(Int64(envelope.receiver)) }
    // Everybody who speaks with a component hears that it stops.
    if !switched.isEmpty { touch.isEverything = true }
    return touch
  }
}

/// A world whose orders are searched.
///
/// A component is what it has heard and done, in order. That history is its identity unless something coarser is
/// given, so no two places that differ are ever taken for one.
public struct ExploredWorld<D: Domain>: Explorable {
  public private(set) var world: World<D>
  private var histories: [UInt64]
  private let coarse: ((World<D>) -> UInt64)?

  public init(_ world: World<D>, identity: ((World<D>) -> UInt64)? = nil) {
    self.world = world
    histories = []
    for _ in world.cells.indices { histories.append(Digest().value) }
    coarse = identity
  }

  public func moment() -> Time? { world.nextTime() }
  public func choices() -> [Action<D>] { world.enabled(heartbeats: false) }

  public mutating func take(_ action: Action<D>) -> Touch {
    let step = world.perform(action)
    let actor = action.actor
    var digest = Digest()
    digest.add(Int64(bitPattern: histories[actor]))
    digest.add(step.time)
    digest.add(action.verb.text)
    action.subject.add(to: &digest)
    histories[actor] = digest.value
    for (number, envelope) in step.sent.enumerated() {
      var heard = Digest()
      heard.add(Int64(bitPattern: histories[envelope.receiver]))
      heard.add(Int64(bitPattern: digest.value))
      heard.add(Int64(number))
      histories[envelope.receiver] = heard.value
    }
    for change in step.switched {
      var turned = Digest()
      turned.add(Int64(bitPattern: histories[change.component]))
      turned.add(Int64(bitPattern: digest.value))
      turned.add(change.isOn ? "on" : "off")
      histories[change.component] = turned.value
    }
    return step.touch
  }

  public var identity: UInt64 {
    if let coarse { return coarse(world) }
    var digest = Digest()
    digest.add(world.now)
    for history in histories { digest.add(Int64(bitPattern: history)) }
    return digest.value
  }
}
