import Clockwork

/// One look at a CronJob: which Jobs are over, which time of the schedule has come, and whether a Job is made for it.
struct CronRound: Sendable {
  private let version: Version
  private let cron: CronJob
  private let jobs: [BatchJob]
  private let now: Time
  private(set) var status: CronJobStatus
  private(set) var events: [EventRecorder.Note] = []
  /// Jobs beyond the history, and Jobs that a new one takes the place of.
  private(set) var finished: [ObjectKey] = []
  private(set) var replaced: [ObjectKey] = []
  private(set) var job: BatchJob?
  /// The next time of the schedule.
  private(set) var next: Time?

  init(_ cron: CronJob, jobs: [BatchJob], _ version: Version, now: Time) {
    self.version = version
    self.cron = cron
    self.jobs = jobs
    self.now = now
    status = cron.status
  }

  private var text: Text { Text(version) }

  private mutating func say(_ type: String, _ reason: String, _ message: String) {
    events.append(EventRecorder.Note(type, reason, message, about: ObjectReference(to: Object(cron))))
  }

  mutating func run() {
    lookAtJobs()
    clean()
    guard let schedule = CronSchedule(cron.spec.schedule) else { return }
    next = schedule.next(after: now)
    if cron.metadata.deletionTimestamp != nil || cron.spec.suspend == true { return }
    guard let time = missed(schedule) else { return }
    if let deadline = cron.spec.startingDeadlineSeconds, time + deadline * 1000 < now {
      return say("Warning", "MissSchedule", text.missedSchedule(TimeText.longText(Timestamp(time))))
    }
    start(time)
  }

  /// What the status calls active is compared with what there is.
  private mutating func lookAtJobs() {
    for job in jobs {
      let place = status.active.firstIndex { $0.uid == job.metadata.uid }
      if let place, let ending = job.ending {
        status.active.remove(at: place)
        say("Normal", "SawCompletedJob", text.sawCompleted(job.metadata.name, ending.type))
      }
      guard version == .now, job.ending?.type == "Complete", let end = job.status.completionTime else { continue }
      if status.lastSuccessfulTime.map({ $0 < end }) ?? true { status.lastSuccessfulTime = end }
    }
    for reference in status.active where !jobs.contains(where: { $0.metadata.uid == reference.uid }) {
      status.active.removeAll { $0.uid == reference.uid }
      say("Normal", "MissingJob", "Active job went missing: \(reference.name)")
    }
  }

  /// Only so many Jobs that are over are kept.
  private mutating func clean() {
    for (type, limit) in [
      ("Complete", cron.spec.successfulJobsHistoryLimit), ("Failed", cron.spec.failedJobsHistoryLimit),
    ] {
      guard let limit else { continue }
      var over = jobs.filter { $0.ending?.type == type && $0.metadata.deletionTimestamp == nil }
      over.sort { left, right in
        let (one, other) = (left.status.startTime, right.status.startTime)
        if let one, let other, one != other { return one < other }
        return left.metadata.name < right.metadata.name
      }
      for job in over.prefix(max(0, over.count - Int(limit))) { finished.append(job.key) }
    }
  }

  /// The last time of the schedule that has come and has no Job yet.
  private mutating func missed(_ schedule: CronSchedule) -> Time? {
    var from = status.lastScheduleTime?.milliseconds ?? cron.metadata.creationTimestamp?.milliseconds ?? now
    if let deadline = cron.spec.startingDeadlineSeconds { from = max(from, now - deadline * 1000) }
    var last: Time?
    var count: Int64 = 0
    var time = schedule.next(after: from)
    while let found = time, found <= now {
      last = found
      count += 1
      if count > 100 {
        say("Warning", "TooManyMissedTimes", text.tooManyMissed(count))
        // Older releases give up; newer ones start the last one all the same.
        if version == .then { return nil }
        break
      }
      time = schedule.next(after: found)
    }
    return last
  }

  private mutating func start(_ time: Time) {
    if cron.spec.concurrencyPolicy == "Forbid", !status.active.isEmpty {
      return say("Normal", "JobAlreadyActive", text.stillRunning)
    }
    if cron.spec.concurrencyPolicy == "Replace" {
      for reference in status.active { replaced.append(ObjectKey(.job, cron.metadata.namespace, reference.name)) }
      status.active = []
    }
    var job = BatchJob()
    let seconds = time / 1000 + Calendar.epoch
    // The name follows from the time, so that a second start collides with the first.
    let stamp = version == .then ? seconds : seconds / 60
    let template = cron.spec.jobTemplate
    job.metadata = ObjectMeta(name: "\(cron.metadata.name)-\(stamp)", namespace: cron.metadata.namespace)
    job.metadata.labels = template.metadata.labels
    job.metadata.annotations = template.metadata.annotations
    if version == .now {
      job.metadata.annotations["batch.kubernetes.io/cronjob-scheduled-timestamp"] = Timestamp(time).text
    }
    job.metadata.ownerReferences = [OwnerReference(controller: Object(cron))]
    job.spec = template.spec
    self.job = job
    status.lastScheduleTime = Timestamp(time)
  }

  /// The Job as it was stored is active from now on.
  static func activate(_ job: Object, in status: inout CronJobStatus) {
    if status.active.contains(where: { $0.uid == job.uid }) { return }
    var reference = ObjectReference()
    reference.apiVersion = job.kind.apiVersion
    reference.kind = job.kind.name
    reference.name = job.name
    reference.namespace = job.namespace
    reference.resourceVersion = job.resourceVersion
    reference.uid = job.uid
    status.active.append(reference)
  }
}
