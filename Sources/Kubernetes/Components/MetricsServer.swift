import Clockwork

/// metrics-server asks every kubelet for its last readings, keeps two points of each container, and answers for them.
///
/// It is an ordinary process in a Pod. It measures nothing, stores nothing in etcd, and nobody sends it anything unasked.
public struct MetricsServer: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name = "metrics-server"
  public let role = Kube.Role.metrics
  let version: Version
  let text: Text
  public var client: Client
  /// Who listens at port 10250 of a node.
  var kubelets: Table<String, Address> = [:]
  private(set) var store: MetricsStore
  /// When the next round begins, and when this one is over at the latest.
  private var next: Time
  private var round: Round?
  private var lastID: Int64 = 0
  private var asked: [Asked] = []

  /// All nodes are asked at once; what they say is stored together.
  private struct Round: Sendable {
    var begun: Time
    var waiting: [String]
    var calls: Table<Int64, String> = [:]
    var batches: Table<String, MetricsStore.Batch> = [:]
    /// Lines for the log about nodes that did not answer.
    var failures: [String] = []
    var isDone: Bool { waiting.isEmpty && calls.isEmpty }
  }

  private struct Asked: Sendable {
    var request: Request
    var sender: Address
    var subject: Kube.Subject {
      request.name.isEmpty ? .named(request.kind.printedResource) : .object(request.key)
    }
  }

  public init(version: Version, resolution: Time, apiserver: Address, random: Random) {
    self.version = version
    text = Text(version)
    client = Client(
      apiserver: apiserver,
      user: "system:serviceaccount:kube-system:metrics-server",
      informers: [Informer(.node), Informer(.pod)]
    )
    store = MetricsStore(version: version, resolution: resolution)
    var random = random
    next = Time(random.next(below: Int(max(1, resolution / 10)))) * 10 + 3
  }

  /// Has been at work for a while: holds the two last points of every node when the story begins.
  mutating func seed(_ cadvisors: Table<String, CAdvisor>) {
    var before: Table<String, MetricsStore.Batch> = [:]
    var last: Table<String, MetricsStore.Batch> = [:]
    cadvisors.forEach { node, cadvisor in
      guard let root = cadvisor.root, let first = root.previous, let rate = root.rate else { return }
      for sample in [first, root.last] {
        let cpu = version == .then ? rate : sample.usage * 1000
        let point = MetricsStore.Point(startedAt: nil, at: sample.at, cpu: cpu, memory: sample.workingSet)
        if sample == first {
          before[node] = MetricsStore.Batch(node: point)
        } else {
          last[node] = MetricsStore.Batch(node: point)
        }
      }
    }
    store.store(before)
    store.store(last)
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    switch message {
    case .request(let request): asked.append(Asked(request: request, sender: sender))
    case .nodeReply(let reply): take(reply)
    case .refused(let id, _) where round?.calls[id] != nil: fail(id)
    default:
      if case .closed(let by) = message { lose(by) }
      _ = client.receive(message, at: now)
    }
  }

  public func offers(_ offers: inout KubeOffers) {
    client.offers(&offers)
    for informer in client.informers {
      if let event = informer.next { offers.add(.observe, .object(event.object.key)) }
    }
    if let first = asked.first { offers.add(.answer, first.subject) }
    if let round {
      for node in round.waiting {
        offers.add(.scrape, .object(ObjectKey(.node, "", node)), background: true)
      }
      let due = round.isDone ? round.begun : round.begun + MetricsServer.timeout
      offers.add(.store, .named("metrics"), when: round.waiting.isEmpty, due: due, background: true, else: .notAllAsked)
    } else {
      let node = client.informers[0].objects.first?.key
      offers.add(.scrape, node.map { .object($0) } ?? .named("nodes"), due: next, background: true)
    }
    if offers.want == .all, asked.isEmpty {
      offers.add(.answer, .named("pods.metrics.k8s.io"), when: false, else: .nobodyAsks)
    }
  }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    if client.perform(action, &out) { return }
    switch action.verb {
    case .observe:
      for index in client.informers.indices {
        guard let event = client.informers[index].next, .object(event.object.key) == action.subject else { continue }
        _ = client.informers[index].handle()
        return
      }
    case .scrape: scrape(action.subject, &out)
    case .store: keep(&out)
    case .answer: answer(&out)
    default: break
    }
  }

  /// Everything it knew was in its memory.
  public mutating func restart(at now: Time) {
    client.restart()
    store = MetricsStore(version: version, resolution: store.resolution)
    round = nil
    asked = []
    next = now
  }

  public var state: Value {
    var pods: [Value.Entry] = []
    store.lastPods.forEach { key, containers in
      let points = store.previousPods[key] == nil && version == .now ? 1 : version == .now ? 2 : 1
      pods.append(Value.Entry(key.qualifiedName, .integer(Int64(points * containers.count))))
    }
    let nodes = store.lastNodes.keys.map { Value.string($0) }
    return .map(
      ("next", .integer(next)),
      ("ready", .bool(store.isReady)),
      ("nodes", .list(nodes)),
      ("points", .map(pods)),
      ("watches", client.state)
    )
  }

  // MARK: Rounds

  /// How long a kubelet has for its answer (`--kubelet-request-timeout`).
  private static let timeout: Time = 10_000

  /// Asks one kubelet; the first of a round opens it.
  private mutating func scrape(_ subject: Kube.Subject, _ out: inout KubeOutbox) {
    if round == nil {
      let names = client.informers[0].objects.map { $0.name }
      round = Round(begun: out.now, waiting: names)
      next += store.resolution
      if next <= out.now { next = out.now + store.resolution }
    }
    guard let node = subject.key?.name, round?.waiting.contains(node) == true else { return }
    round?.waiting.removeAll { $0 == node }
    lastID += 1
    guard let kubelet = kubelets[node] else {
      round?.failures.append(node)
      return
    }
    round?.calls[lastID] = node
    let operation: NodeCall.Operation = version == .then ? .summary : .resourceMetrics
    out.send(.nodeCall(NodeCall(id: lastID, operation)), to: kubelet)
  }

  private mutating func take(_ reply: NodeReply) {
    guard let node = round?.calls.removeValue(for: reply.id) else { return }
    if reply.code == 200 {
      let batch =
        version == .then
        ? MetricsStore.Batch(summary: reply.text) : MetricsStore.Batch(resourceMetrics: reply.text)
      round?.batches[node] = batch
    } else {
      round?.failures.append(node)
    }
  }

  private mutating func fail(_ id: Int64) {
    if let node = round?.calls.removeValue(for: id) { round?.failures.append(node) }
  }

  /// A kubelet has stopped while it was being asked.
  private mutating func lose(_ peer: Address) {
    for id in round?.calls.keys ?? [] {
      if let node = round?.calls[id], kubelets[node] == peer { fail(id) }
    }
  }

  /// The round is over: its answers take the place of what was there.
  private mutating func keep(_ out: inout KubeOutbox) {
    guard let round else { return }
    self.round = nil
    var failures = round.failures
    round.calls.forEach { _, node in failures.append(node) }
    for node in failures { log(node, &out) }
    store.store(round.batches)
    out.note(Fact("fact.metrics.stored", ("nodes", .integer(Int64(round.batches.count)))))
    if !failures.isEmpty {
      out.note(Fact("fact.metrics.unreachable", ("nodes", .string(failures.joined(separator: ", ")))))
    }
  }

  private func log(_ node: String, _ out: inout KubeOutbox) {
    var record = Kube.Record(actor: name, verb: "scrape", resource: "log")
    record.subresource = "scraper.go"
    record.name = node
    let address = client.informers[0][ObjectKey(.node, "", node)]?.node?.status.address("InternalIP") ?? node
    record.note = text.scrapeFailed(node, address)
    out.record(record)
  }

  // MARK: Answers

  private mutating func answer(_ out: inout KubeOutbox) {
    guard !asked.isEmpty else { return }
    let first = asked.removeFirst()
    let response = response(to: first.request, at: out.now)
    out.note(Fact("fact.metrics.told", ("count", .integer(Int64(response.objects.count)))))
    out.send(.response(response), to: first.sender)
  }

  private func response(to request: Request, at now: Time) -> Response {
    var response = Response(id: request.id, code: 200, about: request.key)
    if request.subresource == APIDiscovery.subresource {
      // The Service has no ready endpoint as long as the readiness probe fails.
      if !store.isReady { response.refuse(503, "ServiceUnavailable", "no metrics to serve") }
      return response
    }
    guard request.verb == .get || request.verb == .list else {
      response.refuse(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")
      return response
    }
    let measured = request.kind == .nodeMetrics ? nodes(request, now) : pods(request, now)
    if request.verb == .list {
      response.objects = measured
    } else if let object = measured.first {
      response.object = object
    } else {
      response.refuse(404, "NotFound", text.noMetrics(request.key, known: knows(request)))
    }
    return response
  }

  private func knows(_ request: Request) -> Bool {
    let informer = client.informers[request.kind == .nodeMetrics ? 0 : 1]
    let kind: Kind = request.kind == .nodeMetrics ? .node : .pod
    return informer[ObjectKey(kind, request.namespace, request.name)] != nil
  }

  private func pods(_ request: Request, _ now: Time) -> [Object] {
    var found: [Object] = []
    for object in client.informers[1].objects.sorted(by: { $0.key < $1.key }) {
      guard let pod = object.pod, request.wants(object, named: request.name) else { continue }
      // "Then" a Pod that is not Running was left out whatever was known of it.
      if version == .then, pod.status.phase != "Running" { continue }
      guard let usage = store.usage(of: object.key) else { continue }
      var metrics = PodMetrics()
      metrics.metadata = metadata(object, now)
      for part in usage {
        metrics.containers.append(PodMetrics.Usage(name: part.container, usage: MetricsServer.amounts(part.usage)))
      }
      let oldest = usage.min { $0.usage.at < $1.usage.at }?.usage
      metrics.timestamp = Timestamp(oldest?.at ?? now)
      metrics.window = GoDuration.text(oldest?.window ?? 0)
      found.append(Object(metrics))
    }
    return found
  }

  private func nodes(_ request: Request, _ now: Time) -> [Object] {
    var found: [Object] = []
    for object in client.informers[0].objects.sorted(by: { $0.key < $1.key }) {
      guard request.wants(object, named: request.name), let usage = store.usage(ofNode: object.name) else { continue }
      var metrics = NodeMetrics()
      metrics.metadata = metadata(object, now)
      metrics.usage = MetricsServer.amounts(usage)
      metrics.timestamp = Timestamp(usage.at)
      metrics.window = GoDuration.text(usage.window)
      found.append(Object(metrics))
    }
    return found
  }

  private func metadata(_ object: Object, _ now: Time) -> ObjectMeta {
    var metadata = ObjectMeta(name: object.name, namespace: object.namespace)
    metadata.creationTimestamp = Timestamp(now)
    if version == .now { metadata.labels = object.metadata.labels }
    return metadata
  }

  /// Usage in the units in which it is kept: `220000000n`, `34816Ki`.
  private static func amounts(_ usage: MetricsStore.Usage) -> ResourceList {
    let memory = usage.memory % 1024 == 0 ? "\(usage.memory / 1024)Ki" : "\(usage.memory)"
    return ["cpu": usage.cpu == 0 ? "0" : "\(usage.cpu)n", "memory": memory]
  }
}

extension Request {
  /// Whether a Pod or node is among those whose measurements are wanted.
  fileprivate func wants(_ object: Object, named name: String) -> Bool {
    if !namespace.isEmpty, object.namespace != namespace { return false }
    if verb == .get { return object.name == name }
    guard let labels else { return true }
    return labels.matches(object.metadata.labels)
  }
}

extension Response {
  fileprivate mutating func refuse(_ code: Int64, _ reason: String, _ message: String) {
    self.code = code
    self.reason = reason
    self.message = message
  }
}

extension Verb {
  fileprivate static let scrape: Verb = "scrape"
  fileprivate static let answer: Verb = "answer"
}

extension Obstacle {
  fileprivate static var nobodyAsks: Obstacle { Obstacle("obstacle.metrics.nobody-asks") }
  fileprivate static var notAllAsked: Obstacle { Obstacle("obstacle.metrics.not-all-asked") }
}
