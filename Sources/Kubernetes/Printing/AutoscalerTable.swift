import Clockwork

/// The row of an autoscaler in `kubectl get hpa`.
enum AutoscalerTable {
  static let header = ["NAME", "REFERENCE", "TARGETS", "MINPODS", "MAXPODS", "REPLICAS", "AGE"]

  static func row(_ autoscaler: HorizontalPodAutoscaler, _ age: String, _ version: Version) -> [String] {
    let spec = autoscaler.spec
    return [
      autoscaler.metadata.name, "\(spec.scaleTargetRef.kind)/\(spec.scaleTargetRef.name)",
      targets(autoscaler, version), spec.minReplicas.map { "\($0)" } ?? "<unset>", "\(spec.maxReplicas)",
      "\(autoscaler.status.currentReplicas)", age,
    ]
  }

  /// Current and wanted of each metric, at most two of them: `cpu: 100%/50%`, `<unknown>/50%` then.
  static func targets(_ autoscaler: HorizontalPodAutoscaler, _ version: Version) -> String {
    let metrics = autoscaler.spec.metrics
    if metrics.isEmpty { return "<none>" }
    var texts: [String] = []
    for (index, metric) in metrics.enumerated().prefix(2) {
      let found = index < autoscaler.status.currentMetrics.count ? autoscaler.status.currentMetrics[index].usage : nil
      texts.append(target(metric, found, version))
    }
    let text = texts.joined(separator: ", ")
    return metrics.count > 2 ? "\(text) + \(metrics.count - 2) more..." : text
  }

  private static func target(_ metric: MetricSpec, _ found: ResourceReading?, _ version: Version) -> String {
    let unknown = "<unknown>"
    guard let usage = metric.usage else {
      let target = (metric.pods ?? metric.object ?? metric.external)?["target"]
      return "\(unknown)/\((target?["averageValue"] ?? target?["value"])?.plain ?? "<auto>")"
    }
    let text: String
    if let average = usage.target.average {
      text = "\(found?.current.averageValue ?? unknown)/\(average.text)"
    } else {
      let current = found?.current.averageUtilization.map { "\($0)%" } ?? unknown
      text = "\(current)/\(usage.target.averageUtilization.map { "\($0)%" } ?? "<auto>")"
    }
    return version == .then ? text : "\(usage.name): \(text)"
  }
}
