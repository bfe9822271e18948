import Clockwork

// pods/eviction: a deletion that asks the budgets first, so that not too many Pods of a group go at once.
extension KubeAPIServer {
  mutating func evict(_ flight: inout Flight, _ base: Object, _ deletion: Deletion, at now: Time) {
    guard let pod = base.pod else { return }
    let isFree = pod.hasEnded || pod.isEnding || pod.status.phase == "Pending"
    if !isFree, flight.charged.isEmpty {
      let budgets = cache.list(.podDisruptionBudget, namespace: base.namespace, .all).filter {
        $0.budgetSelector.matches(base.metadata.labels)
      }
      if budgets.count > 1 {
        let text = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
        return flight.fail(500, "InternalError", text)
      }
      if let budget = budgets.first?.as(PodDisruptionBudget.self), needsLeave(pod, budget) {
        guard let charged = granted(budget, to: pod, &flight, at: now) else { return }
        flight.charges = [Object(charged)]
      }
    }
    delete(&flight, base, deletion, at: now)
    if version == .now, flight.stage == .store, !flight.removes { mark(&flight, at: now) }
    // The budget is written first: two evictions at once cannot both have the last leave.
    if !flight.charges.isEmpty, flight.stage == .store { flight.stage = .charge }
  }

  /// Newer releases let Pods go that are not ready anyway, where the budget still holds.
  private func needsLeave(_ pod: Pod, _ budget: PodDisruptionBudget) -> Bool {
    if version == .then || pod.isReady { return true }
    if budget.spec.unhealthyPodEvictionPolicy == "AlwaysAllow" { return false }
    let status = budget.status
    return !(status.currentHealthy >= status.desiredHealthy && status.desiredHealthy > 0)
  }

  /// The budget as it stands after the eviction, or nothing where it has no leave to give.
  func granted(
    _ budget: PodDisruptionBudget,
    to pod: Pod,
    _ flight: inout Flight,
    at now: Time
  ) -> PodDisruptionBudget? {
    let text = Text(version)
    let status = budget.status
    if status.observedGeneration < budget.metadata.generation || status.disruptionsAllowed <= 0 {
      flight.fail(429, "TooManyRequests", text.wouldViolateBudget)
      return nil
    }
    var copy = budget
    copy.status.disruptionsAllowed -= 1
    copy.status.disruptedPods[pod.metadata.name] = Timestamp(now)
    if version == .now, copy.status.disruptionsAllowed == 0 {
      for place in copy.status.conditions.indices where copy.status.conditions[place].type == "DisruptionAllowed" {
        copy.status.conditions[place].status = "False"
        copy.status.conditions[place].reason = "InsufficientPods"
        copy.status.conditions[place].lastTransitionTime = Timestamp(now)
      }
    }
    return copy
  }

  /// Newer releases write down why the Pod had to go.
  private func mark(_ flight: inout Flight, at now: Time) {
    flight.object?.updatePod { pod in
      if pod.status[condition: "DisruptionTarget"]?.status == "True" { return }
      var condition = PodCondition(type: "DisruptionTarget", status: "True", reason: "EvictionByEvictionAPI")
      condition.message = "Eviction API: evicting"
      condition.lastTransitionTime = Timestamp(now)
      condition.observedGeneration = pod.metadata.generation
      pod.status[condition: "DisruptionTarget"] = condition
    }
  }
}
