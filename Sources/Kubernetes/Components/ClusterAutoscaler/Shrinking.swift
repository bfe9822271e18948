import Clockwork

/// The two taints of a node that may go: one that is only a wish, and one that keeps new Pods away.
enum RemovalTaint {
  static let soft = "DeletionCandidateOfClusterAutoscaler"
  static let final = "ToBeDeletedByClusterAutoscaler"

  static func made(_ key: String, at now: Time) -> Taint {
    let effect = key == soft ? "PreferNoSchedule" : "NoSchedule"
    return Taint(key: key, value: "\(Calendar.epoch + now / 1000)", effect: effect)
  }
}

/// Fewer nodes: what is not needed for ten minutes is tainted, emptied and given back.
extension ClusterAutoscaler {
  /// A node on its way out.
  struct Removal: Sendable {
    enum Stage: Equatable, Sendable {
      case decided
      case tainting
      case evicting
      /// Everything was asked for; Pods may still be saying goodbye.
      case waiting
      case releasing
    }

    var node: String
    /// The Pods that have to leave.
    var pods: [ObjectKey]
    var stage = Stage.decided
    var begunAt: Time
    /// Pods that a budget has kept so far.
    var refused: [ObjectKey] = []
    var retryAt: Time = 0

    var isEmpty: Bool { pods.isEmpty }
    var key: ObjectKey { ObjectKey(.node, "", node) }
  }

  /// How long budgets are asked again, and how often; and how long Pods have to end.
  private static let evictionTime: Time = 120_000
  private static let evictionPause: Time = 10_000
  private static let graceTime: Time = 600_000
  /// After a failure nothing is given back for a while.
  private static let failurePause: Time = 180_000

  // MARK: Looking

  mutating func lookForIdle(_ pods: [Pod], hasPending: Bool, _ out: inout KubeOutbox) {
    let plan = idlePlan(pods)
    for name in unneeded.keys where !plan.unneeded.contains(name) { unneeded[name] = nil }
    for name in plan.unneeded where unneeded[name] == nil { unneeded[name] = out.now }
    note(plan, &out)
    if removal != nil || hasPending || out.now < cooldown { return }
    let due = plan.unneeded.filter { name in
      unneeded[name].map { out.now >= $0 + ClusterAutoscaler.unneededTime } ?? false
    }
    if let node = due.first(where: { leaving($0, pods).isEmpty }) ?? due.first {
      removal = Removal(node: node, pods: leaving(node, pods), begunAt: out.now)
    } else {
      taintSoftly(plan.unneeded, at: out.now)
    }
  }

  private func idlePlan(_ pods: [Pod]) -> ScaleDownPlan {
    var candidates: [(group: ScalingGroup, nodes: [Node])] = []
    for group in groups {
      let names = machines[group.name] ?? []
      let nodes = core.informer(.node).objects.compactMap { $0.node }.filter {
        names.contains($0.metadata.name) && $0.metadata.name != removal?.node
      }
      candidates.append((group, nodes))
    }
    let budgets = core.informer(.podDisruptionBudget).objects
    return ScaleDownPlan(candidates, pods: pods, budgets: budgets, snapshot(pods, withUpcoming: false))
  }

  private func note(_ plan: ScaleDownPlan, _ out: inout KubeOutbox) {
    for name in plan.unneeded {
      let seconds = (out.now - (unneeded[name] ?? out.now)) / 1000
      out.note(Fact("fact.ca.unneeded", ("node", .string(name)), ("seconds", .integer(seconds))))
    }
    plan.hindrances.forEach { name, hindrance in
      out.note(
        Fact(
          "fact.ca.kept.\(hindrance.reason)",
          ("node", .string(name)),
          ("pod", .string(hindrance.pod)),
          ("percent", .integer(hindrance.percent))
        )
      )
    }
  }

  /// The Pods that have to leave before their node can.
  private func leaving(_ node: String, _ pods: [Pod]) -> [ObjectKey] {
    pods.filter { $0.spec.nodeName == node && !$0.hasEnded && !ScaleDownPlan.staysWithNode($0) }.map { $0.key }
  }

  /// Nodes that are not needed say so in a taint that is only a wish; those that are needed again lose it.
  private mutating func taintSoftly(_ unneeded: [String], at now: Time) {
    for object in core.informer(.node).objects where !core.isBusy(with: object.key) {
      guard let taints = object.node?.spec.taints, machines.values.contains(where: { $0.contains(object.name) }) else {
        continue
      }
      let has = taints.contains { $0.key == RemovalTaint.soft }
      if has == unneeded.contains(object.name) { continue }
      let rest = taints.filter { $0.key != RemovalTaint.soft }
      let wanted = has ? rest : rest + [RemovalTaint.made(RemovalTaint.soft, at: now)]
      core.plan([NodeTaints.write(object, wanted, .mark)], for: object.key, at: now)
    }
  }

  // MARK: Doing

  func offerRemoval(_ offers: inout KubeOffers) {
    guard let removal else { return }
    let node = Kube.Subject.object(removal.key)
    switch removal.stage {
    case .decided: offers.add(.shrink, node, when: !core.isBusy(with: removal.key), else: .answerOutstanding)
    case .evicting where !removal.refused.isEmpty && !core.isBusy(with: removal.key):
      offers.add(.retry, node, due: removal.retryAt)
    case .waiting:
      let isClear = removal.pods.allSatisfy { core[$0]?.pod?.spec.nodeName != removal.node }
      let due = isClear ? 0 : removal.begunAt + ClusterAutoscaler.graceTime
      offers.add(.release, node, due: due)
    default: break
    }
  }

  mutating func performRemoval(_ action: KubeAction, _ out: inout KubeOutbox) -> Bool {
    guard let removal, action.subject.key == removal.key else { return false }
    switch action.verb {
    case .shrink: shrink(removal, &out)
    case .retry: evict(removal.refused, at: out.now)
    case .release:
      self.removal?.stage = .releasing
      call(.terminate(machine: removal.node), .release(removal.node), &out)
    default: return false
    }
    return true
  }

  /// First the taint, so that nothing new comes.
  private mutating func shrink(_ removal: Removal, _ out: inout KubeOutbox) {
    guard let object = core[removal.key], let node = object.node else {
      self.removal = nil
      return
    }
    self.removal?.stage = .tainting
    let percent = snapshot(core.informer(.pod).objects.compactMap { $0.pod }, withUpcoming: false)[removal.node]
      .map { ScaleDownPlan.percent($0) }
    out.note(
      Fact(
        "fact.ca.shrinks",
        ("node", .string(removal.node)),
        ("percent", .integer(percent ?? 0)),
        ("pods", .integer(Int64(removal.pods.count)))
      )
    )
    let taints = node.spec.taints + [RemovalTaint.made(RemovalTaint.final, at: out.now)]
    core.plan([NodeTaints.write(object, taints, .mark)], for: removal.key, at: out.now)
  }

  private mutating func evict(_ pods: [ObjectKey], at now: Time) {
    guard let removal else { return }
    self.removal?.stage = .evicting
    self.removal?.refused = []
    var writes: [ControllerCore.Write] = []
    for key in pods where core[key] != nil {
      var request = Request(id: 0, user: "", verb: .create, key: key)
      request.subresource = "eviction"
      request.body = .delete(Deletion())
      writes.append(ControllerCore.Write(.evict, .object(key), request))
    }
    if writes.isEmpty {
      self.removal?.stage = .waiting
    } else {
      core.plan(writes, for: removal.key, at: now)
    }
  }

  /// The answer to a taint or an eviction.
  mutating func settle(_ answer: ControllerCore.Answer, at now: Time) {
    defer { core.proceed(answer.item, at: now) }
    guard let removal, answer.item == removal.key else { return }
    if answer.write.verb == .mark, removal.stage == .tainting {
      guard answer.isSuccess else {
        self.removal = nil
        return
      }
      tell("Normal", "ScaleDown", text.markedForRemoval, core[removal.key], at: now)
      core.proceed(answer.item, at: now)
      evict(removal.pods, at: now)
      return
    }
    guard answer.write.verb == .evict else { return }
    let pod = answer.write.request.key
    if answer.isSuccess {
      tell("Normal", "ScaleDown", text.deletingForScaleDown, core[pod], at: now)
    } else if answer.response.code != 404 {
      self.removal?.refused.append(pod)
    }
    guard core.isLast(of: removal.key) else { return }
    if self.removal?.refused.isEmpty ?? true {
      self.removal?.stage = .waiting
    } else if now >= removal.begunAt + ClusterAutoscaler.evictionTime {
      abandon(removal, at: now)
    } else {
      self.removal?.retryAt = now + ClusterAutoscaler.evictionPause
    }
  }

  /// A budget has not given way: the node stays, and may take Pods again.
  private mutating func abandon(_ removal: Removal, at now: Time) {
    self.removal = nil
    unneeded[removal.node] = nil
    cooldown = max(cooldown, now + ClusterAutoscaler.failurePause)
    guard let object = core[removal.key], let node = object.node else { return }
    tell("Warning", "ScaleDownFailed", text.drainFailed, object, at: now)
    let taints = node.spec.taints.filter { $0.key != RemovalTaint.final && $0.key != RemovalTaint.soft }
    core.plan([NodeTaints.write(object, taints, .mark)], for: removal.key, at: now)
  }

  /// The machine is gone; its Node is left to others.
  mutating func released(_ node: String, _ outcome: CloudReply.Outcome, at now: Time) {
    guard let removal, removal.node == node else { return }
    self.removal = nil
    unneeded[node] = nil
    let object = core[removal.key]
    if case .failed = outcome {
      tell("Warning", "ScaleDownFailed", text.drainFailed, object, at: now)
      return
    }
    for index in groups.indices where machines[groups[index].name]?.contains(node) == true {
      groups[index].target -= 1
      machines[groups[index].name]?.removeAll { $0 == node }
    }
    if let object { tell("Normal", "ScaleDown", text.removedByAutoscaler, object, at: now) }
    let (reason, message) =
      removal.isEmpty
      ? ("ScaleDownEmpty", text.removedEmpty(node)) : ("ScaleDown", text.removedWithDrain(node))
    tell("Normal", reason, message, status, at: now)
  }
}

extension Verb {
  fileprivate static let mark: Verb = "mark"
  fileprivate static let shrink: Verb = "shrink"
  fileprivate static let retry: Verb = "retry"
  fileprivate static let release: Verb = "release"
}

extension Obstacle {
  fileprivate static var answerOutstanding: Obstacle { Obstacle("obstacle.controller.waits-for-answer") }
}
