/// Sentences of the StatefulSet, DaemonSet, Job and CronJob controllers.
extension Text {
  // MARK: StatefulSets

  public func podOfSet(_ verb: String, _ pod: String, _ set: String, error: String?) -> String {
    let head = "\(verb) Pod \(pod) in StatefulSet \(set)"
    return error.map { "\(head) failed error: \($0)" } ?? "\(head) successful"
  }

  public func claimOfSet(_ claim: String, pod: String, _ set: String, error: String?) -> String {
    let head = "create Claim \(claim) Pod \(pod) in StatefulSet \(set)"
    return error.map { "\(head) failed error: \($0)" } ?? "\(head) success"
  }

  public func recreating(_ pod: String, of set: String) -> String {
    "StatefulSet \(set) is recreating failed Pod \(pod)"
  }

  public var onlySomeOfStatefulSet: String {
    let fields =
      version == .then
      ? "'replicas', 'template', and 'updateStrategy'"
      : "'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', "
        + "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds'"
    return "updates to statefulset spec for fields other than \(fields) are forbidden"
  }

  // MARK: DaemonSets

  public func failedDaemonPod(_ pod: ObjectKey, on node: String) -> String {
    "Found failed daemon pod \(pod.qualifiedName) on node \(node), will try to kill it"
  }

  public func succeededDaemonPod(_ pod: ObjectKey, on node: String) -> String {
    "Found succeeded daemon pod \(pod.qualifiedName) on node \(node), will try to delete it"
  }

  // MARK: Jobs

  public var backoffLimitExceeded: String { "Job has reached the specified backoff limit" }
  public var deadlineExceeded: String { "Job was active longer than specified deadline" }
  public var completionsReached: String { "Reached expected number of succeeded pods" }
  public var jobCompleted: String { "Job completed" }
  public var jobSuspended: String { "Job suspended" }
  public var jobResumed: String { "Job resumed" }
  public var tooManyActive: String { "Too many active pods running after completion count reached" }

  // MARK: CronJobs

  public func createdJob(_ job: String) -> String { "Created job \(job)" }
  public func deletedJob(_ job: String) -> String { "Deleted job \(job)" }
  public func sawCompleted(_ job: String, _ status: String) -> String {
    "Saw completed job: \(job), \(version == .then ? "status" : "condition"): \(status)"
  }
  public func missedSchedule(_ time: String) -> String { "Missed scheduled time to start a job: \(time)" }
  public var stillRunning: String {
    "Not starting job because prior execution is running and concurrency policy is Forbid"
  }
  public func tooManyMissed(_ count: Int64) -> String {
    version == .then
      ? "Too many missed start time (> 100). Set or decrease .spec.startingDeadlineSeconds or check clock skew"
      : "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew"
  }

  // MARK: Budgets

  public var wouldViolateBudget: String { "Cannot evict pod as it would violate the pod's disruption budget." }
  public func budgetNeeds(_ budget: String, healthy: Int64, has: Int64) -> String {
    "The disruption budget \(budget) needs \(healthy) healthy pods and has \(has) currently"
  }
  public func budgetBehind(_ budget: String) -> String {
    "The disruption budget \(budget) is still being processed by the server."
  }
}
