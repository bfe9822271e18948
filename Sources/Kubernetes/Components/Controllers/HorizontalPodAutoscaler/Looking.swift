import Clockwork

/// One look, request by request: the target's scale, the metrics, the new scale, the status.
extension HorizontalPodAutoscalerController {
  /// What a request was for.
  private enum Tag {
    static let scale = "scale"
    static let metrics = "metrics"
    static let rescale = ""
    static let report = "report"
  }

  mutating func begin(_ key: ObjectKey, _ out: inout KubeOutbox) {
    due.removeValue(for: key)
    guard let object = core[key], let autoscaler = object.as(HorizontalPodAutoscaler.self) else {
      memory.removeValue(for: key)
      out.note(Fact("fact.hpa.gone", ("hpa", .string(key.text))))
      core.conclude(key)
      return
    }
    let reference = autoscaler.spec.scaleTargetRef
    guard let kind = AutoscalerRound.kind(of: reference) else {
      let group = reference.group.isEmpty ? "" : " in group \"\(reference.group)\""
      let target = ObjectKey(.horizontalPodAutoscaler, key.namespace, reference.name)
      var round = AutoscalerRound(autoscaler, target: target, version)
      round.failScale("no matches for kind \"\(reference.kind)\"\(group)", at: out.now)
      for fact in round.facts { out.note(fact) }
      report(round, key, at: out.now)
      return
    }
    let target = ObjectKey(kind, key.namespace, reference.name)
    rounds[key] = AutoscalerRound(autoscaler, target: target, version)
    var request = Request(id: 0, user: "", verb: .get, key: target)
    request.subresource = "scale"
    var write = ControllerCore.Write(.read, .object(target), request)
    write.tag = Tag.scale
    core.plan([write], for: key, at: out.now)
  }

  /// Goes on with the look that an answer belongs to.
  mutating func settle(_ answer: ControllerCore.Answer, at now: Time) {
    let key = answer.item
    guard var round = rounds[key] else {
      core.conclude(key)
      return
    }
    // Nobody answered: there is nothing to say, and nobody to say it to.
    if answer.response.code == 0 {
      end(key, at: now)
      return
    }
    switch answer.write.tag {
    case Tag.scale: settleScale(&round, key, answer.response, at: now)
    case Tag.metrics: settleMetrics(&round, key, answer.response, at: now)
    case Tag.report:
      if !answer.isSuccess {
        record(
          [AutoscalerRound.Note(type: "Warning", reason: "FailedUpdateStatus", message: answer.response.message)],
          key,
          at: now
        )
      }
      end(key, at: now)
    default:
      if answer.isSuccess {
        if let behavior = round.spec.behavior {
          var history = memory[key] ?? ScalingHistory()
          history.change(from: round.current, to: round.desired, behavior: behavior, at: now)
          memory[key] = history
        }
        round.finishScale(at: now)
      } else {
        round.failRescale(answer.response.message, at: now)
      }
      report(round, key, at: now)
    }
  }

  private mutating func settleScale(
    _ round: inout AutoscalerRound,
    _ key: ObjectKey,
    _ response: Response,
    at now: Time
  ) {
    guard response.isSuccess, let object = response.object, let scale = AutoscalerRound.Scale(object) else {
      round.failScale(HorizontalPodAutoscalerController.error(response, round.target), at: now)
      report(round, key, at: now)
      return
    }
    round.scale = scale
    rounds[key] = round
    if !round.needsMetrics {
      rounds[key]?.isReady = true
      return
    }
    var writes: [ControllerCore.Write] = []
    for metric in round.spec.metrics where metric.usage != nil {
      var request = Request(id: 0, user: "", verb: .list, key: ObjectKey(.podMetrics, key.namespace, ""))
      request.labels = scale.selector
      var write = ControllerCore.Write(.read, .named("pods.metrics.k8s.io"), request)
      write.tag = Tag.metrics
      write.batch = Int64(writes.count)
      writes.append(write)
    }
    rounds[key]?.waitsFor = writes.count
    rounds[key]?.isReady = writes.isEmpty
    if !writes.isEmpty { core.plan(writes, for: key, at: now) }
  }

  private mutating func settleMetrics(
    _ round: inout AutoscalerRound,
    _ key: ObjectKey,
    _ response: Response,
    at now: Time
  ) {
    if response.isSuccess {
      round.answers.append(.pods(response.objects))
    } else {
      round.answers.append(.failed(HorizontalPodAutoscalerController.error(response)))
    }
    round.waitsFor -= 1
    round.isReady = round.waitsFor == 0
    rounds[key] = round
  }

  /// Writes what was found into the autoscaler's status, where it is not there yet.
  mutating func report(_ round: AutoscalerRound, _ key: ObjectKey, at now: Time) {
    var round = round
    record(round.notes, key, at: now)
    round.notes = []
    rounds[key] = round
    guard round.hasNews else {
      end(key, at: now)
      return
    }
    var request = Request(id: 0, user: "", verb: .update, key: key)
    request.subresource = "status"
    request.body = .object(Object(round.object))
    var write = ControllerCore.Write(.report, .object(key), request)
    write.tag = Tag.report
    write.facts = round.facts
    core.plan([write], for: key, at: now)
  }

  private mutating func end(_ key: ObjectKey, at now: Time) {
    rounds.removeValue(for: key)
    core.conclude(key)
    wait(for: key, from: now)
  }

  private mutating func record(_ notes: [AutoscalerRound.Note], _ key: ObjectKey, at now: Time) {
    guard let object = core[key] else { return }
    var about = ObjectReference(to: object)
    if version == .then { about.apiVersion = "autoscaling/v2beta2" }
    for note in notes {
      core.recorder.record(EventRecorder.Note(note.type, note.reason, note.message, about: about), at: now)
    }
  }

  // MARK: Errors as the client library words them

  private static func error(_ response: Response, _ target: ObjectKey) -> String {
    if response.code != 404 { return response.message }
    let group = target.kind.group.isEmpty ? "" : ".\(target.kind.group)"
    return "\(target.kind.plural)/scale\(group) \"\(target.name)\" not found"
  }

  /// The metrics API itself is not there, or nobody stands behind it.
  private static func error(_ response: Response) -> String {
    let place = "(get pods.metrics.k8s.io)"
    switch response.code {
    case 404: return "the server could not find the requested resource \(place)"
    case 503: return "the server is currently unable to handle the request \(place)"
    default: return response.message
    }
  }
}

extension AutoscalerRound.Scale {
  /// What the scale subresource shows of an object; nothing where an object has no replicas.
  fileprivate init?(_ object: Object) {
    let tree = object.value
    guard let replicas = tree["spec"]?["replicas"]?.integer else { return nil }
    self.replicas = replicas
    selector = nil
    if case .success(let parsed) = LabelSelector.read(tree["spec"]?["selector"]) { selector = parsed }
  }
}
