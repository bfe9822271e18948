import Clockwork

// Writes: what a request becomes before it is stored.
extension KubeAPIServer {
  /// Authentication and authorization: who is it, and may they.
  ///
  /// Every client of the model has a certificate of its own; roles of users come with RBAC lessons.
  mutating func authorize(_ flight: inout Flight, _ out: inout KubeOutbox) {
    out.note(Fact("fact.apiserver.authorized", ("user", .string(flight.request.user))))
    switch flight.request.verb {
    case .get, .list, .watch:
      flight.stage = .read
      flight.isForwarded = flight.request.subresource == "log" || isAggregated(flight.request.kind)
    case .create: flight.stage = flight.request.subresource == "exec" ? .read : .admit
    case .update, .patch, .delete: flight.stage = .validate
    }
    if case .bind = flight.request.body { flight.stage = .validate }
    if case .token = flight.request.body { flight.stage = .validate }
  }

  /// Decoding, defaulting and mutating admission.
  mutating func admit(_ flight: inout Flight, _ out: inout KubeOutbox) {
    guard case .object(var object) = flight.request.body else {
      flight.fail(400, "BadRequest", "the body of the request was empty")
      return
    }
    if object.kind.isNamespaced {
      guard let home = cache[ObjectKey(.namespace, "", flight.request.namespace)] else {
        flight.fail(404, "NotFound", "namespaces \"\(flight.request.namespace)\" not found")
        return
      }
      if home.metadata.deletionTimestamp != nil {
        let text = "is forbidden: unable to create new content in namespace \(home.name) because it is being terminated"
        flight.fail(403, "Forbidden", "\(object.kind.plural) \"\(object.name)\" \(text)")
        return
      }
    }
    object.metadata.namespace = object.kind.isNamespaced ? flight.request.namespace : ""
    if object.metadata.name.isEmpty, !object.metadata.generateName.isEmpty {
      object.metadata.name = object.metadata.generateName + Naming.suffix(&random)
    }
    object.metadata.uid = Naming.uid(&random)
    object.metadata.creationTimestamp = Timestamp(out.now)
    object.metadata.resourceVersion = 0
    object.metadata.deletionTimestamp = nil
    if let refusal = Admission.admit(&object, version, cache: cache, random: &random) {
      flight.fail(refusal.code, refusal.reason, refusal.text)
      return
    }
    flight.object = object
    flight.stage = .validate
  }

  /// Validation; an update is first applied to the object as it stands.
  mutating func validate(_ flight: inout Flight, _ out: inout KubeOutbox) {
    if flight.request.verb == .create, flight.request.subresource.isEmpty {
      check(&flight)
      return
    }
    if case .token = flight.request.body {
      issueToken(&flight)
      return
    }
    guard let base = flight.base ?? cache[flight.request.key] else {
      // The watch cache may be behind: etcd knows.
      flight.stage = .waiting
      let key = flight.request.key
      out.send(.range(Range(id: flight.serial, kind: key.kind, namespace: key.namespace, name: key.name)), to: etcd)
      return
    }
    change(&flight, base, at: out.now)
  }

  private func check(_ flight: inout Flight) {
    guard let object = flight.object else { return }
    let problems = Validation.problems(object, version)
    if problems.isEmpty {
      flight.stage = .store
    } else {
      flight.fail(422, "Invalid", Validation.message(object, problems))
    }
  }

  private func issueToken(_ flight: inout Flight) {
    guard cache[flight.request.key] != nil else {
      flight.fail(404, "NotFound", Naming.notFound(flight.request.key))
      return
    }
    // A token is signed, not stored: nothing goes to etcd.
    flight.succeed(201, nil)
  }

  private mutating func change(_ flight: inout Flight, _ base: Object, at now: Time) {
    flight.base = base
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
    case .patch(let kind, let patch): self.patch(&flight, base, kind, patch)
    case .object(let object): replace(&flight, base, object)
    case .delete(let deletion): delete(&flight, base, deletion, at: now)
    case .scale(let replicas): scale(&flight, base, replicas)
    case .none, .exec, .token, .logs: flight.fail(400, "BadRequest", "the body of the request was empty")
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

  private func patch(_ flight: inout Flight, _ base: Object, _ kind: Request.PatchKind, _ patch: Value) {
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
    replace(&flight, base, object)
  }

  private func replace(_ flight: inout Flight, _ base: Object, _ new: Object) {
    var object = new
    let named = new.metadata.resourceVersion
    if flight.request.verb == .update, named != 0, named != base.resourceVersion {
      flight.fail(409, "Conflict", Naming.conflict(base.key))
      return
    }
    object.metadata.uid = base.uid
    object.metadata.creationTimestamp = base.metadata.creationTimestamp
    object.metadata.resourceVersion = base.resourceVersion
    if flight.request.subresource == "status" {
      Strategy.prepareForStatusUpdate(&object, old: base)
    } else {
      Strategy.prepareForUpdate(&object, old: base, version: version)
    }
    store(&flight, base, object)
  }

  /// The scale subresource: the number of replicas, and nothing else of the object.
  private func scale(_ flight: inout Flight, _ base: Object, _ replicas: Int64) {
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
    replace(&flight, base, object)
  }

  private func store(_ flight: inout Flight, _ base: Object, _ object: Object) {
    let problems = Validation.problems(updating: base, to: object, version)
    if !problems.isEmpty {
      flight.fail(422, "Invalid", Validation.message(base, problems))
      return
    }
    flight.object = object
    flight.stage = .store
  }

  /// A Pod on a node is only marked: its kubelet ends it.
  ///
  /// Everything else goes at once.
  private func delete(_ flight: inout Flight, _ base: Object, _ deletion: Deletion, at now: Time) {
    if !deletion.uid.isEmpty, deletion.uid != base.uid {
      flight.fail(409, "Conflict", Naming.otherUID(base.key, wanted: deletion.uid, found: base.uid))
      return
    }
    if let pod = base.pod {
      var seconds = deletion.graceSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30
      if pod.spec.nodeName.isEmpty || pod.status.phase == "Succeeded" || pod.status.phase == "Failed" { seconds = 0 }
      if let earlier = pod.metadata.deletionGracePeriodSeconds, pod.metadata.deletionTimestamp != nil {
        if seconds >= earlier, seconds != 0 {
          flight.succeed(200, base)
          return
        }
      }
      if seconds > 0 {
        flight.object = base.with { metadata in
          metadata.deletionTimestamp = Timestamp(now + seconds * 1000)
          metadata.deletionGracePeriodSeconds = seconds
        }
        flight.stage = .store
        return
      }
    }
    flight.object = base.with { metadata in
      if metadata.deletionTimestamp == nil { metadata.deletionTimestamp = Timestamp(now) }
      metadata.deletionGracePeriodSeconds = 0
    }
    flight.removes = true
    flight.stage = .store
  }

  /// The transaction that etcd accepts only if nobody wrote in between.
  mutating func store(_ flight: inout Flight, _ out: inout KubeOutbox) {
    guard let object = flight.object else { return }
    flight.stage = .waiting
    let transaction = Transaction(
      id: flight.serial,
      key: object.key,
      expected: flight.base?.resourceVersion ?? 0,
      object: flight.removes ? nil : object
    )
    out.send(.transaction(transaction), to: etcd)
  }

  /// etcd has answered a transaction.
  mutating func settle(_ flight: inout Flight, _ reply: Transacted) {
    if reply.succeeded {
      let last = flight.removes ? flight.object : reply.current
      flight.succeed(flight.request.verb == .create ? 201 : 200, last)
      return
    }
    if flight.request.verb == .create, flight.request.subresource.isEmpty {
      flight.fail(409, "AlreadyExists", "\(reply.key.kind.printedResource) \"\(reply.key.name)\" already exists")
    } else if let current = reply.current {
      // Somebody was faster. The change is applied once more to what stands there now.
      flight.base = current
      flight.stage = .validate
    } else {
      flight.fail(404, "NotFound", Naming.notFound(reply.key))
    }
  }
}

extension PodStatus {
  /// Lays a status patch over this status: conditions by their type, everything else that the patch names.
  mutating func merge(_ patch: PodStatus) {
    for condition in patch.conditions {
      if let place = conditions.firstIndex(where: { $0.type == condition.type }) {
        conditions[place] = condition
      } else {
        conditions.append(condition)
      }
    }
    // The patch lists conditions in the order it wants (`$setElementOrder/conditions`).
    let wanted = patch.conditions.map { $0.type }
    var ordered: [PodCondition] = []
    for type in wanted { ordered += conditions.filter { $0.type == type } }
    ordered += conditions.filter { !wanted.contains($0.type) }
    conditions = ordered
    if !patch.containerStatuses.isEmpty { containerStatuses = patch.containerStatuses }
    if !patch.initContainerStatuses.isEmpty { initContainerStatuses = patch.initContainerStatuses }
    if !patch.hostIP.isEmpty { hostIP = patch.hostIP }
    if !patch.hostIPs.isEmpty { hostIPs = patch.hostIPs }
    if !patch.podIP.isEmpty { podIP = patch.podIP }
    if !patch.podIPs.isEmpty { podIPs = patch.podIPs }
    if !patch.nominatedNodeName.isEmpty { nominatedNodeName = patch.nominatedNodeName }
    if !patch.phase.isEmpty { phase = patch.phase }
    if !patch.reason.isEmpty { reason = patch.reason }
    if !patch.message.isEmpty { message = patch.message }
    if patch.observedGeneration != 0 { observedGeneration = patch.observedGeneration }
    if let start = patch.startTime { startTime = start }
  }
}
