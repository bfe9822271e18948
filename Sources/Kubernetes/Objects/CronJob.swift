import Clockwork

/// A wish for a Job again and again, at the times of a schedule.
public struct CronJob: APIRecord {
  public static var typeName: String { "CronJob" }
  public static var kind: Kind { .cronJob }

  public var metadata: ObjectMeta = ObjectMeta()
  public var spec: CronJobSpec = CronJobSpec()
  public var status: CronJobStatus = CronJobStatus()
  public var unknown: [Value.Entry] = []

  public init() {}

  public var key: ObjectKey { ObjectKey(.cronJob, metadata.namespace, metadata.name) }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("metadata", &metadata)
    field("spec", &spec, .keep)
    field("status", &status, .keep)
    field.rest(&unknown)
  }

  public static func wrap(_ shared: Shared<CronJob>) -> Content { .cronJob(shared) }

  public static func unwrap(_ content: Content) -> Shared<CronJob>? {
    guard case .cronJob(let shared) = content else { return nil }
    return shared
  }
}

/// The schedule, the Job, and what becomes of Jobs that overlap or come late.
public struct CronJobSpec: Record, Sendable {
  public static var typeName: String { "CronJobSpec" }

  /// `Allow`, `Forbid` or `Replace`.
  public var concurrencyPolicy: String = ""
  public var failedJobsHistoryLimit: Int64? = nil
  public var jobTemplate: JobTemplate = JobTemplate()
  public var schedule: String = ""
  public var startingDeadlineSeconds: Int64? = nil
  public var successfulJobsHistoryLimit: Int64? = nil
  public var suspend: Bool? = nil
  public var timeZone: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("concurrencyPolicy", &concurrencyPolicy)
    field("failedJobsHistoryLimit", &failedJobsHistoryLimit)
    field("jobTemplate", &jobTemplate, .keep)
    field("schedule", &schedule, .keep)
    field("startingDeadlineSeconds", &startingDeadlineSeconds)
    field("successfulJobsHistoryLimit", &successfulJobsHistoryLimit)
    field("suspend", &suspend)
    field("timeZone", &timeZone)
    field.rest(&unknown)
  }
}

/// What every Job of a CronJob will be.
public struct JobTemplate: Record, Sendable {
  public static var typeName: String { "JobTemplateSpec" }

  public var metadata: ObjectMeta = ObjectMeta()
  public var spec: JobSpec = JobSpec()
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("metadata", &metadata)
    field("spec", &spec)
    field.rest(&unknown)
  }
}

/// The Jobs that run, and when the last ones began and ended well.
public struct CronJobStatus: Record, Sendable {
  public static var typeName: String { "CronJobStatus" }

  public var active: [ObjectReference] = []
  public var lastScheduleTime: Timestamp? = nil
  public var lastSuccessfulTime: Timestamp? = nil
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("active", &active)
    field("lastScheduleTime", &lastScheduleTime)
    field("lastSuccessfulTime", &lastSuccessfulTime)
    field.rest(&unknown)
  }
}
