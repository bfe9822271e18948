/// What somebody with the right to do so changes in the network of a node.
///
/// Plugins, proxies and administrators change tables with these and nothing else; each reads as the command that
/// would do the same.
public struct NetworkChange: Equatable, Sendable {
  public enum Operation: Equatable, Sendable {
    /// A namespace, and the Pod that it is for.
    case addNamespace(pod: String)
    case removeNamespace
    /// Any link but a pair; it starts down.
    case addLink(NetworkLink)
    /// A pair: this end, and the other end with its namespace and hardware address.
    case addPair(String, mac: MAC, peer: NetworkLink.Peer, peerMAC: MAC)
    case removeLink(String)
    case setLink(String, LinkSetting)
    case addAddress(InterfaceAddress, device: String)
    case removeAddress(InterfaceAddress, device: String)
    case addRoute(Route)
    case removeRoute(Route)
    case addNeighbour(Neighbour)
    case removeNeighbour(IPv4, device: String)
    /// One switch of the kernel by its name.
    case set(String, Int64)
    /// `iptables-restore --noflush`, or one `iptables` command: all of it, or none.
    case rules(RuleTable.Name, [RuleCommand])
    /// What a program does that first looks whether it is done already.
    case ensure(RuleWrite)
    case listen(Socket)
    /// A process is gone, with every socket it held.
    case endProcess(String)
    case closeSocket(TransportProtocol, port: UInt16, process: String)
    /// `conntrack -D`: what is to be forgotten.
    case forgetConnections(ConnectionFilter)
  }

  public enum LinkSetting: Equatable, Sendable {
    case up
    case down
    case master(String)
    case noMaster
    case mtu(Int)
    case mac(MAC)
    case hairpin(Bool)
    case promiscuous(Bool)
    /// The cable is in, or out.
    case carrier(Bool)
  }

  /// Entries of connection tracking, by what of them is given.
  public struct ConnectionFilter: Equatable, Sendable {
    public var transport: TransportProtocol?
    public var originalDestination: IPv4?
    public var originalPort: UInt16?
    /// Where the connection really went.
    public var replySource: IPv4?

    public init() {}

    func matches(_ connection: Connection) -> Bool {
      if let transport, connection.original.transport != transport { return false }
      if let originalDestination, connection.original.destination != originalDestination { return false }
      if let originalPort, connection.original.destinationPort != originalPort { return false }
      if let replySource, connection.reply.source != replySource { return false }
      return true
    }
  }

  public var namespace: String
  public var operation: Operation

  public init(in namespace: String = NetworkNamespace.host, _ operation: Operation) {
    self.namespace = namespace
    self.operation = operation
  }

  /// The command that does the same.
  public var text: String {
    let inside = namespace == NetworkNamespace.host ? "" : " -n \(namespace)"
    let execute = namespace == NetworkNamespace.host ? "" : "ip netns exec \(namespace) "
    switch operation {
    case .addNamespace: return "ip netns add \(namespace)"
    case .removeNamespace: return "ip netns del \(namespace)"
    case .addLink(let link): return "ip\(inside) link add \(link.name) " + link.creation
    case .addPair(let name, let mac, let peer, let peerMAC):
      let far = "peer name \(peer.name) address \(peerMAC.text) netns \(peer.namespace)"
      return "ip\(inside) link add \(name) address \(mac.text) type veth \(far)"
    case .removeLink(let name): return "ip\(inside) link del \(name)"
    case .setLink(let name, let setting):
      if case .hairpin(let isOn) = setting {
        return "bridge\(inside) link set dev \(name) hairpin \(isOn ? "on" : "off")"
      }
      return "ip\(inside) link set \(name) \(setting.text)"
    case .addAddress(let address, let device): return "ip\(inside) addr add \(address.text) dev \(device)"
    case .removeAddress(let address, let device): return "ip\(inside) addr del \(address.text) dev \(device)"
    case .addRoute(let route): return "ip\(inside) route add \(route.text)"
    case .removeRoute(let route): return "ip\(inside) route del \(route.text)"
    case .addNeighbour(let neighbour):
      return "ip\(inside) neigh replace \(neighbour.address.text) lladdr \(neighbour.mac.text) dev \(neighbour.device)"
    case .removeNeighbour(let address, let device): return "ip\(inside) neigh del \(address.text) dev \(device)"
    case .set(let name, let value): return "\(execute)sysctl -w \(name)=\(value)"
    case .rules(let table, let commands):
      if commands.count == 1, let command = commands.first {
        return "\(execute)iptables -t \(table.rawValue) \(command.text)"
      }
      return "\(execute)iptables-restore --noflush # *\(table.rawValue), \(commands.count) lines"
    case .ensure(let write): return "\(execute)\(write.text)"
    case .listen(let socket):
      return "\(execute)\(socket.process) # listens on \(socket.transport.text) \(socket.localPort)"
    case .endProcess(let process): return "\(execute)pkill \(process)"
    case .closeSocket(_, let port, let process): return "\(execute)\(process) # closes \(port)"
    case .forgetConnections(let filter): return "\(execute)conntrack -D" + filter.text
    }
  }
}

extension NetworkLink {
  fileprivate var creation: String {
    let address = mac == .zero ? "" : "address \(mac.text) "
    let kind =
      switch self.kind {
      case .loopback: "loopback"
      case .ethernet, .dummy: "dummy"
      case .veth: "veth"
      case .bridge: "bridge"
      }
    return "\(address)mtu \(mtu) type \(kind)"
  }
}

extension NetworkChange.LinkSetting {
  fileprivate var text: String {
    switch self {
    case .up: "up"
    case .down: "down"
    case .master(let bridge): "master \(bridge)"
    case .noMaster: "nomaster"
    case .mtu(let mtu): "mtu \(mtu)"
    case .mac(let mac): "address \(mac.text)"
    case .hairpin(let isOn): "hairpin \(isOn ? "on" : "off")"
    case .promiscuous(let isOn): "promisc \(isOn ? "on" : "off")"
    case .carrier(let isOn): "carrier \(isOn ? "on" : "off")"
    }
  }
}

extension NetworkChange.ConnectionFilter {
  fileprivate var text: String {
    var out = ""
    if let transport { out += " -p \(transport.text)" }
    if let originalDestination { out += " --orig-dst \(originalDestination.text)" }
    if let originalPort { out += " --orig-port-dst \(originalPort)" }
    if let replySource { out += " --reply-src \(replySource.text)" }
    return out
  }
}
