import Clockwork
import Testing

@testable import Kubernetes

/// False ideas about packets, each beside the truth: the same script, and what is seen at its end.
@Suite struct FalseNetworkTests {
  private static func play(_ script: String, _ rule: FalseRule?) throws -> Simulation {
    try PacketPlay.run(script, supposing: rule)
  }

  /// What the last visitor got: the status of its curl and what it printed.
  private static func last(_ simulation: Simulation) throws -> (status: Int64, text: String) {
    let row = try #require(simulation.rows.last { $0.record.verb == "curl" })
    return (row.record.code ?? -1, row.record.note)
  }

  private static func statuses(_ simulation: Simulation) -> [Int64] {
    simulation.rows.filter { $0.record.verb == "curl" }.map { $0.record.code ?? -1 }
  }

  private static func kernel(_ node: String, _ simulation: Simulation) throws -> NodeNetwork {
    let address = try #require(simulation.world.address(of: "kernel@\(node)"))
    return try #require(simulation.world.component(address, as: Kernel.self)).network
  }

  @Test(
    arguments: [
      (
        FalseRule.pauseJoinsByPort, "kubectl run bare --image=demo/web:1.0\nuntil pod/bare Running\n", "pod/bare:8080",
        0, 7
      ),
      (
        .apiserverPushesEndpoints,
        "break kube-proxy@node1\nadvance 1s\nkubectl expose deployment web --name=late --port=80 --target-port=8080\nadvance 5s\nrepair kube-proxy@node1\nadvance 5s\n",
        "svc/late", 0, 7
      ),
      (
        .nodePortPerProxy,
        "kubectl expose deployment web --name=np --type=NodePort --port=80 --target-port=8080\nkubectl patch svc np -p '{\"spec\":{\"ports\":[{\"port\":80,\"nodePort\":30080}]}}'\nadvance 5s\n",
        "node/node2:30080", 0, 7
      ),
      (.proxyCarriesTraffic, "break kube-proxy@node1\nadvance 5s\n", "svc/web", 0, 28),
      (.serviceIsAMachine, "", "ping://svc/web", 7, 0),
      (.noEndpointsTimeOut, "kubectl scale deployment web --replicas=0\nadvance 5s\n", "svc/web", 7, 28),
    ] as [(FalseRule, String, String, Int64, Int64)]
  )
  func anIdeaPredictsAnotherEnd(
    _ rule: FalseRule,
    _ script: String,
    _ url: String,
    _ truth: Int64,
    _ belief: Int64
  ) throws {
    let address = url.contains("://") ? url : "http://\(url)"
    let line = "\(script)send \(address) from node1\n"
    let real = try Self.last(Self.play(line, nil))
    #expect(real.status == truth, "\(real.text)")
    let supposed = try Self.last(Self.play(line, rule))
    #expect(supposed.status == belief, "\(supposed.text)")
  }

  @Test func aContainerWithAnAddressOfItsOwnIsNotReachedAtThePods() throws {
    let script = """
      kubectl apply -f duo.yaml
      until pod/duo Ready
      send http://pod/duo:8081 from node1
      send http://pod/duo:8080 from node1

      """
    let real = try Self.statuses(Self.play(script, nil))
    #expect(real == [0, 0])
    let supposed = try Self.play(script + "kubectl delete pod duo\nadvance 40s\n", .addressPerContainer)
    #expect(Self.statuses(supposed) == [7, 0])
    // What was made for the container goes with its Pod.
    let spaces = try Self.kernel("node1", supposed).namespaces.keys
    #expect(!spaces.contains { $0.hasPrefix("duo") })
    #expect(!supposed.rows.contains { $0.record.verb == "refuse" })
  }

  @Test func aBridgeThatGivesAddressesGivesTheSameOneAgain() throws {
    let script = """
      kubectl delete deployment web
      advance 60s
      kubectl apply -f duo.yaml
      until pod/duo Ready
      kubectl delete pod duo
      advance 60s
      kubectl apply -f duo.yaml
      until pod/duo Ready

      """
    let real = try #require(Self.play(script, nil).object(ObjectKey(.pod, "default", "duo"))?.pod)
    let belief = try Self.play(script, .bridgeGivesAddresses)
    let supposed = try #require(belief.object(ObjectKey(.pod, "default", "duo"))?.pod)
    #expect(supposed.status.podIP == "10.244.1.2")
    #expect(real.status.podIP != supposed.status.podIP)
    #expect(belief.rows.contains { $0.record.actor == "kernel@node1" && $0.record.verb == "lease" })
  }

  @Test func translatedPodsAreSeenAsTheirNode() throws {
    let script = """
      kubectl apply -f duo.yaml
      until pod/duo Ready
      send http://svc/web from duo

      """
    let real = try Self.play(script, nil)
    let own = try #require(real.object(ObjectKey(.pod, "default", "duo"))?.pod).status.podIP
    let seen = try Self.last(real).text
    #expect(seen.contains("for \(own):"))
    let supposed = try Self.last(Self.play(script, .natBetweenPods)).text
    #expect(!supposed.contains("for \(own):") && supposed.contains("for 1"))
  }

  @Test func aCarriedPacketStopsWithItsCarrier() throws {
    let supposed = try Self.play("send http://svc/web from node1\n", .proxyCarriesTraffic)
    #expect(try Self.last(supposed).status == 0)
    #expect(supposed.rows.contains { $0.record.actor == "kube-proxy@node1" && $0.record.verb == "carry" })
    let back = try Self.play(
      "break kube-proxy@node1\nadvance 2s\nrepair kube-proxy@node1\nadvance 5s\nsend http://svc/web from node1\n",
      .proxyCarriesTraffic
    )
    #expect(try Self.last(back).status == 0)
  }

  @Test func movedConnectionsAreForgotten() throws {
    let script = "send http://svc/web from node1\nkubectl scale deployment web --replicas=3\nadvance 5s\n"
    func held(_ rule: FalseRule?) throws -> Int {
      let simulation = try Self.play(script, rule)
      return try Self.kernel("node1", simulation).host.connections.all(at: simulation.world.now).count
    }
    #expect(try held(nil) == 1)
    #expect(try held(.connectionsMove) == 0)
  }

  @Test func pauseHoldsThePortsThatAPodNames() throws {
    let supposed = try Self.play("", .pauseJoinsByPort)
    var holders: [String] = []
    for node in ["node1", "node2"] {
      for space in try Self.kernel(node, supposed).namespaces.values where !space.pod.isEmpty {
        holders += space.sockets.map { $0.process }
      }
    }
    #expect(holders == ["pause", "pause"])
  }
}
