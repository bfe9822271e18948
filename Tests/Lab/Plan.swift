import Clockwork
import Foundation
import Kubernetes

/// A network of the model as commands for the real tools, read from the model's own tables.
struct Plan {
  typealias JSON = [String: Any]

  let network: LabNetwork
  private let plant: Plant

  init(_ network: LabNetwork) {
    self.network = network
    plant = network.plant(rules: network.nodes.indices.map { network.rules(on: $0) })
  }

  static func place(_ kernel: String, _ namespace: String) -> String { "\(kernel)/\(namespace)" }

  /// Everything but rules and visits.
  var json: JSON {
    var namespaces: [String] = []
    var pairs: [JSON] = []
    var commands: JSON = [:]
    plant.kernels.forEach { kernel, network in
      network.namespaces.forEach { name, space in
        namespaces.append(Plan.place(kernel, name))
        commands[Plan.place(kernel, name)] = lines(space)
        for link in space.links { if let pair = pair(link, space, kernel, network) { pairs.append(pair) } }
      }
    }
    for (one, other) in plant.cables {
      guard let near = mac(one), let far = mac(other) else { continue }
      pairs.append([
        "place": Plan.place(one.kernel, one.namespace), "name": one.device, "mac": near,
        "peerPlace": Plan.place(other.kernel, other.namespace), "peerName": other.device, "peerMAC": far,
      ])
    }
    let listeners = network.pods.flatMap { pod in
      network.listeners(of: pod).map { listener -> JSON in
        let place = Plan.place(network.nodes[pod.node].name, pod.name)
        return ["place": place, "port": Int(listener.port), "answer": listener.answer]
      }
    }
    return ["namespaces": namespaces, "pairs": pairs, "commands": commands, "listeners": listeners]
  }

  private func mac(_ end: Plant.End) -> String? {
    plant.kernels[end.kernel]?[end.namespace]?[link: end.device]?.mac.text
  }

  /// A pair is listed by the end whose name comes first.
  private func pair(_ link: NetworkLink, _ space: NetworkNamespace, _ kernel: String, _ network: NodeNetwork) -> JSON? {
    guard case .veth(let peer) = link.kind, let far = network[peer.namespace]?[link: peer.name],
      (space.name, link.name) < (peer.namespace, peer.name)
    else { return nil }
    return [
      "place": Plan.place(kernel, space.name), "name": link.name, "mac": link.mac.text,
      "peerPlace": Plan.place(kernel, peer.namespace), "peerName": peer.name, "peerMAC": far.mac.text,
    ]
  }

  /// Bridges, then addresses, then what needs them to be up.
  private func lines(_ space: NetworkNamespace) -> [String] {
    var lines = [
      "sysctl net.ipv4.ip_forward=\(space.settings.forwards ? 1 : 0)",
      "sysctl net.bridge.bridge-nf-call-iptables=\(space.settings.bridgeCallsRules ? 1 : 0)",
      "sysctl net.ipv4.conf.all.route_localnet=\(space.settings.routesLoopback ? 1 : 0)",
      "sysctl net.ipv4.conf.all.rp_filter=\(space.settings.reversePathFilter)",
      "sysctl net.ipv4.icmp_ratelimit=0", "sysctl net.ipv4.conf.all.send_redirects=0",
      "sysctl net.ipv4.conf.default.send_redirects=0",
    ]
    for link in space.links where link.isBridge {
      lines.append("ip link add \(link.name) address \(link.mac.text) type bridge mcast_snooping 0")
    }
    for link in space.links {
      for address in link.addresses where !link.isLoopback {
        lines.append("ip addr add \(address.text) dev \(link.name)")
      }
      if !link.master.isEmpty { lines.append("ip link set \(link.name) master \(link.master)") }
      lines.append("ip link set \(link.name) mtu \(link.mtu)")
      lines.append("ip link set \(link.name) \(link.isUp ? "up" : "down")")
      if link.isPromiscuous { lines.append("ip link set \(link.name) promisc on") }
      if link.isHairpin { lines.append("bridge link set dev \(link.name) hairpin on") }
      if link.isUp, !link.isLoopback { lines.append("sysctl net.ipv4.conf.\(link.name).send_redirects=0") }
    }
    for route in space.routes.listed where route.origin != "kernel" { lines.append("ip route add \(route.text)") }
    return lines
  }
}
