public import Clockwork

/// kube-apiserver checks every request, stores the result in etcd, and tells every watcher what changed.
///
/// It orders nobody.
public struct KubeAPIServer: Component {
  public typealias Model = Kube

  // MARK: State

  public let name = "kube-apiserver"
  public let role = Kube.Role.apiserver
  let version: Version
  let durations: Durations
  /// Where the kubelets are, by node: only for exec.
  public var kubelets: Table<String, Address> = [:]
  /// Servers behind kube-apiserver that answer for a whole API group (aggregation).
  public var backends: Table<String, Address> = [:]
  /// Webhooks, by `NAMESPACE/NAME` of their Service.
  public var webhooks: Table<String, Address> = [:]
  public var etcd: Address = 0
  /// All members of etcd, where there is more than one; `etcd` is the one that is spoken with.
  var members: [Address] = []
  /// How many members have failed in a row.
  var turns = 0
  /// Where the addresses of Services come from.
  public var serviceRange = CIDR(base: IPv4(0x0a60_0000), prefix: 12)
  var cache = WatchCache()
  /// Requests that kube-apiserver itself can carry on with, as they came.
  var flights: [Flight] = []
  /// Requests for which somebody else has to answer first.
  var waiting: Table<Int64, Flight> = [:]
  /// Commits of etcd's watch that no watcher has been told of.
  var commits: [Commit] = []
  /// Clients that have been authenticated, by the name that the audit log has for them.
  var identities: Table<String, Identity> = [:]
  var random: Random
  var serial: Int64 = 0
  /// Whether the servers of other API groups can be reached.
  var aggregator = Aggregator()
  /// Where kube-apiserver itself stands, as the sender of its own requests.
  var checker: Address = 0
  var sync = Sync.done
  /// Bookmarks and compaction, where they are steps.
  var history: WatchHistory?
  /// A new process serves nothing before it has read etcd once.
  private var isStarting = false

  /// After a start, or a lost watch on etcd, everything is read once.
  enum Sync: Equatable, Sendable {
    case needed(from: Time, isRetry: Bool)
    case asked(Int64)
    case done
  }

  public init(version: Version, durations: Durations, random: Random) {
    self.version = version
    self.durations = durations
    self.random = random
  }

  /// Knows an object from before the story begins.
  public mutating func seed(_ object: Object) {
    cache.seed(object)
    if object.as(APIService.self)?.spec.service != nil { aggregator.watch(object.key, from: Aggregator.period) }
  }

  /// Has a watch open from before the story begins.
  public mutating func seed(watcher client: Address, _ kind: Kind, _ selector: WatchSelector) {
    cache.add(WatchCache.Watcher(client: client, kind: kind, selector: selector), isFirst: true)
  }

  /// Makes bookmarks and the compaction of etcd steps.
  mutating func showHistory() {
    cache.keepHistory()
    history = WatchHistory()
  }

  /// What a list from the watch cache would hold.
  public func list(_ kind: Kind, _ selector: WatchSelector = .all) -> [Object] {
    cache.list(kind, namespace: "", selector)
  }

  public var revision: Int64 { cache.revision }

  /// The object as the watch cache has it.
  public func known(_ key: ObjectKey) -> Object? { cache[key] }

  /// Whether a request about the object is under way, or a change of it has not been told.
  public func isBusy(with key: ObjectKey) -> Bool {
    for flight in flights where flight.request.key == key { return true }
    for commit in commits where commit.object.key == key { return true }
    var busy = false
    // A log that is followed says nothing about the object, and may never end.
    waiting.forEach { _, flight in if flight.request.key == key, !flight.hasStreamed { busy = true } }
    return busy
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    switch message {
    case .request(let request):
      serial += 1
      flights.append(Flight(serial: serial, request: request, sender: sender, arrived: now))
    case .transacted(let reply): finish(reply)
    case .ranged(let reply): finish(reply)
    case .committed(let commit): if sender == etcd { take(commit, at: now) }
    case .unavailable(let id, let reason): unavailable(id, reason, from: sender, at: now)
    case .link(isUp: false, let by):
      if members.contains(by) { lostMember(by, at: now) } else { cache.keepHistory() }
    case .compacted(let answer): finish(answer)
    case .executed(let result): finish(result)
    case .nodeReply(let reply): finish(reply)
    case .reviewed(let answer): finish(answer)
    case .response(let response): if !finishCheck(response.id, response, at: now) { finish(response) }
    case .refused(let id, _): refuse(id, at: now)
    case .closed(let by): lost(by, at: now)
    default: break
    }
  }

  public func offers(_ offers: inout KubeOffers) {
    offerSync(&offers)
    // In their places: a flight is large, and this is asked after nearly every step.
    for place in flights.indices where flights[place].stage == .reply {
      offers.add(.reply, flights[place].subject, due: flights[place].replyAt)
      if offers.isFull { return }
    }
    if isStarting {
      offers.add(.authorize, .named("requests"), when: false, else: .notReady)
      return
    }
    if let commit = commits.first { offers.add(.notify, .object(commit.object.key)) }
    for place in flights.indices where flights[place].stage != .reply {
      offers.add(flights[place].verb, flights[place].subject)
      if offers.isFull { return }
    }
    waiting.forEach { _, flight in
      if let time = flight.giveUpAt { offers.add(flight.isCalling ? .giveUp : .reply, flight.subject, due: time) }
    }
    offerChecks(&offers)
    offerHistory(&offers)
    if offers.want == .all {
      waiting.forEach { _, flight in
        offers.add(.reply, flight.subject, when: false, else: .etcdSilent(flight.request.summary))
      }
      if flights.isEmpty, waiting.isEmpty, commits.isEmpty {
        offers.add(.authorize, .named("requests"), when: false, else: .noRequest)
      }
    }
  }

  private func offerSync(_ offers: inout KubeOffers) {
    guard case .needed(let time, let isRetry) = sync else { return }
    // A retry is periodic work: a cluster without etcd is quiet.
    offers.add(.list, .named("/registry/"), due: time, background: isRetry)
  }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    if action.verb == .list {
      serial += 1
      sync = .asked(serial)
      out.send(.range(Range(everything: serial)), to: etcd)
      return
    }
    if action.verb == .notify {
      tell(&out)
      return
    }
    if action.verb == .bookmark { return mark(&out) }
    if action.verb == .compact { return compact(action, &out) }
    if action.verb == .check, let key = action.subject.key {
      check(key, &out)
      return
    }
    if action.verb == .giveUp {
      giveUpCall(action, &out)
      return
    }
    guard let place = flights.firstIndex(where: { $0.verb == action.verb && $0.subject == action.subject }) else {
      if let flight = giveUp(action, at: out.now) { answer(flight, &out) }
      return
    }
    var flight = flights.remove(at: place)
    switch action.verb {
    case .authorize: authorize(&flight, &out)
    case .admit: admit(&flight, &out)
    case .call: call(&flight, &out)
    case .validate: validate(&flight, &out)
    case .charge: charge(&flight, &out)
    case .store: store(&flight, &out)
    case .read: read(&flight, &out)
    case .exec: exec(&flight, &out)
    case .proxy: forward(&flight, &out)
    case "hang-up":
      hangUp(flight, &out)
      return
    default:
      answer(flight, &out)
      return
    }
    if flight.stage == .waiting {
      waiting[flight.serial] = flight
    } else {
      flights.insert(flight, at: min(place, flights.count))
    }
  }

  public mutating func restart(at now: Time) {
    cache.clear()
    flights = []
    waiting = [:]
    commits = []
    aggregator.restart(at: now)
    history?.restart(at: now)
    isStarting = true
    sync = .needed(from: 0, isRetry: false)
  }

  public var state: Value {
    let flying = flights.map { Value.Entry($0.request.summary, $0.state) }
    var asked: [Value] = []
    waiting.forEach { _, flight in asked.append(.string(flight.request.summary)) }
    let untold = commits.map { Value.string($0.object.key.path) }
    return .map(
      ("requests", .map(flying)),
      ("waiting", .list(asked)),
      ("untold", .list(untold)),
      ("watchCache", cache.state)
    )
  }

  // MARK: Helpers

  /// No Event is kept for watchers (`--watch-cache-sizes` has none of them): while nobody watches, nobody is told.
  private mutating func take(_ commit: Commit, at now: Time) {
    if commit.object.kind == .event, !cache.isWatched(.event) {
      _ = cache.apply(commit, at: now)
    } else {
      commits.append(commit)
    }
  }

  /// One commit enters the watch cache; every open watch whose selector matches hears of it.
  private mutating func tell(_ out: inout KubeOutbox) {
    let commit = commits.removeFirst()
    let told = cache.apply(commit, at: out.now)
    noticeForAggregation(commit, at: out.now)
    for (client, event) in told { out.send(.watch(event), to: client) }
    out.note(Fact("fact.apiserver.told", ("count", .integer(Int64(told.count)))))
  }

  private mutating func answer(_ flight: Flight, _ out: inout KubeOutbox) {
    guard let response = flight.response else { return }
    for quota in flight.charged { out.record(Audit.charge(quota, flight)) }
    if out.isTelling, let record = Audit.record(flight, response) { out.record(record) }
    out.note(Fact("fact.apiserver.code", ("code", .integer(response.code)), ("to", .string(flight.request.user))))
    out.send(.response(response), to: flight.sender)
    if flight.request.since > 0, response.isSuccess { resume(flight, &out) }
  }

  private mutating func finish(_ reply: Transacted) {
    guard var flight = waiting.removeValue(for: reply.id) else { return }
    flight.member = nil
    flight.tries = 0
    settle(&flight, reply)
    flights.append(flight)
  }

  private mutating func finish(_ reply: Ranged) {
    if sync == .asked(reply.id) {
      commits = cache.replace(reply.objects, revision: reply.revision)
      sync = .done
      turns = 0
      isStarting = false
      return
    }
    guard var flight = waiting.removeValue(for: reply.id) else { return }
    flight.member = nil
    flight.tries = 0
    settle(&flight, reply)
    flights.append(flight)
  }

  private mutating func finish(_ result: ExecResult) {
    guard var flight = waiting.removeValue(for: result.id) else { return }
    if result.failure.isEmpty {
      flight.succeed(result.exitCode == 0 ? 200 : 299, nil)
      flight.response?.message = result.output
      flight.response?.revision = result.exitCode
    } else {
      flight.fail(500, "InternalError", result.failure)
    }
    flights.append(flight)
  }

  /// A server behind this one has answered; its answer is passed on under the client's own number.
  private mutating func finish(_ response: Response) {
    guard var flight = waiting.removeValue(for: response.id) else { return }
    var answer = response
    answer.id = flight.request.id
    flight.response = answer
    flight.stage = .reply
    flights.append(flight)
  }

  /// Whoever was asked is not there: etcd (clients wait until kube-apiserver gives up), or a kubelet.
  private mutating func refuse(_ id: Int64, at now: Time) {
    if sync == .asked(id) { return turn(at: now) }
    if history?.asked == id { history?.asked = nil }
    if finishCheck(id, nil, at: now) { return }
    guard var flight = waiting.removeValue(for: id) else { return }
    if flight.isCalling {
      refuseCall(&flight)
      flights.append(flight)
      return
    }
    if tryNext(&flight, at: now) {
      flights.append(flight)
      return
    }
    flight.member = nil
    if !flight.request.path.isEmpty {
      reportHealth(&flight, isGood: false)
      flight.replyAt = now + durations.healthTimeout
    } else if isAggregated(flight.request.kind) {
      refuseGroup(&flight)
    } else if !flight.logURL.isEmpty {
      loseLog(&flight)
    } else if flight.node != nil {
      flight.fail(500, "InternalError", ExecText.unreachable(cache, flight.request.key))
    } else {
      flight.fail(500, "", "etcdserver: request timed out")
      flight.replyAt = now + durations.etcdTimeout
    }
    flights.append(flight)
  }

  private mutating func lost(_ peer: Address, at now: Time) {
    if members.contains(peer) { return lostMember(peer, at: now) }
    if peer == etcd {
      for id in waiting.keys where waiting[id]?.member == peer { refuse(id, at: now) }
      history?.asked = nil
      turn(at: now)
      return
    }
    for id in waiting.keys where waiting[id]?.node == peer { refuse(id, at: now) }
    hangUp(on: peer)
    lostBackend(peer, at: now)
    cache.forget(peer)
    flights.removeAll { $0.sender == peer && $0.stage != .hangUp }
  }
}

extension Verb {
  fileprivate static let list: Verb = "list"
}

extension Obstacle {
  fileprivate static var noRequest: Obstacle { Obstacle("obstacle.apiserver.no-request") }
  fileprivate static var notReady: Obstacle { Obstacle("obstacle.apiserver.not-ready") }
  fileprivate static func etcdSilent(_ request: String) -> Obstacle {
    Obstacle("obstacle.apiserver.waiting", ("request", .string(request)))
  }
}
