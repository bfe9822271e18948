import Clockwork
import Testing

@testable import Kubernetes

/// The kernel's accounts: exact at every moment, limited, and divided when all want more than there is.
@Suite struct CgroupTests {
  static func group(
    _ name: String,
    _ cpu: String,
    request: String = "",
    limit: String = "",
    at time: Time = 0
  ) -> Cgroup {
    var group = Cgroup(
      id: name,
      pod: ObjectKey(.pod, "default", name),
      uid: name,
      container: "web",
      idle: Work(cpu: cpu, memory: "12Mi"),
      startedAt: time
    )
    var resources = ResourceRequirements()
    if !request.isEmpty { resources.requests = ["cpu": request] }
    if !limit.isEmpty { resources.limits = ["cpu": limit] }
    group.limit(resources)
    return group
  }

  /// 220m for 15 s are 3.3 s of processor time, wherever one looks in between.
  @Test func countsWithoutLosingAnything() {
    var cgroups = Cgroups(cpus: "2")
    cgroups.add(Self.group("web", "5m"), at: 1000)
    cgroups.set(load: Demand(cpu: 220_000_000), of: "web", at: 3000)
    #expect(cgroups["web"]?.usage(at: 3000) == Int64(10_000))
    #expect(cgroups["web"]?.usage(at: 18_000) == Int64(3_310_000))
    cgroups.set(load: nil, of: "web", at: 18_001)
    #expect(cgroups["web"]?.usage(at: 18_001) == Int64(3_310_220))
    #expect(cgroups["web"]?.usage(at: 19_001) == Int64(3_315_220))
  }

  /// What is left of a rate below a microsecond comes later; it is not lost at a change.
  @Test func keepsFractionsOfAMicrosecond() {
    var cgroups = Cgroups(cpus: "2")
    cgroups.add(Self.group("web", "0"), at: 0)
    for step in 0..<1000 { cgroups.set(load: Demand(cpu: 333_333 + Int64(step % 2)), of: "web", at: Time(step)) }
    #expect(cgroups["web"]?.usage(at: 1000) == Int64(333))
  }

  @Test func aLimitHoldsAndIsCounted() {
    var cgroups = Cgroups(cpus: "2")
    cgroups.add(Self.group("web", "5m", limit: "100m"), at: 0)
    cgroups.set(load: Demand(cpu: 250_000_000), of: "web", at: 1000)
    #expect(cgroups["web"]?.rate == 100_000_000)
    #expect(cgroups["web"]?.usage(at: 2000) == Int64(105_000))
    #expect(cgroups["web"]?.throttledPeriods(at: 2000) == 10)
    cgroups.set(load: Demand(cpu: 90_000_000), of: "web", at: 2000)
    #expect(cgroups["web"]?.throttledPeriods(at: 9000) == 10)
  }

  /// Rows: what each wants, what each requests, what each gets of a machine with one core and no system.
  static let divisions: [([String], [String], [Int64])] = [
    (["300m", "200m"], ["", ""], [300, 200]),
    (["900m", "900m"], ["100m", "100m"], [500, 500]),
    (["900m", "900m"], ["300m", "100m"], [750, 249]),
    (["900m", "900m", "50m"], ["100m", "100m", "100m"], [475, 475, 50]),
    (["2", "100m"], ["500m", ""], [996, 3]),
  ]

  @Test(arguments: divisions) func dividesByShares(_ wants: [String], _ requests: [String], _ gets: [Int64]) {
    var cgroups = Cgroups(cpus: "1", system: .none)
    for (index, want) in wants.enumerated() {
      cgroups.add(Self.group("\(index)", want, request: requests[index]), at: 0)
    }
    for (index, millicores) in gets.enumerated() {
      let rate = (cgroups["\(index)"]?.rate ?? 0) / 1_000_000
      #expect(rate == millicores)
    }
  }

  @Test func theMachineCountsWhatIsGone() {
    var cgroups = Cgroups(cpus: "2", system: .none)
    cgroups.add(Self.group("web", "500m"), at: 0)
    cgroups.remove("web", at: 1000)
    #expect(cgroups.usage(at: 5000) == 500_000)
    #expect(cgroups["web"] == nil)
  }

  @Test func memoryOverTheLimitIsNoticed() {
    var group = Self.group("web", "5m")
    #expect(!group.isOutOfMemory)
    var resources = ResourceRequirements()
    resources.limits = ["memory": "64Mi"]
    group.limit(resources)
    #expect(!group.isOutOfMemory)
    #expect(group.memoryCurrent - group.workingSet == Cgroup.inactiveFile)
    group.load = Demand(memory: 64 * 1_048_576 + 1)
    #expect(group.isOutOfMemory)
    #expect(group.workingSet == 64 * 1_048_576)
  }
}
