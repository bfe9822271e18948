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
    case .response(let response):
      for index in informers.indices where informers[index].finishList(response) {
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
      for index in informers.indices { informers[index].disconnect() }
      backOff(at: now)
      // The component itself may have requests under way.
      return false
    default:
      return false
    }
  }

  private mutating func backOff(at now: Time) {
    retryAt = now + min(Client.retryAfter << min(failures, 5), Client.retryLimit)
    failures += 1
  }

  /// Offers to list and watch again whatever is not being watched; a retry is periodic work.
  public func offers(_ offers: inout KubeOffers) {
    for place in informers.indices where informers[place].phase == .mustList {
      offers.add("list", .named(informers[place].kind.plural), due: retryAt, background: failures > 0)
    }
  }

  /// Does what `offers` offered.
  ///
  /// False when the action is not the client's.
  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) -> Bool {
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

  /// What a restarted process knows: nothing.
  public mutating func restart() {
    for index in informers.indices {
      informers[index] = Informer(informers[index].kind, informers[index].selector)
    }
    retryAt = 0
    failures = 0
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
