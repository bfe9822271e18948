import Clockwork

// Updates: what becomes of an object that is there already.
extension KubeAPIServer {
  mutating func change(_ flight: inout Flight, _ base: Object, at now: Time) {
    flight.base = base
    if let node = flight.askingNode, let text = NodeRestriction.refusal(node, flight.request, base) {
      flight.fail(403, "Forbidden", text)
      return
    }
    switch flight.request.body {
    case .bind(let node): bind(&flight, base, node, at: now)
    case .status(let status):
      var object = base
      object.updatePod { pod in
        pod.status.merge(status)
        // A kubelet's status says nothing of a node that was being cleared.
        if !pod.spec.nodeName.isEmpty { pod.status.nominatedNodeName = "" }
      }
      flight.object = object
      flight.stage = .store
    case .patch(let kind, let patch): self.patch(&flight, base, kind, patch, at: now)
    case .object(let object): replace(&flight, base, object, at: now)
    case .delete(let deletion) where flight.request.subresource == "eviction": evict(&flight, base, deletion, at: now)
    case .delete(let deletion): delete(&flight, base, deletion, at: now)
    case .scale(let replicas): scale(&flight, base, replicas, at: now)
    case .none, .exec, .token, .logs, .access: flight.fail(400, "BadRequest", "the body of the request was empty")
    }
    // What changes nothing is not written.
    if flight.stage == .store, !flight.removes, flight.object == base { flight.succeed(200, base) }
  }

  /// pods/binding: the one decision of the scheduler.
  private func bind(_ flight: inout Flight, _ base: Object, _ node: String, at now: Time) {
    guard let pod = base.pod else { return }
    var reason = ""
    if pod.metadata.deletionTimestamp != nil {
      reason = "pod \(base.name) is being deleted, cannot be assigned to a host"
    } else if !pod.spec.nodeName.isEmpty {
      reason = "pod \(base.name) is already assigned to node \"\(pod.spec.nodeName)\""
    }
    if !reason.isEmpty {
      flight.fail(409, "Conflict", "Operation cannot be fulfilled on pods/binding \"\(base.name)\": \(reason)")
      return
    }
    var object = base
    object.updatePod { pod in
      pod.spec.nodeName = node
      let scheduled = PodCondition(type: "PodScheduled", status: "True", since: Timestamp(now))
      pod.status.conditions.removeAll { $0.type == "PodScheduled" }
      pod.status.conditions.append(scheduled)
      if version == .now { pod.status.nominatedNodeName = "" }
    }
    flight.object = object
    flight.stage = .store
  }

  private mutating func patch(
    _ flight: inout Flight,
    _ base: Object,
    _ kind: Request.PatchKind,
    _ patch: Value,
    at now: Time
  ) {
    var problems: [FieldProblem] = []
    let value: Value
    switch Patch.apply(patch, kind, to: base.value, kind: base.kind) {
    case .success(let patched): value = patched
    case .failure(let failure):
      flight.fail(failure.code, failure.reason, failure.text)
      return
    }
    guard let object = Object(value: value, problems: &problems), problems.isEmpty else {
      flight.fail(422, "Invalid", Validation.message(base, problems))
      return
    }
    replace(&flight, base, object, at: now)
  }

  /// Puts a new object in the place of the stored one, if it was made from that one.
  private mutating func replace(_ flight: inout Flight, _ base: Object, _ new: Object, at now: Time) {
    var object = new
    let named = new.metadata.resourceVersion
    if named != 0, named != base.resourceVersion {
      flight.fail(409, "Conflict", Naming.conflict(base.key))
      return
    }
    if !new.uid.isEmpty, new.uid != base.uid {
      flight.fail(409, "Conflict", Naming.otherUID(base.key, wanted: new.uid, found: base.uid))
      return
    }
    object = object.with { metadata in
      metadata.uid = base.uid
      metadata.creationTimestamp = base.metadata.creationTimestamp
      metadata.resourceVersion = base.resourceVersion
    }
    switch flight.request.subresource {
    case "status": Strategy.prepareForStatusUpdate(&object, old: base)
    case "resize":
      resize(&flight, base, new)
      return
    case "finalize":
      let finalizers = object.asNamespace?.spec.finalizers ?? []
      object = base
      if var namespace = object.asNamespace {
        namespace.spec.finalizers = finalizers
        object = Object(namespace: namespace)
      }
    default: Strategy.prepareForUpdate(&object, old: base, version: version)
    }
    accept(&flight, base, object, at: now)
  }

  /// The resize subresource: what the containers of a Pod ask for and may have, and nothing else of it.
  private func resize(_ flight: inout Flight, _ base: Object, _ new: Object) {
    guard version == .now, let stored = base.pod, let wanted = new.pod else {
      flight.fail(404, "NotFound", Text.unserved)
      return
    }
    var pod = stored
    for index in pod.spec.containers.indices {
      for container in wanted.spec.containers where container.name == pod.spec.containers[index].name {
        pod.spec.containers[index].resources = container.resources
      }
    }
    var check = Check(version: version)
    check.resize(stored, pod)
    if !check.problems.isEmpty {
      flight.fail(422, "Invalid", Validation.message(base, check.problems))
      return
    }
    if pod.spec != stored.spec { pod.metadata.generation += 1 }
    flight.object = Object(pod: pod)
    flight.stage = .store
  }

  /// The scale subresource: the number of replicas, and nothing else of the object.
  private mutating func scale(_ flight: inout Flight, _ base: Object, _ replicas: Int64, at now: Time) {
    var tree = base.value
    var spec = tree["spec"] ?? .emptyMap
    spec["replicas"] = .integer(replicas)
    tree["spec"] = spec
    var problems: [FieldProblem] = []
    guard replicas >= 0, let object = Object(value: tree, problems: &problems), problems.isEmpty else {
      let problem = FieldProblem(
        .invalid,
        ["spec", "replicas"],
        got: "\(replicas)",
        detail: "must be greater than or equal to 0"
      )
      flight.fail(422, "Invalid", Validation.message(base, [problem]))
      return
    }
    replace(&flight, base, object, at: now)
  }

  private mutating func accept(_ flight: inout Flight, _ base: Object, _ changed: Object, at now: Time) {
    var object = changed
    var problems: [FieldProblem] = []
    if let old = base.as(Service.self), flight.request.subresource.isEmpty {
      problems = allocate(&object, old: old)
    }
    problems += Validation.problems(updating: base, to: object, version)
    if !problems.isEmpty {
      flight.fail(422, "Invalid", Validation.message(base, problems))
      return
    }
    flight.object = object
    flight.stage = .store
    if isFree(object) {
      // The last finalizer is gone, and with it what held a deleted object back.
      flight.removes = true
      return
    }
    if flight.request.subresource.isEmpty { charge(&flight, before: base, at: now) }
  }

  /// Whether nothing holds back an object any more that was deleted before.
  private func isFree(_ object: Object) -> Bool {
    let metadata = object.metadata
    guard metadata.deletionTimestamp != nil, metadata.finalizers.isEmpty else { return false }
    if let namespace = object.asNamespace { return namespace.spec.finalizers.isEmpty }
    return (metadata.deletionGracePeriodSeconds ?? 0) == 0
  }
}
