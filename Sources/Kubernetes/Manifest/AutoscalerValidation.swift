import Clockwork

extension HorizontalPodAutoscaler {
  /// Without a word about it: at least one replica, and cpu at 80 percent of the requests.
  mutating func setDefaults() {
    if spec.minReplicas == nil { spec.minReplicas = 1 }
    if spec.metrics.isEmpty { spec.metrics = [MetricSpec(resource: "cpu", MetricTarget(utilization: 80))] }
    spec.behavior?.setDefaults()
  }
}

extension Check {
  mutating func autoscaler(_ autoscaler: HorizontalPodAutoscaler) {
    let spec = autoscaler.spec
    if let minimum = spec.minReplicas, minimum < 1 {
      invalid(["spec", "minReplicas"], minimum, "must be greater than or equal to 1")
    }
    if spec.maxReplicas < 1 { invalid(["spec", "maxReplicas"], spec.maxReplicas, "must be greater than 0") }
    if let minimum = spec.minReplicas, spec.maxReplicas < minimum {
      invalid(["spec", "maxReplicas"], spec.maxReplicas, "must be greater than or equal to `minReplicas`")
    }
    if spec.scaleTargetRef.kind.isEmpty { required(["spec", "scaleTargetRef", "kind"]) }
    if spec.scaleTargetRef.name.isEmpty { required(["spec", "scaleTargetRef", "name"]) }
    for (index, metric) in spec.metrics.enumerated() { self.metric(["spec", "metrics", "\(index)"], metric) }
    if let rules = spec.behavior?.scaleUp { self.rules(["spec", "behavior", "scaleUp"], rules) }
    if let rules = spec.behavior?.scaleDown { self.rules(["spec", "behavior", "scaleDown"], rules) }
  }

  private mutating func metric(_ path: [String], _ metric: MetricSpec) {
    let types = ["ContainerResource", "External", "Object", "Pods", "Resource"]
    if metric.type.isEmpty {
      required(path + ["type"], "must specify a metric source type")
      return
    }
    if !types.contains(metric.type) {
      unsupported(path + ["type"], metric.type, types)
      return
    }
    let name = metric.type == "ContainerResource" ? "containerResource" : metric.type.lowercased()
    if metric.tree[name] == nil {
      required(path + [name], "must populate information for the given metric source")
      return
    }
    guard let usage = metric.usage else { return }
    if usage.name.isEmpty { required(path + [name, "name"], "must specify a resource name") }
    if metric.type == "ContainerResource", usage.container.isEmpty {
      required(path + [name, "container"], "must specify a container")
    }
    target(path + [name, "target"], usage.target)
  }

  private mutating func target(_ path: [String], _ target: MetricTarget) {
    if target.type.isEmpty {
      required(path + ["type"], "must specify a metric target type")
    } else if !["Utilization", "Value", "AverageValue"].contains(target.type) {
      invalid(path + ["type"], target.type, "must be either Utilization, Value, or AverageValue")
    }
    if let share = target.averageUtilization, share < 1 {
      invalid(path + ["averageUtilization"], share, "must be greater than 0")
    }
    if let amount = target.average, amount.sign <= 0 {
      invalid(path + ["averageValue"], amount.text, "must be positive")
    }
    if target.averageUtilization != nil, target.averageValue != nil {
      forbidden(path + ["averageValue"], "may not set both a target raw value and a target utilization")
    }
    if target.averageUtilization == nil, target.averageValue == nil {
      required(path + ["averageUtilization"], "must set either a target raw value or a target utilization")
    }
  }

  private mutating func rules(_ path: [String], _ rules: ScalingRules) {
    if let window = rules.stabilizationWindowSeconds {
      if window < 0 { invalid(path + ["stabilizationWindowSeconds"], window, "must be greater than or equal to zero") }
      if window > 3600 { invalid(path + ["stabilizationWindowSeconds"], window, "must be less than or equal to 3600") }
    }
    let choices = [ScalingRules.disabled, ScalingRules.most, ScalingRules.least]
    if !rules.selectPolicy.isEmpty, !choices.contains(rules.selectPolicy) {
      unsupported(path + ["selectPolicy"], rules.selectPolicy, choices)
    }
    if rules.policies.isEmpty { required(path + ["policies"], "must specify at least one Policy") }
    for (index, policy) in rules.policies.enumerated() { self.policy(path + ["policies", "\(index)"], policy) }
  }

  private mutating func policy(_ path: [String], _ policy: ScalingPolicy) {
    if policy.type != ScalingPolicy.pods, policy.type != ScalingPolicy.percent {
      unsupported(path + ["type"], policy.type, [ScalingPolicy.percent, ScalingPolicy.pods])
    }
    if policy.value <= 0 { invalid(path + ["value"], policy.value, "must be greater than zero") }
    if policy.periodSeconds <= 0 {
      invalid(path + ["periodSeconds"], policy.periodSeconds, "must be greater than zero")
    }
    if policy.periodSeconds > 1800 {
      invalid(path + ["periodSeconds"], policy.periodSeconds, "must be less than or equal to 1800")
    }
  }
}
