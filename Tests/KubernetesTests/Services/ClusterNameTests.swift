import Clockwork
import Foundation
import Testing

@testable import Kubernetes

/// Names of a cluster: what a resolver asks for, and what CoreDNS answers.
@Suite struct ClusterNameTests {
  private static let file = ResolverFile.clusterFirst(namespace: "default", server: "10.96.0.10", .now)

  private static var zone: ClusterZone {
    let web = ProxyRuleTests.service("default", "web", "10.96.0.50") { $0.spec.ports[0].name = "http" }
    let empty = ProxyRuleTests.service("default", "empty", "10.96.0.60") { _ in }
    let headless = ProxyRuleTests.service("default", "db", "None") { $0.spec.ports[0].name = "sql" }
    let alias = ProxyRuleTests.service("default", "far", "") {
      $0.spec.type = "ExternalName"
      $0.spec.externalName = "example.com"
    }
    var slice = ProxyRuleTests.slice(
      headless,
      [("10.244.1.7", "node1"), ("10.244.2.9", "node2"), ("10.244.2.10", "node2")]
    )
    slice.endpoints[0].hostname = "db-0"
    slice.endpoints[1].hostname = "db-1"
    slice.endpoints[2].hostname = "db-2"
    slice.endpoints[2].conditions.ready = false
    return ClusterZone([web, empty, headless, alias], [slice])
  }

  private static func address(_ text: String) -> ClusterZone.Answer { .addresses([IPv4(text) ?? .any]) }

  @Test func thePodsFileIsTheRecordedOne() throws {
    let recorded = try String(contentsOf: Oracle.folder.appending(path: "flows/l_network/pods.txt"), encoding: .utf8)
    let file = ResolverFile.clusterFirst(namespace: "f-l-network2", server: "10.96.0.10", .then)
    #expect(recorded.contains("# cat /etc/resolv.conf\n" + file.text(.then)))
  }

  @Test(arguments: [
    ("web", 2, 0), ("web.default", 4, 0), ("web.default.svc.cluster.local", 8, 0), ("example.com", 8, 2),
    ("example.com.", 2, 2), ("nosuch", 8, 2),
  ])
  func aNameCostsSoManyQuestions(_ name: String, _ queries: Int, _ upstream: Int) {
    let search = Self.zone.search(name, Self.file) { $0 == "example.com" ? Self.address("203.0.113.80") : .noName }
    #expect(search.queries == queries && search.upstream == upstream, "\(search)")
    let expected: ClusterZone.Answer =
      name == "nosuch" ? .noName : Self.address(name.hasPrefix("web") ? "10.96.0.50" : "203.0.113.80")
    #expect(search.answer == expected)
  }

  @Test func namesHaveTheirAnswers() {
    let zone = Self.zone
    let end = "default.svc.cluster.local"
    #expect(zone.answer("web.\(end)") == Self.address("10.96.0.50"))
    #expect(zone.answer("web.\(end)", .wideAddress) == .nothing)
    #expect(zone.answer("_http._tcp.web.\(end)", .service) == .targets([.init(port: 80, name: "web.\(end)")]))
    #expect(zone.answer("_http._udp.web.\(end)", .service) == .noName)
    // The Service has nobody behind it, and its name works all the same.
    #expect(zone.answer("empty.\(end)") == Self.address("10.96.0.60"))
    let members = ["10.244.1.7", "10.244.2.9"].compactMap { IPv4($0) }
    #expect(zone.answer("db.\(end)") == .addresses(members))
    #expect(zone.answer("db-0.db.\(end)") == Self.address("10.244.1.7"))
    #expect(zone.answer("db-2.db.\(end)") == .noName)
    #expect(zone.answer("far.\(end)") == .alias("example.com"))
    #expect(zone.answer("10-244-1-3.default.pod.cluster.local") == Self.address("10.244.1.3"))
    #expect(zone.answer("web.other.svc.cluster.local") == .noName)
    #expect(zone.answer("example.com") == .elsewhere)
  }
}
