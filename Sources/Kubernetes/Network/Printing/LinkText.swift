import Clockwork

extension NetworkNamespace {
  /// What `ip addr` prints here.
  public func addressListing(in network: NodeNetwork? = nil) -> String {
    var out = ""
    for link in links { out += text(of: link, in: network) }
    return out
  }

  private func text(of link: NetworkLink, in network: NodeNetwork?) -> String {
    var out = "\(link.index): \(name(of: link, in: network)): <\(link.flags)> mtu \(link.mtu) qdisc \(link.queue)"
    if !link.master.isEmpty { out += " master \(link.master)" }
    out += " state \(link.stateText(hasPorts: links.contains { $0.master == link.name && $0.isRunning })) group default"
    out += link.hasQueueLength ? " qlen 1000\n" : " \n"
    if link.isLoopback {
      out += "    link/loopback \(MAC.zero.text) brd \(MAC.zero.text)\n"
    } else {
      out += "    link/ether \(link.mac.text) brd \(MAC.broadcast.text)"
      if case .veth(let peer) = link.kind, peer.namespace != name { out += " link-netnsid 0" }
      out += "\n"
    }
    for address in link.addresses {
      out += "    inet \(address.text)"
      if !link.isLoopback, address.prefix < 31, link.hasBroadcast { out += " brd \(address.broadcast.text)" }
      out += " scope \(address.scope.rawValue) \(link.name)\n"
      out += "       valid_lft forever preferred_lft forever\n"
    }
    return out
  }

  /// A link of a pair also shows the other end: by its name here, by its number where it is elsewhere.
  private func name(of link: NetworkLink, in network: NodeNetwork?) -> String {
    guard case .veth(let peer) = link.kind else { return link.name }
    if peer.namespace == name { return "\(link.name)@\(peer.name)" }
    let number = network?[peer.namespace]?[link: peer.name]?.index
    return "\(link.name)@if\(number ?? 2)"
  }

  /// What `ip route` prints here; every line ends with a space, as the tool's do.
  public var routeListing: String { routes.listed.map { $0.text + " \n" }.joined() }

  /// What `ip route show table all` prints here.
  public var fullRouteListing: String { routes.all.map { $0.text + " \n" }.joined() }

  /// What `ip neigh` prints here.
  public func neighbourListing(at now: Time) -> String {
    var out = ""
    neighbours.forEach { _, neighbour in out += neighbour.text(at: now) + " \n" }
    return out
  }

  /// What `bridge fdb` prints here, of the entries that have to do with unicast.
  public func forwardingListing(at now: Time) -> String {
    var out = ""
    for link in links {
      forwarding.forEach { _, entry in
        let isOld = !entry.isPermanent && now - entry.at > ForwardingEntry.ageingTime
        if entry.port == link.name, !isOld { out += entry.text + (entry.isPermanent ? "\n" : " \n") }
      }
    }
    return out
  }

  /// What `iptables-save` prints here.
  public var ruleListing: String { rules.all.map { $0.text }.joined() }

  /// What `conntrack -L` prints here.
  public func connectionListing(at now: Time) -> String {
    connections.all(at: now).map { $0.text(at: now) + "\n" }.joined()
  }
}

extension NetworkLink {
  fileprivate var flags: String {
    var flags: [String] = []
    if !isRunning, isUp { flags.append("NO-CARRIER") }
    flags += isLoopback ? ["LOOPBACK"] : ["BROADCAST", "MULTICAST"]
    if isPromiscuous { flags.append("PROMISC") }
    if isUp { flags.append("UP") }
    if isRunning { flags.append("LOWER_UP") }
    return flags.joined(separator: ",")
  }

  fileprivate var queue: String { isUp ? "noqueue" : "noop" }

  fileprivate func stateText(hasPorts: Bool) -> String {
    if isLoopback { return isUp ? "UNKNOWN" : "DOWN" }
    if !isUp { return "DOWN" }
    if isBridge { return hasPorts ? "UP" : "DOWN" }
    if hasCarrier { return "UP" }
    if case .veth = kind { return "LOWERLAYERDOWN" }
    return "DOWN"
  }

  fileprivate var hasQueueLength: Bool {
    if case .veth = kind { return false }
    return true
  }

  /// Plugins give addresses with their broadcast address, administrators mostly without.
  fileprivate var hasBroadcast: Bool { kind != .ethernet }
}
