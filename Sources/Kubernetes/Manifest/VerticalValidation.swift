import Clockwork

extension Check {
  /// The rules that stand in the definition of the kind.
  mutating func verticalAutoscaler(_ autoscaler: VerticalPodAutoscaler) {
    let spec = autoscaler.spec
    if let target = spec.targetRef {
      if target.kind.isEmpty { required(["spec", "targetRef", "kind"]) }
      if target.name.isEmpty { required(["spec", "targetRef", "name"]) }
    } else {
      required(["spec", "targetRef"])
    }
    let modes = VerticalPodAutoscaler.Mode.all(version).map { $0.rawValue }
    if let mode = spec.updatePolicy?.updateMode, !mode.isEmpty, !modes.contains(mode) {
      unsupported(["spec", "updatePolicy", "updateMode"], mode, modes)
    }
    for (index, policy) in (spec.resourcePolicy?.containerPolicies ?? []).enumerated() {
      let path = ["spec", "resourcePolicy", "containerPolicies", "\(index)"]
      if !policy.mode.isEmpty, !["Auto", "Off"].contains(policy.mode) {
        unsupported(path + ["mode"], policy.mode, ["Auto", "Off"])
      }
      let values = ["RequestsAndLimits", "RequestsOnly"]
      if !policy.controlledValues.isEmpty, !values.contains(policy.controlledValues) {
        unsupported(path + ["controlledValues"], policy.controlledValues, values)
      }
      for name in policy.controlledResources where name != "cpu" && name != "memory" {
        unsupported(path + ["controlledResources"], name, ["cpu", "memory"])
      }
    }
  }
}

extension Check {
  /// A Pod keeps its quality of service for life, whatever its containers get.
  mutating func resize(_ old: Pod, _ new: Pod) {
    for (index, container) in new.spec.containers.enumerated() {
      let path = ["spec", "containers", "\(index)", "resources"]
      for name in container.resources.requests.names {
        guard let request = container.resources.requests[name].flatMap({ Quantity($0) }),
          let limit = container.resources.limits[name].flatMap({ Quantity($0) }), request.compare(limit) > 0
        else { continue }
        invalid(path + ["requests"], request.text, "must be less than or equal to \(name) limit of \(limit.text)")
      }
    }
    if Strategy.qualityOfService(new) != Strategy.qualityOfService(old) {
      let class_ = Strategy.qualityOfService(new).rawValue
      invalid(["spec"], class_, "Pod QOS Class may not change as a result of resizing")
    }
  }
}
