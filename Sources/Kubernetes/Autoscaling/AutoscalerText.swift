/// Sentences of the horizontal Pod autoscaler, word for word as each version writes them.
public struct AutoscalerText: Equatable, Sendable {
  public let version: Version

  public init(_ version: Version) { self.version = version }

  // MARK: Metrics

  /// The answer of the metrics API named no Pod.
  public static func noMetrics(_ resource: String) -> String {
    "unable to get metrics for resource \(resource): no metrics returned from resource metrics API"
  }

  /// The metrics API gave no answer.
  public static func unreachable(_ resource: String, _ error: String) -> String {
    "unable to get metrics for resource \(resource): unable to fetch metrics from resource metrics API: \(error)"
  }

  public static func failedUtilization(_ resource: String, _ error: String) -> String {
    "failed to get \(resource) utilization: \(error)"
  }

  public static func failedAverage(_ resource: String, _ error: String) -> String {
    "failed to get \(resource) utilization: \(error)"
  }

  /// What the Event FailedComputeMetricsReplicas says.
  public func invalidMetrics(_ invalid: Int, of count: Int, _ resource: String, _ error: String) -> String {
    let head = "invalid metrics (\(invalid) invalid out of \(count)), first error is: "
    return version == .then ? head + error : head + "failed to get \(resource) resource metric value: \(error)"
  }

  public static func unableToCompute(_ error: String) -> String {
    "the HPA was unable to compute the replica count: \(error)"
  }

  public static func foundMetric(_ metric: String) -> String {
    "the HPA was able to successfully calculate a replica count from \(metric)"
  }

  /// How a metric is called in Events and conditions.
  public static func utilization(_ resource: String) -> String {
    "\(resource) resource utilization (percentage of request)"
  }

  public static func amount(_ resource: String) -> String { "\(resource) resource" }

  // MARK: The target

  public static let gotScale = "the HPA controller was able to get the target's current scale"

  public static func noScale(_ error: String) -> String {
    "the HPA controller was unable to get the target's current scale: \(error)"
  }

  public static func scaled(_ replicas: Int64) -> String {
    "the HPA controller was able to update the target scale to \(replicas)"
  }

  public static func notScaled(_ error: String) -> String {
    "the HPA controller was unable to update the target scale: \(error)"
  }

  public static let disabled = "scaling is disabled since the replica count of the target is zero"

  public static func newSize(_ replicas: Int64, _ reason: String) -> String {
    "New size: \(replicas); reason: \(reason)"
  }

  public static func failedSize(_ replicas: Int64, _ reason: String, _ error: String) -> String {
    "New size: \(replicas); reason: \(reason); error: \(error)"
  }

  public static let aboveMaximum = "Current number of replicas above Spec.MaxReplicas"
  public static let belowMinimum = "Current number of replicas below Spec.MinReplicas"
  public static let allBelow = "All metrics below target"

  public static func above(_ metric: String) -> String { "\(metric) above target" }

  // MARK: Limits

  public static let ready = "recommended size matches current size"
  public static let heldUp =
    "recent recommendations were higher than current one, applying the highest recent recommendation"
  public static let heldDown =
    "recent recommendations were lower than current one, applying the lowest recent recommendation"

  public static func limit(_ rule: ReplicaLimits.Rule) -> String {
    switch rule {
    case .withinRange: "the desired count is within the acceptable range"
    case .tooFew: "the desired replica count is less than the minimum replica count"
    case .tooMany: "the desired replica count is more than the maximum replica count"
    case .growsTooFast: "the desired replica count is increasing faster than the maximum scale rate"
    case .shrinksTooFast: "the desired replica count is decreasing faster than the maximum scale rate"
    }
  }
}
