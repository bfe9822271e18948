import Clockwork

extension NetworkNamespace {
  /// Looks a packet up in connection tracking, or begins an entry that is kept once the packet has got through.
  mutating func track(_ way: inout Passage) {
    guard isTracking, !way.isTracked else { return }
    way.isTracked = true
    let datagram = way.datagram
    if case .icmp(let message) = datagram.content, message.kind.isError {
      trackError(message, &way)
      return
    }
    let tuple = FlowTuple(datagram)
    if let (number, connection, isReply) = connections.find(tuple, at: way.now) {
      follow(number, connection, isReply, &way)
      return
    }
    guard NetworkNamespace.begins(datagram) else {
      way.tracking = .invalid
      return
    }
    var connection = Connection(tuple)
    if case .tcp(let segment) = datagram.content, !segment.flags.contains(.syn) { connection.state = .established }
    way.tracking = .known(number: nil, connection, isReply: false, isRelated: false)
  }

  /// What may open an entry: an answer may not, a connection that was there before tracking may.
  private static func begins(_ datagram: Datagram) -> Bool {
    switch datagram.content {
    case .tcp(let segment):
      if segment.flags.contains(.reset) || segment.flags.contains(.fin) { return false }
      return !segment.flags.contains([.syn, .ack])
    case .udp: return true
    case .icmp(let message): return message.kind == .echoRequest
    }
  }

  /// An error belongs to the connection of the packet that it quotes.
  private func trackError(_ message: ICMPMessage, _ way: inout Passage) {
    guard let quoted = message.quoted else { return way.tracking = .invalid }
    let inner = FlowTuple(
      quoted.transport,
      quoted.source,
      quoted.sourcePort,
      quoted.destination,
      quoted.destinationPort
    )
    guard let (number, connection, isReply) = connections.find(inner.reversed, at: way.now) else {
      way.tracking = .invalid
      return
    }
    way.tracking = .known(number: number, connection, isReply: isReply, isRelated: true)
  }

  private mutating func follow(_ number: Int64, _ found: Connection, _ isReply: Bool, _ way: inout Passage) {
    var connection = found
    let wasNew = !connection.hasReply && !isReply
    if isReply { connection.hasReply = true }
    advance(&connection, way.datagram, isReply, way.now)
    connections.update(number, connection)
    way.tracking = .known(number: number, connection, isReply: isReply, isRelated: false)
    let now = way.now
    if !wasNew { way.note(.tracked, line: connection.text(at: now), did: isReply ? "reply" : "original") }
  }

  /// The state of a connection after a packet, and how long it is remembered from now.
  private func advance(_ connection: inout Connection, _ datagram: Datagram, _ isReply: Bool, _ now: Time) {
    switch datagram.content {
    case .tcp(let segment):
      connection.state = NetworkNamespace.next(connection.state, segment.flags, isReply)
      if connection.state == .established, connection.hasReply { connection.isAssured = true }
    case .udp: if connection.hasReply, !isReply { connection.isAssured = true }
    case .icmp: break
    }
    connection.expiry = now + timeout(connection) * 1000
  }

  private static func next(_ state: Connection.State, _ flags: Segment.Flags, _ isReply: Bool) -> Connection.State {
    if flags.contains(.reset) { return .close }
    if flags.contains(.syn) {
      if isReply { return flags.contains(.ack) && state == .synSent ? .synReceived : state }
      return state == .none || state == .timeWait || state == .close ? .synSent : state
    }
    if flags.contains(.fin) {
      switch state {
      case .synReceived, .established: return .finWait
      case .finWait, .closeWait: return .lastAck
      default: return state
      }
    }
    switch state {
    case .none: return .established
    case .synReceived: return isReply ? state : .established
    case .finWait: return .closeWait
    case .lastAck: return .timeWait
    default: return state
    }
  }

  /// How many seconds an entry lives without a packet.
  private func timeout(_ connection: Connection) -> Int64 {
    switch connection.original.transport {
    case .icmp: return 30
    case .udp: return connection.isAssured ? 120 : 30
    case .tcp: break
    }
    switch connection.state {
    case .none, .synSent: return 120
    case .synReceived: return 60
    case .established: return connection.hasReply ? settings.establishedTimeout : 300
    case .finWait, .timeWait: return 120
    case .closeWait: return settings.closeWaitTimeout
    case .lastAck: return 30
    case .close: return 10
    }
  }

  /// A new entry enters the table when its first packet leaves the machine or reaches a socket.
  ///
  /// False where the table is full.
  mutating func confirm(_ way: inout Passage) -> Bool {
    guard case .known(nil, var connection, _, false) = way.tracking else { return true }
    let known = connections.find(connection.original, at: way.now)
    if let known, !known.isReply, known.connection.reply == connection.reply {
      // Two first packets were on their way at once, and the other one was faster.
      way.tracking = .known(number: known.number, known.connection, isReply: false, isRelated: false)
      return true
    }
    if connections.count >= settings.connectionLimit {
      connections.removeAll { $0.expiry <= way.now }
      if connections.count >= settings.connectionLimit { return false }
    }
    // Tracking saw the packet before anybody changed it: the first packet of an entry is an original one.
    if case .tcp(let segment) = way.datagram.content, segment.flags.contains(.syn) { connection.state = .synSent }
    connection.expiry = way.now + timeout(connection) * 1000
    let number = connections.insert(connection, isSecond: known.map { !$0.isReply } ?? false)
    way.tracking = .known(number: number, connection, isReply: false, isRelated: false)
    let now = way.now
    way.note(.tracked, line: connection.text(at: now), did: "new")
    return true
  }
}
