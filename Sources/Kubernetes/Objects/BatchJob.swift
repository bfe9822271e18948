import Clockwork

/// A wish for work that ends: so many Pods have to succeed.
public struct BatchJob: APIRecord {
  public static var typeName: String { "Job" }
  public static var kind: Kind { .job }

  public var metadata: ObjectMeta = ObjectMeta()
  public var spec: JobSpec = JobSpec()
  public var status: JobStatus = JobStatus()
  public var unknown: [Value.Entry] = []

  public init() {}

  public var key: ObjectKey { ObjectKey(.job, metadata.namespace, metadata.name) }
  /// The condition by which the Job is over, if it is.
  public var ending: JobCondition? {
    for condition in status.conditions
    where condition.status == "True" && (condition.type == "Complete" || condition.type == "Failed") {
      return condition
    }
    return nil
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("metadata", &metadata)
    field("spec", &spec, .keep)
    field("status", &status, .keep)
    field.rest(&unknown)
  }

  public static func wrap(_ shared: Shared<BatchJob>) -> Content { .job(shared) }

  public static func unwrap(_ content: Content) -> Shared<BatchJob>? {
    guard case .job(let shared) = content else { return nil }
    return shared
  }
}

/// How many Pods at once, how many successes, and how many failures are borne.
public struct JobSpec: Record, Sendable {
  public static var typeName: String { "JobSpec" }

  public var activeDeadlineSeconds: Int64? = nil
  public var backoffLimit: Int64? = nil
  public var completionMode: String = ""
  /// Nothing where one success of any Pod is enough.
  public var completions: Int64? = nil
  public var manualSelector: Bool? = nil
  public var parallelism: Int64? = nil
  public var podReplacementPolicy: String = ""
  public var selector: Value? = nil
  public var suspend: Bool? = nil
  public var template: PodTemplateSpec = PodTemplateSpec()
  public var ttlSecondsAfterFinished: Int64? = nil
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("activeDeadlineSeconds", &activeDeadlineSeconds)
    field("backoffLimit", &backoffLimit)
    field("completionMode", &completionMode)
    field("completions", &completions)
    field("manualSelector", &manualSelector)
    field("parallelism", &parallelism)
    field("podReplacementPolicy", &podReplacementPolicy)
    field("selector", &selector)
    field("suspend", &suspend)
    field("template", &template, .keep)
    field("ttlSecondsAfterFinished", &ttlSecondsAfterFinished)
    field.rest(&unknown)
  }
}

/// How far the work is, as the Job controller last counted.
public struct JobStatus: Record, Sendable {
  public static var typeName: String { "JobStatus" }

  public var active: Int64 = 0
  public var completedIndexes: String = ""
  public var completionTime: Timestamp? = nil
  public var conditions: [JobCondition] = []
  public var failed: Int64 = 0
  public var ready: Int64? = nil
  public var startTime: Timestamp? = nil
  public var succeeded: Int64 = 0
  public var terminating: Int64? = nil
  public var uncountedTerminatedPods: UncountedPods? = nil
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("active", &active)
    field("completedIndexes", &completedIndexes)
    field("completionTime", &completionTime)
    field("conditions", &conditions)
    field("failed", &failed)
    field("ready", &ready)
    field("startTime", &startTime)
    field("succeeded", &succeeded)
    field("terminating", &terminating)
    field("uncountedTerminatedPods", &uncountedTerminatedPods)
    field.rest(&unknown)
  }
}

/// Pods that have ended and still carry the finalizer: they are counted once it is gone.
public struct UncountedPods: Record, Sendable {
  public static var typeName: String { "UncountedTerminatedPods" }

  public var failed: [String] = []
  public var succeeded: [String] = []
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("failed", &failed)
    field("succeeded", &succeeded)
    field.rest(&unknown)
  }
}

/// One fact about a Job: that it is complete, has failed, or is suspended.
public struct JobCondition: Record, Sendable {
  public static var typeName: String { "JobCondition" }

  public var lastProbeTime: Timestamp? = nil
  public var lastTransitionTime: Timestamp? = nil
  public var message: String = ""
  public var reason: String = ""
  public var status: String = ""
  public var type: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(_ type: String, _ status: String, _ reason: String, _ message: String, at now: Int64) {
    self.type = type
    self.status = status
    self.reason = reason
    self.message = message
    lastProbeTime = Timestamp(now)
    lastTransitionTime = Timestamp(now)
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("lastProbeTime", &lastProbeTime)
    field("lastTransitionTime", &lastTransitionTime)
    field("message", &message)
    field("reason", &reason)
    field("status", &status, .keep)
    field("type", &type, .keep)
    field.rest(&unknown)
  }
}
