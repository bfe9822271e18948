public import Clockwork

/// A client of kube-apiserver: numbers its requests, keeps its informers fed, and tries again after a lost connection.
///
/// Every component that watches has one; only the handling of the events is its own.
public struct Client: Sendable {
  public let apiserver: Address
  /// How the audit log names this client.
  public let user: String
  public var informers: [Informer]
  private var lastID: Int64 = 0
  /// After a refused connection, the time of the next try.
  public private(set) var retryAt: Time = 0
  private var failures: Int64 = 0
  /// Since when nothing has come through from kube-apiserver.
  private var silentSince: Time?

  /// How long a client trusts a silent connection (client-go: HTTP/2 health check, 30 s without a frame, 15 s for a ping).
  public static let patience: Time = 45_000
  /// How long a client waits after the first refused connection, and at most (client-go: reflector back-off).
  public static let retryAfter: Time = 1000
  public static let retryLimit: Time = 30_000

  public init(apiserver: Address, user: String, informers: [Informer] = []) {
    self.apiserver = apiserver
    self.user = user
    self.informers = informers
  }

  /// Begins with what the cluster held before the story: as if it had listed and watched long ago.
  public mutating func seed(_ objects: [Object], revision: Int64) {
    for index in informers.indices {
      let kind = informers[index].kind
      informers[index].seed(objects.filter { $0.kind == kind }, revision: revision)
    }
  }

  /// A request with the next number.
  public mutating func request(_ verb: APIVerb, _ key: ObjectKey) -> Request {
    lastID += 1
    return Request(id: lastID, user: user, verb: verb, key: key)
  }

  /// Gives a request made earlier its number and sender.
  public mutating func number(_ request: inout Request) {
    lastID += 1
    request.id = lastID
    request.user = user
  }

  /// Takes in what concerns the informers.
  ///
  /// False when the message is the component's own business.
  public mutating func receive(_ message: Message, at now: Time) -> Bool {
    switch message {
    case .watch(let event):
      for index in informers.indices where informers[index].receive(event) { return true }
      return true
    case .bookmark(let mark):
      for index in informers.indices where informers[index].receive(mark) { return true }
      return true
    case .watchError(let error):
      for index in informers.indices where informers[index].receive(error) { return true }
      return true
    case .link(let isUp, let by):
      if by == apiserver { listen(isUp, at: now) }
      return false
    case .response(let response):
      for index in informers.indices where informers[index].finishList(response) {
        if response.isSuccess { failures = 0 } else { backOff(at: now) }
        return true
      }
      for index in informers.indices where informers[index].finishResume(response) {
        if response.isSuccess { failures = 0 } else { backOff(at: now) }
        return true
      }
      return false
    case .refused(let id, _):
      for index in informers.indices where informers[index].phase == .listing(request: id) {
        informers[index].disconnect()
        backOff(at: now)
        return true
      }
      return false
    case .closed(let by):
      guard by == apiserver else { return false }
      silentSince = nil
      for index in informers.indices { informers[index].disconnect() }
      backOff(at: now)
      // The component itself may have requests under way.
      return false
    default:
      return false
    }
  }

  /// The connection falls silent, or comes back; what was given up meanwhile is opened anew a moment later.
  private mutating func listen(_ isUp: Bool, at now: Time) {
    if isUp {
      silentSince = nil
      if isGivenUp { retryAt = max(retryAt, now + Client.retryAfter) }
    } else if silentSince == nil {
      silentSince = now
    }
  }

  private var isGivenUp: Bool {
    for place in informers.indices where informers[place].phase != .watching { return true }
    return false
  }

  private mutating func backOff(at now: Time) {
    retryAt = now + min(Client.retryAfter << min(failures, 5), Client.retryLimit)
    failures += 1
  }

  /// Offers to list and watch again whatever is not being watched; a retry is periodic work.
  public func offers(_ offers: inout KubeOffers) {
    if let since = silentSince { return offerSilence(since, &offers) }
    for place in informers.indices {
      let subject = Kube.Subject.named(informers[place].kind.plural)
      switch informers[place].phase {
      case .mustList: offers.add("list", subject, due: retryAt, background: failures > 0)
      case .mustResume: offers.add("watch", subject, due: retryAt, background: failures > 0)
      default: break
      }
    }
  }

  /// Nothing comes through: watches are trusted for a while, and what is opened anew has to wait.
  private func offerSilence(_ since: Time, _ offers: inout KubeOffers) {
    for place in informers.indices {
      let subject = Kube.Subject.named(informers[place].kind.plural)
      switch informers[place].phase {
      case .mustList: offers.add("list", subject, when: false, else: .silent)
      case .mustResume: offers.add("watch", subject, when: false, else: .silent)
      default:
        offers.add("disconnect", .named("kube-apiserver"), due: since + Client.patience, background: true)
        return
      }
    }
  }

  /// Does what `offers` offered.
  ///
  /// False when the action is not the client's.
  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) -> Bool {
    if action.verb == "disconnect", action.subject == .named("kube-apiserver") {
      for index in informers.indices { informers[index].lose() }
      return true
    }
    if action.verb == "watch" { return resume(action, &out) }
    guard action.verb == "list", case .named(let plural) = action.subject else { return false }
    for index in informers.indices where informers[index].kind.plural == plural && informers[index].phase == .mustList {
      var request = request(.watch, ObjectKey(informers[index].kind, "", ""))
      request.selector = informers[index].selector
      informers[index].beginList(request: request.id)
      out.send(.request(request), to: apiserver)
      return true
    }
    return false
  }

  /// Goes on watching where the connection broke.
  private mutating func resume(_ action: KubeAction, _ out: inout KubeOutbox) -> Bool {
    guard case .named(let plural) = action.subject else { return false }
    for index in informers.indices where informers[index].kind.plural == plural && informers[index].phase == .mustResume
    {
      var request = request(.watch, ObjectKey(informers[index].kind, "", ""))
      request.selector = informers[index].selector
      request.since = informers[index].heard
      informers[index].beginResume(request: request.id)
      out.note(Fact("fact.client.resumes", ("kind", .string(plural)), ("revision", .integer(request.since))))
      out.send(.request(request), to: apiserver)
      return true
    }
    return false
  }

  /// What a restarted process knows: nothing.
  public mutating func restart() {
    for index in informers.indices {
      informers[index] = Informer(informers[index].kind, informers[index].selector)
    }
    retryAt = 0
    failures = 0
    silentSince = nil
  }

  /// True when an event waits that the component has not handled.
  public var isBehind: Bool {
    for place in informers.indices where informers[place].isBehind { return true }
    return false
  }

  public var state: Value {
    .map(informers.map { Value.Entry($0.kind.plural, $0.state) })
  }
}

extension Obstacle {
  fileprivate static var silent: Obstacle { Obstacle("obstacle.client.silent") }
}
