import Clockwork
import Kubernetes

/// A network for the laboratory: nodes with bridges, Pods, Services, and rules as kube-proxy writes them.
struct LabNetwork {
  struct Pod {
    var name: String
    var address: IPv4
    var node: Int
    var listens: Bool
  }

  struct Service {
    var name: String
    var address: IPv4
    var nodePort: UInt16
    var backends: [Int]
    var isLocal: Bool
  }

  var nodes: [(name: String, address: IPv4)] = []
  var pods: [Pod] = []
  var services: [Service] = []
  var bridgeCallsRules = true
  var hairpin = true
  var withRoutes = true
  /// Which backend of every Service the dice choose, in place of chance.
  var choice = 0

  /// The reference cluster.
  static var reference: LabNetwork {
    var network = LabNetwork()
    network.nodes = [("node1", IPv4(0xc0a8_380b)), ("node2", IPv4(0xc0a8_380c))]
    network.pods = [
      Pod(name: "client", address: IPv4(0x0af4_0109), node: 0, listens: false),
      Pod(name: "web-a", address: IPv4(0x0af4_0103), node: 0, listens: true),
      Pod(name: "web-b", address: IPv4(0x0af4_0205), node: 1, listens: true),
    ]
    network.services = [
      Service(name: "web", address: IPv4(0x0a60_0032), nodePort: 30080, backends: [1, 2], isLocal: false),
      Service(name: "empty", address: IPv4(0x0a60_003c), nodePort: 30081, backends: [], isLocal: false),
      Service(name: "local", address: IPv4(0x0a60_0046), nodePort: 30082, backends: [2], isLocal: true),
    ]
    return network
  }

  /// A network drawn from a seed.
  static func random(_ seed: UInt64) -> LabNetwork {
    var random = Random(seed: seed)
    var network = LabNetwork()
    let count = 1 + random.next(below: 3)
    for node in 0..<count { network.nodes.append(("node\(node + 1)", IPv4(0xc0a8_380b + UInt32(node)))) }
    for place in 0..<(2 + random.next(below: 4)) {
      let node = random.next(below: count)
      let address = IPv4(0x0af4_0000 + UInt32(node + 1) << 8 + UInt32(2 + place * 3 + random.next(below: 3)))
      network.pods.append(
        Pod(name: "pod\(place)", address: address, node: node, listens: random.next(below: 5) > 0)
      )
    }
    for place in 0..<(1 + random.next(below: 3)) {
      let backends = network.pods.indices.filter { _ in random.next(below: 2) == 0 }
      network.services.append(
        Service(
          name: "svc\(place)",
          address: IPv4(0x0a60_0010 + UInt32(place)),
          nodePort: UInt16(30_000 + place),
          backends: backends,
          isLocal: random.next(below: 4) == 0
        )
      )
    }
    network.hairpin = random.next(below: 4) > 0
    network.bridgeCallsRules = random.next(below: 8) > 0
    network.choice = random.next(below: 3)
    return network
  }

  // MARK: Rules

  /// What kube-proxy would write on a node, with every choice made.
  func rules(on node: Int) -> String {
    var nat = [
      ":KUBE-SERVICES - [0:0]", ":KUBE-NODEPORTS - [0:0]", ":KUBE-POSTROUTING - [0:0]", ":KUBE-MARK-MASQ - [0:0]",
    ]
    var lines: [String] = [
      "-A PREROUTING -m comment --comment \"kubernetes service portals\" -j KUBE-SERVICES",
      "-A OUTPUT -m comment --comment \"kubernetes service portals\" -j KUBE-SERVICES",
      "-A POSTROUTING -m comment --comment \"kubernetes postrouting rules\" -j KUBE-POSTROUTING",
      "-A POSTROUTING ! -d 10.0.0.0/8 -m addrtype ! --dst-type LOCAL -j MASQUERADE",
      "-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000",
      "-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN",
      "-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0",
      "-A KUBE-POSTROUTING -j MASQUERADE --random-fully",
    ]
    var filter: [String] = []
    for service in services {
      let address = service.address.text
      let local = service.backends.filter { pods[$0].node == node }
      if service.backends.isEmpty {
        filter.append(
          "-A KUBE-SERVICES -d \(address)/32 -p tcp -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable"
        )
        filter.append(
          "-A KUBE-EXTERNAL -p tcp -m addrtype --dst-type LOCAL -m tcp --dport \(service.nodePort) -j REJECT --reject-with icmp-port-unreachable"
        )
        continue
      }
      if service.isLocal, local.isEmpty {
        filter.append("-A KUBE-EXTERNAL -p tcp -m addrtype --dst-type LOCAL -m tcp --dport \(service.nodePort) -j DROP")
      }
      let chain = "KUBE-SVC-\(service.name)"
      let external = "KUBE-EXT-\(service.name)"
      nat += [":\(chain) - [0:0]", ":\(external) - [0:0]"]
      lines += [
        "-A KUBE-SERVICES -d \(address)/32 -p tcp -m comment --comment \"\(service.name) cluster IP\" -m tcp --dport 80 -j \(chain)",
        "-A KUBE-NODEPORTS -p tcp -m tcp --dport \(service.nodePort) -j \(external)",
        "-A \(chain) ! -s 10.244.0.0/16 -d \(address)/32 -p tcp -m tcp --dport 80 -j KUBE-MARK-MASQ",
      ]
      if service.isLocal {
        lines.append("-A \(external) -s 10.244.0.0/16 -j \(chain)")
        if let first = local.first { lines.append("-A \(external) -j KUBE-SEP-\(service.name)-\(first)") }
      } else {
        lines += ["-A \(external) -j KUBE-MARK-MASQ", "-A \(external) -j \(chain)"]
      }
      let chosen = choice % service.backends.count
      for (place, backend) in service.backends.enumerated() {
        let end = "KUBE-SEP-\(service.name)-\(backend)"
        let share = place < chosen ? "0.00000000000" : "1.00000000000"
        let chance = place == service.backends.count - 1 ? "" : " -m statistic --mode random --probability \(share)"
        nat.append(":\(end) - [0:0]")
        lines += [
          "-A \(chain)\(chance) -j \(end)", "-A \(end) -s \(pods[backend].address.text)/32 -j KUBE-MARK-MASQ",
          "-A \(end) -p tcp -m tcp -j DNAT --to-destination \(pods[backend].address.text):8080",
        ]
      }
    }
    lines.append("-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS")
    let chains = [":KUBE-SERVICES - [0:0]", ":KUBE-EXTERNAL - [0:0]", ":KUBE-FORWARD - [0:0]"]
    let hooks = [
      "-A INPUT -m conntrack --ctstate NEW -j KUBE-EXTERNAL", "-A FORWARD -j KUBE-FORWARD",
      "-A FORWARD -m conntrack --ctstate NEW -j KUBE-SERVICES", "-A OUTPUT -m conntrack --ctstate NEW -j KUBE-SERVICES",
      "-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP",
      "-A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT",
      "-A KUBE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
    ]
    let natText = (["*nat"] + nat + lines + ["COMMIT"]).joined(separator: "\n")
    let filterText = (["*filter"] + chains + hooks + filter + ["COMMIT"]).joined(separator: "\n")
    return natText + "\n" + filterText + "\n"
  }

  // MARK: The model's network

  func plant(rules texts: [String]) -> Plant {
    var plant = Plant(seed: 1)
    plant.build(nodes)
    for (index, node) in nodes.enumerated() {
      let gateway = InterfaceAddress(IPv4(0x0af4_0001 + UInt32(index + 1) << 8), prefix: 24)
      plant.apply(
        [
          NetworkChange(.set("net.ipv4.ip_forward", 1)),
          NetworkChange(.set("net.bridge.bridge-nf-call-iptables", bridgeCallsRules ? 1 : 0)),
          NetworkChange(.set("net.ipv4.conf.all.route_localnet", 1)),
          NetworkChange(.addLink(NetworkLink("cbr0", .bridge, mac: MAC(of: gateway.address)))),
          NetworkChange(.addAddress(gateway, device: "cbr0")), NetworkChange(.setLink("cbr0", .up)),
        ],
        to: node.name
      )
      let range = Route(to: gateway.range, via: node.address, device: "eth0")
      if withRoutes { plant.apply([NetworkChange(in: Fabric.router, .addRoute(range))], to: "fabric") }
      let (tables, problem) = RuleReader.file(texts[index])
      precondition(problem.isEmpty, problem)
      plant.apply(tables.map { NetworkChange(.rules($0.0, $0.1)) }, to: node.name)
    }
    for pod in pods { add(pod, to: &plant) }
    return plant
  }

  private func add(_ pod: Pod, to plant: inout Plant) {
    let veth = "v\(pod.name)"
    let peer = NetworkLink.Peer(namespace: pod.name, name: "eth0")
    let gateway = CIDR(base: pod.address, prefix: 24).first
    let near = MAC(0x0200_0000_0000 | UInt64(pod.address.number))
    plant.apply(
      [
        NetworkChange(in: pod.name, .addNamespace(pod: pod.name)), NetworkChange(in: pod.name, .setLink("lo", .up)),
        NetworkChange(.addPair(veth, mac: near, peer: peer, peerMAC: MAC(of: pod.address))),
        NetworkChange(.setLink(veth, .master("cbr0"))), NetworkChange(.setLink(veth, .hairpin(hairpin))),
        NetworkChange(.setLink(veth, .up)), NetworkChange(in: pod.name, .setLink("eth0", .up)),
        NetworkChange(in: pod.name, .addAddress(InterfaceAddress(pod.address, prefix: 24), device: "eth0")),
        NetworkChange(in: pod.name, .addRoute(Route(to: .all, via: gateway, device: "eth0"))),
      ],
      to: nodes[pod.node].name
    )
    guard pod.listens else { return }
    let socket = Socket(port: 8080, process: "web", .answers("pod=\(pod.name)"))
    plant.apply([NetworkChange(in: pod.name, .listen(socket))], to: nodes[pod.node].name)
  }
}
