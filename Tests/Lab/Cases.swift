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
  ///
  /// Where `isForgetting`, no bridge remembers where it saw an address when a visit begins, so frames are flooded.
  func example(
    _ name: String,
    rules: [String],
    visits: [Target],
    withFrames: Bool,
    isForgetting: Bool = false
  ) -> JSON {
    var json: JSON = ["name": name, "forgets": isForgetting]
    var questions: [JSON] = []
    var texts: JSON = [:]
    var fresh = network.plant(rules: rules)
    for node in network.nodes {
      texts[Plan.place(node.name, NetworkNamespace.host)] =
        fresh.kernels[node.name]?.host.ruleListing ?? ""
    }
    json["rules"] = texts
    json["visits"] = visits.enumerated().map { number, target -> JSON in
      fresh.clear()
      if isForgetting { fresh.advance(by: 2 * ForwardingEntry.ageingTime) }
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
      questions += fresh.hops.compactMap { $0.time < end ? question($0.kernel, $0.hop) : nil }
      return expectation(target, fresh.visit(Int64(number + 1)), fresh, until: end, withFrames)
    }
    json["frames"] = withFrames
    guard withFrames else { return json }
    json["questions"] = questions
    json["neighbours"] = known(fresh)
    return json
  }

  /// A question for a neighbour, or the answer, where it arrived.
  private func question(_ kernel: String, _ hop: Hop) -> JSON? {
    guard !hop.input.isEmpty, case .arp(let message) = hop.before.payload else { return nil }
    return [
      "place": Plan.place(kernel, hop.namespace), "device": hop.input,
      "kind": message.isReply ? "arp reply" : "arp request", "ttl": 0, "sourcePort": 0,
      "targetPort": 0,
      "sourceMAC": hop.before.source.text, "targetMAC": hop.before.destination.text,
      "source": message.sender.text, "target": message.target.text,
    ]
  }

  /// Whom everybody knows in the end, and whether an answer has confirmed it.
  private func known(_ plant: Plant) -> [[String]] {
    var all: [[String]] = []
    plant.kernels.forEach { kernel, network in
      network.namespaces.forEach { name, space in
        space.neighbours.forEach { key, neighbour in
          guard neighbour.state == .reachable || neighbour.state == .stale else { return }
          let state = neighbour.state == .reachable ? "reachable" : "stale"
          all.append([
            Plan.place(kernel, name), key.device, key.address.text, neighbour.mac.text, state,
          ])
        }
      }
    }
    return all
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
      if hop.outcome == .delivered("web"), seen.isEmpty {
        seen = hop.before.datagram?.source.text ?? ""
      }
    }
    var word = visit?.outcome?.word ?? "none"
    if case .answered(let text)? = visit?.outcome { word = text } else { seen = "" }
    if target.transport == .icmp { seen = "" }
    var json: JSON = [
      "place": Plan.place(target.kernel, target.namespace), "address": target.address.text,
      "port": Int(target.port),
      "transport": target.transport.text, "patience": Double(target.patience) / 1000, "word": word,
      "seen": seen,
    ]
    // Whoever has given up sees nothing of what comes later.
    if withFrames {
      json["frames"] = plant.hops.compactMap { $0.time < end ? frame($0.kernel, $0.hop) : nil }
    }
    return json
  }

  /// The headers of what opens, accepts, refuses or complains, where it arrived.
  private func frame(_ kernel: String, _ hop: Hop) -> JSON? {
    guard !hop.input.isEmpty, let datagram = hop.before.datagram, let kind = Plan.kind(datagram)
    else { return nil }
    var json: JSON = [
      "place": Plan.place(kernel, hop.namespace), "device": hop.input,
      "sourceMAC": hop.before.source.text, "targetMAC": hop.before.destination.text,
      "source": datagram.source.text, "target": datagram.destination.text,
      "sourcePort": Int(datagram.sourcePort), "targetPort": Int(datagram.destinationPort),
      "ttl": Int(datagram.ttl),
      "kind": kind,
    ]
    if case .icmp(let message) = datagram.content {
      json["sourcePort"] = Int(message.quoted?.sourcePort ?? 0)
      json["targetPort"] = Int(message.quoted?.destinationPort ?? 0)
      if let quoted = message.quoted {
        json["kind"] = "\(kind) \(quoted.source.text) \(quoted.destination.text)"
      }
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
        all.append(
          Target(kernel: kernel, namespace: namespace, address: pod.address, port: LabNetwork.port)
        )
      }
      for service in network.services {
        for address in [service.address] + service.others {
          all.append(Target(kernel: kernel, namespace: namespace, address: address, port: 80))
        }
        for node in network.nodes {
          all.append(
            Target(
              kernel: kernel,
              namespace: namespace,
              address: node.address,
              port: service.nodePort
            )
          )
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
          Target(
            kernel: node.name,
            namespace: NetworkNamespace.host,
            address: .localhost,
            port: service.nodePort
          )
        )
      }
    }
    for service in network.services {
      for address in service.others {
        all.append(Target(kernel: "fabric", namespace: Fabric.outside, address: address, port: 80))
      }
      for node in network.nodes {
        all.append(
          Target(
            kernel: "fabric",
            namespace: Fabric.outside,
            address: node.address,
            port: service.nodePort
          )
        )
      }
    }
    while all.count > limit { all.remove(at: random.next(below: all.count)) }
    return all
  }

  /// What the model says of every visit alone: one word, or who answers and whom it sees.
  func words(_ targets: [Target], rules: [String]) -> [String] {
    let fresh = network.plant(rules: rules)
    return targets.map { target in
      var plant = fresh
      plant.visit(
        target.address,
        target.port,
        over: target.transport,
        from: target.namespace,
        of: target.kernel,
        number: 1,
        patience: target.patience
      )
      plant.run(isTelling: false)
      guard let outcome = plant.visit(1)?.outcome else { return "none" }
      guard case .answered(let text) = outcome else { return outcome.word }
      let arrival = plant.hops.first { $0.hop.outcome == .delivered("web") }
      return "\(text) \(arrival?.hop.before.datagram?.source.text ?? "")"
    }
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

  /// A Pod behind the first Service that goes there, and so to itself where the rules choose it.
  var toItself: [Target] {
    guard let service = network.services.first, let backend = service.backends.first else {
      return []
    }
    let pod = network.pods[backend]
    return [
      Target(
        kernel: network.nodes[pod.node].name,
        namespace: pod.name,
        address: service.address,
        port: 80
      )
    ]
  }

  /// Ways on which bridges flood frames, once their neighbours are known: all are gone twice.
  var flooded: [Target] {
    guard let first = network.pods.first, let service = network.services.first else { return [] }
    let kernel = network.nodes[first.node].name
    var all = toItself
    for pod in network.pods {
      for transport in [TransportProtocol.icmp, .tcp] {
        let port = transport == .tcp ? LabNetwork.port : 0
        all.append(
          Target(
            kernel: kernel,
            namespace: first.name,
            address: pod.address,
            port: port,
            transport: transport
          )
        )
      }
    }
    all.append(Target(kernel: kernel, namespace: first.name, address: service.address, port: 80))
    all.append(
      Target(
        kernel: "fabric",
        namespace: Fabric.outside,
        address: network.nodes[0].address,
        port: service.nodePort
      )
    )
    return all + all
  }

  /// The rows of the table of flows that a sample must not leave out.
  var rows: [Target] {
    var all: [Target] = []
    for pod in network.pods where pod.exists { all += inside(pod) }
    guard let first = network.pods.first, let service = network.services.first else { return all }
    let kernel = network.nodes[first.node].name
    func ping(_ kernel: String, _ namespace: String, _ address: IPv4) {
      all.append(
        Target(kernel: kernel, namespace: namespace, address: address, port: 0, transport: .icmp)
      )
    }
    // Nothing answers for a Service; Pods, bridges and nodes do.
    for (kernel, namespace) in [
      (kernel, first.name), (kernel, NetworkNamespace.host), ("fabric", Fabric.outside),
    ] {
      ping(kernel, namespace, service.address)
      for node in network.nodes { ping(kernel, namespace, node.address) }
    }
    for pod in network.pods { ping(kernel, first.name, pod.address) }
    // An address of a node's range that nobody has, from its own node and from another; and a port that no Service has.
    for (number, node) in network.nodes.enumerated() {
      let nobody = IPv4(0x0af4_0000 + UInt32(number + 1) << 8 + 77)
      all.append(Target(kernel: kernel, namespace: first.name, address: nobody, port: 80))
      all.append(
        Target(kernel: kernel, namespace: first.name, address: nobody, port: 80, patience: 4500)
      )
      all.append(Target(kernel: kernel, namespace: first.name, address: node.address, port: 31_999))
    }
    all.append(Target(kernel: kernel, namespace: first.name, address: service.address, port: 81))
    return all
  }
}
