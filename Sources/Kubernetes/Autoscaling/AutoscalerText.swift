import Clockwork

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

  /// How the Event about the whole look names the metric that failed.
  public func failedMetric(_ name: String, isContainer: Bool, _ error: String) -> String {
    version == .then ? error : "failed to get \(name) \(isContainer ? "container" : "resource") metric value: \(error)"
  }

  /// What the Event FailedComputeMetricsReplicas says.
  public static func invalidMetrics(_ invalid: Int, of count: Int, _ error: String) -> String {
    "invalid metrics (\(invalid) invalid out of \(count)), first error is: \(error)"
  }

  /// A metric that only an adapter serves, its reason, and how the Event about the whole look begins.
  static func foreign(
    _ type: String,
    _ name: String,
    _ namespace: String,
    _ object: Value?
  ) -> (
    error: String, reason: String, summary: String
  ) {
    func missing(_ api: String) -> String {
      "unable to fetch metrics from \(api) metrics API: no \(api) metrics API (\(api).metrics.k8s.io) registered"
    }
    switch type {
    case "Object":
      let described = object?["describedObject"]
      let place = "\(described?["kind"]?.text ?? "") \(namespace)/\(described?["name"]?.text ?? "")"
      let error = "unable to get metric \(name): \(missing("custom")) on \(place)"
      return (error, "FailedGetObjectMetric", "failed to get object metric value: ")
    case "External":
      let error = "unable to get external metric \(namespace)/\(name)/nil: \(missing("external"))"
      return (error, "FailedGetExternalMetric", "failed to get \(name) external metric value: ")
    default:
      let error = "unable to get metric \(name): \(missing("custom"))"
      return (error, "FailedGetPodsMetric", "failed to get pods metric value: ")
    }
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

  public static func container(_ resource: String, isShare: Bool) -> String {
    isShare ? "\(resource) container resource utilization (percentage of request)" : "\(resource) container resource"
  }

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

  // MARK: kubectl

  public static let shareDeprecated =
    "Flag --cpu-percent has been deprecated, Use --cpu with percentage or resource quantity format (e.g., '70%' for "
    + "utilization or '500m' for milliCPU)."

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
