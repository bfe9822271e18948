import Clockwork

/// CoreDNS answers questions for names out of what it has heard of Services, their endpoints and namespaces.
///
/// It is an ordinary process in a Pod: it watches like everybody else, and no question reaches kube-apiserver. The Pods
/// of one node share what the process of the node knows.
public struct CoreDNS: Component, Watching {
  public typealias Model = Kube

  /// A question that somebody above has been asked.
  private struct Forwarded: Sendable {
    var question: DNSMessage
    var datagram: SocketDatagram
    /// The alias that led out of the cluster.
    var alias: [DNSMessage.Record]
  }

  private struct Held: Sendable {
    var message: DNSMessage
    var until: Time
  }

  // MARK: State

  public let name: String
  public let role = Kube.Role.dns
  public var client: Client
  private let kernel: Address
  /// Who is asked for names of the world outside.
  private let upstream: IPv4
  /// How long answers are kept; the cluster's own are not where it is 0.
  private let keeping: Time
  /// The Pods here whose process runs.
  private var pods: [String] = []
  private var zone = ClusterZone()
  /// Whether every list has come once since the process began.
  private var hasSynced = false
  private var asked: [SocketDatagram] = []
  private var held: Table<String, Held> = [:]
  private var forwarded: Table<Int64, Forwarded> = [:]
  private var ends: [VisitEnd] = []
  private var lastNumber: Int64 = 0
  private var random: Random

  public init(
    node: String,
    version: Version,
    apiserver: Address,
    kernel: Address,
    upstream: IPv4,
    keeping: Time,
    random: Random
  ) {
    name = "coredns@\(node)"
    self.kernel = kernel
    self.upstream = upstream
    self.keeping = keeping
    self.random = random
    let endpoints = Informer(version == .then ? .endpoints : .endpointSlice)
    client = Client(apiserver: apiserver, user: name, informers: [Informer(.service), endpoints, Informer(.namespace)])
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    switch message {
    case .process(let news): take(news)
    case .datagram(let datagram):
      if pods.contains(datagram.pod), DNSMessage(data: datagram.data) != nil { asked.append(datagram) }
    case .visited(let end): ends.append(end)
    default: _ = client.receive(message, at: now)
    }
  }

  public func offers(_ offers: inout KubeOffers) {
    guard !pods.isEmpty else { return offers.add(.answer, .named("names"), when: false, else: .noProcess) }
    client.offers(&offers)
    for informer in client.informers {
      if let event = informer.next { offers.add(.observe, .object(event.object.key)) }
    }
    if let question = ends.first.flatMap({ forwarded[$0.number]?.question }) { offers.add(.answer, subject(question)) }
    if let question = asked.first.flatMap({ DNSMessage(data: $0.data) }) {
      offers.add(isOurs(question, offers.now) ? .answer : .forward, subject(question))
    }
    if offers.want == .all, offers.list.isEmpty { offers.add(.answer, .named("names"), when: false, else: .nobodyAsks) }
  }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    if client.perform(action, &out) { return }
    switch action.verb {
    case .observe: observe(action, &out)
    case .forward: forward(&out)
    case .answer:
      if let end = ends.first, let question = forwarded[end.number]?.question, subject(question) == action.subject {
        pass(end, &out)
      } else {
        answer(&out)
      }
    default: break
    }
  }

  /// A new process knows nothing; the Pods are where they were.
  public mutating func restart(at now: Time) { begin() }

  public var state: Value {
    .map(
      ("pods", .list(pods.map { .string($0) })),
      ("questions", .integer(Int64(asked.count))),
      ("kept", .integer(Int64(held.count))),
      ("synced", .bool(hasSynced)),
      ("watches", client.state)
    )
  }

  // MARK: Helpers

  private mutating func take(_ news: ProcessNews) {
    let isFirst = pods.isEmpty
    pods.removeAll { $0 == news.pod }
    if news.isRunning { pods.append(news.pod) }
    if isFirst || pods.isEmpty { begin() }
  }

  private mutating func begin() {
    client.restart()
    zone = ClusterZone()
    hasSynced = false
    asked = []
    held = [:]
    forwarded = [:]
    ends = []
  }

  private mutating func observe(_ action: KubeAction, _ out: inout KubeOutbox) {
    for index in client.informers.indices {
      guard let event = client.informers[index].next, .object(event.object.key) == action.subject,
        let (event, _) = client.informers[index].handle()
      else { continue }
      zone.take(event.object, isGone: event.type == .deleted)
      return
    }
  }

  private func subject(_ question: DNSMessage) -> Kube.Subject { .named("\(question.kind.rawValue)/\(question.name)") }

  /// Whether the answer is here: kept from the last time, or a matter of the cluster.
  private func isOurs(_ question: DNSMessage, _ now: Time) -> Bool {
    if let known = held[key(question)], known.until > now { return true }
    switch zone.answer(question.name) {
    case .elsewhere: return false
    case .alias(let goal): return question.kind == .alias || zone.answer(goal) != .elsewhere
    default: return true
    }
  }

  private func key(_ question: DNSMessage) -> String { "\(question.kind.rawValue) \(question.name)" }

  private mutating func answer(_ out: inout KubeOutbox) {
    guard !asked.isEmpty else { return }
    let datagram = asked.removeFirst()
    guard let question = DNSMessage(data: datagram.data) else { return }
    if let known = held[key(question)], known.until > out.now {
      var reply = known.message
      reply.id = question.id
      let left = max(0, (known.until - out.now) / 1000)
      for index in reply.answers.indices { reply.answers[index].ttl = min(reply.answers[index].ttl, left) }
      reply.answers = ClusterZone.mixed(reply.answers, &random)
      out.note(Fact("fact.dns.kept", ("seconds", .integer(left))))
      return say(reply, datagram, &out)
    }
    hasSynced = hasSynced || !client.informers.contains { $0.phase != .watching || $0.isBehind }
    guard let reply = zone.reply(to: question, at: out.now, &random) else { return }
    if reply.status != .noError, !hasSynced {
      // It cannot know yet that there is no such name.
      return say(question.reply(.serverFailure), datagram, &out)
    }
    if keeping > 0 { held[key(question)] = Held(message: reply, until: out.now + keeping) }
    say(reply, datagram, &out)
  }

  private mutating func forward(_ out: inout KubeOutbox) {
    guard !asked.isEmpty else { return }
    let datagram = asked.removeFirst()
    guard let question = DNSMessage(data: datagram.data) else { return }
    var alias: [DNSMessage.Record] = []
    var wanted = question
    if case .alias(let goal) = zone.answer(question.name) {
      alias = [DNSMessage.Record(question.name, .alias, ttl: ClusterZone.ttl, "\(goal).")]
      wanted.name = goal
    }
    lastNumber += 1
    forwarded[lastNumber] = Forwarded(question: question, datagram: datagram, alias: alias)
    var order = VisitOrder(
      number: lastNumber,
      pod: datagram.pod,
      namespace: datagram.namespace,
      transport: .udp,
      destination: upstream,
      port: 53,
      path: wanted.data,
      text: subject(wanted).description,
      host: "",
      patience: NameLookup.forwardPatience
    )
    order.isFromProcess = true
    out.note(Fact("fact.dns.forwarded", ("name", .string(wanted.name)), ("server", .string(upstream.text))))
    out.send(.visit(order), to: kernel)
  }

  /// What came from above goes to whoever asked; where nothing came, that is said.
  private mutating func pass(_ end: VisitEnd, _ out: inout KubeOutbox) {
    ends.removeAll { $0 == end }
    guard let old = forwarded.removeValue(for: end.number) else { return }
    guard let above = end.answer.flatMap({ DNSMessage(data: $0) }) else {
      return say(old.question.reply(.serverFailure, own: false), old.datagram, &out)
    }
    var reply = old.question.reply(above.status, old.alias + above.answers, own: false)
    let longest = max(keeping, 30_000)
    for index in reply.answers.indices { reply.answers[index].ttl = min(reply.answers[index].ttl, longest / 1000) }
    held[key(old.question)] = Held(message: reply, until: out.now + longest)
    say(reply, old.datagram, &out)
  }

  private func say(_ reply: DNSMessage, _ datagram: SocketDatagram, _ out: inout KubeOutbox) {
    var answer = datagram
    answer.data = reply.data
    out.note(reply.fact)
    out.send(.datagram(answer), to: kernel)
  }
}

extension Verb {
  fileprivate static let answer: Verb = "answer"
  fileprivate static let forward: Verb = "forward"
}

extension Obstacle {
  fileprivate static var noProcess: Obstacle { Obstacle("obstacle.dns.no-process") }
  fileprivate static var nobodyAsks: Obstacle { Obstacle("obstacle.dns.nobody-asks") }
}
