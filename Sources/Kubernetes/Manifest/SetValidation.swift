import Clockwork

// What is wrong with StatefulSets, DaemonSets, Jobs, CronJobs and budgets.
extension Check {
  mutating func sets(_ object: Object) {
    if let set = object.as(StatefulSet.self) { statefulSet(set) }
    if let set = object.as(DaemonSet.self) { daemonSet(set) }
    if let job = object.as(BatchJob.self) { self.job(job.spec, ["spec"], checksSelector: true) }
    if let cron = object.as(CronJob.self) { cronJob(cron) }
    if let budget = object.as(PodDisruptionBudget.self) { self.budget(budget) }
    if let autoscaler = object.as(VerticalPodAutoscaler.self) { verticalAutoscaler(autoscaler) }
  }

  mutating func setsUpdate(_ old: Object, _ new: Object) {
    if let before = old.as(StatefulSet.self), let after = new.as(StatefulSet.self) {
      var copy = after.spec
      copy.replicas = before.spec.replicas
      copy.template = before.spec.template
      copy.updateStrategy = before.spec.updateStrategy
      copy.minReadySeconds = before.spec.minReadySeconds
      copy.revisionHistoryLimit = before.spec.revisionHistoryLimit
      copy.persistentVolumeClaimRetentionPolicy = before.spec.persistentVolumeClaimRetentionPolicy
      if version == .now { copy.ordinals = before.spec.ordinals }
      if copy != before.spec { forbidden(["spec"], Text(version).onlySomeOfStatefulSet) }
    }
    if let before = old.as(DaemonSet.self), let after = new.as(DaemonSet.self) {
      sameSelector(before.spec.selector, after.spec.selector)
    }
    if let before = old.as(BatchJob.self), let after = new.as(BatchJob.self) {
      sameSelector(before.spec.selector, after.spec.selector)
      if before.spec.completions != after.spec.completions {
        invalid(["spec", "completions"], after.spec.completions ?? 0, "field is immutable")
      }
      if before.spec.template != after.spec.template, before.spec.suspend != true {
        invalid(["spec", "template"], value: after.spec.template.tree, "field is immutable")
      }
    }
  }

  private mutating func statefulSet(_ set: StatefulSet) {
    notNegative(["spec", "replicas"], set.spec.replicas ?? 0)
    selector(set.spec.selector, for: "statefulset")
    template(set.spec.template, set.spec.selector)
    let policies = ["OrderedReady", "Parallel"]
    let policy = set.spec.podManagementPolicy
    if !policies.contains(policy) {
      invalid(["spec", "podManagementPolicy"], policy, "must be '\(policies[0])' or '\(policies[1])'")
    }
    let strategy = set.spec.updateStrategy
    switch strategy.type {
    case "OnDelete":
      if strategy.rollingUpdate != nil {
        invalid(
          ["spec", "updateStrategy", "rollingUpdate"],
          value: strategy.rollingUpdate?.tree ?? .null,
          "only allowed for updateStrategy 'RollingUpdate'"
        )
      }
    case "RollingUpdate":
      notNegative(["spec", "updateStrategy", "rollingUpdate", "partition"], strategy.rollingUpdate?.partition ?? 0)
    default:
      invalid(["spec", "updateStrategy"], value: strategy.tree, "must be 'RollingUpdate' or 'OnDelete'")
    }
  }

  private mutating func daemonSet(_ set: DaemonSet) {
    selector(set.spec.selector, for: "daemonset")
    template(set.spec.template, set.spec.selector)
    notNegative(["spec", "minReadySeconds"], set.spec.minReadySeconds)
    let path = ["spec", "updateStrategy"]
    switch set.spec.updateStrategy.type {
    case "OnDelete": break
    case "RollingUpdate":
      guard let rolling = set.spec.updateStrategy.rollingUpdate else { return required(path + ["rollingUpdate"]) }
      amount(path + ["rollingUpdate", "maxUnavailable"], rolling.maxUnavailable)
      amount(path + ["rollingUpdate", "maxSurge"], rolling.maxSurge)
      if isNothing(rolling.maxUnavailable), isNothing(rolling.maxSurge) {
        let detail = version == .then ? "cannot be 0" : "cannot be 0 when maxSurge is 0"
        let got = rolling.maxUnavailable?.tree.canonical ?? "0"
        add([FieldProblem(.invalid, path + ["rollingUpdate", "maxUnavailable"], got: got, detail: detail)])
      }
    default: unsupported(path + ["type"], set.spec.updateStrategy.type, ["OnDelete", "RollingUpdate"])
    }
  }

  private mutating func job(_ job: JobSpec, _ path: [String], checksSelector: Bool) {
    for (name, number) in [
      ("parallelism", job.parallelism), ("completions", job.completions), ("backoffLimit", job.backoffLimit),
      ("activeDeadlineSeconds", job.activeDeadlineSeconds),
      ("ttlSecondsAfterFinished", job.ttlSecondsAfterFinished),
    ] { notNegative(path + [name], number ?? 0) }
    if checksSelector { selector(job.selector, for: "job") }
    if job.completionMode == "Indexed", job.completions == nil {
      required(path + ["completions"], "when completion mode is Indexed")
    }
    template(
      job.template,
      checksSelector ? job.selector : nil,
      at: path + ["template"],
      restart: ["OnFailure", "Never"]
    )
  }

  private mutating func cronJob(_ cron: CronJob) {
    job(cron.spec.jobTemplate.spec, ["spec", "jobTemplate", "spec"], checksSelector: false)
    if cron.spec.schedule.isEmpty {
      required(["spec", "schedule"])
    } else if CronSchedule(cron.spec.schedule) == nil {
      invalid(["spec", "schedule"], cron.spec.schedule, CronSchedule.complaint(cron.spec.schedule))
    }
    if !["Allow", "Forbid", "Replace"].contains(cron.spec.concurrencyPolicy) {
      unsupported(["spec", "concurrencyPolicy"], cron.spec.concurrencyPolicy, ["Allow", "Forbid", "Replace"])
    }
    notNegative(["spec", "startingDeadlineSeconds"], cron.spec.startingDeadlineSeconds ?? 0)
  }

  private mutating func budget(_ budget: PodDisruptionBudget) {
    if budget.spec.minAvailable != nil, budget.spec.maxUnavailable != nil {
      invalid(["spec"], value: budget.spec.tree, "minAvailable and maxUnavailable cannot be both set")
    }
    amount(["spec", "minAvailable"], budget.spec.minAvailable)
    amount(["spec", "maxUnavailable"], budget.spec.maxUnavailable)
  }
}
