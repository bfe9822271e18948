import Clockwork

/// What a table decided about a packet.
enum RuleVerdict {
  case accept
  case drop
  /// Dropped at the end of a built-in chain.
  case policy
  case reject(RuleTarget.Refusal)
  case translate(RuleTarget)

  var isPolicy: Bool {
    if case .policy = self { return true }
    return false
  }

  /// Whether the packet goes no further.
  var isEnd: Bool {
    switch self {
    case .drop, .policy: true
    case .accept, .reject, .translate: false
    }
  }
}

extension NetworkNamespace {
  /// Walks the rules of one table at one point of the way, from the built-in chain on.
  mutating func walk(_ name: RuleTable.Name, _ hook: Hook, _ way: inout Passage) -> RuleVerdict {
    guard let table = rules[name], let start = table.place(of: hook.rawValue) else { return .accept }
    var place = start
    var index = 0
    // Where to go on after RETURN.
    var callers: [(place: Int, index: Int)] = []
    let numbers = way.numbers
    while true {
      let count = table.chains[place].heads.count
      guard index < count else {
        if let caller = callers.popLast() {
          (place, index) = caller
          continue
        }
        return finish(table, place, hook, &way)
      }
      let isAdmitted = table.chains[place].heads[index].admits(
        source: numbers.source,
        destination: numbers.destination,
        transport: numbers.transport
      )
      guard isAdmitted, matches(table.chains[place].rules[index], table, place, index, &way) else {
        index += 1
        continue
      }
      let rule = table.chains[place].rules[index]
      if rule.target != nil { tell(table, place, index, hook, rule, &way) }
      index += 1
      switch rule.target {
      case nil: continue
      case .accept: return .accept
      case .drop: return .drop
      case .back:
        guard let caller = callers.popLast() else { return finish(table, place, hook, &way) }
        (place, index) = caller
      case .jump(let chain):
        guard let next = table.place(of: chain), callers.count < 128 else { return .drop }
        callers.append((place, index))
        (place, index) = (next, 0)
      case .goto(let chain):
        guard let next = table.place(of: chain) else { return .drop }
        (place, index) = (next, 0)
      case .reject(let refusal): return .reject(refusal)
      case .mark(let value, let mask):
        way.packet.mark = (way.packet.mark & ~mask) ^ value
        way.marks |= way.packet.mark
      case .noTrack:
        // What is known of a packet already stays known.
        if !way.isTracked { way.tracking = .untracked }
        way.isTracked = true
      case .destination, .source, .masquerade, .redirect:
        if let target = rule.target { return .translate(target) }
      }
    }
  }

  private func finish(_ table: RuleTable, _ place: Int, _ hook: Hook, _ way: inout Passage) -> RuleVerdict {
    guard let built = table.place(of: hook.rawValue), table.chains[built].policy == .drop else { return .accept }
    if way.isTelling {
      let name = hook.rawValue
      way.stages.append(
        Hop.Stage(kind: .policy, hook: hook, table: table.name, chain: name, line: ":\(name) DROP", did: "DROP")
      )
    }
    return .policy
  }

  private func tell(
    _ table: RuleTable,
    _ place: Int,
    _ index: Int,
    _ hook: Hook,
    _ rule: PacketRule,
    _ way: inout Passage
  ) {
    guard way.isTelling else { return }
    let chain = table.chains[place].name
    way.stages.append(
      Hop.Stage(
        kind: .rule,
        hook: hook,
        table: table.name,
        chain: chain,
        number: index + 1,
        line: rule.text(in: chain),
        did: rule.target?.name ?? ""
      )
    )
  }

  // MARK: Matches

  private mutating func matches(
    _ rule: PacketRule,
    _ table: RuleTable,
    _ place: Int,
    _ index: Int,
    _ way: inout Passage
  ) -> Bool {
    if let input = rule.input, !input.matches(way.input) { return false }
    if let output = rule.output, !output.matches(way.output) { return false }
    for match in rule.matches {
      switch match {
      case .comment: continue
      case .chance(let share, let isInverted):
        let hit = way.dice.hits(share, chain: table.chains[place].name, number: index + 1)
        if hit == isInverted { return false }
      case .nth(let every, let packet, let isInverted):
        let key = "\(table.name.rawValue) \(table.chains[place].name) \(index)"
        if (count(key, every, packet) == isInverted) { return false }
      case .recent(let recent): if !check(recent, &way) { return false }
      default: if !match.holds(way, self) { return false }
      }
    }
    return true
  }

  /// Counts up to `every`, which is when the match is true.
  private mutating func count(_ key: String, _ every: UInt32, _ packet: UInt32) -> Bool {
    let old = counters[key] ?? packet
    let isDue = old >= every - 1
    counters[key] = isDue ? 0 : old + 1
    return isDue
  }

  private mutating func check(_ test: RuleMatch.Recent, _ way: inout Passage) -> Bool {
    let address = (test.isDestination ? way.datagram.destination : way.datagram.source).number & test.mask.number
    var list = recent[test.name] ?? [:]
    var times = list[address] ?? []
    let limit = way.now - test.seconds * 1000
    if test.isReaping, test.seconds > 0 { times.removeAll { $0 < limit } }
    var result = false
    switch test.operation {
    case .set:
      result = true
      times.append(way.now)
    case .remove:
      result = !times.isEmpty
      times = []
    case .rcheck, .update:
      let hits = test.seconds > 0 ? times.filter { $0 >= limit }.count : times.count
      result = hits >= max(1, test.hitCount)
      if result, test.operation == .update { times.append(way.now) }
    }
    list[address] = times.isEmpty ? nil : Array(times.suffix(20))
    recent[test.name] = list
    return result != test.isInverted
  }

  /// What kind of address it is, by the routing tables.
  func type(of address: IPv4) -> RuleMatch.AddressType {
    if address == .any { return .unspecified }
    if address.number == ~0 { return .broadcast }
    if address.isMulticast { return .multicast }
    switch routes.lookup(address)?.kind {
    case .local: return .local
    case .broadcast: return .broadcast
    case .blackhole: return .blackhole
    case .unreachable: return .unreachable
    case .prohibit: return .prohibit
    case .unicast, nil: return .unicast
    }
  }
}

extension Passage {
  /// What the heads of rules are compared with.
  fileprivate var numbers: (source: UInt32, destination: UInt32, transport: UInt8) {
    guard case .ip(let datagram) = packet.payload else { return (0, 0, 0) }
    return (datagram.source.number, datagram.destination.number, datagram.transport.rawValue)
  }
}

extension RuleMatch {
  /// A match that only looks.
  fileprivate func holds(_ way: Passage, _ space: NetworkNamespace) -> Bool {
    let datagram = way.datagram
    switch self {
    case .tcp(let source, let destination, let flags):
      guard case .tcp(let segment) = datagram.content else { return false }
      if let source, !source.contains(segment.sourcePort) { return false }
      if let destination, !destination.contains(segment.destinationPort) { return false }
      guard let flags else { return true }
      return (segment.flags.intersection(flags.mask) == flags.set) != flags.isInverted
    case .udp(let source, let destination):
      guard case .udp(let message) = datagram.content else { return false }
      if let source, !source.contains(message.sourcePort) { return false }
      return destination?.contains(message.destinationPort) ?? true
    case .icmp(let type, let code, let isInverted):
      guard case .icmp(let message) = datagram.content else { return false }
      let numbers = message.kind.numbers
      return (numbers.type == type && (code ?? numbers.code) == numbers.code) != isInverted
    case .multiport(let side, let list, let isInverted):
      guard datagram.transport != .icmp else { return false }
      var found = false
      for ports in list {
        if side != .destination, ports.contains(datagram.sourcePort) { found = true }
        if side != .source, ports.contains(datagram.destinationPort) { found = true }
      }
      return found != isInverted
    case .mark(let value, let mask, let isInverted): return (way.packet.mark & mask == value) != isInverted
    case .connection(let states, let isInverted):
      return states.isDisjoint(with: way.connectionState) == isInverted
    case .addressType(let source, let destination):
      if let source, (space.type(of: datagram.source) == source.type) == source.isInverted { return false }
      guard let destination else { return true }
      return (space.type(of: datagram.destination) == destination.type) != destination.isInverted
    case .physicalDevice(let ports):
      if let input = ports.input, way.portIn.isEmpty || !input.matches(way.portIn) { return false }
      if let output = ports.output, way.portOut.isEmpty || !output.matches(way.portOut) { return false }
      if let isIn = ports.isIn, isIn == way.portIn.isEmpty { return false }
      if let isBridged = ports.isBridged { return isBridged == (!way.portIn.isEmpty && !way.portOut.isEmpty) }
      return true
    case .comment, .chance, .nth, .recent: return true
    }
  }
}
