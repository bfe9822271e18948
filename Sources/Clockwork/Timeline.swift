/// Steps and interventions in order, with a way back, forward and aside.
public struct Timeline<D: Domain> {
  /// One thing that happened: an action of a component, or something from outside.
  public enum Entry {
    case step(Step<D>)
    case intervention(Intervention<D>)
  }

  private struct Moment {
    let entry: Entry
    /// What was done, where it was not what the canonical order would have done.
    let departure: Choice?
  }

  private struct Mark {
    let position: Int
    let world: World<D>
  }

  public private(set) var world: World<D>
  private var past: [Moment] = []
  private var undone: [Moment] = []
  private var marks: [Mark]
  private var spacing: Int = 1
  private let budget: Int

  /// Begins at a world.
  ///
  /// The budget says how many snapshots are kept. Once there are more, every other one is dropped and the
  /// distance doubles; going back then replays from the nearest. Lessons stay below it and never replay.
  public init(_ world: World<D>, budget: Int = 4096) {
    self.world = world
    self.budget = max(2, budget)
    marks = [Mark(position: 0, world: world)]
  }

  /// How many entries lie in the past.
  public var position: Int { past.count }

  /// How many entries there are, those that were undone included.
  public var end: Int { past.count + undone.count }

  public subscript(position: Int) -> Entry { past[position].entry }

  /// The executed steps up to now.
  public var steps: [Step<D>] {
    var out: [Step<D>] = []
    for moment in past {
      if case .step(let step) = moment.entry { out.append(step) }
    }
    return out
  }

  /// Departures from the canonical order up to now: with the seed and the script they are the run.
  public var choices: [Choice] {
    var out: [Choice] = []
    for moment in past {
      if let departure = moment.departure { out.append(departure) }
    }
    return out
  }

  /// Does an enabled action; a future that was undone is forgotten unless this is its first step.
  ///
  /// Whoever knows that it is what the canonical order would do says so, and spares asking for that again.
  @discardableResult
  public mutating func perform(_ action: Action<D>, isFirst: Bool = false) -> Step<D> {
    var departure: Choice? = nil
    if !isFirst, world.first() != action {
      departure = Choice(step: world.stepCount, action: world.text(of: action))
    }
    if case .step(let next)? = undone.last?.entry, next.action == action {
      undone.removeLast()
    } else {
      undone = []
    }
    let step = world.perform(action)
    append(Moment(entry: .step(step), departure: departure))
    return step
  }

  /// Lets a chooser take one step; nothing when it stops.
  public mutating func step<C: Chooser>(_ chooser: inout C) -> Step<D>? where C.Model == D {
    guard let action = chooser.next(in: world) else { return nil }
    return perform(action)
  }

  public mutating func intervene(_ intervention: Intervention<D>) {
    undone = []
    world.intervene(intervention)
    append(Moment(entry: .intervention(intervention), departure: nil))
  }

  private mutating func append(_ moment: Moment) {
    past.append(moment)
    guard past.count % spacing == 0 else { return }
    marks.append(Mark(position: past.count, world: world))
    if marks.count > budget {
      spacing *= 2
      let distance = spacing
      marks = marks.filter { $0.position % distance == 0 }
    }
  }

  /// Goes to a position, back or forward, as far as entries reach.
  public mutating func go(to position: Int) {
    let target = max(0, min(position, end))
    if target < past.count {
      while past.count > target { undone.append(past.removeLast()) }
      while let last = marks.last, last.position > target { marks.removeLast() }
      if let mark = marks.last {
        world = mark.world
        for moment in past[mark.position...] { Timeline.replay(moment.entry, in: &world) }
      }
    }
    while past.count < target, let moment = undone.popLast() {
      Timeline.replay(moment.entry, in: &world)
      append(moment)
    }
  }

  public mutating func back() { go(to: position - 1) }
  public mutating func forward() { go(to: position + 1) }

  private static func replay(_ entry: Entry, in world: inout World<D>) {
    switch entry {
    case .step(let step): _ = world.perform(step.action)
    case .intervention(let intervention): world.intervene(intervention)
    }
  }

  /// The world as it was before the entry at a position.
  public func world(at position: Int) -> World<D> {
    let target = max(0, min(position, end))
    // Never by going back in a copy of the timeline: that would copy everything that ever happened.
    var found = world
    var place = past.count
    if target < place, let mark = mark(before: target) {
      found = mark.world
      place = mark.position
    }
    while place < target {
      // What was undone lies with its next entry at the end.
      let moment = place < past.count ? past[place] : undone[end - 1 - place]
      Timeline.replay(moment.entry, in: &found)
      place += 1
    }
    return found
  }

  /// The digest of everything that was done before a position.
  public func trail(at position: Int) -> Digest { world(at: position).trail }

  /// The last snapshot that is not behind a position.
  private func mark(before position: Int) -> Mark? {
    var low = 0
    var high = marks.count
    while low < high {
      let middle = (low + high) / 2
      if marks[middle].position <= position { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? marks[low - 1] : nil
  }

  /// A timeline that shares this past and may have another future.
  public func forked(at position: Int? = nil) -> Timeline {
    var copy = self
    if let position { copy.go(to: position) }
    copy.undone = []
    return copy
  }

  /// What the entry at a position changed in the components' states, component by component.
  public func changes(at position: Int) -> [(actor: Address, changes: [Change])] {
    guard position >= 0, position < end else { return [] }
    let before = world(at: position)
    let after = world(at: position + 1)
    var out: [(actor: Address, changes: [Change])] = []
    for address in before.cells.indices where before.cells[address] !== after.cells[address] {
      let changes = Difference.between(before.state(of: address), after.state(of: address))
      if !changes.isEmpty { out.append((address, changes)) }
    }
    return out
  }
}
