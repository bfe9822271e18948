import Clockwork

extension HorizontalPodAutoscaler {
  /// The object in `autoscaling/v1`, which an older kubectl prefers: only cpu has a field, the rest stands in annotations.
  var firstVersion: Value {
    var metadata = metadata
    let prefix = "autoscaling.alpha.kubernetes.io/"
    let others = spec.metrics.filter { !HorizontalPodAutoscaler.isShareOfCPU($0) }
    if !others.isEmpty { metadata.annotations["\(prefix)metrics"] = Value.list(others.map { $0.tree }).canonical }
    if let behavior = spec.behavior { metadata.annotations["\(prefix)behavior"] = behavior.tree.canonical }
    if !status.conditions.isEmpty {
      metadata.annotations["\(prefix)conditions"] = Value.list(status.conditions.map { $0.firstVersion }).canonical
    }
    if !status.currentMetrics.isEmpty {
      let figures = status.currentMetrics.map { $0.firstVersion }
      metadata.annotations["\(prefix)current-metrics"] = Value.list(figures).canonical
    }
    return .map(
      ("apiVersion", .string("autoscaling/v1")),
      ("kind", .string(HorizontalPodAutoscaler.kind.name)),
      ("metadata", metadata.tree),
      ("spec", firstSpec),
      ("status", firstStatus)
    )
  }

  private static func isShareOfCPU(_ metric: MetricSpec) -> Bool {
    metric.resource?.name == "cpu" && metric.resource?.target.averageUtilization != nil
  }

  private var firstSpec: Value {
    var tree = Value.map(("maxReplicas", .integer(spec.maxReplicas)))
    if let minimum = spec.minReplicas { tree["minReplicas"] = .integer(minimum) }
    tree["scaleTargetRef"] = spec.scaleTargetRef.tree
    for metric in spec.metrics where HorizontalPodAutoscaler.isShareOfCPU(metric) {
      tree["targetCPUUtilizationPercentage"] = .integer(metric.resource?.target.averageUtilization ?? 0)
    }
    return tree
  }

  private var firstStatus: Value {
    var tree = Value.emptyMap
    if let share = cpuShare { tree["currentCPUUtilizationPercentage"] = .integer(share) }
    tree["currentReplicas"] = .integer(status.currentReplicas)
    tree["desiredReplicas"] = .integer(status.desiredReplicas)
    if let time = status.lastScaleTime { tree["lastScaleTime"] = .string(time.text) }
    return tree
  }

  /// How much of the requested cpu was used at the last look.
  var cpuShare: Int64? {
    for figures in status.currentMetrics where figures.resource?.name == "cpu" {
      if let share = figures.resource?.current.averageUtilization { return share }
    }
    return nil
  }
}

extension AutoscalerCondition {
  /// In the order of the fields upstream, for the annotation.
  fileprivate var firstVersion: Value {
    .map(
      ("type", .string(type)),
      ("status", .string(status)),
      ("lastTransitionTime", .string(lastTransitionTime?.text ?? "")),
      ("reason", .string(reason)),
      ("message", .string(message))
    )
  }
}

extension MetricStatus {
  fileprivate var firstVersion: Value {
    var tree = Value.map(("type", .string(type)))
    guard let resource else { return tree }
    var figures = Value.map(("name", .string(resource.name)))
    if let share = resource.current.averageUtilization { figures["currentAverageUtilization"] = .integer(share) }
    figures["currentAverageValue"] = .string(resource.current.averageValue)
    tree["resource"] = figures
    return tree
  }
}
