import Clockwork

/// The false rules about packets; where no kernel moves any, nothing of them can be seen.
extension FalseRule {
  func hauntPodNetworks(_ cast: inout Cast<Kube>, _ spec: ClusterSpec) {
    for machine in spec.machines {
      let name = spec.runtime == .docker ? "dockerd" : "containerd"
      guard let runtime = cast.address(of: "\(name)@\(machine.name)"),
        let plugin = cast.address(of: "cni@\(machine.name)"), let kernel = cast.address(of: "kernel@\(machine.name)")
      else { continue }
      switch self {
      case .natBetweenPods:
        guard let range = CIDR(machine.podCIDR) else { continue }
        cast.haunt(plugin, CNI.self, with: Rewriter.translatingPods(range))
      case .bridgeGivesAddresses:
        guard let guest = cast.component(plugin, as: CNI.self) else { continue }
        cast.haunt(kernel, Kernel.self, with: BridgeHost(guest: guest))
        haunt(runtime, &cast, spec, with: Rewriter.askingForNetwork(kernel))
      case .addressPerContainer: haunt(runtime, &cast, spec, with: Partition(plugin: plugin))
      default: haunt(runtime, &cast, spec, with: Doorkeeper())
      }
    }
  }

  private func haunt<G: Ghost>(_ runtime: Address, _ cast: inout Cast<Kube>, _ spec: ClusterSpec, with ghost: G)
  where G.Model == Kube {
    switch spec.runtime {
    case .docker: cast.haunt(runtime, Docker.self, with: ghost)
    case .containerd: cast.haunt(runtime, Containerd.self, with: ghost)
    }
  }

  func hauntServices(_ cast: inout Cast<Kube>, _ scene: Scene) {
    var proxies: [(machine: ClusterSpec.Machine, address: Address)] = []
    for machine in scene.spec.machines {
      guard let proxy = cast.address(of: "kube-proxy@\(machine.name)") else { continue }
      proxies.append((machine, proxy))
    }
    if self == .apiserverPushesEndpoints {
      let ghost = Postman(bringing: .endpointSlice, to: proxies.map { $0.address })
      cast.haunt(scene.apiserver, KubeAPIServer.self, with: ghost)
      return
    }
    for (machine, proxy) in proxies {
      switch self {
      case .nodePortPerProxy:
        // One of them has the number that kube-apiserver shows.
        if machine.name == scene.node { continue }
        cast.haunt(proxy, KubeProxy.self, with: Rewriter.choosingNodePorts(machine.name))
      case .proxyCarriesTraffic:
        guard let kernel = cast.address(of: "kernel@\(machine.name)"), let range = CIDR(scene.spec.serviceCIDR) else {
          continue
        }
        let ghost = Handing(proxy: proxy, services: range, node: IPv4(machine.ip) ?? .any)
        cast.haunt(kernel, Kernel.self, with: ghost)
        cast.haunt(proxy, KubeProxy.self, with: Carrying())
      case .serviceIsAMachine: cast.haunt(proxy, KubeProxy.self, with: Impersonator())
      case .noEndpointsTimeOut: cast.haunt(proxy, KubeProxy.self, with: Rewriter.dropping())
      default: cast.haunt(proxy, KubeProxy.self, with: Rewriter.reshuffling())
      }
    }
  }
}
