// The reduced search of one moment: one order is followed to its end, and wherever two of its steps share a place and
// could have come the other way round, whoever would then come first is tried there too. Steps that were tried sleep
// in the orders beside until something touches what they touched.
//
// Source: Abdulla, Aronis, Jonsson and Sagonas, "Optimal dynamic partial order reduction", POPL 2014 (source sets).
extension Explorer {
  /// Searches one moment and leaves open the places in which it can end.
  mutating func searchMoment(_ start: Place, _ pending: inout [Place]) {
    var first = start
    guard !first.state.isOver, let now = first.state.moment() else {
      end(start)
      return
    }
    settle(&first)
    if first.state.isOver || first.state.moment() != now {
      if seen.insert(first.state.identity).inserted { pending.append(first) }
      return
    }
    var stack = [Frame(first, sleeping: [])]
    var events: [Event] = []
    while let top = stack.indices.last {
      guard let action = stack[top].next() else {
        stack.removeLast()
        if !events.isEmpty { events.removeLast() }
        continue
      }
      if steps >= limits.steps || isEnough(endings) || depth(stack[top].place.link) >= limits.depth {
        isComplete = false
        return
      }
      var place = stack[top].place
      var touch = take(action, &place)
      touch.add(settle(&place))
      var event = Event(actor: action.actor, touch: touch)
      event.follow(events)
      for race in event.races { Explorer.reverse(race, event, events, &stack) }
      let sleeping = stack[top].sleeping.filter { !$0.touch.meets(touch) }
      stack[top].sleeping.append(Sleeper(action: action, touch: touch))
      if place.state.isOver {
        end(place)
        events.append(event)
        follow(place, now, &events, &stack)
        events.removeSubrange(top...)
      } else if place.state.moment() == now {
        events.append(event)
        stack.append(Frame(place, sleeping: sleeping))
      } else if seen.insert(place.state.identity).inserted {
        pending.append(place)
      }
    }
  }

  /// Goes on after the end of a run in the usual order, to find what could have come before it and would have mattered.
  private mutating func follow(_ end: Place, _ now: Time, _ events: inout [Event], _ stack: inout [Frame]) {
    if tails >= Explorer.mostTails { return }
    tails += 1
    var state = end.state
    let last = events.count - 1
    while steps < limits.steps, state.moment() == now {
      let choices = state.choices()
      guard var action = choices.first else { return }
      for choice in choices where state.isPlain(choice) {
        action = choice
        break
      }
      steps += 1
      let isPlain = state.isPlain(action)
      let touch = state.take(action)
      if isPlain, events.count > last + 1 {
        events[events.count - 1].add(touch, events)
      } else {
        var event = Event(actor: action.actor, touch: touch)
        event.follow(events)
        events.append(event)
      }
      guard touch.isAsked, let event = events.last else { continue }
      for place in 0...last where events[place].touch.isAsked && events[place].actor != event.actor {
        Explorer.reverse(place, event, Array(events.dropLast()), &stack)
      }
    }
  }

  /// So many ended runs are followed further: the first ones show what the others would.
  private static var mostTails: Int { 16 }

  /// Sees to it that the later of two steps is tried before the earlier one.
  private static func reverse(_ earlier: Int, _ event: Event, _ events: [Event], _ stack: inout [Frame]) {
    if events[earlier].touch.holds(Int64(event.actor)) {
      // What the actor could do without the earlier step it could do right before it, or not at all.
      stack[earlier].want(event.actor)
      return
    }
    // Everything that does not need the earlier step comes before it; any of those that can begin will do.
    var without = Past()
    var begin: [Address] = []
    for place in (earlier + 1)..<(events.count + 1) {
      let later = place < events.count ? events[place] : event
      if later.past.holds(earlier), place < events.count { continue }
      if !later.past.meets(without) { begin.append(later.actor) }
      without.add(place)
    }
    for actor in begin where stack[earlier].wants(actor) { return }
    for actor in begin where stack[earlier].offers(actor) {
      stack[earlier].want(actor)
      return
    }
  }

  /// Something that was tried from here, and need not be tried before what it has nothing to do with.
  struct Sleeper {
    let action: Action<S.Model>
    let touch: Touch
  }

  /// A place on the order that is being followed, with who has to be tried there.
  struct Frame {
    let place: Place
    var sleeping: [Sleeper]
    private let choices: [Action<S.Model>]
    private var wanted: [Address] = []
    private var tried: Int = 0
    private var rest: [Action<S.Model>] = []

    init(_ place: Place, sleeping: [Sleeper]) {
      var state = place.state
      self.place = place
      self.sleeping = sleeping
      choices = state.choices()
      for action in choices where !sleeps(action) {
        wanted = [action.actor]
        break
      }
    }

    private func sleeps(_ action: Action<S.Model>) -> Bool {
      for sleeper in sleeping where sleeper.action == action { return true }
      return false
    }

    func wants(_ actor: Address) -> Bool { wanted.contains(actor) }

    func offers(_ actor: Address) -> Bool {
      for action in choices where action.actor == actor { return true }
      return false
    }

    mutating func want(_ actor: Address) {
      if !wants(actor), offers(actor) { wanted.append(actor) }
    }

    /// The next action to be tried here: all that an actor could do, one actor after the other.
    mutating func next() -> Action<S.Model>? {
      while true {
        while !rest.isEmpty {
          let action = rest.removeFirst()
          if !sleeps(action) { return action }
        }
        guard tried < wanted.count else { return nil }
        for action in choices where action.actor == wanted[tried] { rest.append(action) }
        tried += 1
      }
    }
  }

  /// A step of the order that is being followed.
  struct Event {
    let actor: Address
    private(set) var touch: Touch
    /// The steps that must come before it.
    var past: Past = Past()
    /// Steps that came before it only by chance.
    var races: [Int] = []

    /// Takes in what follows from the step by itself.
    mutating func add(_ other: Touch, _ events: [Event]) {
      touch.add(other)
      past = Past()
      races = []
      follow(Array(events.dropLast()))
    }

    mutating func follow(_ events: [Event]) {
      for place in events.indices.reversed() {
        let earlier = events[place]
        guard earlier.actor == actor || earlier.touch.meets(touch) else { continue }
        if earlier.actor != actor, !past.holds(place) { races.append(place) }
        past.add(earlier.past)
        past.add(place)
      }
    }
  }

  /// A set of places in an order.
  struct Past {
    private var words: [UInt64] = []

    func holds(_ place: Int) -> Bool {
      place / 64 < words.count && words[place / 64] & (1 << UInt64(place % 64)) != 0
    }

    mutating func add(_ place: Int) {
      while words.count <= place / 64 { words.append(0) }
      words[place / 64] |= 1 << UInt64(place % 64)
    }

    mutating func add(_ other: Past) {
      while words.count < other.words.count { words.append(0) }
      for index in other.words.indices { words[index] |= other.words[index] }
    }

    func meets(_ other: Past) -> Bool {
      for index in 0..<min(words.count, other.words.count) where words[index] & other.words[index] != 0 { return true }
      return false
    }
  }
}
