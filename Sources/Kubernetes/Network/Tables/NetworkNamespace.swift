public import Clockwork

/// One network stack: links, addresses, routes, neighbours, rules, connections and sockets.
public struct NetworkNamespace: Equatable, Sendable {
  /// The namespace that a machine starts with.
  public static let host = "host"

  public let name: String
  /// The Pod whose namespace it is, as `NAMESPACE/NAME`; empty for none.
  public var pod: String
  /// In the order of their numbers.
  public internal(set) var links: [NetworkLink] = []
  public internal(set) var routes: RouteTables = RouteTables()
  public internal(set) var neighbours: Table<NeighbourKey, Neighbour> = [:]
  public internal(set) var forwarding: Table<ForwardingKey, ForwardingEntry> = [:]
  public internal(set) var rules: RuleTables = RuleTables()
  public internal(set) var connections: ConnectionTable = ConnectionTable()
  /// What `recent` matches remember: by list, address and the times it was seen.
  public internal(set) var recent: Table<String, Table<UInt32, [Time]>> = [:]
  /// How often each `nth` match was asked.
  var counters: Table<String, UInt32> = [:]
  public internal(set) var sockets: [Socket] = []
  /// What clients in this namespace are trying to get.
  public internal(set) var visits: [Visit] = []
  public var settings: NetworkSettings = NetworkSettings()
  /// Packets that wait for the hardware address of the next hop.
  var waiting: [WaitingPacket] = []
  var lastIndex = 0
  /// Whether rules exist that look at connections; kept because it is asked for every packet.
  var isTracking = false
  /// Whether a rule leaves something to chance.
  var hasChance = false

  /// A namespace with nothing in it but a loopback interface that is down.
  public init(_ name: String, pod: String = "") {
    self.name = name
    self.pod = pod
    add(NetworkLink("lo", .loopback))
  }

  public subscript(link name: String) -> NetworkLink? {
    for link in links where link.name == name { return link }
    return nil
  }

  func place(of link: String) -> Int? { links.firstIndex { $0.name == link } }

  /// The first address of an interface.
  public func address(of link: String) -> IPv4? { self[link: link]?.addresses.first?.address }

  /// Every address of the namespace that is not a loopback one, in order.
  public var addresses: [IPv4] {
    var out: [IPv4] = []
    for link in links where !link.isLoopback {
      for address in link.addresses { out.append(address.address) }
    }
    return out
  }

  mutating func add(_ link: NetworkLink) {
    var link = link
    if link.index == 0 { link.index = lastIndex + 1 }
    lastIndex = max(lastIndex, link.index)
    links.append(link)
  }
}

/// Switches of the kernel, under the names of `sysctl`.
public struct NetworkSettings: Equatable, Sendable {
  /// `net.ipv4.ip_forward`: whether packets for others are sent on.
  public var forwards: Bool = false
  /// `net.bridge.bridge-nf-call-iptables`: whether frames that are only bridged meet the rules too.
  public var bridgeCallsRules: Bool = false
  /// `net.ipv4.conf.all.route_localnet`: whether 127.0.0.0/8 may come from or go to a wire.
  public var routesLoopback: Bool = false
  /// `net.ipv4.conf.all.rp_filter`: 0 off, 1 strict, 2 loose.
  public var reversePathFilter: Int = 0
  /// Whether what a promiscuous bridge sends back up stays part of its connection.
  ///
  /// No switch: Linux 6.9 and the stable releases of spring 2024 took it away, and a hairpin through such a bridge with it.
  public var tracksPromiscuous: Bool = true
  /// `net.netfilter.nf_conntrack_max`: how many connections are remembered at most.
  public var connectionLimit: Int = 262_144
  /// `net.netfilter.nf_conntrack_tcp_timeout_established`, in seconds.
  public var establishedTimeout: Int64 = 432_000
  /// `net.netfilter.nf_conntrack_tcp_timeout_close_wait`, in seconds.
  public var closeWaitTimeout: Int64 = 60

  public init() {}

  /// Sets a switch by its name; false where the model has none of that name.
  public mutating func set(_ name: String, _ value: Int64) -> Bool {
    switch name {
    case "net.ipv4.ip_forward": forwards = value != 0
    case "net.bridge.bridge-nf-call-iptables": bridgeCallsRules = value != 0
    case "net.ipv4.conf.all.route_localnet": routesLoopback = value != 0
    case "net.ipv4.conf.all.rp_filter": reversePathFilter = Int(value)
    case "net.netfilter.nf_conntrack_max": connectionLimit = Int(value)
    case "net.netfilter.nf_conntrack_tcp_timeout_established": establishedTimeout = value
    case "net.netfilter.nf_conntrack_tcp_timeout_close_wait": closeWaitTimeout = value
    default: return false
    }
    return true
  }

  public subscript(name: String) -> Int64? {
    switch name {
    case "net.ipv4.ip_forward": forwards ? 1 : 0
    case "net.bridge.bridge-nf-call-iptables": bridgeCallsRules ? 1 : 0
    case "net.ipv4.conf.all.route_localnet": routesLoopback ? 1 : 0
    case "net.ipv4.conf.all.rp_filter": Int64(reversePathFilter)
    case "net.netfilter.nf_conntrack_max": Int64(connectionLimit)
    case "net.netfilter.nf_conntrack_tcp_timeout_established": establishedTimeout
    case "net.netfilter.nf_conntrack_tcp_timeout_close_wait": closeWaitTimeout
    default: nil
    }
  }
}

public struct NeighbourKey: Comparable, Sendable {
  public var address: IPv4
  public var device: String

  public static func < (left: NeighbourKey, right: NeighbourKey) -> Bool {
    left.address == right.address ? left.device < right.device : left.address < right.address
  }
}

public struct ForwardingKey: Comparable, Sendable {
  public var mac: MAC
  public var bridge: String

  public static func < (left: ForwardingKey, right: ForwardingKey) -> Bool {
    left.mac == right.mac ? left.bridge < right.bridge : left.mac < right.mac
  }
}

/// A packet that knows its way, and lacks only the hardware address of the next hop.
struct WaitingPacket: Equatable, Sendable {
  /// Where a frame goes on that a rule has sent to another port of its bridge.
  struct Bridged: Equatable, Sendable {
    var input: String
    var port: String
  }

  var packet: Packet
  var device: String
  var nextHop: IPv4
  /// Where it came in; empty when a process here sent it.
  var input: String
  var tracking: Passage.Tracking
  var bridged: Bridged? = nil
}
