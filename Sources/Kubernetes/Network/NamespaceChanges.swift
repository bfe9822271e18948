import Clockwork

extension NetworkNamespace {
  static func noDevice(_ name: String) -> String { "Cannot find device \"\(name)\"" }
  static let exists = "RTNETLINK answers: File exists"
  static let noProcess = "RTNETLINK answers: No such process"
  static let unreachable = "Error: Nexthop has invalid gateway."

  /// Does what concerns this namespace alone; returns the tool's words where it cannot.
  mutating func apply(_ operation: NetworkChange.Operation) -> String? {
    switch operation {
    case .addLink(let link):
      if self[link: link.name] != nil { return NetworkNamespace.exists }
      add(link)
    case .addAddress(let address, let device): return add(address, to: device)
    case .removeAddress(let address, let device): return remove(address, from: device)
    case .addRoute(let route): return add(route)
    case .removeRoute(let route): return routes.remove(route) ? nil : NetworkNamespace.noProcess
    case .addNeighbour(let neighbour):
      neighbours[NeighbourKey(address: neighbour.address, device: neighbour.device)] = neighbour
    case .removeNeighbour(let address, let device):
      neighbours[NeighbourKey(address: address, device: device)] = nil
    case .set(let name, let value):
      return settings.set(name, value) ? nil : "sysctl: cannot stat /proc/sys/\(name): No such file or directory"
    case .rules(let table, let commands):
      let failure = rules.apply(commands, to: table)
      isTracking = rules.needsTracking
      hasChance = rules.hasChance
      return failure
    case .ensure(let write):
      let failure = rules.write(write)
      isTracking = rules.needsTracking
      return failure
    case .listen(let socket): return listen(socket)
    case .endProcess(let process): sockets.removeAll { $0.process == process }
    case .closeSocket(let transport, let port, let process):
      sockets.removeAll { $0.transport == transport && $0.localPort == port && $0.process == process }
    case .forgetConnections(let filter): connections.removeAll { filter.matches($0) }
    case .addNamespace, .removeNamespace, .addPair, .removeLink, .setLink: break
    }
    return nil
  }

  // MARK: Links

  mutating func set(_ name: String, _ setting: NetworkChange.LinkSetting) -> String? {
    guard let place = place(of: name) else { return NetworkNamespace.noDevice(name) }
    switch setting {
    case .up: bringUp(place)
    case .down: bringDown(place)
    case .master(let bridge):
      guard self[link: bridge]?.isBridge == true else { return NetworkNamespace.noDevice(bridge) }
      links[place].master = bridge
      let mac = links[place].mac
      let entry = ForwardingEntry(mac, port: name, bridge: bridge, isPermanent: true)
      forwarding[ForwardingKey(mac: mac, bridge: bridge)] = entry
    case .noMaster:
      forget(port: name)
      links[place].master = ""
    case .mtu(let mtu): links[place].mtu = mtu
    case .mac(let mac): links[place].mac = mac
    case .hairpin(let isOn): links[place].isHairpin = isOn
    case .promiscuous(let isOn): links[place].isPromiscuous = isOn
    case .carrier(let isOn):
      links[place].hasCarrier = isOn
      if !isOn { forget(port: name, learnedOnly: true) }
    }
    return nil
  }

  mutating func removeLink(_ name: String) {
    guard let place = place(of: name) else { return }
    bringDown(place)
    forget(port: name)
    routes.removeAll { $0.device == name }
    for index in links.indices where links[index].master == name { links[index].master = "" }
    links.remove(at: place)
  }

  /// Ranges are reachable while their interface is up; `lo` brings its address along.
  private mutating func bringUp(_ place: Int) {
    guard !links[place].isUp else { return }
    links[place].isUp = true
    if links[place].isLoopback, links[place].addresses.isEmpty {
      _ = add(InterfaceAddress(.localhost, prefix: 8, scope: .host), to: links[place].name)
      return
    }
    for address in links[place].addresses { connect(address, links[place].name) }
  }

  private mutating func bringDown(_ place: Int) {
    links[place].isUp = false
    let name = links[place].name
    routes.removeAll { $0.device == name && $0.kind != .local }
    var stale: [NeighbourKey] = []
    neighbours.forEach { key, _ in if key.device == name { stale.append(key) } }
    for key in stale { neighbours[key] = nil }
    waiting.removeAll { $0.device == name }
    forget(port: name, learnedOnly: true)
  }

  private mutating func forget(port: String, learnedOnly: Bool = false) {
    var stale: [ForwardingKey] = []
    forwarding.forEach { key, entry in
      if entry.port == port, !(learnedOnly && entry.isPermanent) { stale.append(key) }
    }
    for key in stale { forwarding[key] = nil }
  }

  // MARK: Addresses and routes

  private mutating func add(_ address: InterfaceAddress, to device: String) -> String? {
    guard let place = place(of: device) else { return NetworkNamespace.noDevice(device) }
    if links[place].addresses.contains(where: { $0.address == address.address && $0.prefix == address.prefix }) {
      return NetworkNamespace.exists
    }
    links[place].addresses.append(address)
    let isLoopback = links[place].isLoopback
    routes.add(local(address.address, device))
    if isLoopback, address.prefix < 32 {
      var range = local(address.address, device)
      range.destination = address.range
      routes.add(range)
    }
    if links[place].isUp { connect(address, device) }
    return nil
  }

  private func local(_ address: IPv4, _ device: String) -> Route {
    Route(.local, to: CIDR(address), device: device, scope: .host, origin: "kernel", source: address)
  }

  /// The routes that the kernel adds by itself for an address of an interface that is up.
  private mutating func connect(_ address: InterfaceAddress, _ device: String) {
    guard address.prefix < 32 else { return }
    if address.prefix < 31 {
      routes.add(
        Route(
          .broadcast,
          to: CIDR(address.broadcast),
          device: device,
          scope: .link,
          origin: "kernel",
          source: address.address
        )
      )
    }
    guard !address.address.isLoopback else { return }
    routes.add(
      Route(to: address.range, device: device, scope: .link, origin: "kernel", source: address.address)
    )
  }

  private mutating func remove(_ address: InterfaceAddress, from device: String) -> String? {
    guard let place = place(of: device) else { return NetworkNamespace.noDevice(device) }
    guard let index = links[place].addresses.firstIndex(where: { $0.address == address.address }) else {
      return "RTNETLINK answers: Cannot assign requested address"
    }
    links[place].addresses.remove(at: index)
    routes.removeAll { $0.device == device && $0.source == address.address }
    return nil
  }

  /// A router has to be a neighbour on the device, or reached over one.
  private mutating func add(_ route: Route) -> String? {
    var route = route
    if let gateway = route.gateway {
      let next = routes.lookup(gateway)
      if route.device.isEmpty { route.device = next?.device ?? "" }
      let isNeighbour = next.map { $0.gateway == nil && $0.kind == .unicast && $0.device == route.device } ?? false
      if !isNeighbour, !route.isOnLink { return NetworkNamespace.unreachable }
    }
    if route.kind == .unicast {
      guard let link = self[link: route.device] else { return NetworkNamespace.noDevice(route.device) }
      if !link.isUp { return "Error: Device for nexthop is not up." }
      if route.gateway == nil, route.scope == .global { route.scope = .link }
    }
    return routes.add(route) ? nil : NetworkNamespace.exists
  }

  // MARK: Sockets

  private mutating func listen(_ socket: Socket) -> String? {
    for other in sockets where other.isListening && other.transport == socket.transport {
      let isSame = other.local == socket.local || other.local == .any || socket.local == .any
      if other.localPort == socket.localPort, isSame {
        return "listen \(socket.transport.text) :\(socket.localPort): bind: address already in use"
      }
    }
    sockets.append(socket)
    return nil
  }
}
