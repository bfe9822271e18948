import Clockwork

extension Check {
  mutating func node(_ node: Node) {
    var seen: [String] = []
    for (index, taint) in node.spec.taints.enumerated() {
      let path = ["metadata", "taints", "\(index)"]
      invalid(path + ["key"], taint.key, LabelText.keyProblems(taint.key))
      let problems = LabelText.valueProblems(taint.value)
      if !problems.isEmpty { invalid(path + ["value"], taint.value, problems.joined(separator: ";")) }
      effect(path + ["effect"], taint.effect)
      let name = "\(taint.key):\(taint.effect)"
      if seen.contains(name) {
        duplicate(path, value: taint.tree, "taints must be unique by key and effect pair")
      } else {
        seen.append(name)
      }
    }
  }

  mutating func nodeUpdate(_ old: Node, _ new: Node) {
    if !old.spec.podCIDRs.isEmpty, old.spec.podCIDRs != new.spec.podCIDRs {
      forbidden(["spec", "podCIDRs"], "node updates may not change podCIDR except from \"\" to valid")
    }
    if !old.spec.providerID.isEmpty, old.spec.providerID != new.spec.providerID {
      forbidden(["spec", "providerID"], "node updates may not change providerID except from \"\" to valid")
    }
    var allowed = new.spec
    allowed.taints = old.spec.taints
    allowed.unschedulable = old.spec.unschedulable
    allowed.podCIDR = old.spec.podCIDR
    allowed.podCIDRs = old.spec.podCIDRs
    allowed.providerID = old.spec.providerID
    if allowed != old.spec {
      let extra = version == .then ? " (or configSource, if the DynamicKubeletConfig feature gate is enabled)" : ""
      forbidden(["spec"], "node updates may only change labels, taints, or capacity\(extra)")
    }
  }
}
