import Clockwork

// The status of a Deployment: what its ReplicaSets add up to, and how the rollout goes.
extension Rollout {
  /// Counts, judges the progress, and writes the status where it is another one.
  mutating func report(_ all: [ReplicaSet], _ new: ReplicaSet?) {
    let before = deployment.status
    var status = count(all, new)
    if !deployment.hasDeadline { status.conditions.removeAll { $0.type == "Progressing" } }
    let current = before[condition: "Progressing"]
    let isDone = status.replicas == status.updatedReplicas && current?.reason == "NewReplicaSetAvailable"
    if deployment.hasDeadline, !isDone { judge(&status, current, new?.metadata.name) }
    if let failure = failure(of: all, new) {
      status.set(failure)
    } else {
      status.conditions.removeAll { $0.type == "ReplicaFailure" }
    }
    if status == before { return watchDeadline(status) }
    deployment.status = status
    steps.append(Step(act: .status(deployment)))
  }

  /// Counts alone: while it is paused or resized a rollout makes no progress that could be judged.
  mutating func reportOnly(_ all: [ReplicaSet], _ new: ReplicaSet?) {
    let status = count(all, new)
    if status == deployment.status { return }
    deployment.status = status
    steps.append(Step(act: .status(deployment)))
  }

  private func count(_ all: [ReplicaSet], _ new: ReplicaSet?) -> DeploymentStatus {
    var status = DeploymentStatus()
    var size: Int64 = 0
    var terminating: Int64 = 0
    for set in all {
      size += set.size
      status.replicas += set.status.replicas
      status.readyReplicas += set.status.readyReplicas
      status.availableReplicas += set.status.availableReplicas
      terminating += set.status.terminatingReplicas ?? 0
    }
    status.updatedReplicas = new?.status.replicas ?? 0
    status.unavailableReplicas = max(0, size - status.availableReplicas)
    status.observedGeneration = deployment.metadata.generation
    status.collisionCount = deployment.status.collisionCount
    // Only when every ReplicaSet counts its ending Pods can they be added up.
    var isCounted = version == .now
    for set in all where set.status.terminatingReplicas == nil { isCounted = false }
    if isCounted { status.terminatingReplicas = terminating }
    status.conditions = deployment.status.conditions
    let isAvailable = status.availableReplicas >= deployment.size - deployment.maxUnavailable
    status.set(
      isAvailable
        ? condition("Available", "True", "MinimumReplicasAvailable", text.isAvailable)
        : condition("Available", "False", "MinimumReplicasUnavailable", text.isUnavailable)
    )
    return status
  }

  private func judge(_ status: inout DeploymentStatus, _ current: DeploymentCondition?, _ set: String?) {
    let name = deployment.metadata.name
    if isComplete(status) {
      let message = text.progress(name, set, "has successfully progressed.")
      status.set(condition("Progressing", "True", "NewReplicaSetAvailable", message))
    } else if isProgressing(status) {
      let message = text.progress(name, set, "is progressing.")
      var progress = condition("Progressing", "True", "ReplicaSetUpdated", message)
      if let current, current.status == "True" { progress.lastTransitionTime = current.lastTransitionTime }
      // The moment of the last progress is what the deadline counts from.
      status.conditions.removeAll { $0.type == "Progressing" }
      status.conditions.append(progress)
    } else if isTimedOut(status) {
      let message = text.progress(name, set, "has timed out progressing.")
      status.set(condition("Progressing", "False", "ProgressDeadlineExceeded", message))
    }
  }

  func isComplete(_ status: DeploymentStatus) -> Bool {
    status.updatedReplicas == deployment.size && status.replicas == deployment.size
      && status.availableReplicas == deployment.size && status.observedGeneration >= deployment.metadata.generation
  }

  private func isProgressing(_ status: DeploymentStatus) -> Bool {
    let before = deployment.status
    return status.updatedReplicas > before.updatedReplicas
      || status.replicas - status.updatedReplicas < before.replicas - before.updatedReplicas
      || status.readyReplicas > before.readyReplicas || status.availableReplicas > before.availableReplicas
  }

  private func isTimedOut(_ status: DeploymentStatus) -> Bool {
    guard let progress = status[condition: "Progressing"], progress.reason != "NewReplicaSetAvailable" else {
      return false
    }
    if progress.reason == "ProgressDeadlineExceeded" { return true }
    return (progress.lastUpdateTime?.milliseconds ?? 0) + deadline < now
  }

  private var deadline: Int64 { (deployment.spec.progressDeadlineSeconds ?? 600) * 1000 }

  /// Nothing may happen any more, so somebody has to look at the clock.
  private mutating func watchDeadline(_ status: DeploymentStatus) {
    guard deployment.hasDeadline, let progress = deployment.status[condition: "Progressing"],
      !isComplete(status), progress.reason != "ProgressDeadlineExceeded"
    else { return }
    let rest = (progress.lastUpdateTime?.milliseconds ?? 0) + deadline - now
    again = now + max(0, rest) + 1000
  }

  /// What kept ReplicaSets from making Pods; the new one's trouble comes first.
  private func failure(of all: [ReplicaSet], _ new: ReplicaSet?) -> DeploymentCondition? {
    for set in list(new) + all {
      for found in set.status.conditions where found.type == "ReplicaFailure" {
        var failure = found
        failure.lastUpdateTime = found.lastTransitionTime
        return failure
      }
    }
    return nil
  }

  /// Pausing and going on are noted, so that the deadline does not run meanwhile.
  mutating func notePause() {
    guard deployment.hasDeadline else { return }
    let progress = deployment.status[condition: "Progressing"]
    if progress?.reason == "ProgressDeadlineExceeded" { return }
    let isNoted = progress?.reason == "DeploymentPaused"
    if deployment.spec.paused == isNoted { return }
    set(
      deployment.spec.paused
        ? condition("Progressing", "Unknown", "DeploymentPaused", text.isPaused)
        : condition("Progressing", "Unknown", "DeploymentResumed", text.isResumed)
    )
    steps.append(Step(act: .status(deployment)))
  }

  /// A ReplicaSet could not be made at all: the condition that says so.
  mutating func noteFailure(_ set: String, _ error: String) -> Bool {
    guard deployment.hasDeadline else { return false }
    self.set(condition("Progressing", "False", "ReplicaSetCreateError", text.setFailed(set, error)))
    return true
  }

  func condition(_ type: String, _ status: String, _ reason: String, _ message: String) -> DeploymentCondition {
    DeploymentCondition(type, status, reason, message, at: now)
  }

  mutating func set(_ condition: DeploymentCondition) { deployment.status.set(condition) }
}

extension DeploymentStatus {
  public subscript(condition type: String) -> DeploymentCondition? {
    for condition in conditions where condition.type == type { return condition }
    return nil
  }

  /// Sets a condition; one that says the same already stays as it is, with its times.
  mutating func set(_ condition: DeploymentCondition) {
    var new = condition
    if let old = self[condition: condition.type] {
      if old.status == new.status, old.reason == new.reason { return }
      if old.status == new.status { new.lastTransitionTime = old.lastTransitionTime }
    }
    conditions.removeAll { $0.type == condition.type }
    conditions.append(new)
  }
}
