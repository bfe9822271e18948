import Clockwork

/// Something the scheduler has to tell kube-apiserver; several may be under way, as in the real one's goroutines.
struct Errand: Sendable {
  enum Purpose: Sendable {
    /// The decision, with the log line for when it has been accepted.
    case bind(node: String, line: String)
    /// The binding was accepted: log it and make the Event.
    case bound(node: String, line: String)
    /// The binding was refused: give the assumption up.
    case rejected(message: String, isFinal: Bool)
    case event(SchedulerEvents.Sending)
    /// The condition PodScheduled, and the node that is being cleared, if one is.
    case condition(reason: String, message: String, nominated: String)
    /// A victim is told why it must go, for the sake of another Pod.
    case mark(for: ObjectKey)
    /// A victim is deleted.
    case evict(for: ObjectKey)
    /// A victim has been dealt with.
    case evicted(for: ObjectKey, wasThere: Bool)
  }

  var purpose: Purpose
  var pod: Object
  var due: Time = -.never / 2
  var tries: Int = 0

  init(_ purpose: Purpose, _ pod: Object) {
    self.purpose = purpose
    self.pod = pod
  }

  var verb: Verb {
    switch purpose {
    case .bind: .bind
    case .condition, .mark: .report
    case .evict: .preempt
    case .bound, .rejected, .event, .evicted: .record
    }
  }
}

extension KubeScheduler {
  /// How long to wait, and how often to try, when an Event cannot be delivered (client-go/tools/events).
  private static let eventRetry: Time = 10_000
  private static let eventTries = 12

  mutating func run(_ verb: Verb, _ key: ObjectKey, _ out: inout KubeOutbox) {
    let place = errands.firstIndex { $0.verb == verb && $0.pod.key == key && $0.due <= out.now }
    guard let place else { return }
    let errand = errands.remove(at: place)
    switch errand.purpose {
    case .bind(let node, _):
      var request = client.request(.create, key)
      request.subresource = "binding"
      request.body = .bind(node: node)
      send(request, errand, &out)
    case .bound(let node, let line):
      log(line, file: version == .then ? "scheduler.go" : "schedule_one.go", isStep: false, &out)
      let text = "Successfully assigned \(key.qualifiedName) to \(node)"
      record(errand, reason: "Scheduled", message: text, &out)
    case .rejected(let message, let isFinal): reject(errand, message, isFinal, &out)
    case .event(let sending): deliver(sending, errand, &out)
    case .condition(let reason, let message, let nominated):
      report(condition(errand, reason, message, nominated, at: out.now), errand, &out)
    case .mark(let key): report(mark(errand, for: key, at: out.now), errand, &out)
    case .evict:
      var request = client.request(.delete, key)
      request.body = .delete(Deletion())
      send(request, errand, &out)
    case .evicted(let preemptor, let wasThere): evicted(errand, for: preemptor, wasThere: wasThere, &out)
    }
  }

  private func condition(
    _ errand: Errand,
    _ reason: String,
    _ message: String,
    _ nominated: String,
    at now: Time
  ) -> PodStatus {
    var status = PodStatus()
    var condition = PodCondition(type: "PodScheduled", status: "False", reason: reason, message: message)
    condition.lastTransitionTime = Timestamp(now)
    if let before = errand.pod.pod?.status[condition: "PodScheduled"], before.status == "False" {
      condition.lastTransitionTime = before.lastTransitionTime
    }
    if version == .now { condition.observedGeneration = errand.pod.metadata.generation }
    status.conditions = [condition]
    status.nominatedNodeName = nominated
    return status
  }

  private mutating func report(_ status: PodStatus, _ errand: Errand, _ out: inout KubeOutbox) {
    var request = client.request(.patch, errand.pod.key)
    request.subresource = "status"
    request.body = .status(status)
    send(request, errand, &out)
  }

  private mutating func send(_ request: Request, _ errand: Errand, _ out: inout KubeOutbox) {
    asked[request.id] = errand
    out.send(.request(request), to: client.apiserver)
  }

  /// The binding failed: the node is free again, and the Pod waits unless it is gone or has a node.
  private mutating func reject(_ errand: Errand, _ message: String, _ isFinal: Bool, _ out: inout KubeOutbox) {
    let key = errand.pod.key
    let left = cache.forget(key)
    out.note(Fact("fact.scheduler.forgotten", ("message", .string(message))))
    let head = version == .then ? "Binding rejected" : "binding rejected"
    let text = "\(head): running Bind plugin \"DefaultBinder\": \(message)"
    if isFinal {
      queue.remove(key)
      // The watch may have told meanwhile where the Pod really is.
      if let pod = client.informers[1][key]?.pod, !pod.spec.nodeName.isEmpty {
        cache.confirm(pod, version, asksAnew: true)
      }
    } else {
      if let object = client.informers[1][key], let pod = object.pod {
        queue.update(object, pod, moves: false, atOnce: false, at: out.now)
      }
      queue.putBack(key, reason: text, isError: version == .now, at: out.now)
      errands.append(Errand(.condition(reason: "SchedulerError", message: text, nominated: ""), errand.pod))
    }
    if version == .now, let left { podLeft(left, at: out.now) }
    record(errand, reason: "FailedScheduling", message: text, &out)
  }

  private mutating func record(_ errand: Errand, reason: String, message: String, _ out: inout KubeOutbox) {
    let saying = SchedulerEvents.Saying(reason: reason, message: message)
    guard let sending = events.make(errand.pod, saying, at: out.now) else { return }
    deliver(sending, errand, &out)
  }

  private mutating func deliver(_ sending: SchedulerEvents.Sending, _ errand: Errand, _ out: inout KubeOutbox) {
    var sent = errand
    sent.purpose = .event(sending)
    switch sending {
    case .create(let object):
      var request = client.request(.create, object.key)
      request.body = .object(object)
      send(request, sent, &out)
    case .patch(let key, let value):
      var request = client.request(.patch, key)
      request.body = .patch(.strategic, value)
      send(request, sent, &out)
    }
  }

  // MARK: Answers

  mutating func answered(_ response: Response, at now: Time) {
    guard var errand = asked.removeValue(for: response.id) else { return }
    switch errand.purpose {
    case .bind(let node, let line):
      if response.isSuccess {
        queue.remove(errand.pod.key)
        errand.purpose = .bound(node: node, line: line)
      } else {
        let isFinal = response.code == 404 || response.code == 409
        errand.purpose = .rejected(message: response.message, isFinal: isFinal)
      }
    case .mark(let key): errand.purpose = response.isSuccess ? .evict(for: key) : .evicted(for: key, wasThere: false)
    case .evict(let key): errand.purpose = .evicted(for: key, wasThere: response.isSuccess)
    default: return
    }
    errands.append(errand)
  }

  /// Nobody answers any more: what matters is tried again, a condition is not.
  mutating func lost(_ id: Int64, at now: Time) {
    guard var errand = asked.removeValue(for: id) else { return }
    switch errand.purpose {
    case .bind:
      let url = "https://\(server)/api/v1/namespaces/\(errand.pod.namespace)/pods/\(errand.pod.name)/binding"
      let text = "Post \"\(url)\": dial tcp \(server): connect: connection refused"
      errand.purpose = .rejected(message: text, isFinal: false)
      errands.append(errand)
    case .event:
      errand.tries += 1
      errand.due = now + KubeScheduler.eventRetry
      if errand.tries < KubeScheduler.eventTries { errands.append(errand) }
    case .mark(let key), .evict(let key):
      errand.purpose = .evicted(for: key, wasThere: false)
      errands.append(errand)
    default: break
    }
  }
}
