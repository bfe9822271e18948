import Clockwork

extension Describe {
  /// `kubectl describe hpa`.
  static func autoscaler(
    _ autoscaler: HorizontalPodAutoscaler,
    events: [Event],
    _ version: Version,
    now: Int64
  ) -> String {
    var writer = TabWriter.describe
    let spec = autoscaler.spec
    let status = autoscaler.status
    writer.line("Name:\t\(autoscaler.metadata.name)")
    writer.line("Namespace:\t\(autoscaler.metadata.namespace)")
    labels("Labels", autoscaler.metadata.labels, &writer)
    annotations(autoscaler.metadata.annotations, &writer)
    writer.line("CreationTimestamp:\t\(TimeText.longText(autoscaler.metadata.creationTimestamp))")
    writer.line("Reference:\t\(spec.scaleTargetRef.kind)/\(spec.scaleTargetRef.name)")
    writer.line("Metrics:\t( current / target )")
    for (index, metric) in spec.metrics.enumerated() {
      self.metric(metric, index < status.currentMetrics.count ? status.currentMetrics[index].usage : nil, &writer)
    }
    writer.line("Min replicas:\t\(spec.minReplicas.map { "\($0)" } ?? "<unset>")")
    writer.line("Max replicas:\t\(spec.maxReplicas)")
    if let behavior = spec.behavior {
      writer.line("Behavior:")
      rules("Scale Up", behavior.scaleUp, &writer)
      rules("Scale Down", behavior.scaleDown, &writer)
    }
    let replicas = "\(status.currentReplicas) current / \(status.desiredReplicas) desired"
    writer.line("\(spec.scaleTargetRef.kind) pods:\t\(replicas)")
    if !status.conditions.isEmpty {
      writer.line("Conditions:")
      writer.line("Type\tStatus\tReason\tMessage", level: 1)
      writer.line("----\t------\t------\t-------", level: 1)
      for condition in status.conditions {
        writer.line("\(condition.type)\t\(condition.status)\t\(condition.reason)\t\(condition.message)", level: 1)
      }
    }
    self.events(events, version, now: now, &writer)
    return writer.formatted()
  }

  private static func metric(_ metric: MetricSpec, _ found: ResourceReading?, _ writer: inout TabWriter) {
    let unknown = "<unknown>"
    guard let usage = metric.usage else {
      let source = metric.pods ?? metric.object ?? metric.external
      let target = source?["target"]
      let wanted = (target?["averageValue"] ?? target?["value"])?.plain ?? "<auto>"
      let name = source?["metric"]?["name"]?.text ?? ""
      writer.line("\"\(name)\"\(place(of: metric)):\t\(unknown) / \(wanted)", level: 1)
      return
    }
    var head = "resource \(usage.name)"
    if metric.type == "ContainerResource" { head += " of container \"\(usage.container)\"" }
    head += " on pods"
    if let average = usage.target.average {
      writer.line("\(head):\t\(found?.current.averageValue ?? unknown) / \(average.text)", level: 1)
      return
    }
    var current = unknown
    if let share = found?.current.averageUtilization { current = "\(share)% (\(found?.current.averageValue ?? ""))" }
    let target = usage.target.averageUtilization.map { "\($0)%" } ?? "<auto>"
    writer.line("\(head)  (as a percentage of request):\t\(current) / \(target)", level: 1)
  }

  /// Where a metric that no Pod's kubelet measures is said to be.
  private static func place(of metric: MetricSpec) -> String {
    switch metric.type {
    case "Pods": return " on pods"
    case "Object":
      let object = metric.object?["describedObject"]
      return " on \(object?["kind"]?.text ?? "")/\(object?["name"]?.text ?? "")"
    default: return " (target average value)"
    }
  }

  private static func rules(_ title: String, _ rules: ScalingRules?, _ writer: inout TabWriter) {
    guard let rules else { return }
    writer.line("\(title):", level: 1)
    if let window = rules.stabilizationWindowSeconds {
      writer.line("Stabilization Window: \(window) seconds", level: 2)
    }
    if rules.policies.isEmpty { return }
    writer.line("Select Policy: \(rules.selectPolicy.isEmpty ? ScalingRules.most : rules.selectPolicy)", level: 2)
    writer.line("Policies:", level: 2)
    for policy in rules.policies {
      writer.line("- Type: \(policy.type)\tValue: \(policy.value)\tPeriod: \(policy.periodSeconds) seconds", level: 3)
    }
  }
}
