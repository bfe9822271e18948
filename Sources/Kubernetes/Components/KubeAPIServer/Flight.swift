import Clockwork

/// A request on its way through kube-apiserver.
struct Flight: Sendable {
  /// What has to be done with it next.
  enum Stage: Equatable, Sendable {
    case authorize
    case admit
    /// A webhook has to be asked.
    case call
    case validate
    /// Quotas are charged before the object is stored.
    case charge
    case store
    case read
    /// Something else has to answer first: etcd, or a kubelet.
    case waiting
    case reply
    /// Whoever asked has gone; the kubelet that streams for it is told.
    case hangUp
  }

  let serial: Int64
  private let asked: Asked
  let sender: Address
  let arrived: Time
  var stage: Stage = .authorize
  /// The object as it is being made; nothing once a delete was decided.
  var object: Object?
  /// What the update starts from.
  var base: Object?
  var removes = false
  /// Quotas that have to be written before the object is, as they will stand.
  var charges: [Object] = []
  var isCharging = false
  /// Quotas that have been written.
  var charged: [Object] = []
  var response: Response?
  /// The member of etcd that was asked, and how many were asked in vain.
  var member: Address?
  var tries = 0
  /// When a failed call to etcd is given up.
  var replyAt: Time = 0
  /// The node that was asked to run a command, or for a log.
  var node: Address?
  /// True when somebody else has the answer: a kubelet has logs, a server behind this one has an API group.
  var isForwarded = false
  /// Webhooks that have not been asked yet, the one that is being asked first.
  var webhooks: [Webhook] = []
  var isCalling = false
  /// A webhook that need not be asked did not answer.
  var isUnasked = false
  /// pods/log: what the kubelet is asked for, when its silence is given up, and whether it has sent something.
  var logURL: String = ""
  var giveUpAt: Time?
  var hasStreamed = false

  init(serial: Int64, request: Request, sender: Address, arrived: Time) {
    self.serial = serial
    asked = Asked(request)
    self.sender = sender
    self.arrived = arrived
  }

  var request: Request { asked.request }

  var verb: Verb {
    switch stage {
    case .authorize: .authorize
    case .admit: .admit
    case .call: .call
    case .validate: .validate
    case .charge: .charge
    case .store: .store
    case .read: request.subresource == "exec" ? .exec : (isForwarded ? .proxy : .read)
    case .waiting, .reply: .reply
    case .hangUp: "hang-up"
    }
  }

  /// The name that an object made from `generateName` gets is known only after admission.
  var subject: Kube.Subject {
    if !request.path.isEmpty { return .named(request.path) }
    if let object, request.name.isEmpty { return .object(object.key) }
    if request.name.isEmpty, request.verb == .list || request.verb == .watch { return .named(request.kind.plural) }
    return .object(request.key)
  }

  /// Who asks: the client itself, or whom it says it acts for.
  func identity(_ version: Version, _ known: inout Table<String, Identity>) -> Identity {
    if let other = request.impersonated { return other }
    if let identity = known[request.user] { return identity }
    let identity = Identity.of(client: request.user, version)
    known[request.user] = identity
    return identity
  }

  /// The node whose kubelet asks; nothing where somebody else does.
  var askingNode: String? {
    if let other = request.impersonated { return other.node }
    return request.user.hasPrefix("kubelet@") ? String(request.user.dropFirst("kubelet@".count)) : nil
  }

  mutating func fail(_ code: Int64, _ reason: String, _ message: String) {
    var response = Response(id: request.id, code: code, about: request.key)
    response.reason = reason
    response.message = message
    self.response = response
    stage = .reply
  }

  mutating func succeed(_ code: Int64, _ object: Object?) {
    var response = Response(id: request.id, code: code, about: object?.key ?? request.key)
    response.object = object
    self.response = response
    stage = .reply
  }

  var state: Value {
    var value: Value = .map(("request", .string(request.summary)), ("from", .string(request.user)))
    value["next"] = .string(verb.text)
    if let object { value["object"] = object.value }
    if let response { value["code"] = .integer(response.code) }
    return value
  }
}

/// A request in a box of its own: a flight is handed from stage to stage, and its request never changes.
private final class Asked: Sendable {
  let request: Request

  init(_ request: Request) { self.request = request }
}

extension Verb {
  static let authorize: Verb = "authorize"
  static let admit: Verb = "admit"
  static let validate: Verb = "validate"
  static let charge: Verb = "charge"
  static let store: Verb = "store"
  static let read: Verb = "read"
  static let exec: Verb = "exec"
  static let proxy: Verb = "proxy"
  static let reply: Verb = "reply"
  static let notify: Verb = "notify"
}
