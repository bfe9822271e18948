import Clockwork
import Testing

@testable import Kubernetes

/// A cluster that runs out of room and gets more, and that gives it back.
@Suite("A cluster autoscaler at work")
struct ClusterFlowTests {
  private static func deployment(_ replicas: Int64, cpu: String, _ change: (inout Value) -> Void) -> Object? {
    let resources = Value.map(("requests", .map(("cpu", .string(cpu)))))
    var pod = Value.map(
      ("containers", .list([.map(("name", "web"), ("image", "demo/web:1.0"), ("resources", resources))])),
      ("terminationGracePeriodSeconds", 1)
    )
    change(&pod)
    let labels = Value.map(("app", "web"))
    let spec = Value.map(
      ("replicas", .integer(replicas)),
      ("selector", .map(("matchLabels", labels))),
      ("template", .map(("metadata", .map(("labels", labels))), ("spec", pod)))
    )
    let metadata = Value.map(("name", "web"), ("namespace", "default"))
    var problems: [FieldProblem] = []
    return Object(
      value: .map(("apiVersion", "apps/v1"), ("kind", "Deployment"), ("metadata", metadata), ("spec", spec)),
      problems: &problems
    )
  }

  private static func spec(_ version: Version, _ group: NodeGroup) -> ClusterSpec {
    var spec = PipelineTests.spec(version, metrics: false)
    spec.addOns.hasClusterAutoscaler = true
    spec.nodeGroups = [group]
    spec.hasCloud = true
    return spec
  }

  private static func group(_ change: (inout NodeGroup) -> Void = { _ in }) -> NodeGroup {
    var group = NodeGroup()
    group.name = "ng-1"
    group.max = 5
    group.nodes = ["node1", "node2"]
    group.template.ip = "192.168.56.21"
    change(&group)
    return group
  }

  /// Each node of 2000m holds two of these Pods.
  private static func run(
    _ version: Version = .now,
    replicas: Int64 = 5,
    cpu: String = "900m",
    group: NodeGroup = group(),
    pod: (inout Value) -> Void = { _ in },
    _ script: String
  ) -> Simulation {
    let object = deployment(replicas, cpu: cpu, pod)
    let parser = ScriptParser(version: version) { _ in .objects([object].compactMap { $0 }) }
    let (lines, problems) = parser.parse("preload demo/web:1.0\nkubectl apply -f web.yaml\n" + script)
    #expect(problems.isEmpty)
    var simulation = Simulation(
      spec(version, group),
      images: PipelineTests.images(),
      seed: 1,
      script: lines,
      parser: parser,
      budget: 16
    )
    let isFinished = simulation.run()
    #expect(isFinished)
    #expect(simulation.world.objections.isEmpty)
    return simulation
  }

  private static func events(_ simulation: Simulation) -> [String] {
    simulation.etcd.objects.compactMap(\.event).map { "\($0.involvedObject.kind) \($0.reason): \($0.message)" }
  }

  private static func nodes(_ simulation: Simulation) -> [String] {
    simulation.etcd.objects.compactMap(\.node).map(\.metadata.name)
  }

  private static func pods(_ simulation: Simulation) -> [Pod] {
    simulation.etcd.objects.compactMap(\.pod).filter { $0.metadata.labels["app"] == "web" }
  }

  /// Where a row of an actor and a verb first stands.
  private static func first(_ simulation: Simulation, _ actor: String, _ verb: String) -> Int {
    simulation.rows.firstIndex { $0.record.actor == actor && $0.record.verb == verb } ?? Int.max
  }

  @Test("a Pod without room, one machine, a node, and the scheduler", arguments: [Version.then, .now])
  func grows(_ version: Version) throws {
    let simulation = Self.run(version, "until deployment/web Ready\nadvance 20s\nmark here\nkubectl get nodes")
    let group = Self.group()
    let fresh = try #require(group.spares.first?.name)
    #expect(Self.nodes(simulation).sorted() == ["node1", "node2", fresh].sorted())
    #expect(Self.pods(simulation).filter { $0.spec.nodeName == fresh }.count == 1)
    let events = Self.events(simulation)
    #expect(
      events.contains("ConfigMap ScaledUpGroup: Scale-up: setting group ng-1 size to 3 instead of 2 (max: 5)")
    )
    #expect(events.filter { $0 == "Pod TriggeredScaleUp: pod triggered scale-up: [{ng-1 2->3 (max: 5)}]" }.count == 1)
    // One machine was asked for, although the Pod waited for many looks.
    #expect(simulation.rows.filter { $0.record.actor == "cloud" && $0.record.verb == "grant" }.count == 1)
    let order = [
      Self.first(simulation, "cluster-autoscaler", "grow"), Self.first(simulation, "cloud", "grant"),
      Self.first(simulation, "cloud", "boot"), Self.first(simulation, "kubelet@\(fresh)", "register"),
    ]
    #expect(order == order.sorted())
    #expect(order.last != Int.max)
    let node = try #require(simulation.object(ObjectKey(.node, "", fresh))?.node)
    #expect(!node.spec.podCIDR.isEmpty)
    #expect(node.spec.taints.isEmpty)
    let address = try #require(Self.pods(simulation).first { $0.spec.nodeName == fresh }?.status.podIP)
    #expect(CIDR(node.spec.podCIDR)?.contains(IPv4(address) ?? .any) == true)
    #expect(PipelineTests.printed(simulation).count == 4)
  }

  @Test(
    "ten idle minutes, a taint, evictions, and the machine is gone; its Node goes later",
    arguments: [Version.then, .now]
  )
  func shrinks(_ version: Version) throws {
    let simulation = Self.run(
      version,
      "until deployment/web Ready\nkubectl scale deployment web --replicas=3\nadvance 1500s\nmark here\nkubectl get nodes"
    )
    #expect(Self.nodes(simulation).count == 2)
    #expect(Self.pods(simulation).filter { $0.status.phase == "Running" }.count == 3)
    let events = Self.events(simulation)
    #expect(events.contains("Node ScaleDown: marked the node as toBeDeleted/unschedulable"))
    let end = events.filter { $0.hasPrefix("ConfigMap ScaleDown") }
    #expect(end.count == 1)
    let deleted = simulation.rows.first {
      $0.record.resource == "nodes" && $0.record.verb == "delete" && $0.record.code == 200
    }
    let who = version == .then ? "kube-controller-manager" : "cloud-controller-manager"
    #expect(deleted?.record.actor == "\(who)/cloud-node-lifecycle-controller")
    let gone = try #require(deleted?.record.name)
    let text = version == .then ? "Node \(gone) event: DeletingNode" : "Deleting node \(gone) because"
    #expect(events.contains { $0.hasPrefix("Node DeletingNode: \(text)") })
    // Never: a machine before its Pods, nor its Pods before the taint.
    let order = [
      Self.first(simulation, "cluster-autoscaler", "shrink"), Self.first(simulation, "cluster-autoscaler", "release"),
      Self.first(simulation, "cloud", "terminate"),
    ]
    #expect(order == order.sorted())
    #expect(order.last != Int.max)
    let eviction = Self.first(simulation, "cluster-autoscaler", "evict")
    if eviction != Int.max {
      #expect(order[0] < eviction)
      #expect(eviction < order[1])
      #expect(events.contains("Pod ScaleDown: deleting pod for node scale down"))
    }
  }

  @Test("what a new node would not help says so, and nothing is asked for")
  func refuses() {
    let large = Self.run(replicas: 1, cpu: "3", "advance 60s")
    #expect(
      Self.events(large).contains("Pod NotTriggerScaleUp: pod didn't trigger scale-up: 1 Insufficient cpu")
    )
    #expect(Self.first(large, "cloud", "grant") == Int.max)
    let small = Self.run(group: Self.group { $0.max = 2 }, "advance 60s")
    #expect(
      Self.events(small).contains("Pod NotTriggerScaleUp: pod didn't trigger scale-up: 1 max node group size reached")
    )
  }

  @Test("a Pod with data on its node keeps the node")
  func keeps() {
    let simulation = Self.run(
      pod: { $0["volumes"] = .list([.map(("name", "data"), ("emptyDir", .emptyMap))]) },
      "until deployment/web Ready\nkubectl scale deployment web --replicas=3\nadvance 1500s"
    )
    // Every node carries such a Pod, or is empty and may go.
    let full = Self.pods(simulation).map(\.spec.nodeName)
    for name in Self.nodes(simulation) where full.contains(name) {
      #expect(simulation.object(ObjectKey(.node, "", name))?.node?.spec.taints.isEmpty == true)
    }
    #expect(Set(full).isSubset(of: Set(Self.nodes(simulation))))
  }

  @Test("without it Pods stay Pending, and nobody says more than the scheduler")
  func down() {
    let simulation = Self.run(.now, "break cluster-autoscaler\nadvance 180s")
    let about = Self.events(simulation).filter { $0.contains("ScaleUp") }
    #expect(about.isEmpty)
    #expect(Self.pods(simulation).filter { $0.status.phase == "Pending" }.count == 1)
    #expect(Self.events(simulation).contains { $0.hasPrefix("Pod FailedScheduling") })
  }

  @Test("without kube-controller-manager it still asks and gives back")
  func managerDown() {
    let simulation = Self.run(.now, "advance 5s\nbreak kube-controller-manager\nadvance 120s")
    #expect(Self.first(simulation, "cloud", "boot") != Int.max)
  }

  @Test("a cloud that gives no more says why")
  func quota() {
    let simulation = Self.run(group: Self.group { $0.quota = 2 }, "advance 60s")
    let text = "ConfigMap FailedToScaleUpGroup: Scale-up failed for group ng-1: quota exceeded: the limit is 2 machines"
    #expect(Self.events(simulation).contains(text))
    #expect(Self.nodes(simulation).count == 2)
  }

  @Test("a machine that cannot join costs money for fifteen minutes")
  func cannotJoin() {
    let simulation = Self.run(group: Self.group { $0.joins = false }, "advance 1080s")
    #expect(Self.nodes(simulation).count == 2)
    let events = Self.events(simulation)
    #expect(events.contains { $0.hasPrefix("ConfigMap ScaleUpTimedOut: Nodes added to group ng-1 failed to register") })
    #expect(Self.first(simulation, "cloud", "terminate") != Int.max)
  }

  @Test("groups need a cloud, and an autoscaler needs groups")
  func specs() {
    func problems(_ pairs: (String, Value)...) -> [String] {
      var value = Value.map(("nodes", .list([.map(("name", "node1"), ("ip", "192.0.2.11"))])))
      for (key, part) in pairs { value[key] = part }
      var problems: [FieldProblem] = []
      _ = ClusterSpec(value, problems: &problems)
      return problems.map { $0.path.joined(separator: ".") }
    }
    #expect(problems(("addons", .map(("cluster-autoscaler", true)))) == ["nodeGroups"])
    let group = Value.map(("name", "ng-1"), ("min", 1), ("max", 3), ("nodes", .list(["node1"])))
    #expect(problems(("addons", .map(("cluster-autoscaler", true))), ("nodeGroups", .list([group]))) == [])
    #expect(problems(("nodeGroups", .list([.map(("max", 0))]))) == ["nodeGroups.0.max"])
    #expect(problems(("nodeGroups", .list([.map(("nodes", .list(["nobody"])))]))) == ["nodeGroups.0.nodes"])
  }
}
