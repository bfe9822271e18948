/// A network interface of one namespace.
public struct NetworkLink: Equatable, Sendable {
  public enum Kind: Equatable, Sendable {
    case loopback
    /// A card; what it sends arrives wherever its cable ends, outside of this kernel.
    case ethernet
    /// One end of a pair: what goes in comes out at the other end.
    case veth(peer: Peer)
    case bridge
    case dummy
  }

  /// The other end of a pair.
  public struct Peer: Equatable, Sendable {
    public var namespace: String
    public var name: String

    public init(namespace: String, name: String) {
      self.namespace = namespace
      self.name = name
    }
  }

  /// The kernel numbers interfaces as they come, in every namespace anew.
  public var index: Int = 0
  public var name: String
  public var kind: Kind
  public var mac: MAC
  public var mtu: Int = 1500
  public var isUp: Bool = false
  /// False while the cable is pulled, or the other end of the pair is down.
  public var hasCarrier: Bool = true
  /// The bridge that the interface is a port of; empty for none.
  public var master: String = ""
  /// Whether a bridge may send a frame back out of the port that it came in by.
  public var isHairpin: Bool = false
  public var isPromiscuous: Bool = false
  public var addresses: [InterfaceAddress] = []

  public init(_ name: String, _ kind: Kind, mac: MAC = .zero) {
    self.name = name
    self.kind = kind
    self.mac = mac
    if kind == .loopback { mtu = 65536 }
  }

  public var isLoopback: Bool { kind == .loopback }
  public var isBridge: Bool { kind == .bridge }
  public var isRunning: Bool { isUp && hasCarrier }
}

/// An address of an interface, with the range that can be reached through it directly.
public struct InterfaceAddress: Equatable, Sendable {
  public var address: IPv4
  public var prefix: UInt32
  public var scope: Route.Scope = .global

  public init(_ address: IPv4, prefix: UInt32, scope: Route.Scope = .global) {
    self.address = address
    self.prefix = prefix
    self.scope = scope
  }

  /// Reads `10.0.0.1/24`; an address alone is a range of one.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let address = IPv4(String(parts[0])) else { return nil }
    self.address = address
    prefix = 32
    guard parts.count == 2 else { return }
    guard let prefix = UInt32(parts[1]), prefix <= 32 else { return nil }
    self.prefix = prefix
  }

  public var range: CIDR { CIDR(base: address, prefix: prefix) }
  public var text: String { "\(address.text)/\(prefix)" }

  /// The last address of the range, which means everybody in it.
  public var broadcast: IPv4 {
    prefix >= 32 ? address : IPv4(range.base.number | ~UInt32(0) >> prefix)
  }
}
