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
    if request.isDryRun { return nil }
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
    guard let pod = object.pod else { return other(object) }
    if flight.request.subresource == "status" { return status(pod, flight) }
    if flight.request.verb == .create {
      let owner = pod.metadata.controller.map { "owner=\($0.kind)/\($0.name) " } ?? ""
      return "\(owner)nodeName=\(pod.spec.nodeName) phase=\(pod.status.phase) qos=\(pod.status.qosClass)"
    }
    return ""
  }

  private static func deletion(_ flight: Flight, _ grace: Int64?) -> String {
    let asked = grace.map { "\($0)" } ?? "None"
    let metadata = flight.object?.metadata
    // Most kinds are answered with a Status that holds no object.
    let isShown = flight.object?.pod != nil || !flight.removes
    let given = (isShown ? metadata?.deletionGracePeriodSeconds : nil).map { "\($0)" } ?? "None"
    let head = "request gracePeriodSeconds=\(asked); response deletionGracePeriodSeconds=\(given)"
    if flight.removes { return "\(head) object REMOVED from store" }
    return "\(head) marked deletionTimestamp=\(metadata?.deletionTimestamp?.text ?? "None")"
  }

  /// A quota that kube-apiserver itself has charged.
  static func charge(_ quota: Object, _ flight: Flight) -> Kube.Record {
    var record = Kube.Record(actor: "kube-apiserver", verb: "update", resource: quota.kind.plural)
    record.subresource = "status"
    record.namespace = quota.namespace
    record.name = quota.name
    record.code = 200
    record.time = flight.arrived
    record.resourceVersion = "\(quota.resourceVersion)"
    if let budget = quota.as(PodDisruptionBudget.self) {
      record.note = "disruptionsAllowed=\(budget.status.disruptionsAllowed)"
    }
    if let used = quota.as(ResourceQuota.self)?.status.used { record.note = "used \(Amounts(used).text)" }
    return record
  }

  private static func other(_ object: Object) -> String {
    if let service = object.as(Service.self) {
      let ports = service.spec.ports.map { port in
        "(\(port.port), \(port.targetPort.name.isEmpty ? port.targetPort.text : "'\(port.targetPort.name)'"), "
          + "\(port.nodePort == 0 ? "None" : "\(port.nodePort)"))"
      }
      let list = ports.joined(separator: ", ")
      return "type=\(service.spec.type) clusterIP=\(service.spec.clusterIP) ports=[\(list)]"
    }
    if let endpoints = object.as(Endpoints.self) {
      var ready: [String] = []
      var notReady: [String] = []
      for subset in endpoints.subsets {
        ready += subset.addresses.map { "'\($0.ip)'" }
        notReady += subset.notReadyAddresses.map { "'\($0.ip)'" }
      }
      return "ready=[\(ready.joined(separator: ", "))] notReady=[\(notReady.joined(separator: ", "))]"
    }
    if let slice = object.as(EndpointSlice.self) {
      let parts = slice.endpoints.map { endpoint in
        "('\(endpoint.addresses.first ?? "")', \(endpoint.conditions.ready == true ? "True" : "False"))"
      }
      return "endpoints=[\(parts.joined(separator: ", "))]"
    }
    if let quota = object.as(ResourceQuota.self) { return "used \(Amounts(quota.status.used).text)" }
    return ""
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
    if flight.request.verb == .patch, let before = flight.base?.pod?.status {
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
