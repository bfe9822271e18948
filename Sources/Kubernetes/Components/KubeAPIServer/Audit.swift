import Clockwork

/// The audit log: one row for every write, as the recordings of a real cluster have it.
enum Audit {
  static func record(_ flight: Flight, _ response: Response) -> Kube.Record? {
    let request = flight.request
    guard request.isWrite, request.subresource != "exec" else { return nil }
    var record = Kube.Record(actor: request.user, verb: request.verb.rawValue, resource: request.kind.plural)
    record.subresource = request.subresource
    record.namespace = request.namespace
    record.name = response.object?.name ?? request.name
    record.code = response.code
    record.time = flight.arrived
    if request.subresource != "binding", let object = response.object, !flight.removes {
      record.resourceVersion = "\(object.resourceVersion)"
    }
    record.note = response.isSuccess ? note(flight, response) : response.message
    return record
  }

  private static func note(_ flight: Flight, _ response: Response) -> String {
    switch flight.request.body {
    case .bind(let node): return "bind to \(node)"
    case .delete(let deletion): return self.deletion(flight, deletion.graceSeconds)
    case .token: return "token for \(flight.request.name)"
    case .scale(let replicas): return "spec.replicas -> \(replicas)"
    default: break
    }
    guard let object = response.object else { return "" }
    if let event = object.event { return self.event(event) }
    if let text = workload(object, flight) { return text }
    if let autoscaler = object.as(HorizontalPodAutoscaler.self) { return self.autoscaler(autoscaler) }
    guard let pod = object.pod else { return "" }
    if flight.request.subresource == "status" { return status(pod, flight) }
    if flight.request.verb == .create {
      return "nodeName=\(pod.spec.nodeName) phase=\(pod.status.phase) qos=\(pod.status.qosClass)"
    }
    return ""
  }

  private static func deletion(_ flight: Flight, _ grace: Int64?) -> String {
    let asked = grace.map { "\($0)" } ?? "None"
    let metadata = flight.object?.metadata
    let given = metadata?.deletionGracePeriodSeconds.map { "\($0)" } ?? "None"
    let head = "request gracePeriodSeconds=\(asked); response deletionGracePeriodSeconds=\(given)"
    if flight.removes { return "\(head) object REMOVED from store" }
    return "\(head) marked deletionTimestamp=\(metadata?.deletionTimestamp?.text ?? "None")"
  }

  private static func event(_ event: Event) -> String {
    let about = "\(event.involvedObject.kind)/\(event.involvedObject.name)"
    let source = event.source.component.isEmpty ? event.reportingComponent : event.source.component
    let count = event.count == 0 ? "None" : "\(event.count)"
    return "Event \(event.type) \(event.reason) \(about) from \(source) count=\(count): \(event.message)"
  }

  private static func autoscaler(_ autoscaler: HorizontalPodAutoscaler) -> String {
    let status = autoscaler.status
    let share = autoscaler.cpuShare.map { "\($0)" } ?? "None"
    let head = "status current=\(status.currentReplicas) desired=\(status.desiredReplicas) cpu=\(share)"
    if status.conditions.isEmpty { return head }
    let conditions = status.conditions.map { "('\($0.type)', '\($0.status)', '\($0.reason)')" }
    return "\(head) conds=[\(conditions.joined(separator: ", "))]"
  }

  private static func status(_ pod: Pod, _ flight: Flight) -> String {
    var parts = ["phase=\(pod.status.phase)"]
    if let before = flight.base?.pod?.status {
      parts.append("patch keys=\(Patch.statusKeys(from: before, to: pod.status))")
    }
    let conditions = pod.status.conditions.map { condition in
      let reason = condition.reason.isEmpty ? "" : "(\(condition.reason))"
      return "\"\(condition.type)\": \"\(condition.status)\(reason)\""
    }
    parts.append("conds={\(conditions.joined(separator: ", "))}")
    if !pod.status.podIP.isEmpty { parts.append("podIP=\(pod.status.podIP)") }
    for container in pod.status.containerStatuses { parts.append(self.container(container)) }
    return parts.joined(separator: " ")
  }

  private static func container(_ status: ContainerStatus) -> String {
    var state = "waiting"
    if let waiting = status.state.waiting {
      state = "waiting(\(waiting.reason))"
    } else if status.state.running != nil {
      state = "running"
    } else if let terminated = status.state.terminated {
      state = "terminated(\(terminated.reason),\(terminated.exitCode))"
    }
    return "\(status.name)=\(state),ready=\(status.ready ? "true" : "false"),restarts=\(status.restartCount)"
  }
}
