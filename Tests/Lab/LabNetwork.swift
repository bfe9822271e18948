import Clockwork
import Kubernetes

/// A network for the laboratory: nodes with bridges and Pods as the plugins make them, and Services.
struct LabNetwork {
  struct Pod {
    var name: String
    var address: IPv4
    var node: Int
    /// Whether something answers on the port of the Services.
    var listens: Bool
    /// A second container, which listens beside the first.
    var hasSide = false
    /// Rules can lead to a Pod that is gone.
    var exists = true
  }

  struct Service {
    var name: String
    var address: IPv4
    var nodePort: UInt16
    var backends: [Int]
    var isLocal: Bool
    /// Whether a client stays with its backend.
    var isSticky = false
    var isInternalLocal = false
    var externalIPs: [IPv4] = []
    /// The address of a load balancer, and who may use it.
    var balancer: IPv4?
    var sourceRanges: [String] = []
    var healthCheckPort: Int64 = 0

    /// Where it can be reached beside its own address and the nodes'.
    var others: [IPv4] { externalIPs + (balancer.map { [$0] } ?? []) }
  }

  var nodes: [(name: String, address: IPv4)] = []
  var pods: [Pod] = []
  var services: [Service] = []
  var version = Version.now
  var bridgeCallsRules = true
  var routesLoopback = true
  /// What lets a Pod reach itself through its Service.
  var hairpin = true
  /// What did so too, until kernels no longer tracked what only such a bridge passes up.
  var isPromiscuous = false
  /// Whether the laboratory's kernel still does.
  static let isOldKernel = CommandLine.arguments.contains("--old-kernel")
  var withRoutes = true
  /// Nodes whose kube-proxy never ran.
  var withoutProxy: [Int] = []
  /// Which backend of every Service the dice choose, in place of chance.
  var choice = 0

  static let port: UInt16 = 8080
  static let sidePort: UInt16 = 8081

  /// The reference cluster.
  static var reference: LabNetwork {
    var network = LabNetwork()
    network.nodes = [("node1", IPv4(0xc0a8_380b)), ("node2", IPv4(0xc0a8_380c))]
    network.pods = [
      Pod(name: "client", address: IPv4(0x0af4_0109), node: 0, listens: false),
      Pod(name: "web-a", address: IPv4(0x0af4_0103), node: 0, listens: true, hasSide: true),
      Pod(name: "web-b", address: IPv4(0x0af4_0205), node: 1, listens: true),
    ]
    network.services = [
      Service(
        name: "web",
        address: IPv4(0x0a60_0032),
        nodePort: 30080,
        backends: [1, 2],
        isLocal: false
      ),
      Service(
        name: "empty",
        address: IPv4(0x0a60_003c),
        nodePort: 30081,
        backends: [],
        isLocal: false
      ),
      Service(
        name: "local",
        address: IPv4(0x0a60_0046),
        nodePort: 30082,
        backends: [2],
        isLocal: true
      ),
    ]
    return network
  }

  /// The reference cluster with every kind of Service that kube-proxy has rules for.
  static var everyService: LabNetwork {
    var network = reference
    let far = IPv4(0xc633_6400)
    func add(_ name: String, _ number: UInt32, _ backends: [Int], _ change: (inout Service) -> Void) {
      let address = IPv4(0x0a60_0050 + number)
      var service = Service(
        name: name,
        address: address,
        nodePort: 0,
        backends: backends,
        isLocal: false
      )
      service.nodePort = UInt16(30_090 + number)
      change(&service)
      network.services.append(service)
    }
    add("sticky", 0, [1, 2]) { $0.isSticky = true }
    add("inner", 1, [2]) { $0.isInternalLocal = true }
    add("outer", 2, [1, 2]) { $0.externalIPs = [IPv4(far.number + 2)] }
    add("balanced", 3, [1, 2]) {
      $0.balancer = IPv4(far.number + 3)
      // The client outside and the first node with its Pods.
      $0.sourceRanges = ["203.0.113.0/24", "10.244.1.0/24", "192.168.56.11/32"]
    }
    add("balanced-local", 4, [2]) {
      $0.balancer = IPv4(far.number + 4)
      $0.isLocal = true
      $0.healthCheckPort = 30_199
    }
    add("open", 5, [1, 2]) { $0.balancer = IPv4(far.number + 5) }
    add("nobody", 6, []) {
      $0.balancer = IPv4(far.number + 6)
      $0.externalIPs = [IPv4(far.number + 7)]
    }
    add("outer-local", 8, [1]) {
      $0.externalIPs = [IPv4(far.number + 8)]
      $0.isLocal = true
      $0.isSticky = true
    }
    return network
  }

  /// A network drawn from a seed.
  static func random(_ seed: UInt64) -> LabNetwork {
    var random = Random(seed: seed)
    var network = LabNetwork()
    let count = 1 + random.next(below: 3)
    for node in 0..<count {
      network.nodes.append(("node\(node + 1)", IPv4(0xc0a8_380b + UInt32(node))))
    }
    for place in 0..<(2 + random.next(below: 4)) {
      let node = random.next(below: count)
      let address = IPv4(
        0x0af4_0000 + UInt32(node + 1) << 8 + UInt32(2 + place * 3 + random.next(below: 3))
      )
      var pod = Pod(
        name: "pod\(place)",
        address: address,
        node: node,
        listens: random.next(below: 5) > 0
      )
      pod.hasSide = random.next(below: 3) == 0
      pod.exists = random.next(below: 8) > 0
      network.pods.append(pod)
    }
    for place in 0..<(1 + random.next(below: 3)) {
      let backends = network.pods.indices.filter { _ in random.next(below: 2) == 0 }
      network.services.append(
        Service(
          name: "svc\(place)",
          address: IPv4(0x0a60_0010 + UInt32(place)),
          nodePort: UInt16(30_000 + place),
          backends: backends,
          isLocal: random.next(below: 4) == 0
        )
      )
    }
    network.version = random.next(below: 2) == 0 ? .then : .now
    network.hairpin = random.next(below: 4) > 0
    network.bridgeCallsRules = random.next(below: 8) > 0
    network.routesLoopback = random.next(below: 8) > 0
    network.withRoutes = random.next(below: 8) > 0
    if random.next(below: 10) == 0 { network.withoutProxy = [0] }
    network.choice = random.next(below: 3)
    return network
  }

  // MARK: Rules

  private static let cluster = CIDR(base: IPv4(0x0af4_0000), prefix: 16)

  private var plugin: PodBridge.Plugin { version == .then ? .kubenet : .bridge }

  /// What kubelet, plugin and kube-proxy of the model write on a node, with every choice made.
  func rules(on node: Int) -> String {
    var tables = RuleTables()
    tables.write(KubeletRules.writes(version))
    for change in PodBridge.prepare(plugin, LabNetwork.cluster) {
      if case .ensure(let write) = change.operation { tables.write(write) }
    }
    if !withoutProxy.contains(node) {
      let setting = ProxyRules.Setting(
        version: version,
        node: nodes[node].name,
        nodeIP: nodes[node].address,
        clusterCIDR: LabNetwork.cluster
      )
      let ports = services.flatMap { ProxyPort.ports(of: object($0), version) }
      let endpoints = ProxyEndpoint.byPort(services.map { slice($0) }, node: nodes[node].name)
      tables.write(ProxyRules(ports, endpoints, setting).writes)
    }
    return LabNetwork.decided(tables.all.map(\.text).joined(), choice)
  }

  private func object(_ service: Service) -> Kubernetes.Service {
    var object = Kubernetes.Service()
    object.metadata = ObjectMeta(name: service.name, namespace: "default")
    object.spec.clusterIP = service.address.text
    object.spec.type = service.balancer == nil ? "NodePort" : "LoadBalancer"
    object.spec.externalTrafficPolicy = service.isLocal ? "Local" : "Cluster"
    object.spec.internalTrafficPolicy = service.isInternalLocal ? "Local" : "Cluster"
    if service.isSticky { object.spec.sessionAffinity = "ClientIP" }
    object.spec.externalIPs = service.externalIPs.map(\.text)
    object.spec.loadBalancerSourceRanges = service.sourceRanges
    object.spec.healthCheckNodePort = service.healthCheckPort
    if let balancer = service.balancer {
      object.status.loadBalancer = .map(("ingress", .list([.map(("ip", .string(balancer.text)))])))
    }
    var port = ServicePort(80)
    port.nodePort = Int64(service.nodePort)
    object.spec.ports = [port]
    return object
  }

  private func slice(_ service: Service) -> EndpointSlice {
    var slice = EndpointSlice()
    slice.metadata = ObjectMeta(name: "\(service.name)-1", namespace: "default")
    slice.metadata.labels["kubernetes.io/service-name"] = service.name
    slice.addressType = "IPv4"
    slice.ports = [EndpointSlicePort(Int64(LabNetwork.port), name: "", protocol: "TCP")]
    slice.endpoints = service.backends.map { backend in
      var endpoint = Endpoint()
      endpoint.addresses = [pods[backend].address.text]
      endpoint.conditions.ready = true
      endpoint.nodeName = nodes[pods[backend].node].name
      endpoint.topology["kubernetes.io/hostname"] = endpoint.nodeName
      return endpoint
    }
    return slice
  }

  /// The rules with certainty in the place of chance: of every chain the backend with this number is taken.
  private static func decided(_ text: String, _ choice: Int) -> String {
    var counts: [Substring: Int] = [:]
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for line in lines where line.contains(" --probability ") {
      counts[line.split(separator: " ")[1], default: 0] += 1
    }
    var seen: [Substring: Int] = [:]
    for place in lines.indices {
      let line = lines[place]
      guard let range = line.firstRange(of: " --probability ") else { continue }
      let chain = line.split(separator: " ")[1]
      let number = seen[chain, default: 0]
      seen[chain] = number + 1
      let chosen = choice % ((counts[chain] ?? 0) + 1)
      let rest = line[range.upperBound...]
      let tail = rest.firstIndex(of: " ").map { rest[$0...] } ?? ""
      lines[place] =
        line[..<range.upperBound] + (number < chosen ? "0.00000000000" : "1.00000000000") + tail
    }
    return lines.joined(separator: "\n")
  }

  // MARK: The model's network

  func plant(rules texts: [String]) -> Plant {
    var plant = Plant(seed: 1)
    plant.build(nodes)
    for (index, node) in nodes.enumerated() {
      let range = CIDR(base: IPv4(0x0af4_0000 + UInt32(index + 1) << 8), prefix: 24)
      plant.apply(PodBridge.bridge(plugin, range), to: node.name)
      plant.apply(
        [
          NetworkChange(.setLink(plugin.device, .promiscuous(isPromiscuous))),
          NetworkChange(.set("net.bridge.bridge-nf-call-iptables", bridgeCallsRules ? 1 : 0)),
          NetworkChange(.set("net.ipv4.conf.all.route_localnet", routesLoopback ? 1 : 0)),
        ],
        to: node.name
      )
      let route = Route(to: range, via: node.address, device: "eth0")
      if withRoutes {
        plant.apply([NetworkChange(in: Fabric.router, .addRoute(route))], to: "fabric")
      }
      plant.kernels.update(node.name, default: NodeNetwork()) {
        $0.tracksPromiscuous = LabNetwork.isOldKernel
      }
      let (tables, problem) = RuleReader.file(texts[index])
      precondition(problem.isEmpty, problem)
      plant.apply(tables.map { NetworkChange(.rules($0.0, $0.1)) }, to: node.name)
    }
    for pod in pods where pod.exists { add(pod, to: &plant) }
    // Whatever balances load sends it to one of the nodes.
    for (number, address) in services.flatMap(\.others).enumerated() {
      let route = Route(to: CIDR(address), via: nodes[number % nodes.count].address, device: "eth0")
      plant.apply([NetworkChange(in: Fabric.router, .addRoute(route))], to: "fabric")
    }
    return plant
  }

  private func add(_ pod: Pod, to plant: inout Plant) {
    let near = MAC(0x0200_0000_0000 | UInt64(pod.address.number))
    let port = PodBridge.Port(
      namespace: pod.name,
      veth: "v\(pod.name)",
      vethMAC: near,
      address: pod.address,
      mac: MAC(of: pod.address)
    )
    let range = CIDR(base: pod.address, prefix: 24)
    let node = nodes[pod.node].name
    plant.apply([NetworkChange(in: pod.name, .addNamespace(pod: pod.name))], to: node)
    plant.apply(PodBridge.attach(port, to: plugin, range), to: node)
    plant.apply([NetworkChange(.setLink(port.veth, .hairpin(hairpin)))], to: node)
    for listener in listeners(of: pod) {
      let socket = Socket(port: listener.port, process: "web", .answers(listener.answer))
      plant.apply([NetworkChange(in: pod.name, .listen(socket))], to: node)
    }
  }

  /// What processes of a Pod listen on, and what each answers.
  func listeners(of pod: Pod) -> [(port: UInt16, answer: String)] {
    guard pod.exists else { return [] }
    var out: [(port: UInt16, answer: String)] = []
    if pod.listens { out.append((LabNetwork.port, "pod=\(pod.name)")) }
    if pod.hasSide { out.append((LabNetwork.sidePort, "side=\(pod.name)")) }
    return out
  }
}
