import Clockwork

/// What tools print that are started on a node, in a Pod or on the machines between.
enum NetworkViews {
  static func text(_ view: ScriptLine.NetworkView, _ place: String, in simulation: Simulation) -> String {
    guard let (kernel, space) = space(place, in: simulation) else { return "no network \"\(place)\"\n" }
    let now = simulation.world.now
    switch view {
    case .addresses: return space.addressListing(in: kernel.network)
    case .routes: return space.routeListing
    case .neighbours: return space.neighbourListing(at: now)
    case .forwarding: return space.forwardingListing(at: now)
    case .rules: return space.ruleListing
    case .connections: return space.connectionListing(at: now)
    case .sockets: return space.socketListing()
    case .capture: return kernel.captured(in: space.name)
    }
  }

  /// A namespace by the name of its node or Pod; `outside` and `fabric` are not the cluster's.
  static func space(_ place: String, in simulation: Simulation) -> (Kernel, NetworkNamespace)? {
    let world = simulation.world
    let wanted = place.hasPrefix("pod/") ? String(place.dropFirst(4)) : place
    let pod = wanted.utf8.contains(UInt8(ascii: "/")) ? wanted : "default/\(wanted)"
    for address in world.cells.indices where world.role(of: address) == .kernel {
      guard let kernel = world.component(address, as: Kernel.self) else { continue }
      let name = world.name(of: address)
      if name == "kernel@\(wanted)" || name == wanted { return (kernel, kernel.network.host) }
      if name == "fabric", let space = kernel.network[wanted] { return (kernel, space) }
      if let space = kernel.network.namespace(ofPod: pod) { return (kernel, space) }
    }
    return nil
  }

  /// What a line `send` means in this cluster, at this moment; nothing where a name means nothing.
  static func order(_ line: SendLine, number: Int64, in simulation: Simulation) -> (VisitOrder, Address)? {
    guard let goal = goal(line, in: simulation),
      let (kernel, space) = space(line.client, in: simulation),
      let address = simulation.world.address(of: kernel.name)
    else { return nil }
    var order = VisitOrder(
      number: number,
      pod: space.pod,
      namespace: space.name,
      transport: line.transport,
      destination: goal.0,
      port: goal.1,
      path: line.path,
      text: line.text,
      host: line.host,
      patience: NetworkNamespace.patience
    )
    order.tool = line.tool
    order.kind = line.kind
    if case .name(let name) = line.target {
      order.name = name
      order.file = resolver(space, line.client, in: simulation)
    }
    return (order, address)
  }

  /// The file by which names are looked up there: a Pod's is the kubelet's work, a machine's its administrator's.
  private static func resolver(_ space: NetworkNamespace, _ place: String, in simulation: Simulation) -> ResolverFile {
    let settings = ResolverSettings(simulation.spec)
    let version = simulation.spec.version
    if let (namespace, name) = ScriptText.pair(space.pod, at: "/") {
      guard let pod = simulation.object(ObjectKey(.pod, namespace, name))?.pod else {
        return settings.cluster(namespace, version)
      }
      return settings.file(of: pod, version)
    }
    guard place == Fabric.outside else { return settings.machine }
    return ResolverFile(nameservers: [CIDR(base: Fabric.client, prefix: 24).first.text])
  }

  private static func goal(_ line: SendLine, in simulation: Simulation) -> (IPv4, UInt16)? {
    switch line.target {
    case .address(let address): return (address, line.port ?? 80)
    case .name: return (.any, line.port ?? 80)
    case .object(let key):
      guard let object = simulation.object(key) else { return nil }
      if let service = object.as(Service.self) {
        guard let address = IPv4(service.spec.clusterIP) else { return nil }
        return (address, line.port ?? UInt16(exactly: service.spec.ports.first?.port ?? 80) ?? 80)
      }
      if let pod = object.pod { return IPv4(pod.status.podIP).map { ($0, line.port ?? 80) } }
      for machine in simulation.spec.machines where machine.name == key.name {
        return IPv4(machine.ip).map { ($0, line.port ?? 80) }
      }
      return nil
    }
  }
}

extension Kernel {
  /// What `tcpdump -nn -e -i any` has printed in a namespace since the beginning, with the interface of each frame.
  func captured(in namespace: String) -> String {
    var out = ""
    moving.captures.forEach { _, capture in
      guard capture.namespace == namespace else { return }
      out += "\(capture.time) \(capture.device) \(capture.packet.dump)\n"
    }
    return out
  }
}
