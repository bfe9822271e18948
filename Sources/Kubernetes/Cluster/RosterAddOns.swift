import Clockwork

// What a cluster has besides Kubernetes itself: autoscalers, and a cloud.
extension Assembly {
  func namespaces() -> NamespaceController {
    NamespaceController(version: spec.version, apiserver: Places.apiserver, custom: spec.addOns.hasVPA)
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

  /// The loops of a cloud-controller-manager, and the one of kube-controller-manager that a cloud switches on.
  func addCloud(to company: inout Company, _ nodes: MeasuredNodes) {
    if let cluster = CIDR(spec.clusterCIDR) {
      company.add(
        watching: NodeIPAMController(version: spec.version, apiserver: Places.apiserver, cluster: cluster)
      )
    }
    company.add(watching: RouteController(apiserver: Places.apiserver, fabric: nodes.fabric))
    let worker = spec.machines.first { !$0.isControlPlane }
    company.add(
      watching: ServiceController(
        version: spec.version,
        apiserver: Places.apiserver,
        fabric: nodes.fabric,
        gateway: worker.flatMap { IPv4($0.ip) }
      )
    )
    if !spec.nodeGroups.isEmpty { addMachines(to: &company, nodes) }
  }

  /// The cloud that has machines, who asks it about them, and who asks it for more.
  private func addMachines(to company: inout Company, _ nodes: MeasuredNodes) {
    let cloud = company.add(Cloud(spec.nodeGroups.map { cloudGroup($0, nodes) }))
    let lifecycle = company.add(
      watching: CloudNodeLifecycleController(
        version: spec.version,
        apiserver: Places.apiserver,
        cloud: cloud,
        random: random.stream("cloud-node-lifecycle")
      )
    )
    // Cloud code was part of kube-controller-manager until it moved out.
    if spec.version == .then { company.join(lifecycle) }
    guard spec.addOns.hasClusterAutoscaler else { return }
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
