import Clockwork

/// Lists the components of a cluster, introduces them to each other, and gives them the state that the story begins with.
enum Roster {
  /// A cluster that has been running for a while: every watch is open, every cache is filled, nothing is under way.
  static func world(_ spec: ClusterSpec, images: Images, preloaded: [String], seed: UInt64) -> KubeWorld {
    Assembly(spec, images: images, preloaded: preloaded, random: Random(seed: seed)).world()
  }

  /// A name that is no component's, with what there is instead.
  static func unknown(_ name: String, line: Int, in world: KubeWorld) -> ScriptProblem {
    let names = world.cells.indices.map { world.name(of: $0) }
    let known = names.joined(separator: ", ")
    let fact = Fact("script.unknown-component", ("name", .string(name)), ("known", .string(known)))
    return ScriptProblem(line: line, column: 1, fact: fact)
  }
}

/// Where everybody stands.
///
/// The order is the one in which a canonical run asks them: what is stored and told comes first, then who acts on it.
private struct Places {
  static let etcd: Address = 0
  static let apiserver: Address = 1
  static let kubectl: Address = 2
  static let scheduler: Address = 3
  static let endpointSlices: Address = 4
  private static let first: Address = 5

  static func kubelet(_ machine: Int) -> Address { first + machine * 4 }
  static func runtime(_ machine: Int) -> Address { first + machine * 4 + 1 }
  static func network(_ machine: Int) -> Address { first + machine * 4 + 2 }
  static func proxy(_ machine: Int) -> Address { first + machine * 4 + 3 }
}

/// Puts one cluster together.
private struct Assembly {
  let spec: ClusterSpec
  let images: Images
  let preloaded: [String]
  let random: Random
  let durations: Durations
  let inventory: Inventory

  init(_ spec: ClusterSpec, images: Images, preloaded: [String], random: Random) {
    self.spec = spec
    self.images = images
    self.preloaded = preloaded
    self.random = random
    durations = Durations(spec.version)
    let held = preloaded.map { ContainerImage(names: [$0], sizeBytes: images[$0].size) }
    inventory = Inventory(spec, images: held, random: random.stream("inventory"))
  }

  private var server: String { "\(spec.controlPlaneIP):6443" }

  func world() -> KubeWorld {
    var cast = Cast<Kube>()
    var etcd = Etcd(apiserver: Places.apiserver, revision: Inventory.revision)
    for object in inventory.objects { etcd.seed(object) }
    cast.add(etcd)
    cast.add(apiserver())
    cast.add(Kubectl(version: spec.version, apiserver: Places.apiserver, server: server))
    var scheduler = KubeScheduler(
      version: spec.version,
      durations: durations,
      apiserver: Places.apiserver,
      server: server,
      random: random.stream("kube-scheduler")
    )
    scheduler.seed(inventory.objects, revision: Inventory.revision)
    cast.add(scheduler)
    var controller = EndpointSliceController(apiserver: Places.apiserver)
    controller.seed(inventory.objects, revision: Inventory.revision)
    cast.add(controller)
    for machine in spec.machines.indices { add(machine, to: &cast) }
    return KubeWorld(cast)
  }

  private func apiserver() -> KubeAPIServer {
    var apiserver = KubeAPIServer(
      version: spec.version,
      durations: durations,
      random: random.stream("kube-apiserver")
    )
    apiserver.etcd = Places.etcd
    for object in inventory.objects { apiserver.seed(object) }
    apiserver.seed(watcher: Places.scheduler, .node, .all)
    apiserver.seed(watcher: Places.scheduler, .pod, .all)
    apiserver.seed(watcher: Places.endpointSlices, .pod, .all)
    for (index, machine) in spec.machines.enumerated() {
      apiserver.kubelets[machine.name] = Places.kubelet(index)
      apiserver.seed(watcher: Places.kubelet(index), .pod, .node(machine.name))
    }
    return apiserver
  }

  private func add(_ index: Int, to cast: inout Cast<Kube>) {
    let machine = spec.machines[index]
    guard let node = inventory.node(machine.name) else { return }
    var kubelet = Kubelet(
      node: node,
      version: spec.version,
      durations: durations,
      apiserver: Places.apiserver,
      runtime: Places.runtime(index),
      runtimeName: spec.runtime.rawValue,
      images: preloaded,
      random: random.stream("kubelet \(index)")
    )
    kubelet.client.seed(inventory.objects, revision: Inventory.revision)
    cast.add(kubelet)
    let store = ContainerStore(
      catalog: images,
      version: spec.version,
      durations: durations,
      images: preloaded,
      random: random.stream("runtime \(index)")
    )
    let network = Places.network(index)
    switch spec.runtime {
    case .docker:
      let docker = Docker(
        node: machine.name,
        kubelet: Places.kubelet(index),
        network: network,
        plugin: spec.network,
        store: store
      )
      cast.add(docker)
    case .containerd:
      let containerd = Containerd(
        node: machine.name,
        kubelet: Places.kubelet(index),
        network: network,
        plugin: spec.network,
        store: store
      )
      cast.add(containerd)
    }
    let plugin = CNI(
      node: machine.name,
      plugin: spec.network,
      podCIDR: machine.podCIDR,
      version: spec.version,
      random: random.stream("cni \(index)")
    )
    cast.add(plugin)
    cast.add(KubeProxy(node: machine.name, apiserver: Places.apiserver))
  }
}
