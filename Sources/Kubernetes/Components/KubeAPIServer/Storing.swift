import Clockwork

// The last steps of a write: quotas are charged, etcd is asked, and its answer is judged.
extension KubeAPIServer {
  /// The admission plugin ResourceQuota, which comes last: what the object takes is written down before the object is.
  func charge(_ flight: inout Flight, before: Object?, at now: Time) {
    guard let object = flight.object else { return }
    flight.charges = []
    for held in cache.list(.resourceQuota, namespace: object.namespace, .all) where object.kind.isNamespaced {
      guard let quota = held.as(ResourceQuota.self), object.key != held.key else { continue }
      switch QuotaUsage.charge(quota, object, before: before, version, at: now) {
      case .nothing: continue
      case .charged(let quota): flight.charges.append(Object(quota))
      case .refused(let refusal):
        flight.fail(refusal.code, refusal.reason, refusal.text)
        return
      }
    }
    if !flight.charges.isEmpty { flight.stage = .charge }
  }

  /// Writes the next quota down; only if nobody else has charged it meanwhile.
  mutating func charge(_ flight: inout Flight, _ out: inout KubeOutbox) {
    guard let quota = flight.charges.first else { return }
    flight.isCharging = true
    let transaction = Transaction(id: flight.serial, key: quota.key, expected: quota.resourceVersion, object: quota)
    ask(.transaction(transaction), for: &flight, &out)
  }

  private mutating func settleCharge(_ flight: inout Flight, _ reply: Transacted) {
    flight.isCharging = false
    if reply.succeeded {
      flight.charges.removeFirst()
      if let quota = reply.current { flight.charged.append(quota) }
      flight.stage = flight.charges.isEmpty ? .store : .charge
      return
    }
    if let budget = reply.current?.as(PodDisruptionBudget.self), let pod = flight.object?.pod {
      // Somebody else was given leave meanwhile: the budget is asked once more.
      guard let charged = granted(budget, to: pod, &flight, at: flight.arrived) else { return }
      flight.charges[0] = Object(charged)
      flight.stage = .charge
      return
    }
    guard let current = reply.current?.as(ResourceQuota.self), let object = flight.object else {
      // The quota is gone: it asks for nothing any more.
      flight.charges.removeFirst()
      flight.stage = flight.charges.isEmpty ? .store : .charge
      return
    }
    switch QuotaUsage.charge(current, object, before: flight.base, version, at: flight.arrived) {
    case .charged(let quota):
      flight.charges[0] = Object(quota)
      flight.stage = .charge
    case .nothing:
      flight.charges.removeFirst()
      flight.stage = flight.charges.isEmpty ? .store : .charge
    case .refused(let refusal): flight.fail(refusal.code, refusal.reason, refusal.text)
    }
  }

  /// The transaction that etcd accepts only if nobody wrote in between.
  mutating func store(_ flight: inout Flight, _ out: inout KubeOutbox) {
    guard let object = flight.object else { return }
    if flight.request.isDryRun {
      flight.succeed(flight.request.verb == .create ? 201 : 200, object)
      return
    }
    let transaction = Transaction(
      id: flight.serial,
      key: object.key,
      expected: flight.base?.resourceVersion ?? 0,
      object: flight.removes ? nil : object
    )
    ask(.transaction(transaction), for: &flight, &out)
  }

  /// etcd has answered a transaction.
  mutating func settle(_ flight: inout Flight, _ reply: Transacted) {
    if flight.isCharging {
      settleCharge(&flight, reply)
      return
    }
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
      flight.removes = false
      flight.stage = .validate
    } else {
      flight.fail(404, "NotFound", Naming.notFound(reply.key))
    }
  }
}
