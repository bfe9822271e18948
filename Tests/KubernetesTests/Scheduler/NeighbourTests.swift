import Clockwork
import Testing

@testable import Kubernetes

/// What the Pods that run already mean for the next one, in whole clusters and in one scheduler.
@Suite struct NeighbourTests {
  private static func manifest(_ name: String, _ rules: String) -> String {
    """
    apiVersion: v1
    kind: Pod
    metadata: {name: \(name), labels: {app: web}}
    spec:
      \(rules)
      containers:
        - {name: web, image: "demo/web:1.0"}

    """
  }

  private static let apart = """
    affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: \
    kubernetes.io/hostname, labelSelector: {matchLabels: {app: web}}}]}}
    """

  @Test(arguments: [Version.then, .now])
  func podsThatAvoidEachOtherNeedANodeEach(_ version: Version) throws {
    let files = Dictionary(uniqueKeysWithValues: ["a", "b", "c"].map { ("\($0).yaml", Self.manifest($0, Self.apart)) })
    let script = """
      preload demo/web:1.0
      kubectl apply -f a.yaml
      kubectl apply -f b.yaml
      kubectl apply -f c.yaml
      until pod/a Running
      until pod/b Running
      until pod/c PodScheduled=False
      kubectl delete pod a
      until pod/c Running
      """
    let flow = try Flow(script, version, files)
    #expect(flow.pod("b")?.spec.nodeName != flow.pod("c")?.spec.nodeName)
    let refused = flow.events(about: "c").first
    switch version {
    case .then:
      let text = "2 node(s) didn't match pod affinity/anti-affinity, 2 node(s) didn't match pod anti-affinity rules."
      #expect(refused == "Warning FailedScheduling: 0/2 nodes are available: \(text)")
    case .now:
      #expect(
        refused == "Warning FailedScheduling: 0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules."
          + " no new claims to deallocate, preemption: 0/2 nodes are available: 2 No preemption victims found for"
          + " incoming pod."
      )
    }
  }

  @Test func aPodThatWantsCompanyWaitsForIt() throws {
    let rules = """
      affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: \
      kubernetes.io/hostname, labelSelector: {matchLabels: {run: db}}}]}}
      """
    let script = """
      preload demo/web:1.0
      kubectl apply -f a.yaml
      until pod/a PodScheduled=False
      kubectl run db --image=demo/web:1.0
      until pod/a Running
      """
    let flow = try Flow(script, .now, ["a.yaml": Self.manifest("a", rules)])
    #expect(flow.pod("a")?.spec.nodeName == flow.pod("db")?.spec.nodeName)
  }

  @Test func aGatedPodIsNobodysBusiness() throws {
    let script = """
      preload demo/web:1.0
      kubectl apply -f a.yaml
      advance 5s
      kubectl get pods
      kubectl patch pod a --type=json -p '[{"op":"remove","path":"/spec/schedulingGates/0"}]'
      until pod/a Running
      """
    let flow = try Flow(script, .now, ["a.yaml": Self.manifest("a", "schedulingGates: [{name: example.com/wait}]")])
    #expect(flow.printed.first { $0.contains("READY") }?.contains("SchedulingGated") == true)
    #expect(flow.events(about: "a").first?.hasPrefix("Normal Scheduled") == true)
  }

  @Test(arguments: [Version.then, .now])
  func aCordonedNodeCarriesATaint(_ version: Version) throws {
    func taints(_ script: String) throws -> [String] {
      let flow = try Flow(script, version)
      let node = flow.simulation.object(ObjectKey(.node, "", "node-1"))?.node
      return (node?.spec.taints ?? []).map { "\($0.key):\($0.effect) \($0.timeAdded != nil)" }
    }
    #expect(try taints("kubectl cordon node-1\nadvance 1s\n") == ["node.kubernetes.io/unschedulable:NoSchedule true"])
    #expect(try taints("kubectl cordon node-1\nadvance 1s\nkubectl uncordon node-1\nadvance 1s\n") == [])
  }

  // MARK: The defaults that spread Pods

  private static func service() -> Object {
    let spec: Value = .map(("selector", .map(("app", "web"))))
    let body: Value = .map(
      ("apiVersion", "v1"),
      ("kind", "Service"),
      ("metadata", .map(("name", "web"), ("namespace", "default"))),
      ("spec", spec)
    )
    var problems: [FieldProblem] = []
    return Object(value: body, problems: &problems) ?? Sample.pod("no")
  }

  /// `one` has more room, and a Pod of the same Service; `two` has neither.
  @Test(arguments: [(true, Version.now, "two"), (false, .now, "one"), (true, .then, "one")])
  func podsOfAServiceAreSpread(_ hasService: Bool, _ version: Version, _ wanted: String) {
    func pod(_ name: String, cpu: String, node: String = "", app: String) -> Object {
      var pod = Sample.pod(name, cpu: cpu, node: node)
      pod.updatePod { $0.metadata.labels = ["app": app] }
      return pod
    }
    func node(_ name: String) -> Object {
      var node = Sample.node(name)
      node.updateNode { $0.metadata.labels = ["kubernetes.io/hostname": name] }
      return node
    }
    var objects = [node("one"), node("two")]
    objects += [pod("mate", cpu: "100m", node: "one", app: "web"), pod("big", cpu: "900m", node: "two", app: "db")]
    if hasService { objects.append(Self.service()) }
    var solo = SchedulerTests.solo(version, objects)
    solo.hear(Sample.event(.added, pod("web", cpu: "100m", app: "web")))
    solo.settle()
    #expect(SchedulerTests.bindings(solo.takeRequests()) == ["web \(wanted) create/binding"])
  }

  /// What is remembered of the mates on each node gives what counting them anew gives.
  @Test func rememberingMatesDecidesNothing() throws {
    let profile = SchedulerProfile(.now)
    var cache = NodeCache()
    for number in 0..<40 {
      var node = try #require(Sample.node("n\(number)", cpu: "\(1 + number % 3)").node)
      node.metadata.labels = ["kubernetes.io/hostname": "n\(number)"]
      cache.set(node)
    }
    let selector = LabelSelector(matchLabels: ["app": "web"])
    var memo = CycleMemo()
    var start = 0
    var random = Random(seed: 3)
    var other = Random(seed: 3)
    for number in 0..<120 {
      var object = Sample.pod("p\(number)", cpu: "50m")
      object.updatePod { $0.metadata.labels = ["app": "web"] }
      let pod = try #require(object.pod)
      let info = PodInfo(pod, .now)
      var cycle = SchedulingCycle(profile, info, cache, defaults: selector)
      let choice = try #require(cycle.run(cache, &memo, start: &start, random: &random))
      let fitting = cache.nodes.filter { profile.filter(info.demand, $0) == nil }
      var state = CycleState(info, cache.nodes, NamespaceLabels(), defaults: selector, isSocial: false, .now)
      state.countPoints(fitting, cache.nodes)
      let scores = profile.scores(info.demand, fitting, nodeCount: Int64(cache.count), state)
      let expected = SchedulingCycle.best(scores, &other)
      #expect(choice.node == expected?.node)
      #expect(choice.score == expected?.score)
      cache.assume(info, on: choice.node)
      // One leaves for good, one is only marked: neither counts any more.
      if number % 7 == 6 { cache.forget(Sample.pod("p\(number - 4)").key) }
      if number % 9 == 8 {
        var leaving = pod
        leaving.spec.nodeName = choice.node
        leaving.metadata.deletionTimestamp = Timestamp(1000)
        cache.confirm(leaving, .now, asksAnew: false)
      }
    }
  }
}
