import Clockwork
import Testing

@testable import Kubernetes

/// The reference cluster as its writers leave it: two nodes with kubenet bridges, three Pods, one Service.
struct ReferenceNetwork {
  var plant: Plant
  private var visits: Int64 = 0

  static let client = "default/client"
  static let webA = "default/web-a"
  static let webB = "default/web-b"
  static let vip = IPv4(0x0a60_0032)
  static let empty = IPv4(0x0a60_003c)

  struct Options {
    var bridgeCallsRules = true
    var hairpin = true
    var routesLoopback = true
    /// Whether the fabric knows where the second node's Pods are.
    var withRoutes = true
    var listeners = true
  }

  init(_ options: Options = Options(), seed: UInt64 = 1) {
    plant = Plant(seed: seed)
    plant.build([("node1", ReferenceNetwork.ip("192.168.56.11")), ("node2", ReferenceNetwork.ip("192.168.56.12"))])
    for (node, number) in [("node1", 1), ("node2", 2)] {
      bridge(node, "10.244.\(number)", options)
    }
    pod(ReferenceNetwork.client, "10.244.1.9", "node1", options)
    pod(ReferenceNetwork.webA, "10.244.1.3", "node1", options)
    pod(ReferenceNetwork.webB, "10.244.2.5", "node2", options)
    for number in [1, 2] where number == 1 || options.withRoutes {
      let range = CIDR(base: ReferenceNetwork.ip("10.244.\(number).0"), prefix: 24)
      let route = Route(to: range, via: ReferenceNetwork.ip("192.168.56.1\(number)"), device: "eth0")
      plant.apply([NetworkChange(in: Fabric.router, .addRoute(route))], to: "fabric")
    }
    for pod in [ReferenceNetwork.webA, ReferenceNetwork.webB] where options.listeners { listen(pod) }
    for node in ["node1", "node2"] { rules(ReferenceNetwork.rules, on: node) }
  }

  static func ip(_ text: String) -> IPv4 { IPv4(text) ?? .any }

  static func node(of pod: String) -> String { pod == webB ? "node2" : "node1" }

  mutating func listen(_ pod: String) {
    let socket = Socket(port: 8080, process: "web", .answers("pod=\(pod)"))
    plant.apply([NetworkChange(in: pod, .listen(socket))], to: ReferenceNetwork.node(of: pod))
  }

  private mutating func bridge(_ node: String, _ base: String, _ options: Options) {
    let gateway = InterfaceAddress(ReferenceNetwork.ip("\(base).1"), prefix: 24)
    plant.apply(
      [
        NetworkChange(.set("net.ipv4.ip_forward", 1)),
        NetworkChange(.set("net.bridge.bridge-nf-call-iptables", options.bridgeCallsRules ? 1 : 0)),
        NetworkChange(.set("net.ipv4.conf.all.route_localnet", options.routesLoopback ? 1 : 0)),
        NetworkChange(.addLink(NetworkLink("cbr0", .bridge, mac: MAC(of: gateway.address)))),
        NetworkChange(.addAddress(gateway, device: "cbr0")),
        NetworkChange(.setLink("cbr0", .up)),
      ],
      to: node
    )
  }

  private mutating func pod(_ pod: String, _ address: String, _ node: String, _ options: Options) {
    let ip = ReferenceNetwork.ip(address)
    let veth = "veth" + pod.dropFirst(8).filter { $0 != "-" }
    let gateway = CIDR(base: ip, prefix: 24).first
    let peer = NetworkLink.Peer(namespace: pod, name: "eth0")
    let failure = plant.apply(
      [
        NetworkChange(in: pod, .addNamespace(pod: pod)),
        NetworkChange(in: pod, .setLink("lo", .up)),
        NetworkChange(.addPair(veth, mac: MAC(0x0200_0000_0000 | UInt64(ip.number)), peer: peer, peerMAC: MAC(of: ip))),
        NetworkChange(.setLink(veth, .master("cbr0"))),
        NetworkChange(.setLink(veth, .hairpin(options.hairpin))),
        NetworkChange(.setLink(veth, .up)),
        NetworkChange(in: pod, .setLink("eth0", .up)),
        NetworkChange(in: pod, .addAddress(InterfaceAddress(ip, prefix: 24), device: "eth0")),
        NetworkChange(in: pod, .addRoute(Route(to: .all, via: gateway, device: "eth0"))),
      ],
      to: node
    )
    #expect(failure == nil)
  }

  mutating func rules(_ text: String, on node: String) {
    let (tables, problem) = RuleReader.file(text)
    #expect(problem.isEmpty)
    let changes = tables.map { NetworkChange(.rules($0.0, $0.1)) }
    let failure = plant.apply(changes, to: node)
    #expect(failure == nil)
  }

  /// Goes to an address and says how it ended.
  @discardableResult
  mutating func visit(
    _ address: IPv4,
    _ port: UInt16,
    from namespace: String,
    of kernel: String = "node1",
    told: [Bool] = []
  ) -> Visit? {
    plant.clear()
    plant.told = told
    visits += 1
    plant.visit(address, port, from: namespace, of: kernel, number: visits)
    let hasEnded = plant.run()
    #expect(hasEnded)
    return plant.visit(visits)
  }

  /// The packets that reached a process, as it saw them.
  func delivered(_ process: String, in namespace: String) -> [Datagram] {
    plant.hops.compactMap { entry in
      guard entry.hop.namespace == namespace, entry.hop.outcome == .delivered(process) else { return nil }
      return entry.hop.before.datagram
    }
  }

  /// The first packet that arrived at an interface of a namespace.
  func first(in namespace: String, on device: String, of kernel: String, where isWanted: (Datagram) -> Bool) -> Hop? {
    plant.hops.first { entry in
      guard entry.kernel == kernel, entry.hop.namespace == namespace, entry.hop.input == device,
        let datagram = entry.hop.before.datagram
      else { return false }
      return isWanted(datagram)
    }?.hop
  }

  /// The rules of flows F10 and F14 on a node.
  static let rules = """
    *nat
    :KUBE-SERVICES - [0:0]
    :KUBE-NODEPORTS - [0:0]
    :KUBE-POSTROUTING - [0:0]
    :KUBE-MARK-MASQ - [0:0]
    :KUBE-SVC-WEB - [0:0]
    :KUBE-EXT-WEB - [0:0]
    :KUBE-SEP-A - [0:0]
    :KUBE-SEP-B - [0:0]
    -A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
    -A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
    -A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
    -A POSTROUTING ! -d 10.0.0.0/8 -m comment --comment "kubenet: SNAT for outbound traffic from cluster" -m addrtype ! --dst-type LOCAL -j MASQUERADE
    -A KUBE-SERVICES -d 10.96.0.50/32 -p tcp -m comment --comment "default/web:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-WEB
    -A KUBE-SERVICES -m comment --comment "node ports" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
    -A KUBE-NODEPORTS -p tcp -m comment --comment "default/web:http" -m tcp --dport 30080 -j KUBE-EXT-WEB
    -A KUBE-EXT-WEB -j KUBE-MARK-MASQ
    -A KUBE-EXT-WEB -j KUBE-SVC-WEB
    -A KUBE-SVC-WEB ! -s 10.244.0.0/16 -d 10.96.0.50/32 -p tcp -m tcp --dport 80 -j KUBE-MARK-MASQ
    -A KUBE-SVC-WEB -m statistic --mode random --probability 0.5 -j KUBE-SEP-A
    -A KUBE-SVC-WEB -j KUBE-SEP-B
    -A KUBE-SEP-A -s 10.244.1.3/32 -j KUBE-MARK-MASQ
    -A KUBE-SEP-A -p tcp -m tcp -j DNAT --to-destination 10.244.1.3:8080
    -A KUBE-SEP-B -s 10.244.2.5/32 -j KUBE-MARK-MASQ
    -A KUBE-SEP-B -p tcp -m tcp -j DNAT --to-destination 10.244.2.5:8080
    -A KUBE-MARK-MASQ -j MARK --or-mark 0x4000
    -A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
    -A KUBE-POSTROUTING -j MARK --xor-mark 0x4000
    -A KUBE-POSTROUTING -j MASQUERADE --random-fully
    COMMIT
    *filter
    :KUBE-FORWARD - [0:0]
    :KUBE-SERVICES - [0:0]
    -A INPUT -m conntrack --ctstate NEW -j KUBE-SERVICES
    -A FORWARD -j KUBE-FORWARD
    -A FORWARD -m conntrack --ctstate NEW -j KUBE-SERVICES
    -A OUTPUT -m conntrack --ctstate NEW -j KUBE-SERVICES
    -A KUBE-SERVICES -d 10.96.0.60/32 -p tcp -m comment --comment "default/empty:http has no endpoints" -m tcp --dport 80 -j REJECT
    -A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
    -A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT
    -A KUBE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
    COMMIT
    """
}
