/// Searches the orders in which things can happen, and collects how they end.
///
/// The full search goes everywhere. The reduced one leaves out orders that differ only in steps which have nothing to
/// do with each other; wherever both come to an end they find the same endings. Time helps: a step is never before one
/// of an earlier moment, so each moment is searched by itself, and goes on once from each place it can end in.
public struct Explorer<S: Explorable> {
  public enum Mode: Equatable, Sendable {
    case full
    case reduced
  }

  /// How much is searched before it is given up.
  public struct Limits: Equatable, Sendable {
    /// Steps taken in all orders together.
    public var steps: Int
    /// Steps of one order.
    public var depth: Int

    public init(steps: Int = 200_000, depth: Int = 10_000) {
      self.steps = steps
      self.depth = depth
    }
  }

  /// An ending, and the first order that was found to lead there.
  public struct Ending {
    public let outcome: String
    public let order: [Action<S.Model>]
  }

  /// The endings, in the order in which they were found.
  public private(set) var endings: [Ending] = []
  /// False when the search was given up or had found enough: there may be other endings.
  public internal(set) var isComplete: Bool = true
  /// How many steps were taken in all orders together.
  public internal(set) var steps: Int = 0

  let limits: Limits
  private let outcome: (S) -> String
  let isEnough: ([Ending]) -> Bool
  private let sights: ((inout S) -> [String])?
  private let isReduced: Bool
  /// How each place was reached: the step, and the place before it.
  private var trail: [Link] = []
  /// How many ended runs were followed further, to see what could have come before their end.
  var tails: Int = 0
  var seen: Set<UInt64> = []

  private struct Link {
    let before: Int
    let action: Action<S.Model>
    let depth: Int
  }

  /// A place to go on from, with the last link of the way there; -1 at the start.
  struct Place {
    var state: S
    var link: Int
  }

  /// Searches from a place; `outcome` names how a run has ended, and `isEnough` may end the search.
  ///
  /// What `sights` names at a place on the way counts as an ending too: with nothing else asked, the search says what
  /// can be seen at all. With `probes`, some unusual orders are followed to their end before the search begins.
  public init(
    _ start: S,
    _ mode: Mode = .reduced,
    limits: Limits = Limits(),
    probes: Int = 0,
    isEnough: @escaping ([Ending]) -> Bool = { _ in false },
    sights: ((inout S) -> [String])? = nil,
    outcome: @escaping (S) -> String
  ) {
    self.sights = sights
    self.limits = limits
    self.outcome = outcome
    self.isEnough = isEnough
    isReduced = mode == .reduced
    var pending = [Place(state: start, link: -1)]
    seen.insert(pending[0].state.identity)
    probe(start, probes)
    if isEnough(endings) {
      isComplete = false
      return
    }
    look(&pending[0])
    while let place = pending.popLast() {
      if isReduced { searchMoment(place, &pending) } else { searchStep(place, &pending) }
      if steps >= limits.steps || isEnough(endings) {
        if !pending.isEmpty { isComplete = false }
        return
      }
    }
  }

  /// The order that leads to an ending.
  public func order(to outcome: String) -> [Action<S.Model>]? {
    endings.first { $0.outcome == outcome }?.order
  }

  public var outcomes: [String] { endings.map { $0.outcome } }

  // MARK: Steps

  func depth(_ link: Int) -> Int { link < 0 ? 0 : trail[link].depth }

  mutating func take(_ action: Action<S.Model>, _ place: inout Place) -> Touch {
    steps += 1
    let touch = place.state.take(action)
    trail.append(Link(before: place.link, action: action, depth: depth(place.link) + 1))
    place.link = trail.count - 1
    look(&place)
    return touch
  }

  /// Does everything plain that can be done at this moment.
  @discardableResult
  mutating func settle(_ place: inout Place) -> Touch {
    var touch = Touch()
    guard let now = place.state.moment() else { return touch }
    while steps < limits.steps, !place.state.isOver, place.state.moment() == now {
      let plain = place.state.choices().first { place.state.isPlain($0) }
      guard let plain else { break }
      touch.add(take(plain, &place))
    }
    return touch
  }

  mutating func end(_ place: Place) { keep(outcome(place.state), place) }

  private mutating func look(_ place: inout Place) {
    guard let sights else { return }
    for name in sights(&place.state) { keep(name, place) }
  }

  private mutating func keep(_ name: String, _ place: Place) {
    if endings.contains(where: { $0.outcome == name }) { return }
    var order: [Action<S.Model>] = []
    var link = place.link
    while link >= 0 {
      order.append(trail[link].action)
      link = trail[link].before
    }
    order.reverse()
    endings.append(Ending(outcome: name, order: order))
  }

  // MARK: Probes

  /// Follows the usual order, orders in which somebody is slow, the most hasty one, and orders drawn from a seed.
  private mutating func probe(_ start: S, _ count: Int) {
    var actors: [Address] = []
    var random = Random(seed: 1)
    var number = 0
    while count > 0, number <= actors.count + count {
      var place = Place(state: start, link: -1)
      while depth(place.link) < limits.depth, steps < limits.steps {
        if isReduced { settle(&place) }
        let choices = place.state.choices()
        guard !place.state.isOver, var action = choices.first else {
          end(place)
          break
        }
        if number == 0 {
          if !actors.contains(action.actor) { actors.append(action.actor) }
        } else if number <= actors.count {
          let slow = actors[number - 1]
          if let other = choices.first(where: { $0.actor != slow }) { action = other }
        } else if number == actors.count + 1 {
          // What comes last is what was decided, and first what was heard of.
          action = choices[choices.count - 1]
        } else {
          action = choices[random.next(below: choices.count)]
        }
        _ = take(action, &place)
      }
      if isEnough(endings) { return }
      number += 1
    }
  }

  // MARK: Full

  private mutating func searchStep(_ place: Place, _ pending: inout [Place]) {
    var state = place.state
    let choices = state.choices()
    if choices.isEmpty || state.isOver {
      end(place)
      return
    }
    if depth(place.link) >= limits.depth {
      isComplete = false
      return
    }
    for action in choices {
      if steps >= limits.steps {
        isComplete = false
        return
      }
      var next = place
      _ = take(action, &next)
      if seen.insert(next.state.identity).inserted { pending.append(next) }
    }
  }
}
