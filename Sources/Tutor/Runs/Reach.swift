import Clockwork
import Curriculum
import Kubernetes

/// What could be seen next at a level: everything that some order of hidden actions alone leads to.
///
/// At the finest level nothing is hidden, and this is the enabled set. At a coarser one the orders of hidden actions
/// are searched, but for those that differ only in steps which have nothing to do with each other: what a component can
/// do follows from what it did and heard itself, so nothing that could be seen is missed.
public struct Reach {
  /// A visible action and the hidden ones that lead to it.
  public struct Way {
    public let action: KubeAction
    public let text: String
    /// Who acts.
    public let actor: String
    public let path: [KubeAction]
  }

  /// A way to every visible action, nearest first.
  public private(set) var ways: [Way] = []
  /// False when the search was given up: what was not found may still be possible.
  public private(set) var isComplete: Bool = true
  /// How many steps of hidden actions were tried.
  public private(set) var states: Int = 0

  /// More steps than these are not tried: no lesson should need them.
  public static let limit = 4_096

  /// Searches from where a run stands; `isEnough` may end it as soon as all that matters was found.
  public init(
    _ simulation: Simulation,
    level: Lesson.Level,
    limit: Int = Reach.limit,
    isEnough: @escaping ([Way]) -> Bool = { _ in false }
  ) {
    let start = HiddenOrders(simulation.withoutPast(), level: level)
    let sights = start.sights
    var hasEnough = false
    let search = Explorer<HiddenOrders>(
      start,
      limits: Explorer<HiddenOrders>.Limits(steps: limit),
      isEnough: { _ in
        if sights.hasNews {
          sights.hasNews = false
          hasEnough = isEnough(sights.ways)
        }
        return hasEnough
      },
      sights: { $0.look() },
      outcome: { _ in "" }
    )
    states = search.steps
    isComplete = search.isComplete
    for ending in search.endings {
      guard let way = sights.ways.first(where: { $0.text == ending.outcome }) else { continue }
      let path = start.needed(of: ending.order, for: way.action)
      ways.append(Way(action: way.action, text: way.text, actor: way.actor, path: path))
    }
    let places = ways.indices.sorted { (ways[$0].path.count, $0) < (ways[$1].path.count, $1) }
    ways = places.map { ways[$0] }
  }

  /// The nearest way by which a component can be seen next.
  public func way(of actor: String) -> Way? { ways.first { $0.actor == actor } }

  /// The way to an action, in its text form.
  public func way(to text: String) -> Way? { ways.first { $0.text == text } }
}

/// The hidden actions of a level in all orders, with what can be seen from each place on the way.
private struct HiddenOrders: Explorable {
  typealias Model = Kube

  /// What was seen so far, shared by all copies of a search.
  final class Sights {
    var ways: [Reach.Way] = []
    var known: Set<String> = []
    var hasNews = true
  }

  private var simulation: Simulation
  private let level: Lesson.Level
  let sights = Sights()
  private var actions: [KubeAction]
  private var mark: UInt64 = 0

  init(_ simulation: Simulation, level: Lesson.Level) {
    self.simulation = simulation
    self.level = level
    actions = self.simulation.enabled(heartbeats: false)
  }

  private func isHidden(_ action: KubeAction) -> Bool {
    !(Run.level(of: action, in: simulation.world) <= level)
  }

  func moment() -> Time? {
    // What can be seen keeps time from passing, but nobody does it here.
    actions.contains(where: isHidden) ? simulation.world.nextTime(background: true) : nil
  }

  func choices() -> [KubeAction] { actions.filter(isHidden) }

  /// What could be seen next from here.
  func look() -> [String] {
    actions.filter { !isHidden($0) }.map { action in
      let text = simulation.world.text(of: action)
      if sights.known.insert(text).inserted {
        let actor = simulation.world.name(of: action.actor)
        sights.ways.append(Reach.Way(action: action, text: text, actor: actor, path: []))
        sights.hasNews = true
      }
      return text
    }
  }

  mutating func take(_ action: KubeAction) -> Touch {
    let lines = simulation.linesBegun
    let step = simulation.pass(action)
    var touch = step.touch(in: simulation.world)
    actions = simulation.enabled(heartbeats: false)
    if simulation.linesBegun != lines || actions.isEmpty { touch.isEverything = true }
    var digest = Digest()
    digest.add(Int64(bitPattern: mark))
    digest.add(step.time)
    digest.add(simulation.world.text(of: action))
    mark = digest.value
    return touch
  }

  func isPlain(_ action: KubeAction) -> Bool { simulation.world.isServer(action.actor) }

  var identity: UInt64 { mark }

  /// Those steps of an order that the action at its end cannot do without.
  func needed(of order: [KubeAction], for action: KubeAction) -> [KubeAction] {
    var run = simulation
    var touches: [Touch] = []
    for action in order {
      guard run.prepare(), run.world.nextTime(background: true) == simulation.world.nextTime(background: true) else {
        return order
      }
      let lines = run.linesBegun
      touches.append(run.pass(action).touch)
      run.prepare()
      if run.linesBegun != lines { return order }
    }
    // Where time has to pass first, everything else has to be done before.
    guard run.world.nextTime(background: true) == simulation.world.nextTime(background: true) else { return order }
    var wanted = Touch([Int64(action.actor)])
    var kept: [KubeAction] = []
    for place in order.indices.reversed() where touches[place].meets(wanted) {
      kept.append(order[place])
      wanted.add(touches[place])
    }
    return kept.reversed()
  }
}

extension KubeWorld {
  /// Whether a component is kube-apiserver or etcd, which carry requests of others.
  func isServer(_ address: Address) -> Bool {
    let role = role(of: address)
    return role == .apiserver || role == .etcd
  }
}

extension KubeStep {
  /// What a step touched, where two requests about different objects have nothing to do with each other.
  func touch(in world: KubeWorld, isSilent: (Address) -> Bool = { _ in false }) -> Touch {
    var touch = Touch()
    if world.isServer(action.actor) {
      var digest = Digest()
      action.subject.add(to: &digest)
      // Far from all addresses.
      touch.add(Int64(bitPattern: digest.value | 1 << 62) & Int64.max)
      // A list reads what others write.
      touch.isEverything = action.subject.key == nil && world.role(of: action.actor) == .apiserver
    } else if !isSilent(action.actor) {
      touch.add(Int64(action.actor))
    }
    for envelope in sent where !world.isServer(envelope.receiver) && !isSilent(envelope.receiver) {
      touch.add(Int64(envelope.receiver))
    }
    // Whoever speaks with a component hears that it stops.
    if !switched.isEmpty { touch.isEverything = true }
    return touch
  }
}

extension Lesson.Level {
  /// How much is shown: the story least, the wire most.
  var rank: Int {
    switch self {
    case .story: 0
    case .detail: 1
    case .wire: 2
    }
  }

  /// Whether the left level shows no more than the right one.
  static func <= (left: Lesson.Level, right: Lesson.Level) -> Bool { left.rank <= right.rank }
}
