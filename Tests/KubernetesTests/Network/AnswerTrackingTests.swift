import Clockwork
import Testing

@testable import Kubernetes

/// What the kernel itself says about a packet, and copies of one packet, belong to the packet's own connection.
@Suite("answers and copies belong to the connection that they are about")
struct AnswerTrackingTests {
  private typealias Net = ReferenceNetwork

  /// The network with a rule at the head of the table `filter` of a node.
  private func net(_ rule: String, on node: String) -> Net {
    var net = Net()
    net.rules("*filter\n\(rule)\nCOMMIT\n", on: node)
    return net
  }

  @Test("an error about a connection that never came to be is RELATED, on the node and to the node itself")
  func error() {
    var far = net("-I OUTPUT -m conntrack --ctstate INVALID -j DROP", on: "node1")
    let fromPod = far.visit(Net.empty, 80, from: Net.client)
    #expect(fromPod?.outcome == .unreachable(.portUnreachable))
    // What a node sends to itself is still known when it arrives.
    var near = net("-I INPUT -m conntrack --ctstate INVALID -j DROP", on: "node1")
    let fromNode = near.visit(Net.empty, 80, from: "host")
    #expect(fromNode?.outcome == .unreachable(.portUnreachable))
  }

  @Test("an error about a translated packet is translated back, with what it quotes")
  func quoted() {
    var net = net("-I FORWARD -p tcp -m tcp --dport 8080 -j REJECT", on: "node2")
    let visit = net.visit(Net.ip("192.168.56.12"), 30080, from: Fabric.outside, of: "fabric", told: [false])
    #expect(visit?.outcome == .unreachable(.portUnreachable))
    let error = net.first(in: Fabric.outside, on: "eth0", of: "fabric") { $0.transport == .icmp }?.before.datagram
    #expect(error?.source == Net.ip("192.168.56.12"))
    guard case .icmp(let message)? = error?.content else { return }
    #expect(message.quoted?.destination == Net.ip("192.168.56.12"))
    #expect(message.quoted?.destinationPort == 30080)
  }

  @Test("a refusal by a rule comes from the address that was asked; on a bridge it goes past all rules, and does not")
  func reset() {
    let rule = "-I FORWARD -p tcp -m tcp --dport 8080 -j REJECT --reject-with tcp-reset"
    var routed = net(rule, on: "node2")
    let outside = routed.visit(Net.ip("192.168.56.12"), 30080, from: Fabric.outside, of: "fabric", told: [false])
    #expect(outside?.outcome == .refused)
    var bridged = net(rule, on: "node1")
    let pod = bridged.visit(Net.vip, 80, from: Net.client, told: [true, true, true, true])
    #expect(pod?.outcome == .timedOut(isConnected: false))
    let answer = bridged.first(in: Net.client, on: "eth0", of: "node1") { $0.segment?.flags.contains(.reset) == true }
    #expect(answer?.before.datagram?.source == Net.ip("10.244.1.3"))
    #expect(answer?.before.source == MAC(of: Net.ip("10.244.1.3")))
  }

  @Test("a connection of a node with itself is not followed twice for one packet")
  func loopback() {
    var net = Net()
    let listener = Socket(port: 9000, process: "own", .answers("own"))
    net.plant.apply([NetworkChange(.listen(listener))], to: "node1")
    let visit = net.visit(Net.ip("192.168.56.11"), 9000, from: "host")
    #expect(visit?.outcome == .answered("own"))
    let entries = net.plant.kernels["node1"]?.host.connections.all(at: 0) ?? []
    #expect(entries.map(\.state) == [.timeWait])
    let arrived = net.plant.hops.filter { $0.hop.input == "lo" }
    #expect(arrived.count > 6)
    #expect(arrived.allSatisfy { entry in !entry.hop.stages.contains { $0.kind == .tracked } })
  }

  @Test("nobody hides behind an address that means something on one machine alone")
  func masqueradeOnLoopback() {
    var net = Net()
    net.rules("*nat\n-I POSTROUTING -o lo -j MASQUERADE\nCOMMIT\n", on: "node1")
    let listener = Socket(port: 9000, process: "own", .answers("own"))
    net.plant.apply([NetworkChange(.listen(listener))], to: "node1")
    let visit = net.visit(Net.ip("127.0.0.1"), 9000, from: "host")
    #expect(visit?.outcome == .answered("own"))
    let arrived = net.first(in: "host", on: "lo", of: "node1") { $0.segment?.flags.contains(.syn) == true }
    #expect(arrived?.before.datagram?.source == Net.ip("192.168.56.11"))
  }

  @Test("a frame that a bridge sends out of every port is one connection")
  func flood() {
    var net = Net()
    net.visit(Net.ip("10.244.1.3"), 8080, from: Net.client)
    // The bridge has forgotten where everybody is; the Pods still know each other.
    net.plant.advance(by: 600_000)
    net.plant.clear()
    net.plant.visit(Net.ip("10.244.1.3"), 0, over: .icmp, from: Net.client, of: "node1", number: 77)
    let hasEnded = net.plant.run()
    #expect(hasEnded)
    #expect(net.plant.visit(77)?.outcome == .answered("echo reply"))
    let sent = net.plant.visit(77)?.tuple.sourcePort
    let heard = net.delivered("kernel", in: Net.webA)
    #expect(heard.map(\.sourcePort) == [sent])
    let entries = net.plant.kernels["node1"]?.host.connections.all(at: net.plant.now) ?? []
    #expect(entries.filter { $0.original.transport == .icmp }.count == 1)
  }

  @Test("who only asks takes nothing away from what an answer has confirmed")
  func neighbour() {
    var net = Net()
    net.visit(Net.ip("10.244.1.3"), 8080, from: Net.client)
    net.visit(Net.ip("10.244.1.77"), 80, from: Net.webA)
    let key = NeighbourKey(address: Net.ip("10.244.1.3"), device: "eth0")
    let space = net.plant.kernels["node1"]?.namespaces[Net.client]
    #expect(space?.neighbours[key]?.state == .reachable)
  }

  @Test("a promiscuous bridge leads a Pod back to itself; since Linux 6.9 as a packet that nobody knows")
  func promiscuous() {
    for isOld in [true, false] {
      var options = Net.Options()
      options.hairpin = false
      var net = Net(options)
      net.plant.apply([NetworkChange(.setLink("cbr0", .promiscuous(true)))], to: "node1")
      net.plant.kernels.update("node1", default: NodeNetwork()) { $0.tracksPromiscuous = isOld }
      let visit = net.visit(Net.vip, 80, from: Net.webA, told: [true, true, true, true])
      #expect(visit?.outcome == (isOld ? .answered("pod=default/web-a") : .timedOut(isConnected: false)))
      let dropped = net.plant.hops.contains { $0.hop.verdict?.line.contains("--ctstate INVALID -j DROP") == true }
      #expect(dropped != isOld)
    }
  }
}
