import Clockwork
import Foundation
import Testing

@testable import Kubernetes

/// What today's kube-proxy writes for every kind of Service and policy.
@Suite struct ProxyPolicyTests {
  private static func rules(
    _ version: Version = .now,
    node: String = "node1",
    _ pods: [(String, String)] = [("10.244.1.3", "node1"), ("10.244.2.5", "node2")],
    _ change: (inout Service, inout EndpointSlice) -> Void = { _, _ in }
  ) -> (nat: [String], filter: [String]) {
    var service = ProxyRuleTests.service("default", "web", "10.96.0.50") {
      $0.spec.type = "NodePort"
      $0.spec.ports[0].name = "http"
      $0.spec.ports[0].nodePort = 30080
    }
    var slice = ProxyRuleTests.slice(service, pods)
    change(&service, &slice)
    let setting = ProxyRules.Setting(
      version: version,
      node: node,
      nodeIP: IPv4("192.168.56.11") ?? .any,
      clusterCIDR: CIDR("10.244.0.0/16")
    )
    let rules = ProxyRules(ProxyPort.ports(of: service, version), ProxyEndpoint.byPort([slice], node: node), setting)
    var tables = RuleTables()
    tables.write(KubeletRules.writes(version))
    for write in rules.writes { #expect(tables.write(write) == nil) }
    func lines(_ name: RuleTable.Name) -> [String] {
      (tables[name]?.text ?? "").split(separator: "\n").map(String.init).filter { $0.hasPrefix("-A") }
    }
    return (lines(.nat), lines(.filter))
  }

  private static let service = "KUBE-SVC-CDGGSHYLG3RE2FKL"
  private static let external = "KUBE-EXT-CDGGSHYLG3RE2FKL"
  private static let local = "KUBE-SVL-CDGGSHYLG3RE2FKL"
  private static let one = "KUBE-SEP-2AZ33KU3V5PGPQZH"
  private static let two = "KUBE-SEP-OAIGUPJHOE4YU7HS"

  @Test func theReferenceServiceHasTheRulesOfItsSource() {
    let (nat, filter) = Self.rules()
    let comment = "-m comment --comment"
    let expected = [
      "-A KUBE-SERVICES -d 10.96.0.50/32 -p tcp \(comment) \"default/web:http cluster IP\" -m tcp --dport 80 -j \(Self.service)",
      "-A \(Self.service) ! -s 10.244.0.0/16 -d 10.96.0.50/32 -p tcp \(comment) \"default/web:http cluster IP\" "
        + "-m tcp --dport 80 -j KUBE-MARK-MASQ",
      "-A \(Self.service) \(comment) \"default/web:http -> 10.244.1.3:8080\" "
        + "-m statistic --mode random --probability 0.50000000000 -j \(Self.one)",
      "-A \(Self.service) \(comment) \"default/web:http -> 10.244.2.5:8080\" -j \(Self.two)",
      "-A \(Self.one) -s 10.244.1.3/32 \(comment) \"default/web:http\" -j KUBE-MARK-MASQ",
      "-A \(Self.one) -p tcp \(comment) \"default/web:http\" -m tcp -j DNAT --to-destination 10.244.1.3:8080",
      "-A KUBE-NODEPORTS -p tcp \(comment) \"default/web:http\" -m tcp --dport 30080 -j \(Self.external)",
      "-A \(Self.external) \(comment) \"masquerade traffic for default/web:http external destinations\" -j KUBE-MARK-MASQ",
      "-A \(Self.external) -j \(Self.service)",
    ]
    for line in expected { #expect(nat.contains(line), "\(line)") }
    #expect(!filter.contains { $0.contains("default/web") })
    #expect(filter.filter { $0.hasPrefix("-A KUBE-FORWARD") }.count == 3)
  }

  @Test func outsideTrafficStaysOnItsNodeWherePolicySaysSo() {
    let (nat, _) = Self.rules { service, _ in service.spec.externalTrafficPolicy = "Local" }
    #expect(nat.contains("-A \(Self.external) -j \(Self.local)"))
    #expect(nat.filter { $0.hasPrefix("-A \(Self.local) ") }.count == 1)
    #expect(!nat.contains { $0.contains("\"masquerade traffic for default/web:http") })
    let (far, filter) = Self.rules(.now, [("10.244.2.5", "node2")]) { service, _ in
      service.spec.externalTrafficPolicy = "Local"
    }
    #expect(!far.contains { $0.contains(Self.local) })
    #expect(
      filter.contains(
        "-A KUBE-EXTERNAL-SERVICES -p tcp -m comment --comment \"default/web:http has no local endpoints\" "
          + "-m addrtype --dst-type LOCAL -m tcp --dport 30080 -j DROP"
      )
    )
  }

  @Test func insideTrafficStaysOnItsNodeWherePolicySaysSo() {
    let (nat, filter) = Self.rules(.now, [("10.244.2.5", "node2")]) { service, _ in
      service.spec.internalTrafficPolicy = "Local"
      service.spec.type = "ClusterIP"
      service.spec.ports[0].nodePort = 0
    }
    #expect(!nat.contains { $0.contains("10.244.2.5") })
    #expect(filter.contains { $0.hasPrefix("-A KUBE-SERVICES -d 10.96.0.50/32") && $0.hasSuffix("-j DROP") })
  }

  @Test func whoEndsStillServesWhereNobodyElseDoes() {
    let (nat, _) = Self.rules { _, slice in
      for index in slice.endpoints.indices {
        slice.endpoints[index].conditions.ready = false
        slice.endpoints[index].conditions.serving = index == 1
        slice.endpoints[index].conditions.terminating = true
      }
    }
    #expect(nat.contains { $0.hasPrefix("-A \(Self.service) ") && $0.hasSuffix("-j \(Self.two)") })
    #expect(!nat.contains { $0.contains(Self.one) })
    let (old, filter) = Self.rules(.then) { _, slice in
      for index in slice.endpoints.indices { slice.endpoints[index].conditions.ready = false }
    }
    #expect(!old.contains { $0.contains("KUBE-SEP-") })
    #expect(filter.contains { $0.contains("has no endpoints") && $0.contains("-j REJECT") })
  }

  @Test(arguments: [Version.then, .now]) func aBalancerLetsInWhomItIsFor(_ version: Version) {
    let (nat, filter) = Self.rules(version) { service, _ in
      service.spec.type = "LoadBalancer"
      service.spec.loadBalancerSourceRanges = ["203.0.113.0/24", "192.168.56.0/24"]
      service.status.loadBalancer = .map(("ingress", .list([.map(("ip", "198.51.100.1"))])))
    }
    let firewall = "KUBE-FW-CDGGSHYLG3RE2FKL"
    #expect(nat.contains { $0.contains("-d 198.51.100.1/32") && $0.hasSuffix("-j \(firewall)") })
    let sources = nat.filter { $0.hasPrefix("-A \(firewall) -s ") }
    #expect(sources.count == 3 && sources.last?.contains("-s 198.51.100.1/32") == true)
    if version == .then {
      #expect(nat.contains { $0.hasPrefix("-A \(firewall) ") && $0.hasSuffix("-j KUBE-MARK-DROP") })
    } else {
      #expect(filter.contains { $0.hasPrefix("-A KUBE-PROXY-FIREWALL -d 198.51.100.1/32") && $0.hasSuffix("-j DROP") })
    }
  }

  @Test func headlessServicesAndAliasesAreNotItsBusiness() {
    for (type, ip) in [("ClusterIP", "None"), ("ExternalName", "")] {
      let (nat, filter) = Self.rules { service, _ in
        service.spec.type = type
        service.spec.clusterIP = ip
      }
      #expect(!(nat + filter).contains { $0.contains("default/web") })
    }
  }

  @Test func manyEndpointsGoWithoutComments() {
    let pods = (0..<1001).map { ("10.244.\(10 + $0 / 250).\($0 % 250 + 2)", "node2") }
    let (nat, _) = Self.rules(.then, pods)
    #expect(nat.filter { $0.hasPrefix("-A \(Self.service) ") }.count == 1001)
    #expect(!nat.contains { $0.hasPrefix("-A \(Self.service) ") && $0.contains("--comment") })
  }
}
