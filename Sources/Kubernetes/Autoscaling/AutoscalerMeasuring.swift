import Clockwork

/// Turns the answers of the metrics API into a number of replicas, metric by metric.
struct AutoscalerMeasuring {
  var round: AutoscalerRound
  private let pods: [Pod]
  private let now: Int64
  /// Why nothing came of it, as the Event says it.
  private(set) var error = ""
  private var statuses: [MetricStatus] = []
  private var failures: [Failure] = []

  /// A metric that could not be had.
  private struct Failure {
    var reason: String
    /// What the condition and the first Event say.
    var error: String
    /// What the Event about the whole look says.
    var summary: String
  }

  init(_ round: AutoscalerRound, _ pods: [Pod], at now: Int64) {
    self.round = round
    self.pods = pods
    self.now = now
  }

  /// The largest number that any metric asks for, and that metric; nothing when the look has failed.
  mutating func measure() -> (replicas: Int64, metric: String)? {
    var best: (replicas: Int64, metric: String)? = nil
    var answers = round.answers
    for metric in round.spec.metrics {
      let answer = metric.usage == nil || answers.isEmpty ? nil : answers.removeFirst()
      switch measure(metric, answer) {
      case .success(let found):
        statuses.append(found.status)
        if best == nil || found.replicas > (best?.replicas ?? 0) {
          best = (found.replicas, found.name)
          round.figures = found.figures
        }
      case .failure(let failure):
        statuses.append(MetricStatus())
        failures.append(failure)
        round.note("Warning", failure.reason, failure.error)
      }
    }
    round.object.status.currentMetrics = statuses
    // Fewer replicas would be a guess while a metric is missing; more of them are not.
    if let best, failures.isEmpty || best.replicas >= round.current {
      let message = AutoscalerText.foundMetric(best.metric)
      round.object.status.set("ScalingActive", "True", "ValidMetricFound", message, at: now)
      return best
    }
    guard let first = failures.first else { return nil }
    let message = AutoscalerText.unableToCompute(first.error)
    round.object.status.set("ScalingActive", "False", first.reason, message, at: now)
    error = AutoscalerText.invalidMetrics(failures.count, of: round.spec.metrics.count, first.summary)
    return nil
  }

  private struct Found {
    var replicas: Int64
    var name: String
    var status: MetricStatus
    var figures: Value
  }

  private enum Outcome {
    case success(Found)
    case failure(Failure)
  }

  private mutating func measure(_ metric: MetricSpec, _ answer: AutoscalerRound.Answer?) -> Outcome {
    let text = AutoscalerText(round.version)
    guard let usage = metric.usage, let answer else { return .failure(foreign(metric)) }
    let isContainer = metric.type == "ContainerResource"
    let reason = isContainer ? "FailedGetContainerResourceMetric" : "FailedGetResourceMetric"
    switch propose(usage, answer) {
    case .failure(let failure):
      let error = AutoscalerText.failedUtilization(usage.name, failure.text)
      let summary = text.failedMetric(isContainer ? usage.container : usage.name, isContainer: isContainer, error)
      return .failure(Failure(reason: reason, error: error, summary: summary))
    case .success(let proposal):
      tell(usage, proposal)
      let isShare = usage.target.average == nil
      var name = isShare ? AutoscalerText.utilization(usage.name) : AutoscalerText.amount(usage.name)
      if isContainer { name = AutoscalerText.container(usage.name, isShare: isShare) }
      var status = MetricStatus()
      status.type = metric.type
      let current = MetricFigures(utilization: isShare ? proposal.utilization : nil, milli: proposal.average)
      let reading = ResourceReading(usage.name, current, container: isContainer ? usage.container : "")
      if isContainer { status.containerResource = reading } else { status.resource = reading }
      let figures = AutoscalerMeasuring.figures(proposal)
      return .success(Found(replicas: proposal.replicas, name: name, status: status, figures: figures))
    }
  }

  private func propose(
    _ usage: ResourceMetric,
    _ answer: AutoscalerRound.Answer
  ) -> Result<ReplicaCalculator.Proposal, ReplicaCalculator.Failure> {
    guard case .pods(let objects) = answer else {
      guard case .failed(let error) = answer else { return .failure(ReplicaCalculator.Failure("")) }
      return .failure(ReplicaCalculator.Failure(AutoscalerText.unreachable(usage.name, error)))
    }
    if objects.isEmpty { return .failure(ReplicaCalculator.Failure(AutoscalerText.noMetrics(usage.name))) }
    var metrics: Table<String, PodUsage> = [:]
    for object in objects {
      if let figure = PodUsage(object, usage.name, container: usage.container) { metrics[object.name] = figure }
    }
    var calculator = ReplicaCalculator(round.version, at: now)
    if round.version == .now, let behavior = round.spec.behavior {
      calculator.tolerance = ScalingTolerance(up: behavior.up.share ?? 0.1, down: behavior.down.share ?? 0.1)
    }
    let candidates = pods.map { AutoscaledPod($0, resource: usage.name, container: usage.container) }
    if let average = usage.target.average {
      return calculator.replicas(
        average: average.milliValue,
        of: usage.name,
        pods: candidates,
        metrics: metrics,
        current: round.current
      )
    }
    return calculator.replicas(
      utilization: usage.target.averageUtilization ?? 0,
      of: usage.name,
      pods: candidates,
      metrics: metrics,
      current: round.current
    )
  }

  /// A metric that only an adapter could answer for, and there is none.
  private func foreign(_ metric: MetricSpec) -> Failure {
    let source = metric.pods ?? metric.object ?? metric.external
    let name = source?["metric"]?["name"]?.text ?? ""
    let namespace = round.object.metadata.namespace
    let (error, reason, summary) = AutoscalerText.foreign(metric.type, name, namespace, metric.object)
    return Failure(reason: reason, error: error, summary: summary + error)
  }

  // MARK: For whoever wants to follow it

  private mutating func tell(_ usage: ResourceMetric, _ proposal: ReplicaCalculator.Proposal) {
    let working = proposal.working
    let isShare = usage.target.average == nil
    func amount(_ milli: Int64) -> Value { .string(Quantity(milli: milli).text) }
    let resource = Value.string(usage.name)
    let first = working.first
    if isShare {
      let sum = Fact(
        "fact.hpa.usage",
        ("resource", resource),
        ("usage", amount(first.usage)),
        ("request", amount(first.request)),
        ("pods", .integer(first.pods)),
        ("utilization", .integer(first.figure))
      )
      round.facts.append(sum)
    } else {
      let mean = Fact(
        "fact.hpa.average",
        ("resource", resource),
        ("usage", amount(first.usage)),
        ("pods", .integer(first.pods)),
        ("average", amount(first.figure))
      )
      round.facts.append(mean)
    }
    if let second = working.second {
      let guess = Fact(
        "fact.hpa.assumed",
        ("unready", .integer(working.unreadyPods)),
        ("missing", .integer(working.missingPods)),
        ("usage", amount(second.usage)),
        ("pods", .integer(second.pods)),
        ("ratio", .string(AutoscalerMeasuring.ratio(second, working.target)))
      )
      round.facts.append(guess)
    }
    let target: Value = isShare ? .string("\(working.target)%") : amount(working.target)
    let ratio = Value.string(AutoscalerMeasuring.ratio(working.last, working.target))
    round.facts.append(Fact("fact.hpa.ratio", ("target", target), ("ratio", ratio)))
    if working.isWithinTolerance {
      round.facts.append(Fact("fact.hpa.near", ("ratio", ratio)))
    } else if working.isTurned {
      round.facts.append(Fact("fact.hpa.turned"))
    }
  }

  private static func figures(_ proposal: ReplicaCalculator.Proposal) -> Value {
    let working = proposal.working
    return .map(
      ("usage", .string(Quantity(milli: working.last.usage).text)),
      ("request", .string(Quantity(milli: working.last.request).text)),
      ("pods", .integer(working.last.pods)),
      ("utilization", .integer(working.last.figure)),
      ("target", .integer(working.target)),
      ("ratio", .string(ratio(working.last, working.target)))
    )
  }

  /// The ratio with two decimals, the rest cut off.
  private static func ratio(_ sum: ReplicaCalculator.Sum, _ target: Int64) -> String {
    if target <= 0 { return "0" }
    let hundredths = sum.figure * 100 / target
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }
}

extension PodUsage {
  /// What an object of the metrics API says of one resource; nothing when a container of the Pod lacks it.
  init?(_ object: Object, _ resource: String, container: String) {
    let tree = object.value
    var sum: Int64 = 0
    for part in tree["containers"]?.elements ?? [] {
      if !container.isEmpty, part["name"]?.text != container { continue }
      guard let text = part["usage"]?[resource]?.plain, let amount = Quantity(text) else { return nil }
      sum += amount.milliValue
    }
    milli = sum
    timestamp = tree["timestamp"]?.text.flatMap { Timestamp(text: $0) }?.milliseconds ?? 0
    window = tree["window"]?.text.flatMap { GoDuration.parse($0) } ?? 0
  }
}

extension ScalingRules {
  /// The tolerance as a number, where one is given.
  fileprivate var share: Double? {
    guard let text = tolerance?.plain, let amount = Quantity(text) else { return nil }
    return Double(amount.milliValue) / 1000
  }
}
