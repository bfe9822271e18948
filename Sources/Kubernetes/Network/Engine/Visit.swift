public import Clockwork

/// One try of a client to get something: a connection, a question and its answer.
public struct Visit: Equatable, Sendable {
  public enum Outcome: Equatable, Sendable {
    case answered(String)
    case refused
    case reset
    /// The connection was closed without an answer.
    case closed
    case timedOut(isConnected: Bool)
    case unreachable(ICMPMessage.Kind)

    /// What a curl of that fate says, and the status it exits with.
    public func text(_ host: String, _ port: UInt16, after elapsed: Time) -> (line: String, status: Int64) {
      let failed = "Failed to connect to \(host) port \(port) after \(elapsed) ms"
      switch self {
      case .answered(let text): return (text, 0)
      case .refused: return ("curl: (7) \(failed): Connection refused", 7)
      case .reset: return ("curl: (56) Recv failure: Connection reset by peer", 56)
      case .closed: return ("curl: (52) Empty reply from server", 52)
      case .timedOut(let isConnected):
        if isConnected {
          return ("curl: (28) Operation timed out after \(elapsed) milliseconds with 0 bytes received", 28)
        }
        return ("curl: (28) \(failed): Timeout was reached", 28)
      case .unreachable(let kind):
        switch kind {
        case .netUnreachable, .netProhibited: return ("curl: (7) \(failed): Network is unreachable", 7)
        case .portUnreachable: return ("curl: (7) \(failed): Connection refused", 7)
        default: return ("curl: (7) \(failed): No route to host", 7)
        }
      }
    }

    /// One word for lists and questions.
    public var word: String {
      switch self {
      case .answered: "answered"
      case .refused: "refused"
      case .reset: "reset"
      case .closed: "closed"
      case .timedOut: "timeout"
      case .unreachable(let kind): kind == .portUnreachable ? "refused" : "unreachable"
      }
    }
  }

  public var number: Int64
  public var process: String
  public var request: String
  /// More datagrams from the same socket, each with an answer of its own.
  public var others: [String] = []
  var heard: [String] = []
  /// How long an unanswered datagram is waited for; nothing where each wait is twice the last.
  var pause: Time? = nil
  public var tuple: FlowTuple
  public var startedAt: Time
  public var deadline: Time
  /// When the last unanswered packet is sent again, and how often it was.
  var nextTry: Time
  var tries: Int = 0
  public internal(set) var isConnected: Bool = false
  public internal(set) var outcome: Outcome?
  public internal(set) var endedAt: Time = 0

  /// What has been asked and not been answered.
  var unanswered: [String] {
    ([request] + others).filter { question in !heard.contains { DNSMessage.isReply($0, to: question) } }
  }

  /// When the visit next has something to do by itself.
  var due: Time { outcome == nil ? min(nextTry, deadline) : .never }
}

extension NetworkNamespace {
  /// How long a client waits, as the clients of the lessons are told to.
  public static let patience: Time = 5_000

  /// A process begins a visit; its first packet is sent at once.
  mutating func visit(
    _ transport: TransportProtocol,
    _ destination: IPv4,
    _ port: UInt16,
    request: String,
    others: [String] = [],
    process: String,
    number: Int64,
    patience: Time,
    pause: Time? = nil,
    _ way: inout Passage
  ) {
    let route = routes.lookup(destination)
    let isReachable = route.map { $0.kind == .unicast || $0.kind == .local || $0.kind == .broadcast } ?? false
    let source = route.map { self.source(for: destination, $0) } ?? .any
    let tuple = FlowTuple(transport, source, freePort(&way), destination, transport == .icmp ? 0 : port)
    var visit = Visit(
      number: number,
      process: process,
      request: request,
      tuple: tuple,
      startedAt: way.now,
      deadline: way.now + patience,
      nextTry: way.now + (pause ?? 1000)
    )
    visit.others = others
    visit.pause = pause
    if transport == .icmp { visit.tuple.destinationPort = visit.tuple.sourcePort }
    guard isReachable else {
      visit.outcome = .unreachable(.netUnreachable)
      visit.endedAt = way.now
      visits.append(visit)
      return
    }
    visits.append(visit)
    if transport == .tcp {
      var socket = Socket(tuple, state: .synSent, process: process)
      socket.isClient = true
      socket.sent = Socket.firstNumber(tuple)
      sockets.append(socket)
      say(.syn, "", sockets.count - 1, &way)
    } else {
      ask(visit, &way)
    }
  }

  private func freePort(_ way: inout Passage) -> UInt16 {
    while true {
      let port = UInt16(32_768 + way.dice.number(below: 28_232))
      if !sockets.contains(where: { $0.localPort == port }) { return port }
    }
  }

  private func ask(_ visit: Visit, _ way: inout Passage) {
    let tuple = visit.tuple
    var contents: [Datagram.Content] = []
    if tuple.transport == .udp {
      contents = visit.unanswered.map { data in
        .udp(UDPMessage(sourcePort: tuple.sourcePort, destinationPort: tuple.destinationPort, words: data))
      }
    } else {
      contents = [.icmp(ICMPMessage(.echoRequest, identifier: tuple.sourcePort, sequence: UInt16(visit.tries + 1)))]
    }
    for content in contents {
      way.created.append(Datagram(source: tuple.source, destination: tuple.destination, content: content))
    }
  }

  /// A socket tells the process that holds it.
  mutating func hear(_ tuple: FlowTuple, _ event: SocketEvent, _ way: inout Passage) {
    guard let place = visits.firstIndex(where: { $0.tuple == tuple && $0.outcome == nil }) else { return }
    switch event {
    case .connected:
      visits[place].isConnected = true
      visits[place].tries = 0
      visits[place].nextTry = way.now + 1000
      if let socket = sockets.firstIndex(where: { !$0.isListening && $0.tuple == tuple }) {
        say([.push, .ack], visits[place].request, socket, &way)
      }
    case .received(let text):
      visits[place].heard.append(text)
      if visits[place].tuple.transport != .udp || visits[place].unanswered.isEmpty {
        end(place, .answered(visits[place].heard.joined(separator: "\n")), way.now)
      }
    case .refused: end(place, .refused, way.now)
    case .reset: end(place, .reset, way.now)
    case .closed: end(place, .closed, way.now)
    case .unreachable(let kind): end(place, .unreachable(kind), way.now)
    }
  }

  private mutating func end(_ place: Int, _ outcome: Visit.Outcome, _ now: Time) {
    visits[place].outcome = outcome
    visits[place].endedAt = now
  }

  /// A visit without an answer tries once more, or gives up.
  mutating func retry(visit number: Int64, _ way: inout Passage) {
    guard let place = visits.firstIndex(where: { $0.number == number && $0.outcome == nil }) else { return }
    let visit = visits[place]
    let socket = sockets.firstIndex { !$0.isListening && $0.tuple == visit.tuple }
    guard way.now < visit.deadline else {
      end(place, .timedOut(isConnected: visit.isConnected), way.now)
      if let socket { sockets.remove(at: socket) }
      return
    }
    visits[place].tries += 1
    // Each wait is twice the last one.
    visits[place].nextTry = way.now + (visit.pause ?? 1000 << Time(min(visits[place].tries, 6)))
    guard visit.tuple.transport == .tcp else { return ask(visits[place], &way) }
    guard let socket else { return }
    let length = UInt32(visit.isConnected ? visit.request.utf8.count : 1)
    sockets[socket].sent &-= length
    say(visit.isConnected ? [.push, .ack] : .syn, visit.isConnected ? visit.request : "", socket, &way)
  }
}
