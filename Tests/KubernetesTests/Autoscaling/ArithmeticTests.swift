import Clockwork
import Kubernetes
import Testing

/// The worked examples of a load that doubles: two Pods that ask for 200m each, and a target of 50 percent.
@Suite("The autoscaler's arithmetic")
struct ArithmeticTests {
  private func pod(_ index: Int, ready: Bool = true, request: String = "200m") -> AutoscaledPod {
    var pod = Pod()
    pod.metadata.name = "web-\(index)"
    pod.status.phase = "Running"
    pod.status.startTime = Timestamp(0)
    pod.status[condition: "Ready"] = PodCondition(type: "Ready", status: ready ? "True" : "False", since: Timestamp(0))
    var container = Container(name: "web", image: "demo/web:1.0")
    if !request.isEmpty { container.resources.requests["cpu"] = request }
    pod.spec.containers = [container]
    return AutoscaledPod(pod, resource: "cpu")
  }

  /// Usage by Pod; a negative figure belongs to a Pod that is not ready, nil to one that nobody measured.
  private func replicas(
    _ usage: [Int64?],
    target: Int64 = 50,
    _ version: Version = .now
  ) throws -> ReplicaCalculator.Proposal {
    var metrics: Table<String, PodUsage> = [:]
    var pods: [AutoscaledPod] = []
    for (index, milli) in usage.enumerated() {
      pods.append(pod(index, ready: (milli ?? 0) >= 0))
      if let milli { metrics["web-\(index)"] = PodUsage(milli: abs(milli)) }
    }
    let calculator = ReplicaCalculator(version, at: 3_600_000)
    let current = Int64(usage.count)
    return try calculator.replicas(utilization: target, of: "cpu", pods: pods, metrics: metrics, current: current).get()
  }

  @Test("twice the target, twice the Pods", arguments: [Version.then, .now])
  func doubled(version: Version) throws {
    let proposal = try replicas([220, 180], version)
    #expect(proposal.utilization == 100)
    #expect(proposal.average == 200)
    #expect(proposal.replicas == 4)
    #expect(proposal.working.last.ratio == 2)
  }

  @Test("a tenth more or less is near enough, and the two versions differ at the very edge of it")
  func tolerance() throws {
    let near = try replicas([108, 108])
    #expect(near.utilization == 54)
    #expect(near.replicas == 2)
    #expect(near.working.isWithinTolerance)
    #expect(try replicas([110, 110], .now).replicas == 2)
    #expect(try replicas([110, 110], .then).replicas == 3)
    #expect(try replicas([112, 112], .now).replicas == 3)
  }

  @Test("a Pod that is not ready counts as idle when there should be more")
  func unready() throws {
    let proposal = try replicas([200, 200, -50])
    #expect(proposal.working.first.ratio == 2)
    #expect(proposal.working.second?.figure == 66)
    #expect(proposal.utilization == 100)
    #expect(proposal.replicas == 4)
  }

  @Test("a Pod that nobody measured counts as busy when there should be fewer")
  func missing() throws {
    let proposal = try replicas([20, 20, 20, nil])
    #expect(proposal.working.second?.usage == 260)
    #expect(proposal.replicas == 3)
    // Now a target beyond the request is what such a Pod is taken to use.
    #expect(try replicas([300, 300, nil], target: 200, .then).working.second?.usage == 800)
    #expect(try replicas([300, 300, nil], target: 200, .now).working.second?.usage == 1000)
  }

  @Test("percentages are cut off, replicas are rounded up")
  func truncation() throws {
    let proposal = try replicas([215, 180])
    #expect(proposal.utilization == 98)
    #expect(proposal.replicas == 4)
    #expect(try replicas([30, 30, 30, 30]).replicas == 2)
  }

  @Test("a container without a request stops everything", arguments: [Version.then, .now])
  func noRequest(version: Version) {
    let calculator = ReplicaCalculator(version, at: 3_600_000)
    let pods = [pod(0), pod(1, request: "")]
    let metrics: Table<String, PodUsage> = ["web-0": PodUsage(milli: 10)]
    let result = calculator.replicas(utilization: 50, of: "cpu", pods: pods, metrics: metrics, current: 2)
    let place = version == .then ? "" : " in container web of Pod web-1"
    #expect(result == .failure(ReplicaCalculator.Failure("missing request for cpu\(place)")))
  }

  @Test("an amount per Pod is a target too")
  func amount() throws {
    let calculator = ReplicaCalculator(.now, at: 3_600_000)
    let pods = [pod(0), pod(1)]
    let metrics: Table<String, PodUsage> = ["web-0": PodUsage(milli: 300), "web-1": PodUsage(milli: 301)]
    let result = calculator.replicas(average: 100, of: "cpu", pods: pods, metrics: metrics, current: 2)
    let proposal = try result.get()
    #expect(proposal.average == 300)
    #expect(proposal.replicas == 6)
  }
}

@Suite("The autoscaler's memory")
struct HistoryTests {
  @Test("fewer Pods are wanted for five minutes before they go")
  func downscale() {
    var history = ScalingHistory()
    history.begin(4, at: 0)
    #expect(history.stabilise(4, window: 300_000, at: 0) == 4)
    var time: Int64 = 15_000
    while time <= 300_000 {
      #expect(history.stabilise(2, window: 300_000, at: time) == 4)
      time += 15_000
    }
    #expect(history.stabilise(2, window: 300_000, at: 315_000) == 2)
    // What lies beyond the window gives its place away, so the memory stays as long as the window.
    #expect(history.recommendations.count <= 23)
  }

  @Test("with a behavior, both sides have a window")
  func windows() {
    var history = ScalingHistory()
    history.begin(4, at: 0)
    #expect(history.stabilise(8, current: 4, up: 60_000, down: 300_000, version: .now, at: 15_000) == 4)
    #expect(history.stabilise(8, current: 4, up: 60_000, down: 300_000, version: .now, at: 75_000) == 8)
    #expect(history.stabilise(2, current: 8, up: 60_000, down: 300_000, version: .now, at: 90_000) == 8)
  }

  @Test("what was just added limits what may be added now; now removals give room again")
  func speed() {
    var behavior = ScalingBehavior()
    behavior.setDefaults()
    let limits = ReplicaLimits(minimum: 1, maximum: 100)
    var history = ScalingHistory()
    func outcome(_ current: Int64, _ desired: Int64, _ version: Version, _ now: Int64) -> ReplicaLimits.Outcome {
      limits.outcome(
        current: current,
        desired: desired,
        behavior: behavior,
        history: history,
        version: version,
        now: now
      )
    }
    #expect(outcome(2, 50, .now, 0) == ReplicaLimits.Outcome(6, .growsTooFast))
    history.change(from: 2, to: 6, behavior: behavior, at: 0)
    #expect(outcome(6, 50, .now, 10_000) == ReplicaLimits.Outcome(6, .growsTooFast))
    #expect(outcome(6, 50, .now, 15_000) == ReplicaLimits.Outcome(12, .growsTooFast))
    history.change(from: 6, to: 3, behavior: behavior, at: 12_000)
    #expect(outcome(3, 50, .now, 14_000).replicas == 6)
    #expect(outcome(3, 50, .then, 14_000).replicas == 3)
    behavior.scaleDown?.selectPolicy = ScalingRules.disabled
    #expect(outcome(6, 1, .now, 60_000) == ReplicaLimits.Outcome(6, .shrinksTooFast))
  }
}
