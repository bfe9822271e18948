import Clockwork
import Testing

@testable import Kubernetes

/// Ranges, routes and links that are not there: flows.md F04 and F05, "what breaks".
@Suite struct LinkTests {
  private static let cloud = "packets: true\ncloud: true\n"
  /// The second node has no range yet.
  private static let bare = """
    - {name: node1, ip: 192.168.56.11, podCIDR: 10.244.1.0/24}
    - {name: node2, ip: 192.168.56.12, podCIDR: ""}
    """

  private static func pod(_ name: String, _ node: String, _ probe: String = "") -> String {
    """
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: \(name), labels: {app: \(name)}}
    spec: {nodeName: \(node), containers: [{name: web, image: "demo/web:1.0"\(probe)}]}

    """
  }

  private static func node(_ name: String, _ stage: ClusterStage) -> Node? {
    stage.simulation.object(ObjectKey(.node, "", name))?.node
  }

  private static func events(_ reason: String, _ stage: ClusterStage) -> [String] {
    stage.simulation.etcd.listing(prefix: "/registry/events/").compactMap { line in
      guard let key = ObjectKey(path: line.key), let event = stage.simulation.object(key)?.event,
        event.reason == reason
      else { return nil }
      return event.message
    }
  }

  @Test(arguments: [Version.then, .now]) func aNodeWithoutARangeIsNotReady(_ version: Version) throws {
    let script = "break node-ipam-controller\nadvance 40s\n"
    let stage = try ClusterStage(script, version, extra: Self.cloud, nodes: Self.bare)
    let node = try #require(Self.node("node2", stage))
    let ready = try #require(node.status[condition: "Ready"])
    #expect(ready.status == "False" && ready.reason == "KubeletNotReady")
    let text =
      version == .then
      ? "kubenet does not have netConfig. This is most likely due to lack of PodCIDR" : "cni plugin not initialized"
    #expect(ready.message.hasSuffix(text))
    let taints = node.spec.taints.map { "\($0.key):\($0.effect)" }
    #expect(taints.contains("node.kubernetes.io/not-ready:NoSchedule"))
  }

  @Test(arguments: [Version.then, .now]) func theRangeOfTheNodeReachesItsPlugin(_ version: Version) throws {
    let stage = try ClusterStage(
      """
      preload demo/web:1.0
      until node/node2 Ready
      kubectl apply -f pods.yaml
      until pod/here Ready
      until pod/there Ready
      advance 10s
      send http://pod/there:8080/ from pod/here

      """,
      version,
      extra: Self.cloud,
      nodes: Self.bare,
      files: ["pods.yaml": Self.pod("here", "node1") + Self.pod("there", "node2")]
    )
    let range = try #require(CIDR(Self.node("node2", stage)?.spec.podCIDR ?? ""))
    #expect(IPv4(stage.ip("there")).map { range.contains($0) } == true)
    #expect(Self.node("node2", stage)?.spec.taints.count == 0)
    #expect(Self.node("node2", stage)?.status[condition: "NetworkUnavailable"]?.status == "False")
    #expect(stage.results.map(\.code) == [0])
  }

  @Test func aSmallRangeIsUsedUp() throws {
    let small = "- {name: node1, ip: 192.168.56.11, podCIDR: 10.244.1.0/29}"
    let script = """
      preload demo/web:1.0
      kubectl create deployment web --image=demo/web:1.0 --replicas=6
      advance 20s

      """
    let stage = try ClusterStage(script, .then, extra: "", nodes: small)
    let deployment = stage.simulation.object(ObjectKey(.deployment, "default", "web"))?.as(Deployment.self)
    #expect(deployment?.status.readyReplicas == 5)
    let failures = Self.events("FailedCreatePodSandBox", stage)
    let text = "failed to allocate for range 0: no IP addresses available in range set: 10.244.1.1-10.244.1.6"
    #expect(!failures.isEmpty && failures.allSatisfy { $0.contains(text) })
  }

  @Test(arguments: [Version.then, .now]) func aRouteThatTheCloudDoesNotMake(_ version: Version) throws {
    let start = """
      preload demo/web:1.0
      cut route-controller fabric
      until node/node2 Ready
      kubectl apply -f pods.yaml
      until pod/here Ready
      until pod/there Ready
      advance 40s
      send http://pod/there:8080/ from pod/here

      """
    let files = ["pods.yaml": Self.pod("here", "node1") + Self.pod("there", "node2")]
    let stage = try ClusterStage(start, version, extra: Self.cloud, nodes: Self.bare, files: files)
    let node = try #require(Self.node("node2", stage))
    let condition = try #require(node.status[condition: "NetworkUnavailable"])
    #expect(condition.status == "True" && condition.reason == "NoRouteCreated")
    #expect(condition.message == "RouteController failed to create a route")
    let taints = node.spec.taints.map { "\($0.key):\($0.effect)" }
    #expect(taints == ["node.kubernetes.io/network-unavailable:NoSchedule"])
    let range = node.spec.podCIDR
    let failures = Self.events("FailedCreateRoute", stage)
    #expect(failures.contains { $0.contains(" \(range) for node node2 after 20s: context deadline exceeded") })
    let result = try #require(stage.results.last)
    #expect(result.note.contains("Network is unreachable"), "\(result.note)")
    let end = "mend route-controller fabric\nadvance 40s\nsend http://pod/there:8080/ from pod/here\n"
    let mended = try ClusterStage(start + end, version, extra: Self.cloud, nodes: Self.bare, files: files)
    #expect(Self.node("node2", mended)?.status[condition: "NetworkUnavailable"]?.status == "False")
    #expect(Self.node("node2", mended)?.spec.taints.count == 0)
    #expect(mended.results.last?.code == 0)
  }

  @Test(arguments: [Version.then, .now]) func theLoopsOfACloudStopWithTheirProcess(_ version: Version) throws {
    let name = version == .then ? "kube-controller-manager" : "cloud-controller-manager"
    let stage = try ClusterStage("break \(name)\n", version, extra: Self.cloud)
    let world = stage.simulation.world
    func isStopped(_ name: String) -> Bool { world.address(of: name).map { world.isStopped($0) } ?? false }
    #expect(isStopped("route-controller") && isStopped("service-controller"))
    #expect(isStopped("node-ipam-controller") == (version == .then))
    #expect((world.address(of: "cloud-controller-manager") != nil) == (version == .now))
    #expect(world.address(of: "route-controller").map { world.process(of: $0) } == name)
  }

  @Test func noPacketPassesBetweenNodesThatAreCutOff() throws {
    let stage = try ClusterStage(
      """
      preload demo/web:1.0
      kubectl apply -f pods.yaml
      until pod/here Ready
      until pod/near Ready
      until pod/there Ready
      cut node1 node2
      send http://pod/there:8080/ from pod/here
      send http://pod/near:8080/ from pod/here
      send http://192.168.56.12:10256/ from node1
      mend node1 node2
      send http://pod/there:8080/ from pod/here

      """,
      .now,
      files: ["pods.yaml": Self.pod("here", "node1") + Self.pod("near", "node1") + Self.pod("there", "node2")]
    )
    #expect(stage.results.map { $0.code ?? -1 } == [28, 0, 28, 0])
  }

  @Test(arguments: [Version.then, .now]) func aBridgeThatIsDown(_ version: Version) throws {
    let bridge = version == .then ? "cbr0" : "cni0"
    let probe = ", readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 5}"
    let start = """
      preload demo/web:1.0
      kubectl apply -f pods.yaml
      until pod/here Ready
      until pod/near Ready
      kubectl expose pod near --port=80 --target-port=8080
      advance 2s
      break link \(bridge) on node1
      send http://pod/near:8080/ from pod/here
      advance 30s
      send http://svc/near from node2

      """
    let files = ["pods.yaml": Self.pod("here", "node1") + Self.pod("near", "node1", probe)]
    let stage = try ClusterStage(start, version, files: files)
    #expect(stage.results[0].note.contains("No route to host"), "\(stage.results[0].note)")
    #expect(stage.pod("near")?.status.conditions.first { $0.type == "Ready" }?.status == "False")
    // The Pod without a probe cannot be reached either, and is ready all the same.
    #expect(stage.pod("here")?.status.conditions.first { $0.type == "Ready" }?.status == "True")
    #expect(Self.events("Unhealthy", stage).contains { $0.hasPrefix("Readiness probe failed: Get \"http://") })
    #expect(stage.results[1].note.contains("Connection refused"))
    let end = "repair link \(bridge) on node1\nuntil pod/near Ready\nsend http://pod/near:8080/ from pod/here\n"
    let mended = try ClusterStage(start + end, version, files: files)
    #expect(mended.results.last?.code == 0)
  }
}
