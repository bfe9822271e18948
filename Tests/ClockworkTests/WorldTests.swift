import Clockwork
import Testing

@Suite struct WorldTests {
  @Test func canonicalOrderIsTheOrderOfTheCast() {
    var world = World.kitchen(wanted: 1)
    let actions = world.runToQuiet()
    #expect(
      actions == [
        "cook1 ask egg/1", "pantry give egg/1", "cook1 fry egg/1", "cook2 ask egg/1", "pantry give egg/2",
        "cook2 fry egg/1", "cook1 serve egg/1", "cook2 serve egg/1",
      ]
    )
    #expect(world.now == 100)
    #expect(world.isQuiet)
  }

  @Test func timeStandsStillWhileAnythingElseCanHappen() {
    var world = World.kitchen(wanted: 1)
    var times: [Time] = []
    while let action = world.first() { times.append(world.perform(action).time) }
    #expect(times == [0, 0, 0, 0, 0, 0, 100, 100])
  }

  @Test func aStoryHasAPastBeforeTheMomentZero() {
    var past = World.kitchen(wanted: 1, at: -5_000)
    var times: [Time] = []
    while let action = past.first() { times.append(past.perform(action).time) }
    #expect(times == [-5_000, -5_000, -5_000, -5_000, -5_000, -5_000, -4_900, -4_900])
    past.intervene(.advance(to: 0))
    past.begin()
    #expect(past.now == 0 && past.stepCount == 0 && past.isQuiet)
  }

  @Test func enabledListsEveryPossibleAction() {
    let world = World.kitchen(wanted: 1)
    #expect(world.enabled().map { world.text(of: $0) } == ["cook1 ask egg/1", "cook2 ask egg/1"])
  }

  @Test func offersNameTheObstacle() {
    let world = World.kitchen(wanted: 1)
    let offer = world.offers(of: 0).first
    #expect(offer?.obstacle?.key == "kitchen.nobody-asked")
    #expect(offer?.isEnabled == false)
  }

  @Test func aTimerThatIsNotDueIsAnObstacleWithItsTime() {
    var world = World.kitchen(wanted: 2, cooks: 1)
    for _ in 0..<3 { if let action = world.first() { _ = world.perform(action) } }
    let early = world
    let serve = early.offers(of: 1).first { $0.action.verb == "serve" }
    // The next egg can be asked for now, so the pan is not what happens next.
    #expect(serve?.obstacle?.due == 100)
    #expect(serve?.obstacle?.fact["ms"] == .integer(100))
  }

  @Test func aCopyIsASnapshot() {
    var world = World.kitchen()
    let before = world.digest()
    let copy = world
    world.runToQuiet()
    #expect(copy.digest() == before)
    #expect(world.digest() != before)
  }

  @Test func theIncrementalEnabledSetEqualsAskingEverybody() {
    for seed in 0..<50 as Swift.Range<UInt64> {
      var world = World.kitchen(eggs: 5, wanted: 4, cooks: 3)
      var chooser = Seeded<Kitchen>(seed: seed)
      while let action = chooser.next(in: world) {
        _ = world.perform(action)
        let asked = (0..<4).flatMap { address in world.offers(of: address).filter { $0.isEnabled && !$0.isBackground } }
        #expect(asked.map { world.text(of: $0.action) } == world.enabled().map { world.text(of: $0) }, "seed \(seed)")
      }
    }
  }

  @Test func backgroundWorkDoesNotKeepAWorldAwake() {
    var world = World.kitchen(wanted: 0)
    #expect(world.isQuiet)
    #expect(world.first() == nil)
    #expect(world.first(background: true).map { world.text(of: $0) } == "cook1 sweep egg/0")
    #expect(world.nextTime(background: true) == 60_000)
    if let action = world.first(background: true) { _ = world.perform(action) }
    #expect(world.now == 60_000)
  }

  @Test func anIronRuleIsHeldByTheWorld() async {
    await #expect(processExitsWith: .failure) {
      struct Guest: Component {
        typealias Model = Kitchen
        let name = "guest"
        let role = Kitchen.Role.guest
        mutating func receive(_ message: Kitchen.Message, from sender: Address, at now: Time) {}
        func offers(_ offers: inout Offers<Kitchen>) { offers.add("beg", Kitchen.Subject(number: 1)) }
        mutating func perform(_ action: Action<Kitchen>, _ out: inout Outbox<Kitchen>) { out.send(.ask(1), to: 0) }
        mutating func restart(at now: Time) {}
        var state: Value { .null }
      }
      var cast = Cast<Kitchen>()
      cast.add(Pantry(eggs: 1))
      cast.add(Guest())
      var world = World(cast)
      if let action = world.first() { _ = world.perform(action) }
      // Without assertions the objection is kept instead.
      if !world.objections.isEmpty { fatalError("objected") }
    }
  }

  @Test func anActionThatIsNotOfferedCannotBeDone() async {
    await #expect(processExitsWith: .failure) {
      var world = World.kitchen()
      _ = world.perform(Action(actor: 0, verb: "give", subject: Kitchen.Subject(number: 1)))
    }
  }
}

@Suite struct FaultTests {
  @Test func aStoppedComponentOffersNothingAndAnswersNobody() {
    var world = World.kitchen(wanted: 1, cooks: 1)
    world.intervene(.stop(0))
    #expect(world.cook(1).closures == 1)
    #expect(world.offers(of: 0).allSatisfy { $0.obstacle?.key == "obstacle.stopped" })
    world.runToQuiet()
    #expect(world.cook(1).refusals == 1)
    #expect(world.cook(1).fried == 0)
    world.intervene(.start(0))
    world.intervene(.stop(1))
    world.intervene(.start(1))
    world.runToQuiet()
    #expect(world.cook(1).fried == 1)
  }

  @Test func aSlowComponentLetsOthersGoFirst() {
    var world = World.kitchen(wanted: 1)
    world.intervene(.slow(1, by: 5000))
    let actions = world.runToQuiet()
    #expect(actions.prefix(4) == ["cook2 ask egg/1", "pantry give egg/2", "cook2 fry egg/1", "cook2 serve egg/1"])
    #expect(world.cook(1).fried == 1)
    // Asking, frying and serving each wait for five seconds after the last thing heard or done.
    #expect(world.now == 15_000)
  }

  @Test func aCutHoldsMessagesBackInTheirOrder() {
    var world = World.kitchen(wanted: 1, cooks: 1)
    world.intervene(.cut(0, 1))
    #expect(world.runToQuiet() == ["cook1 ask egg/1"])
    #expect(world.isCut(1, 0))
    world.intervene(.mend(1, 0))
    #expect(world.runToQuiet() == ["pantry give egg/1", "cook1 fry egg/1", "cook1 serve egg/1"])
  }

  @Test func aDroppedMessageIsGone() {
    var world = World.kitchen(wanted: 1, cooks: 1)
    world.intervene(.drop(from: 1, to: 0))
    #expect(world.runToQuiet() == ["cook1 ask egg/1"])
    #expect(world.cook(1).fried == 0)
  }

  @Test func advancingMovesTheClock() {
    var world = World.kitchen(wanted: 0)
    world.intervene(.advance(to: 2500))
    #expect(world.now == 2500)
    world.intervene(.advance(to: 100))
    #expect(world.now == 2500)
  }
}
