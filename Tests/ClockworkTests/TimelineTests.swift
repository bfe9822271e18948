import Clockwork
import Testing

@Suite struct TimelineTests {
  /// A timeline of a whole run, each step chosen by a seed.
  private func run(seed: UInt64, budget: Int = 4096) -> Timeline<Kitchen> {
    var timeline = Timeline(World.kitchen(eggs: 9, wanted: 3, cooks: 3), budget: budget)
    var chooser = Seeded<Kitchen>(seed: seed)
    while timeline.step(&chooser) != nil {}
    return timeline
  }

  @Test(arguments: [2, 3, 4096]) func backAndForwardLeadToTheSameWorlds(budget: Int) {
    var timeline = run(seed: 7, budget: budget)
    let end = timeline.position
    let last = timeline.world.digest()
    var digests: [Digest] = []
    for position in 0...end { digests.append(timeline.world(at: position).digest()) }
    #expect(digests.last == last)
    while timeline.position > 0 {
      #expect(timeline.world.digest() == digests[timeline.position])
      timeline.back()
    }
    #expect(timeline.choices.isEmpty)
    while timeline.position < end { timeline.forward() }
    #expect(timeline.world.digest() == last)
    #expect(timeline.end == end)
  }

  @Test func aForkLeavesTheOriginalAlone() {
    let timeline = run(seed: 1)
    let last = timeline.world.digest()
    var fork = timeline.forked(at: 2)
    var canonical = Canonical<Kitchen>()
    while fork.step(&canonical) != nil {}
    #expect(fork.world.digest() != last)
    #expect(timeline.world.digest() == last)
  }

  @Test func doingSomethingElseForgetsTheFuture() {
    var timeline = run(seed: 3)
    timeline.go(to: 0)
    let other = timeline.world.enabled().last
    if let other { timeline.perform(other) }
    #expect(timeline.end == 1)
    timeline.back()
    #expect(timeline.end == 1)
    if let other { timeline.perform(other) }
    #expect(timeline.position == 1)
  }

  @Test func seedAndChoicesAreTheRun() {
    for seed in 0..<30 as Swift.Range<UInt64> {
      let timeline = run(seed: seed)
      let saved = timeline.choices.map { Choice($0.description) }
      var again = Timeline(World.kitchen(eggs: 9, wanted: 3, cooks: 3))
      var scripted = Scripted<Kitchen>(saved)
      while again.step(&scripted) != nil {}
      #expect(scripted.remaining.isEmpty)
      #expect(again.world.digest() == timeline.world.digest(), "seed \(seed)")
    }
  }

  @Test func aChoiceWithoutItsStepIsTakenAsSoonAsItCanBe() {
    var timeline = Timeline(World.kitchen(wanted: 1))
    var scripted = Scripted<Kitchen>([Choice("cook2 ask egg/1")])
    let step = timeline.step(&scripted)
    #expect(step?.action.actor == 2)
    #expect(timeline.choices.map { $0.description } == ["0 cook2 ask egg/1"])
  }

  @Test func aLearnerPicksOnce() {
    var timeline = Timeline(World.kitchen(wanted: 1))
    var learner = Learner<Kitchen>(pick: timeline.world.enabled().last)
    #expect(timeline.step(&learner)?.action.actor == 2)
    #expect(timeline.step(&learner)?.action.actor == 0)
  }

  @Test func changesAreFoundByPath() {
    var timeline = Timeline(World.kitchen(wanted: 1))
    var canonical = Canonical<Kitchen>()
    _ = timeline.step(&canonical)
    let changes = timeline.changes(at: 0)
    #expect(changes.map { $0.actor } == [0, 1])
    #expect(changes.last?.changes == [Change(path: ["asked"], before: 0, after: 1)])
  }

  @Test func interventionsAreReplayed() {
    var timeline = Timeline(World.kitchen(wanted: 1), budget: 2)
    var canonical = Canonical<Kitchen>()
    _ = timeline.step(&canonical)
    timeline.intervene(.stop(0))
    timeline.intervene(.start(0))
    timeline.intervene(.advance(to: 50))
    let digest = timeline.world.digest()
    timeline.go(to: 1)
    timeline.go(to: 4)
    #expect(timeline.world.digest() == digest)
    #expect(timeline.world.now == 50)
  }
}
