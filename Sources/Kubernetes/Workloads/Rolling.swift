import Clockwork

/// The arithmetic of a rollout (pkg/controller/deployment/util).
public enum Rolling {
  /// A number, or a percentage of a total; nothing for what is neither.
  private static func amount(_ value: IntOrString?, of total: Int64, roundUp: Bool) -> Int64 {
    guard case .success(let number)? = value?.scaled(of: total, roundUp: roundUp) else { return 0 }
    return number
  }

  /// How many Pods too many and too few there may be; never are both 0, or nothing could move.
  public static func fenceposts(
    maxSurge: IntOrString?,
    maxUnavailable: IntOrString?,
    desired: Int64
  ) -> (surge: Int64, unavailable: Int64) {
    let surge = amount(maxSurge, of: desired, roundUp: true)
    let unavailable = amount(maxUnavailable, of: desired, roundUp: false)
    return (surge, surge == 0 && unavailable == 0 ? 1 : unavailable)
  }

  /// How many the new ReplicaSet may have when all ReplicaSets together have `total`.
  public static func newReplicas(desired: Int64, surge: Int64, new: Int64, total: Int64) -> Int64 {
    let room = desired + surge - total
    return room <= 0 ? new : new + min(room, desired - new)
  }

  /// How many Pods of all ReplicaSets may go now; unavailable new ones count as missing already.
  public static func mayGo(desired: Int64, unavailable: Int64, total: Int64, new: Int64, newAvailable: Int64) -> Int64 {
    total - (desired - unavailable) - (new - newAvailable)
  }

  /// What a ReplicaSet gets of a change that is spread over all active ones.
  public static func proportion(
    size: Int64,
    annotated: Int64,
    desired: Int64,
    surge: Int64,
    toAdd: Int64,
    added: Int64
  ) -> Int64 {
    if size == 0 || toAdd == 0 || toAdd == added { return 0 }
    let fraction = desired == 0 ? 0 - size : rounded(size * (desired + surge), annotated) - size
    let allowed = toAdd - added
    return toAdd > 0 ? min(fraction, allowed) : max(fraction, allowed)
  }

  /// The nearest whole number of a quotient; halves go up.
  private static func rounded(_ number: Int64, _ divisor: Int64) -> Int64 {
    divisor == 0 ? 0 : (2 * number + divisor) / (2 * divisor)
  }
}

extension Deployment {
  /// How many Pods there should be.
  public var size: Int64 { spec.replicas ?? 1 }
  public var isRolling: Bool { spec.strategy.type == "RollingUpdate" }

  private var fenceposts: (surge: Int64, unavailable: Int64) {
    let rolling = spec.strategy.rollingUpdate
    return Rolling.fenceposts(
      maxSurge: rolling?.maxSurge,
      maxUnavailable: rolling?.maxUnavailable,
      desired: size
    )
  }

  public var maxSurge: Int64 { isRolling ? fenceposts.surge : 0 }
  public var maxUnavailable: Int64 { isRolling && size > 0 ? min(fenceposts.unavailable, size) : 0 }

  /// A deadline that is as large as can be means none.
  public var hasDeadline: Bool { (spec.progressDeadlineSeconds ?? 2_147_483_647) != 2_147_483_647 }
}
