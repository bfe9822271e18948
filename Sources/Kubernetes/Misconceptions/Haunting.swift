import Clockwork

extension FalseRule {
  /// Puts the false rule into the component that is believed to follow it.
  func haunt(_ cast: inout Cast<Kube>, _ spec: ClusterSpec) {
    let scene = Scene(cast: cast, spec: spec)
    switch self {
    case .etcdDispatches: cast.haunt(scene.etcd, Etcd.self, with: Meddler.dispatching(scene))
    case .apiserverOrdersKubelet: cast.haunt(scene.apiserver, KubeAPIServer.self, with: Meddler.ordering(scene))
    case .apiserverDoesItAll: cast.haunt(scene.apiserver, KubeAPIServer.self, with: Meddler.assigning(scene))
    case .noScheduler:
      cast.haunt(scene.apiserver, KubeAPIServer.self, with: Rewriter.bound(to: scene.node))
    case .kubeletPicksWork: cast.haunt(scene.kubelet, Kubelet.self, with: Meddler.claiming(scene))
    case .kubeletReadsEtcd: cast.haunt(scene.kubelet, Kubelet.self, with: Meddler.peeking(scene))
    case .proxyPlugsPods: hauntProxies(&cast, spec)
    case .createdMeansRunning: cast.haunt(scene.apiserver, KubeAPIServer.self, with: Rewriter.running())
    case .objectsAct: cast.haunt(scene.apiserver, KubeAPIServer.self, with: Meddler.spawning(scene))
    case .schedulerMeasures: cast.haunt(scene.scheduler, KubeScheduler.self, with: Rewriter.blindToRequests())
    case .schedulerRunsPods: cast.haunt(scene.scheduler, KubeScheduler.self, with: Meddler.launching(scene))
    case .deleteIsImmediate: cast.haunt(scene.apiserver, KubeAPIServer.self, with: Rewriter.deletingAtOnce())
    case .crashLoopIsAPhase:
      for kubelet in scene.kubelets { cast.haunt(kubelet.address, Kubelet.self, with: Rewriter.phaseOfCrashes()) }
    case .networkAfterContainer: hauntRuntimes(&cast, spec)
    case .logsThroughMetricsServer: hauntLogs(&cast, scene)
    case .metricsArePushed: hauntMeasuring(&cast, scene)
    case .schedulerScales, .schedulerSuppliesMetrics, .shortageTriggers, .autoscalerCreatesPods:
      hauntAutoscaling(&cast, scene)
    case .managerRunsAutoscalers, .autoscalerSeesLoad, .recommendationEditsTemplate: hauntAddOns(&cast, scene)
    case .setsAreAlike, .daemonSetPlaces, .everyNodeMeansEvery: hauntSets(&cast, scene)
    case .podRestartsAsOne: hauntRuntimes(&cast, scene, .oneForAll)
    case .pauseIsSpare: hauntRuntimes(&cast, scene, .pauseIsSpare)
    case .deadKubeletDeadPod: hauntRuntimes(&cast, scene, .kubeletHolds)
    case .oneRunningIsEnough:
      for kubelet in scene.kubelets { cast.haunt(kubelet.address, Kubelet.self, with: Rewriter.runningWithOne()) }
    case .boundMeansRuns:
      for kubelet in scene.kubelets { cast.haunt(kubelet.address, Kubelet.self, with: Rewriter.blindToRequests()) }
    case .evictionMeansMove: cast.haunt(scene.apiserver, KubeAPIServer.self, with: Mover(scene))
    case .apiserverCountsRoom: cast.haunt(scene.apiserver, KubeAPIServer.self, with: Usher(scene))
    case .clockFromHeartbeat:
      guard let evictor = scene.evictor else { return }
      cast.haunt(evictor, TaintEvictionController.self, with: Hasty(scene))
    case .deploymentOwnsPods, .terminatingCounts, .oneInOneOut, .undoIsRestore, .selfRollback, .parentDeletesChildren:
      hauntWorkloads(&cast, scene)
    case .pauseJoinsByPort, .addressPerContainer, .bridgeGivesAddresses, .natBetweenPods:
      hauntPodNetworks(&cast, spec)
    case .apiserverPushesEndpoints, .nodePortPerProxy, .proxyCarriesTraffic, .serviceIsAMachine, .noEndpointsTimeOut,
      .connectionsMove:
      hauntServices(&cast, scene)
    }
  }

  private func hauntAutoscaling(_ cast: inout Cast<Kube>, _ scene: Scene) {
    typealias Autoscaler = HorizontalPodAutoscalerController
    guard let autoscaler = cast.address(of: "horizontal-pod-autoscaler") else { return }
    switch self {
    case .schedulerScales:
      cast.haunt(scene.scheduler, KubeScheduler.self, with: Scaler(scene))
      cast.haunt(autoscaler, Autoscaler.self, with: Rewriter.without("scale"))
    case .schedulerSuppliesMetrics:
      cast.haunt(scene.scheduler, KubeScheduler.self, with: Relay.measurements(scene.apiserver))
      let ghost = Rewriter.turning({ $0.request?.kind == .podMetrics }, to: scene.scheduler)
      cast.haunt(autoscaler, Autoscaler.self, with: ghost)
    case .shortageTriggers: cast.haunt(autoscaler, Autoscaler.self, with: Rewriter.waitingForShortage())
    default: cast.haunt(autoscaler, Autoscaler.self, with: Creator())
    }
  }

  /// In a cluster without the add-on there is nobody to haunt.
  private func hauntAddOns(_ cast: inout Cast<Kube>, _ scene: Scene) {
    switch self {
    case .managerRunsAutoscalers:
      guard let manager = cast.address(of: "kube-controller-manager") else { return }
      let ghost = Dependent(on: manager)
      if let place = cast.address(of: "vpa-recommender") { cast.haunt(place, VPARecommender.self, with: ghost) }
      if let place = cast.address(of: "vpa-updater") { cast.haunt(place, VPAUpdater.self, with: ghost) }
      if let place = cast.address(of: "cluster-autoscaler") { cast.haunt(place, ClusterAutoscaler.self, with: ghost) }
    case .autoscalerSeesLoad:
      guard let place = cast.address(of: "cluster-autoscaler"), let cloud = cast.address(of: "cloud"),
        let group = scene.spec.nodeGroups.first
      else { return }
      cast.haunt(place, ClusterAutoscaler.self, with: LoadWatcher(scene, cloud: cloud, group: group))
    default:
      guard let place = cast.address(of: "vpa-updater") else { return }
      cast.haunt(place, VPAUpdater.self, with: TemplateEditor())
    }
  }

  private func hauntWorkloads(_ cast: inout Cast<Kube>, _ scene: Scene) {
    guard let deployments = cast.address(of: "deployment-controller"),
      let sets = cast.address(of: "replicaset-controller"),
      let collector = cast.address(of: "generic-garbage-collector")
    else { return }
    switch self {
    case .deploymentOwnsPods:
      guard let guest = cast.component(sets, as: ReplicaSetController.self) else { return }
      cast.haunt(deployments, DeploymentController.self, with: Lodger(guest))
      cast.haunt(sets, ReplicaSetController.self, with: Rewriter.mute())
    case .terminatingCounts: cast.haunt(sets, ReplicaSetController.self, with: Rewriter.countingUntilGone())
    case .oneInOneOut: cast.haunt(deployments, DeploymentController.self, with: Rewriter.oneInOneOut())
    case .undoIsRestore: cast.haunt(deployments, DeploymentController.self, with: Restorer())
    case .selfRollback: cast.haunt(deployments, DeploymentController.self, with: Rollback(scene))
    default:
      let upper = Parent(of: .replicaSet, owner: .deployment, apiserver: scene.apiserver)
      let lower = Parent(of: .pod, owner: .replicaSet, apiserver: scene.apiserver)
      cast.haunt(deployments, DeploymentController.self, with: upper)
      cast.haunt(sets, ReplicaSetController.self, with: lower)
      cast.haunt(collector, GarbageCollector.self, with: Rewriter.without("delete"))
    }
  }

  private func hauntSets(_ cast: inout Cast<Kube>, _ scene: Scene) {
    guard let numbered = cast.address(of: "statefulset-controller"),
      let spread = cast.address(of: "daemon-set-controller")
    else { return }
    switch self {
    case .setsAreAlike: cast.haunt(numbered, StatefulSetController.self, with: Siblings())
    case .everyNodeMeansEvery: cast.haunt(spread, DaemonSetController.self, with: Rewriter.everywhere())
    default:
      cast.haunt(spread, DaemonSetController.self, with: Meddler.placing(scene))
      for scheduler in scene.schedulers { cast.haunt(scheduler, KubeScheduler.self, with: Rewriter.blindToAgents()) }
    }
  }

  private func hauntRuntimes(_ cast: inout Cast<Kube>, _ scene: Scene, _ belief: Bond.Belief) {
    for kubelet in scene.kubelets {
      guard let runtime = cast.address(of: scene.runtime(on: kubelet.node)) else { continue }
      let ghost = Bond(belief, own: runtime, kubelet: kubelet.address)
      switch scene.spec.runtime {
      case .docker: cast.haunt(runtime, Docker.self, with: ghost)
      case .containerd: cast.haunt(runtime, Containerd.self, with: ghost)
      }
    }
  }

  /// In a cluster without metrics-server nobody has the logs.
  private func hauntLogs(_ cast: inout Cast<Kube>, _ scene: Scene) {
    func isLogs(_ message: Message) -> Bool {
      guard case .nodeCall(let call) = message, case .logs = call.operation else { return false }
      return true
    }
    guard let server = cast.address(of: "metrics-server") else {
      cast.haunt(scene.apiserver, KubeAPIServer.self, with: Rewriter.refusing(isLogs, by: scene.apiserver))
      return
    }
    var kubelets: Table<String, Address> = [:]
    for kubelet in scene.kubelets { kubelets[kubelet.node] = kubelet.address }
    cast.haunt(scene.apiserver, KubeAPIServer.self, with: Rewriter.turning(isLogs, to: server))
    cast.haunt(server, MetricsServer.self, with: Relay.logs(kubelets))
  }

  private func hauntMeasuring(_ cast: inout Cast<Kube>, _ scene: Scene) {
    guard let server = cast.address(of: "metrics-server") else { return }
    for kubelet in scene.kubelets {
      let ghost = Pusher(
        node: kubelet.node,
        own: kubelet.address,
        collector: server,
        version: scene.spec.version
      )
      cast.haunt(kubelet.address, Kubelet.self, with: ghost)
    }
    cast.haunt(server, MetricsServer.self, with: Mailbox(own: server))
  }

  private func hauntRuntimes(_ cast: inout Cast<Kube>, _ spec: ClusterSpec) {
    for machine in spec.machines {
      let name = spec.runtime == .docker ? "dockerd" : "containerd"
      guard let runtime = cast.address(of: "\(name)@\(machine.name)"),
        let network = cast.address(of: "cni@\(machine.name)")
      else { continue }
      let ghost = LateNetwork(own: runtime, network: network)
      switch spec.runtime {
      case .docker: cast.haunt(runtime, Docker.self, with: ghost)
      case .containerd: cast.haunt(runtime, Containerd.self, with: ghost)
      }
    }
  }

  private func hauntProxies(_ cast: inout Cast<Kube>, _ spec: ClusterSpec) {
    for machine in spec.machines {
      let name = spec.runtime == .docker ? "dockerd" : "containerd"
      guard let proxy = cast.address(of: "kube-proxy@\(machine.name)"),
        let runtime = cast.address(of: "\(name)@\(machine.name)")
      else { continue }
      cast.haunt(proxy, KubeProxy.self, with: Meddler.plugging(for: runtime))
      switch spec.runtime {
      case .docker: cast.haunt(runtime, Docker.self, with: Rewriter.askingForNetwork(proxy))
      case .containerd: cast.haunt(runtime, Containerd.self, with: Rewriter.askingForNetwork(proxy))
      }
    }
  }

  /// Watches that only the false world has open.
  func watches(_ scene: Scene) -> [(watcher: Address, kind: Kind)] {
    switch self {
    case .kubeletPicksWork, .kubeletReadsEtcd: [(scene.kubelet, .pod)]
    case .schedulerScales: [(scene.scheduler, .deployment)]
    case .clockFromHeartbeat: scene.evictor.map { [($0, .lease)] } ?? []
    default: []
    }
  }
}
