import Clockwork
import Curriculum
import Kubernetes

/// What could be seen next at a level: everything that some order of hidden actions alone leads to.
///
/// At the finest level nothing is hidden, and this is the enabled set. At a coarser one the orders of hidden actions
/// are searched; two orders of the same actions lead to the same place and are searched once.
public struct Reach {
  /// A visible action and the hidden ones that lead to it.
  public struct Way {
    public let action: KubeAction
    public let text: String
    /// Who acts.
    public let actor: String
    public let path: [KubeAction]
  }

  /// The first way to every visible action, nearest first.
  public private(set) var ways: [Way] = []
  /// False when the search was given up: what was not found may still be possible.
  public private(set) var isComplete: Bool = true
  /// How many states were looked at.
  public private(set) var states: Int = 0

  /// More states than these are not searched: no lesson should need them.
  public static let limit = 4_096

  private struct State {
    var simulation: Simulation
    var path: [KubeAction]
    var mark: UInt64
  }

  /// Searches from where a run stands; `isEnough` may end it as soon as all that matters was found.
  public init(
    _ simulation: Simulation,
    level: Lesson.Level,
    limit: Int = Reach.limit,
    isEnough: (Reach) -> Bool = { _ in false }
  ) {
    var queue = [State(simulation: simulation.withoutPast(), path: [], mark: 0)]
    var seen: Set<UInt64> = [0]
    var known: Set<String> = []
    var next = 0
    while next < queue.count {
      let state = queue[next]
      queue[next].path = []
      next += 1
      states += 1
      var here = state.simulation
      for action in here.enabled(heartbeats: false) {
        let text = here.world.text(of: action)
        if Run.level(of: action, in: here.world) <= level {
          if known.insert(text).inserted {
            let actor = here.world.name(of: action.actor)
            ways.append(Way(action: action, text: text, actor: actor, path: state.path))
          }
          continue
        }
        let mark = state.mark &+ Reach.mark(text)
        guard seen.insert(mark).inserted else { continue }
        if queue.count >= limit {
          isComplete = false
          continue
        }
        var there = here
        there.perform(action)
        queue.append(State(simulation: there, path: state.path + [action], mark: mark))
      }
      if isEnough(self) { return }
    }
  }

  /// A sum of these does not depend on the order, and differs where the actions differ.
  private static func mark(_ text: String) -> UInt64 {
    var digest = Digest()
    digest.add(text)
    var random = Random(seed: digest.value)
    return random.next()
  }

  /// The nearest way by which a component can be seen next.
  public func way(of actor: String) -> Way? { ways.first { $0.actor == actor } }

  /// The way to an action, in its text form.
  public func way(to text: String) -> Way? { ways.first { $0.text == text } }
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
