import Clockwork
import Testing

@testable import Kubernetes

/// Three components beside the control plane: what each of them does, in which order, and what goes on without it.
@Suite("A vertical Pod autoscaler at work")
struct VerticalFlowTests {
  private static func object(_ kind: String, _ version: String, _ spec: Value) -> Object? {
    var problems: [FieldProblem] = []
    let metadata = Value.map(("name", .string(kind == "Deployment" ? "web" : "web-vpa")), ("namespace", "default"))
    return Object(
      value: .map(("apiVersion", .string(version)), ("kind", .string(kind)), ("metadata", metadata), ("spec", spec)),
      problems: &problems
    )
  }

  private static func deployment(_ replicas: Int64, cpu: String) -> Object? {
    let resources = Value.map(("requests", .map(("cpu", .string(cpu)))))
    let container = Value.map(("name", "web"), ("image", "demo/web:1.0"), ("resources", resources))
    let labels = Value.map(("app", "web"))
    let template = Value.map(
      ("metadata", .map(("labels", labels))),
      ("spec", .map(("containers", .list([container]))))
    )
    return object(
      "Deployment",
      "apps/v1",
      .map(("replicas", .integer(replicas)), ("selector", .map(("matchLabels", labels))), ("template", template))
    )
  }

  private static func autoscaler(_ mode: String) -> Object? {
    let target = Value.map(("apiVersion", "apps/v1"), ("kind", "Deployment"), ("name", "web"))
    var spec = Value.map(("targetRef", target))
    // Of memory nothing is said here: all of it would be below the floor.
    let policy = Value.map(("containerName", "*"), ("controlledResources", .list(["cpu"])))
    spec["resourcePolicy"] = .map(("containerPolicies", .list([policy])))
    if !mode.isEmpty { spec["updatePolicy"] = .map(("updateMode", .string(mode))) }
    return object("VerticalPodAutoscaler", "autoscaling.k8s.io/v1", spec)
  }

  private static func spec(_ version: Version, vpa: Bool = true) -> ClusterSpec {
    var spec = PipelineTests.spec(version)
    spec.addOns.hasVPA = vpa
    return spec
  }

  /// Two Pods that ask for 100m and use 200m.
  private static func run(
    _ version: Version = .now,
    replicas: Int64 = 2,
    mode: String = "Recreate",
    cpu: String = "100m",
    vpa: Bool = true,
    _ script: String
  ) -> Simulation {
    let start = """
      preload demo/web:1.0
      kubectl apply -f web.yaml
      until deployment/web Available
      load app=web cpu=200m memory=34Mi
      kubectl apply -f vpa.yaml

      """
    let parser = ScriptParser(version: version) { path in
      .objects([path == "web.yaml" ? deployment(replicas, cpu: cpu) : autoscaler(mode)].compactMap { $0 })
    }
    let (lines, problems) = parser.parse(start + script)
    #expect(problems.isEmpty)
    var simulation = Simulation(
      spec(version, vpa: vpa),
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

  private static func pods(_ simulation: Simulation) -> [Pod] {
    simulation.etcd.objects.compactMap(\.pod).filter { $0.metadata.labels["app"] == "web" }
  }

  private static func requests(_ simulation: Simulation) -> [String] {
    pods(simulation).filter { $0.metadata.deletionTimestamp == nil }
      .map { $0.spec.containers[0].resources.requests["cpu"] ?? "" }
  }

  private static func autoscaler(_ simulation: Simulation) -> VerticalPodAutoscaler? {
    simulation.object(ObjectKey(.verticalPodAutoscaler, "default", "web-vpa"))?.as(VerticalPodAutoscaler.self)
  }

  private static func events(_ simulation: Simulation) -> [String] {
    simulation.etcd.objects.compactMap(\.event).map { "\($0.involvedObject.kind) \($0.reason): \($0.message)" }
  }

  /// Rows of a verb, or of a write by somebody, in a few words and in their order.
  private static func deeds(_ simulation: Simulation, _ wanted: [String]) -> [String] {
    simulation.rows.compactMap { row in
      let text = "\(row.record.actor) \(row.record.verb)"
      return wanted.contains(text) ? text : nil
    }
  }

  @Test("recommended, evicted, created anew, and changed on the way in", arguments: [Version.then, .now])
  func recreates(_ version: Version) throws {
    let simulation = Self.run(version, "advance 600s\nmark here\nkubectl get vpa\nkubectl describe vpa web-vpa")
    let autoscaler = try #require(Self.autoscaler(simulation))
    let target = try #require(autoscaler.status.recommendation?[container: "web"]?.target["cpu"])
    #expect(target == "247m")
    #expect(Self.requests(simulation) == [target, target])
    for pod in Self.pods(simulation) {
      #expect(
        pod.metadata.annotations["vpaUpdates"] == "Pod resources updated by web-vpa: container 0: cpu request"
      )
      #expect(pod.metadata.annotations["vpaObservedContainers"] == "web")
    }
    let template = simulation.object(ObjectKey(.deployment, "default", "web"))?.as(Deployment.self)?.spec.template
    #expect(template?.spec.containers[0].resources.requests["cpu"] == "100m")
    let events = Self.events(simulation)
    #expect(
      events.contains("Pod EvictedByVPA: Pod was evicted by VPA Updater to apply resource recommendation.")
    )
    let told = events.contains { $0.hasPrefix("VerticalPodAutoscaler EvictedPod: VPA Updater evicted") }
    #expect(told == (version == .now))
    let printed = PipelineTests.printed(simulation)
    #expect(printed[0].split(separator: " ") == ["NAME", "MODE", "CPU", "MEM", "PROVIDED", "AGE"])
    #expect(printed[1].split(separator: " ").prefix(4) == ["web-vpa", "Recreate", "247m", "True"])
    let described = printed.map { $0.split(separator: " ").joined(separator: " ") }
    for line in ["Container Name: web", "Uncapped Target:", "Lower Bound:", "Target Ref:", "API Version: apps/v1"] {
      #expect(described.contains(line))
    }
    // Never: an eviction before a recommendation, nor a store before the answer of the webhook.
    let order = Self.deeds(simulation, ["vpa-recommender recommend", "vpa-updater evict"])
    #expect(order.first == "vpa-recommender recommend")
    let evictions = order.filter { $0 == "vpa-updater evict" }
    #expect(evictions.count == 2)
    let writers = simulation.rows.filter {
      $0.record.resource == "verticalpodautoscalers" && $0.record.subresource == "status" && $0.record.code == 200
    }
    #expect(Set(writers.map(\.record.actor)) == ["vpa-recommender"])
    let makers = simulation.rows.filter { $0.record.resource == "pods" && $0.record.code == 201 }
      .filter { $0.record.verb == "create" && $0.record.subresource.isEmpty }
    #expect(Set(makers.map(\.record.actor)) == ["kube-controller-manager/replicaset-controller"])
    let admitted = Self.deeds(simulation, ["vpa-admission-controller review", "kube-apiserver call"])
    #expect(admitted.first == "kube-apiserver call")
  }

  @Test("in place: the same Pods, with another size")
  func resizes() throws {
    let simulation = Self.run(mode: "InPlaceOrRecreate", "mark here\nadvance 600s")
    #expect(Self.requests(simulation) == ["247m", "247m"])
    #expect(Self.deeds(simulation, ["vpa-updater evict"]).isEmpty)
    #expect(Self.events(simulation).contains("Pod InPlaceResizedByVPA: Pod was resized in place by VPA Updater."))
    for pod in Self.pods(simulation) {
      let status = try #require(pod.status.containerStatuses.first)
      #expect(status.restartCount == 0)
      #expect(status.resources?.at(["requests", "cpu"])?.text == "247m")
      #expect(pod.status[condition: PodResize.inProgress] == nil)
    }
  }

  @Test("what does not fit in place is evicted after all")
  func fallsBack() throws {
    let simulation = Self.run(mode: "InPlaceOrRecreate", cpu: "900m", "load app=web cpu=1900m\nadvance 900s")
    let seen = Self.deeds(simulation, ["vpa-updater resize", "vpa-updater evict"])
    #expect(seen.first == "vpa-updater resize")
    #expect(seen.contains("vpa-updater evict"))
    // No node has so much: the successors stay Pending, and nobody asks for nodes.
    #expect(Self.pods(simulation).contains { $0.status.phase == "Pending" })
  }

  @Test("a single Pod is left alone", arguments: ["Recreate", "Initial", "Off"])
  func leavesAlone(_ mode: String) {
    let simulation = Self.run(replicas: mode == "Recreate" ? 1 : 2, mode: mode, "advance 420s")
    #expect(Self.autoscaler(simulation)?.status[condition: "RecommendationProvided"]?.status == "True")
    #expect(Set(Self.requests(simulation)) == ["100m"])
  }

  @Test("in mode Initial a Pod gets the numbers when it is made")
  func initial() {
    let simulation = Self.run(
      mode: "Initial",
      "advance 300s\nkubectl scale deployment web --replicas=3\nuntil deployment/web Ready"
    )
    #expect(Self.requests(simulation).sorted() == ["100m", "100m", "247m"])
  }

  @Test("without kube-controller-manager recommendations and evictions go on, and nothing is made anew")
  func managerDown() {
    let simulation = Self.run(.now, "break kube-controller-manager\nadvance 600s")
    #expect(Self.autoscaler(simulation)?.status[condition: "RecommendationProvided"]?.status == "True")
    #expect(!Self.deeds(simulation, ["vpa-updater evict"]).isEmpty)
    #expect(Self.requests(simulation).count < 2)
  }

  @Test("without the admission controller Pods are as their template says, and the updater stops")
  func admissionDown() {
    let simulation = Self.run(
      .now,
      "break vpa-admission-controller\nadvance 600s\nkubectl scale deployment web --replicas=3\n"
        + "until deployment/web Ready"
    )
    #expect(Self.requests(simulation) == ["100m", "100m", "100m"])
    #expect(Self.autoscaler(simulation)?.status[condition: "RecommendationProvided"]?.status == "True")
    #expect(Self.deeds(simulation, ["vpa-updater evict"]).isEmpty)
    #expect(!Self.deeds(simulation, ["vpa-updater judge"]).isEmpty)
  }

  @Test("a webhook that does not answer holds a Pod up for its timeout, and no longer")
  func admissionSilent() throws {
    let simulation = Self.run(
      .now,
      "cut kube-apiserver vpa-admission-controller\nkubectl scale deployment web --replicas=3\n"
        + "until deployment/web Ready"
    )
    let waited = Self.deeds(simulation, ["kube-apiserver give-up"])
    #expect(waited.count == 1)
    #expect(Self.requests(simulation).count == 3)
  }

  @Test("without metrics-server nothing new is recommended")
  func metricsDown() {
    let simulation = Self.run(.now, "break metrics-server\nadvance 300s\nkubectl get vpa")
    #expect(Self.autoscaler(simulation)?.status[condition: "RecommendationProvided"]?.status == "False")
    let after = Self.run(mode: "Off", "advance 300s\nbreak metrics-server\nadvance 180s")
    #expect(Self.autoscaler(after)?.status.recommendation?[container: "web"]?.target["cpu"] == "247m")
  }

  @Test("where nobody has defined the kind, nobody knows it")
  func plainCluster() {
    let simulation = Self.run(vpa: false, "mark here\nkubectl get vpa")
    #expect(PipelineTests.printed(simulation) == ["error: the server doesn't have a resource type \"vpa\""])
    let applied = simulation.rows.map(\.record.note).filter { $0.contains("no matches for kind") }
    #expect(applied.count == 1)
    let older = Self.run(.then, mode: "InPlaceOrRecreate", "mark here")
    let modes = "supported values: \"Off\", \"Initial\", \"Recreate\", \"Auto\""
    let refused = older.rows.map(\.record.note).filter { $0.contains(modes) }
    #expect(!refused.isEmpty)
    let silent = Self.run(mode: "", "mark here\nkubectl get vpa")
    #expect(PipelineTests.printed(silent).last?.hasPrefix("web-vpa   Recreate") == true)
  }

  @Test("a recommender that starts again goes on from its checkpoints")
  func checkpoints() {
    let simulation = Self.run(
      mode: "Off",
      "advance 300s\nbreak vpa-recommender\nbreak metrics-server\nrepair vpa-recommender\nadvance 180s"
    )
    #expect(Self.autoscaler(simulation)?.status.recommendation?[container: "web"]?.target["cpu"] == "247m")
    let key = ObjectKey(.verticalPodAutoscalerCheckpoint, "default", "web-vpa-web")
    let count = simulation.object(key)?.as(VerticalPodAutoscalerCheckpoint.self)?.status.totalSamplesCount ?? 0
    #expect(count >= 8)
  }
}
