import Clockwork

// What a cluster has besides Kubernetes itself: autoscalers, and a cloud.
extension Assembly {
  func namespaces() -> NamespaceController {
    NamespaceController(version: spec.version, apiserver: Places.apiserver, custom: spec.addOns.hasVPA)
  }

  /// CoreDNS on one node.
  func server(_ machine: ClusterSpec.Machine, _ index: Int, kernel: Address, _ naming: AddOns.Naming) -> CoreDNS {
    CoreDNS(
      node: machine.name,
      version: spec.version,
      apiserver: Places.apiserver,
      kernel: kernel,
      upstream: Fabric.gateway(of: spec),
      keeping: naming.cache,
      random: random.stream("coredns \(index)")
    )
  }

  /// The three Deployments of the vertical Pod autoscaler; none of them is part of kube-controller-manager.
  func addVPA(to company: inout Company) {
    let random = random.stream("vpa")
    company.apiserver.webhooks["kube-system/\(VPAManifest.webhook)"] = company.next
    company.add(watching: VPAAdmissionController(version: spec.version, apiserver: Places.apiserver))
    company.add(
      watching: VPARecommender(
        version: spec.version,
        apiserver: Places.apiserver,
        random: random.stream("recommender")
      )
    )
    company.add(
      watching: VPAUpdater(version: spec.version, apiserver: Places.apiserver, random: random.stream("updater"))
    )
  }

  /// The loops that talk to the cloud, and the one of kube-controller-manager that a cloud switches on.
  ///
  /// Cloud code was part of kube-controller-manager until it moved out.
  func addCloud(to company: inout Company, _ nodes: MeasuredNodes) {
    if let cluster = CIDR(spec.clusterCIDR) {
      let ranges = NodeIPAMController(version: spec.version, apiserver: Places.apiserver, cluster: cluster)
      company.join(company.add(watching: ranges))
    }
    let process = spec.version == .then ? KubeControllerManager.usual : KubeControllerManager.cloud
    let routes = RouteController(
      version: spec.version,
      apiserver: Places.apiserver,
      fabric: nodes.fabric,
      process: process
    )
    let worker = spec.machines.first { !$0.isControlPlane }
    let balancers = ServiceController(
      version: spec.version,
      apiserver: Places.apiserver,
      fabric: nodes.fabric,
      gateway: worker.flatMap { IPv4($0.ip) },
      process: process
    )
    var loops = [company.add(watching: routes), company.add(watching: balancers)]
    if !spec.nodeGroups.isEmpty { loops.append(addMachines(to: &company, nodes)) }
    switch spec.version {
    case .then: for loop in loops { company.join(loop) }
    case .now: add(KubeControllerManager.cloud, loops, to: &company)
    }
  }

  /// The cloud that has machines, who asks it about them, and who asks it for more.
  ///
  /// Returns the loop among them.
  private func addMachines(to company: inout Company, _ nodes: MeasuredNodes) -> Address {
    let cloud = company.add(Cloud(spec.nodeGroups.map { cloudGroup($0, nodes) }))
    let lifecycle = company.add(
      watching: CloudNodeLifecycleController(
        version: spec.version,
        apiserver: Places.apiserver,
        cloud: cloud,
        random: random.stream("cloud-node-lifecycle")
      )
    )
    guard spec.addOns.hasClusterAutoscaler else { return lifecycle }
    company.add(
      watching: ClusterAutoscaler(
        version: spec.version,
        apiserver: Places.apiserver,
        cloud: cloud,
        host: spec.controlPlaneName,
        groups: spec.nodeGroups.map { scalingGroup($0) },
        random: random.stream("cluster-autoscaler")
      )
    )
    return lifecycle
  }

  private func cloudGroup(_ group: NodeGroup, _ nodes: MeasuredNodes) -> Cloud.Group {
    let old = group.nodes.map { name in
      Cloud.Machine(name: name, parts: nodes.parts[name] ?? [], bootsAt: nil, isUp: true)
    }
    let new = group.spares.map { machine in
      Cloud.Machine(
        name: machine.name,
        parts: nodes.parts[machine.name] ?? [],
        bootsAt: nil,
        isUp: false,
        joins: group.joins
      )
    }
    return Cloud.Group(
      name: group.name,
      target: Int64(old.count),
      quota: group.quota,
      boot: group.boot,
      machines: old + new
    )
  }

  private func scalingGroup(_ group: NodeGroup) -> ScalingGroup {
    var machine = group.template
    machine.name = "template of \(group.name)"
    var template = NodeInfo(inventory.made(machine))
    template.labels["kubernetes.io/hostname"] = machine.name
    return ScalingGroup(
      name: group.name,
      min: group.min,
      max: group.max,
      template: template,
      target: Int64(group.nodes.count)
    )
  }
}
