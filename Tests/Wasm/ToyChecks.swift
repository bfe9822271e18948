import Clockwork

/// A baker and five customers.
private func bakery() -> World<Bakery> {
  var cast = Cast<Bakery>()
  let baker = cast.add(Baker())
  for number in 1...5 { cast.add(Customer(name: "손님\(number)", baker: baker, hunger: Int64(number))) }
  let late = cast.add(Customer(name: "늦은 손님", baker: baker, hunger: 2))
  cast.replace(baker, with: Baker(late: late))
  cast.haunt(baker, Baker.self, with: Whisper())
  return World(cast, off: [late])
}

/// A ghost that only listens: with it everything goes as without.
private struct Whisper: Ghost {
  typealias Model = Bakery

  mutating func hear(_ message: Bakery.Message, from sender: Address, at now: Time) -> Bakery.Message? { message }
  func forbids(_ verb: Verb, _ subject: Bakery.Subject) -> Bool { false }
  func guise(of verb: Verb, _ subject: Bakery.Subject) -> (verb: Verb, subject: Bakery.Subject) { (verb, subject) }
  func own(_ action: Action<Bakery>) -> Action<Bakery> { action }

  mutating func alter(
    _ message: Bakery.Message,
    to receiver: Address
  ) -> [(message: Bakery.Message, receiver: Address)] { [(message, receiver)] }
}

private func add(_ world: World<Bakery>, to digest: inout Digest) {
  digest.add(Int64(bitPattern: world.digest().value))
  digest.add(Int64(world.stepCount))
  digest.add(world.isQuiet ? "quiet" : "busy")
  for action in world.enabled() { digest.add(world.text(of: action)) }
  for action in world.enabled(background: true) { digest.add(Int64(action.actor)) }
  for address in world.cells.indices {
    for offer in world.offers(of: address) {
      digest.add(offer.isEnabled ? "enabled" : offer.obstacle?.key ?? "")
      digest.add(offer.obstacle?.fact["ms"] ?? .null)
      digest.add(Int64(offer.obstacle?.fact.arguments.count ?? 0))
      digest.add(offer.isBackground ? "periodic" : "once")
      digest.add(offer.obstacle?.due ?? -1)
      digest.add(world.isEnabled(offer.action) ? "now" : "later")
    }
  }
}

private func run<C: Chooser>(_ timeline: inout Timeline<Bakery>, _ chooser: inout C, limit: Int = 200)
where C.Model == Bakery {
  var count = 0
  while count < limit, timeline.step(&chooser) != nil { count += 1 }
}

/// A canonical run, back and forward, a fork that goes another way, and a replay of its choices.
func timelines() -> UInt64 {
  digest { digest in
    var timeline = Timeline(bakery(), budget: 8)
    var canonical = Canonical<Bakery>()
    run(&timeline, &canonical)
    add(timeline.world, to: &digest)
    for step in timeline.steps {
      digest.add(step.time)
      digest.add(Int64(step.index))
      for envelope in step.sent { digest.add(envelope.message.value) }
      for record in step.records { digest.add(record) }
      for fact in step.facts { digest.add(fact["left"] ?? .null) }
      for change in step.switched where change.isOn { digest.add(Int64(change.component)) }
    }
    for position in 0..<timeline.end {
      for (actor, changes) in timeline.changes(at: position) {
        digest.add(Int64(actor))
        for change in changes { digest.add(change.path.joined(separator: "/")) }
      }
    }
    var fork = timeline.forked(at: 5)
    var seeded = Seeded<Bakery>(seed: 7)
    run(&fork, &seeded)
    for choice in fork.choices { digest.add(Choice(choice.description).description) }
    var replay = Timeline(bakery())
    var scripted = Scripted<Bakery>(fork.choices)
    run(&replay, &scripted)
    digest.add(replay.world.digest() == fork.world.digest() ? "same" : "other")
    digest.add(replay.world.trail == fork.world.trail && scripted.remaining.isEmpty ? "same" : "other")
    timeline.back()
    timeline.forward()
    timeline.go(to: 3)
    var learner = Learner<Bakery>(pick: timeline.world.enabled().last)
    run(&timeline, &learner, limit: 1)
    add(timeline.world(at: 2), to: &digest)
    digest.add(Int64(timeline.position))
    if case .step(let step) = timeline[0] { digest.add(timeline.world.text(of: step.action)) }
  }
}

/// Every kind of intervention, in the middle of a run with periodic work.
func faults() -> UInt64 {
  digest { digest in
    var timeline = Timeline(bakery())
    var periodic = Canonical<Bakery>(background: true)
    let interventions: [Intervention<Bakery>] = [
      .tell(.order(loaves: 9), to: 0), .slow(2, by: 900), .cut(0, 3), .drop(from: 4, to: 0), .stop(1),
      .advance(to: 2_500), .start(1), .mend(0, 3), .stop(0), .start(0), .slow(2, by: 0),
    ]
    for intervention in interventions {
      run(&timeline, &periodic, limit: 3)
      timeline.intervene(intervention)
      add(timeline.world, to: &digest)
    }
    let world = timeline.world
    digest.add(Int64(world.address(of: "손님3") ?? -1))
    digest.add(world.name(of: 1))
    digest.add(world.role(of: 0) == .baker ? "baker" : "customer")
    digest.add(world.isStopped(0) || world.isCut(0, 3) ? "broken" : "whole")
    digest.add(world.delay(of: 2))
    digest.add(world.component(0, as: Baker.self)?.sweepAt ?? -1)
    digest.add(world.component(0, as: Customer.self)?.hunger ?? -1)
    digest.add(Int64(world.objections.count))
    let isTold = Bakery.Message.interrupted(by: 0) != nil || Bakery.Message.resumed(by: 0) != nil
    digest.add(isTold ? "told" : "silent")
    if let first = world.first(background: true) { digest.add(first.verb.description) }
    digest.add(world.nextTime() ?? .never)
  }
}

/// A run of which nobody reads the words, moments of parts, and a queue.
func quietly() -> UInt64 {
  digest { digest in
    var world = bakery()
    world.isTelling = false
    while let action = world.first() {
      let step = world.perform(action)
      digest.add(Int64(step.records.count + step.facts.count))
    }
    add(world, to: &digest)
    world.begin()
    digest.add(Int64(world.stepCount))
    var offers = Offers<Bakery>()
    offers.add("bake", Bakery.Subject(description: "later"), due: 70)
    offers.expect(Moment(due: 90, backgroundDue: 30))
    digest.add(offers.moment.due)
    digest.add(offers.moment.backgroundDue)
    digest.add(offers.moment.hasCome(at: 30) && offers.list.isEmpty ? "come" : "not yet")
    digest.add(offers.isAhead(95) && !offers.isAhead(20) && offers.isEmpty ? "ahead" : "near")
    digest.add(Outbox<Bakery>(now: 0, actor: 0).isTelling ? "tells" : "is silent")
    var queue = Queue<String>(["셋", "넷"])
    queue.append("다섯")
    queue.insert("둘", at: 0)
    digest.add(queue.popFirst() ?? "")
    queue.insert("하나", at: 0)
    queue[1] = queue[1] + "!"
    digest.add(queue.remove(at: 2))
    digest.add(Int64(queue.firstIndex { $0 == "셋!" } ?? -1))
    queue.removeAll { $0 == "셋!" }
    digest.add(queue.elements.joined(separator: " "))
    digest.add(queue.first ?? "")
    queue.removeAll()
    digest.add(queue.isEmpty ? Int64(queue.count) : -1)
    var table: Table<String, Int64> = [:]
    digest.add(table.updateValue(1, for: "가") ?? -1)
    digest.add(table.updateValue(2, for: "가") ?? -1)
  }
}
