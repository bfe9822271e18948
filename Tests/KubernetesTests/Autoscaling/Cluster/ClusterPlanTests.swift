import Clockwork
import Testing

@testable import Kubernetes

/// The worked numbers: machines of 2000m and 4Gi, Pods of 200m, and a node that is used by a seventh.
@Suite("What a cluster autoscaler would do")
struct ClusterPlanTests {
  private static func node(_ name: String, cpu: String = "2", memory: String = "4Gi", used: [PodInfo] = []) -> NodeInfo
  {
    var node = Node()
    node.metadata = ObjectMeta(name: name)
    node.status.allocatable = ["cpu": cpu, "memory": memory, "pods": "110"]
    var info = NodeInfo(node)
    for pod in used { info.add(pod) }
    return info
  }

  private static func pod(_ name: String, cpu: String, memory: String = "") -> PodInfo {
    var demand = PodDemand()
    demand.add(memory.isEmpty ? ["cpu": cpu] : ["cpu": cpu, "memory": memory])
    return PodInfo(ObjectKey(.pod, "default", name), demand: demand)
  }

  private static func group(
    _ name: String = "ng-1",
    target: Int64 = 2,
    max: Int64 = 5,
    cpu: String = "2"
  ) -> ScalingGroup {
    ScalingGroup(name: name, min: 1, max: max, template: node("template", cpu: cpu), target: target)
  }

  /// node1 has 100m free, node2 150m.
  private static let full = ClusterSnapshot(
    [node("node1", used: [pod("a", cpu: "1900m")]), node("node2", used: [pod("b", cpu: "1850m")])],
    NamespaceLabels(),
    .now
  )
  private static let pending = [pod("web-1", cpu: "200m"), pod("web-2", cpu: "200m")]

  @Test func twoPodsFitOnOneNewNode() {
    let plan = ScaleUpPlan(Self.pending, [Self.group()], Self.full, at: 0)
    #expect(plan.best?.group == "ng-1")
    #expect(plan.best?.nodes == 1)
    #expect(plan.best?.pods.count == 2)
    #expect(plan.helpless.isEmpty)
  }

  @Test func whatIsOnItsWayCounts() {
    var snapshot = Self.full
    snapshot.add(Self.node("upcoming"))
    let plan = ScaleUpPlan(Self.pending, [Self.group(target: 3)], snapshot, at: 0)
    #expect(plan.best == nil)
    #expect(plan.fitting.count == 2)
  }

  @Test func binsArePackedUpToTheMaximum() {
    let pods = (0..<9).map { Self.pod("web-\($0)", cpu: "900m") }
    let some = ScaleUpPlan(pods, [Self.group(max: 10)], Self.full, at: 0)
    #expect(some.best?.nodes == 5)
    let fewer = ScaleUpPlan(pods, [Self.group(max: 4)], Self.full, at: 0)
    #expect(fewer.best?.nodes == 2)
    #expect(fewer.best?.pods.count == 4)
  }

  @Test func theLeastWasteWins() {
    let groups = [Self.group("large", cpu: "16"), Self.group("small", cpu: "1")]
    #expect(ScaleUpPlan(Self.pending, groups, Self.full, at: 0).best?.group == "small")
  }

  struct Refused: Sendable {
    var cpu: String
    var target: Int64
    var backoff: Time = 0
    var message: String
  }

  @Test(arguments: [
    Refused(cpu: "3", target: 2, message: "1 Insufficient cpu"),
    Refused(cpu: "1", target: 5, message: "1 max node group size reached"),
    Refused(cpu: "1", target: 2, backoff: 1, message: "1 in backoff after failed scale-up"),
  ])
  func saysWhyNothingHelps(_ refused: Refused) {
    var group = Self.group(target: refused.target)
    group.backoffEnds = refused.backoff
    let pods = [Self.pod("web", cpu: refused.cpu)]
    let plan = ScaleUpPlan(pods, [group], Self.full, at: 0)
    #expect(plan.best == nil)
    #expect(plan.helpless.map { plan.message($0) } == [refused.message])
  }

  @Test func utilizationIsTheLargerShareOfRequests() {
    let info = Self.node("ng", used: [Self.pod("web", cpu: "300m", memory: "512Mi")])
    #expect(ScaleDownPlan.percent(info) == 15)
    let other = Self.node("ng", used: [Self.pod("web", cpu: "100m", memory: "3Gi")])
    #expect(ScaleDownPlan.percent(other) == 75)
  }

  // MARK: What keeps a node

  private static func living(_ change: (inout Pod) -> Void) -> Pod {
    var pod = Pod(metadata: ObjectMeta(name: "web", namespace: "default", labels: ["app": "web"]))
    var owner = OwnerReference()
    owner.kind = "ReplicaSet"
    owner.name = "web-1"
    owner.controller = true
    pod.metadata.ownerReferences = [owner]
    pod.spec.nodeName = "ng-a"
    var container = Container(name: "web", image: "demo/web:1.0")
    container.resources.requests["cpu"] = "300m"
    pod.spec.containers = [container]
    change(&pod)
    return pod
  }

  private static func budget(_ allowed: Int64) -> Object {
    var budget = PodDisruptionBudget()
    budget.metadata = ObjectMeta(name: "web", namespace: "default")
    budget.spec.selector = .map(("matchLabels", .map(("app", "web"))))
    budget.status.disruptionsAllowed = allowed
    return Object(budget)
  }

  @Test func listsWhatKeepsAPod() {
    func why(_ budgets: [Object] = [], _ change: (inout Pod) -> Void) -> String? {
      ScaleDownPlan.obstacle(Self.living(change), budgets)
    }
    #expect(why { _ in } == nil)
    #expect(why { $0.metadata.ownerReferences = [] } == "no-controller")
    #expect(why { $0.metadata.annotations[ScaleDownPlan.safe] = "false" } == "not-safe")
    #expect(why { $0.spec.volumes = [Volume(name: "d", source: "emptyDir", .emptyMap)] } == "local-storage")
    #expect(why { $0.spec.volumes = [Volume(name: "d", source: "emptyDir", .map(("medium", "Memory")))] } == nil)
    #expect(
      why { $0.spec.volumes = [Volume(name: "d", source: "hostPath", .map(("path", "/data")))] } == "local-storage"
    )
    #expect(why { $0.metadata.namespace = "kube-system" } == "kube-system")
    #expect(why([Self.budget(0)]) { _ in } == "budget")
    #expect(why([Self.budget(1)]) { _ in } == nil)
    #expect(why { $0.metadata.ownerReferences[0].kind = "DaemonSet" } == nil)
    #expect(
      why {
        $0.metadata.ownerReferences = []
        $0.metadata.annotations[ScaleDownPlan.safe] = "true"
      } == nil
    )
  }

  private static func plan(
    _ pods: [Pod],
    group: ScalingGroup = group(target: 3),
    free: String = "1",
    annotations: Table<String, String> = [:]
  ) -> ScaleDownPlan {
    var node = Node()
    node.metadata = ObjectMeta(name: "ng-a")
    node.metadata.annotations = annotations
    let own = Self.node("ng-a", used: pods.map { PodInfo($0, .now) })
    let snapshot = ClusterSnapshot([own, Self.node("node1", cpu: free)], NamespaceLabels(), .now)
    return ScaleDownPlan([(group, [node])], pods: pods, budgets: [], snapshot)
  }

  @Test func aNodeIsUnneededWhereItsPodsFitElsewhere() {
    let pods = [Self.living { _ in }]
    #expect(Self.plan(pods).unneeded == ["ng-a"])
    #expect(Self.plan(pods, free: "200m").hindrances["ng-a"]?.reason == "no-place")
    #expect(Self.plan(pods, group: Self.group(target: 1)).hindrances["ng-a"]?.reason == "minimum")
    #expect(Self.plan(pods, annotations: [ScaleDownPlan.disabled: "true"]).hindrances["ng-a"]?.reason == "disabled")
    let busy = [Self.living { $0.spec.containers[0].resources.requests["cpu"] = "1000m" }]
    #expect(Self.plan(busy).hindrances["ng-a"]?.reason == "used")
    #expect(Self.plan([]).unneeded == ["ng-a"])
  }
}
