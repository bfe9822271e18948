import Clockwork
import Testing

@testable import Kubernetes

/// Who reaches whom in a whole cluster, and as whom: flows.md §0.6, F03–F05, F08, F10, F14.
@Suite struct SendTests {
  /// A client and two servers, each behind Services of its own, so that no dice decide.
  private static let manifest: String = {
    func pod(_ name: String, _ node: String) -> String {
      """
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: \(name), labels: {app: \(name)}}
      spec: {nodeName: \(node), containers: [{name: web, image: "demo/web:1.0"}]}

      """
    }
    func service(_ name: String, _ app: String, _ rest: String = "") -> String {
      """
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: \(name)}
      spec: {selector: {app: \(app)}, ports: [{port: 80, targetPort: 8080\(rest)

      """
    }
    return pod("client", "node1") + pod("web-a", "node1") + pod("web-b", "node2")
      + service("near", "web-a", ", nodePort: 30080}], type: NodePort}")
      + service("far", "web-b", ", nodePort: 30081}], type: NodePort}")
      + service("local", "web-b", ", nodePort: 30082}], type: NodePort, externalTrafficPolicy: Local}")
      + service("empty", "nobody", "}]}")
  }()

  private static let script = """
    preload demo/web:1.0
    kubectl apply -f net.yaml
    until pod/client Ready
    until pod/web-a Ready
    until pod/web-b Ready
    advance 5s
    send http://pod/web-a:8080/ from pod/client
    send http://pod/web-b:8080/ from pod/client
    send http://svc/near from pod/client
    send http://svc/far from pod/client
    send http://svc/near from pod/web-a
    send http://svc/near from node1
    send http://svc/far from node1
    send http://192.168.56.11:30080/ from outside
    send http://192.168.56.11:30081/ from outside
    send http://192.168.56.12:30082/ from outside
    send http://192.168.56.11:30082/ from outside
    send http://svc/empty from pod/client
    send http://svc/empty from node2
    send http://pod/web-a:8081/ from pod/client
    send http://127.0.0.1:8080/ from pod/web-a
    kill web-b web
    send http://svc/far from pod/client
    until pod/web-b Ready
    break kube-proxy@node1
    kubectl delete pod web-b
    advance 5s
    send http://svc/far from pod/client

    """

  @Test(arguments: [Version.then, .now]) func everyWayHasItsEnd(_ version: Version) throws {
    let stage = try ClusterStage(Self.script, version, files: ["net.yaml": Self.manifest])
    let ends = stage.results.map { "\($0.code ?? -1)" }
    #expect(ends == ["0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "28", "7", "7", "7", "0", "7", "28"])
    let client = stage.ip("client")
    let near = stage.ip("web-a")
    // Nobody translates between Pods; a Pod that reaches itself, and whoever is no Pod, is seen as the node's own
    // interface towards the backend.
    let seen = [client, client, client, client, "10.244.1.1", "10.244.1.1", "192.168.56.11", "10.244.1.1"]
    for (result, wanted) in zip(stage.results, seen + ["192.168.56.11", "203.0.113.7"]) {
      #expect(result.note.contains(" for \(wanted):"), "\(result.name): \(result.note)")
    }
    #expect(stage.results[0].note.contains(" at \(near):8080 "))
    #expect(stage.results[14].note.contains("for 127.0.0.1:"))
    // Refused at once, by a rule; refused by the machine, because no process listens.
    for place in [11, 12, 13, 15] { #expect(stage.results[place].note.contains("Connection refused")) }
    #expect(stage.results[11].note.contains("after 0 ms"))
    // Whoever is sent to a Pod that is gone waits: its node still has its hardware address, and no port for it.
    #expect(stage.results[16].note.contains("Timeout was reached"), "\(stage.results[16].note)")
  }

  @Test(arguments: [Version.then, .now]) func framesAreAddressedHopByHop(_ version: Version) throws {
    let script = Self.script.components(until: "send http://svc/near")
    let stage = try ClusterStage(script, version, files: ["net.yaml": Self.manifest])
    func first(_ pod: String, on node: String) throws -> Packet {
      let frames = try stage.frames(pod, on: node)
      return try #require(frames.first { $0.datagram?.segment?.flags == .syn })
    }
    func mac(_ pod: String, on node: String) throws -> MAC? {
      try stage.kernel(node).network.namespace(ofPod: "default/\(pod)")?[link: "eth0"]?.mac
    }
    let near = try first("web-a", on: "node1")
    #expect(near.datagram?.ttl == 64)
    #expect(try near.destination == mac("web-a", on: "node1"))
    #expect(try near.source == mac("client", on: "node1"))
    let far = try first("web-b", on: "node2")
    let bridge = version == .then ? "cbr0" : "cni0"
    #expect(far.datagram?.ttl == 61)
    #expect(far.datagram?.source.text == stage.ip("client"))
    #expect(try far.source == stage.kernel("node2").network.host[link: bridge]?.mac)
    #expect(try far.destination == mac("web-b", on: "node2"))
    let leaving = try stage.frames("client", on: "node1").last { $0.datagram?.segment?.flags == .syn }
    #expect(try leaving?.destination == stage.kernel("node1").network.host[link: bridge]?.mac)
  }
}

extension String {
  /// What stands before a line that begins so.
  fileprivate func components(until start: String) -> String {
    var out = ""
    for line in split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix(start) { break }
      out += line + "\n"
    }
    return out
  }
}
