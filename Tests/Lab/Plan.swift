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
    let listeners = network.pods.filter { $0.listens }.map { pod -> JSON in
      ["place": Plan.place(network.nodes[pod.node].name, pod.name), "port": 8080, "answer": "pod=\(pod.name)"]
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
      "sysctl net.ipv4.conf.all.send_redirects=0", "sysctl net.ipv4.conf.default.send_redirects=0",
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
      if link.isHairpin { lines.append("bridge link set dev \(link.name) hairpin on") }
      if link.isUp, !link.isLoopback { lines.append("sysctl net.ipv4.conf.\(link.name).send_redirects=0") }
    }
    for route in space.routes.listed where route.origin != "kernel" { lines.append("ip route add \(route.text)") }
    return lines
  }

  // MARK: Cases

  /// One set of rules, and what the model says of visits under them.
  func example(_ name: String, rules: [String], visits: [Target], withFrames: Bool) -> JSON {
    var json: JSON = ["name": name]
    var texts: JSON = [:]
    var fresh = network.plant(rules: rules)
    for node in network.nodes {
      texts[Plan.place(node.name, NetworkNamespace.host)] =
        fresh.kernels[node.name]?.host.ruleListing ?? ""
    }
    json["rules"] = texts
    json["visits"] = visits.enumerated().map { number, target -> JSON in
      fresh.clear()
      fresh.visit(
        target.address,
        target.port,
        from: target.namespace,
        of: target.kernel,
        number: Int64(number + 1),
        patience: 900
      )
      fresh.run(isTelling: false)
      return expectation(target, fresh.visit(Int64(number + 1)), fresh, withFrames)
    }
    json["frames"] = withFrames
    return json
  }

  /// Somewhere to go, and where from.
  struct Target {
    var kernel: String
    var namespace: String
    var address: IPv4
    var port: UInt16
  }

  private func expectation(_ target: Target, _ visit: Visit?, _ plant: Plant, _ withFrames: Bool) -> JSON {
    var seen = ""
    for (_, _, hop) in plant.hops {
      if hop.outcome == .delivered("web"), seen.isEmpty { seen = hop.before.datagram?.source.text ?? "" }
    }
    var word = visit?.outcome?.word ?? "none"
    if case .answered(let text)? = visit?.outcome { word = text } else { seen = "" }
    var json: JSON = [
      "place": Plan.place(target.kernel, target.namespace), "address": target.address.text, "port": Int(target.port),
      "word": word, "seen": seen,
    ]
    if withFrames { json["frames"] = plant.hops.compactMap { frame($0.kernel, $0.hop) } }
    return json
  }

  private func frame(_ kernel: String, _ hop: Hop) -> JSON? {
    guard !hop.input.isEmpty, hop.input != "lo", let datagram = hop.before.datagram, let segment = datagram.segment,
      segment.flags.contains(.syn)
    else { return nil }
    return [
      "place": Plan.place(kernel, hop.namespace), "device": hop.input,
      "sourceMAC": hop.before.source.text, "targetMAC": hop.before.destination.text,
      "source": datagram.source.text, "target": datagram.destination.text,
      "sourcePort": Int(segment.sourcePort), "targetPort": Int(segment.destinationPort), "ttl": Int(datagram.ttl),
      "flags": segment.flags.contains(.ack) ? "SYN-ACK" : "SYN",
    ]
  }

  /// Every kind of way that the flows have: from Pods, nodes and outside to Pods, Services and node ports.
  func targets(_ random: inout Random, limit: Int) -> [Target] {
    var all: [Target] = []
    func reach(_ kernel: String, _ namespace: String) {
      for pod in network.pods {
        all.append(Target(kernel: kernel, namespace: namespace, address: pod.address, port: 8080))
      }
      for service in network.services {
        all.append(Target(kernel: kernel, namespace: namespace, address: service.address, port: 80))
        for node in network.nodes {
          all.append(Target(kernel: kernel, namespace: namespace, address: node.address, port: service.nodePort))
        }
      }
    }
    for pod in network.pods { reach(network.nodes[pod.node].name, pod.name) }
    for node in network.nodes {
      reach(node.name, NetworkNamespace.host)
      for service in network.services {
        all.append(
          Target(kernel: node.name, namespace: NetworkNamespace.host, address: .localhost, port: service.nodePort)
        )
      }
    }
    for service in network.services {
      for node in network.nodes {
        all.append(
          Target(kernel: "fabric", namespace: Fabric.outside, address: node.address, port: service.nodePort)
        )
      }
    }
    while all.count > limit { all.remove(at: random.next(below: all.count)) }
    return all
  }
}
