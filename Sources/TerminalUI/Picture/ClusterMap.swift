import Clockwork
import Kubernetes

/// Who is in a cluster and where each belongs: what a picture needs, and nothing that changes from step to step.
public struct ClusterMap: Equatable, Sendable {
  /// A machine with what runs on it.
  public struct Machine: Equatable, Sendable {
    public var name: String
    public var isControlPlane: Bool
    /// Components in the order of the roster: the kubelet first.
    public var components: [String]
  }

  /// Components that stand on no machine of their own, such as `kubectl` and `etcd`.
  public var central: [String]
  public var machines: [Machine]
  /// What lies between the machines, where packets move: no part of the control plane.
  public var network: [String]
  /// Who talks to the rest of the cluster through whom: a runtime through its kubelet, everybody else through the hub.
  var parents: [String: String]
  public var hub: String

  public init(_ world: KubeWorld, spec: ClusterSpec) {
    central = []
    network = []
    machines = spec.machines.map {
      Machine(name: $0.name, isControlPlane: $0.isControlPlane, components: [])
    }
    parents = [:]
    hub = ""
    var kubelets: [String: String] = [:]
    var runtimes: [String: String] = [:]
    // A picture shows processes; the loops of kube-controller-manager would fill it.
    let processes = world.cells.indices.filter { world.process(of: $0) == world.name(of: $0) }
    for address in processes {
      let name = world.name(of: address)
      let role = world.role(of: address)
      if role == .apiserver { hub = name }
      if role == .kernel, Self.node(of: name).isEmpty {
        network.append(name)
        continue
      }
      // Members of etcd have letters, not machines.
      let node = role == .etcd ? "" : Self.node(of: name)
      guard let index = machines.firstIndex(where: { $0.name == node }) else {
        central.append(name)
        continue
      }
      machines[index].components.append(name)
      if role == .kubelet { kubelets[node] = name }
      if role == .runtime { runtimes[node] = name }
    }
    for address in processes where !network.contains(world.name(of: address)) {
      let name = world.name(of: address)
      let node = Self.node(of: name)
      switch world.role(of: address) {
      case .runtime, .kernel: parents[name] = kubelets[node] ?? hub
      case .network: parents[name] = runtimes[node] ?? hub
      case .apiserver: break
      default: parents[name] = hub
      }
    }
  }

  /// `node1` of `kubelet@node1`; nothing for what runs on no machine.
  public static func node(of component: String) -> String {
    component.firstIndex(of: "@").map { String(component[component.index(after: $0)...]) } ?? ""
  }

  /// `kubelet` of `kubelet@node1`.
  public static func short(_ component: String) -> String {
    String(component.prefix { $0 != "@" })
  }

  /// The chain from a component up to the hub, both included.
  func ancestry(_ component: String) -> [String] {
    var chain = [component]
    while let last = chain.last, let parent = parents[last], chain.count < 8 { chain.append(parent) }
    return chain
  }

  /// The name of the line from a machine's kernel to the network; nothing where neither of two is the network.
  func cable(from sender: String, to receiver: String) -> String? {
    guard network.contains(sender) != network.contains(receiver) else { return nil }
    return Self.cable(of: network.contains(sender) ? receiver : sender)
  }

  static func cable(of kernel: String) -> String { "\(kernel) cable" }

  /// The components whose line to their parent a message takes on its way.
  func route(from sender: String, to receiver: String) -> [String] {
    if let cable = cable(from: sender, to: receiver) { return [cable] }
    let up = ancestry(sender)
    let down = ancestry(receiver)
    guard let meeting = up.first(where: { down.contains($0) }) else { return [] }
    return Array(up.prefix { $0 != meeting }) + Array(down.prefix { $0 != meeting })
  }
}
