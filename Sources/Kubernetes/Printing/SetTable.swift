import Clockwork

/// The rows of StatefulSets, DaemonSets, Jobs and what belongs to them.
enum SetTable {
  static func header(_ kind: Kind, _ version: Version, _ isWide: Bool) -> [String]? {
    let images = isWide ? ["CONTAINERS", "IMAGES"] : []
    let more = isWide ? images + ["SELECTOR"] : []
    switch kind {
    case .statefulSet: return ["NAME", "READY", "AGE"] + images
    case .daemonSet:
      return ["NAME", "DESIRED", "CURRENT", "READY", "UP-TO-DATE", "AVAILABLE", "NODE SELECTOR", "AGE"] + more
    case .controllerRevision: return ["NAME", "CONTROLLER", "REVISION", "AGE"]
    case .job:
      return ["NAME"] + (version == .now ? ["STATUS"] : []) + ["COMPLETIONS", "DURATION", "AGE"] + more
    case .cronJob:
      let zone = version == .now ? ["TIMEZONE"] : []
      return ["NAME", "SCHEDULE"] + zone + ["SUSPEND", "ACTIVE", "LAST SCHEDULE", "AGE"] + more
    case .podDisruptionBudget: return ["NAME", "MIN AVAILABLE", "MAX UNAVAILABLE", "ALLOWED DISRUPTIONS", "AGE"]
    default: return nil
    }
  }

  static func row(_ object: Object, _ age: String, _ version: Version, _ now: Int64, _ isWide: Bool) -> [String]? {
    if let set = object.as(StatefulSet.self) {
      return [object.name, "\(set.status.readyReplicas)/\(set.size)", age] + (isWide ? images(set.spec.template) : [])
    }
    if let set = object.as(DaemonSet.self) {
      let status = set.status
      let counts = [
        status.desiredNumberScheduled, status.currentNumberScheduled, status.numberReady,
        status.updatedNumberScheduled,
        status.numberAvailable,
      ]
      let row = [object.name] + counts.map { "\($0)" } + [labels(set.spec.template.spec.nodeSelector), age]
      return row + (isWide ? more(set.spec.template, set.spec.selector) : [])
    }
    if let revision = object.as(ControllerRevision.self) {
      let owner = object.metadata.controller
      let kind = owner.flatMap { Kind.named($0.kind) }?.printedName ?? ""
      return [object.name, owner.map { "\(kind)/\($0.name)" } ?? "<none>", "\(revision.revision)", age]
    }
    if let job = object.as(BatchJob.self) {
      let state = version == .now ? [status(of: job)] : []
      let row = [object.name] + state + [completions(job), duration(job, now), age]
      return row + (isWide ? more(job.spec.template, job.spec.selector) : [])
    }
    if let cron = object.as(CronJob.self) { return self.row(cron, age, version, now, isWide) }
    if let budget = object.as(PodDisruptionBudget.self) {
      let spec = budget.spec
      return [
        object.name, spec.minAvailable?.text ?? "N/A", spec.maxUnavailable?.text ?? "N/A",
        "\(budget.status.disruptionsAllowed)", age,
      ]
    }
    return nil
  }

  private static func row(
    _ cron: CronJob,
    _ age: String,
    _ version: Version,
    _ now: Int64,
    _ isWide: Bool
  ) -> [String] {
    let zone = version == .now ? [cron.spec.timeZone.isEmpty ? "<none>" : cron.spec.timeZone] : []
    let last = cron.status.lastScheduleTime.map { TimeText.since($0, now: now) } ?? "<none>"
    let row =
      [cron.metadata.name, cron.spec.schedule] + zone + [
        cron.spec.suspend == true ? "True" : "False", "\(cron.status.active.count)", last, age,
      ]
    let job = cron.spec.jobTemplate.spec
    return row + (isWide ? more(job.template, job.selector) : [])
  }

  /// How many of how many have succeeded.
  static func completions(_ job: BatchJob) -> String {
    if let wanted = job.spec.completions { return "\(job.status.succeeded)/\(wanted)" }
    let parallelism = job.spec.parallelism ?? 0
    return parallelism > 1 ? "\(job.status.succeeded)/1 of \(parallelism)" : "\(job.status.succeeded)/1"
  }

  static func duration(_ job: BatchJob, _ now: Int64) -> String {
    guard let start = job.status.startTime else { return "" }
    return TimeText.since(start, now: job.status.completionTime?.milliseconds ?? now)
  }

  private static func status(of job: BatchJob) -> String {
    func has(_ type: String) -> Bool { job.status.conditions.contains { $0.type == type && $0.status == "True" } }
    if has("Complete") { return "Complete" }
    if has("Failed") { return "Failed" }
    if job.metadata.deletionTimestamp != nil { return "Terminating" }
    for type in ["Suspended", "FailureTarget", "SuccessCriteriaMet"] where has(type) { return type }
    return "Running"
  }

  static func labels(_ labels: Table<String, String>) -> String {
    var out = ""
    labels.forEach { out += (out.isEmpty ? "" : ",") + "\($0)=\($1)" }
    return out.isEmpty ? "<none>" : out
  }

  private static func images(_ template: PodTemplateSpec) -> [String] {
    let containers = template.spec.containers
    return [
      containers.map { $0.name }.joined(separator: ","), containers.map { $0.image }.joined(separator: ","),
    ]
  }

  private static func more(_ template: PodTemplateSpec, _ selector: Value?) -> [String] {
    images(template) + [ObjectTable.text(of: selector)]
  }
}
