import Clockwork
import Testing

@testable import Kubernetes

/// Names in a whole cluster: questions as packets, CoreDNS as a client of kube-apiserver (F31).
@Suite struct NameTests {
  private static let extra = "addons: {CoreDNS: true}\n"

  private static let start = """
    preload demo/web:1.0
    kubectl run client --image=demo/web:1.0
    kubectl create deployment web --image=demo/web:1.0
    until pod/client Ready
    until deployment/web Available
    kubectl expose deployment web --port=80 --target-port=8080
    advance 3s

    """

  /// When questions passed an interface; to one server, where one is named.
  private static func questions(
    _ kernel: Kernel,
    _ device: String,
    of namespace: (String) -> Bool,
    to: String? = nil
  ) -> [Time] {
    kernel.moving.captures.values.compactMap { capture in
      guard case .udp(let message)? = capture.packet.datagram?.content, message.destinationPort == 53,
        capture.device == device, namespace(capture.namespace),
        to == nil || capture.packet.datagram?.destination.text == to
      else { return nil }
      return capture.time
    }
  }

  @Test func aNameCostsSoManyPackets() throws {
    let names = [
      ("web", 2, 0), ("web.default", 4, 0), ("web.default.svc.cluster.local", 8, 0), ("example.com", 8, 2),
      ("example.com.", 2, 2), ("nosuch", 8, 2),
    ]
    // Half a minute between two of them: CoreDNS remembers nothing.
    let sends = names.map { "send http://\($0.0)/ from pod/client\nadvance 31s\n" }.joined()
    let stage = try ClusterStage(Self.start + sends, .now, extra: Self.extra)
    let connects = stage.simulation.rows.filter { $0.record.verb == "connect" }
    var asked: [Time] = []
    for node in ["node1", "node2"] {
      let kernel = try stage.kernel(node)
      let client = kernel.network.namespace(ofPod: "default/client")?.name
      asked += Self.questions(kernel, "eth0") { $0 == client }
    }
    let above = Self.questions(try stage.kernel("fabric"), "eth0", of: { $0 == Fabric.router }, to: "192.168.56.1")
    for (place, (name, queries, upstream)) in names.enumerated() {
      let begin = try #require(connects.first { $0.record.name == "http://\(name)/" }).time
      let window = begin..<begin + 31_000
      #expect(asked.filter { window.contains($0) }.count == queries, "\(name)")
      #expect(above.filter { window.contains($0) }.count == upstream, "\(name)")
      let result = stage.results[place]
      if name == "nosuch" {
        #expect(result.note == "curl: (6) Could not resolve host: nosuch")
      } else {
        #expect(result.code == 0, "\(name): \(result.note)")
      }
    }
  }

  @Test(arguments: [Version.then, .now]) func theClusterBeginsWithItsNames(_ version: Version) throws {
    let stage = try ClusterStage(
      Self.start + """
        dig web.default.svc.cluster.local from pod/client
        nslookup web from pod/client
        nslookup nosuch from pod/client
        dig _http._tcp.web.default.svc.cluster.local SRV from pod/client
        dig 10-244-1-3.default.pod.cluster.local from pod/client

        """,
      version,
      extra: Self.extra
    )
    let pods = stage.simulation.etcd.listing(prefix: "/registry/pods/kube-system/coredns-")
    #expect(pods.count == 2)
    let service = stage.simulation.object(ObjectKey(.service, "kube-system", "kube-dns"))?.as(Service.self)
    #expect(service?.spec.clusterIP == "10.96.0.10")
    let deployment = stage.simulation.object(ObjectKey(.deployment, "kube-system", "coredns"))?.as(Deployment.self)
    #expect(deployment?.status.readyReplicas == 2)
    #expect(deployment?.metadata.creationTimestamp?.milliseconds ?? 0 < 0)
    let web = stage.simulation.object(ObjectKey(.service, "default", "web"))?.as(Service.self)
    let address = web?.spec.clusterIP ?? "none"
    let notes = stage.results.map(\.note)
    #expect(notes[0].contains("status: NOERROR") && notes[0].contains("\t30\tIN\tA\t\(address)\n"))
    #expect(notes[0].contains(";; SERVER: 10.96.0.10#53(10.96.0.10)"))
    #expect(notes[1].contains("Name:\tweb.default.svc.cluster.local\nAddress: \(address)\n"))
    #expect(notes[2].contains("** server can't find nosuch: NXDOMAIN"))
    #expect(notes[3].contains("status: NXDOMAIN"))
    #expect(notes[4].contains("A\t10.244.1.3"))
    let nat = try stage.kernel("node1").network.host.rules[.nat]?.text ?? ""
    #expect(nat.contains("--dport 53 -j KUBE-SVC-TCOU7JCQXEZGVUNU"))
    // Two translations that know nothing of each other: one for the questions, one for the connection.
    let connections =
      try stage.kernel("node1").network.host.connections.all(at: stage.simulation.world.now)
      + stage.kernel("node2").network.host.connections.all(at: stage.simulation.world.now)
    #expect(connections.contains { $0.original.transport == .udp && $0.original.destination.text == "10.96.0.10" })
  }

  @Test func noReadyServerIsRefusedAtOnceAndSilenceTakesTenSeconds() throws {
    let stage = try ClusterStage(
      Self.start + """
        kubectl scale deployment coredns -n kube-system --replicas=0
        advance 40s
        send http://web/ from pod/client
        dig web.default.svc.cluster.local from pod/client
        send http://svc/web from pod/client
        kubectl scale deployment coredns -n kube-system --replicas=2
        until deployment/coredns Ready -n kube-system
        advance 5s
        send http://web/ from pod/client
        break coredns@node1
        break coredns@node2
        send http://web/ from pod/client
        repair coredns@node1
        repair coredns@node2
        advance 1s
        break kube-proxy@node1
        break kube-proxy@node2
        send http://web/ from pod/client

        """,
      .now,
      extra: Self.extra
    )
    let results = stage.results
    #expect(results.map { $0.code ?? -1 } == [6, 9, 0, 0, 6, 0])
    #expect(results[0].note == "curl: (6) Could not resolve host: web")
    #expect(results[1].note.contains("connection refused"))
    let rows = stage.simulation.rows.filter { $0.record.verb == "connect" || $0.record.verb == "curl" }
    // The first gives up at the moment at which it asks; the one that nobody answers after two times five seconds.
    let times = rows.filter { $0.record.name == "http://web/" || $0.record.note.contains("(6)") }.map(\.time)
    #expect(times[1] == times[0])
    let last = rows.filter { $0.record.code == 6 }.map(\.time)
    let asked = rows.filter { $0.record.verb == "connect" && $0.record.name == "http://web/" }.map(\.time)
    #expect(last.last.map { end in asked.contains(end - 10_000) } == true)
  }

  @Test func whatWasAskedTooEarlyStaysUnknownForAWhile() throws {
    let stage = try ClusterStage(
      Self.start + """
        nslookup late from pod/client
        kubectl expose deployment web --name=late --port=80 --target-port=8080
        advance 5s
        nslookup late from pod/client
        advance 26s
        nslookup late from pod/client

        """,
      .now,
      // Of two servers the other one might know better.
      extra: "addons: {CoreDNS: {replicas: 1}}\n"
    )
    let notes = stage.results.map(\.note)
    #expect(notes[0].contains("NXDOMAIN") && notes[1].contains("NXDOMAIN"))
    #expect(notes[2].contains("Name:\tlate.default.svc.cluster.local"))
  }

  @Test(arguments: [Version.then, .now]) func aPodOfAStatefulSetHasANameOfItsOwn(_ version: Version) throws {
    let stage = try ClusterStage(
      """
      preload demo/web:1.0
      kubectl run client --image=demo/web:1.0
      kubectl apply -f db.yaml
      until pod/client Ready
      until pod/db-1 Ready
      advance 3s
      send http://db-1.db:8080 from pod/client
      nslookup db from pod/client

      """,
      version,
      extra: Self.extra,
      files: ["db.yaml": Self.store]
    )
    let (client, address) = (try #require(stage.pod("client")), stage.ip("db-1"))
    let frames = try stage.frames("client", on: client.spec.nodeName)
    let opening = try #require(frames.last { $0.kindName == "SYN" }?.datagram)
    // No Service has an address here, so that nothing has to be translated.
    #expect(opening.destination.text == address && stage.results[0].code == 0)
    let all = stage.results[1].note
    #expect(all.contains("Address: \(stage.ip("db-0"))\n") && all.contains("Address: \(address)\n"))
  }

  private static let store = """
    apiVersion: v1
    kind: Service
    metadata: {name: db}
    spec:
      clusterIP: None
      selector: {app: db}
      ports: [{name: store, port: 8080}]
    ---
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {name: db}
    spec:
      serviceName: db
      replicas: 2
      selector: {matchLabels: {app: db}}
      template:
        metadata: {labels: {app: db}}
        spec: {containers: [{name: store, image: "demo/web:1.0"}]}
    """
}
