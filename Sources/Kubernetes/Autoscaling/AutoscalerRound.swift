import Clockwork

/// One look at one autoscaler: what was asked, what was answered, and what follows from it.
///
/// It writes nothing; the controller turns its wishes into requests.
struct AutoscalerRound: Sendable {
  /// What the scale subresource of the target said.
  struct Scale: Sendable {
    var replicas: Int64
    var selector: LabelSelector?
  }

  /// What the metrics API said about the Pods of the target.
  enum Answer: Sendable {
    case pods([Object])
    case failed(String)
  }

  /// An Event that the look gives rise to.
  struct Note: Equatable, Sendable {
    var type: String
    var reason: String
    var message: String
  }

  let version: Version
  let target: ObjectKey
  /// As it was when the look began.
  let before: HorizontalPodAutoscaler
  var object: HorizontalPodAutoscaler
  var scale: Scale?
  /// One for each metric that the metrics API knows, in their order.
  var answers: [Answer] = []
  /// How many answers are still to come.
  var waitsFor: Int = 0
  /// True once nothing more has to be asked.
  var isReady: Bool = false
  var desired: Int64 = 0
  var reason: String = ""
  var rescales: Bool = false
  var notes: [Note] = []
  var facts: [Fact] = []
  /// The figures of the metric that decided.
  var figures: Value = .emptyMap

  init(_ object: HorizontalPodAutoscaler, target: ObjectKey, _ version: Version) {
    self.version = version
    self.target = target
    before = object
    self.object = object
  }

  var spec: AutoscalerSpec { object.spec }
  var current: Int64 { scale?.replicas ?? 0 }
  var hasNews: Bool { object.status != before.status }

  /// Whether the number of replicas depends on any metric.
  var needsMetrics: Bool {
    if current == 0, spec.minimum != 0 { return false }
    return current >= spec.minimum && current <= spec.maxReplicas
  }

  // MARK: The target

  /// The kind that a target means, whatever version it names.
  static func kind(of target: ScaleTarget) -> Kind? {
    for kind in Kind.all where kind.name == target.kind && kind.group == target.group { return kind }
    return nil
  }

  /// The target's scale could not be read.
  mutating func failScale(_ error: String, at now: Int64) {
    note("Warning", "FailedGetScale", error)
    object.status.set("AbleToScale", "False", "FailedGetScale", AutoscalerText.noScale(error), at: now)
    facts.append(Fact("fact.hpa.failed", ("error", .string(error))))
  }

  /// The target has its new number.
  mutating func finishScale(at now: Int64) {
    object.status.set("AbleToScale", "True", "SucceededRescale", AutoscalerText.scaled(desired), at: now)
    note("Normal", "SuccessfulRescale", AutoscalerText.newSize(desired, reason))
    settle(desired: desired)
    object.status.lastScaleTime = Timestamp(now)
  }

  /// The target did not take its new number.
  mutating func failRescale(_ error: String, at now: Int64) {
    note("Warning", "FailedRescale", AutoscalerText.failedSize(desired, reason, error))
    object.status.set("AbleToScale", "False", "FailedUpdateScale", AutoscalerText.notScaled(error), at: now)
    settle(desired: object.status.desiredReplicas)
  }

  mutating func settle(desired: Int64) {
    object.status.currentReplicas = current
    object.status.desiredReplicas = desired
  }

  mutating func note(_ type: String, _ reason: String, _ message: String) {
    notes.append(Note(type: type, reason: reason, message: message))
  }

  // MARK: The decision

  /// Decides how many replicas there should be.
  mutating func decide(_ pods: [Pod], _ history: inout ScalingHistory, at now: Int64) {
    object.status.set("AbleToScale", "True", "SucceededGetScale", AutoscalerText.gotScale, at: now)
    facts.append(Fact("fact.hpa.scale", ("target", .string(target.text)), ("replicas", .integer(current))))
    history.begin(current, at: now)
    rescales = true
    if current == 0, spec.minimum != 0 {
      rescales = false
      desired = 0
      object.status.set("ScalingActive", "False", "ScalingDisabled", AutoscalerText.disabled, at: now)
      object.status.currentMetrics = []
      facts.append(Fact("fact.hpa.disabled"))
    } else if current > spec.maxReplicas {
      outside(spec.maxReplicas, AutoscalerText.aboveMaximum, "fact.hpa.above-maximum")
    } else if current < spec.minimum {
      outside(spec.minimum, AutoscalerText.belowMinimum, "fact.hpa.below-minimum")
    } else {
      var measuring = AutoscalerMeasuring(self, pods, at: now)
      guard let found = measuring.measure() else {
        self = measuring.round
        fail(measuring.error)
        return
      }
      self = measuring.round
      follow(found, &history, at: now)
    }
    if !rescales { settle(desired: current == 0 && desired == 0 ? 0 : current) }
    let key = rescales ? "fact.hpa.decided" : "fact.hpa.unchanged"
    facts.append(Fact(key, ("current", .integer(current)), ("replicas", .integer(desired))))
    figures["desired"] = .integer(desired)
  }

  private mutating func outside(_ replicas: Int64, _ reason: String, _ key: String) {
    desired = replicas
    self.reason = reason
    object.status.currentMetrics = []
    facts.append(Fact(key, ("current", .integer(current)), ("replicas", .integer(replicas))))
  }

  /// Nothing could be measured: everything stays as it is.
  private mutating func fail(_ error: String) {
    rescales = false
    settle(desired: object.status.desiredReplicas)
    note("Warning", "FailedComputeMetricsReplicas", error)
    facts.append(Fact("fact.hpa.failed", ("error", .string(error))))
  }

  private mutating func follow(
    _ found: (replicas: Int64, metric: String),
    _ history: inout ScalingHistory,
    at now: Int64
  ) {
    let wanted = found.replicas
    if wanted > current { reason = AutoscalerText.above(found.metric) }
    if wanted < current { reason = AutoscalerText.allBelow }
    facts.append(Fact("fact.hpa.proposed", ("metric", .string(found.metric)), ("replicas", .integer(wanted))))
    let held = stabilise(wanted, &history, at: now)
    let limits = ReplicaLimits(minimum: spec.minimum, maximum: spec.maxReplicas)
    var outcome = limits.outcome(current: current, desired: held)
    if let behavior = spec.behavior {
      outcome = limits.outcome(
        current: current,
        desired: held,
        behavior: behavior,
        history: history,
        version: version,
        now: now
      )
    }
    let isLimited = outcome.replicas != held
    let message = AutoscalerText.limit(outcome.rule)
    object.status.set("ScalingLimited", isLimited ? "True" : "False", outcome.rule.rawValue, message, at: now)
    if isLimited {
      let limit = Fact(
        "fact.hpa.limited",
        ("rule", .string(outcome.rule.rawValue)),
        ("wanted", .integer(held)),
        ("replicas", .integer(outcome.replicas))
      )
      facts.append(limit)
    }
    figures["proposed"] = .integer(wanted)
    figures["stabilized"] = .integer(held)
    desired = outcome.replicas
    rescales = desired != current
  }

  /// Looks at what was wanted before, so that replicas do not go up and down with every breath of load.
  private mutating func stabilise(_ wanted: Int64, _ history: inout ScalingHistory, at now: Int64) -> Int64 {
    let held: Int64
    var isUp = false
    if let behavior = spec.behavior {
      isUp = wanted >= current
      held = history.stabilise(
        wanted,
        current: current,
        up: (behavior.up.stabilizationWindowSeconds ?? 0) * 1000,
        down: behavior.down.stabilizationWindowSeconds.map { $0 * 1000 } ?? AutoscalerRound.window,
        version: version,
        at: now
      )
    } else {
      // A real look takes some milliseconds, so the one of twenty periods ago has just left the window; here nothing takes
      // any time, and it would stand exactly on the edge.
      held = history.stabilise(wanted, window: AutoscalerRound.window - 1, at: now)
    }
    if held == wanted {
      object.status.set("AbleToScale", "True", "ReadyForNewScale", AutoscalerText.ready, at: now)
      return held
    }
    let reason = isUp ? "ScaleUpStabilized" : "ScaleDownStabilized"
    let message = isUp ? AutoscalerText.heldDown : AutoscalerText.heldUp
    object.status.set("AbleToScale", "True", reason, message, at: now)
    facts.append(Fact("fact.hpa.held", ("wanted", .integer(wanted)), ("replicas", .integer(held))))
    return held
  }

  /// The controller's own window (`--horizontal-pod-autoscaler-downscale-stabilization`).
  static let window: Int64 = 300_000
}
