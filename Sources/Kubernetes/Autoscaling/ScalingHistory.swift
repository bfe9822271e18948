import Clockwork

/// What one autoscaler remembers: its last recommendations, and how many Pods it has added and taken away.
///
/// It lives in the memory of the controller and is lost with it.
public struct ScalingHistory: Equatable, Sendable {
  /// A wish, before any limit.
  public struct Recommendation: Equatable, Sendable {
    public var replicas: Int64
    public var time: Int64
  }

  /// A change that was made.
  public struct Change: Equatable, Sendable {
    public var replicas: Int64
    public var time: Int64

    public init(replicas: Int64, time: Int64) {
      self.replicas = replicas
      self.time = time
    }
  }

  public private(set) var recommendations: [Recommendation] = []
  public var added: [Change] = []
  public var removed: [Change] = []

  public init() {}

  /// The replicas that were there when the autoscaler came count as the first recommendation.
  public mutating func begin(_ current: Int64, at now: Int64) {
    if recommendations.isEmpty { recommendations.append(Recommendation(replicas: current, time: now)) }
  }

  // MARK: Stabilising

  /// Without a behavior: the highest recommendation of the window.
  public mutating func stabilise(_ desired: Int64, window: Int64, at now: Int64) -> Int64 {
    var highest = desired
    for past in recommendations where past.time >= now - window { highest = max(highest, past.replicas) }
    remember(desired, now) { $0.time < now - window }
    return highest
  }

  /// With a behavior: the highest of the downscale window, and the lowest of the upscale window.
  public mutating func stabilise(
    _ desired: Int64,
    current: Int64,
    up: Int64,
    down: Int64,
    version: Version,
    at now: Int64
  ) -> Int64 {
    var lowest = desired
    var highest = desired
    for past in recommendations {
      if past.time > now - up { lowest = min(lowest, past.replicas) }
      if past.time > now - down { highest = max(highest, past.replicas) }
    }
    remember(desired, now) { $0.time < now - max(up, down) }
    // Then only the side to which the wish points was looked at.
    if version == .then { return desired >= current ? lowest : highest }
    return min(max(current, lowest), highest)
  }

  /// Takes the place of the last one that nobody looks at any more.
  private mutating func remember(_ desired: Int64, _ now: Int64, isOld: (Recommendation) -> Bool) {
    let new = Recommendation(replicas: desired, time: now)
    for index in recommendations.indices.reversed() where isOld(recommendations[index]) {
      recommendations[index] = new
      return
    }
    recommendations.append(new)
  }

  // MARK: Speed

  /// Notes a change, for the policies.
  public mutating func change(from old: Int64, to new: Int64, behavior: ScalingBehavior, at now: Int64) {
    if new > old {
      ScalingHistory.add(Change(replicas: new - old, time: now), to: &added, behavior.up)
    } else {
      ScalingHistory.add(Change(replicas: old - new, time: now), to: &removed, behavior.down)
    }
  }

  private static func add(_ change: Change, to changes: inout [Change], _ rules: ScalingRules) {
    var longest: Int64 = 0
    for policy in rules.policies { longest = max(longest, policy.periodSeconds * 1000) }
    for index in changes.indices.reversed() where changes[index].time < change.time - longest {
      changes[index] = change
      return
    }
    changes.append(change)
  }

  /// How many replicas the policies allow at most.
  public func limitUp(_ current: Int64, _ rules: ScalingRules, _ version: Version, _ now: Int64) -> Int64 {
    if rules.selectPolicy == ScalingRules.disabled { return current }
    let takesLeast = rules.selectPolicy == ScalingRules.least
    var limit: Int64 = takesLeast ? Int64(Int32.max) : Int64(Int32.min)
    for policy in rules.policies {
      let start = start(current, policy, version, isUp: true, now)
      let proposed =
        policy.type == ScalingPolicy.pods
        ? start + policy.value
        : (Double(start) * (1 + Double(policy.value) / 100)).ceiling
      limit = takesLeast ? min(limit, proposed) : max(limit, proposed)
    }
    return limit
  }

  /// How few replicas the policies allow.
  public func limitDown(_ current: Int64, _ rules: ScalingRules, _ version: Version, _ now: Int64) -> Int64 {
    if rules.selectPolicy == ScalingRules.disabled { return current }
    let takesLeast = rules.selectPolicy == ScalingRules.least
    var limit: Int64 = takesLeast ? Int64(Int32.min) : Int64(Int32.max)
    for policy in rules.policies {
      let start = start(current, policy, version, isUp: false, now)
      let proposed =
        policy.type == ScalingPolicy.pods
        ? start - policy.value
        : (Double(start) * (1 - Double(policy.value) / 100)).truncated
      limit = takesLeast ? max(limit, proposed) : min(limit, proposed)
    }
    return limit
  }

  /// How many there were when the period of a policy began; then changes of the other direction were forgotten.
  private func start(_ current: Int64, _ policy: ScalingPolicy, _ version: Version, isUp: Bool, _ now: Int64) -> Int64 {
    func sum(_ changes: [Change]) -> Int64 {
      var sum: Int64 = 0
      for change in changes where change.time > now - policy.periodSeconds * 1000 { sum += change.replicas }
      return sum
    }
    let up = version == .now || isUp ? sum(added) : 0
    let down = version == .now || !isUp ? sum(removed) : 0
    return current - up + down
  }

  public var state: Value {
    .list(recommendations.map { .map(("replicas", .integer($0.replicas)), ("time", .integer($0.time))) })
  }
}
