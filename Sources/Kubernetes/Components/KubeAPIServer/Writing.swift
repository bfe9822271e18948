import Clockwork

// Writes: what a request becomes before it is stored.
extension KubeAPIServer {
  /// Authentication and authorization: who is it, and may they.
  mutating func authorize(_ flight: inout Flight, _ out: inout KubeOutbox) {
    let user = flight.identity(version, &identities)
    if !flight.request.path.isEmpty {
      // Everybody may ask how the server is (system:public-info-viewer).
      flight.stage = .read
      return
    }
    if case .access(let attempt) = flight.request.body {
      // Everybody may ask what they may do.
      let objection = Authorizer(cache: cache).objection(user, attempt)
      flight.succeed(201, nil)
      flight.response?.message = objection == nil ? "yes" : "no"
      return
    }
    let kind = flight.request.kind
    if kind.isCustom, cache[ObjectKey(.customResourceDefinition, "", kind.printedResource)] == nil {
      flight.fail(404, "NotFound", Text.unserved)
      return
    }
    let attempt = Attempt(flight.request)
    if let reason = Authorizer(cache: cache).objection(user, attempt) {
      flight.fail(403, "Forbidden", attempt.refusal(user, reason))
      out.note(Fact("fact.apiserver.denied", ("user", .string(user.name))))
      return
    }
    out.note(Fact("fact.apiserver.authorized", ("user", .string(flight.request.user))))
    switch flight.request.verb {
    case .get, .list, .watch:
      flight.stage = .read
      flight.isForwarded = flight.request.subresource == "log" || isAggregated(flight.request.kind)
    case .create: flight.stage = flight.request.subresource == "exec" ? .read : .admit
    case .update, .patch, .delete: flight.stage = .validate
    }
    if case .bind = flight.request.body { flight.stage = .validate }
    if flight.request.subresource == "eviction" { flight.stage = .validate }
    if case .token = flight.request.body { flight.stage = .validate }
  }

  /// Decoding, defaulting and mutating admission.
  mutating func admit(_ flight: inout Flight, _ out: inout KubeOutbox) {
    guard case .object(var object) = flight.request.body else {
      flight.fail(400, "BadRequest", "the body of the request was empty")
      return
    }
    if object.kind.isNamespaced, let refusal = lifecycle(object, in: flight.request.namespace) {
      flight.fail(refusal.code, refusal.reason, refusal.text)
      return
    }
    // All at once: each write to the metadata of an object is a copy of them.
    var metadata = object.metadata
    metadata.namespace = object.kind.isNamespaced ? flight.request.namespace : ""
    if metadata.name.isEmpty, !metadata.generateName.isEmpty {
      metadata.name = metadata.generateName + Naming.suffix(&random)
    }
    metadata.uid = Naming.uid(&random)
    metadata.creationTimestamp = Timestamp(out.now)
    metadata.resourceVersion = 0
    metadata.deletionTimestamp = nil
    metadata.deletionGracePeriodSeconds = nil
    object.metadata = metadata
    if let node = flight.askingNode,
      let text = NodeRestriction.refusal(node, flight.request, nil)
    {
      flight.fail(403, "Forbidden", text)
      return
    }
    if let refusal = Admission.admit(&object, version, cache: cache, random: &random) {
      flight.fail(refusal.code, refusal.reason, refusal.text)
      return
    }
    if object.kind == .service {
      let problems = allocate(&object, old: nil)
      if !problems.isEmpty {
        flight.fail(422, "Invalid", Validation.message(object, problems))
        return
      }
    }
    flight.object = object
    flight.webhooks = webhooks(for: object)
    flight.stage = flight.webhooks.isEmpty ? .validate : .call
  }

  /// The admission plugin NamespaceLifecycle: nothing new comes into a namespace that is not there, or is on its way out.
  private func lifecycle(_ object: Object, in namespace: String) -> Admission.Refusal? {
    guard let home = cache[ObjectKey(.namespace, "", namespace)] else {
      let text = "namespaces \"\(namespace)\" not found"
      return Admission.Refusal(code: 404, reason: "NotFound", text: text)
    }
    if home.metadata.deletionTimestamp == nil { return nil }
    let detail = "is forbidden: unable to create new content in namespace \(namespace) because it is being terminated"
    let text = "\(object.kind.printedResource) \"\(object.name)\" \(detail)"
    return Admission.Refusal(code: 403, reason: "Forbidden", text: text)
  }

  /// Gives a Service its address and node ports; what is on its way to etcd counts as taken.
  mutating func allocate(_ object: inout Object, old: Service?) -> [FieldProblem] {
    guard var service = object.as(Service.self) else { return [] }
    var taken = ServiceRanges.Taken()
    for other in cache.list(.service, namespace: "", .all) where other.key != object.key {
      if let other = other.as(Service.self) { taken.add(other) }
    }
    for flight in flights { if let other = flight.object?.as(Service.self) { taken.add(other) } }
    waiting.forEach { _, flight in
      if let other = flight.object?.as(Service.self), flight.object?.key != object.key { taken.add(other) }
    }
    let ranges = ServiceRanges(range: serviceRange, version: version)
    let problems = ranges.allocate(&service, old: old, taken: taken, random: &random)
    object = Object(service)
    return problems
  }

  /// Validation; an update is first applied to the object as it stands.
  mutating func validate(_ flight: inout Flight, _ out: inout KubeOutbox) {
    if flight.isUnasked { out.note(Fact("fact.apiserver.webhook-silent")) }
    if flight.request.verb == .create, flight.request.subresource.isEmpty {
      check(&flight, at: out.now)
      return
    }
    if case .token = flight.request.body {
      issueToken(&flight)
      return
    }
    guard let base = flight.base ?? cached(flight.request) else {
      // The watch cache may be behind: etcd knows.
      let key = flight.request.key
      let range = Range(id: flight.serial, kind: key.kind, namespace: key.namespace, name: key.name)
      ask(.range(range), for: &flight, &out)
      return
    }
    change(&flight, base, at: out.now)
  }

  /// What the watch cache has, unless the client has seen something newer.
  private func cached(_ request: Request) -> Object? {
    guard let object = cache[request.key] else { return nil }
    if case .object(let new) = request.body, new.resourceVersion > object.resourceVersion { return nil }
    return object
  }

  /// The rules of the kind, then the admission plugins that only look.
  private func check(_ flight: inout Flight, at now: Time) {
    guard let object = flight.object else { return }
    let problems = Validation.problems(object, version)
    if !problems.isEmpty {
      flight.fail(422, "Invalid", Validation.message(object, problems))
      return
    }
    if let pod = object.pod, let refusal = LimitRanger.refusal(pod, limits(in: object.namespace)) {
      flight.fail(refusal.code, refusal.reason, refusal.text)
      return
    }
    flight.stage = .store
    charge(&flight, before: nil, at: now)
  }

  private func limits(in namespace: String) -> [LimitRange] {
    cache.list(.limitRange, namespace: namespace, .all).compactMap { $0.as(LimitRange.self) }
  }

  private func issueToken(_ flight: inout Flight) {
    guard cache[flight.request.key] != nil else {
      flight.fail(404, "NotFound", Naming.notFound(flight.request.key))
      return
    }
    // A token is signed, not stored: nothing goes to etcd.
    flight.succeed(201, nil)
  }
}
