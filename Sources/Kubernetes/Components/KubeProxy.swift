import Clockwork

/// kube-proxy turns Services and EndpointSlices into packet rules on its node; it never hears of a Pod.
public struct KubeProxy: Component {
  public typealias Model = Kube

  // MARK: State

  public let name: String
  public let role = Kube.Role.proxy
  /// Its watches would be on Services and EndpointSlices; Pods are not among them.
  private var client: Client

  public init(node: String, apiserver: Address) {
    name = "kube-proxy@\(node)"
    client = Client(apiserver: apiserver, user: "kube-proxy@\(node)")
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    _ = client.receive(message, at: now)
  }

  public func offers(_ offers: inout KubeOffers) {
    client.offers(&offers)
    offers.add(.sync, .named("services"), when: false, else: .noServiceChanged)
  }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    _ = client.perform(action, &out)
  }

  public mutating func restart(at now: Time) { client.restart() }

  public var state: Value { .map(("watches", client.state)) }
}

extension Verb {
  fileprivate static let sync: Verb = "sync"
}

extension Obstacle {
  fileprivate static var noServiceChanged: Obstacle { Obstacle("obstacle.proxy.no-service-changed") }
}
