import Clockwork

/// How far one decision may go: the range of the autoscaler, and the speed at which it may move through it.
public struct ReplicaLimits: Equatable, Sendable {
  public var minimum: Int64
  public var maximum: Int64

  public init(minimum: Int64, maximum: Int64) {
    self.minimum = minimum
    self.maximum = maximum
  }

  /// What is allowed of a wish, and the rule that held it back.
  public struct Outcome: Equatable, Sendable {
    public var replicas: Int64
    public var rule: Rule

    public init(_ replicas: Int64, _ rule: Rule) {
      self.replicas = replicas
      self.rule = rule
    }
  }

  /// The rules by the reasons of the condition ScalingLimited.
  public enum Rule: String, Equatable, Sendable {
    case withinRange = "DesiredWithinRange"
    case tooFew = "TooFewReplicas"
    case tooMany = "TooManyReplicas"
    case growsTooFast = "ScaleUpLimit"
    case shrinksTooFast = "ScaleDownLimit"
  }

  /// Without a behavior: never more than twice as many at once, though up to four always.
  public func outcome(current: Int64, desired: Int64) -> Outcome {
    let fastest = ReplicaLimits.doubling(current)
    if desired < minimum { return Outcome(minimum, .tooFew) }
    if maximum > fastest { return desired > fastest ? Outcome(fastest, .growsTooFast) : Outcome(desired, .withinRange) }
    return desired > maximum ? Outcome(maximum, .tooMany) : Outcome(desired, .withinRange)
  }

  /// The most replicas that one step without a behavior may reach.
  public static func doubling(_ current: Int64) -> Int64 { max(2 * current, 4) }

  /// With a behavior: the policies say how fast.
  public func outcome(
    current: Int64,
    desired: Int64,
    behavior: ScalingBehavior,
    history: ScalingHistory,
    version: Version,
    now: Int64
  ) -> Outcome {
    if desired > current {
      let fastest = max(current, history.limitUp(current, behavior.up, version, now))
      if maximum > fastest {
        return desired > fastest ? Outcome(fastest, .growsTooFast) : Outcome(desired, .withinRange)
      }
      return desired > maximum ? Outcome(maximum, .tooMany) : Outcome(desired, .withinRange)
    }
    if desired < current {
      let fastest = min(current, history.limitDown(current, behavior.down, version, now))
      if minimum < fastest {
        return desired < fastest ? Outcome(fastest, .shrinksTooFast) : Outcome(desired, .withinRange)
      }
      return desired < minimum ? Outcome(minimum, .tooFew) : Outcome(desired, .withinRange)
    }
    return Outcome(desired, .withinRange)
  }
}
