public import Clockwork

/// What a kernel knows of the hardware address behind an address on a link.
public struct Neighbour: Equatable, Sendable {
  public enum State: String, Equatable, Sendable {
    /// Asked for, not yet answered.
    case incomplete = "INCOMPLETE"
    case reachable = "REACHABLE"
    /// Not confirmed for a while, used all the same.
    case stale = "STALE"
    /// Asked for three times without an answer.
    case failed = "FAILED"
    case permanent = "PERMANENT"
  }

  public var address: IPv4
  public var device: String
  public var mac: MAC
  public var state: State
  /// When it was last confirmed, or last asked for.
  public var at: Time
  /// How often it has been asked for.
  public var probes: Int = 0

  public init(_ address: IPv4, device: String, mac: MAC = .zero, state: State = .reachable, at: Time = 0) {
    self.address = address
    self.device = device
    self.mac = mac
    self.state = state
    self.at = at
  }

  /// How long a confirmation lasts.
  public static let reachableTime: Time = 30_000
  /// The time between two questions, and how many there are.
  public static let retransmitTime: Time = 1_000
  public static let attempts = 3

  /// Whether frames can be addressed with it.
  public var isUsable: Bool { state == .reachable || state == .stale || state == .permanent }

  /// The line of `ip neigh`, without the space at its end.
  public func text(at now: Time) -> String {
    var words = [address.text, "dev", device]
    if isUsable { words += ["lladdr", mac.text] }
    let isOld = state == .reachable && now - at > Neighbour.reachableTime
    words.append(isOld ? State.stale.rawValue : state.rawValue)
    return words.joined(separator: " ")
  }
}

/// Which port of a bridge a hardware address is behind.
public struct ForwardingEntry: Equatable, Sendable {
  public var mac: MAC
  public var port: String
  public var bridge: String
  /// An address of the bridge's own ports: never learned, never forgotten.
  public var isPermanent: Bool
  public var at: Time

  public init(_ mac: MAC, port: String, bridge: String, isPermanent: Bool = false, at: Time = 0) {
    self.mac = mac
    self.port = port
    self.bridge = bridge
    self.isPermanent = isPermanent
    self.at = at
  }

  /// How long a bridge remembers where it saw an address.
  public static let ageingTime: Time = 300_000

  /// The line of `bridge fdb`, without the space at its end.
  public var text: String {
    "\(mac.text) dev \(port) master \(bridge)" + (isPermanent ? " permanent" : "")
  }
}
