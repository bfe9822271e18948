import Clockwork
import Testing

@testable import Kubernetes

/// The worked numbers of a week of samples: four in five near 180m, one in ten near 220m, one in ten near 300m.
@Suite("What a vertical Pod autoscaler recommends")
struct VerticalArithmeticTests {
  /// A sample a minute for so many minutes, the rare ones of every ten first.
  private static func usage(minutes: Int64) -> UsageAggregate {
    var usage = UsageAggregate()
    for minute in 0..<minutes {
      let milli: Int64 = minute % 10 == 0 ? 300 : (minute % 10 == 1 ? 220 : 180)
      usage.addCPU(milli, at: minute * 60_000)
    }
    return usage
  }

  struct Age: Sendable {
    var minutes: Int64
    var target: Int64
    var lower: Int64
    var upper: Int64
  }

  private static let day: Int64 = 24 * 60

  @Test(arguments: [
    Age(minutes: 7 * day, target: 271, lower: 223, upper: 400), Age(minutes: day, target: 271, lower: 223, upper: 700),
    Age(minutes: day / 2, target: 271, lower: 223, upper: 1050),
  ])
  func percentilesMarginAndConfidence(_ age: Age) {
    let estimate = VerticalEstimate(Self.usage(minutes: age.minutes))
    #expect(estimate.target.cpu == age.target)
    // A day's history narrows the lower bound by less than a thousandth.
    #expect((estimate.lowerBound.cpu - age.lower).magnitude <= 1)
    #expect(estimate.upperBound.cpu == age.upper)
  }

  @Test func bucketsEndWhereTheySay() {
    let buckets = UsageHistogram.Buckets.cpu
    let ends = [0.18, 0.22, 0.3].map { Int64(buckets.start(of: buckets.bucket(of: $0) + 1) * 1000) }
    #expect(ends == [195, 236, 305])
    #expect(buckets.bucket(of: 0.009) == 0)
    #expect(buckets.bucket(of: 1e9) == UsageHistogram.Buckets.count - 1)
  }

  @Test func olderSamplesWeighLess() {
    var histogram = UsageHistogram(.cpu)
    // Ten old samples and six that are two days younger: the young ones weigh four times as much.
    for _ in 0..<10 { histogram.add(1, weight: 1, at: 0) }
    for _ in 0..<6 { histogram.add(0.1, weight: 1, at: 2 * UsageHistogram.halfLife) }
    #expect(histogram.percentile(0.7) < 0.2)
    #expect(histogram.percentile(0.75) > 1)
    histogram.add(0.1, weight: 1, at: 300 * UsageHistogram.halfLife)
    #expect(histogram.percentile(0.99) < 0.2)
  }

  @Test func littleIsRoundedUpToTheFloor() {
    var usage = UsageAggregate()
    var window = ContainerWindow()
    usage.addCPU(1, at: 0)
    window.addMemory(12 << 20, at: 0, to: &usage)
    let alone = VerticalEstimate(usage)
    #expect(alone.target == VerticalEstimate.Amounts(cpu: 25, memory: 250 << 20))
    let two = VerticalEstimate(usage, containers: 2)
    #expect(two.target == VerticalEstimate.Amounts(cpu: 12, memory: 125 << 20))
    #expect(alone.target.list(.now)["memory"] == "250Mi")
    #expect(alone.target.list(.then)["memory"] == "262144k")
    // Of one sample nothing is known: no bound.
    #expect(alone.upperBound.list(.now)["cpu"] == "100G")
    #expect(alone.lowerBound.cpu == 25)
  }

  @Test func memoryCountsThePeakOfADay() {
    var usage = UsageAggregate()
    var window = ContainerWindow()
    let mega: Int64 = 1 << 20
    for (minute, amount) in [(0, 400), (1, 900), (2, 500), (3, 700)] as [(Int64, Int64)] {
      window.addMemory(amount * mega, at: minute * 60_000, to: &usage)
    }
    let target = VerticalEstimate(usage).target.memory
    // One sample for the day, and it is the highest reading.
    #expect(target > 900 * mega)
    #expect(target < 1100 * mega)
    #expect(VerticalEstimate(usage).lowerBound.memory < target)
  }

  struct Kill: Sendable {
    var request: Int64
    var peak: Int64
    var needed: Int64
  }

  /// Either a fifth more or 100 MiB more, whichever is more, of what was requested or seen.
  @Test(arguments: [
    Kill(request: 200, peak: 150, needed: 300), Kill(request: 100, peak: 400, needed: 500),
    Kill(request: 1000, peak: 0, needed: 1200),
  ])
  func killsAreCountedAsMore(_ kill: Kill) {
    let mega: Int64 = 1 << 20
    var usage = UsageAggregate()
    var window = ContainerWindow()
    if kill.peak > 0 { window.addMemory(kill.peak * mega, at: 0, to: &usage) }
    window.addKill(request: kill.request * mega, at: 1000, to: &usage)
    var plain = UsageAggregate()
    var other = ContainerWindow()
    other.addMemory(kill.needed * mega, at: 0, to: &plain)
    #expect(usage.memory.percentile(1) == plain.memory.percentile(1))
  }

  @Test func aCheckpointBringsEverythingBack() throws {
    let usage = Self.usage(minutes: 3 * Self.day)
    var checkpoint = VerticalPodAutoscalerCheckpoint()
    checkpoint.metadata = ObjectMeta(name: "web-web", namespace: "default")
    checkpoint.status = usage.checkpoint(at: 0)
    var problems: [FieldProblem] = []
    let object = try #require(Object(value: Object(checkpoint).value, problems: &problems))
    let read = try #require(object.as(VerticalPodAutoscalerCheckpoint.self))
    let back = try #require(UsageAggregate(read.status))
    #expect(VerticalEstimate(back) == VerticalEstimate(usage))
  }
}

/// Who is changed, how many at once, and into what.
@Suite("What a vertical Pod autoscaler changes")
struct VerticalChangeTests {
  private static func pod(_ request: String, limit: String = "", age: Time = 0) -> Pod {
    var pod = Pod()
    pod.metadata.name = "web-1"
    var container = Container(name: "web", image: "demo/web:1.0")
    if !request.isEmpty { container.resources.requests["cpu"] = request }
    if !limit.isEmpty { container.resources.limits["cpu"] = limit }
    pod.spec.containers = [container]
    pod.status.startTime = Timestamp(-age)
    return pod
  }

  private static let recommendation: RecommendedPodResources = {
    var one = ContainerRecommendation()
    one.containerName = "web"
    one.target["cpu"] = "271m"
    one.lowerBound["cpu"] = "223m"
    one.upperBound["cpu"] = "400m"
    var all = RecommendedPodResources()
    all.containerRecommendations = [one]
    return all
  }()

  struct Case: Sendable {
    var request: String
    var age: Time = 0
    var isDue: Bool
  }

  private static let old: Time = 12 * 3_600_000

  @Test(arguments: [
    Case(request: "100m", isDue: true), Case(request: "250m", isDue: false), Case(request: "500m", isDue: true),
    // Off by less than a tenth, however old it is.
    Case(request: "250m", age: old, isDue: false), Case(request: "240m", age: old, isDue: true),
    Case(request: "240m", isDue: false), Case(request: "", isDue: true),
  ])
  func whoIsChanged(_ one: Case) {
    let pod = Self.pod(one.request, age: one.age)
    #expect(UpdatePriority(pod, Self.recommendation).isDue(pod, at: 0) == one.isDue)
  }

  @Test func aPodThatWasKilledSoonIsChanged() {
    var pod = Self.pod("250m")
    var end = ContainerStateTerminated()
    end.reason = "OOMKilled"
    end.startedAt = Timestamp(0)
    end.finishedAt = Timestamp(5000)
    var status = ContainerStatus()
    status.lastState = .terminated(end)
    pod.status.containerStatuses = [status]
    #expect(UpdatePriority(pod, Self.recommendation).isDue(pod, at: 60_000))
    end.finishedAt = Timestamp(700_000)
    pod.status.containerStatuses[0].lastState = .terminated(end)
    #expect(!UpdatePriority(pod, Self.recommendation).isDue(pod, at: 700_000))
  }

  @Test(arguments: [(1, 1, 1), (2, 2, 1), (3, 3, 1), (4, 4, 2), (5, 5, 2), (4, 3, 1), (4, 2, 0), (2, 1, 0)])
  func atMostHalfAndAlwaysOne(_ configured: Int64, _ running: Int64, _ allowed: Int64) {
    var budget = EvictionBudget(configured: configured, running: running)
    var count: Int64 = 0
    while budget.allowsOne {
      budget.spend()
      count += 1
    }
    #expect(count == allowed)
  }

  @Test func limitsKeepTheirProportion() {
    var autoscaler = VerticalPodAutoscaler()
    autoscaler.status.recommendation = Self.recommendation
    let change = ResourceChange(Self.pod("100m", limit: "200m"), autoscaler)
    #expect(change.parts.map { $0.requests["cpu"] } == ["271m"])
    #expect(change.parts.map { $0.limits["cpu"] } == ["542m"])
    #expect(change.note("web-vpa") == "Pod resources updated by web-vpa: container 0: cpu request, cpu limit")
    #expect(ResourceChange(Self.pod("", limit: "200m"), autoscaler).parts.map { $0.limits["cpu"] } == ["271m"])
    #expect(ResourceChange(Self.pod("100m"), autoscaler).parts.map { $0.limits["cpu"] } == [nil])
    var policy = ContainerPolicy()
    policy.containerName = "*"
    policy.controlledValues = "RequestsOnly"
    autoscaler.spec.resourcePolicy = PodResourcePolicy()
    autoscaler.spec.resourcePolicy?.containerPolicies = [policy]
    let requests = ResourceChange(Self.pod("100m", limit: "200m"), autoscaler)
    #expect(requests.parts.map { $0.limits.isEmpty } == [true])
    autoscaler.spec.resourcePolicy?.containerPolicies[0].mode = "Off"
    #expect(ResourceChange(Self.pod("100m"), autoscaler).isEmpty)
  }
}
