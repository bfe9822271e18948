import Clockwork
import Curriculum
import Foundation
import Testing

@testable import Kubernetes

/// Pods and Services from the API to the tables of a kernel: who writes what, and what stays when they are gone.
@Suite struct ServiceFlowTests {
  private static let start = """
    preload demo/web:1.0
    kubectl create deployment web --image=demo/web:1.0 --replicas=3
    until deployment/web Ready

    """

  private static func play(
    _ script: String,
    _ version: Version = .then,
    after start: String = ServiceFlowTests.start,
    _ change: (String) -> String = { $0 }
  ) throws -> Simulation {
    let file = Oracle.folder.appendingPathComponent("cluster.yaml")
    var text = try String(contentsOf: file, encoding: .utf8) + "packets: true\n"
    if version == .now {
      text = text.replacingOccurrences(of: "version: then", with: "version: now")
        .replacingOccurrences(of: "runtime: docker", with: "runtime: containerd")
        .replacingOccurrences(of: "network: kubenet", with: "network: bridge")
    }
    let (spec, problems) = Stage.cluster(text: change(text), file: "cluster.yaml")
    #expect(problems.map(\.description) == [])
    let (course, _) = Course.load(.embedded)
    let stage = Stage(course, language: course.language("en")) { _ in nil }
    let cluster = try #require(spec)
    let (lines, mistakes) = stage.script(start + script, file: "script.txt", version: cluster.version)
    #expect(mistakes.map(\.description) == [])
    let parser = stage.parser(cluster.version)
    let images = stage.images().images
    var simulation = Simulation(cluster, images: images, seed: 0, script: lines, parser: parser, budget: 16)
    let finished = simulation.run()
    #expect(finished)
    #expect(simulation.unmet.map(\.text) == [])
    return simulation
  }

  private static func network(_ node: String, _ simulation: Simulation) throws -> NodeNetwork {
    let address = try #require(simulation.world.address(of: "kernel@\(node)"))
    return try #require(simulation.world.component(address, as: Kernel.self)).network
  }

  private static func table(_ name: RuleTable.Name, _ node: String, _ simulation: Simulation) throws -> String {
    try network(node, simulation).host.rules[name]?.text ?? ""
  }

  /// What the rules should be by what etcd holds.
  private static func expected(_ node: String, _ version: Version, _ simulation: Simulation) -> ProxyRules {
    var services: [Service] = []
    var slices: [EndpointSlice] = []
    for line in simulation.etcd.listing(prefix: "/registry/") {
      guard let key = ObjectKey(path: line.key), let object = simulation.object(key) else { continue }
      if let service = object.as(Service.self) { services.append(service) }
      if let slice = object.as(EndpointSlice.self) { slices.append(slice) }
    }
    let setting = ProxyRules.Setting(
      version: version,
      node: node,
      nodeIP: IPv4(node == "node-1" ? "192.168.56.11" : "192.168.56.12") ?? .any,
      clusterCIDR: CIDR("10.244.0.0/16")
    )
    let ports = services.flatMap { ProxyPort.ports(of: $0, version) }
    return ProxyRules(ports, ProxyEndpoint.byPort(slices, node: node), setting)
  }

  /// The rules of every chain of a Service, and those of the shared chains in any order.
  private static func rules(_ text: String) -> [String] {
    text.split(separator: "\n").map(String.init).filter { $0.hasPrefix("-A KUBE-") }.sorted()
  }

  @Test(arguments: [Version.then, .now]) func theKernelsOfAllNodesFollowTheServices(_ version: Version) throws {
    let simulation = try Self.play(
      """
      kubectl expose deployment web --port=80 --target-port=8080
      kubectl expose deployment web --name=web-np --type=NodePort --port=80 --target-port=8080
      advance 5s
      kubectl patch svc web-np -p '{"spec":{"externalTrafficPolicy":"Local"}}'
      kubectl patch svc web -p '{"spec":{"sessionAffinity":"ClientIP"}}'
      advance 5s

      """,
      version
    )
    for node in ["node-1", "node-2"] {
      var tables = RuleTables()
      tables.write(KubeletRules.writes(version))
      tables.write(Self.expected(node, version, simulation).writes)
      for name in [RuleTable.Name.nat, .filter] {
        let held = try Self.table(name, node, simulation)
        #expect(Self.rules(held) == Self.rules(tables[name]?.text ?? ""))
      }
      let nat = try Self.table(.nat, node, simulation)
      #expect(nat.contains("default/web-np"))
      #expect(nat.contains("--rcheck --seconds 10800"))
      let listens = try Self.network(node, simulation).host.sockets.contains {
        $0.localPort >= 30_000 && $0.isListening
      }
      #expect(listens == (version == .then))
    }
  }

  @Test func nothingBehindAServiceIsRefusedAndRulesOutliveTheirProxy() throws {
    let simulation = try Self.play(
      """
      kubectl expose deployment web --port=80 --target-port=8080
      advance 5s
      break kube-proxy@node-1
      kubectl scale deployment web --replicas=0
      advance 60s

      """
    )
    let stale = try Self.table(.nat, "node-1", simulation)
    #expect(stale.contains("-j DNAT --to-destination 10.244."))
    let fresh = try Self.table(.filter, "node-2", simulation)
    #expect(fresh.contains("\"default/web has no endpoints\" -m tcp --dport 80 -j REJECT"))
    #expect(!(try Self.table(.filter, "node-1", simulation)).contains("has no endpoints"))
    #expect(!(try Self.table(.nat, "node-2", simulation)).contains(":8080"))
  }

  @Test func aProxyThatComesBackSweepsUp() throws {
    let simulation = try Self.play(
      """
      kubectl expose deployment web --port=80 --target-port=8080
      advance 5s
      break kube-proxy@node-1
      kubectl delete service web
      advance 5s
      repair kube-proxy@node-1
      advance 5s

      """
    )
    let nat = try Self.table(.nat, "node-1", simulation)
    #expect(!nat.contains("default/web"))
    #expect(nat.contains("default/kubernetes:https"))
  }

  // MARK: Links, addresses, routes

  @Test func aNodeHasTheRoutesOfTheRecordedOne() throws {
    let simulation = try Self.play("advance 5s\n")
    let recorded = try String(
      contentsOf: Oracle.folder.appending(path: "flows/l_network/node-1.txt"),
      encoding: .utf8
    )
    let host = try Self.network("node-1", simulation).host
    let lines = Self.section("# ip route", of: recorded).filter { !$0.hasPrefix("default") }
    #expect(lines.count == 3)
    for line in lines { #expect(host.routes.listed.map(\.text).contains(line)) }
    let local = Self.section("# ip route show table all", of: recorded).filter {
      $0.contains("table local proto kernel scope")
    }
    for line in local where !line.contains("fe80") { #expect(host.routes.listedLocal.map(\.text).contains(line)) }
    let bridge = try #require(host[link: "cbr0"])
    #expect(bridge.isPromiscuous && bridge.isRunning)
    #expect(bridge.addresses.map(\.text) == ["10.244.1.1/24"])
    let settings = Self.section("# sysctl", of: recorded)
    #expect(settings.count == 3)
    for line in settings {
      let words = line.components(separatedBy: " = ")
      #expect(host.settings[words[0]].map { "\($0)" } == words[1])
    }
    let sockets = host.sockets.filter { $0.process == "kube-proxy" }.map { Int($0.localPort) }.sorted()
    #expect(sockets == [10249, 10256])
  }

  /// The recorded machine of the control plane has no Pods, and passes packets on all the same.
  @Test(arguments: [Version.then, .now]) func aNodeWithoutPodsPassesPacketsOn(_ version: Version) throws {
    let text = try String(contentsOf: Oracle.folder.appending(path: "flows/l_network/master.txt"), encoding: .utf8)
    #expect(Self.section("# sysctl", of: text).contains("net.ipv4.ip_forward = 1"))
    let network = try Self.network("node-1", try Self.play("advance 1s\n", version, after: ""))
    #expect(network.host[link: "cbr0"] == nil && network.host[link: "cni0"] == nil)
    #expect(network.host.settings["net.ipv4.ip_forward"] == 1)
  }

  @Test func aPodHasTheAddressAndTheRoutesOfTheRecordedOnes() throws {
    let simulation = try Self.play("advance 5s\n")
    let network = try Self.network("node-1", simulation)
    var seen = 0
    network.namespaces.forEach { name, namespace in
      guard name != NetworkNamespace.host, let ip = namespace.address(of: "eth0") else { return }
      seen += 1
      #expect(namespace.pod.hasPrefix("default/web-"))
      let routes = namespace.routes.listed.map(\.text)
      #expect(
        routes == ["default via 10.244.1.1 dev eth0", "10.244.1.0/24 dev eth0 proto kernel scope link src \(ip.text)"]
      )
      let ports = network.host.links.filter { $0.master == "cbr0" && $0.isRunning && !$0.isHairpin }
      #expect(!ports.isEmpty)
    }
    #expect(seen > 0)
    #expect(network.host.links.filter { $0.master == "cbr0" }.count == seen)
  }

  @Test(arguments: [Version.then, .now]) func aPodThatIsGoneLeavesNothingOnItsNode(_ version: Version) throws {
    let simulation = try Self.play("kubectl delete deployment web\nadvance 60s\n", version)
    for node in ["node-1", "node-2"] {
      let network = try Self.network(node, simulation)
      #expect(network.namespaces.keys == [NetworkNamespace.host])
      #expect(!network.host.links.contains { $0.name.hasPrefix("veth") })
      // The bridge stays, and is down to itself.
      #expect(network.host[link: version == .then ? "cbr0" : "cni0"] != nil)
    }
    #expect(!simulation.rows.contains { $0.record.verb == "refuse" })
  }

  // MARK: A cloud

  @Test func aNodeWithoutARangeGetsTheNextFreeOne() throws {
    let simulation = try Self.play("advance 5s\n", after: "") { text in
      text.replacingOccurrences(of: "podCIDR: 10.244.0.0/24", with: "podCIDR: \"\"") + "cloud: true\n"
    }
    let node = try #require(simulation.object(ObjectKey(.node, "", "node-2"))?.node)
    #expect(node.spec.podCIDR == "10.244.0.0/24" && node.spec.podCIDRs == ["10.244.0.0/24"])
    let condition = try #require(node.status[condition: "NetworkUnavailable"])
    #expect(condition.status == "False" && condition.reason == "RouteCreated")
    let other = try #require(simulation.object(ObjectKey(.node, "", "node-1"))?.node)
    #expect(other.spec.podCIDR == "10.244.1.0/24")
    // The network of a cloud knows the way: nodes need no routes of their own.
    let routes = try Self.network("node-1", simulation).host.routes.listed.map(\.text)
    #expect(!routes.contains { $0.hasPrefix("10.244.0.0/24 ") })
  }

  @Test func aMadeUpCloudGivesABalancerAndTakesItBack() throws {
    let open = """
      kubectl expose deployment web --type=LoadBalancer --port=80 --target-port=8080
      advance 5s

      """
    let simulation = try Self.play(open) { $0 + "cloud: true\n" }
    let key = ObjectKey(.service, "default", "web")
    let service = try #require(simulation.object(key)?.as(Service.self))
    #expect(service.status.loadBalancer["ingress"]?.elements?.first?["ip"]?.plain == "198.51.100.1")
    #expect(service.metadata.finalizers == ["service.kubernetes.io/load-balancer-cleanup"])
    #expect(try Self.table(.nat, "node-1", simulation).contains("-d 198.51.100.1/32"))
    let gone = try Self.play(open + "kubectl delete service web\nadvance 5s\n") { $0 + "cloud: true\n" }
    #expect(gone.object(key) == nil)
    #expect(!(try Self.table(.nat, "node-1", gone)).contains("198.51.100.1"))
    // Without a cloud nobody answers the wish.
    let bare = try Self.play(open)
    #expect(bare.object(key)?.as(Service.self)?.status.loadBalancer["ingress"] == nil)
  }

  private static func section(_ title: String, of text: String) -> [String] {
    var lines: [String] = []
    var isInside = false
    for line in text.components(separatedBy: "\n") {
      if line.hasPrefix("#") {
        isInside = title == "# sysctl" ? line.hasPrefix(title) : line == title
        continue
      }
      let line = line.trimmingCharacters(in: .whitespaces)
      if isInside, !line.isEmpty { lines.append(line) }
    }
    return lines
  }
}
