import Clockwork

extension NetworkNamespace {
  private enum Side {
    case source
    case destination
  }

  /// What the table `nat` does at one point of the way: rules for the first packet, the entry for all others.
  ///
  /// False where a rule dropped the packet.
  mutating func translate(_ hook: Hook, _ way: inout Passage) -> Bool {
    guard case .known(let number, var connection, let isReply, let isRelated) = way.tracking else { return true }
    let side: Side = hook == .prerouting || hook == .output ? .destination : .source
    let isSettled = side == .destination ? connection.isDestinationSettled : connection.isSourceSettled
    if !isReply, !isRelated, !connection.hasReply, !isSettled {
      switch walk(.nat, hook, &way) {
      case .drop, .policy:
        way.lose(.rule)
        return false
      case .translate(let target):
        guard settle(&connection, target, side, &way) else {
          way.lose(.rule)
          return false
        }
      case .accept, .reject: if side == .source { makeUnique(&connection, &way) }
      }
      if side == .destination { connection.isDestinationSettled = true } else { connection.isSourceSettled = true }
      way.tracking = .known(number: number, connection, isReply: false, isRelated: false)
      if let number { connections.update(number, connection) }
    }
    rewrite(side, connection, isReply, isRelated, &way)
    return true
  }

  // MARK: The first packet

  /// Binds a connection to what a rule says.
  ///
  /// False where the machine has no address to hide behind: the kernel drops such a packet.
  private func settle(_ connection: inout Connection, _ target: RuleTarget, _ side: Side, _ way: inout Passage) -> Bool
  {
    switch target {
    case .destination(let to):
      connection.reply.source = to.address ?? connection.reply.source
      if let last = to.lastAddress, let first = to.address, last > first {
        connection.reply.source = IPv4(
          first.number + UInt32(way.dice.number(below: Int(last.number - first.number) + 1))
        )
      }
      if let port = port(of: to, &way) { connection.reply.sourcePort = port }
    case .redirect(let to):
      connection.reply.source = way.input.isEmpty ? .localhost : (address(of: way.input) ?? connection.reply.source)
      if let port = port(of: to, &way) { connection.reply.sourcePort = port }
    case .source(let to):
      connection.reply.destination = to.address ?? connection.reply.destination
      pickPort(&connection, to, &way)
    case .masquerade(let to):
      guard let address = masquerade(way) else { return false }
      connection.reply.destination = address
      pickPort(&connection, to, &way)
    default: return true
    }
    if side == .destination {
      connection.isDestinationTranslated =
        connection.reply.source != connection.original.destination
        || connection.reply.sourcePort != connection.original.destinationPort
    } else {
      connection.isSourceTranslated =
        connection.reply.destination != connection.original.source
        || connection.reply.destinationPort != connection.original.sourcePort
    }
    return true
  }

  private func port(of to: RuleTarget.Translation, _ way: inout Passage) -> UInt16? {
    guard let port = to.port else { return nil }
    guard let last = to.lastPort, last > port else { return port }
    return port + UInt16(way.dice.number(below: Int(last - port) + 1))
  }

  /// The first address of the interface that the packet leaves by, of the range of the next router where there is one.
  ///
  /// An address that means something on this machine alone hides nobody: on `lo` the first one of any interface is taken
  /// (`inet_select_addr` with the scope of the universe).
  private func masquerade(_ way: Passage) -> IPv4? {
    guard let link = self[link: way.output] else { return nil }
    let next = routes.lookup(way.datagram.destination)?.gateway ?? way.datagram.destination
    let own = link.addresses.filter { !$0.address.isLoopback }
    if let near = own.first(where: { $0.range.contains(next) }) ?? own.first { return near.address }
    for other in links {
      for address in other.addresses where !address.address.isLoopback { return address.address }
    }
    return nil
  }

  /// Keeps the port where nobody else has it, unless chance is wanted.
  private func pickPort(_ connection: inout Connection, _ to: RuleTarget.Translation, _ way: inout Passage) {
    guard connection.original.transport != .icmp else { return makeUnique(&connection, &way) }
    if let port = port(of: to, &way) {
      connection.reply.destinationPort = port
    } else if to.isFullyRandom || to.isRandom {
      repeat {
        connection.reply.destinationPort = UInt16(1024 + way.dice.number(below: 64_512))
      } while connections.isTaken(connection.reply, at: way.now)
      return
    }
    makeUnique(&connection, &way)
  }

  /// Two connections whose answers would look alike cannot be: the later one gets another port.
  private func makeUnique(_ connection: inout Connection, _ way: inout Passage) {
    guard let other = connections.find(connection.reply, at: way.now)?.connection else { return }
    // The same connection once more, whose first packets met on the way, is none of somebody else.
    if other.original == connection.original { return }
    var port = connection.reply.destinationPort
    repeat {
      port = port == 65_535 ? 1024 : port + 1
      connection.reply.destinationPort = port
    } while connections.isTaken(connection.reply, at: way.now)
    connection.isSourceTranslated = true
  }

  // MARK: Every packet

  /// Puts what the entry says into the header, and into the header that an error quotes.
  private func rewrite(_ side: Side, _ connection: Connection, _ isReply: Bool, _ isRelated: Bool, _ way: inout Passage)
  {
    let isSource = side == .source
    let isTranslated = isSource != isReply ? connection.isSourceTranslated : connection.isDestinationTranslated
    guard isTranslated else { return }
    let goal = (isReply ? connection.original : connection.reply).reversed
    var datagram = way.datagram
    let before = isSource ? datagram.source : datagram.destination
    let beforePort = isSource ? datagram.sourcePort : datagram.destinationPort
    if isSource { datagram.source = goal.source } else { datagram.destination = goal.destination }
    if isRelated, case .icmp = datagram.content {
      datagram.requote(isSource, goal)
    } else if isSource {
      datagram.sourcePort = goal.sourcePort
    } else {
      datagram.destinationPort = goal.destinationPort
    }
    way.datagram = datagram
    let after = isSource ? datagram.source : datagram.destination
    let afterPort = isSource ? datagram.sourcePort : datagram.destinationPort
    guard before != after || beforePort != afterPort else { return }
    way.note(
      .translated,
      line: "\(before.text):\(beforePort)",
      did: "\(after.text):\(afterPort)"
    )
  }
}

extension Datagram {
  /// Changes one end of the packet that an error quotes, which went the other way.
  fileprivate mutating func requote(_ isSource: Bool, _ goal: FlowTuple) {
    guard case .icmp(var message) = content, var quoted = message.quoted else { return }
    if isSource {
      quoted.destination = goal.source
      quoted.destinationPort = goal.sourcePort
    } else {
      quoted.source = goal.destination
      quoted.sourcePort = goal.destinationPort
    }
    message.quoted = quoted
    content = .icmp(message)
  }
}
