import Clockwork

/// A false rule that many hold, as a world of its own: the same cluster, with one component that follows the rule.
///
/// Where its run first parts from the real one, the rule is refuted.
public enum FalseRule: String, CaseIterable, Sendable {
  case etcdDispatches = "etcd-dispatches"
  case apiserverOrdersKubelet = "apiserver-orders-kubelet"
  case apiserverDoesItAll = "apiserver-does-it-all"
  case noScheduler = "no-scheduler"
  case kubeletPicksWork = "kubelet-picks-work"
  case kubeletReadsEtcd = "kubelet-reads-etcd"
  case proxyPlugsPods = "kube-proxy-plugs-pods"
  case createdMeansRunning = "created-means-running"
  case objectsAct = "objects-act"
  case schedulerMeasures = "scheduler-measures"
  case schedulerRunsPods = "scheduler-runs-pods"
  case deleteIsImmediate = "delete-is-immediate"
  case crashLoopIsAPhase = "crashloop-is-a-phase"
  case schedulerScales = "scheduler-scales"
  case schedulerSuppliesMetrics = "scheduler-supplies-metrics"
  case shortageTriggers = "shortage-triggers"
  case autoscalerCreatesPods = "hpa-creates-pods"
  case logsThroughMetricsServer = "logs-through-metrics-server"
  case metricsArePushed = "metrics-are-pushed"
  case deploymentOwnsPods = "deployment-owns-pods"
  case terminatingCounts = "terminating-counts"
  case oneInOneOut = "one-in-one-out"
  case undoIsRestore = "undo-is-restore"
  case selfRollback = "self-rollback"
  case parentDeletesChildren = "parent-deletes-children"
  case networkAfterContainer = "network-after-container"
  case managerRunsAutoscalers = "manager-runs-autoscalers"
  case autoscalerSeesLoad = "autoscaler-sees-load"
  case recommendationEditsTemplate = "vpa-edits-template"
  case setsAreAlike = "sets-are-alike"
  case daemonSetPlaces = "daemonset-places"
  case everyNodeMeansEvery = "every-node-means-every"
  case podRestartsAsOne = "pod-restarts-as-one"
  case pauseIsSpare = "pause-is-spare"
  case oneRunningIsEnough = "one-running-is-enough"
  case deadKubeletDeadPod = "dead-kubelet-dead-pod"
  case clockFromHeartbeat = "clock-from-heartbeat"
  case evictionMeansMove = "eviction-means-move"
  case apiserverCountsRoom = "apiserver-counts-room"
  case boundMeansRuns = "bound-means-runs"
  case pauseJoinsByPort = "pause-joins-by-port"
  case addressPerContainer = "address-per-container"
  case bridgeGivesAddresses = "bridge-gives-addresses"
  case natBetweenPods = "nat-between-pods"
  case apiserverPushesEndpoints = "apiserver-pushes-endpoints"
  case nodePortPerProxy = "node-port-per-proxy"
  case proxyCarriesTraffic = "kube-proxy-carries-traffic"
  case serviceIsAMachine = "service-is-a-machine"
  case noEndpointsTimeOut = "no-endpoints-times-out"
  case connectionsMove = "connections-move"

  /// The iron rules that the false world breaks, by the keys of their obstacles.
  var waived: [String] {
    switch self {
    case .etcdDispatches: ["rule.watch"]
    case .kubeletReadsEtcd: ["rule.range", "rule.ranged"]
    case .objectsAct, .apiserverDoesItAll: ["rule.request"]
    case .proxyPlugsPods: ["rule.network", "rule.network-reply"]
    case .schedulerRunsPods, .podRestartsAsOne, .deadKubeletDeadPod: ["rule.runtime"]
    case .schedulerSuppliesMetrics: ["rule.request", "rule.response"]
    case .logsThroughMetricsServer, .metricsArePushed: ["rule.node-call", "rule.node-reply"]
    case .networkAfterContainer: ["rule.network-reply"]
    case .bridgeGivesAddresses: ["rule.network", "rule.network-reply", "rule.kernel"]
    case .proxyCarriesTraffic: ["rule.visit"]
    default: []
    }
  }

  /// Whether it shows only where kernels move packets.
  public var isAboutPackets: Bool {
    switch self {
    case .pauseJoinsByPort, .addressPerContainer, .bridgeGivesAddresses, .natBetweenPods, .apiserverPushesEndpoints,
      .nodePortPerProxy, .proxyCarriesTraffic, .serviceIsAMachine, .noEndpointsTimeOut, .connectionsMove:
      true
    default: false
    }
  }

  /// What only false worlds do: such a step is what the learner came to see.
  static let verbs = [
    "dispatch", "order", "assign", "claim", "plug", "spawn", "launch", "peek", "measure", "rescale", "relay", "push",
    "join", "roll-back", "edit", "take-along", "turn-away", "link", "lease", "carry",
  ]
}

/// Who is who in a world that is about to be haunted.
struct Scene {
  let cast: Cast<Kube>
  let spec: ClusterSpec

  /// The first machine that takes Pods: false rules send everything there.
  var node: String { spec.machines.first { !$0.isControlPlane }?.name ?? spec.machines.first?.name ?? "" }
  var apiserver: Address { cast.address(of: "kube-apiserver") ?? 0 }
  var etcd: Address { cast.address(of: "etcd") ?? Places.etcd }
  var scheduler: Address { cast.address(of: "kube-scheduler") ?? 0 }
  var kubelet: Address { cast.address(of: "kubelet@\(node)") ?? 0 }
  /// Whoever counts the days of Pods on lost nodes.
  var evictor: Address? { cast.address(of: "taint-eviction-controller") }
  /// kube-scheduler, and those beside it.
  var schedulers: [Address] {
    (["kube-scheduler"] + spec.schedulers).compactMap { cast.address(of: $0) }
  }
  /// The kubelets of all machines.
  var kubelets: [(node: String, address: Address)] {
    spec.machines.compactMap { machine in
      cast.address(of: "kubelet@\(machine.name)").map { (machine.name, $0) }
    }
  }
  var runtime: Address { cast.address(of: runtime(on: node)) ?? 0 }
  func runtime(on node: String) -> String { "\(spec.runtime == .docker ? "dockerd" : "containerd")@\(node)" }
}
