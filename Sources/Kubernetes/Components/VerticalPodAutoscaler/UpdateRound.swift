import Clockwork

/// One look of the updater at the Pods of one autoscaler: which of them are changed, and how.
struct UpdateRound {
  enum Deed: Sendable {
    case evict(Pod)
    /// "Now": the Pod keeps running, with other requests.
    case resize(Pod)
  }

  private let autoscaler: VerticalPodAutoscaler
  private let pods: [Pod]
  private let targets: VerticalTargets
  private let now: Time
  private var budgets: Table<String, EvictionBudget> = [:]
  private(set) var deeds: [Deed] = []
  private(set) var facts: [Fact] = []

  /// How long a kubelet may put a change off, or be at it, before the Pod is evicted after all.
  private static let deferredLimit: Time = 300_000
  private static let progressLimit: Time = 3_600_000

  init(_ autoscaler: VerticalPodAutoscaler, _ pods: [Pod], _ targets: VerticalTargets, at now: Time) {
    self.autoscaler = autoscaler
    self.pods = pods
    self.targets = targets
    self.now = now
  }

  mutating func decide(resizedAt: inout Table<ObjectKey, Time>) {
    guard let recommendation = autoscaler.status.recommendation else {
      facts.append(Fact("fact.vpa.nothing-recommended"))
      return
    }
    countGroups()
    var due: [(pod: Pod, priority: UpdatePriority)] = []
    for pod in pods {
      let priority = UpdatePriority(pod, UpdateRound.counted(recommendation, autoscaler))
      // A Pod that is being resized says the new amounts already; whether it gets them is looked after all the same.
      let isResizing = autoscaler.mode == .inPlaceOrRecreate && PodResize.isUnderWay(pod)
      if isResizing || priority.isDue(pod, at: now) { due.append((pod, priority)) }
    }
    // Equal ones stay in the order in which they were first seen.
    var sorted: [(pod: Pod, priority: UpdatePriority)] = []
    for one in due {
      let place = sorted.firstIndex { one.priority.precedes($0.priority) } ?? sorted.count
      sorted.insert(one, at: place)
    }
    facts.append(Fact("fact.vpa.weighed", ("pods", .integer(Int64(pods.count))), ("due", .integer(Int64(due.count)))))
    for one in sorted { treat(one.pod, &resizedAt) }
  }

  /// Containers that the policy leaves alone do not count.
  private static func counted(
    _ recommendation: RecommendedPodResources,
    _ autoscaler: VerticalPodAutoscaler
  ) -> RecommendedPodResources {
    var out = recommendation
    out.containerRecommendations.removeAll { autoscaler.policy(of: $0.containerName)?.mode == "Off" }
    return out
  }

  private mutating func countGroups() {
    let least = autoscaler.spec.updatePolicy?.minReplicas ?? VPAUpdater.leastReplicas
    var groups: Table<String, [Pod]> = [:]
    for pod in pods {
      if let owner = pod.metadata.controller { groups.update(owner.uid, default: []) { $0.append(pod) } }
    }
    groups.forEach { uid, members in
      guard Int64(members.count) >= least else {
        facts.append(
          Fact("fact.vpa.too-few", ("pods", .integer(Int64(members.count))), ("least", .integer(least)))
        )
        return
      }
      guard let owner = members[0].metadata.controller else { return }
      let wanted = targets.replicas(of: owner, in: members[0].metadata.namespace) ?? Int64(members.count)
      let running = members.filter { $0.status.phase != PodPhase.pending.rawValue }
      budgets[uid] = EvictionBudget(configured: wanted, running: Int64(running.count))
    }
  }

  private mutating func treat(_ pod: Pod, _ resizedAt: inout Table<ObjectKey, Time>) {
    guard let uid = pod.metadata.controller?.uid, let budget = budgets[uid] else { return }
    let isPending = pod.status.phase == PodPhase.pending.rawValue
    if autoscaler.mode == .inPlaceOrRecreate {
      if isPending { return }
      if PodResize.isUnderWay(pod) {
        guard budget.allowsOne, hasFailed(pod, since: resizedAt[pod.key] ?? now) else { return }
        budgets[uid]?.spend()
        deeds.append(.evict(pod))
      } else if budget.allowsOne {
        budgets[uid]?.spend()
        resizedAt[pod.key] = now
        deeds.append(.resize(pod))
      }
      return
    }
    if isPending {
      deeds.append(.evict(pod))
    } else if budget.allowsOne {
      budgets[uid]?.spend()
      deeds.append(.evict(pod))
    }
  }

  /// Whether a change in place is hopeless, or has taken too long.
  private func hasFailed(_ pod: Pod, since start: Time) -> Bool {
    if let pending = pod.status[condition: PodResize.pending] {
      return pending.reason == PodResize.deferred ? now - start > UpdateRound.deferredLimit : true
    }
    guard let progress = pod.status[condition: PodResize.inProgress] else { return false }
    return progress.reason.isEmpty ? now - start > UpdateRound.progressLimit : true
  }
}

/// The conditions of a Pod whose containers are to get other amounts while it runs.
enum PodResize {
  static let pending = "PodResizePending"
  static let inProgress = "PodResizeInProgress"
  static let deferred = "Deferred"
  static let infeasible = "Infeasible"

  static func isUnderWay(_ pod: Pod) -> Bool {
    pod.status[condition: pending]?.status == "True" || pod.status[condition: inProgress]?.status == "True"
  }
}
