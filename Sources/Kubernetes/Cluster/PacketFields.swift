import Clockwork

extension Packet {
  /// One field of the headers under the name that tshark has for it; nothing where the frame has no such field.
  public func field(_ name: String) -> String? {
    switch name {
    case "eth.src": return source.text
    case "eth.dst": return destination.text
    case "frame.len": return "\(14 + length)"
    default: break
    }
    switch payload {
    case .arp(let message): return message.field(name)
    case .ip(let datagram): return datagram.field(name)
    }
  }

  /// `SYN`, `arp-request`: the label without the ends.
  public var kindName: String { String(label.prefix { $0 != "/" }) }
}

extension ARP {
  fileprivate func field(_ name: String) -> String? {
    switch name {
    case "arp.opcode": isReply ? "2" : "1"
    case "arp.src.hw_mac": senderMAC.text
    case "arp.src.proto_ipv4": sender.text
    case "arp.dst.hw_mac": targetMAC.text
    case "arp.dst.proto_ipv4": target.text
    default: nil
    }
  }
}

extension Datagram {
  fileprivate func field(_ name: String) -> String? {
    switch name {
    case "ip.src": return source.text
    case "ip.dst": return destination.text
    case "ip.ttl": return "\(ttl)"
    case "ip.proto": return "\(transport.rawValue)"
    default: break
    }
    switch (content, name) {
    case (.icmp(let message), "icmp.type"): return "\(message.kind.numbers.type)"
    case (.icmp(let message), "icmp.code"): return "\(message.kind.numbers.code)"
    case (.tcp, "tcp.srcport"), (.udp, "udp.srcport"): return "\(sourcePort)"
    case (.tcp, "tcp.dstport"), (.udp, "udp.dstport"): return "\(destinationPort)"
    default: return nil
    }
  }
}

// What a question may ask about packets and the tables that move them.
extension Simulation {
  /// The last frame that passed an interface of a node, a Pod, `fabric` or `outside`, with the interface.
  ///
  /// Of one kind (`SYN`, `arp-request`) and on one interface where that is said.
  public func lastPacket(_ kind: String?, at place: String, on device: String?) -> (packet: Packet, device: String)? {
    guard let (kernel, space) = NetworkViews.space(place, in: self) else { return nil }
    return kernel.lastCaptured(in: space.name) { packet, name in
      (kind == nil || packet.kindName == kind) && (device == nil || name == device)
    }
  }

  /// Whether kernels move packets at a place.
  public func hasNetwork(at place: String) -> Bool { NetworkViews.space(place, in: self) != nil }

  /// What a line such as `ip route node1` prints; nothing where it is none, or looks where no network is.
  public func networkText(_ line: String) -> String? {
    guard case .success(let words) = Words.split(line), let verb = words.first else { return nil }
    do throws(Mistake) {
      let view = try NetworkReader.view(Array(words.dropFirst()), verb)
      guard case .network(let what, let place) = view, hasNetwork(at: place) else { return nil }
      return NetworkViews.text(what, place, in: self)
    } catch {
      return nil
    }
  }

  /// What became of the last line `send`, `dig` or `nslookup`, in one word, as its program prints it, and the status with
  /// which that exits; nothing before its end.
  public var lastSent: (word: String, text: String, status: Int64)? {
    for address in world.cells.indices where world.role(of: address) == .kernel {
      guard let kernel = world.component(address, as: Kernel.self) else { continue }
      if let result = kernel.result(cursor.visits) { return (result.word, result.line, result.status) }
    }
    return nil
  }

  /// Whose an address is, in a word that is the same in every variant; nothing where nobody has it.
  ///
  /// The words are `pod/web`, `node1`, `cni0@node1`, `svc/web`, `router`, `outside`, `lo` and `broadcast`.
  public func owner(of address: String) -> String? {
    let ip = IPv4(address)
    let mac = MAC(address)
    if ip?.isLoopback == true || mac == .zero { return "lo" }
    if mac == .broadcast { return "broadcast" }
    for place in world.cells.indices where world.role(of: place) == .kernel {
      guard let kernel = world.component(place, as: Kernel.self) else { continue }
      if let found = kernel.owner(ip, mac) { return found }
    }
    for object in etcd.objects where object.kind == .service && object.as(Service.self)?.spec.clusterIP == address {
      return Simulation.short("svc", object.metadata.namespace, object.name)
    }
    return nil
  }

  fileprivate static func short(_ kind: String, _ namespace: String, _ name: String) -> String {
    namespace == "default" ? "\(kind)/\(name)" : "\(kind)/\(namespace)/\(name)"
  }
}

extension Kernel {
  fileprivate func lastCaptured(
    in namespace: String,
    _ isWanted: (Packet, String) -> Bool
  ) -> (packet: Packet, device: String)? {
    var found: (packet: Packet, device: String)?
    moving.captures.forEach { _, capture in
      if capture.namespace == namespace, isWanted(capture.packet, capture.device) {
        found = (capture.packet, capture.device)
      }
    }
    return found
  }

  /// Whose link has an address, among those of this kernel.
  fileprivate func owner(_ ip: IPv4?, _ mac: MAC?) -> String? {
    var found: String?
    network.namespaces.forEach { name, space in
      // The ports of a switch have addresses that no frame is ever sent to.
      guard name != Fabric.exchange else { return }
      for link in space.links where !link.isLoopback {
        let isMeant = link.mac == mac || link.addresses.contains { $0.address == ip }
        if isMeant, found == nil { found = owner(link.name, space) }
      }
    }
    return found
  }

  private func owner(_ device: String, _ space: NetworkNamespace) -> String {
    if let (namespace, pod) = ScriptText.pair(space.pod, at: "/") { return Simulation.short("pod", namespace, pod) }
    if name == "fabric" { return space.name == Fabric.router ? "router" : space.name }
    let node = String(name.dropFirst("kernel@".utf8.count))
    return device == "eth0" ? node : "\(device)@\(node)"
  }
}
