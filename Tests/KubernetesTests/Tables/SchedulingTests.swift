import Clockwork
import Kubernetes
import Testing

@Suite("Scheduling beyond the tables")
struct SchedulingTests {
  private static func node(_ name: String, milliCPU: Int64 = 2000, used: Int64 = 0) -> NodeInfo {
    var node = NodeInfo(name: name)
    node.allocatable = ResourceAmounts(milliCPU: milliCPU, memory: 4 << 30)
    node.allowedPods = 110
    node.requested.milliCPU = used
    node.nonZeroRequested.milliCPU = used
    return node
  }

  private static func pod(cpu: String) -> PodDemand {
    var pod = Pod()
    var container = Container(name: "web", image: "demo/web")
    container.resources.requests["cpu"] = cpu
    pod.spec.containers = [container]
    return PodDemand(pod)
  }

  /// The control plane keeps Pods away, two workers are full.
  @Test(
    "the message counts the reasons of all nodes",
    arguments: [
      (
        Version.then,
        "0/3 nodes are available: 1 node(s) had taint {node-role.kubernetes.io/master: }, that the pod didn't tolerate,"
          + " 2 Insufficient cpu."
      ),
      (
        Version.now,
        "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. no new claims to deallocate,"
          + " preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling,"
          + " 2 No preemption victims found for incoming pod."
      ),
    ]
  )
  func message(version: Version, text: String) {
    var master = Self.node("cp1")
    master.taints = [Taint(key: "node-role.kubernetes.io/master", effect: "NoSchedule")]
    let nodes = [master, Self.node("node1", used: 1900), Self.node("node2", used: 1850)]
    let pod = Self.pod(cpu: "200m")
    let rejections = nodes.compactMap { SchedulerProfile(version).filter(pod, $0) }
    #expect(SchedulingFailure.message(rejections, version) == text)
  }

  @Test("a Pod that no empty node could take is not helped by eviction")
  func unresolvable() {
    let rejection = SchedulerProfile(.now).filter(Self.pod(cpu: "64"), Self.node("node1"))
    #expect(rejection == Rejection(reasons: ["Insufficient cpu"], isUnresolvable: true, by: .nodeResourcesFit))
    let then = SchedulerProfile(.then).filter(Self.pod(cpu: "64"), Self.node("node1"))
    #expect(then == Rejection(reasons: ["Insufficient cpu"], by: .nodeResourcesFit))
  }

  @Test("no nodes at all is another message")
  func noNodes() {
    #expect(SchedulingFailure.message([], .then) == "no nodes available to schedule pods")
  }

  @Test("a full node refuses Pods that ask for nothing too")
  func tooManyPods() {
    var node = Self.node("node1")
    node.podCount = 110
    #expect(SchedulerProfile(.then).filter(PodDemand(), node)?.reasons == ["Too many pods"])
    node.podCount = 109
    #expect(SchedulerProfile(.then).filter(PodDemand(), node) == nil)
  }

  @Test("a cordoned node takes only Pods that tolerate it")
  func cordoned() {
    var node = Self.node("node1")
    node.isUnschedulable = true
    var pod = PodDemand()
    #expect(SchedulerProfile(.now).filter(pod, node)?.reasons == ["node(s) were unschedulable"])
    pod.tolerations = [Toleration(key: "node.kubernetes.io/unschedulable", operator: "Exists")]
    #expect(SchedulerProfile(.now).filter(pod, node) == nil)
  }

  @Test("the emptier node gets more points, in both versions", arguments: [Version.then, Version.now])
  func emptierWins(version: Version) {
    let scores = SchedulerProfile(version).scores(
      Self.pod(cpu: "100m"),
      [Self.node("busy", used: 1000), Self.node("idle")],
      nodeCount: 2
    )
    #expect(scores.map(\.node) == ["busy", "idle"])
    #expect(scores[0].total < scores[1].total)
  }

  @Test("what was added to a node can be taken away again")
  func addAndRemove() {
    var node = Self.node("node1")
    let before = node
    node.add(Self.pod(cpu: "300m"))
    #expect(node.requested.milliCPU == 300)
    #expect(node.nonZeroRequested.memory == 200 << 20)
    node.remove(Self.pod(cpu: "300m"))
    #expect(node == before)
  }

  @Test("init containers count by the largest, sidecars always")
  func initContainers() {
    var pod = Pod()
    func container(_ cpu: String, restart: String = "") -> Container {
      var container = Container(name: cpu, image: "demo/web")
      container.resources.requests["cpu"] = cpu
      container.restartPolicy = restart
      return container
    }
    pod.spec.containers = [container("100m")]
    pod.spec.initContainers = [container("50m", restart: "Always"), container("300m")]
    #expect(PodDemand(pod).requests.milliCPU == 350)
    pod.spec.initContainers = [container("50m", restart: "Always"), container("20m")]
    #expect(PodDemand(pod).requests.milliCPU == 150)
  }

  @Test(
    "an image without a tag is the latest",
    arguments: [
      ("img", "img:latest"), ("img:1.0", "img:1.0"), ("host:5000/img", "host:5000/img:latest"),
      ("host:5000/img:2", "host:5000/img:2"),
    ]
  )
  func imageName(image: String, full: String) {
    #expect(SchedulerPlugins.imageName(image) == full)
  }

  @Test("a required term without any comparison matches no node")
  func emptyTerm() {
    var pod = PodDemand()
    var rules = NodeAffinityRules()
    rules.required = NodeSelector()
    rules.required?.nodeSelectorTerms = [NodeSelectorTerm()]
    pod.nodeAffinity = NodeAffinity(rules)
    let reasons = SchedulerProfile(.now).filter(pod, Self.node("node1"))?.reasons
    #expect(reasons == ["node(s) didn't match Pod's node affinity/selector"])
  }

  @Test("what the API server stores is read as the scheduler counts it")
  func fromNode() {
    var stored = Node(metadata: ObjectMeta(name: "node1"))
    stored.status.allocatable = ["cpu": "1500m", "memory": "1Gi", "pods": "110", "example.com/gpu": "2"]
    stored.status.images = [ContainerImage(names: ["demo/web:1.0"], sizeBytes: 1000)]
    let node = NodeInfo(stored)
    #expect(node.allocatable.milliCPU == 1500)
    #expect(node.allocatable.memory == 1 << 30)
    #expect(node.allocatable.others["example.com/gpu"] == 2)
    #expect(node.allowedPods == 110)
    #expect(node.images["demo/web:1.0"] == ImageState(size: 1000, nodeCount: 1))
  }
}
