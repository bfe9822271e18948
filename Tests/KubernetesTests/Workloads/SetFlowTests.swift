import Clockwork
import Kubernetes
import Testing

/// StatefulSets and DaemonSets in whole clusters: what stands and what waits.
@Suite struct SetFlowTests {
  private static func set(_ more: String = "", container: String = "") -> String {
    """
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {name: db}
    spec:
      serviceName: db
      replicas: 3
      \(more)
      selector: {matchLabels: {app: db}}
      template:
        metadata: {labels: {app: db}}
        spec:
          terminationGracePeriodSeconds: 5
          containers: [{name: web, image: demo/web:1.0\(container)}]
    """
  }

  private static func pods(_ flow: Flow) -> [Pod] {
    flow.simulation.etcd.objects.compactMap(\.pod).sorted { $0.metadata.name < $1.metadata.name }
  }

  private static func images(_ flow: Flow) -> [String] {
    pods(flow).map { "\($0.metadata.name) \($0.spec.containers.first?.image ?? "")" }
  }

  static let start = "preload demo/web:1.0\npreload demo/web:2.0\nkubectl apply -f set.yaml\n"

  @Test(arguments: [Version.then, .now]) func theSecondWaitsForTheFirstToBeReady(_ version: Version) throws {
    let probe = ", readinessProbe: {exec: {command: [test, -f, /nothing]}, periodSeconds: 1}"
    let flow = try Flow(Self.start + "advance 60s", version, ["set.yaml": Self.set(container: probe)])
    #expect(Self.images(flow) == ["db-0 demo/web:1.0"])
  }

  @Test(arguments: [Version.then, .now]) func inParallelNobodyWaits(_ version: Version) throws {
    let probe = ", readinessProbe: {exec: {command: [test, -f, /nothing]}, periodSeconds: 1}"
    let text = Self.set("podManagementPolicy: Parallel", container: probe)
    let flow = try Flow(Self.start + "advance 20s", version, ["set.yaml": text])
    #expect(Self.pods(flow).count == 3)
  }

  @Test(arguments: [Version.then, .now]) func belowThePartitionNothingIsNew(_ version: Version) throws {
    let text = Self.set("updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 2}}")
    let script =
      Self.start + """
        until statefulset/db Ready
        kubectl set image statefulset/db web=demo/web:2.0
        until statefulset/db Ready
        kubectl delete pod db-0
        until statefulset/db Ready
        advance 20s
        """
    let flow = try Flow(script, version, ["set.yaml": text])
    #expect(Self.images(flow) == ["db-0 demo/web:1.0", "db-1 demo/web:1.0", "db-2 demo/web:2.0"])
  }

  @Test(arguments: [Version.then, .now]) func aBadImageBlocksItsOwnCure(_ version: Version) throws {
    let script =
      Self.start + """
        until statefulset/db Ready
        kubectl set image statefulset/db web=registry.invalid/web:9
        advance 60s
        kubectl set image statefulset/db web=demo/web:2.0
        advance 120s
        """
    let files = ["set.yaml": Self.set()]
    let stuck = try Flow(script, version, files)
    let before = ["db-0 demo/web:1.0", "db-1 demo/web:1.0", "db-2 registry.invalid/web:9"]
    #expect(Self.images(stuck) == before)
    let cured = try Flow(script + "\nkubectl delete pod db-2\nuntil statefulset/db Ready\nadvance 5s", version, files)
    #expect(Self.images(cured) == ["db-0 demo/web:2.0", "db-1 demo/web:2.0", "db-2 demo/web:2.0"])
  }

  @Test(arguments: [Version.then, .now]) func claimsStayWhenTheirPodsGo(_ version: Version) throws {
    let claims =
      "volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], "
      + "resources: {requests: {storage: 1Gi}}}}]"
    let script = Self.start + "until pod/db-2 exists\nkubectl scale statefulset db --replicas=1\nadvance 60s"
    let flow = try Flow(script, version, ["set.yaml": Self.set("\(claims)\n  podManagementPolicy: Parallel")])
    #expect(Self.pods(flow).map(\.metadata.name) == ["db-0"])
    let names = flow.simulation.etcd.objects.filter { $0.kind == .persistentVolumeClaim }.map(\.name).sorted()
    #expect(names == ["data-db-0", "data-db-1", "data-db-2"])
  }

  private static let daemon = """
    apiVersion: apps/v1
    kind: DaemonSet
    metadata: {name: agent}
    spec:
      selector: {matchLabels: {app: agent}}
      template:
        metadata: {labels: {app: agent}}
        spec:
          terminationGracePeriodSeconds: 5
          containers: [{name: web, image: demo/web:1.0}]
    """

  @Test(arguments: [Version.then, .now]) func aCordonedNodeGetsItsDaemonAndATaintedOneDoesNot(_ version: Version) throws
  {
    let files = ["set.yaml": Self.daemon]
    let cordoned = try Flow("kubectl cordon node-2\n" + Self.start + "until daemonset/agent Ready", version, files)
    #expect(Set(Self.pods(cordoned).map(\.spec.nodeName)) == ["node-1", "node-2"])
    let taint = "kubectl taint nodes node-2 own=me:NoSchedule\n"
    let tainted = try Flow(taint + Self.start + "until daemonset/agent Ready\nadvance 10s", version, files)
    #expect(Self.pods(tainted).map(\.spec.nodeName) == ["node-1"])
  }

  @Test(arguments: [Version.then, .now]) func undoBringsTheOldTemplateBack(_ version: Version) throws {
    let script =
      Self.start + """
        until daemonset/agent Ready
        kubectl set image daemonset/agent web=demo/web:2.0
        until daemonset/agent Ready
        kubectl rollout undo daemonset/agent
        until daemonset/agent Ready
        kubectl rollout history daemonset/agent
        """
    let flow = try Flow(script, version, ["set.yaml": Self.daemon])
    #expect(Self.pods(flow).map { $0.spec.containers[0].image } == ["demo/web:1.0", "demo/web:1.0"])
    #expect(flow.printed.contains("daemonset.apps/agent rolled back"))
    #expect(flow.printed.last?.contains("2         <none>\n3         <none>") == true, "\(flow.printed)")
  }

  @Test(arguments: [Version.then, .now]) func aSurgeNeverLeavesANodeWithoutItsDaemon(_ version: Version) throws {
    let rolling = "rollingUpdate: {maxSurge: 1, maxUnavailable: \(version == .then ? 1 : 0)}"
    let strategy = "updateStrategy: {type: RollingUpdate, \(rolling)}"
    let text = Self.daemon.replacing("spec:\n  selector", with: "spec:\n  \(strategy)\n  selector")
    let script = Self.start + "until daemonset/agent Ready\nkubectl set image daemonset/agent web=demo/web:2.0\n"
    let flow = try Flow(script + "until daemonset/agent Ready\nadvance 30s", version, ["set.yaml": text])
    let writes = flow.rows(by: ["kube-controller-manager/daemon-set-controller"]).compactMap { row -> String? in
      row.hasPrefix("create pods ") ? "create" : row.hasPrefix("delete pods ") ? "delete" : nil
    }
    // Once the first new Pod is available, its predecessor goes and the next node gets its own at the same time.
    let surging = ["create", "create", "create", "create", "delete", "delete"]
    let plain = ["create", "create", "delete", "create", "delete", "create"]
    #expect(writes == (version == .now ? surging : plain))
  }
}
