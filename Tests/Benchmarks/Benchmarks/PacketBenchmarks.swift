import Clockwork
import Kubernetes

/// Packets through the rules of a node with many Services.
enum PacketBenchmarks {
  static let all: [Benchmark] = [
    Benchmark(name: "packets", run: packets),
    Benchmark(name: "packet-step", run: packetStep),
  ]

  private static let client = IPv4(0x0af4_0109)
  private static let gateway = IPv4(0xc0a8_3801)

  /// A node with a bridge, one Pod, and Services whose Pods are on another node.
  private static func node(services count: Int) -> (network: NodeNetwork, services: [IPv4]) {
    let address = IPv4(0xc0a8_380b)
    let range = CIDR(base: client, prefix: 24)
    var network = NodeNetwork(machine: address)
    network.apply([NetworkChange(in: "pod", .addNamespace(pod: "default/client"))])
    network.apply(PodBridge.bridge(.bridge, range))
    let port = PodBridge.Port(
      namespace: "pod",
      veth: "veth0",
      vethMAC: MAC(0x0200_0000_0001),
      address: client,
      mac: MAC(of: client)
    )
    network.apply(PodBridge.attach(port, to: .bridge, range))
    network.apply(NetworkChange(.addNeighbour(Neighbour(gateway, device: "eth0", mac: MAC(ofMachine: gateway)))))
    var ports: [ProxyPort] = []
    var slices: [EndpointSlice] = []
    var addresses: [IPv4] = []
    for number in 0..<count {
      let address = IPv4(0x0a60_0100 + UInt32(number))
      addresses.append(address)
      var service = Service()
      service.metadata = ObjectMeta(name: "svc-\(number)", namespace: "default")
      service.spec.clusterIP = address.text
      service.spec.ports = [ServicePort(80)]
      ports += ProxyPort.ports(of: service, .now)
      var slice = EndpointSlice()
      slice.metadata = ObjectMeta(name: "svc-\(number)-1", namespace: "default")
      slice.metadata.labels["kubernetes.io/service-name"] = "svc-\(number)"
      slice.addressType = "IPv4"
      slice.ports = [EndpointSlicePort(8080, name: "", protocol: "TCP")]
      slice.endpoints = (1...3).map { host in
        var endpoint = Endpoint()
        endpoint.addresses = [IPv4(0x0af4_0200 + UInt32((3 * number + host) % 250)).text]
        endpoint.conditions.ready = true
        return endpoint
      }
      slices.append(slice)
    }
    let setting = ProxyRules.Setting(version: .now, node: "node1", nodeIP: address, clusterCIDR: CIDR("10.244.0.0/16"))
    let rules = ProxyRules(ports, ProxyEndpoint.byPort(slices, node: "node1"), setting)
    network.apply(KubeletRules.writes(.now).map { NetworkChange(.ensure($0)) })
    network.apply(rules.writes.map { NetworkChange(.ensure($0)) })
    return (network, addresses)
  }

  /// A connection of ten packets to one Service after the other, through bridge, rules and routes.
  @Sendable static func packets() -> [Result] {
    let (empty, services) = node(services: 100)
    let count = 1_000_000
    var network = empty
    let (source, bridge) = (MAC(of: client), MAC(of: IPv4(0x0af4_0101)))
    var left = 0
    let time = busySeconds {
      for number in 0..<count {
        let connection = number / 10
        var segment = Segment(
          sourcePort: UInt16(1024 + connection / 100 % 60_000),
          destinationPort: 80,
          flags: number % 10 == 0 ? .syn : .ack
        )
        segment.sequence = UInt32(truncatingIfNeeded: number)
        let datagram = Datagram(source: client, destination: services[connection % 100], content: .tcp(segment))
        let packet = Packet(id: Int64(number), source: source, destination: bridge, payload: .ip(datagram))
        network.accept(packet, on: "veth0")
        let dice = Dice(Random(seed: UInt64(connection)))
        left += network.pass(0, at: Time(number / 100), dice, isTelling: false).departures.count
      }
    }
    precondition(left == count, "only \(left) packets left the node")
    return [Result(what: "1,000,000 packets through a node with 100 Services", measured: time, budget: 10, unit: "s")]
  }

  /// Every step of packets to one of a thousand Services, in a whole cluster; the slowest counts.
  @Sendable static func packetStep() -> [Result] {
    let script = """
      kubectl create deployment web --image=demo/web:1.0 --port=8080 --replicas=2
      until deployment/web Available

      """
    var simulation = Clusters.simulation(nodes: 2, script: script, budget: 2, packets: true)
    simulation.run()
    Clusters.expose(1_000, in: &simulation)
    simulation.append(
      Clusters.lines("advance 60s\nsend http://svc/svc-500 from node1\nsend http://svc/svc-999 from node2\n")
    )
    var slowest = 0.0
    var steps = 0
    while let action = simulation.expected() {
      let isPacket = simulation.world.name(of: action.actor).hasPrefix("kernel@") && action.verb != "read"
      let time = busySeconds { simulation.perform(action, isExpected: true) }
      if isPacket {
        steps += 1
        slowest = max(slowest, time)
      }
    }
    precondition(steps > 20, "nothing was sent")
    return [
      Result(
        what: "a packet's step with 1,000 Services, the slowest of \(steps)",
        measured: slowest * 1e3,
        budget: 1,
        unit: "ms"
      )
    ]
  }
}
