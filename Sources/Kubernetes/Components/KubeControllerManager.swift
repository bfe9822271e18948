public import Clockwork

/// kube-controller-manager is one process with many loops; of several such processes only the one that holds a lease works.
///
/// The loops are components of their own; this one keeps the lease and tells them whether they may work. The loops that
/// talk to a cloud have a process of the same kind, cloud-controller-manager.
public struct KubeControllerManager: Component {
  public typealias Model = Kube

  // MARK: State

  public let name: String
  public let role = Kube.Role.controller
  private let host: String
  private let key: ObjectKey
  private var client: Client
  /// The loops of the process.
  public var loops: [Address] = []
  private var identity: String
  private var incarnation: Int64 = 0
  private var isLeading = true
  /// When the next look at the lease is due.
  private var nextTry: Time
  /// When this process last wrote the lease.
  private var renewedAt: Time = 0
  /// The lease as last seen, and when it was last seen to change: a stranger's clock is not trusted.
  private var observed: Object?
  private var observedAt: Time = 0
  private var request: Int64?
  /// Loops that have not been told yet what became of the lease.
  private var untold = false

  /// client-go: LeaseDuration, RenewDeadline and RetryPeriod of the manager.
  public static let duration: Time = 15_000
  public static let deadline: Time = 10_000
  public static let period: Time = 2_000

  public static let usual = "kube-controller-manager"
  public static let cloud = "cloud-controller-manager"

  public init(host: String, apiserver: Address, name: String = KubeControllerManager.usual) {
    self.name = name
    self.host = host
    key = ObjectKey(.lease, "kube-system", name)
    identity = "\(host)_0"
    client = Client(apiserver: apiserver, user: name)
    nextTry = KubeControllerManager.period
  }

  /// The lease as it stands when the story begins.
  public static func lease(host: String, of name: String = KubeControllerManager.usual) -> Object {
    var lease = Lease()
    lease.metadata = ObjectMeta(name: name, namespace: "kube-system")
    lease.spec.holderIdentity = "\(host)_0"
    lease.spec.leaseDurationSeconds = duration / 1000
    lease.spec.acquireTime = MicroTime(-3_600_000)
    lease.spec.renewTime = MicroTime(0)
    return Object(lease)
  }

  public mutating func seed(_ objects: [Object]) {
    observed = objects.first { $0.key == key }
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    switch message {
    case .response(let response) where response.id == request:
      request = nil
      settle(response, at: now)
    case .refused(let id, _) where id == request:
      request = nil
      nextTry = now + KubeControllerManager.period
    case .closed(let by) where by == client.apiserver:
      if request != nil { nextTry = now + KubeControllerManager.period }
      request = nil
    default: break
    }
  }

  public func offers(_ offers: inout KubeOffers) {
    let lease = Kube.Subject.object(key)
    if untold {
      offers.add(isLeading ? .lead : .yield, lease)
    } else if isLeading {
      // A leader that could not renew in time must assume that another one leads.
      offers.add(.yield, lease, due: renewedAt + KubeControllerManager.deadline, background: true)
    }
    let verb = verb(at: max(offers.now, nextTry))
    offers.add(verb, lease, when: request == nil, due: nextTry, background: true, else: .leaseAsked)
  }

  /// What is sent next: a renewal, a claim to a lease that ran out, or a look at somebody else's.
  private func verb(at now: Time) -> Verb {
    guard observed != nil else { return .look }
    return isLeading ? .renew : (isExpired(at: now) ? .claim : .look)
  }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    switch action.verb {
    case .lead, .yield:
      if action.verb == .yield { isLeading = false }
      untold = false
      for loop in loops { out.send(.leading(isLeading), to: loop) }
    case .renew, .claim, .look:
      var asked = client.request(.get, key)
      if action.verb != .look, let observed { asked = claim(observed, at: out.now) }
      request = asked.id
      out.send(.request(asked), to: client.apiserver)
    default: break
    }
  }

  /// A new process has a new name: it must wait until the lease of the one before it has run out.
  public mutating func restart(at now: Time) {
    incarnation += 1
    identity = "\(host)_\(incarnation)"
    isLeading = false
    untold = false
    observed = nil
    request = nil
    nextTry = now
  }

  public var state: Value {
    .map(
      ("leading", .bool(isLeading)),
      ("identity", .string(identity)),
      ("lease", .integer(observed?.resourceVersion ?? 0))
    )
  }

  // MARK: Helpers

  private func holder(of lease: Object) -> String { lease.as(Lease.self)?.spec.holderIdentity ?? "" }

  private func isExpired(at now: Time) -> Bool {
    guard let observed else { return false }
    return holder(of: observed).isEmpty || observedAt + KubeControllerManager.duration <= now
  }

  private mutating func claim(_ lease: Object, at now: Time) -> Request {
    var asked = client.request(.update, key)
    var object = lease
    object.update(Lease.self) { lease in
      if lease.spec.holderIdentity != identity {
        lease.spec.holderIdentity = identity
        lease.spec.leaseTransitions += 1
        lease.spec.acquireTime = MicroTime(now)
      }
      lease.spec.renewTime = MicroTime(now)
    }
    asked.body = .object(object)
    return asked
  }

  private mutating func settle(_ response: Response, at now: Time) {
    nextTry = now + KubeControllerManager.period
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
  fileprivate static let renew: Verb = "renew"
  fileprivate static let claim: Verb = "claim"
  fileprivate static let look: Verb = "look"
  fileprivate static let lead: Verb = "lead"
  fileprivate static let yield: Verb = "yield"
}

extension Obstacle {
  fileprivate static var leaseAsked: Obstacle { Obstacle("obstacle.manager.lease-asked") }
}
