import Clockwork

/// Of several processes of one kind only the one that holds a lease works (client-go: tools/leaderelection).
struct LeaderElection: Sendable {
  let key: ObjectKey
  private let host: String
  private var identity: String
  private var incarnation: Int64 = 0
  private(set) var isLeading = true
  /// When the next look at the lease is due.
  private var nextTry: Time
  /// By how much the clock is wrong that this process writes its times from.
  ///
  /// Whether a lease has run out is counted from when it was last seen to change, so a wrong clock does no harm.
  var skew: Time = 0
  /// When this process last wrote the lease.
  private var renewedAt: Time = 0
  /// The lease as last seen, and when it was last seen to change: a stranger's clock is not trusted.
  private var observed: Object?
  private var observedAt: Time = 0
  private var request: Int64?
  /// Whoever works has not been told yet what became of the lease.
  private var untold = false

  /// LeaseDuration, RenewDeadline and RetryPeriod.
  static let duration: Time = 15_000
  static let deadline: Time = 10_000
  static let period: Time = 2_000

  init(_ name: String, host: String) {
    key = ObjectKey(.lease, "kube-system", name)
    self.host = host
    identity = "\(host)_0"
    nextTry = LeaderElection.period
  }

  /// The lease as it stands when the story begins.
  static func lease(_ name: String, host: String) -> Object {
    var lease = Lease()
    lease.metadata = ObjectMeta(name: name, namespace: "kube-system")
    lease.spec.holderIdentity = "\(host)_0"
    lease.spec.leaseDurationSeconds = duration / 1000
    lease.spec.acquireTime = MicroTime(-3_600_000)
    lease.spec.renewTime = MicroTime(0)
    return Object(lease)
  }

  mutating func seed(_ objects: [Object]) { observed = objects.first { $0.key == key } }

  /// Takes in what became of a request about the lease.
  ///
  /// False when the message is about something else.
  mutating func receive(_ message: Message, from apiserver: Address, at now: Time) -> Bool {
    switch message {
    case .response(let response) where response.id == request:
      request = nil
      settle(response, at: now)
      return true
    case .refused(let id, _) where id == request:
      request = nil
      nextTry = now + LeaderElection.period
      return true
    case .closed(let by) where by == apiserver:
      if request != nil { nextTry = now + LeaderElection.period }
      request = nil
      return false
    default: return false
    }
  }

  func offers(_ offers: inout KubeOffers) {
    let lease = Kube.Subject.object(key)
    if untold {
      offers.add(isLeading ? .lead : .yield, lease)
    } else if isLeading {
      // A leader that could not renew in time must assume that another one leads.
      offers.add(.yield, lease, due: renewedAt + LeaderElection.deadline, background: true)
    }
    let verb = verb(at: max(offers.now, nextTry))
    offers.add(verb, lease, when: request == nil, due: nextTry, background: true, else: .leaseAsked)
  }

  /// What is sent next: a renewal, a claim to a lease that ran out, or a look at somebody else's.
  private func verb(at now: Time) -> Verb {
    guard observed != nil else { return .look }
    return isLeading ? .renew : (isExpired(at: now) ? .claim : .look)
  }

  /// What an action about the lease was.
  enum Deed {
    /// Whoever works has to be told whether it may.
    case told(Bool)
    case done
    case other
  }

  mutating func perform(_ action: KubeAction, _ client: inout Client, _ out: inout KubeOutbox) -> Deed {
    guard action.subject == .object(key) else { return .other }
    switch action.verb {
    case .lead, .yield:
      if action.verb == .yield { isLeading = false }
      untold = false
      return .told(isLeading)
    case .renew, .claim, .look:
      var asked = client.request(.get, key)
      if action.verb != .look, let observed { asked = claim(observed, &client, at: out.now) }
      request = asked.id
      out.send(.request(asked), to: client.apiserver)
      return .done
    default: return .other
    }
  }

  /// A new process has a new name: it must wait until the lease of the one before it has run out.
  mutating func restart(at now: Time) {
    incarnation += 1
    identity = "\(host)_\(incarnation)"
    isLeading = false
    untold = false
    observed = nil
    request = nil
    nextTry = now
  }

  var state: Value {
    .map(
      ("leading", .bool(isLeading)),
      ("identity", .string(identity)),
      ("lease", .integer(observed?.resourceVersion ?? 0))
    )
  }

  private func holder(of lease: Object) -> String { lease.as(Lease.self)?.spec.holderIdentity ?? "" }

  private func isExpired(at now: Time) -> Bool {
    guard let observed else { return false }
    return holder(of: observed).isEmpty || observedAt + LeaderElection.duration <= now
  }

  private func claim(_ lease: Object, _ client: inout Client, at now: Time) -> Request {
    var asked = client.request(.update, key)
    var object = lease
    object.update(Lease.self) { lease in
      if lease.spec.holderIdentity != identity {
        lease.spec.holderIdentity = identity
        lease.spec.leaseTransitions += 1
        lease.spec.acquireTime = MicroTime(now + skew)
      }
      lease.spec.renewTime = MicroTime(now + skew)
    }
    asked.body = .object(object)
    return asked
  }

  private mutating func settle(_ response: Response, at now: Time) {
    nextTry = now + LeaderElection.period
    guard response.isSuccess, let lease = response.object else {
      // Somebody else was faster: look again.
      if response.code == 409 { observed = nil }
      return
    }
    if observed?.resourceVersion != lease.resourceVersion { observedAt = now }
    observed = lease
    let isOurs = holder(of: lease) == identity
    if isOurs { renewedAt = now }
    if isOurs != isLeading {
      isLeading = isOurs
      untold = true
    }
  }
}

extension Verb {
  static let lead: Verb = "lead"
  static let yield: Verb = "yield"
  fileprivate static let renew: Verb = "renew"
  fileprivate static let claim: Verb = "claim"
  fileprivate static let look: Verb = "look"
}

extension Obstacle {
  fileprivate static var leaseAsked: Obstacle { Obstacle("obstacle.manager.lease-asked") }
}
