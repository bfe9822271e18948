import Clockwork

extension Check {
  /// A Pod is nearly immutable: images, the deadline and more tolerations are all that may change.
  mutating func podUpdate(_ old: Pod, _ new: Pod) {
    for (name, before, after) in [
      ("containers", old.spec.containers, new.spec.containers),
      ("initContainers", old.spec.initContainers, new.spec.initContainers),
    ] {
      if before.count != after.count {
        forbidden(["spec", name], "pod updates may not add or remove containers")
        return
      }
      for (index, container) in after.enumerated() { image(["spec", name, "\(index)", "image"], container.image) }
    }
    if !deadlineUpdate(old.spec.activeDeadlineSeconds, new.spec.activeDeadlineSeconds) { return }
    var allowed = new.spec
    for index in allowed.containers.indices { allowed.containers[index].image = old.spec.containers[index].image }
    for index in allowed.initContainers.indices {
      allowed.initContainers[index].image = old.spec.initContainers[index].image
    }
    allowed.activeDeadlineSeconds = old.spec.activeDeadlineSeconds
    allowed.tolerations = old.spec.tolerations
    tolerationUpdate(old.spec.tolerations, new.spec.tolerations)
    if version == .now { allowNowOnly(&allowed, old.spec, new.spec) }
    if allowed != old.spec { forbidden(["spec"], changeRule) }
  }

  /// What newer releases let change besides: gates may be removed, and a negative grace period becomes 1.
  private func allowNowOnly(_ allowed: inout PodSpec, _ old: PodSpec, _ new: PodSpec) {
    if (old.terminationGracePeriodSeconds ?? 0) < 0, new.terminationGracePeriodSeconds == 1 {
      allowed.terminationGracePeriodSeconds = old.terminationGracePeriodSeconds
    }
    var onlyRemoved = true
    for gate in new.schedulingGates where !old.schedulingGates.contains(gate) { onlyRemoved = false }
    if onlyRemoved { allowed.schedulingGates = old.schedulingGates }
    if !old.schedulingGates.isEmpty {
      // While it is gated, a Pod may be narrowed to fewer nodes.
      allowed.nodeSelector = old.nodeSelector
      allowed.affinity = old.affinity
    }
  }

  private var changeRule: String {
    let head = "pod updates may not change fields other than `spec.containers[*].image`,"
    switch version {
    case .then:
      return head
        + " `spec.initContainers[*].image`, `spec.activeDeadlineSeconds` or `spec.tolerations` (only additions to"
        + " existing tolerations)"
    case .now:
      return head
        + "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing"
        + " tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
    }
  }

  private mutating func deadlineUpdate(_ old: Int64?, _ new: Int64?) -> Bool {
    let path = ["spec", "activeDeadlineSeconds"]
    guard let new else {
      if old != nil { invalid(path, value: .null, "must not update from a positive integer to nil value") }
      return true
    }
    if new < 0 || new > 2_147_483_647 {
      invalid(path, new, NameRules.outside(0, 2_147_483_647))
      return false
    }
    if let old, old < new {
      invalid(path, new, "must be less than or equal to previous value")
      return false
    }
    return true
  }

  private mutating func tolerationUpdate(_ old: [Toleration], _ new: [Toleration]) {
    func withoutSeconds(_ toleration: Toleration) -> Toleration {
      var bare = toleration
      bare.tolerationSeconds = nil
      return bare
    }
    let kept = new.map { withoutSeconds($0) }
    for toleration in old where !kept.contains(withoutSeconds(toleration)) {
      forbidden(["spec", "tolerations"], "existing toleration can not be modified except its tolerationSeconds")
      return
    }
    tolerations(new)
  }

  /// A container that must not start again does not leave its end.
  mutating func podStatusUpdate(_ old: Pod, _ new: Pod) {
    if old.spec.restartPolicy == "Always" { return }
    for (name, before, after) in [
      ("containerStatuses", old.status.containerStatuses, new.status.containerStatuses),
      ("initContainerStatuses", old.status.initContainerStatuses, new.status.initContainerStatuses),
    ] {
      for (index, status) in before.enumerated() {
        guard let end = status.state.terminated else { continue }
        if end.exitCode != 0, old.spec.restartPolicy == "OnFailure" { continue }
        for later in after where later.name == status.name && later.state.terminated == nil {
          forbidden(["status", name, "\(index)", "state"], "may not be transitioned to non-terminated state")
        }
      }
    }
  }
}
