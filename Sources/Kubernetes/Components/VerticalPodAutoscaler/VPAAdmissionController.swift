public import Clockwork

/// vpa-admission-controller is asked by kube-apiserver about every new Pod, and answers with the requests that are recommended;
/// it changes only what is being created.
public struct VPAAdmissionController: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name = "vpa-admission-controller"
  public let role = Kube.Role.webhook
  let version: Version
  public var client: Client
  private var asked: [Asked] = []
  private var lease: Object?
  private var request: Int64?
  private var next: Time = 0
  private var isMissing = false

  private struct Asked: Sendable {
    var review: AdmissionReview
    var sender: Address
  }

  public static let leaseKey = ObjectKey(.lease, "kube-system", "vpa-admission-controller")
  /// How often it writes that it is alive.
  public static let period: Time = 10_000

  public init(version: Version, apiserver: Address) {
    self.version = version
    client = Client(
      apiserver: apiserver,
      user: "vpa-admission-controller",
      informers: [Informer(.verticalPodAutoscaler)] + VerticalTargets.informers
    )
  }

  public mutating func seed(_ objects: [Object], revision: Int64) {
    client.seed(objects, revision: revision)
    lease = objects.first { $0.key == VPAAdmissionController.leaseKey }
    next = VPAAdmissionController.period
  }

  /// The lease as it stands when the story begins.
  static var freshLease: Object {
    var lease = Lease()
    lease.metadata = ObjectMeta(name: leaseKey.name, namespace: leaseKey.namespace)
    lease.spec.holderIdentity = leaseKey.name
    lease.spec.leaseDurationSeconds = period / 1000
    lease.spec.renewTime = MicroTime(0)
    return Object(lease)
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    switch message {
    case .review(let review): asked.append(Asked(review: review, sender: sender))
    case .response(let response) where response.id == request:
      request = nil
      isMissing = response.code == 404
      lease = response.isSuccess ? response.object : nil
      // One that was only read, or is not there, is written at once.
      if response.about == VPAAdmissionController.leaseKey, isReading || isMissing {
        next = now
      } else {
        next = now + VPAAdmissionController.period
      }
      isReading = false
    case .refused(let id, _) where id == request:
      request = nil
      next = now + VPAAdmissionController.period
    default:
      if case .closed(let by) = message, by == client.apiserver { request = nil }
      _ = client.receive(message, at: now)
      for index in client.informers.indices { while client.informers[index].handle() != nil {} }
    }
  }

  private var isReading = false

  public func offers(_ offers: inout KubeOffers) {
    client.offers(&offers)
    if let first = asked.first { offers.add(.review, .object(first.review.subject)) }
    offers.add(
      lease == nil && !isMissing ? .look : .renew,
      .object(VPAAdmissionController.leaseKey),
      when: request == nil,
      due: next,
      background: true,
      else: Obstacle("obstacle.manager.lease-asked")
    )
    if offers.want == .all, asked.isEmpty {
      offers.add(.review, .named("pods"), when: false, else: Obstacle("obstacle.webhook.nobody-asks"))
    }
  }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    if client.perform(action, &out) { return }
    switch action.verb {
    case .review:
      guard !asked.isEmpty else { return }
      let first = asked.removeFirst()
      let patch = answer(first.review, &out)
      out.send(.reviewed(AdmissionAnswer(id: first.review.id, patch: patch)), to: first.sender)
    case .look:
      isReading = true
      let wanted = client.request(.get, VPAAdmissionController.leaseKey)
      request = wanted.id
      out.send(.request(wanted), to: client.apiserver)
    case .renew:
      var wanted = client.request(lease == nil ? .create : .update, VPAAdmissionController.leaseKey)
      var object = lease ?? VPAAdmissionController.freshLease
      object.update(Lease.self) { $0.spec.renewTime = MicroTime(out.now) }
      wanted.body = .object(object)
      request = wanted.id
      out.send(.request(wanted), to: client.apiserver)
    default: break
    }
  }

  public mutating func restart(at now: Time) {
    client.restart()
    asked = []
    lease = nil
    request = nil
    isMissing = false
    isReading = false
    next = now
  }

  public var state: Value {
    .map(
      ("asked", .list(asked.map { .string($0.review.subject.text) })),
      ("lease", .integer(lease?.resourceVersion ?? 0)),
      ("watches", client.state)
    )
  }

  // MARK: Helpers

  /// What is to be changed in a new object; nothing where nothing is.
  private func answer(_ review: AdmissionReview, _ out: inout KubeOutbox) -> Value {
    let nothing = Value.list([])
    if let autoscaler = review.object.as(VerticalPodAutoscaler.self) {
      if autoscaler.spec.updatePolicy != nil { return nothing }
      let mode: VerticalPodAutoscaler.Mode = version == .then ? .auto : .recreate
      let policy = Value.map(("updateMode", .string(mode.rawValue)))
      return .list([.map(("op", "add"), ("path", "/spec/updatePolicy"), ("value", policy))])
    }
    guard let pod = review.object.pod else { return nothing }
    let targets = VerticalTargets(client: client)
    for object in client.informers[0].objects {
      guard let autoscaler = object.as(VerticalPodAutoscaler.self), autoscaler.mode != .off,
        targets.controls(autoscaler, pod)
      else { continue }
      let change = ResourceChange(pod, autoscaler)
      for part in change.parts {
        let amount = part.requests["cpu"] ?? part.requests["memory"] ?? ""
        out.note(Fact("fact.webhook.change", ("container", .string(part.name)), ("request", .string(amount))))
      }
      return change.patch(of: pod, by: object.name)
    }
    out.note(Fact("fact.webhook.no-change"))
    return nothing
  }
}

extension Verb {
  fileprivate static let review: Verb = "review"
  fileprivate static let renew: Verb = "renew"
  fileprivate static let look: Verb = "look"
}
