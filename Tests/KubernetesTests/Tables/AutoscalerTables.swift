import Clockwork
import Kubernetes
import Testing

enum AutoscalerTables {
  /// Pods and their metrics, both as a share of the requests.
  @Sendable static func replicas(_ group: String, _ row: Value) throws -> TableOutcome {
    let now: Int64 = 10_000_000
    func ago(_ value: Value?) -> Int64 { now - (value?.integer ?? 0) * 1000 }
    var pods: [AutoscaledPod] = []
    var metrics: Table<String, PodUsage> = [:]
    for entry in row["pods"]?.elements ?? [] {
      pods.append(AutoscaledPod(pod(entry, ago), resource: "cpu"))
      guard let usage = entry["usage_m"]?.integer else { continue }
      let window = (entry["metric_window_s"]?.integer ?? 0) * 1000
      metrics[entry["name"]?.text ?? ""] = PodUsage(
        milli: usage,
        timestamp: ago(entry["metric_age_s"]),
        window: window
      )
    }
    if metrics.isEmpty { return .compare(.map(("error", .string(AutoscalerText.noMetrics("cpu")))), row["expected"]) }
    var calculator = ReplicaCalculator(.then, at: now)
    calculator.initializationPeriod = (row["cpu_initialization_period_s"]?.integer ?? 0) * 1000
    calculator.readinessDelay = (row["initial_readiness_delay_s"]?.integer ?? 0) * 1000
    guard case .number(let tolerance) = row["tolerance"] else { return .skipped }
    calculator.tolerance = ScalingTolerance(up: tolerance, down: tolerance)
    let target = try #require(row["target_utilization_pct"]?.integer)
    let current = try #require(row["current_replicas"]?.integer)
    let result = calculator.replicas(utilization: target, of: "cpu", pods: pods, metrics: metrics, current: current)
    switch result {
    case .failure(let failure): return .compare(.map(("error", .string(failure.text))), row["expected"])
    case .success(let proposal):
      let got: Value = .map(
        ("raw_average_m", .integer(proposal.average)),
        ("replicas", .integer(proposal.replicas)),
        ("utilization_pct", .integer(proposal.utilization))
      )
      return .compare(got, row["expected"])
    }
  }

  private static func pod(_ row: Value, _ ago: (Value?) -> Int64) -> Pod {
    var pod = Pod()
    pod.metadata.name = row["name"]?.text ?? ""
    if row["deleting"] == true { pod.metadata.deletionTimestamp = Timestamp(0) }
    pod.status.phase = row["phase"]?.text ?? ""
    pod.status.startTime = Timestamp(ago(row["start_age_s"]))
    pod.status[condition: "Ready"] = PodCondition(
      type: "Ready",
      status: row["ready"] == true ? "True" : "False",
      since: Timestamp(ago(row["ready_transition_age_s"]))
    )
    var container = Container(name: "web", image: "demo/web:1.0")
    if let milli = row["request_m"]?.integer { container.resources.requests["cpu"] = "\(milli)m" }
    pod.spec.containers = [container]
    return pod
  }

  /// How far one step may go without a behavior.
  @Sendable static func normalised(_ group: String, _ row: Value) throws -> TableOutcome {
    let limits = ReplicaLimits(minimum: row["min"]?.integer ?? 0, maximum: row["max"]?.integer ?? 0)
    let outcome = limits.outcome(current: row["current"]?.integer ?? 0, desired: row["desired"]?.integer ?? 0)
    let got: Value = .map(
      ("condition", .string(outcome.rule.rawValue)),
      ("replicas", .integer(outcome.replicas))
    )
    return .compare(got, row["expected"])
  }

  /// What the policies of a behavior allow.
  @Sendable static func behavior(_ group: String, _ row: Value) throws -> TableOutcome {
    let policies = (row["policies"]?.elements ?? []).map {
      ScalingPolicy($0["type"]?.text ?? "", $0["value"]?.integer ?? 0, seconds: $0["period_s"]?.integer ?? 0)
    }
    let rules = ScalingRules(policies, select: row["select_policy"]?.text ?? "")
    let changes = (row["recent_events"]?.elements ?? []).map {
      ScalingHistory.Change(replicas: $0["change"]?.integer ?? 0, time: 0 - ($0["age_s"]?.integer ?? 0) * 1000)
    }
    let current = try #require(row["current"]?.integer)
    var history = ScalingHistory()
    let limit: Int64
    if row["direction"] == "up" {
      history.added = changes
      limit = history.limitUp(current, rules, .then, 0)
    } else {
      history.removed = changes
      limit = history.limitDown(current, rules, .then, 0)
    }
    return .compare(.integer(limit), row["expected_limit"])
  }

  /// Numbers and shares of a total.
  @Sendable static func share(_ group: String, _ row: Value) throws -> TableOutcome {
    let value = IntOrString(parsing: try #require(row["value"]?.text))
    switch value.scaled(of: row["total"]?.integer ?? 0, roundUp: row["round_up"] == true) {
    case .success(let number): return .compare(.integer(number), row["expected"])
    case .failure(let failure): return .compare(.string(failure.description), row["error"])
    }
  }
}
