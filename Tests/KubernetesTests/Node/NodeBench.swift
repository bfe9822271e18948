import Clockwork
import Kubernetes

/// etcd, kube-apiserver and one whole node; Pods are bound to it by hand.
struct NodeBench {
  static let etcd = 0
  static let apiserver = 1
  static let probe = 2
  static let kubelet = 3
  static let runtime = 4
  static let network = 5

  let version: Version
  var world: KubeWorld
  private(set) var log: [String] = []
  private(set) var rows: [(time: Time, record: Kube.Record)] = []
  private var lastID: Int64 = 0

  init(
    _ version: Version,
    images: Images = NodeBench.images,
    present: [String] = ["demo/web:1.0"],
    seed: UInt64 = 7,
    change: (inout CNI) -> Void = { _ in }
  ) {
    self.version = version
    let durations = Durations(version)
    let random = Random(seed: seed)
    var names = Random(seed: 1)
    var etcd = Etcd(apiserver: NodeBench.apiserver, revision: 1000)
    var apiserver = KubeAPIServer(version: version, durations: durations, random: random.stream("apiserver"))
    apiserver.etcd = NodeBench.etcd
    apiserver.kubelets["node1"] = NodeBench.kubelet
    let held = Bootstrap.namespace("default", version: version, random: &names) + BootstrapRoles.objects(version)
    for (index, object) in held.enumerated() {
      let stamped = object.with { $0.resourceVersion = Int64(index + 1) }
      etcd.seed(stamped)
      apiserver.seed(stamped)
    }
    apiserver.seed(watcher: NodeBench.kubelet, .pod, .node("node1"))
    var kubelet = Kubelet(
      node: NodeBench.node(),
      version: version,
      durations: durations,
      apiserver: NodeBench.apiserver,
      runtime: NodeBench.runtime,
      runtimeName: version == .then ? "docker" : "containerd",
      images: present,
      random: random.stream("kubelet")
    )
    kubelet.client.informers[0].seed([], revision: 1000)
    let store = ContainerStore(
      catalog: images,
      version: version,
      durations: durations,
      images: present,
      random: random.stream("runtime")
    )
    var network = CNI(
      node: "node1",
      plugin: version == .then ? "kubenet" : "bridge",
      podCIDR: "10.9.1.0/24",
      version: version,
      random: random.stream("cni")
    )
    change(&network)
    var cast = Cast<Kube>()
    cast.add(etcd)
    cast.add(apiserver)
    cast.add(Probe("kubectl"))
    cast.add(kubelet)
    if version == .then {
      let plugin = "kubenet"
      cast.add(
        Docker(node: "node1", kubelet: NodeBench.kubelet, network: NodeBench.network, plugin: plugin, store: store)
      )
    } else {
      let plugin = "bridge"
      cast.add(
        Containerd(node: "node1", kubelet: NodeBench.kubelet, network: NodeBench.network, plugin: plugin, store: store)
      )
    }
    cast.add(network)
    world = World(cast)
  }

  static var images: Images {
    var images = Images()
    var web = Image("demo/web:1.0")
    web.size = 72_000_000
    web.pull = 2100
    web.fuses = [Image.Fuse(variable: "CRASH_AFTER", exitCode: 3)]
    web.hasShell = true
    images.add(web)
    var busybox = Image("demo/busybox")
    busybox.hasShell = true
    busybox.exitAfter = 0
    images.add(busybox)
    return images
  }

  static func node() -> Node {
    var node = Node(metadata: ObjectMeta(name: "node1", labels: ["kubernetes.io/hostname": "node1"]))
    node.status.allocatable = ["cpu": "2", "memory": "4Gi", "pods": "110"]
    node.status.addresses = [NodeAddress(type: "InternalIP", address: "192.0.2.11")]
    return node
  }

  static func pod(_ name: String = "web", _ change: (inout Pod) -> Void = { _ in }) -> Object {
    var pod = Pod()
    pod.metadata = ObjectMeta(name: name, namespace: "default", labels: ["run": name])
    var container = Container()
    container.name = "web"
    container.image = "demo/web:1.0"
    pod.spec.containers = [container]
    pod.spec.nodeName = "node1"
    change(&pod)
    return Object(pod: pod)
  }

  static func key(_ name: String = "web") -> ObjectKey { ObjectKey(.pod, "default", name) }

  mutating func request(_ verb: APIVerb, _ key: ObjectKey, _ body: Request.Body) {
    lastID += 1
    var request = Request(id: lastID, user: "kubectl", verb: verb, key: key)
    request.body = body
    world.intervene(.tell(.request(request), to: NodeBench.probe))
  }

  mutating func create(_ pod: Object) { request(.create, pod.key, .object(pod)) }
  mutating func delete(_ name: String = "web", grace: Int64? = nil) {
    request(.delete, NodeBench.key(name), .delete(Deletion(graceSeconds: grace)))
  }

  /// Runs a command in the container of the Pod `web`.
  mutating func exec(_ command: [String]) {
    lastID += 1
    var request = Request(id: lastID, user: "kubectl", verb: .create, key: NodeBench.key())
    request.subresource = "exec"
    request.body = .exec(container: "web", command: command)
    world.intervene(.tell(.request(request), to: NodeBench.probe))
  }

  var answer: Response? { world.component(NodeBench.probe, as: Probe.self)?.responses.last }

  /// Drops what was written so far.
  mutating func forget() {
    log = []
    rows = []
  }

  /// When an action was done.
  func times(_ action: String) -> [Time] {
    log.compactMap { line in
      guard line.hasSuffix(" " + action), let end = line.firstIndex(of: " ") else { return nil }
      return Time(line[..<end])
    }
  }

  func isBefore(_ one: String, _ other: String) -> Bool {
    let first = log.firstIndex { $0.hasSuffix(" " + one) }
    let second = log.firstIndex { $0.hasSuffix(" " + other) }
    guard let first, let second else { return false }
    return first < second
  }

  /// Runs until nothing is left, or until a time.
  mutating func run(until time: Time = .never, background: Bool = false, limit: Int = 20_000) {
    for _ in 0..<limit {
      guard let next = world.nextTime(background: background), next <= time,
        let action = world.first(background: background)
      else { return }
      let offers = world.enabled(background: background)
      precondition(offers.contains(action), "the first is among the enabled")
      for address in [NodeBench.kubelet, NodeBench.runtime, NodeBench.network] {
        let all = world.offers(of: address)
        let texts = all.map { world.text(of: $0.action) }
        precondition(Set(texts).count == texts.count, "an action is offered twice: \(texts)")
        // Whoever is not asked for obstacles skips the parts whose moment has not come.
        let possible = all.filter { $0.isEnabled }.map { world.text(of: $0.action) }.sorted()
        let asked = offers.filter { $0.actor == address }.map { world.text(of: $0) }.sorted()
        precondition(background || possible == asked, "\(possible) can be done, \(asked) is offered")
      }
      let step = world.perform(action)
      log.append("\(step.time) \(world.text(of: action))")
      for record in step.records { rows.append((record.time ?? step.time, record)) }
    }
  }

  var pods: [Object] { world.component(NodeBench.apiserver, as: KubeAPIServer.self)?.list(.pod) ?? [] }
  func pod(_ name: String = "web") -> Pod? { pods.first { $0.name == name }?.pod }
  var kubelet: Kubelet? { world.component(NodeBench.kubelet, as: Kubelet.self) }

  /// What the node's components wrote and did, without numbers that a run draws.
  var story: [String] {
    rows.filter { $0.record.actor != "kubectl" && $0.record.resource != "log" }.map { _, record in
      let what = record.subresource.isEmpty ? record.resource : "\(record.resource)/\(record.subresource)"
      let event = record.resource == "events" ? String(record.note.dropFirst("Event ".count)) : ""
      let about = record.resource == "container" ? record.name : event
      return "\(record.verb) \(what) \(about)".trimmed
    }
  }

  /// What the last container states of each status patch were.
  var reports: [String] {
    rows.filter { $0.record.subresource == "status" }.map { row in
      let phase = row.record.note.split(separator: " ").first ?? ""
      let containers = row.record.note.split(separator: " ").filter { $0.contains("=") && $0.contains(",ready=") }
      return "\(phase) \(containers.joined(separator: " "))"
    }
  }

  func events(_ reason: String) -> [String] {
    rows.filter { $0.record.resource == "events" && $0.record.note.contains(" \(reason) ") }.map { $0.record.note }
  }
}

extension String {
  fileprivate var trimmed: String {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
