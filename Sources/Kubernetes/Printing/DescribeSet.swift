import Clockwork

extension Describe {
  /// A StatefulSet with how its Pods are, its claims and its Events.
  static func statefulSet(_ set: StatefulSet, pods: [Pod], events: [Event], _ version: Version, now: Int64) -> String {
    var writer = TabWriter.describe
    head(set.metadata, &writer)
    writer.line("CreationTimestamp:\t\(TimeText.longText(set.metadata.creationTimestamp))")
    writer.line("Selector:\t\(ObjectTable.text(of: set.spec.selector))")
    labels("Labels", set.metadata.labels, &writer)
    annotations(set.metadata.annotations, &writer)
    writer.line("Replicas:\t\(set.size) desired | \(set.status.replicas) total")
    writer.line("Update Strategy:\t\(set.spec.updateStrategy.type)")
    if let partition = set.spec.updateStrategy.rollingUpdate?.partition {
      writer.line("Partition:\t\(partition)", level: 1)
    }
    writer.line("Pods Status:\t\(phases(pods))")
    writer.line("Pod Template:")
    template(set.spec.template, version, &writer)
    if set.spec.volumeClaimTemplates.isEmpty {
      writer.line("Volume Claims:\t<none>")
    } else {
      writer.line("Volume Claims:")
      for claim in set.spec.volumeClaimTemplates { self.claim(claim, &writer) }
    }
    self.events(events, version, now: now, &writer)
    return writer.formatted()
  }

  private static func claim(_ claim: Value, _ writer: inout TabWriter) {
    writer.line("Name:\t\(claim.at(["metadata", "name"])?.text ?? "")", level: 1)
    writer.line("StorageClass:\t\(claim.at(["spec", "storageClassName"])?.text ?? "")", level: 1)
    writer.line("Labels:\t<none>", level: 1)
    writer.line("Annotations:\t<none>", level: 1)
    writer.line("Capacity:\t\(claim.at(["spec", "resources", "requests", "storage"])?.plain ?? "<default>")", level: 1)
    var modes = ""
    for mode in claim.at(["spec", "accessModes"])?.elements ?? [] { modes += (modes.isEmpty ? "" : " ") + mode.plain }
    writer.line("Access Modes:\t[\(modes)]", level: 1)
  }

  /// A DaemonSet with the nodes that it counts.
  static func daemonSet(_ set: DaemonSet, pods: [Pod], events: [Event], _ version: Version, now: Int64) -> String {
    var writer = TabWriter.describe
    writer.line("Name:\t\(set.metadata.name)")
    if version == .now { writer.line("Namespace:\t\(set.metadata.namespace)") }
    writer.line("Selector:\t\(ObjectTable.text(of: set.spec.selector))")
    writer.line("Node-Selector:\t\(SetTable.labels(set.spec.template.spec.nodeSelector))")
    labels("Labels", set.metadata.labels, &writer)
    annotations(set.metadata.annotations, &writer)
    let status = set.status
    writer.line("Desired Number of Nodes Scheduled: \(status.desiredNumberScheduled)")
    writer.line("Current Number of Nodes Scheduled: \(status.currentNumberScheduled)")
    writer.line("Number of Nodes Scheduled with Up-to-date Pods: \(status.updatedNumberScheduled)")
    writer.line("Number of Nodes Scheduled with Available Pods: \(status.numberAvailable)")
    writer.line("Number of Nodes Misscheduled: \(status.numberMisscheduled)")
    writer.line("Pods Status:\t\(phases(pods))")
    writer.line("Pod Template:")
    template(set.spec.template, version, &writer)
    self.events(events, version, now: now, &writer)
    return writer.formatted()
  }

  /// A Job with how far it is.
  static func job(_ job: BatchJob, events: [Event], _ version: Version, now: Int64) -> String {
    var writer = TabWriter.describe
    let (spec, status) = (job.spec, job.status)
    head(job.metadata, &writer)
    writer.line("Selector:\t\(ObjectTable.text(of: spec.selector))")
    labels("Labels", job.metadata.labels, &writer)
    annotations(job.metadata.annotations, &writer)
    if let owner = job.metadata.controller { writer.line("Controlled By:\t\(owner.kind)/\(owner.name)") }
    writer.line("Parallelism:\t\(spec.parallelism ?? 1)")
    writer.line("Completions:\t\(spec.completions.map { "\($0)" } ?? "<unset>")")
    if version == .now {
      writer.line("Completion Mode:\t\(spec.completionMode)")
      writer.line("Suspend:\t\(spec.suspend ?? false)")
      writer.line("Backoff Limit:\t\(spec.backoffLimit ?? 6)")
    }
    if let start = status.startTime { writer.line("Start Time:\t\(TimeText.longText(start))") }
    if let end = status.completionTime {
      writer.line("Completed At:\t\(TimeText.longText(end))")
      writer.line("Duration:\t\(SetTable.duration(job, now))")
    }
    if let deadline = spec.activeDeadlineSeconds { writer.line("Active Deadline Seconds:\t\(deadline)s") }
    let active =
      version == .then ? "\(status.active) Running" : "\(status.active) Active (\(status.ready ?? 0) Ready)"
    writer.line("Pods Statuses:\t\(active) / \(status.succeeded) Succeeded / \(status.failed) Failed")
    if spec.completionMode == "Indexed" {
      writer.line("Completed Indexes:\t\(status.completedIndexes.isEmpty ? "<none>" : status.completedIndexes)")
    }
    writer.line("Pod Template:")
    template(spec.template, version, &writer)
    self.events(events, version, now: now, &writer)
    return writer.formatted()
  }

  /// A CronJob with the Job that it makes.
  static func cronJob(_ cron: CronJob, events: [Event], _ version: Version, now: Int64) -> String {
    var writer = TabWriter.describe
    let spec = cron.spec
    head(cron.metadata, &writer)
    labels("Labels", cron.metadata.labels, &writer)
    annotations(cron.metadata.annotations, &writer)
    writer.line("Schedule:\t\(spec.schedule)")
    writer.line("Concurrency Policy:\t\(spec.concurrencyPolicy)")
    writer.line("Suspend:\t\(spec.suspend == true ? "True" : "False")")
    func number(_ value: Int64?) -> String { value.map { "\($0)" } ?? "<unset>" }
    writer.line("Successful Job History Limit:\t\(number(spec.successfulJobsHistoryLimit))")
    writer.line("Failed Job History Limit:\t\(number(spec.failedJobsHistoryLimit))")
    writer.line("Starting Deadline Seconds:\t\(spec.startingDeadlineSeconds.map { "\($0)s" } ?? "<unset>")")
    let job = spec.jobTemplate.spec
    writer.line("Selector:\t\(job.selector.map { ObjectTable.text(of: $0) } ?? "<unset>")")
    writer.line("Parallelism:\t\(number(job.parallelism))")
    writer.line("Completions:\t\(number(job.completions))")
    writer.line("Pod Template:")
    template(job.template, version, &writer)
    writer.line("Last Schedule Time:\t\(cron.status.lastScheduleTime.map { TimeText.longText($0) } ?? "<unset>")")
    let active = cron.status.active.map { $0.name }.joined(separator: ", ")
    writer.line("Active Jobs:\t\(active.isEmpty ? "<none>" : active)")
    self.events(events, version, now: now, &writer)
    return writer.formatted()
  }

  /// A budget with how many evictions it allows.
  static func budget(_ budget: PodDisruptionBudget, events: [Event], _ version: Version, now: Int64) -> String {
    var writer = TabWriter.describe
    head(budget.metadata, &writer)
    if let least = budget.spec.minAvailable {
      writer.line("Min available:\t\(least.text)")
    } else if let most = budget.spec.maxUnavailable {
      writer.line("Max unavailable:\t\(most.text)")
    }
    writer.line("Selector:\t\(ObjectTable.text(of: budget.spec.selector))")
    writer.line("Status:")
    writer.line("Allowed disruptions:\t\(budget.status.disruptionsAllowed)", level: 2)
    writer.line("Current:\t\(budget.status.currentHealthy)", level: 2)
    writer.line("Desired:\t\(budget.status.desiredHealthy)", level: 2)
    writer.line("Total:\t\(budget.status.expectedPods)", level: 2)
    self.events(events, version, now: now, &writer)
    return writer.formatted()
  }

  private static func head(_ metadata: ObjectMeta, _ writer: inout TabWriter) {
    writer.line("Name:\t\(metadata.name)")
    writer.line("Namespace:\t\(metadata.namespace)")
  }

  private static func phases(_ pods: [Pod]) -> String {
    func count(_ phase: String) -> Int { pods.filter { $0.status.phase == phase }.count }
    return
      "\(count("Running")) Running / \(count("Pending")) Waiting / \(count("Succeeded")) Succeeded / "
      + "\(count("Failed")) Failed"
  }
}
