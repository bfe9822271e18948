import Clockwork

/// The objects that a cluster holds before anything happens: namespaces, nodes, accounts.
struct Inventory {
  let spec: ClusterSpec
  /// What lies on every node before anything is pulled.
  private let images: [ContainerImage]
  private(set) var objects: [Object] = []
  private var random: Random
  private var revision: Int64

  /// The revision that the newest object carries; the first write of a story gets the next one.
  static let revision: Int64 = 1000

  init(_ spec: ClusterSpec, images: [ContainerImage], random: Random) {
    self.spec = spec
    self.images = images
    self.random = random
    var first: [Object] = []
    for name in ["kube-system", "default", "kube-public", "kube-node-lease"] {
      first += Bootstrap.namespace(name, version: spec.version, random: &self.random)
    }
    first.append(KubeControllerManager.lease(host: spec.controlPlaneName))
    var late: [Object] = []
    if spec.hasCloud, spec.version == .now {
      late.append(KubeControllerManager.lease(host: spec.controlPlaneName, of: KubeControllerManager.cloud))
    }
    if spec.addOns.hasClusterAutoscaler {
      let key = ClusterAutoscaler.statusKey
      let metadata = ObjectMeta(name: key.name, namespace: key.namespace)
      late.append(Object(kind: .configMap, metadata: metadata, content: .opaque([Value.Entry("data", .emptyMap)])))
      late.append(LeaderElection.lease("cluster-autoscaler", host: spec.controlPlaneName))
    }
    if spec.addOns.metricsServer != nil { first += MetricsServerManifest.objects(spec) }
    // Last, so that what stood here before keeps its identity.
    let last =
      late + (spec.addOns.hasVPA ? VPAManifest.objects(spec) : []) + PriorityClass.system.map { Object($0) }
      + Bootstrap.kubernetesService(spec) + BootstrapRoles.objects(spec.version)
    revision = Inventory.revision - Int64(first.count + spec.machines.count + last.count)
    for object in first { add(object) }
    for machine in spec.machines { add(node: machine) }
    for object in last { add(object) }
    // Leases have been written for a long time: they are older than all else, and come last for the same reason.
    for (index, machine) in spec.machines.enumerated() { add(leaseOf: machine.name, older: Int64(index + 1)) }
  }

  func lease(of node: String) -> Object? {
    for object in objects where object.kind == .lease && object.name == node { return object }
    return nil
  }

  private mutating func add(leaseOf node: String, older: Int64) {
    guard let first = objects.first?.resourceVersion else { return }
    let uid = Naming.uid(&random)
    objects.append(
      Heart.lease(of: node).with { metadata in
        metadata.uid = uid
        metadata.resourceVersion = first - older
        metadata.creationTimestamp = Timestamp(-3_600_000)
      }
    )
  }

  func node(_ name: String) -> Node? {
    for object in objects where object.kind == .node && object.name == name { return object.node }
    return nil
  }

  private mutating func add(_ object: Object) {
    revision += 1
    let stamp = revision
    let uid = Naming.uid(&random)
    objects.append(
      object.with { metadata in
        metadata.uid = uid
        metadata.resourceVersion = stamp
        metadata.creationTimestamp = Timestamp(-3_600_000)
      }
    )
  }

  private mutating func add(node machine: ClusterSpec.Machine) {
    add(Object(node: made(machine, hasNetwork: !machine.podCIDR.isEmpty)))
  }

  /// A node as its kubelet has it registered; one without a range for its Pods is not ready.
  func made(_ machine: ClusterSpec.Machine, hasNetwork: Bool = true) -> Node {
    var node = Node()
    var metadata = ObjectMeta(name: machine.name, labels: machine.labels)
    metadata.labels["kubernetes.io/hostname"] = machine.name
    metadata.labels["kubernetes.io/os"] = "linux"
    metadata.labels["kubernetes.io/arch"] = "amd64"
    node.metadata = metadata
    node.spec.podCIDR = machine.podCIDR
    node.spec.podCIDRs = machine.podCIDR.isEmpty ? [] : [machine.podCIDR]
    node.spec.taints = machine.taints + (hasNetwork ? [] : Inventory.notReady)
    let amounts: ResourceList = ["cpu": machine.cpu, "memory": machine.memory, "pods": machine.pods]
    node.status.capacity = amounts
    node.status.allocatable = amounts
    node.status.addresses = [
      NodeAddress(type: "InternalIP", address: machine.ip), NodeAddress(type: "Hostname", address: machine.name),
    ]
    node.status.conditions = conditions(hasRange: hasNetwork)
    if spec.hasCloud, !machine.podCIDR.isEmpty {
      var condition = RouteController.condition
      condition.lastHeartbeatTime = Timestamp(-3_600_000)
      condition.lastTransitionTime = Timestamp(-3_600_000)
      node.status.conditions.insert(condition, at: 0)
    }
    node.status.images = images
    node.status.nodeInfo = system()
    return node
  }

  /// A node whose plugin has no addresses to give takes no Pods.
  private static var notReady: [Taint] {
    ["NoSchedule", "NoExecute"].map { effect in
      var taint = Taint(key: NodeTaints.notReady, effect: effect)
      taint.timeAdded = Timestamp(-3_600_000)
      return taint
    }
  }

  private func conditions(hasRange: Bool) -> [NodeCondition] {
    var conditions = [
      NodeCondition(
        type: "MemoryPressure",
        status: "False",
        reason: "KubeletHasSufficientMemory",
        message: "kubelet has sufficient memory available"
      ),
      NodeCondition(
        type: "DiskPressure",
        status: "False",
        reason: "KubeletHasNoDiskPressure",
        message: "kubelet has no disk pressure"
      ),
      NodeCondition(
        type: "PIDPressure",
        status: "False",
        reason: "KubeletHasSufficientPID",
        message: "kubelet has sufficient PID available"
      ),
      NodeCondition(
        type: "Ready",
        status: hasRange ? "True" : "False",
        reason: hasRange ? "KubeletReady" : "KubeletNotReady",
        message: hasRange ? Text(spec.version).postingReady : Text(spec.version).networkNotReady
      ),
    ]
    for index in conditions.indices {
      conditions[index].lastHeartbeatTime = Timestamp(0)
      conditions[index].lastTransitionTime = Timestamp(-3_600_000)
    }
    return conditions
  }

  private func system() -> NodeSystemInfo {
    var info = NodeSystemInfo()
    info.architecture = "amd64"
    info.operatingSystem = "linux"
    info.osImage = "Debian GNU/Linux 12 (bookworm)"
    info.kernelVersion = "6.1.0"
    info.kubeletVersion = spec.version.number
    info.kubeProxyVersion = spec.version.number
    switch spec.runtime {
    case .docker: info.containerRuntimeVersion = "docker://20.10.24"
    case .containerd:
      info.containerRuntimeVersion = spec.version == .then ? "containerd://1.4.13" : "containerd://2.1.4"
    }
    return info
  }
}
