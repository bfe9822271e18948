import Clockwork
import Testing

@testable import Kubernetes

@Suite("Autoscalers as objects")
struct AutoscalerObjectTests {
  private func object(_ version: String, _ spec: Value, _ change: (inout Value) -> Void = { _ in }) throws -> Object {
    var value = Value.map(
      ("apiVersion", .string("autoscaling/\(version)")),
      ("kind", "HorizontalPodAutoscaler"),
      ("metadata", .map(("name", "web"), ("namespace", "default"))),
      ("spec", spec)
    )
    change(&value)
    var problems: [FieldProblem] = []
    let object = try #require(Object(value: value, problems: &problems))
    #expect(problems.isEmpty)
    return object
  }

  private let target = Value.map(("apiVersion", "apps/v1"), ("kind", "Deployment"), ("name", "web"))

  @Test("every version is read into the newest")
  func versions() throws {
    let first = try object(
      "v1",
      .map(("maxReplicas", 6), ("scaleTargetRef", target), ("targetCPUUtilizationPercentage", 50))
    )
    let second = try object(
      "v2beta1",
      .map(
        ("maxReplicas", 6),
        ("scaleTargetRef", target),
        (
          "metrics",
          .list([
            .map(("type", "Resource"), ("resource", .map(("name", "cpu"), ("targetAverageUtilization", 50))))
          ])
        )
      )
    )
    #expect(first.as(HorizontalPodAutoscaler.self) == second.as(HorizontalPodAutoscaler.self))
    #expect(first.value.at(["spec", "metrics", "0", "resource", "target", "averageUtilization"]) == 50)
    #expect(first.value["apiVersion"] == "autoscaling/v2")
  }

  @Test("nothing said means one replica at least, and cpu at 80 percent")
  func defaults() throws {
    var object = try object("v2", .map(("maxReplicas", 6), ("scaleTargetRef", target), ("behavior", .emptyMap)))
    Defaulting.apply(to: &object, version: .now)
    let spec = try #require(object.as(HorizontalPodAutoscaler.self)).spec
    #expect(spec.minReplicas == 1)
    #expect(spec.metrics == [MetricSpec(resource: "cpu", MetricTarget(utilization: 80))])
    #expect(spec.behavior?.scaleUp == ScalingRules.defaultUp)
    #expect(spec.behavior?.scaleDown?.stabilizationWindowSeconds == nil)
  }

  @Test("an older kubectl sees the first version, with the rest in annotations")
  func firstVersion() throws {
    var autoscaler = try #require(
      try object("v1", .map(("maxReplicas", 6), ("scaleTargetRef", target), ("targetCPUUtilizationPercentage", 50)))
        .as(HorizontalPodAutoscaler.self)
    )
    autoscaler.status.set("AbleToScale", "True", "ReadyForNewScale", AutoscalerText.ready, at: 0)
    var status = MetricStatus()
    status.type = "Resource"
    status.resource = ResourceReading("cpu", MetricFigures(utilization: 4, milli: 4))
    autoscaler.status.currentMetrics = [status]
    autoscaler.status.currentReplicas = 5
    let text = ObjectText.yaml([Object(autoscaler)], isList: false, .then)
    #expect(text.hasPrefix("apiVersion: autoscaling/v1\n"))
    #expect(text.contains("  targetCPUUtilizationPercentage: 50\nstatus:\n  currentCPUUtilizationPercentage: 4\n"))
    let figures =
      #"'[{"type":"Resource","resource":{"name":"cpu","currentAverageUtilization":4,"currentAverageValue":"4m"}}]'"#
    #expect(text.contains("autoscaling.alpha.kubernetes.io/current-metrics: \(figures)"))
    #expect(ObjectText.yaml([Object(autoscaler)], isList: false, .now).hasPrefix("apiVersion: autoscaling/v2\n"))
  }

  @Test("what is wrong is said in the API server's words")
  func validation() throws {
    let wrong = try object(
      "v2",
      .map(
        ("minReplicas", 0),
        ("maxReplicas", 0),
        ("scaleTargetRef", .map(("kind", ""), ("name", "web"))),
        (
          "metrics",
          .list([
            .map(("type", "Resource"), ("resource", .map(("name", "cpu"), ("target", .map(("type", "Utilization"))))))
          ])
        ),
        ("behavior", .map(("scaleUp", .map(("selectPolicy", "Most")))))
      )
    )
    #expect(
      Validation.problems(wrong, .now).map(\.text) == [
        "spec.minReplicas: Invalid value: 0: must be greater than or equal to 1",
        "spec.maxReplicas: Invalid value: 0: must be greater than 0", "spec.scaleTargetRef.kind: Required value",
        "spec.metrics[0].resource.target.averageUtilization: Required value: must set either a target raw value or a "
          + "target utilization",
        "spec.behavior.scaleUp.selectPolicy: Unsupported value: \"Most\": supported values: \"Disabled\", \"Max\", \"Min\"",
        "spec.behavior.scaleUp.policies: Required value: must specify at least one Policy",
      ]
    )
  }

  @Test("it is described as it was recorded")
  func description() throws {
    var desk = AutoscalerDesk(.then, replicas: 1, request: "100m") {
      $0.minReplicas = 1
      $0.maxReplicas = 6
    }
    _ = desk.look(.usage(["200m"]))
    var autoscaler = try #require(desk.stored.as(HorizontalPodAutoscaler.self))
    autoscaler.metadata.creationTimestamp = Timestamp(0)
    let lines = Describe.autoscaler(autoscaler, events: [], .then, now: 0).split(separator: "\n").map(String.init)
    #expect(lines[0] == "Name:                                                  web")
    #expect(lines[5] == "Reference:                                             Deployment/web")
    #expect(lines[6] == "Metrics:                                               ( current / target )")
    #expect(lines[7] == "  resource cpu on pods  (as a percentage of request):  200% (200m) / 50%")
    #expect(lines[10] == "Deployment pods:                                       1 current / 4 desired")
    #expect(lines[11...12] == ["Conditions:", "  Type            Status  Reason              Message"])
    #expect(lines[14].hasPrefix("  AbleToScale     True    SucceededRescale    the HPA controller was able"))
    #expect(lines.last == "Events:           <none>")
  }

  @Test("kubectl autoscale looks for its target first")
  func autoscale() throws {
    var solo = KubectlTests.solo(.then, "autoscale deployment web --cpu-percent=50 --min=1 --max=6")
    #expect(solo.settle() == ["send deployment.apps/web"])
    let read = try #require(solo.takeRequests().first)
    solo.hear(KubectlTests.ok(read))
    _ = solo.settle()
    let create = try #require(solo.takeRequests().first)
    #expect(create.verb == .create)
    guard case .object(let object) = create.body else { return }
    let spec = try #require(object.as(HorizontalPodAutoscaler.self)).spec
    #expect(spec.metrics == [MetricSpec(resource: "cpu", MetricTarget(utilization: 50))])
    #expect(spec.scaleTargetRef == ScaleTarget(AutoscalerDesk.target))
    solo.hear(KubectlTests.ok(create, object, code: 201))
    _ = solo.settle()
    #expect(solo.takeNotes() == ["horizontalpodautoscaler.autoscaling/web autoscaled"])
  }

  @Test(
    "a range that is none is refused",
    arguments: ["autoscale deployment web", "autoscale deployment web --max=1 --min=2", "autoscale deployment --max=2"]
  )
  func badLines(line: String) {
    let parser = ScriptParser(version: .now) { _ in .objects([]) }
    #expect(parser.parse(line: "kubectl \(line)").line == nil)
  }

  @Test("a newer kubectl takes shares and amounts of cpu and memory")
  func targets() {
    let parser = ScriptParser(version: .now) { _ in .objects([]) }
    let line = parser.parse(line: "kubectl autoscale deploy web --max=6 --cpu=70% --memory=200").line
    guard case .kubectl(let command)? = line, case .autoscale(_, let options) = command.operation else {
      Issue.record("not read")
      return
    }
    #expect(options.metrics.map(\.resource?.target) == [MetricTarget(utilization: 70), MetricTarget(amount: "200Mi")])
  }
}
