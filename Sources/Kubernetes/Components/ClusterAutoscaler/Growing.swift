import Clockwork

/// More nodes: Pods without room, the group that helps best, and machines that do not come.
extension ClusterAutoscaler {
  /// A group that is to grow.
  struct Growth: Sendable {
    var option: ScaleUpPlan.Option
    var from: Int64
    var to: Int64
    var max: Int64
    var isAsked = false
  }

  /// How long nothing is asked of a group whose machines did not come.
  private static let backoff: Time = 300_000
  /// The same is not told of a Pod again before that.
  private static let silence: Time = 300_000

  func lookForRoomPlan(_ pending: [Pod], _ pods: [Pod], at now: Time) -> ScaleUpPlan {
    var current = groups
    for index in current.indices { current[index].template = template(of: current[index]) }
    let infos = pending.map { PodInfo($0, version) }
    return ScaleUpPlan(infos, current, snapshot(pods, withUpcoming: true), at: now)
  }

  mutating func lookForRoom(_ pending: [Pod], _ pods: [Pod], _ out: inout KubeOutbox) {
    let plan = lookForRoomPlan(pending, pods, at: out.now)
    out.note(
      Fact(
        "fact.ca.pending",
        ("pods", .integer(Int64(pending.count))),
        ("fit", .integer(Int64(plan.fitting.count)))
      )
    )
    for option in plan.options {
      out.note(
        Fact(
          "fact.ca.option",
          ("group", .string(option.group)),
          ("pods", .integer(Int64(option.pods.count))),
          ("nodes", .integer(option.nodes))
        )
      )
    }
    for key in plan.helpless {
      let reasons = plan.message(key)
      out.note(Fact("fact.ca.no-help", ("pod", .string(key.name)), ("reasons", .string(reasons))))
      tellOnce("NotTriggerScaleUp", text.notTriggered(reasons), key, at: out.now)
    }
    guard let best = plan.best, let group = groups.first(where: { $0.name == best.group }) else { return }
    growth = Growth(option: best, from: group.target, to: group.target + best.nodes, max: group.max)
  }

  private mutating func tellOnce(_ reason: String, _ message: String, _ key: ObjectKey, at now: Time) {
    let mark = "\(key.qualifiedName) \(message)"
    if let last = told[mark], now < last + ClusterAutoscaler.silence { return }
    told[mark] = now
    if let object = core[key] { tell("Normal", reason, message, object, at: now) }
  }

  /// Asks the cloud; the Event comes first, as it did not know either whether the cloud would agree.
  mutating func grow(_ out: inout KubeOutbox) {
    guard let growth else { return }
    self.growth?.isAsked = true
    let group = growth.option.group
    tell("ScaledUpGroup", text.settingSize(group, growth.to, from: growth.from, max: growth.max), status, at: out.now)
    out.note(
      Fact("fact.ca.grows", ("group", .string(group)), ("from", .integer(growth.from)), ("to", .integer(growth.to)))
    )
    call(.setSize(group: group, growth.to), .grow, &out)
  }

  private mutating func tell(_ reason: String, _ message: String, _ object: Object?, at now: Time) {
    tell("Normal", reason, message, object, at: now)
  }

  /// The cloud has agreed, or not.
  mutating func grown(_ outcome: CloudReply.Outcome, at now: Time) {
    guard let growth else { return }
    self.growth = nil
    let group = growth.option.group
    guard let place = groups.firstIndex(where: { $0.name == group }) else { return }
    if case .failed(let why) = outcome {
      groups[place].backoffEnds = now + ClusterAutoscaler.backoff
      tell("Warning", "FailedToScaleUpGroup", text.scaleUpFailed(group, why), status, at: now)
      return
    }
    groups[place].target = growth.to
    lastScaleUp = now
    cooldown = max(cooldown, now + ClusterAutoscaler.unneededTime)
    if version == .now {
      tell("ScaledUpGroup", text.sizeSet(group, growth.to, from: growth.from, max: growth.max), status, at: now)
    }
    let message = text.triggeredScaleUp(group, growth.to, from: growth.from, max: growth.max)
    for key in growth.option.pods {
      if let object = core[key] { tell("TriggeredScaleUp", message, object, at: now) }
    }
  }

  /// Counts how long machines are no nodes; those that take too long are given back, and their group rests.
  mutating func watchMachines(_ out: inout KubeOutbox) {
    var here: Table<String, Bool> = [:]
    for group in groups {
      for machine in machines[group.name] ?? [] {
        here[machine] = true
        let node = core[ObjectKey(.node, "", machine)]?.node
        if node?.status[condition: "Ready"]?.status == "True" {
          missing[machine] = nil
          continue
        }
        // A node that was ready before is somebody else's concern.
        if node != nil, missing[machine] == nil { continue }
        let since = missing[machine] ?? lastScaleUp ?? out.now
        missing[machine] = since
        if node == nil, out.now - since > ClusterAutoscaler.provisionTime { discard(machine, group.name, since, &out) }
      }
    }
    for machine in missing.keys where here[machine] == nil { missing[machine] = nil }
  }

  private mutating func discard(_ machine: String, _ group: String, _ since: Time, _ out: inout KubeOutbox) {
    if asked.values.contains(.discard(machine)) { return }
    tell("Warning", "ScaleUpTimedOut", text.scaleUpTimedOut(group, after: out.now - since), status, at: out.now)
    tell("DeleteUnregistered", text.removingUnregistered(machine), status, at: out.now)
    for index in groups.indices where groups[index].name == group {
      groups[index].backoffEnds = out.now + ClusterAutoscaler.backoff
    }
    out.note(Fact("fact.ca.not-registered", ("machine", .string(machine))))
    call(.terminate(machine: machine), .discard(machine), &out)
  }

  mutating func discarded(_ machine: String, at now: Time) { missing[machine] = nil }
}
