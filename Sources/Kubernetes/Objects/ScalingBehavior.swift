import Clockwork

/// How fast an autoscaler may add Pods and take them away.
public struct ScalingBehavior: Record, Sendable {
  public static var typeName: String { "HorizontalPodAutoscalerBehavior" }

  public var scaleDown: ScalingRules? = nil
  public var scaleUp: ScalingRules? = nil
  public var unknown: [Value.Entry] = []

  public init() {}

  /// The rules for adding Pods, as they stand.
  public var up: ScalingRules { scaleUp ?? .defaultUp }
  /// The rules for taking Pods away, as they stand.
  public var down: ScalingRules { scaleDown ?? .defaultDown }

  /// Fills in what nobody wrote.
  public mutating func setDefaults() {
    scaleUp = (scaleUp ?? ScalingRules()).filled(from: .defaultUp)
    scaleDown = (scaleDown ?? ScalingRules()).filled(from: .defaultDown)
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("scaleDown", &scaleDown)
    field("scaleUp", &scaleUp)
    field.rest(&unknown)
  }
}

/// The rules of one direction.
public struct ScalingRules: Record, Sendable {
  public static var typeName: String { "HPAScalingRules" }

  /// The values of `selectPolicy`.
  public static let most = "Max"
  public static let least = "Min"
  public static let disabled = "Disabled"

  public var policies: [ScalingPolicy] = []
  public var selectPolicy: String = ""
  public var stabilizationWindowSeconds: Int64? = nil
  /// A quantity such as `50m`; only in newer versions.
  public var tolerance: Value? = nil
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(_ policies: [ScalingPolicy], select: String = ScalingRules.most, window: Int64? = nil) {
    self.policies = policies
    selectPolicy = select
    stabilizationWindowSeconds = window
  }

  /// All at once, or four, whichever is more, each 15 seconds.
  public static let defaultUp = ScalingRules(
    [ScalingPolicy(ScalingPolicy.pods, 4, seconds: 15), ScalingPolicy(ScalingPolicy.percent, 100, seconds: 15)],
    window: 0
  )

  /// As few as wanted; the window is the controller's.
  public static let defaultDown = ScalingRules([ScalingPolicy(ScalingPolicy.percent, 100, seconds: 15)])

  func filled(from other: ScalingRules) -> ScalingRules {
    var rules = self
    if rules.policies.isEmpty { rules.policies = other.policies }
    if rules.selectPolicy.isEmpty { rules.selectPolicy = other.selectPolicy }
    if rules.stabilizationWindowSeconds == nil { rules.stabilizationWindowSeconds = other.stabilizationWindowSeconds }
    return rules
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("policies", &policies)
    field("selectPolicy", &selectPolicy)
    field("stabilizationWindowSeconds", &stabilizationWindowSeconds)
    field("tolerance", &tolerance)
    field.rest(&unknown)
  }
}

/// So many Pods, or so many percent, within a period.
public struct ScalingPolicy: Record, Sendable {
  public static var typeName: String { "HPAScalingPolicy" }

  /// The values of `type`.
  public static let pods = "Pods"
  public static let percent = "Percent"

  public var periodSeconds: Int64 = 0
  public var type: String = ""
  public var value: Int64 = 0
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(_ type: String, _ value: Int64, seconds: Int64) {
    self.type = type
    self.value = value
    periodSeconds = seconds
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("periodSeconds", &periodSeconds, .keep)
    field("type", &type, .keep)
    field("value", &value, .keep)
    field.rest(&unknown)
  }
}
