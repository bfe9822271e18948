import Clockwork

/// Pods that are being deleted so that another one can have their node.
///
/// Then one after the other, within the scheduling cycle: nothing else is scheduled meanwhile, and the failure of the
/// Pod is told afterwards. Now beside the cycle: all but the last at once, then the last, and the Pod itself is not
/// tried again before that.
struct Eviction: Sendable {
  /// The Pod that the others make room for.
  let preemptor: Object
  let node: String
  /// Victims that nothing has been asked for yet.
  var waiting: [ObjectKey]
  /// Victims under way.
  var open: Int = 0
  /// What is told when all are gone.
  var failure: KubeScheduler.Failure?
}

extension KubeScheduler {
  mutating func preempt(_ candidate: Preemption.Candidate, _ failure: Failure, _ out: inout KubeOutbox) {
    let key = failure.object.key
    var failure = failure
    failure.nominated = candidate.node
    let names = candidate.victims.map { $0.key.text }.joined(separator: ", ")
    let count = Value.integer(Int64(candidate.victims.count))
    out.note(
      Fact("fact.scheduler.preempts", ("node", .string(candidate.node)), ("count", count), ("victims", .string(names)))
    )
    var eviction = Eviction(
      preemptor: failure.object,
      node: candidate.node,
      waiting: candidate.victims.map { $0.key },
      failure: nil
    )
    switch version {
    case .then: eviction.failure = failure
    case .now:
      fail(failure, &out)
      queue.gate(key)
    }
    evictions[key] = eviction
    goOn(key, &out)
  }

  /// Asks for the next victims, or ends the eviction.
  mutating func goOn(_ key: ObjectKey, _ out: inout KubeOutbox) {
    guard var eviction = evictions[key], eviction.open == 0 else { return }
    if eviction.waiting.isEmpty {
      evictions.removeValue(for: key)
      if let failure = eviction.failure { fail(failure, &out) }
      queue.open(key, at: out.now)
      return
    }
    let next = version == .then ? 1 : max(1, eviction.waiting.count - 1)
    for _ in 0..<next {
      let victim = eviction.waiting.removeFirst()
      guard let object = client.informers[1][victim] else { continue }
      errands.append(Errand(version == .then ? .evict(for: key) : .mark(for: key), object))
      eviction.open += 1
    }
    evictions[key] = eviction
    if eviction.open == 0 { goOn(key, &out) }
  }

  /// Whether the loop stands still because it evicts.
  var isEvicting: Bool { version == .then && !evictions.isEmpty }

  /// `now` a victim first gets a condition that says why it must go.
  func mark(_ errand: Errand, for key: ObjectKey, at now: Time) -> PodStatus {
    var status = PodStatus()
    status.conditions = errand.pod.pod?.status.conditions ?? []
    let scheduler = evictions[key]?.preemptor.pod?.spec.schedulerName ?? SchedulerProfile.defaultName
    var condition = PodCondition(type: "DisruptionTarget", status: "True", reason: "PreemptionByScheduler")
    condition.message = "\(scheduler): preempting to accommodate a higher priority pod"
    condition.lastTransitionTime = Timestamp(now)
    condition.observedGeneration = errand.pod.metadata.generation
    status[condition: condition.type] = condition
    return status
  }

  /// A victim has been deleted, or was gone already: its Event, and then the next one.
  mutating func evicted(_ errand: Errand, for key: ObjectKey, wasThere: Bool, _ out: inout KubeOutbox) {
    guard var eviction = evictions[key] else { return }
    eviction.open -= 1
    evictions[key] = eviction
    if wasThere {
      let who = version == .then ? key.qualifiedName : "pod \(eviction.preemptor.uid)"
      var event = SchedulerEvents.Saying(reason: "Preempted", message: "Preempted by \(who) on node \(eviction.node)")
      event.related = eviction.preemptor
      if let sending = events.make(errand.pod, event, at: out.now) {
        errands.append(Errand(.event(sending), errand.pod))
      }
    }
    goOn(key, &out)
  }
}
