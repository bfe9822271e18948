import Clockwork

/// Asking a server behind kube-apiserver which versions it serves.
enum APIDiscovery {
  static let subresource = "discovery"
}

/// When each APIService is looked at next, and what is being waited for (the availability controller).
struct Aggregator: Sendable {
  /// Every APIService that names a Service is looked at this often.
  static let period: Time = 30_000

  private(set) var due: Table<ObjectKey, Time> = [:]
  private var failures: Table<ObjectKey, Int64> = [:]
  var asked: Table<Int64, ObjectKey> = [:]

  mutating func watch(_ key: ObjectKey, from time: Time) { due[key] = time }

  mutating func forget(_ key: ObjectKey) {
    due.removeValue(for: key)
    failures.removeValue(for: key)
  }

  /// A look has ended; one that found nothing good is repeated sooner, then later and later.
  mutating func settle(_ key: ObjectKey, isAvailable: Bool, at now: Time) {
    guard due[key] != nil else { return }
    if isAvailable {
      failures.removeValue(for: key)
      due[key] = now + Aggregator.period
      return
    }
    let count = failures[key] ?? 0
    failures[key] = count + 1
    due[key] = now + min(Aggregator.period, 1000 << min(count, 5))
  }

  /// What a Service leads to has changed.
  mutating func wake(_ key: ObjectKey, at now: Time) {
    if let time = due[key], time > now { due[key] = now }
  }

  /// A new process looks at everything once.
  mutating func restart(at now: Time) {
    for key in due.keys { due[key] = now }
    failures = [:]
    asked = [:]
  }

  var isBusy: Bool { !asked.isEmpty }
}

/// Aggregation: API groups that another server answers for, and whether that server can be reached.
extension KubeAPIServer {
  /// Whether the requests for a kind go to a server behind this one.
  func isAggregated(_ kind: Kind) -> Bool { kind == .podMetrics || kind == .nodeMetrics }

  private func apiService(of kind: Kind) -> APIService? {
    cache[ObjectKey(.apiService, "", "\(kind.version).\(kind.group)")]?.as(APIService.self)
  }

  /// Passes a request on to the server of its API group, if there is one and it is known to be available.
  mutating func forwardToGroup(_ flight: inout Flight, _ out: inout KubeOutbox) {
    let request = flight.request
    guard let service = apiService(of: request.kind) else {
      flight.fail(404, "NotFound", "the server could not find the requested resource")
      return
    }
    guard service.available?.status == "True", let backend = backends[request.kind.group] else {
      refuseGroup(&flight)
      return
    }
    var forwarded = request
    forwarded.id = flight.serial
    flight.stage = .waiting
    flight.node = backend
    out.send(.request(forwarded), to: backend)
  }

  /// The server of an API group cannot be reached: the client sees 503.
  func refuseGroup(_ flight: inout Flight) {
    flight.fail(503, "ServiceUnavailable", Text(version).unavailable(flight.request.verb, flight.request.key))
  }

  // MARK: Availability

  func offerChecks(_ offers: inout KubeOffers) {
    if aggregator.isBusy { return }
    aggregator.due.forEach { key, time in offers.add(.check, .object(key), due: time, background: true) }
  }

  /// Follows the APIServices, and what their Services lead to.
  mutating func noticeForAggregation(_ commit: Commit, at now: Time) {
    let key = commit.object.key
    switch key.kind {
    case .apiService:
      if commit.isDelete {
        aggregator.forget(key)
      } else if aggregator.due[key] == nil, commit.object.as(APIService.self)?.spec.service != nil {
        aggregator.watch(key, from: now)
      }
    case .service, .endpoints:
      for one in aggregator.due.keys {
        let service = cache[one]?.as(APIService.self)?.spec.service
        if service?.namespace == key.namespace, service?.name == key.name { aggregator.wake(one, at: now) }
      }
    default: break
    }
  }

  /// Looks at the Service, at its endpoints, and then asks the server itself.
  mutating func check(_ key: ObjectKey, _ out: inout KubeOutbox) {
    guard let service = cache[key]?.as(APIService.self), let place = service.spec.service else {
      aggregator.forget(key)
      return
    }
    if let failure = obstacle(to: place) {
      conclude(key, failure, out.actor, at: out.now)
      return
    }
    guard let backend = backends[service.spec.group] else {
      conclude(key, refusal(service), out.actor, at: out.now)
      return
    }
    serial += 1
    aggregator.asked[serial] = key
    checker = out.actor
    var request = Request(id: serial, user: "system:apiserver", verb: .get, key: ObjectKey(.podMetrics, "", ""))
    request.subresource = APIDiscovery.subresource
    out.send(.request(request), to: backend)
  }

  /// Why nobody can be reached under the Service, by what is written down.
  private func obstacle(to place: APIService.ServiceReference) -> APIService.Condition? {
    let text = Text(version)
    func failure(_ reason: String, _ message: String) -> APIService.Condition {
      APIService.Condition(type: "Available", status: "False", reason: reason, message: message)
    }
    guard let service = cache[ObjectKey(.service, place.namespace, place.name)]?.value else {
      return failure("ServiceNotFound", text.serviceMissing(place.name, place.namespace))
    }
    guard let endpoints = cache[ObjectKey(.endpoints, place.namespace, place.name)]?.value else {
      return failure("EndpointsNotFound", text.endpointsMissing(place.name, place.namespace))
    }
    var port = ""
    for one in service.at(["spec", "ports"])?.elements ?? [] where one["port"]?.integer == place.port {
      port = one["name"]?.text ?? ""
    }
    for subset in endpoints["subsets"]?.elements ?? [] where !(subset["addresses"]?.elements ?? []).isEmpty {
      for one in subset["ports"]?.elements ?? [] where (one["name"]?.text ?? "") == port { return nil }
    }
    return failure("MissingEndpoints", text.noAddresses(place.name, place.namespace, port: port))
  }

  /// The server did not answer.
  private func refusal(_ service: APIService) -> APIService.Condition {
    let place = service.spec.service ?? APIService.ServiceReference()
    let ip = cache[ObjectKey(.service, place.namespace, place.name)]?.value.at(["spec", "clusterIP"])?.text ?? ""
    let message = Text(version).discoveryFailed(ip, place.port, service.spec.group, service.spec.version)
    return APIService.Condition(type: "Available", status: "False", reason: "FailedDiscoveryCheck", message: message)
  }

  /// The server has answered the question what it serves, or nobody has.
  ///
  /// False when the number is not that of such a question.
  mutating func finishCheck(_ id: Int64, _ response: Response?, at now: Time) -> Bool {
    guard let key = aggregator.asked.removeValue(for: id) else { return false }
    guard let service = cache[key]?.as(APIService.self) else { return true }
    if let response, response.isSuccess {
      let passed = Text(version).allChecksPassed
      let condition = APIService.Condition(type: "Available", status: "True", reason: "Passed", message: passed)
      conclude(key, condition, checker, at: now)
    } else {
      conclude(key, refusal(service), checker, at: now)
    }
    return true
  }

  /// A server behind this one has stopped while it was being asked.
  mutating func lostBackend(_ peer: Address, at now: Time) {
    for id in aggregator.asked.keys where backends.values.contains(peer) { _ = finishCheck(id, nil, at: now) }
  }

  /// Writes the condition down, as a client of itself, unless it stands there already.
  private mutating func conclude(_ key: ObjectKey, _ condition: APIService.Condition, _ place: Address, at now: Time) {
    aggregator.settle(key, isAvailable: condition.status == "True", at: now)
    guard var service = cache[key]?.as(APIService.self) else { return }
    let old = service.available
    if old?.status == condition.status, old?.reason == condition.reason, old?.message == condition.message { return }
    service.set(condition, at: now)
    serial += 1
    var request = Request(id: serial, user: "system:apiserver", verb: .update, key: key)
    request.subresource = "status"
    request.body = .object(Object(service))
    flights.append(Flight(serial: serial, request: request, sender: place, arrived: now))
  }
}

extension Verb {
  static let check: Verb = "check"
}
