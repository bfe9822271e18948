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
  private var client: Client
  private var election: LeaderElection
  /// The loops of the process.
  public var loops: [Address] = []

  public static let usual = "kube-controller-manager"
  public static let cloud = "cloud-controller-manager"

  public init(host: String, apiserver: Address, name: String = KubeControllerManager.usual) {
    self.name = name
    client = Client(apiserver: apiserver, user: name)
    election = LeaderElection(name, host: host)
  }

  /// The lease as it stands when the story begins.
  public static func lease(host: String, of name: String = KubeControllerManager.usual) -> Object {
    LeaderElection.lease(name, host: host)
  }

  public mutating func seed(_ objects: [Object]) { election.seed(objects) }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    if case .clock(let skew) = message { election.skew = skew }
    _ = election.receive(message, from: client.apiserver, at: now)
  }

  public func offers(_ offers: inout KubeOffers) { election.offers(&offers) }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    guard case .told(let leads) = election.perform(action, &client, &out) else { return }
    for loop in loops { out.send(.leading(leads), to: loop) }
  }

  public mutating func restart(at now: Time) { election.restart(at: now) }

  public var state: Value { election.state }
}
