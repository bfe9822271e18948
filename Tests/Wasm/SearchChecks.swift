import Clockwork

/// All orders of a small bakery, searched in full and reduced.
func searches() -> UInt64 {
  digest { digest in
    var cast = Cast<Bakery>()
    let baker = cast.add(Baker())
    for number in 1...2 { cast.add(Customer(name: "손님\(number)", baker: baker, hunger: Int64(number))) }
    let start = Fewer(explored: ExploredWorld(World(cast)))
    for mode in [Explorer<Fewer>.Mode.full, .reduced] {
      let search = Explorer<Fewer>(
        start,
        mode,
        limits: Explorer<Fewer>.Limits(steps: 300, depth: 60),
        probes: mode == .full ? 0 : 2,
        isEnough: { $0.count > 20 },
        sights: { state in state.moment() == nil ? ["nothing left"] : [] },
        outcome: { "\($0.explored.world.now)" }
      )
      digest.add(Int64(search.steps))
      digest.add(search.isComplete ? "all" : "some")
      for outcome in search.outcomes { digest.add("\(outcome) \(search.order(to: outcome)?.count ?? 0)") }
      for ending in search.endings { digest.add("\(ending.outcome) \(ending.order.count)") }
    }
  }
}

/// A bakery that closes after a while.
private struct Fewer: Explorable {
  typealias Model = Bakery

  var explored: ExploredWorld<Bakery>
  var count = 0

  mutating func moment() -> Time? { explored.moment() }
  mutating func choices() -> [Action<Bakery>] { explored.choices() }
  var isOver: Bool { count > 30 }
  func isPlain(_ action: Action<Bakery>) -> Bool { action.verb == "eat" && explored.isPlain(action) }
  var identity: UInt64 { explored.identity }

  mutating func take(_ action: Action<Bakery>) -> Touch {
    count += 1
    var touch = explored.take(action)
    touch.add(Touch([-1], isEverything: count > 30, isAsked: count > 30))
    if touch.places.count > 2, touch.isAsked != touch.isEverything || touch.holds(99) || !touch.meets(touch) {
      touch.add(-2)
    }
    return touch
  }
}
