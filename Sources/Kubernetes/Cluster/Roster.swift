import Clockwork

/// Lists the components of a cluster, introduces them to each other, and gives them the state that the story begins with.
enum Roster {
  /// A cluster that has been running for a while: every watch is open, every cache is filled, nothing is under way.
  ///
  /// With a misconception it is the cluster of those who believe in it.
  /// `measured` is true where something outside of the add-ons needs the kernels' accounts, `networked` where
  /// somebody asks for their packets or tables, `historic` where somebody may come back to a watch too late.
  static func world(
    _ spec: ClusterSpec,
    images: Images,
    preloaded: [String],
    seed: UInt64,
    measured: Bool = false,
    networked: Bool = false,
    historic: Bool = false,
    supposing rule: FalseRule? = nil
  ) -> KubeWorld {
    let hasNames = spec.addOns.coreDNS != nil
    let own = hasNames ? [CoreDNSManifest.image(spec.version)].filter { !preloaded.contains($0) } : []
    var assembly = Assembly(spec, images: images, preloaded: own + preloaded, random: Random(seed: seed))
    assembly.isMeasured = measured || spec.addOns.metricsServer != nil
    assembly.isNetworked = networked || spec.hasPackets || hasNames
    assembly.isHistoric = historic || spec.hasHistory
    var world = assembly.world(supposing: rule)
    if hasNames { WarmUp.apply(CoreDNSManifest.objects(spec), file: "coredns.yaml", in: &world) }
    return world
  }

  /// The components that a name means: kube-controller-manager is a process with many loops, etcd may have members.
  static func members(of name: String, in world: KubeWorld) -> [Address] {
    let stores = world.etcdMembers
    if name == EtcdNames.all, stores.count > 1 { return stores }
    guard let address = world.address(of: name) else { return [] }
    guard let manager = world.component(address, as: KubeControllerManager.self) else { return [address] }
    return [address] + manager.loops
  }

  /// A name that is no component's, with what there is instead.
  static func unknown(_ name: String, line: Int, in world: KubeWorld) -> ScriptProblem {
    let names = world.cells.indices.map { world.name(of: $0) }
    let known = names.joined(separator: ", ")
    let fact = Fact("script.unknown-component", ("name", .string(name)), ("known", .string(known)))
    return ScriptProblem(line: line, column: 1, fact: fact)
  }
}

/// Puts one cluster together.
struct Assembly {
  let spec: ClusterSpec
  let images: Images
  let preloaded: [String]
  let random: Random
  let durations: Durations
  let inventory: Inventory
  /// Whether the nodes have kernels that count and kubelets that read them.
  var isMeasured = false
  /// Whether the nodes have kernels that move packets.
  var isNetworked = false
  /// Whether bookmarks and the compaction of etcd are steps.
  var isHistoric = false

  init(_ spec: ClusterSpec, images: Images, preloaded: [String], random: Random) {
    self.spec = spec
    self.images = images
    self.preloaded = preloaded
    self.random = random
    durations = Durations(spec.version)
    let held = preloaded.map { ContainerImage(names: [$0], sizeBytes: images[$0].size) }
    inventory = Inventory(spec, images: held, random: random.stream("inventory"))
  }

  /// All machines that there are or could be.
  private var machines: [ClusterSpec.Machine] { spec.machines + spec.spares }
  private var server: String { "\(spec.controlPlaneIP):6443" }

  func world(supposing rule: FalseRule?) -> KubeWorld {
    let etcd = self.etcd()
    var company = Company(apiserver: apiserver(), objects: inventory.objects, members: spec.etcdMembers)
    company.add(Kubectl(version: spec.version, apiserver: Places.apiserver, server: server))
    company.add(watching: scheduler("kube-scheduler"))
    for name in spec.schedulers { company.add(watching: scheduler(name)) }
    addManager(to: &company)
    var nodes = MeasuredNodes()
    if isNetworked { nodes.fabric = company.add(fabric(first: company.next + 1)) }
    for index in machines.indices { add(index, to: &company, &nodes) }
    for server in nodes.servers { company.add(server) }
    if isMeasured { company.add(Load(apiserver: Places.apiserver, kernels: nodes.kernels)) }
    addMetricsServer(to: &company, nodes)
    if spec.addOns.hasVPA { addVPA(to: &company) }
    if spec.hasCloud { addCloud(to: &company, nodes) }
    // The machines that the cloud has ready are switched off.
    let off = spec.spares.flatMap { nodes.parts[$0.name] ?? [] }
    var cast = company.everybody(etcd)
    let start = spec.addOns.coreDNS == nil ? 0 : -WarmUp.time
    guard let rule else { return KubeWorld(cast, off: off, at: start) }
    for watch in rule.watches(Scene(cast: cast, spec: spec)) {
      company.apiserver.seed(watcher: watch.watcher, watch.kind, .all)
    }
    cast = company.everybody(etcd)
    rule.haunt(&cast, spec)
    return KubeWorld(cast, waiving: rule.waived, off: off, at: start)
  }

  /// One store, or several members that hold the same; the first leads, as long as nothing happens to it.
  private func etcd() -> [Etcd] {
    let places = Places.members(spec.etcdMembers)
    let names = places.indices.map { EtcdNames.name(of: $0, of: places.count) }
    return places.indices.map { index in
      var etcd = Etcd(names[index], apiserver: Places.apiserver, revision: Inventory.revision)
      for object in inventory.objects { etcd.seed(object) }
      if isHistoric { etcd.keepHistory() }
      guard places.count > 1 else { return etcd }
      let peers = places.indices.filter { $0 != index }.map { Raft.Peer(name: names[$0], address: places[$0]) }
      let raft = Raft(
        peers: peers,
        canvasses: spec.version == .now,
        index: Inventory.revision,
        leader: places[0],
        isLeading: index == 0,
        random: random.stream(names[index])
      )
      etcd.join(raft, isWatched: index == 0)
      return etcd
    }
  }

  private func apiserver() -> KubeAPIServer {
    var apiserver = KubeAPIServer(
      version: spec.version,
      durations: durations,
      random: random.stream("kube-apiserver")
    )
    apiserver.etcd = Places.etcd
    if spec.etcdMembers > 1 { apiserver.members = Places.members(spec.etcdMembers) }
    if let range = CIDR(spec.serviceCIDR) { apiserver.serviceRange = range }
    for object in inventory.objects { apiserver.seed(object) }
    if isHistoric { apiserver.showHistory() }
    return apiserver
  }

  private func scheduler(_ name: String) -> KubeScheduler {
    KubeScheduler(
      name,
      version: spec.version,
      durations: durations,
      apiserver: Places.apiserver,
      server: server,
      random: random.stream(name)
    )
  }

  /// The control loops of kube-controller-manager, in the order in which a canonical run asks them.
  private func addManager(to company: inout Company) {
    var loops: [Address] = []
    loops.append(company.add(watching: ReplicaSetController(version: spec.version, apiserver: Places.apiserver)))
    loops.append(company.add(watching: DeploymentController(version: spec.version, apiserver: Places.apiserver)))
    loops.append(company.add(watching: StatefulSetController(version: spec.version, apiserver: Places.apiserver)))
    loops.append(company.add(watching: DaemonSetController(version: spec.version, apiserver: Places.apiserver)))
    loops.append(company.add(watching: JobController(version: spec.version, apiserver: Places.apiserver)))
    loops.append(company.add(watching: CronJobController(version: spec.version, apiserver: Places.apiserver)))
    loops.append(company.add(watching: DisruptionController(version: spec.version, apiserver: Places.apiserver)))
    if spec.version == .now {
      loops.append(company.add(watching: TTLAfterFinishedController(apiserver: Places.apiserver)))
    }
    let autoscaler = HorizontalPodAutoscalerController(version: spec.version, apiserver: Places.apiserver)
    loops.append(company.add(watching: autoscaler))
    loops.append(company.add(watching: EndpointSliceController(version: spec.version, apiserver: Places.apiserver)))
    loops.append(company.add(watching: EndpointController(version: spec.version, apiserver: Places.apiserver)))
    loops.append(company.add(watching: GarbageCollector(apiserver: Places.apiserver)))
    loops.append(company.add(watching: namespaces()))
    loops.append(company.add(watching: ServiceAccountController(apiserver: Places.apiserver)))
    switch spec.version {
    case .then: loops.append(company.add(watching: TokensController(apiserver: Places.apiserver)))
    case .now: loops.append(company.add(watching: RootCAPublisher(apiserver: Places.apiserver)))
    }
    loops.append(company.add(watching: QuotaController(apiserver: Places.apiserver)))
    loops += addNodeLoops(to: &company)
    add(KubeControllerManager.usual, loops, to: &company)
  }

  func add(_ name: String, _ loops: [Address], to company: inout Company) {
    var manager = KubeControllerManager(host: spec.controlPlaneName, apiserver: Places.apiserver, name: name)
    manager.loops = loops
    manager.seed(inventory.objects)
    company.add(manager)
  }

  /// The loops that look after nodes, and after the Pods of those that are lost.
  private func addNodeLoops(to company: inout Company) -> [Address] {
    let lifecycle = NodeLifecycleController(
      version: spec.version,
      apiserver: Places.apiserver,
      random: random.stream("node-controller")
    )
    let collector = PodGarbageCollector(
      version: spec.version,
      apiserver: Places.apiserver,
      random: random.stream("pod-garbage-collector")
    )
    return [
      company.add(watching: lifecycle),
      company.add(watching: TaintEvictionController(version: spec.version, apiserver: Places.apiserver)),
      company.add(watching: collector),
    ]
  }

  /// What metrics-server and the clients outside have to know of the nodes.
  struct MeasuredNodes {
    var kernels: Table<String, Address> = [:]
    var cadvisors: Table<String, CAdvisor> = [:]
    /// What lies between the nodes, where kernels move packets.
    var fabric: Address?
    /// What answers for names on the nodes, which stands behind all of them.
    var servers: [CoreDNS] = []
    /// What runs on each machine, the kubelet first.
    var parts: Table<String, [Address]> = [:]
  }

  /// Every node is five components: kubelet, runtime, plugin, proxy and kernel.
  private func kernel(_ index: Int, first: Address) -> Address { first + 5 * index + 4 }

  /// Switch, router and client outside; the router knows every node's Pods, as a cloud's does.
  private func fabric(first: Address) -> Kernel {
    var network = Fabric.network(machines.map { (name: $0.name, address: IPv4($0.ip) ?? .any) })
    for machine in spec.machines {
      guard let range = CIDR(machine.podCIDR) else { continue }
      let route = Route(to: range, via: IPv4(machine.ip), device: "eth0")
      network.apply(NetworkChange(in: Fabric.router, .addRoute(route)))
    }
    if spec.addOns.coreDNS != nil { network.apply(Fabric.names) }
    var fabric = Kernel(fabric: network, random: random.stream("fabric"))
    for (index, machine) in machines.enumerated() {
      let far = kernel(index, first: first)
      fabric.plug(Cable(machine.name, in: Fabric.exchange, to: far, NetworkNamespace.host, "eth0"))
    }
    return fabric
  }

  /// Gives a kubelet cAdvisor, which has been reading for a while.
  private func measure(_ kubelet: inout Kubelet, _ index: Int, _ kernel: Address, _ cgroups: Cgroups) -> CAdvisor {
    let metering = spec.addOns.metricsServer ?? AddOns.Metering(spec.version)
    var measuring = Measuring(
      node: machines[index].name,
      version: spec.version,
      kernel: kernel,
      interval: metering.housekeeping,
      random: random.stream("cadvisor \(index)")
    )
    measuring.cadvisor.seed(cgroups)
    kubelet.measuring = measuring
    return measuring.cadvisor
  }

  private func addMetricsServer(to company: inout Company, _ nodes: MeasuredNodes) {
    guard let metering = spec.addOns.metricsServer else { return }
    var server = MetricsServer(
      version: spec.version,
      resolution: metering.resolution,
      apiserver: Places.apiserver,
      random: random.stream("metrics-server")
    )
    server.kubelets = company.apiserver.kubelets
    server.seed(nodes.cadvisors)
    company.apiserver.backends["metrics.k8s.io"] = company.next
    company.add(watching: server)
  }

  private func add(_ index: Int, to company: inout Company, _ nodes: inout MeasuredNodes) {
    let machine = machines[index]
    let isSpare = index >= spec.machines.count
    let node = inventory.node(machine.name) ?? inventory.made(machine)
    // A node's parts stand side by side and know each other's places.
    let first = company.next
    company.apiserver.kubelets[machine.name] = first
    let cgroups = Cgroups(cpus: machine.cpu)
    var kubelet = self.kubelet(node, index, runtime: first + 1)
    kubelet.plugin = first + 2
    kubelet.heart = Heart(
      node: node,
      version: spec.version,
      lease: inventory.lease(of: machine.name),
      random: random.stream("heart \(index)")
    )
    if isNetworked { kubelet.kernel = first + 4 }
    kubelet.heart?.needsRange = isSpare || machine.podCIDR.isEmpty
    if isMeasured {
      let meter = measure(&kubelet, index, first + 4, cgroups)
      if !isSpare { nodes.cadvisors[machine.name] = meter }
      var draws = random.stream("eviction \(index)")
      let capacity = Quantity(machine.memory)?.value ?? 0
      kubelet.evictions = EvictionManager(capacity: capacity, random: &draws)
    }
    company.add(watching: kubelet)
    var store = ContainerStore(
      catalog: images,
      version: spec.version,
      durations: durations,
      images: preloaded,
      random: random.stream("runtime \(index)")
    )
    if isMeasured { store.kernel = first + 4 }
    if isNetworked { store.router = first + 4 }
    let dns = first + 5 * (machines.count - index) + index
    if spec.addOns.coreDNS != nil { store.dns = dns }
    switch spec.runtime {
    case .docker:
      let docker = Docker(
        node: machine.name,
        kubelet: first,
        network: first + 2,
        plugin: spec.network,
        store: store
      )
      company.add(docker)
    case .containerd:
      let containerd = Containerd(
        node: machine.name,
        kubelet: first,
        network: first + 2,
        plugin: spec.network,
        store: store
      )
      company.add(containerd)
    }
    let plugin = CNI(
      node: machine.name,
      plugin: spec.network,
      podCIDR: machine.podCIDR,
      version: spec.version,
      random: random.stream("cni \(index)"),
      kernel: isNetworked ? first + 4 : nil
    )
    company.add(plugin)
    var network = IPv4(machine.ip).map { NodeNetwork(machine: $0) } ?? NodeNetwork()
    company.add(watching: proxy(machine, kernel: first + 4, &network))
    defer { nodes.parts[machine.name] = Array(first..<company.next) }
    guard isMeasured || isNetworked else { return }
    var kernel = Kernel(
      node: machine.name,
      runtime: first + 1,
      cgroups: cgroups,
      diesWithRuntime: spec.runtime == .docker,
      network: network,
      random: random.stream("kernel \(index)")
    )
    if let fabric = nodes.fabric {
      kernel.number(packetsFrom: Int64(index + 1) * 1_000_000)
      kernel.plug(Cable("eth0", in: NetworkNamespace.host, to: fabric, Fabric.exchange, machine.name))
    }
    if let naming = spec.addOns.coreDNS {
      kernel.hand(datagramsTo: dns)
      nodes.servers.append(server(machine, index, kernel: first + 4, naming))
    }
    nodes.kernels[machine.name] = company.add(kernel)
  }

  /// A proxy that has been running for a while, on a node that shows it.
  private func proxy(_ machine: ClusterSpec.Machine, kernel: Address, _ network: inout NodeNetwork) -> KubeProxy {
    guard isNetworked else { return KubeProxy(node: machine.name, apiserver: Places.apiserver) }
    let setting = ProxyRules.Setting(
      version: spec.version,
      node: machine.name,
      nodeIP: IPv4(machine.ip) ?? .any,
      clusterCIDR: CIDR(spec.clusterCIDR)
    )
    var proxy = KubeProxy(node: machine.name, apiserver: Places.apiserver, kernel: kernel, setting: setting)
    proxy.seed(inventory.objects, revision: Inventory.revision)
    // Whoever sets up a node lets it pass packets on, long before its first Pod.
    network.apply(NetworkChange(.set("net.ipv4.ip_forward", 1)))
    network.apply(KubeletRules.writes(spec.version).map { NetworkChange(.ensure($0)) })
    if let plugin = PodBridge.Plugin(rawValue: spec.network) {
      network.apply(PodBridge.prepare(plugin, CIDR(spec.clusterCIDR)))
    }
    if spec.hasNodeRoutes { network.apply(PodBridge.routes(spec.machines, from: machine)) }
    network.apply(proxy.settle())
    return proxy
  }

  private func kubelet(_ node: Node, _ index: Int, runtime: Address) -> Kubelet {
    var kubelet = Kubelet(
      node: node,
      version: spec.version,
      durations: durations,
      apiserver: Places.apiserver,
      runtime: runtime,
      runtimeName: spec.runtime.rawValue,
      images: preloaded,
      random: random.stream("kubelet \(index)")
    )
    kubelet.names = ResolverSettings(spec)
    return kubelet
  }
}
