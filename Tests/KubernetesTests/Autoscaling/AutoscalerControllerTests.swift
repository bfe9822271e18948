import Clockwork
import Testing

@testable import Kubernetes

@Suite("The HPA controller")
struct AutoscalerControllerTests {
  private let hpa = "horizontalpodautoscaler.autoscaling/web"

  @Test("asks, computes, writes the target's scale, and then its own status")
  func scalesUp() {
    var desk = AutoscalerDesk()
    let log = desk.look(.usage(["220000000n", "180m"]))
    let wanted = [
      "sync \(hpa)", "read deployment.apps/web", "read pods.metrics.k8s.io", "compute \(hpa)",
      "scale deployment.apps/web", "report \(hpa)", "record \(hpa)", "observe \(hpa)",
    ]
    #expect(Set(log) == Set(wanted))
    #expect(log.prefix(5) == wanted.prefix(5))
    #expect(desk.replicas == 4)
    #expect(desk.row == ["web", "Deployment/web", "cpu: 100%/50%", "2", "10", "2", "<unknown>"])
    let active = "ScalingActive=True ValidMetricFound"
    let limited = "ScalingLimited=False DesiredWithinRange"
    #expect(desk.conditions == ["AbleToScale=True SucceededRescale", active, limited])
    #expect(desk.message("AbleToScale") == "the HPA controller was able to update the target scale to 4")
    #expect(desk.status.desiredReplicas == 4)
    #expect(desk.status.lastScaleTime == Timestamp(15_000))
    let reason = "New size: 4; reason: cpu resource utilization (percentage of request) above target"
    #expect(desk.events == ["Normal SuccessfulRescale \(reason)"])
  }

  @Test("says every figure on the way")
  func facts() {
    var desk = AutoscalerDesk()
    _ = desk.look(.usage(["215m", "180m"]))
    func fact(_ key: String, _ argument: String) -> Value? { desk.solo.facts.first { $0.key == key }?[argument] }
    #expect(fact("fact.hpa.usage", "usage") == "395m")
    #expect(fact("fact.hpa.usage", "request") == "400m")
    #expect(fact("fact.hpa.usage", "utilization") == 98)
    #expect(fact("fact.hpa.ratio", "ratio") == "1.96")
    #expect(fact("fact.hpa.proposed", "replicas") == 4)
    #expect(fact("fact.hpa.decided", "replicas") == 4)
    #expect(desk.solo.component.state.at(["figures", "\(hpa)", "ratio"]) == "1.96")
  }

  @Test("a status that says nothing new is not written")
  func quiet() {
    var desk = AutoscalerDesk()
    #expect(desk.look(.usage(["100m", "100m"])).contains("report \(hpa)"))
    let log = desk.look(.usage(["100m", "100m"]))
    #expect(log.contains("compute \(hpa)"))
    #expect(!log.contains("report \(hpa)"))
    #expect(!log.contains("scale deployment.apps/web"))
    #expect(desk.look(.usage(["100m", "100m"]), after: 14_000).isEmpty)
  }

  @Test("fewer replicas wait five minutes")
  func scalesDown() {
    var desk = AutoscalerDesk(replicas: 4)
    _ = desk.look(.usage(["200m", "200m", "20m", "20m"]))
    var looks = 0
    while desk.replicas == 4, looks < 40 {
      _ = desk.look(.usage(["30m", "30m", "30m", "30m"]))
      looks += 1
      if looks == 1 {
        #expect(desk.conditions.first == "AbleToScale=True ScaleDownStabilized")
        #expect(desk.row[2] == "cpu: 15%/50%")
      }
    }
    #expect(desk.replicas == 2)
    #expect(looks == 20)
    #expect(desk.events.last == "Normal SuccessfulRescale New size: 2; reason: All metrics below target")
  }

  @Test(
    "without metrics nothing moves, and everybody can see why",
    arguments: [
      (503, "the server is currently unable to handle the request (get pods.metrics.k8s.io)"),
      (404, "the server could not find the requested resource (get pods.metrics.k8s.io)"),
    ] as [(Int64, String)]
  )
  func noMetrics(code: Int64, why: String) {
    var desk = AutoscalerDesk()
    _ = desk.look(.usage(["100m", "100m"]))
    _ = desk.look(.failed(code))
    #expect(desk.replicas == 2)
    #expect(desk.row[2] == "cpu: <unknown>/50%")
    let chain = "unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: \(why)"
    let error = "failed to get cpu utilization: \(chain)"
    #expect(desk.conditions.contains("ScalingActive=False FailedGetResourceMetric"))
    #expect(desk.message("ScalingActive") == "the HPA was unable to compute the replica count: \(error)")
    let whole =
      "invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: \(error)"
    #expect(
      desk.events == ["Warning FailedGetResourceMetric \(error)", "Warning FailedComputeMetricsReplicas \(whole)"]
    )
    // It comes back by itself.
    _ = desk.look(.usage(["220m", "180m"]))
    #expect(desk.replicas == 4)
  }

  @Test("an older controller words the same failure more shortly")
  func noRequestThen() {
    var desk = AutoscalerDesk(.then, request: "")
    _ = desk.look(.usage(["100m", "100m"]))
    let error = "failed to get cpu utilization: missing request for cpu"
    #expect(desk.message("ScalingActive") == "the HPA was unable to compute the replica count: \(error)")
    #expect(
      desk.events.last
        == "Warning FailedComputeMetricsReplicas invalid metrics (1 invalid out of 1), first error is: \(error)"
    )
    #expect(desk.row[2] == "<unknown>/50%")
    var now = AutoscalerDesk(.now, request: "")
    _ = now.look(.usage(["100m", "100m"]))
    #expect(now.message("ScalingActive").hasSuffix("missing request for cpu in container web of Pod web-0"))
  }

  @Test("a target with no replicas is left alone")
  func disabled() {
    var desk = AutoscalerDesk(replicas: 0)
    let log = desk.look()
    #expect(!log.contains("read pods.metrics.k8s.io"))
    #expect(desk.conditions == ["AbleToScale=True SucceededGetScale", "ScalingActive=False ScalingDisabled"])
    #expect(desk.message("ScalingActive") == "scaling is disabled since the replica count of the target is zero")
    #expect(desk.events.isEmpty)
  }

  @Test("a target that is not there, and a kind that nobody knows")
  func missingTarget() {
    var desk = AutoscalerDesk()
    _ = desk.look(finds: false)
    let error = "deployments/scale.apps \"web\" not found"
    #expect(desk.conditions == ["AbleToScale=False FailedGetScale"])
    #expect(desk.message("AbleToScale") == "the HPA controller was unable to get the target's current scale: \(error)")
    #expect(desk.events == ["Warning FailedGetScale \(error)"])
    var other = AutoscalerDesk { $0.scaleTargetRef.apiVersion = "extensions/v1beta1" }
    _ = other.look()
    #expect(other.events == ["Warning FailedGetScale no matches for kind \"Deployment\" in group \"extensions\""])
  }

  @Test("outside its range the load does not matter")
  func outside() {
    var desk = AutoscalerDesk(replicas: 12)
    let log = desk.look()
    #expect(!log.contains("read pods.metrics.k8s.io"))
    #expect(desk.replicas == 10)
    let reason = "Current number of replicas above Spec.MaxReplicas"
    #expect(desk.events == ["Normal SuccessfulRescale New size: 10; reason: \(reason)"])
  }

  @Test("the limit that held a wish back stands in the status")
  func limited() {
    var desk = AutoscalerDesk()
    _ = desk.look(.usage(["900m", "900m"]))
    #expect(desk.replicas == 4)
    #expect(desk.conditions.last == "ScalingLimited=True ScaleUpLimit")
    var slow = AutoscalerDesk {
      $0.behavior = ScalingBehavior()
      $0.behavior?.scaleUp = ScalingRules([ScalingPolicy(ScalingPolicy.pods, 1, seconds: 60)])
      $0.behavior?.setDefaults()
    }
    _ = slow.look(.usage(["900m", "900m"]))
    #expect(slow.replicas == 3)
    _ = slow.look(.usage(["900m", "900m"]))
    #expect(slow.replicas == 3)
  }

  @Test("what was wanted before is forgotten with the process")
  func restart() {
    var desk = AutoscalerDesk(replicas: 4)
    _ = desk.look(.usage(["200m", "200m", "200m", "200m"]))
    #expect(desk.solo.component.state["recommendations"]?.entries?.count == 1)
    desk.solo.component.restart(at: desk.solo.now)
    #expect(desk.solo.component.state["recommendations"]?.entries?.isEmpty == true)
    #expect(desk.look(.usage([])).isEmpty)
  }
}
