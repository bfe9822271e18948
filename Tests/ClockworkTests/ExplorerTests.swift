import Clockwork
import Testing

@Suite struct ExplorerTests {
  typealias GearSearch = Explorer<ExploredWorld<Gearbox>>

  static func search(
    _ count: Int,
    seed: UInt64,
    _ mode: GearSearch.Mode,
    steps: Int = 3_000,
    merges: Bool = false
  ) -> GearSearch {
    let world = World<Gearbox>.gears(count, seed: seed)
    return GearSearch(
      ExploredWorld(world, identity: merges ? { $0.identity } : nil),
      mode,
      limits: GearSearch.Limits(steps: steps)
    ) { $0.world.position }
  }

  @Test func theReducedSearchFindsTheEndingsOfTheFullOne() {
    var compared = 0
    var several = 0
    var fullSteps = 0
    var reducedSteps = 0
    for seed in 1...900 as ClosedRange<UInt64> {
      let count = 2 + Int(seed % 3)
      let full = Self.search(count, seed: seed, .full, steps: 1_000)
      guard full.isComplete else { continue }
      let reduced = Self.search(count, seed: seed, .reduced, steps: 1_000)
      let merged = Self.search(count, seed: seed, .reduced, steps: 1_000, merges: true)
      guard reduced.isComplete, merged.isComplete else { continue }
      compared += 1
      if full.outcomes.count > 1 { several += 1 }
      fullSteps += full.steps
      reducedSteps += reduced.steps
      #expect(reduced.outcomes.sorted() == full.outcomes.sorted(), "seed \(seed)")
      #expect(merged.outcomes.sorted() == full.outcomes.sorted(), "seed \(seed), equal places taken for one")
    }
    #expect(compared > 500)
    #expect(several > 100)
    #expect(reducedSteps < fullSteps)
  }

  @Test func everyOrderThatIsGivenLeadsToItsEnding() {
    for seed in 1...60 as ClosedRange<UInt64> {
      let found = Self.search(3, seed: seed, .reduced, steps: 5_000)
      for ending in found.endings {
        var world = World<Gearbox>.gears(3, seed: seed)
        for action in ending.order {
          #expect(world.isEnabled(action), "seed \(seed)")
          _ = world.perform(action)
        }
        #expect(world.isQuiet)
        #expect(world.position == ending.outcome, "seed \(seed)")
      }
    }
  }
}
