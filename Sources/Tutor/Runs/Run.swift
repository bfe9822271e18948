import Clockwork
import Curriculum
import Kubernetes

/// A lesson's cluster on its way through the script, with every departure from the usual order written down.
///
/// The lesson, its seed, the version and the departures are the whole run: anybody can go there again.
public struct Run {
  /// Where the run was when something was done that the canonical run would not have done.
  private struct Departure {
    let position: Int
    let choice: Clockwork.Choice
  }

  /// The variant that the seed makes of the lesson.
  public let lesson: Lesson
  public let seed: UInt64
  public private(set) var simulation: Simulation
  private var departures: [Departure] = []

  public init(_ lesson: Lesson, seed: UInt64, simulation: Simulation) {
    self.lesson = lesson
    self.seed = seed
    self.simulation = simulation
    self.simulation.prepare()
  }

  public var world: KubeWorld { simulation.world }
  public var position: Int { simulation.position }
  /// How many entries there are, those that were gone back over included.
  public var end: Int { simulation.timeline.end }
  public var version: String { simulation.spec.version.rawValue }

  /// Departures so far, as answers carry them.
  public var choices: [String] {
    departures.filter { $0.position < position }.map(\.choice.description)
  }

  // MARK: Looking ahead

  /// What the canonical run does next, or nothing at the end of the script.
  public mutating func expected() -> KubeAction? { simulation.expected() }

  /// Everything that could happen next, heartbeats left out.
  public mutating func enabled() -> [KubeAction] { simulation.enabled() }

  /// The text form of an action: `kube-scheduler bind pod/web`.
  public func text(_ action: KubeAction) -> String { world.text(of: action) }

  /// The coarsest level at which an action shows.
  public func level(of action: KubeAction) -> Lesson.Level { Run.level(of: action, in: world) }

  static func level(of action: KubeAction, in world: KubeWorld) -> Lesson.Level {
    Lesson.Level(rawValue: Level.of(action, in: world).rawValue) ?? .wire
  }

  /// The last step, or nothing at the beginning.
  public var lastStep: KubeStep? {
    var place = position - 1
    while place >= 0 {
      if case .step(let step) = simulation.timeline[place] { return step }
      place -= 1
    }
    return nil
  }

  // MARK: Going on

  /// Takes the canonical step; nothing at the end of the script.
  @discardableResult
  public mutating func step() -> KubeStep? {
    guard let action = simulation.expected() else { return nil }
    return take(action, isUsual: true)
  }

  /// Does an enabled action.
  @discardableResult
  public mutating func perform(_ action: KubeAction) -> KubeStep {
    take(action, isUsual: simulation.expected() == action)
  }

  private mutating func take(_ action: KubeAction, isUsual: Bool) -> KubeStep {
    let place = position
    // Only a departure needs its text, and most steps are none.
    let choice = isUsual ? nil : Clockwork.Choice(step: world.stepCount, action: text(action))
    let step = simulation.perform(action, isExpected: isUsual)
    if let choice {
      if end == position { departures.removeAll { $0.position >= place } }
      departures.removeAll { $0.position == place }
      departures.append(Departure(position: place, choice: choice))
      departures.sort { $0.position < $1.position }
    } else if !departures.isEmpty {
      forgetFuture()
      departures.removeAll { $0.position == place }
    }
    return step
  }

  /// Breaks, repairs or slows something, as a line of a script would; false where the line names nothing of this run.
  @discardableResult
  public mutating func intervene(_ line: String) -> Bool {
    guard let intervention = Fault.intervention(line, in: world) else { return false }
    simulation.prepare()
    let departure = Departure(position: position, choice: Clockwork.Choice(step: world.stepCount, action: line))
    simulation.intervene(intervention)
    forgetFuture()
    departures.removeAll { $0.position >= departure.position }
    departures.append(departure)
    return true
  }

  /// A future that was not taken again has no departures either.
  private mutating func forgetFuture() {
    let position = position
    if end == position { departures.removeAll { $0.position >= position } }
  }

  /// Goes back or forward to a position that was reached before.
  public mutating func go(to position: Int) { simulation.go(to: position) }

  /// A run that shares this past and may have another future.
  public func fork() -> Run {
    var copy = self
    copy.simulation = simulation.fork()
    copy.departures = departures.filter { $0.position < position }
    return copy
  }

  /// Adds lines to the script; what it waited for is no longer waited for.
  public mutating func append(_ lines: [NumberedLine]) { simulation.append(lines) }

  // MARK: Following choices

  /// Takes one step: the next choice where its time has come, else the canonical one.
  ///
  /// Interventions among the choices are laid on the world first. Nothing is done at the end of the script.
  @discardableResult
  mutating func step(following choices: inout ArraySlice<Clockwork.Choice>) -> KubeStep? {
    lay(&choices)
    guard let expected = simulation.expected() else { return nil }
    guard !choices.isEmpty else { return take(expected, isUsual: true) }
    if let choice = choices.first {
      let isNow = choice.step.map { $0 == world.stepCount } ?? (text(expected) != choice.action)
      if isNow, let action = simulation.enabled().first(where: { text($0) == choice.action }) {
        choices = choices.dropFirst()
        return perform(action)
      }
    }
    return perform(expected)
  }

  /// Lays the interventions among the choices on the world whose time has come.
  mutating func lay(_ choices: inout ArraySlice<Clockwork.Choice>) {
    while let choice = choices.first, choice.step == nil || choice.step == world.stepCount,
      Fault.isIntervention(choice.action), intervene(choice.action)
    {
      choices = choices.dropFirst()
    }
  }
}

extension Fault {
  static let interventions = ["break", "repair", "slow", "cut", "mend"]

  /// Whether a choice is something laid on the world rather than an action of a component.
  static func isIntervention(_ line: String) -> Bool {
    interventions.contains { line.hasPrefix("\($0) ") }
  }

  /// `break X`, `repair X`, `slow X 5s`, `cut X Y`, `mend X Y` in a world that has X and Y.
  static func intervention(_ line: String, in world: KubeWorld) -> Intervention<Kube>? {
    let words = line.split(separator: " ").map(String.init)
    guard words.count >= 2, let first = world.address(of: words[1]) else { return nil }
    switch (words[0], words.count) {
    case ("break", 2): return .stop(first)
    case ("repair", 2): return .start(first)
    case ("slow", 3):
      guard let nanos = Quantities.nanoseconds(words[2]) else { return nil }
      return .slow(first, by: Time(clamping: nanos / 1_000_000))
    case ("cut", 3): return world.address(of: words[2]).map { .cut(first, $0) }
    case ("mend", 3): return world.address(of: words[2]).map { .mend(first, $0) }
    default: return nil
    }
  }
}
