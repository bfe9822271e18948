import Clockwork

/// The kubelet's signs of life: a lease that it renews every ten seconds, and what it says of its own node.
///
/// The status of the node is written only when it changes; that nothing comes any more is for others to notice.
struct Heart: Sendable {
  /// What has to be said of the node next.
  enum Stage: Equatable, Sendable {
    case nothing
    /// A kubelet that starts first asks for its Node to be created; it is there already, as a rule.
    case register
    /// The Node is read, to see whether it says what the kubelet would say.
    case look
    case report
  }

  /// What the kubelet thinks of its node.
  struct Opinion: Equatable, Sendable {
    var isReady: Bool
    var message: String
  }

  let node: Node
  let text: Text
  let leaseKey: ObjectKey
  private let renewals: Grid
  let rounds: Grid
  private var lease: Object?
  private var leaseRequest: Int64?
  private var leaseAsked: Time = 0
  private var leaseDue: Time
  private var stage = Stage.nothing
  private var request: Int64?
  var due: Time = 0
  private var failures: Int64 = 0
  /// The Node as it was read last.
  var known: Object?
  /// What the API was told last.
  var told: Opinion
  /// When the process was started; nothing where that was long before the story.
  var startedAt: Time?
  /// What is wrong with the network of the node, and since when that is known to have changed.
  var networkError = ""
  var networkChangedAt: Time = 0
  /// Whether the node is short of memory, what was said of it last, and since when that has changed.
  var isPressed = false
  var toldPressed = false
  var pressureChangedAt: Time = 0
  /// Since when the runtime does not answer.
  var runtimeLostAt: Time?
  var hasLooked = true
  /// A machine of a cloud learns only from its Node which range its Pods have.
  var needsRange = false
  /// Somebody else may have written about the node while nothing was heard of it.
  private var isDoubtful = false

  /// By how much the node's clock is wrong; who reads the lease counts from when it saw it change.
  var skew: Time = 0

  /// How often the lease is renewed, and how often the kubelet looks at what it says of its node.
  static let period: Time = 10_000
  /// pkg/kubelet: maxWaitForContainerRuntime.
  static let patience: Time = 30_000
  /// What the first look at everything takes.
  static let waking: Time = 500
  /// component-helpers: maxBackoff of the lease controller, and the longest wait between two tries to register.
  static let retry: Time = 7_000

  init(node: Node, version: Version, lease: Object?, random: Random) {
    self.node = node
    text = Text(version)
    self.lease = lease
    leaseKey = ObjectKey(.lease, "kube-node-lease", node.metadata.name)
    var draws = random
    renewals = Grid(period: Heart.period, &draws)
    rounds = Grid(period: Heart.period, &draws)
    leaseDue = renewals.after(0)
    told = Opinion(isReady: true, message: text.postingReady)
  }

  /// The lease of a node as it stands when the story begins.
  static func lease(of node: String) -> Object {
    var lease = Lease()
    lease.metadata = ObjectMeta(name: node, namespace: "kube-node-lease")
    lease.spec.holderIdentity = node
    lease.spec.leaseDurationSeconds = 40
    lease.spec.renewTime = MicroTime(0)
    return Object(lease)
  }

  private var key: ObjectKey { ObjectKey(.node, "", node.metadata.name) }
  var reference: ObjectReference {
    var about = ObjectReference()
    about.kind = "Node"
    about.name = node.metadata.name
    // The kubelet has only the name of its node to go by.
    about.uid = node.metadata.name
    return about
  }

  // MARK: Messages

  /// Takes in the answers to what it asked.
  ///
  /// False when the message is about something else.
  mutating func receive(_ message: Message, at now: Time) -> Bool {
    switch message {
    case .response(let response): return take(response.id, response, now)
    case .refused(let id, _): return take(id, nil, now)
    default: return false
    }
  }

  private mutating func take(_ id: Int64, _ response: Response?, _ now: Time) -> Bool {
    if id == leaseRequest {
      leaseRequest = nil
      renewed(response, now)
      return true
    }
    guard id == request else { return false }
    request = nil
    answered(response, now)
    return true
  }

  private mutating func renewed(_ response: Response?, _ now: Time) {
    guard let response, response.isSuccess, let object = response.object else {
      // Read and made again, where it is gone or somebody else wrote it.
      if response?.code == 409 || response?.code == 404 { lease = nil }
      leaseDue = response.map { $0.code == 404 || $0.code == 409 } == true ? now : now + Heart.retry
      isMissing = response?.code == 404
      isDoubtful = true
      return
    }
    isMissing = false
    lease = object
    if now - leaseAsked >= Heart.period { isDoubtful = true }
    if justRead {
      justRead = false
      leaseDue = now
    } else {
      leaseDue = renewals.after(now)
    }
  }

  /// Whether the lease is not there and has to be made; and whether it was only read.
  private var isMissing = false
  private var justRead = false

  private mutating func answered(_ response: Response?, _ now: Time) {
    guard let response, response.code < 500 else {
      failures += 1
      due = now + min(200 << min(failures, 6), Heart.retry)
      return
    }
    failures = 0
    due = now
    switch stage {
    case .register: stage = .look
    case .look:
      known = response.object
      isDoubtful = false
      stage = response.isSuccess && differs(now) ? .report : .nothing
      if stage == .nothing {
        told = opinion(now)
        toldPressed = isPressed
      }
    case .report:
      // Somebody wrote in between: it is read again.
      stage = response.isSuccess ? .nothing : .look
    case .nothing: break
    }
  }

  /// The connection is gone, and every answer with it.
  mutating func disconnect(at now: Time) {
    if leaseRequest != nil {
      leaseRequest = nil
      leaseDue = now + Heart.retry
    }
    if request != nil {
      request = nil
      due = now + Heart.retry
      failures += 1
    }
    isDoubtful = true
  }

  /// The runtime does not answer, or answers again.
  mutating func seeRuntime(_ answers: Bool, at now: Time) {
    if answers {
      runtimeLostAt = nil
      if !hasLooked { due = max(due, now) }
      hasLooked = true
    } else if runtimeLostAt == nil {
      runtimeLostAt = now
    }
  }

  /// The runtime says something else of the network than before.
  mutating func seeNetwork(_ error: String, at now: Time) {
    if networkError == error { return }
    networkError = error
    networkChangedAt = now
  }

  mutating func seePressure(_ isPressed: Bool, at now: Time) {
    self.isPressed = isPressed
    pressureChangedAt = now
  }

  mutating func restart(at now: Time) {
    isPressed = false
    toldPressed = false
    networkError = ""
    lease = nil
    leaseRequest = nil
    isMissing = false
    justRead = false
    leaseDue = now
    stage = .register
    request = nil
    due = now
    failures = 0
    known = nil
    told = Opinion(isReady: false, message: "")
    startedAt = now
    runtimeLostAt = nil
    hasLooked = false
    isDoubtful = false
  }

  // MARK: What it does

  func offers(_ offers: inout KubeOffers) {
    let verb: Verb = lease != nil ? .renew : (isMissing ? .make : .look)
    offers.add(
      verb,
      .object(leaseKey),
      when: leaseRequest == nil,
      due: leaseDue,
      background: true,
      else: Obstacle("obstacle.kubelet.lease-asked")
    )
    switch stage {
    case .nothing:
      // What is only a doubt is looked into with the other periodic work.
      if let time = nextLook { offers.add(.look, .object(key), due: time) }
      if isDoubtful || lacksRange {
        // Once in a round, also where the range does not come.
        offers.add(
          .look,
          .object(key),
          due: rounds.after(lacksRange ? max(leaseAsked, due) : leaseAsked),
          background: true
        )
      }
    case .register: offer(.register, &offers)
    case .look: offer(.look, &offers)
    case .report: offer(.report, &offers)
    }
  }

  private func offer(_ verb: Verb, _ offers: inout KubeOffers) {
    let obstacle = Obstacle("obstacle.kubelet.node-asked")
    offers.add(verb, .object(key), when: request == nil, due: due, background: failures > 1, else: obstacle)
  }

  /// Does what was offered.
  ///
  /// False when the action is another's.
  mutating func perform(
    _ action: KubeAction,
    _ client: inout Client,
    _ recorder: inout EventRecorder,
    _ out: inout KubeOutbox
  ) -> Bool {
    if action.subject == .object(leaseKey) {
      keepLease(action.verb, &client, &out)
      return true
    }
    guard action.subject == .object(key), action.verb != "record" else { return false }
    var asked: Request
    switch action.verb {
    case .register:
      if failures == 0 { announce(&recorder, out.now) }
      asked = client.request(.create, key)
      asked.body = .object(Object(node: fresh))
    case .report:
      asked = client.request(.patch, key)
      asked.subresource = "status"
      asked.body = .patch(.strategic, change(&recorder, out.now))
      told = opinion(out.now)
      toldPressed = isPressed
    default:
      stage = .look
      asked = client.request(.get, key)
    }
    request = asked.id
    out.send(.request(asked), to: client.apiserver)
    return true
  }

  private mutating func keepLease(_ verb: Verb, _ client: inout Client, _ out: inout KubeOutbox) {
    var asked: Request
    switch verb {
    case .look:
      asked = client.request(.get, leaseKey)
      justRead = true
    default:
      let isNew = verb == .make
      asked = client.request(isNew ? .create : .update, leaseKey)
      var object = lease ?? Heart.lease(of: node.metadata.name)
      object.update(Lease.self) { $0.spec.renewTime = MicroTime(out.now + skew) }
      asked.body = .object(object)
    }
    leaseRequest = asked.id
    leaseAsked = out.now
    out.send(.request(asked), to: client.apiserver)
  }

  var state: Value {
    var value: Value = .map(("ready", .bool(told.isReady)), ("lease", .integer(lease?.resourceVersion ?? 0)))
    if let startedAt { value["startedAt"] = .integer(startedAt) }
    if let runtimeLostAt { value["runtimeLostAt"] = .integer(runtimeLostAt) }
    return value
  }
}

extension Verb {
  fileprivate static let renew: Verb = "renew"
  fileprivate static let make: Verb = "make"
  fileprivate static let look: Verb = "look"
  fileprivate static let register: Verb = "register"
}
