import Clockwork
import Testing

@testable import Kubernetes

/// A load that doubles, the whole way: kernel, cAdvisor, metrics-server, HPA, Deployment, ReplicaSet, scheduler, kubelet.
@Suite("A load that scales a Deployment")
struct AutoscalerFlowTests {
  private static func deployment(cpu: String) -> Object? {
    var container = Value.map(("name", "web"), ("image", "demo/web:1.0"))
    if !cpu.isEmpty { container["resources"] = .map(("requests", .map(("cpu", .string(cpu))))) }
    let labels = Value.map(("app", "web"))
    let template = Value.map(
      ("metadata", .map(("labels", labels))),
      ("spec", .map(("containers", .list([container]))))
    )
    let spec = Value.map(("replicas", 2), ("selector", .map(("matchLabels", labels))), ("template", template))
    let metadata = Value.map(("name", "web"), ("namespace", "default"))
    var problems: [FieldProblem] = []
    return Object(
      value: .map(("apiVersion", "apps/v1"), ("kind", "Deployment"), ("metadata", metadata), ("spec", spec)),
      problems: &problems
    )
  }

  private static func run(
    _ version: Version,
    cpu: String = "200m",
    metrics: Bool = true,
    _ script: String
  ) -> Simulation {
    let share = version == .then ? "--cpu-percent=50" : "--cpu=50%"
    let start = """
      preload demo/web:1.0
      kubectl apply -f web.yaml
      until deployment/web Available
      advance 150s
      kubectl autoscale deployment web \(share) --min=2 --max=10

      """
    let spec = PipelineTests.spec(version, metrics: metrics)
    let parser = ScriptParser(version: version) { _ in .objects([Self.deployment(cpu: cpu)].compactMap { $0 }) }
    let (lines, problems) = parser.parse(start + script)
    #expect(problems.isEmpty)
    var simulation = Simulation(
      spec,
      images: PipelineTests.images(),
      seed: 1,
      script: lines,
      parser: parser,
      budget: 16
    )
    let isFinished = simulation.run()
    #expect(isFinished)
    #expect(simulation.unmet.map(\.text) == [])
    #expect(simulation.world.objections.isEmpty)
    return simulation
  }

  private static func events(_ simulation: Simulation) -> [String] {
    simulation.etcd.objects.compactMap(\.event).filter { $0.involvedObject.kind == "HorizontalPodAutoscaler" }
      .map { "\($0.reason) \($0.message)" }
  }

  @Test("the replicas follow the load, and the Pods come from elsewhere", arguments: [Version.then, .now])
  func follows(version: Version) throws {
    let simulation = Self.run(version, "load app=web cpu=400m shared\nadvance 300s\nmark here\nkubectl get hpa")
    let row = PipelineTests.printed(simulation).last?.split(separator: " ").map(String.init)
    let targets = version == .then ? ["50%/50%"] : ["cpu:", "50%/50%"]
    #expect(row?.dropLast() == ["web", "Deployment/web"] + targets + ["2", "10", "4"])
    let writers = simulation.rows.filter { $0.record.resource == "pods" && $0.record.verb == "create" }
      .filter { $0.record.subresource.isEmpty && $0.record.code == 201 }.map(\.record.actor)
    #expect(writers.count == 4)
    #expect(Set(writers) == ["kube-controller-manager/replicaset-controller"])
    let reason = "cpu resource utilization (percentage of request) above target"
    #expect(Self.events(simulation).last == "SuccessfulRescale New size: 4; reason: \(reason)")
  }

  @Test("when metrics-server stops, everything stays and says why")
  func stopped() {
    let simulation = Self.run(
      .now,
      "load app=web cpu=200m shared\nadvance 60s\nbreak metrics-server\nadvance 60s\nmark here\nkubectl get hpa"
    )
    let row = PipelineTests.printed(simulation).last?.split(separator: " ").map(String.init)
    #expect(row?.dropLast() == ["web", "Deployment/web", "cpu:", "<unknown>/50%", "2", "10", "2"])
    let why = "the server is currently unable to handle the request (get pods.metrics.k8s.io)"
    let chain = "unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: \(why)"
    let events = Self.events(simulation)
    #expect(events.contains("FailedGetResourceMetric failed to get cpu utilization: \(chain)"))
    let autoscaler = simulation.etcd[AutoscalerDesk.key]?.as(HorizontalPodAutoscaler.self)
    #expect(autoscaler?.status[condition: "ScalingActive"]?.status == "False")
  }

  @Test("a container that asks for nothing cannot be measured against its request")
  func noRequest() {
    let simulation = Self.run(.now, cpu: "", "advance 60s")
    let text = "failed to get cpu utilization: missing request for cpu in container web of Pod web-"
    #expect(Self.events(simulation).contains { $0.hasPrefix("FailedGetResourceMetric \(text)") })
  }

  @Test("a manager that stops takes the autoscaler with it; by hand only the number changes")
  func managerDown() {
    let simulation = Self.run(
      .now,
      "break kube-controller-manager\nload app=web cpu=400m shared\nadvance 120s\nmark here\nkubectl get hpa"
    )
    let scales = simulation.rows.filter { $0.record.subresource == "scale" }
    #expect(scales.isEmpty)
  }
}
