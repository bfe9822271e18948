import Clockwork

/// The arithmetic of the horizontal Pod autoscaler: usage and target in, a number of replicas out.
///
/// Sums and percentages are whole numbers and truncate; the ratio alone is a float64, as upstream has it.
public struct ReplicaCalculator: Equatable, Sendable {
  public let version: Version
  public var tolerance: ScalingTolerance = ScalingTolerance()
  /// How long after its start the cpu figures of a Pod may be those of its initialisation, in milliseconds.
  public var initializationPeriod: Int64 = 300_000
  /// A Pod that became unready this soon after its start has never been ready.
  public var readinessDelay: Int64 = 30_000
  /// The moment of the computation.
  public var now: Int64

  public init(_ version: Version, at now: Int64) {
    self.version = version
    self.now = now
  }

  /// What one metric proposes, with every intermediate figure.
  public struct Proposal: Equatable, Sendable {
    public var replicas: Int64
    /// Percent of the requests; 0 where the target is an amount.
    public var utilization: Int64 = 0
    /// Thousandths per Pod that was counted.
    public var average: Int64 = 0
    public var working: Working
  }

  /// Why no number could be computed, in the words of the Event.
  public struct Failure: Error, Equatable, Sendable {
    public let text: String

    public init(_ text: String) { self.text = text }
  }

  /// The arithmetic step by step, for whoever wants to do it again on paper.
  public struct Working: Equatable, Sendable {
    public var current: Int64 = 0
    public var target: Int64 = 0
    public var readyPods: Int64 = 0
    public var unreadyPods: Int64 = 0
    public var missingPods: Int64 = 0
    /// The figures of the Pods that can be counted on.
    public var first: Sum = Sum()
    /// The figures with a guess for those that cannot; nil where none was needed.
    public var second: Sum? = nil
    public var isWithinTolerance: Bool = false
    /// True when the guess would have turned growing into shrinking or the other way round.
    public var isTurned: Bool = false

    /// The figures that decided.
    public var last: Sum { second ?? first }
  }

  /// Usage against request over a number of Pods.
  public struct Sum: Equatable, Sendable {
    public var usage: Int64 = 0
    public var request: Int64 = 0
    public var pods: Int64 = 0
    /// Percent of the request, or thousandths per Pod, in whole numbers.
    public var figure: Int64 = 0
    public var ratio: Double = 0
  }

  /// A number of replicas at which usage would be so many percent of the requests.
  public func replicas(
    utilization target: Int64,
    of resource: String,
    pods: [AutoscaledPod],
    metrics: Table<String, PodUsage>,
    current: Int64
  ) -> Result<Proposal, Failure> {
    if pods.isEmpty { return .failure(Failure("no pods returned by selector while calculating replica count")) }
    let groups = group(pods, metrics, resource)
    var counted = metrics
    for name in groups.unready + groups.ignored { counted.removeValue(for: name) }
    var requests: Table<String, Int64> = [:]
    for pod in pods {
      switch request(of: pod, resource) {
      case .success(let milli): requests[pod.name] = milli
      case .failure(let failure): return .failure(failure)
      }
    }
    if counted.isEmpty { return .failure(Failure("did not receive metrics for any ready pods")) }
    // Now, who is missing counts as using its request, or the target where that is more.
    let fallback = version == .then ? 100 : max(100, target)
    let run = Run(calculator: self, groups: groups, current: current, target: target)
    return run.replicas(counted, missing: { (requests[$0] ?? 0) * fallback / 100 }) { metrics in
      ReplicaCalculator.utilization(metrics, requests, target)
    }
    .map { proposal in
      var out = proposal
      out.utilization = proposal.working.first.figure
      out.average = proposal.working.first.usage / max(1, proposal.working.first.pods)
      return out
    }
  }

  /// A number of replicas at which each Pod would use so much on average, in thousandths.
  public func replicas(
    average target: Int64,
    of resource: String,
    pods: [AutoscaledPod],
    metrics: Table<String, PodUsage>,
    current: Int64
  ) -> Result<Proposal, Failure> {
    if pods.isEmpty { return .failure(Failure("no pods returned by selector while calculating replica count")) }
    let groups = group(pods, metrics, resource)
    var counted = metrics
    for name in groups.unready + groups.ignored { counted.removeValue(for: name) }
    if counted.isEmpty { return .failure(Failure("did not receive metrics for any ready pods")) }
    let run = Run(calculator: self, groups: groups, current: current, target: target, isAmount: true)
    return run.replicas(counted, missing: { _ in target }) { metrics in
      .success(ReplicaCalculator.average(metrics, target))
    }
    .map { proposal in
      var out = proposal
      out.average = proposal.working.first.figure
      return out
    }
  }

  private func request(of pod: AutoscaledPod, _ resource: String) -> Result<Int64, Failure> {
    var sum: Int64 = 0
    for part in pod.requests {
      guard let milli = part.milli else {
        let place = version == .then ? "" : " in container \(part.container) of Pod \(pod.name)"
        return .failure(Failure("missing request for \(resource)\(place)"))
      }
      sum += milli
    }
    return .success(sum)
  }

  private static func utilization(
    _ metrics: Table<String, PodUsage>,
    _ requests: Table<String, Int64>,
    _ target: Int64
  )
    -> Result<Sum, Failure>
  {
    var sum = Sum()
    metrics.forEach { name, usage in
      guard let request = requests[name] else { return }
      sum.usage += usage.milli
      sum.request += request
      sum.pods += 1
    }
    if sum.request == 0 { return .failure(Failure("no metrics returned matched known pods")) }
    sum.figure = sum.usage * 100 / sum.request
    sum.ratio = Double(sum.figure) / Double(target)
    return .success(sum)
  }

  private static func average(_ metrics: Table<String, PodUsage>, _ target: Int64) -> Sum {
    var sum = Sum()
    metrics.forEach { _, usage in
      sum.usage += usage.milli
      sum.pods += 1
    }
    sum.figure = sum.usage / max(1, sum.pods)
    sum.ratio = Double(sum.figure) / Double(target)
    return sum
  }
}

/// How far the ratio may be from 1 before anything is done.
public struct ScalingTolerance: Equatable, Sendable {
  public var up: Double
  public var down: Double

  public init(up: Double = 0.1, down: Double = 0.1) {
    self.up = up
    self.down = down
  }

  /// The two versions differ in the last bit: 55 % of 50 % lies outside "then" and inside now.
  func holds(_ ratio: Double, _ version: Version) -> Bool {
    if version == .then { return abs(1 - ratio) <= up }
    return 1 - down <= ratio && ratio <= 1 + up
  }
}

extension ReplicaCalculator {
  /// Pods by what their figures are worth.
  private struct Groups {
    var ready: Int64 = 0
    /// Not ready, or too young: their figures are left out.
    var unready: [String] = []
    /// Nobody measured them.
    var missing: [String] = []
    /// Going away or failed: they count for nothing.
    var ignored: [String] = []
  }

  private func group(_ pods: [AutoscaledPod], _ metrics: Table<String, PodUsage>, _ resource: String) -> Groups {
    var groups = Groups()
    for pod in pods {
      if pod.isDeleted || pod.phase == "Failed" {
        groups.ignored.append(pod.name)
      } else if pod.phase == "Pending" {
        groups.unready.append(pod.name)
      } else if let usage = metrics[pod.name] {
        if resource == "cpu", isUnready(pod, usage) { groups.unready.append(pod.name) } else { groups.ready += 1 }
      } else {
        groups.missing.append(pod.name)
      }
    }
    return groups
  }

  /// Cpu at a start says nothing about load: a young Pod counts once it was measured for a window while ready.
  private func isUnready(_ pod: AutoscaledPod, _ usage: PodUsage) -> Bool {
    guard let condition = pod.ready, let start = pod.startTime?.milliseconds else { return true }
    let since = condition.lastTransitionTime?.milliseconds ?? 0
    if start + initializationPeriod > now {
      return condition.status == "False" || usage.timestamp < since + usage.window
    }
    return condition.status == "False" && start + readinessDelay > since
  }

  /// The two rounds of one computation.
  private struct Run {
    let calculator: ReplicaCalculator
    let groups: Groups
    let current: Int64
    let target: Int64
    var isAmount: Bool = false

    func replicas(
      _ metrics: Table<String, PodUsage>,
      missing: (String) -> Int64,
      sum: (Table<String, PodUsage>) -> Result<Sum, Failure>
    ) -> Result<Proposal, Failure> {
      var working = Working(current: current, target: target, readyPods: groups.ready)
      working.unreadyPods = Int64(groups.unready.count)
      working.missingPods = Int64(groups.missing.count)
      switch sum(metrics) {
      case .failure(let failure): return .failure(failure)
      case .success(let first): working.first = first
      }
      let ratio = working.first.ratio
      let includesUnready = !groups.unready.isEmpty && ratio > 1
      if !includesUnready, groups.missing.isEmpty {
        working.isWithinTolerance = calculator.tolerance.holds(ratio, calculator.version)
        let replicas = working.isWithinTolerance ? current : Run.ceiling(ratio, groups.ready)
        return .success(Proposal(replicas: replicas, working: working))
      }
      var guessed = metrics
      // At a ratio of 1 a share of the request is left alone, but an amount is not.
      for name in groups.missing where ratio != 1 || isAmount {
        guessed[name] = PodUsage(milli: ratio < 1 ? missing(name) : 0)
      }
      if includesUnready { for name in groups.unready { guessed[name] = PodUsage(milli: 0) } }
      switch sum(guessed) {
      case .failure(let failure): return .failure(failure)
      case .success(let second): return .success(decide(working, second, Int64(guessed.count)))
      }
    }

    private func decide(_ first: Working, _ second: Sum, _ pods: Int64) -> Proposal {
      var working = first
      working.second = second
      let before = first.first.ratio
      let after = second.ratio
      working.isWithinTolerance = calculator.tolerance.holds(after, calculator.version)
      let replicas = Run.ceiling(after, pods)
      working.isTurned =
        (before < 1 && after > 1) || (before > 1 && after < 1) || (after < 1 && replicas > current)
        || (after > 1 && replicas < current)
      let stays = working.isWithinTolerance || working.isTurned
      return Proposal(replicas: stays ? current : replicas, working: working)
    }

    private static func ceiling(_ ratio: Double, _ pods: Int64) -> Int64 {
      (ratio * Double(pods)).ceiling
    }
  }
}
