import Clockwork

/// A webhook that has to be asked about an object.
struct Webhook: Equatable, Sendable {
  var name: String
  /// `NAMESPACE/NAME` of the Service behind which it listens.
  var service: String
  /// Whether the object goes on as it is when nobody answers (`failurePolicy: Ignore`).
  var isOptional: Bool
  var timeout: Time
}

// Mutating webhooks: somebody else may change a new object before it is validated and stored.
extension KubeAPIServer {
  /// The webhooks whose rules an object that is being created matches, by the objects that say so.
  ///
  /// Updates are not sent out: no webhook of the model would change one.
  func webhooks(for object: Object) -> [Webhook] {
    var found: [Webhook] = []
    for configuration in cache.list(.mutatingWebhookConfiguration, namespace: "", .all) {
      for entry in configuration.value["webhooks"]?.elements ?? [] where matches(entry, object.kind) {
        let place = entry.at(["clientConfig", "service"])
        found.append(
          Webhook(
            name: entry["name"]?.text ?? "",
            service: "\(place?["namespace"]?.text ?? "")/\(place?["name"]?.text ?? "")",
            isOptional: entry["failurePolicy"]?.text == "Ignore",
            timeout: (entry["timeoutSeconds"]?.integer ?? 10) * 1000
          )
        )
      }
    }
    return found
  }

  private func matches(_ webhook: Value, _ kind: Kind) -> Bool {
    func lists(_ rule: Value, _ field: String, _ wanted: String) -> Bool {
      (rule[field]?.elements ?? []).contains { $0.text == wanted || $0.text == "*" }
    }
    for rule in webhook["rules"]?.elements ?? [] {
      if lists(rule, "operations", "CREATE"), lists(rule, "apiGroups", kind.group),
        lists(rule, "resources", kind.plural)
      {
        return true
      }
    }
    return false
  }

  /// Asks the next webhook; the request waits for its answer.
  mutating func call(_ flight: inout Flight, _ out: inout KubeOutbox) {
    guard let webhook = flight.webhooks.first, let object = flight.object else {
      flight.stage = .validate
      return
    }
    guard let address = webhooks[webhook.service] else {
      let name = webhook.service.split(separator: "/").last.map { String($0) } ?? ""
      miss(&flight, "service \"\(name)\" not found")
      return
    }
    flight.stage = .waiting
    flight.isCalling = true
    flight.node = address
    flight.giveUpAt = out.now + webhook.timeout
    out.send(.review(AdmissionReview(id: flight.serial, object: object)), to: address)
  }

  /// A webhook has answered: its patch is applied.
  mutating func finish(_ answer: AdmissionAnswer) {
    guard var flight = waiting.removeValue(for: answer.id) else { return }
    flight.endCall()
    if let before = flight.object, !(answer.patch.elements ?? []).isEmpty {
      var problems: [FieldProblem] = []
      if case .success(let value) = Patch.apply(answer.patch, .json, to: before.value, kind: before.kind),
        var object = Object(value: value, problems: &problems), problems.isEmpty
      {
        object.updatePod { $0.status.qosClass = Strategy.qualityOfService($0).rawValue }
        flight.object = object
      }
    }
    flights.append(flight)
  }

  /// Nobody listens where a webhook should be.
  mutating func refuseCall(_ flight: inout Flight) {
    if let webhook = flight.webhooks.first { miss(&flight, refused(webhook)) }
  }

  /// A webhook has not answered for too long.
  mutating func giveUpCall(_ action: KubeAction, _ out: inout KubeOutbox) {
    for id in waiting.keys {
      guard var flight = waiting[id], flight.isCalling, flight.subject == action.subject,
        let due = flight.giveUpAt, due <= out.now
      else { continue }
      waiting.removeValue(for: id)
      miss(&flight, "context deadline exceeded")
      flights.append(flight)
      return
    }
  }

  /// A webhook could not be asked: the object goes on without it, or the request has failed.
  private func miss(_ flight: inout Flight, _ why: String) {
    guard let webhook = flight.webhooks.first else { return }
    flight.endCall()
    flight.isUnasked = true
    if webhook.isOptional { return }
    flight.fail(500, "InternalError", Text(version).webhookFailed(webhook.name, webhook.service, webhook.timeout, why))
  }

  private func refused(_ webhook: Webhook) -> String {
    let parts = webhook.service.split(separator: "/").map { String($0) }
    let key = ObjectKey(.service, parts.first ?? "", parts.last ?? "")
    let ip = cache[key]?.value.at(["spec", "clusterIP"])?.text ?? ""
    return "dial tcp \(ip):443: connect: connection refused"
  }
}

extension Flight {
  /// The call is over, whatever came of it.
  mutating func endCall() {
    isCalling = false
    node = nil
    giveUpAt = nil
    if !webhooks.isEmpty { webhooks.removeFirst() }
    stage = webhooks.isEmpty ? .validate : .call
  }
}

extension Verb {
  static let call: Verb = "call"
  static let giveUp: Verb = "give-up"
}
