import Clockwork

/// One look at a Job: how many Pods have ended how, how many more are wanted, and whether the work is over
/// (pkg/controller/job).
struct JobRound: Sendable {
  static let finalizer = "batch.kubernetes.io/job-tracking"
  static let indexKey = "batch.kubernetes.io/job-completion-index"
  /// The wait after the first failure in a row; it doubles.
  static let firstBackoff: Time = 10_000

  let version: Version
  let job: BatchJob
  let now: Time
  private let pods: [Pod]

  /// One entry for each new Pod: its index where the Job counts indexes.
  private(set) var creations: [Int64?] = []
  private(set) var deletions: [ObjectKey] = []
  /// Pods that have been counted and may go: their finalizer is taken off.
  private(set) var counted: [ObjectKey] = []
  /// The status that is written before the finalizers go, where there are any to go.
  private(set) var interim: JobStatus?
  private(set) var status: JobStatus
  private(set) var event: (type: String, reason: String, message: String)?
  /// When somebody has to look again although nothing changes.
  private(set) var again: Time?

  init(_ job: BatchJob, pods: [Pod], _ version: Version, now: Time) {
    self.job = job
    self.version = version
    self.now = now
    self.pods = pods
    status = job.status
  }

  private var text: Text { Text(version) }
  private var active: [Pod] { pods.filter { !$0.hasEnded && !$0.isEnding } }
  private var parallelism: Int64 { job.spec.parallelism ?? 1 }
  private var isSuspended: Bool { version == .now && job.spec.suspend == true }
  private var isIndexed: Bool { version == .now && job.spec.completionMode == "Indexed" }

  /// A Pod that somebody deletes has failed too: it will never tell.
  private func hasFailed(_ pod: Pod) -> Bool {
    if pod.status.phase == "Failed" { return true }
    return version == .now && pod.isEnding && pod.status.phase != "Succeeded"
  }

  private func isTracked(_ pod: Pod) -> Bool { pod.metadata.finalizers.contains(JobRound.finalizer) }

  // MARK: Counting

  /// What the Job has come to, those included that are not written down yet.
  private(set) var succeeded: Int64 = 0
  private(set) var failed: Int64 = 0
  private var indexes: [Int64] = []

  private mutating func count() {
    if version == .then {
      succeeded = Int64(pods.filter { $0.status.phase == "Succeeded" }.count)
      failed = Int64(pods.filter { $0.status.phase == "Failed" }.count)
      return
    }
    var uncounted = status.uncountedTerminatedPods ?? UncountedPods()
    let tracked = pods.filter { isTracked($0) }.map { $0.metadata.uid }
    // Whose finalizer is gone is counted for good.
    status.succeeded += Int64(uncounted.succeeded.filter { !tracked.contains($0) }.count)
    status.failed += Int64(uncounted.failed.filter { !tracked.contains($0) }.count)
    uncounted.succeeded.removeAll { !tracked.contains($0) }
    uncounted.failed.removeAll { !tracked.contains($0) }
    indexes = JobRound.indexes(status.completedIndexes)
    for pod in pods where isTracked(pod) && (pod.status.phase == "Succeeded" || hasFailed(pod)) {
      let uid = pod.metadata.uid
      if pod.status.phase == "Succeeded" {
        if let index = pod.completionIndex {
          if !indexes.contains(index) { indexes.append(index) }
        }
        if !uncounted.succeeded.contains(uid) { uncounted.succeeded.append(uid) }
      } else if !uncounted.failed.contains(uid) {
        uncounted.failed.append(uid)
      }
      counted.append(pod.key)
    }
    indexes.sort()
    succeeded = isIndexed ? Int64(indexes.count) : status.succeeded + Int64(uncounted.succeeded.count)
    failed = status.failed + Int64(uncounted.failed.count)
    status.uncountedTerminatedPods = uncounted
  }

  // MARK: The round

  mutating func run() {
    count()
    if status.startTime == nil, !isSuspended { status.startTime = Timestamp(now) }
    if let deadline, deadline > now { again = deadline }
    var kept = Int64(active.count)
    if let verdict = failure {
      for pod in active { deletions.append(pod.key) }
      if version == .then { failed += kept }
      kept = 0
      end(JobCondition("Failed", "True", verdict.reason, verdict.message, at: now))
    } else if isSuspended {
      suspend()
      kept = 0
    } else {
      resume()
      if job.metadata.deletionTimestamp == nil, held == nil { kept = manage() }
      if isComplete(kept) {
        let reason = version == .then ? "" : "CompletionsReached"
        end(JobCondition("Complete", "True", reason, version == .then ? "" : text.completionsReached, at: now))
      }
    }
    report(kept)
  }

  private var deadline: Time? {
    guard let seconds = job.spec.activeDeadlineSeconds, let start = status.startTime, !isSuspended else { return nil }
    return start.milliseconds + seconds * 1000
  }

  /// A verdict that waits only for the last Pods to go.
  private var held: JobCondition? {
    status.conditions.first { ["FailureTarget", "SuccessCriteriaMet"].contains($0.type) && $0.status == "True" }
  }

  private var failure: (reason: String, message: String)? {
    if let held { return held.type == "FailureTarget" ? (held.reason, held.message) : nil }
    let limit = job.spec.backoffLimit ?? 6
    if failed > limit || hasRestartedTooOften(limit) { return ("BackoffLimitExceeded", text.backoffLimitExceeded) }
    if let deadline, deadline <= now { return ("DeadlineExceeded", text.deadlineExceeded) }
    return nil
  }

  /// With OnFailure the kubelet starts containers again: those starts count as failures.
  private func hasRestartedTooOften(_ limit: Int64) -> Bool {
    guard job.spec.template.spec.restartPolicy == "OnFailure" else { return false }
    var restarts: Int64 = 0
    for pod in pods where pod.status.phase == "Running" || pod.status.phase == "Pending" {
      for container in pod.status.containerStatuses + pod.status.initContainerStatuses {
        restarts += container.restartCount
      }
    }
    return limit == 0 ? restarts > 0 : restarts >= limit
  }

  private func isComplete(_ active: Int64) -> Bool {
    if held != nil { return true }
    guard let wanted = job.spec.completions else { return succeeded > 0 && active == 0 }
    return succeeded >= wanted
  }

  /// Makes or deletes the difference; the number of Pods at work afterwards.
  private mutating func manage() -> Int64 {
    let count = Int64(active.count)
    var wanted: Int64
    if let completions = job.spec.completions {
      wanted = min(parallelism, completions - succeeded)
    } else {
      wanted = succeeded > 0 ? count : parallelism
    }
    wanted = max(0, wanted)
    if count > wanted {
      for pod in active.suffix(Int(count - wanted)) { deletions.append(pod.key) }
      return wanted
    }
    if count == wanted { return count }
    if let until = backoff, until > now {
      again = min(again ?? until, until)
      return count
    }
    let missing = wanted - count
    if isIndexed {
      creations = freeIndexes(missing).map { Optional($0) }
    } else {
      creations = Array(repeating: nil, count: Int(missing))
    }
    return count + Int64(creations.count)
  }

  /// Until when a new Pod waits after failures in a row.
  private var backoff: Time? {
    var success: Time = .min
    for pod in pods where pod.status.phase == "Succeeded" { success = max(success, pod.endTime ?? .min) }
    var count = 0
    var last: Time = .min
    for pod in pods where pod.status.phase == "Failed" {
      let end = pod.endTime ?? now
      if end < success { continue }
      count += 1
      last = max(last, end)
    }
    if count == 0 { return nil }
    let longest: Time = version == .then ? 360_000 : 600_000
    return last + min(longest, JobRound.firstBackoff << Time(min(count - 1, 16)))
  }

  private func freeIndexes(_ count: Int64) -> [Int64] {
    let taken = indexes + active.compactMap { $0.completionIndex }
    var free: [Int64] = []
    var index: Int64 = 0
    while index < job.spec.completions ?? 0, Int64(free.count) < count {
      if !taken.contains(index) { free.append(index) }
      index += 1
    }
    return free
  }

  // MARK: Standing still

  private mutating func suspend() {
    for pod in active { deletions.append(pod.key) }
    if status.conditions.contains(where: { $0.type == "Suspended" && $0.status == "True" }) { return }
    status.conditions.removeAll { $0.type == "Suspended" }
    status.conditions.append(JobCondition("Suspended", "True", "JobSuspended", text.jobSuspended, at: now))
    status.startTime = nil
    event = ("Normal", "Suspended", text.jobSuspended)
  }

  private mutating func resume() {
    guard let place = status.conditions.firstIndex(where: { $0.type == "Suspended" && $0.status == "True" }) else {
      return
    }
    status.conditions[place] = JobCondition("Suspended", "False", "JobResumed", text.jobResumed, at: now)
    status.startTime = Timestamp(now)
    event = ("Normal", "Resumed", text.jobResumed)
  }

  // MARK: The end

  private mutating func end(_ condition: JobCondition) {
    let isGood = condition.type == "Complete"
    if version == .now, held == nil {
      var first = condition
      first.type = isGood ? "SuccessCriteriaMet" : "FailureTarget"
      status.conditions.append(first)
    }
    // Newer releases say that it is over only when the last Pod has ended.
    let isStill = deletions.isEmpty && pods.allSatisfy { $0.hasEnded || !$0.isEnding } && (!isGood || active.isEmpty)
    if version == .now, isGood, !active.isEmpty { for pod in active { deletions.append(pod.key) } }
    let ending = version == .then || (isStill && deletions.isEmpty)
    if ending { finish = condition }
  }

  private var finish: JobCondition?

  /// The status before the finalizers go, and the status after that.
  private mutating func report(_ active: Int64) {
    status.active = active
    if version == .then {
      status.succeeded = succeeded
      status.failed = failed
    } else {
      status.ready = Int64(self.active.filter { $0.isReady }.count)
      status.terminating = Int64(pods.filter { $0.isEnding && !$0.hasEnded }.count + deletions.count)
      if isIndexed { status.completedIndexes = JobRound.text(indexes) }
      if !counted.isEmpty { interim = status }
      let uncounted = status.uncountedTerminatedPods ?? UncountedPods()
      status.succeeded += Int64(uncounted.succeeded.count)
      status.failed += Int64(uncounted.failed.count)
      status.uncountedTerminatedPods = UncountedPods()
    }
    guard let finish else { return }
    status.conditions.append(finish)
    if finish.type == "Complete" {
      status.completionTime = Timestamp(now)
      event = ("Normal", "Completed", text.jobCompleted)
    } else {
      event = ("Warning", finish.reason, finish.message)
    }
  }

  // MARK: Lists of indexes

  /// `0-2,5` as numbers.
  static func indexes(_ text: String) -> [Int64] {
    var all: [Int64] = []
    for part in text.split(separator: ",") {
      let ends = part.split(separator: "-").compactMap { Int64($0) }
      guard let first = ends.first, let last = ends.last else { continue }
      var index = first
      while index <= last {
        all.append(index)
        index += 1
      }
    }
    return all
  }

  /// Sorted numbers as `0-2,5`; two neighbours stand as `3,4`.
  static func text(_ indexes: [Int64]) -> String {
    var out = ""
    var place = 0
    while place < indexes.count {
      var last = place
      while last + 1 < indexes.count, indexes[last + 1] == indexes[last] + 1 { last += 1 }
      out += (out.isEmpty ? "" : ",") + "\(indexes[place])"
      if last == place + 1 { out += ",\(indexes[last])" }
      if last > place + 1 { out += "-\(indexes[last])" }
      place = last + 1
    }
    return out
  }
}

extension BatchJob {
  /// The next Pod, for an index where the Job counts them.
  func pod(index: Int64?, _ version: Version) -> Pod {
    let owner = OwnerReference(controller: Object(self))
    let name = index.map { "\(metadata.name)-\($0)-" } ?? "\(metadata.name)-"
    var pod = spec.template.pod(namespace: metadata.namespace, generateName: name, owner: owner)
    if version == .now { pod.metadata.finalizers.append(JobRound.finalizer) }
    guard let index else { return pod }
    pod.metadata.annotations[JobRound.indexKey] = "\(index)"
    pod.metadata.labels[JobRound.indexKey] = "\(index)"
    pod.spec.hostname = "\(metadata.name)-\(index)"
    for place in pod.spec.containers.indices {
      if pod.spec.containers[place].env.contains(where: { $0.name == "JOB_COMPLETION_INDEX" }) { continue }
      var variable = EnvVar(name: "JOB_COMPLETION_INDEX", value: "")
      let path: Value = .string("metadata.labels['\(JobRound.indexKey)']")
      variable.valueFrom = .map(("fieldRef", .map(("apiVersion", "v1"), ("fieldPath", path))))
      pod.spec.containers[place].env.append(variable)
    }
    return pod
  }
}

extension Pod {
  /// Which part of the work of an indexed Job it does.
  var completionIndex: Int64? { metadata.annotations[JobRound.indexKey].flatMap { Int64($0) } }

  /// When its last container ended.
  var endTime: Int64? {
    var last: Int64?
    for container in status.containerStatuses {
      guard let end = container.state.terminated?.finishedAt?.milliseconds else { continue }
      last = max(last ?? end, end)
    }
    return last ?? status[condition: "Ready"]?.lastTransitionTime?.milliseconds
  }
}
