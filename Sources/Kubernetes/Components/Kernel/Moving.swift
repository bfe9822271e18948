import Clockwork

/// How a kernel moves packets: one packet through one namespace is one action.
struct Moving: Sendable {
  /// A frame that passed an interface.
  struct Capture: Sendable {
    var time: Time
    var namespace: String
    /// Whose namespace it was when the frame passed; empty for a machine's own.
    var pod: String
    var device: String
    var packet: Packet
  }

  /// What a visitor got in the end: in one word, as its program prints it, and the status it exits with.
  struct Result: Sendable {
    var order: VisitOrder
    /// The connection, or the last question for a name that led to none.
    var visit: Visit
    var word: String
    var line: String
    var status: Int64
  }

  /// A name that is being looked up for somebody.
  struct Lookup: Sendable {
    var order: VisitOrder
    /// What is being asked for, and what will be if that is no name.
    var asked: String
    var later: [String]
    var startedAt: Time
  }

  var network: NodeNetwork
  var cables: [Cable] = []
  private(set) var orders: [VisitOrder] = []
  private(set) var under: Table<Int64, VisitOrder> = [:]
  var lookups: Table<Int64, Lookup> = [:]
  /// Processes that asked for something of their own, by its number: with the number that they know it by.
  private var askers: Table<Int64, (process: Address, number: Int64)> = [:]
  /// Numbers of what no line of a script asked for are below zero.
  private var lastOwn: Int64 = 0
  /// The process behind every socket that serves by itself.
  var dns: Address?
  private(set) var results: Table<Int64, Result> = [:]
  private(set) var captures: Table<Int64, Capture> = [:]
  private var lastCapture: Int64 = 0
  /// Hops of packets that belong to a visit, as they were made here.
  private(set) var lives: Table<Int64, PacketLife.Entry> = [:]
  private var lastEntry: Int64 = 0
  let random: Random

  init(_ network: NodeNetwork, random: Random) {
    self.network = network
    self.random = random
  }

  // MARK: Hearing

  mutating func take(_ order: VisitOrder, from sender: Address) {
    guard order.isFromProcess else { return orders.append(order) }
    var own = order
    own.number = nextOwn()
    askers[own.number] = (sender, order.number)
    orders.append(own)
  }

  mutating func nextOwn() -> Int64 {
    lastOwn -= 1
    return lastOwn
  }

  /// A process says something on a socket of its own.
  mutating func take(_ datagram: SocketDatagram) { network.say(datagram) }

  /// What was looked up goes on as what it was looked up for.
  mutating func goOn(_ order: VisitOrder) { orders.append(order) }

  mutating func take(_ frame: WireFrame) { network.accept(frame.packet, in: frame.namespace, on: frame.device) }

  /// What processes of a Pod listen on from now on.
  mutating func listen(_ pod: String, _ sockets: [Socket]) {
    guard let space = network.namespace(ofPod: pod) else { return }
    for old in space.sockets where !sockets.contains(where: { $0.process == old.process }) && !old.isClient {
      network.apply(NetworkChange(in: space.name, .endProcess(old.process)))
    }
    for socket in sockets {
      let isThere = space.sockets.contains {
        $0.isListening && $0.localPort == socket.localPort && $0.process == socket.process
      }
      if !isThere { network.apply(NetworkChange(in: space.name, .listen(socket))) }
    }
  }

  // MARK: Offering

  func offers(_ offers: inout KubeOffers) {
    if let order = orders.first { offers.add(.connect, .named(order.text)) }
    for place in network.heads {
      if offers.isFull { return }
      let now = offers.now
      if offers.want == .first {
        offers.add(verb(place), .named(choices(place, now, all: false).first?.name ?? ""))
      } else {
        for choice in choices(place, now, all: true) { offers.add(verb(place), .named(choice.name)) }
      }
    }
    let due = network.due
    if due != .never { offers.add(.retry, .named("unanswered"), due: due) }
    for visit in network.ended {
      if let order = under[visit.number] { offers.add(.answer, .named(order.text)) }
      if let lookup = lookups[visit.number] { offers.add(.resolve, .named(lookup.asked)) }
    }
  }

  private func verb(_ place: Int) -> Verb {
    let arrival = network.arrivals[place]
    if arrival.input.isEmpty { return .send }
    return network[arrival.namespace]?.settings.forwards == true || arrival.namespace == Fabric.exchange
      ? .forward : .take
  }

  /// What can become of a packet: one thing, or one for every way that chance can fall.
  private func choices(_ place: Int, _ now: Time, all: Bool) -> [(name: String, told: [Bool])] {
    let arrival = network.arrivals[place]
    let name = name(arrival)
    guard network[arrival.namespace]?.hasChance == true else { return [(name, [])] }
    var found: [(name: String, told: [Bool])] = []
    var open: [[Bool]] = [[]]
    while !open.isEmpty, found.count < 64 {
      let told = open.removeFirst()
      let outcome = network.preview(place, at: now, dice(arrival, told))
      let throwsMade = outcome.throwsMade
      guard !throwsMade.isEmpty else { return [(name, [])] }
      let goal = outcome.hop.after.datagram.map { "\($0.destination.text):\($0.destinationPort)" } ?? ""
      let title = "\(name)=\(goal)"
      if !found.contains(where: { $0.name == title }) { found.append((title, throwsMade.map { $0.hit })) }
      guard all else { break }
      for index in told.count..<throwsMade.count {
        open.append(throwsMade[..<index].map { $0.hit } + [!throwsMade[index].hit])
      }
    }
    return found
  }

  /// A packet as it arrives, and the Pod where it does.
  private func name(_ arrival: Arrival) -> String {
    let label = arrival.packet.label
    guard let space = network[arrival.namespace], !space.pod.isEmpty else {
      return arrival.namespace == NetworkNamespace.host ? label : "\(label)@\(arrival.namespace)"
    }
    return "\(label)@\(space.pod.hasPrefix("default/") ? String(space.pod.dropFirst(8)) : space.pod)"
  }

  /// Every packet has its own dice: what falls does not depend on what else happens.
  private func dice(_ arrival: Arrival, _ told: [Bool]) -> Dice {
    var seed = Digest()
    seed.add(Int64(bitPattern: random.state))
    seed.add(arrival.packet.id)
    seed.add(arrival.namespace)
    return Dice(Random(seed: seed.value), told: told)
  }

  // MARK: Doing

  mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    switch action.verb {
    case .connect: connect(&out)
    case .retry:
      let outcomes = network.wake(at: out.now, Dice(random.stream("retry \(out.now)")), isTelling: out.isTelling)
      for outcome in outcomes { settle(outcome, &out) }
    case .answer: answer(action, &out)
    case .resolve: resolve(action, &out)
    default:
      // What chance does by itself is asked for first: to look at everything that it could do costs much.
      if !pass(action, all: false, &out) { _ = pass(action, all: true, &out) }
    }
  }

  /// Moves the packet that an action names; false where it is not among those that were looked at.
  private mutating func pass(_ action: KubeAction, all: Bool, _ out: inout KubeOutbox) -> Bool {
    for place in network.heads {
      for choice in choices(place, out.now, all: all) where Kube.Subject.named(choice.name) == action.subject {
        let dice = dice(network.arrivals[place], choice.told)
        settle(network.pass(place, at: out.now, dice, isTelling: out.isTelling), &out)
        return true
      }
    }
    return false
  }

  private mutating func connect(_ out: inout KubeOutbox) {
    guard !orders.isEmpty else { return }
    let order = orders.removeFirst()
    if !order.name.isEmpty { return lookUp(order, &out) }
    let namespace = self.namespace(of: order)
    under[order.number] = order
    network.visit(
      order.destination,
      order.port,
      over: order.transport,
      request: order.request,
      from: namespace,
      process: order.isFromProcess ? "coredns" : order.tool.rawValue,
      number: order.number,
      patience: order.patience,
      pause: order.isFromProcess ? NameLookup.forwardPause : nil,
      at: out.now,
      Dice(random.stream("visit \(order.number)"))
    )
    out.note(Fact("fact.kernel.wants", ("address", .string("\(order.destination.text):\(order.port)"))))
  }

  func namespace(of order: VisitOrder) -> String {
    order.pod.isEmpty ? order.namespace : network.namespace(ofPod: order.pod)?.name ?? ""
  }

  private mutating func settle(_ outcome: NodeNetwork.Outcome, _ out: inout KubeOutbox) {
    let hop = outcome.hop
    if !hop.input.isEmpty { capture(hop.before, hop.namespace, hop.input, out.now) }
    // What a loopback interface sends is seen once, when it arrives there.
    for frame in hop.frames where frame.device != "lo" { capture(frame.packet, hop.namespace, frame.device, out.now) }
    if out.isTelling { remember(hop, out.now) }
    if let arrival = hop.arrival { out.note(arrival) }
    for stage in hop.stages { out.note(stage.fact) }
    for fact in hop.released { out.note(fact) }
    out.note(hop.fact)
    if let dns { for datagram in outcome.served { out.send(.datagram(datagram), to: dns) } }
    for departure in outcome.departures {
      for cable in cables where cable.device == departure.device && cable.namespace == departure.namespace {
        let frame = WireFrame(departure.packet, namespace: cable.farNamespace, device: cable.farDevice)
        out.send(.frame(frame), to: cable.far)
      }
    }
  }

  private mutating func capture(_ packet: Packet, _ namespace: String, _ device: String, _ now: Time) {
    lastCapture += 1
    let pod = network[namespace]?.pod ?? ""
    captures[lastCapture] = Capture(time: now, namespace: namespace, pod: pod, device: device, packet: packet)
    captures[lastCapture - 2000] = nil
  }

  private mutating func remember(_ hop: Hop, _ now: Time) {
    guard hop.before.visit != 0 || hop.frames.contains(where: { $0.packet.visit != 0 }) else { return }
    lastEntry += 1
    lives[lastEntry] = PacketLife.Entry(time: now, pod: network[hop.namespace]?.pod ?? "", hop: hop)
    lives[lastEntry - 1000] = nil
  }

  private mutating func answer(_ action: KubeAction, _ out: inout KubeOutbox) {
    for visit in network.ended {
      guard let order = under[visit.number], Kube.Subject.named(order.text) == action.subject else { continue }
      network.dismiss(visit: visit.number)
      under[visit.number] = nil
      guard let outcome = visit.outcome else { return }
      if let asker = askers.removeValue(for: visit.number) {
        var end = VisitEnd(number: asker.number, answer: nil)
        if case .answered(let text) = outcome { end.answer = text }
        return out.send(.visited(end), to: asker.process)
      }
      let host = order.resolved.isEmpty ? order.destination.text : order.resolved
      let said = outcome.text(host, order.port, after: visit.endedAt - visit.startedAt)
      return finish(order, visit, (outcome.word, said.line, said.status), &out)
    }
  }

  /// Somebody has what they wanted, or has given up: that is the row of the transcript.
  mutating func finish(
    _ order: VisitOrder,
    _ visit: Visit,
    _ end: (word: String, line: String, status: Int64),
    _ out: inout KubeOutbox
  ) {
    let (word, line, status) = end
    results[order.number] = Result(order: order, visit: visit, word: word, line: line, status: status)
    out.note(Fact("fact.kernel.got", ("text", .string(line))))
    var record = Kube.Record(
      actor: order.pod.isEmpty ? order.namespace : "pod/\(order.pod)",
      verb: order.tool.rawValue,
      resource: ""
    )
    record.name = order.text
    record.code = status
    record.note = line
    out.record(record)
  }

  /// A machine that restarts begins with nothing under way; what its plugins wrote is gone with the rest.
  mutating func restart() {
    orders = []
    under = [:]
    lookups = [:]
    askers = [:]
    network.arrivals = []
  }

  var state: Value {
    var ended: [Value.Entry] = []
    results.forEach { number, result in
      ended.append(Value.Entry("\(number)", .string(result.word)))
    }
    var spaces: [Value.Entry] = []
    network.namespaces.forEach { name, space in
      spaces.append(Value.Entry(space.pod.isEmpty ? name : space.pod, space.summary(at: 0)))
    }
    return .map(
      ("packets", .integer(Int64(network.arrivals.count))),
      ("visits", .map(ended)),
      ("namespaces", .map(spaces))
    )
  }
}

extension NetworkNamespace {
  /// What differs from step to step and can be asked for.
  fileprivate func summary(at now: Time) -> Value {
    var neighbours: [Value.Entry] = []
    self.neighbours.forEach { _, neighbour in
      neighbours.append(
        Value.Entry(neighbour.address.text, .string("\(neighbour.mac.text) \(neighbour.state.rawValue)"))
      )
    }
    var rules = 0
    for table in self.rules.all { for chain in table.chains { rules += chain.rules.count } }
    return .map(
      ("addresses", .list(addresses.map { .string($0.text) })),
      ("routes", .integer(Int64(routes.listed.count))),
      ("neighbours", .map(neighbours)),
      ("rules", .integer(Int64(rules))),
      ("connections", .list(connections.all(at: now).map { .string($0.original.text(isReply: false)) }))
    )
  }
}

extension Verb {
  fileprivate static let connect: Verb = "connect"
  fileprivate static let send: Verb = "send"
  fileprivate static let forward: Verb = "forward"
  fileprivate static let take: Verb = "take"
  fileprivate static let retry: Verb = "retry"
  fileprivate static let answer: Verb = "answer"
  fileprivate static let resolve: Verb = "resolve"
}
