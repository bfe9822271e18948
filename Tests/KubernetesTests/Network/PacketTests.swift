import Clockwork
import Testing

@testable import Kubernetes

@Suite("packets follow the tables")
struct PacketTests {
  private typealias Net = ReferenceNetwork

  private func isFirst(_ datagram: Datagram) -> Bool { datagram.segment?.flags == .syn }

  @Test("same node: the client's frame carries the other Pod's own address, and nobody counts a hop (F04)")
  func sameNode() {
    var net = Net()
    let visit = net.visit(Net.ip("10.244.1.3"), 8080, from: Net.client)
    #expect(visit?.outcome == .answered("pod=default/web-a"))
    let syn = net.first(in: Net.webA, on: "eth0", of: "node1", where: isFirst)
    #expect(syn?.before.destination == MAC(of: Net.ip("10.244.1.3")))
    #expect(syn?.before.source == MAC(of: Net.ip("10.244.1.9")))
    #expect(syn?.before.datagram?.ttl == 64)
    #expect(syn?.before.datagram?.source == Net.ip("10.244.1.9"))
  }

  @Test("other node: by the gateway, through the fabric, three hops counted and no address translated (F05)")
  func otherNode() {
    var net = Net()
    let visit = net.visit(Net.ip("10.244.2.5"), 8080, from: Net.client)
    #expect(visit?.outcome == .answered("pod=default/web-b"))
    let leaving = net.first(in: "host", on: "vethclient", of: "node1", where: isFirst)
    #expect(leaving?.before.destination == MAC(of: Net.ip("10.244.1.1")))
    let syn = net.first(in: Net.webB, on: "eth0", of: "node2", where: isFirst)
    #expect(syn?.before.source == MAC(of: Net.ip("10.244.2.1")))
    #expect(syn?.before.datagram?.ttl == 61)
    #expect(syn?.before.datagram?.source == Net.ip("10.244.1.9"))
  }

  @Test("to the world outside: the node's own address stands for the Pod's")
  func outside() {
    var net = Net()
    let listener = Socket(port: 80, process: "world", .answers("hello"))
    net.plant.apply([NetworkChange(in: Fabric.outside, .listen(listener))], to: "fabric")
    let visit = net.visit(Fabric.client, 80, from: Net.client)
    #expect(visit?.outcome == .answered("hello"))
    #expect(net.delivered("world", in: Fabric.outside).first?.source == Net.ip("192.168.56.11"))
  }

  @Test(
    "a ClusterIP is translated on the client's node and keeps the client's address (F10)",
    arguments: [true, false]
  )
  func clusterIP(_ isFirstBackend: Bool) {
    var net = Net()
    let visit = net.visit(Net.vip, 80, from: Net.client, told: [isFirstBackend])
    let pod = isFirstBackend ? Net.webA : Net.webB
    #expect(visit?.outcome == .answered("pod=\(pod)"))
    let seen = net.delivered("web", in: pod)
    #expect(seen.first?.source == Net.ip("10.244.1.9"))
    #expect(seen.first?.ttl == (isFirstBackend ? 64 : 61))
    // The answer comes back from the address that was asked.
    let answer = net.delivered("curl", in: Net.client).first
    #expect(answer?.source == Net.vip && answer?.sourcePort == 80)
  }

  @Test("a backend on the client's own node answers past the translation where bridged frames meet no rules")
  func bridgeWithoutRules() {
    var options = Net.Options()
    options.bridgeCallsRules = false
    var net = Net(options)
    let result1 = net.visit(Net.vip, 80, from: Net.client, told: [true])
    #expect(result1?.outcome == .timedOut(isConnected: false))
    let result2 = net.visit(Net.vip, 80, from: Net.client, told: [false])
    #expect(result2?.outcome == .answered("pod=default/web-b"))
  }

  @Test(
    "a Pod that reaches itself through its Service is seen as the bridge, and needs hairpin mode",
    arguments: [true, false]
  )
  func hairpin(_ isOn: Bool) {
    var options = Net.Options()
    options.hairpin = isOn
    var net = Net(options)
    // Nothing remembers a packet that was lost on the way: every try throws anew.
    let visit = net.visit(Net.vip, 80, from: Net.webA, told: [true, true, true, true])
    if isOn {
      #expect(visit?.outcome == .answered("pod=default/web-a"))
      #expect(net.delivered("web", in: Net.webA).first?.source == Net.ip("10.244.1.1"))
    } else {
      #expect(visit?.outcome == .timedOut(isConnected: false))
      #expect(net.plant.hops.contains { $0.hop.outcome == .lost(.hairpinOff) })
    }
  }

  @Test("NodePort: the source becomes that of the interface towards the backend (F14)", arguments: [true, false])
  func nodePort(_ isLocal: Bool) {
    var net = Net()
    let visit = net.visit(Net.ip("192.168.56.11"), 30080, from: Fabric.outside, of: "fabric", told: [isLocal])
    let pod = isLocal ? Net.webA : Net.webB
    #expect(visit?.outcome == .answered("pod=\(pod)"))
    let wanted = isLocal ? "10.244.1.1" : "192.168.56.11"
    #expect(net.delivered("web", in: pod).first?.source == Net.ip(wanted))
    #expect(net.delivered("curl", in: Fabric.outside).first?.source == Net.ip("192.168.56.11"))
  }

  @Test("NodePort on 127.0.0.1 needs route_localnet", arguments: [true, false])
  func localhost(_ isOn: Bool) {
    var options = Net.Options()
    options.routesLoopback = isOn
    var net = Net(options)
    let visit = net.visit(.localhost, 30080, from: "host", told: [false])
    #expect(visit?.outcome == (isOn ? .answered("pod=default/web-b") : .timedOut(isConnected: false)))
  }

  @Test("no endpoints: refused at once, by the rule that says so")
  func noEndpoints() {
    var net = Net()
    let visit = net.visit(Net.empty, 80, from: Net.client)
    #expect(visit?.outcome == .unreachable(.portUnreachable))
    #expect(visit?.endedAt == visit?.startedAt)
    let refused = net.plant.hops.first { $0.hop.outcome == .lost(.rejected) }?.hop
    #expect(refused?.verdict?.table == .filter)
    #expect(refused?.verdict?.chain == "KUBE-SERVICES")
    #expect(refused?.verdict?.line.contains("has no endpoints") == true)
    let result3 = net.visit(Net.empty, 80, from: "host")
    #expect(result3?.outcome == .unreachable(.portUnreachable))
  }

  @Test("a dead process refuses, a vanished Pod is waited for in vain")
  func deadBackend() {
    var net = Net()
    net.plant.apply([NetworkChange(in: Net.webB, .endProcess("web"))], to: "node2")
    let result4 = net.visit(Net.vip, 80, from: Net.client, told: [false])
    #expect(result4?.outcome == .refused)
    net.plant.apply([NetworkChange(in: Net.webB, .removeNamespace)], to: "node2")
    let visit = net.visit(Net.vip, 80, from: Net.client, told: [false])
    #expect(visit?.outcome?.word == "unreachable" || visit?.outcome?.word == "timeout")
  }

  @Test("without a route the fabric says that the network is unreachable")
  func noRoute() {
    var options = Net.Options()
    options.withRoutes = false
    var net = Net(options)
    let result5 = net.visit(Net.ip("10.244.2.5"), 8080, from: Net.client)
    #expect(result5?.outcome == .unreachable(.netUnreachable))
    let result6 = net.visit(Net.ip("10.244.1.3"), 8080, from: Net.client)
    #expect(result6?.outcome == .answered("pod=default/web-a"))
  }

  @Test("an address that nobody has: three questions, then no route to host")
  func nobodyThere() {
    var net = Net()
    let visit = net.visit(Net.ip("10.244.1.77"), 8080, from: Net.client)
    #expect(visit?.outcome == .unreachable(.hostUnreachable))
    #expect(visit?.endedAt == 3000)
  }

  @Test("containers of one Pod meet on its loopback interface (F03)")
  func insideThePod() {
    var net = Net()
    let side = Socket(port: 8081, process: "side", .answers("side"))
    net.plant.apply([NetworkChange(in: Net.webA, .listen(side))], to: "node1")
    for address in [IPv4.localhost, Net.ip("10.244.1.3")] {
      let result7 = net.visit(address, 8081, from: Net.webA)
      #expect(result7?.outcome == .answered("side"))
      #expect(net.plant.hops.allSatisfy { $0.hop.namespace == Net.webA })
    }
    #expect(net.delivered("side", in: Net.webA).first?.source == Net.ip("10.244.1.3"))
    let again = Socket(port: 8081, process: "other")
    let result8 = net.plant.apply([NetworkChange(in: Net.webA, .listen(again))], to: "node1")
    #expect(result8?.contains("in use") == true)
  }

  @Test("an open connection keeps its backend when the rules go")
  func established() {
    var net = Net()
    net.visit(Net.vip, 80, from: Net.client, told: [false])
    let entry = net.plant.kernels["node1"]?.host.connections.all(at: 0).first { $0.original.destination == Net.vip }
    #expect(entry?.reply.source == Net.ip("10.244.2.5"))
    #expect(entry?.text(at: 0).contains("[ASSURED] mark=0 use=1") == true)
    #expect(entry?.text(at: 0).hasPrefix("tcp      6 ") == true)
  }

  @Test("the same seed sends the same packets; another seed may choose another backend")
  func deterministic() {
    func story(_ seed: UInt64) -> [String] {
      var net = Net(seed: seed)
      return (0..<8).map { _ in net.visit(Net.vip, 80, from: Net.client)?.outcome.map { "\($0)" } ?? "" }
    }
    #expect(story(7) == story(7))
    #expect(Set(story(7)).count == 2)
  }

  @Test("every packet is sent before it arrives, and none is lost without a reason")
  func conservation() {
    var net = Net()
    net.visit(Net.vip, 80, from: Net.client)
    for (_, _, hop) in net.plant.hops {
      if case .sent(let devices) = hop.outcome { #expect(!devices.isEmpty) }
    }
    #expect(net.plant.kernels.values.allSatisfy { $0.arrivals.isEmpty })
  }
}
