import Clockwork
import Foundation
import Kubernetes

/// Somewhere to go, and where from.
struct Target {
  var kernel: String
  var namespace: String
  var address: IPv4
  var port: UInt16
  var transport = TransportProtocol.tcp
  /// How long the client waits; the kernel gives a neighbour up after three seconds.
  var patience: Time = 900
}

extension Plan {
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
      let start = fresh.now
      fresh.visit(
        target.address,
        target.port,
        over: target.transport,
        from: target.namespace,
        of: target.kernel,
        number: Int64(number + 1),
        patience: target.patience
      )
      fresh.run(isTelling: false)
      let end = start + target.patience
      return expectation(target, fresh.visit(Int64(number + 1)), fresh, until: end, withFrames)
    }
    json["frames"] = withFrames
    return json
  }

  private func expectation(
    _ target: Target,
    _ visit: Visit?,
    _ plant: Plant,
    until end: Time,
    _ withFrames: Bool
  ) -> JSON {
    var seen = ""
    for (_, _, hop) in plant.hops {
      if hop.outcome == .delivered("web"), seen.isEmpty { seen = hop.before.datagram?.source.text ?? "" }
    }
    var word = visit?.outcome?.word ?? "none"
    if case .answered(let text)? = visit?.outcome { word = text } else { seen = "" }
    if target.transport == .icmp { seen = "" }
    var json: JSON = [
      "place": Plan.place(target.kernel, target.namespace), "address": target.address.text, "port": Int(target.port),
      "transport": target.transport.text, "patience": Double(target.patience) / 1000, "word": word, "seen": seen,
    ]
    // Whoever has given up sees nothing of what comes later.
    if withFrames { json["frames"] = plant.hops.compactMap { $0.time < end ? frame($0.kernel, $0.hop) : nil } }
    return json
  }

  /// The headers of what opens, accepts, refuses or complains, where it arrived.
  private func frame(_ kernel: String, _ hop: Hop) -> JSON? {
    guard !hop.input.isEmpty, let datagram = hop.before.datagram, let kind = Plan.kind(datagram) else { return nil }
    var json: JSON = [
      "place": Plan.place(kernel, hop.namespace), "device": hop.input,
      "sourceMAC": hop.before.source.text, "targetMAC": hop.before.destination.text,
      "source": datagram.source.text, "target": datagram.destination.text,
      "sourcePort": Int(datagram.sourcePort), "targetPort": Int(datagram.destinationPort), "ttl": Int(datagram.ttl),
      "kind": kind,
    ]
    if case .icmp(let message) = datagram.content {
      json["sourcePort"] = Int(message.quoted?.sourcePort ?? 0)
      json["targetPort"] = Int(message.quoted?.destinationPort ?? 0)
      if let quoted = message.quoted { json["kind"] = "\(kind) \(quoted.source.text) \(quoted.destination.text)" }
    }
    return json
  }

  private static func kind(_ datagram: Datagram) -> String? {
    switch datagram.content {
    case .tcp(let segment):
      if segment.flags.contains(.reset) { return "RST" }
      guard segment.flags.contains(.syn) else { return nil }
      return segment.flags.contains(.ack) ? "SYN-ACK" : "SYN"
    case .icmp(let message): return "icmp \(message.kind.numbers.type) \(message.kind.numbers.code)"
    case .udp: return nil
    }
  }

  // MARK: Where to

  /// Every kind of way that the flows have: from Pods, nodes and outside to Pods, Services and node ports.
  func targets(_ random: inout Random, limit: Int) -> [Target] {
    var all: [Target] = []
    func reach(_ kernel: String, _ namespace: String) {
      for pod in network.pods {
        all.append(Target(kernel: kernel, namespace: namespace, address: pod.address, port: LabNetwork.port))
      }
      for service in network.services {
        all.append(Target(kernel: kernel, namespace: namespace, address: service.address, port: 80))
        for node in network.nodes {
          all.append(Target(kernel: kernel, namespace: namespace, address: node.address, port: service.nodePort))
        }
      }
    }
    for pod in network.pods where pod.exists {
      reach(network.nodes[pod.node].name, pod.name)
      all += inside(pod)
    }
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

  /// What containers of one Pod say to each other: over `lo`, and to their own address; to a port of nobody too.
  private func inside(_ pod: LabNetwork.Pod) -> [Target] {
    let kernel = network.nodes[pod.node].name
    return [IPv4.localhost, pod.address].flatMap { address in
      [LabNetwork.port, LabNetwork.sidePort, 9999].map {
        Target(kernel: kernel, namespace: pod.name, address: address, port: $0)
      }
    }
  }

  /// The rows of the table of flows that a sample must not leave out.
  var rows: [Target] {
    var all: [Target] = []
    for pod in network.pods where pod.exists { all += inside(pod) }
    guard let first = network.pods.first, let service = network.services.first else { return all }
    let kernel = network.nodes[first.node].name
    func ping(_ kernel: String, _ namespace: String, _ address: IPv4) {
      all.append(Target(kernel: kernel, namespace: namespace, address: address, port: 0, transport: .icmp))
    }
    // Nothing answers for a Service; Pods, bridges and nodes do.
    for (kernel, namespace) in [(kernel, first.name), (kernel, NetworkNamespace.host), ("fabric", Fabric.outside)] {
      ping(kernel, namespace, service.address)
      for node in network.nodes { ping(kernel, namespace, node.address) }
    }
    for pod in network.pods { ping(kernel, first.name, pod.address) }
    // An address of a node's range that nobody has, from its own node and from another; and a port that no Service has.
    for (number, node) in network.nodes.enumerated() {
      let nobody = IPv4(0x0af4_0000 + UInt32(number + 1) << 8 + 77)
      all.append(Target(kernel: kernel, namespace: first.name, address: nobody, port: 80))
      all.append(Target(kernel: kernel, namespace: first.name, address: nobody, port: 80, patience: 4500))
      all.append(Target(kernel: kernel, namespace: first.name, address: node.address, port: 31_999))
    }
    all.append(Target(kernel: kernel, namespace: first.name, address: service.address, port: 81))
    return all
  }
}
