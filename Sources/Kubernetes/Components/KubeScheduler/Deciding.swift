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
    var cycle = SchedulingCycle(profile)
    let choice = cycle.run(entry.demand, cache, &memo, start: &start, random: &random)
    tell(cycle.findings, &out)
    guard let choice else {
      let message = SchedulingFailure.message(
        cycle.rejections,
        version,
        neverPreempts: pod.spec.preemptionPolicy == "Never"
      )
      let line = "\"Unable to schedule pod; no fit; waiting\" \(quoted) err=\"\(message)\""
      log(line, file: version == .then ? "factory.go" : "schedule_one.go", isStep: false, &out)
      out.note(Fact("fact.scheduler.no-node", ("nodes", .integer(Int64(cache.count))), ("message", .string(message))))
      fail(entry.object, reason: "Unschedulable", message: message, at: out.now)
      return
    }
    cache.assume(key, entry.demand, on: choice.node)
    var fact = Fact("fact.scheduler.chosen", ("node", .string(choice.node)), ("equals", .integer(Int64(choice.equals))))
    if let score = choice.score { fact.arguments.append(Value.Entry("score", .integer(score))) }
    out.note(fact)
    let result = "node=\"\(choice.node)\" evaluatedNodes=\(cycle.evaluated) feasibleNodes=\(cycle.feasible)"
    let line = "\"Successfully bound pod to node\" \(quoted) \(result)"
    errands.append(Errand(.bind(node: choice.node, line: line), entry.object))
  }

  /// A Pod that got no node: back to the queue, an Event, and a condition unless it says so already.
  mutating func fail(_ object: Object, reason: String, message: String, at now: Time) {
    queue.putBack(object.key, reason: message, isError: reason != "Unschedulable", at: now)
    if let sending = events.make(object, reason: "FailedScheduling", message: message, at: now) {
      errands.append(Errand(.event(sending), object))
    }
    let known = object.pod?.status[condition: "PodScheduled"]
    if let known, known.status == "False", known.reason == reason, known.message == message { return }
    errands.append(Errand(.condition(reason: reason, message: message), object))
  }

  private func tell(_ findings: [SchedulingCycle.Finding], _ out: inout KubeOutbox) {
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
