import Clockwork

// The scheduling cycle around its pure part: log, assume, or say why nothing fits.
extension KubeScheduler {
  mutating func schedule(_ key: ObjectKey, _ out: inout KubeOutbox) {
    guard let entry = queue.take(key), let pod = entry.object.pod else { return }
    let quoted = "pod=\"\(key.qualifiedName)\""
    let attempt =
      version == .then
      ? "Attempting to schedule pod: \(key.qualifiedName)" : "\"Attempting to schedule pod\" \(quoted)"
    log(attempt, file: version == .then ? "scheduler.go" : "schedule_one.go", isStep: false, &out)
    let profile = profile(of: pod)
    var cycle = SchedulingCycle(profile, entry.info, cache, queue.nominees, defaults: defaults(of: pod))
    guard let choice = cycle.run(cache, &memo, start: &start, random: &random) else {
      tell(cycle.findings, &out)
      refuse(entry, pod, cycle, profile, &out)
      return
    }
    tell(cycle.findings, &out)
    cache.assume(entry.info, on: choice.node)
    queue.withdrawNomination(key)
    var fact = Fact("fact.scheduler.chosen", ("node", .string(choice.node)), ("equals", .integer(Int64(choice.equals))))
    if let score = choice.score { fact.arguments.append(Value.Entry("score", .integer(score))) }
    out.note(fact)
    let result = "node=\"\(choice.node)\" evaluatedNodes=\(cycle.evaluated) feasibleNodes=\(cycle.feasible)"
    let line = "\"Successfully bound pod to node\" \(quoted) \(result)"
    errands.append(Errand(.bind(node: choice.node, line: line), entry.object))
  }

  /// Nothing fits: perhaps Pods of lower priority can make room.
  private mutating func refuse(
    _ entry: SchedulingQueue.Entry,
    _ pod: Pod,
    _ cycle: SchedulingCycle,
    _ profile: SchedulerProfile,
    _ out: inout KubeOutbox
  ) {
    let rejections = cycle.rejections
    var outcome: Preemption.Outcome? = nil
    if !rejections.isEmpty {
      var preemption = Preemption(profile, entry.info, cycle.state, queue.nominees)
      for informer in client.informers where informer.kind == .podDisruptionBudget {
        preemption.budgets = informer.objects.compactMap { Preemption.Budget($0) }
      }
      outcome = preemption.run(
        cache.nodes,
        rejections,
        policy: pod.spec.preemptionPolicy,
        nominated: pod.status.nominatedNodeName,
        &random
      )
    }
    let message = SchedulingFailure.message(rejections, version, preemption: outcome)
    var plugins: [FilterPlugin] = []
    for rejection in rejections where !plugins.contains(rejection.plugin) { plugins.append(rejection.plugin) }
    let failure = Failure(object: entry.object, message: message, plugins: plugins)
    out.note(Fact("fact.scheduler.no-node", ("nodes", .integer(Int64(cache.count))), ("message", .string(message))))
    if case .found(let candidate) = outcome {
      preempt(candidate, failure, &out)
    } else {
      fail(failure, &out)
    }
  }

  /// Why a Pod got no node, for the log, the Event and the condition.
  struct Failure: Sendable {
    var object: Object
    var message: String
    var plugins: [FilterPlugin] = []
    var reason = "Unschedulable"
    /// The node that is being cleared for the Pod.
    var nominated = ""
  }

  /// A Pod that got no node: back to the queue, an Event, and a condition unless it says so already.
  mutating func fail(_ failure: Failure, _ out: inout KubeOutbox) {
    let key = failure.object.key
    let line = "\"Unable to schedule pod; no fit; waiting\" pod=\"\(key.qualifiedName)\" err=\"\(failure.message)\""
    log(line, file: version == .then ? "factory.go" : "schedule_one.go", isStep: false, &out)
    queue.putBack(key, reason: failure.message, isError: false, by: failure.plugins, at: out.now)
    if !failure.nominated.isEmpty { queue.nominate(key, for: failure.nominated) }
    let event = SchedulerEvents.Saying(reason: "FailedScheduling", message: failure.message)
    if let sending = events.make(failure.object, event, at: out.now) {
      errands.append(Errand(.event(sending), failure.object))
    }
    let status = failure.object.pod?.status
    let known = status?[condition: "PodScheduled"]
    let isNominated = failure.nominated.isEmpty || status?.nominatedNodeName == failure.nominated
    if let known, known.status == "False", known.reason == failure.reason, known.message == failure.message,
      isNominated
    {
      return
    }
    let purpose = Errand.Purpose.condition(
      reason: failure.reason,
      message: failure.message,
      nominated: failure.nominated
    )
    errands.append(Errand(purpose, failure.object))
  }

  private func tell(_ findings: [SchedulingCycle.Finding], _ out: inout KubeOutbox) {
    guard out.isTelling else { return }
    for finding in findings {
      let node = ("node", Value.string(finding.node))
      if let rejection = finding.rejection {
        let reasons = rejection.reasons.joined(separator: ", ")
        out.note(Fact("fact.scheduler.rejected", node, ("reason", .string(reasons))))
      } else if let score = finding.score {
        var fact = Fact("fact.scheduler.scored", node, ("score", .integer(score.total)))
        for part in score.parts { fact.arguments.append(Value.Entry(part.plugin, .integer(part.points))) }
        out.note(fact)
      } else {
        out.note(Fact("fact.scheduler.fits", node))
      }
    }
  }

  func log(_ line: String, file: String, isStep: Bool, _ out: inout KubeOutbox) {
    var record = Kube.Record(actor: name, verb: "queue", resource: "log")
    record.subresource = file
    record.note = line
    record.isStep = isStep
    out.record(record)
  }
}
