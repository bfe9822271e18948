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

  /// The iron rules that the false world breaks, by the keys of their obstacles.
  var waived: [String] {
    switch self {
    case .etcdDispatches: ["rule.watch"]
    case .kubeletReadsEtcd: ["rule.range", "rule.ranged"]
    case .objectsAct, .apiserverDoesItAll: ["rule.request"]
    case .proxyPlugsPods: ["rule.network", "rule.network-reply"]
    case .schedulerRunsPods: ["rule.runtime"]
    default: []
    }
  }

  /// What only false worlds do: such a step is what the learner came to see.
  static let verbs = ["dispatch", "order", "assign", "claim", "plug", "spawn", "launch", "peek"]
}

/// Who is who in a world that is about to be haunted.
struct Scene {
  let cast: Cast<Kube>
  let spec: ClusterSpec

  /// The first machine that takes Pods: false rules send everything there.
  var node: String { spec.machines.first { !$0.isControlPlane }?.name ?? spec.machines.first?.name ?? "" }
  var apiserver: Address { cast.address(of: "kube-apiserver") ?? 0 }
  var etcd: Address { cast.address(of: "etcd") ?? 0 }
  var scheduler: Address { cast.address(of: "kube-scheduler") ?? 0 }
  var kubelet: Address { cast.address(of: "kubelet@\(node)") ?? 0 }
  var runtime: Address { cast.address(of: "\(spec.runtime == .docker ? "dockerd" : "containerd")@\(node)") ?? 0 }
}

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
    case .crashLoopIsAPhase: hauntKubelets(&cast, spec)
    }
  }

  private func hauntKubelets(_ cast: inout Cast<Kube>, _ spec: ClusterSpec) {
    for machine in spec.machines {
      guard let kubelet = cast.address(of: "kubelet@\(machine.name)") else { continue }
      cast.haunt(kubelet, Kubelet.self, with: Rewriter.phaseOfCrashes())
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
    case .kubeletPicksWork: [(scene.kubelet, .pod)]
    default: []
    }
  }
}
