import Clockwork
import Kubernetes

/// A client that sends what a test tells it to send, and keeps what it hears.
struct Probe: Component {
  typealias Model = Kube

  let name: String
  let role: Kube.Role
  let apiserver: Address
  private(set) var toSend: [Request] = []
  private(set) var responses: [Response] = []
  private(set) var events: [WatchEvent] = []
  private(set) var refusals: [Int64] = []

  init(_ name: String, role: Kube.Role = .kubectl, apiserver: Address = 1) {
    self.name = name
    self.role = role
    self.apiserver = apiserver
  }

  mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    switch message {
    // A test tells the probe what to send.
    case .request(let request): toSend.append(request)
    case .response(let response): responses.append(response)
    case .watch(let event): events.append(event)
    case .refused(let id, _): refusals.append(id)
    default: break
    }
  }

  func offers(_ offers: inout KubeOffers) {
    if let request = toSend.first { offers.add("send", .named("\(request.id)")) }
  }

  mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    out.send(.request(toSend.removeFirst()), to: apiserver)
  }

  mutating func restart(at now: Time) {}
  var state: Value { .map(("responses", .integer(Int64(responses.count))), ("events", .integer(Int64(events.count)))) }
}

/// etcd, kube-apiserver and probes: as much of a cluster as the tests of the control plane need.
struct Bench {
  static let etcd = 0
  static let apiserver = 1
  var world: KubeWorld
  private var lastID: Int64 = 0
  private(set) var rows: [Kube.Record] = []
  private(set) var log: [String] = []

  init(_ version: Version = .now, probes: Int = 2) {
    var random = Random(seed: 1)
    var etcd = Etcd(apiserver: Bench.apiserver, revision: 1000)
    var apiserver = KubeAPIServer(version: version, durations: Durations(version), random: Random(seed: 2))
    apiserver.etcd = Bench.etcd
    for (index, object) in Bootstrap.namespace("default", version: version, random: &random).enumerated() {
      let stamped = object.with { $0.resourceVersion = Int64(index + 1) }
      etcd.seed(stamped)
      apiserver.seed(stamped)
    }
    var cast = Cast<Kube>()
    cast.add(etcd)
    cast.add(apiserver)
    for number in 0..<probes { cast.add(Probe("probe\(number)")) }
    world = World(cast)
  }

  func probe(_ number: Int) -> Probe {
    guard let probe = world.component(2 + number, as: Probe.self) else { fatalError("no probe \(number)") }
    return probe
  }

  var apiserver: KubeAPIServer {
    guard let found = world.component(Bench.apiserver, as: KubeAPIServer.self) else { fatalError("no apiserver") }
    return found
  }

  func stored(_ key: ObjectKey) -> Object? { world.component(Bench.etcd, as: Etcd.self)?[key] }

  /// A request with the next number, not sent yet.
  mutating func request(_ verb: APIVerb, _ key: ObjectKey, _ body: Request.Body = .none, sub: String = "") -> Request {
    lastID += 1
    var request = Request(id: lastID, user: "tester", verb: verb, key: key)
    request.body = body
    request.subresource = sub
    return request
  }

  /// Lets a probe send a request, and runs until nothing is left to do; the answer.
  mutating func send(_ request: Request, by number: Int = 0) -> Response? {
    post(request, by: number)
    run()
    return probe(number).responses.last { $0.id == request.id }
  }

  /// Puts a request on the wire without running anything else.
  mutating func post(_ request: Request, by number: Int = 0) {
    world.intervene(.tell(.request(request), to: 2 + number))
  }

  mutating func run(limit: Int = 10_000) {
    for _ in 0..<limit {
      guard let action = world.first() else { return }
      log.append(world.text(of: action))
      rows += world.perform(action).records
    }
  }

  static func pod(_ name: String = "web", node: String = "") -> Object {
    var pod = Pod()
    pod.metadata = ObjectMeta(name: name, namespace: "default", labels: ["run": name])
    var container = Container()
    container.name = "web"
    container.image = "demo/web:1.0"
    pod.spec.containers = [container]
    pod.spec.nodeName = node
    return Object(pod: pod)
  }

  static func key(_ name: String = "web") -> ObjectKey { ObjectKey(.pod, "default", name) }
}
