import Clockwork
import Foundation
import Testing

@testable import Kubernetes

/// The rules of kube-proxy against the tables of two real nodes, stage by stage.
@Suite struct ProxyRuleTests {
  /// A node of the recording, whose tables see one stage after the other.
  struct Recorded {
    var tables = RuleTables()
    let node: String
    let setting: ProxyRules.Setting

    init(_ number: Int) {
      node = "node-\(number)"
      let range = CIDR("10.244.0.0/16")
      let ip = IPv4("192.168.56.1\(number)") ?? IPv4(0)
      setting = ProxyRules.Setting(version: .then, node: node, nodeIP: ip, clusterCIDR: range)
      tables.write(KubeletRules.writes(.then))
      tables.write([PodBridge.masquerade])
      tables.write(ProxyRules.canaries)
    }

    mutating func sync(_ services: [Service], _ slices: [EndpointSlice]) {
      let ports = services.flatMap { ProxyPort.ports(of: $0, setting.version) }
      let rules = ProxyRules(ports, ProxyEndpoint.byPort(slices, node: node), setting)
      tables.write(rules.writes)
    }

    func file(_ flow: String, _ table: RuleTable.Name, _ stage: String) throws -> [String] {
      let path = "flows/\(flow)/iptables-\(table.rawValue)-\(node)-\(stage).txt"
      let text = try String(contentsOf: Oracle.folder.appending(path: path), encoding: .utf8)
      return ProxyRuleTests.plain(text)
    }

    func expect(_ stage: String, flow: String = "h_service", _ location: SourceLocation = #_sourceLocation) throws {
      for name in [RuleTable.Name.nat, .filter] {
        let recorded = try file(flow, name, stage)
        let model = ProxyRuleTests.plain(tables[name]?.text ?? "")
        #expect(ProxyRuleTests.grouped(model) == ProxyRuleTests.grouped(recorded), "\(stage)", sourceLocation: location)
      }
    }
  }

  /// Lines without what is no rule: comments of the tool, counters.
  static func plain(_ text: String) -> [String] {
    text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
      .map { $0.replacingOccurrences(of: #"\[\d+:\d+\]"#, with: "[0:0]", options: .regularExpression) }
  }

  /// In which order kube-proxy takes Services is an accident of a map: in the shared chains only the order
  /// among the rules of one Service counts, and the last rule stays the last.
  static func grouped(_ lines: [String]) -> [String] {
    var out: [String] = []
    var run: [String] = []
    func flush() {
      if let last = run.last {
        let firsts = run.dropLast().enumerated().sorted { left, right in
          let (one, other) = (service(left.element), service(right.element))
          return one == other ? left.offset < right.offset : one < other
        }
        out += firsts.map(\.element) + [last]
      }
      run = []
    }
    for line in lines {
      if line.hasPrefix("-A KUBE-SERVICES "), line.contains("cluster IP") || line.contains("NOTE") {
        run.append(line)
      } else {
        flush()
        out.append(line)
      }
    }
    flush()
    return out
  }

  private static func service(_ line: String) -> String {
    line.components(separatedBy: "--comment ").last?.components(separatedBy: " -m").first ?? line
  }

  static func service(_ namespace: String, _ name: String, _ ip: String, _ body: (inout Service) -> Void) -> Service {
    var service = Service()
    service.metadata = ObjectMeta(name: name, namespace: namespace)
    service.spec.clusterIP = ip
    service.spec.type = "ClusterIP"
    service.spec.sessionAffinity = "None"
    service.spec.ports = [ServicePort(80, target: PortTarget(8080))]
    body(&service)
    return service
  }

  static func slice(_ service: Service, _ endpoints: [(String, String)], port: Int64 = 8080) -> EndpointSlice {
    var slice = EndpointSlice()
    slice.metadata = ObjectMeta(name: "\(service.metadata.name)-x", namespace: service.metadata.namespace)
    slice.metadata.labels["kubernetes.io/service-name"] = service.metadata.name
    slice.addressType = "IPv4"
    for (address, node) in endpoints {
      var endpoint = Endpoint()
      endpoint.addresses = [address]
      endpoint.conditions.ready = true
      endpoint.topology["kubernetes.io/hostname"] = node
      slice.endpoints.append(endpoint)
    }
    slice.ports = [EndpointSlicePort(port, name: service.spec.ports[0].name, protocol: "TCP")]
    return slice
  }

  static let kubernetes = service("default", "kubernetes", "10.96.0.1") {
    $0.spec.ports = [ServicePort(443, name: "https", target: PortTarget(6443))]
  }

  static let apiserver = slice(kubernetes, [("192.168.56.10", "")], port: 6443)

  @Test(arguments: [1, 2]) func everyStageHasTheRulesOfTheRealProxy(_ number: Int) throws {
    var node = Recorded(number)
    var web = Self.service("f-h-service", "web", "10.97.177.18") { _ in }
    var open = Self.service("f-h-service", "web-np", "10.103.200.11") {
      $0.spec.type = "NodePort"
      $0.spec.externalTrafficPolicy = "Cluster"
      $0.spec.ports[0].nodePort = 31818
    }
    let pods = [("10.244.0.16", "node-2"), ("10.244.1.7", "node-1"), ("10.244.0.17", "node-2")]
    func sync(_ services: [Service], _ pods: [(String, String)]) {
      node.sync([Self.kubernetes] + services, [Self.apiserver] + services.map { Self.slice($0, pods) })
    }
    sync([], [])
    try node.expect("0-before-service")
    sync([web], pods)
    try node.expect("1-clusterip")
    sync([web, open], pods)
    try node.expect("2-nodeport")
    open.spec.externalTrafficPolicy = "Local"
    sync([web, open], pods)
    try node.expect("3-nodeport-local")
    web.spec.sessionAffinity = "ClientIP"
    web.spec.sessionAffinityConfig = .map(("clientIP", .map(("timeoutSeconds", 10800))))
    sync([web, open], pods)
    try node.expect("4-affinity")
    web.spec.sessionAffinity = "None"
    web.spec.sessionAffinityConfig = nil
    sync([web, open], [])
    try node.expect("5-no-endpoints")
    // The userspace proxy of this stage wrote nothing: it waited for ever.
    node.tables.write(ProxyRules.cleanUp(.then))
    try node.expect("6-after-cleanup")
    sync([web, open], [("10.244.1.9", "node-1"), ("10.244.0.18", "node-2"), ("10.244.0.19", "node-2")])
    try node.expect("8-iptables-again")
  }

  @Test func aMissingRuleIsNoticed() throws {
    var node = Recorded(1)
    node.sync([Self.kubernetes], [Self.apiserver])
    let recorded = try node.file("h_service", .nat, "0-before-service")
    for index in recorded.indices {
      var fewer = recorded
      fewer.remove(at: index)
      #expect(Self.grouped(fewer) != Self.grouped(Self.plain(node.tables[.nat]?.text ?? "")))
    }
  }

  @Test func theReferenceClusterHasItsNames() {
    #expect(ChainName.service("default/web:http", "tcp") == "KUBE-SVC-CDGGSHYLG3RE2FKL")
    #expect(ChainName.endpoint("default/web:http", "tcp", "10.244.1.3:8080") == "KUBE-SEP-2AZ33KU3V5PGPQZH")
    #expect(ChainName.endpoint("default/web:http", "tcp", "10.244.2.5:8080") == "KUBE-SEP-OAIGUPJHOE4YU7HS")
    #expect(ChainName.service("kube-system/kube-dns:dns", "udp") == "KUBE-SVC-TCOU7JCQXEZGVUNU")
  }

  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func hashesAgreeWithTheirVectors(_ text: String, _ expected: String) {
    #expect(SHA256.hash(text).map { Digest.hexadecimal(UInt64($0), digits: 2) }.joined() == expected)
  }
}
