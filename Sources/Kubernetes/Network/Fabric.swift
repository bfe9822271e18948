public import Clockwork

/// What lies between the machines: a switch, a router that is everybody's default gateway, and a client outside.
public enum Fabric {
  /// The namespaces of the fabric; the router's is the machine's own.
  public static let exchange = "switch"
  public static let outside = "outside"
  public static let router = NetworkNamespace.host

  /// The address that the client outside has, of a range kept for examples.
  public static let client = IPv4(0xcb00_7107)

  /// The router's address on the range of the machines.
  static func gateway(of spec: ClusterSpec) -> IPv4 {
    CIDR(base: IPv4(spec.machines.first?.ip ?? "") ?? .any, prefix: 24).first
  }

  /// A server for names in the router, and a machine outside that has one.
  static var names: [NetworkChange] {
    let server = Socket(listening: .udp, port: 53, process: "resolver", .resolves)
    let site = Socket(
      on: WorldZone.address,
      port: 80,
      process: WorldZone.site,
      .answers("\(WorldZone.site) for {from}")
    )
    return [
      NetworkChange(in: router, .listen(server)),
      NetworkChange(in: outside, .addAddress(InterfaceAddress(WorldZone.address, prefix: 32), device: "eth0")),
      NetworkChange(in: outside, .listen(site)),
    ]
  }

  /// The fabric for machines with these names, on the range of the first one.
  public static func network(_ machines: [(name: String, address: IPv4)], prefix: UInt32 = 24) -> NodeNetwork {
    var network = NodeNetwork()
    let range = CIDR(base: machines.first?.address ?? .any, prefix: prefix)
    let abroad = CIDR(base: client, prefix: 24)
    network.apply([
      NetworkChange(in: exchange, .addNamespace(pod: "")),
      NetworkChange(in: outside, .addNamespace(pod: "")),
      NetworkChange(in: exchange, .addLink(NetworkLink("sw0", .bridge, mac: MAC(0x5254_0000_fffe)))),
      NetworkChange(in: exchange, .setLink("sw0", .up)),
      NetworkChange(in: router, .set("net.ipv4.ip_forward", 1)),
    ])
    join(&network, router, range.first, prefix, "eth0", exchange, "router")
    network.apply(NetworkChange(in: exchange, .setLink("router", .master("sw0"))))
    join(&network, outside, client, 24, "eth0", router, "eth1")
    network.apply([
      NetworkChange(in: router, .addAddress(InterfaceAddress(abroad.first, prefix: 24), device: "eth1")),
      NetworkChange(in: outside, .addRoute(Route(to: .all, via: abroad.first, device: "eth0"))),
    ])
    for machine in machines {
      network.apply([
        NetworkChange(in: exchange, .addLink(NetworkLink(machine.name, .ethernet, mac: mac(machine.address, 0xfe)))),
        NetworkChange(in: exchange, .setLink(machine.name, .up)),
        NetworkChange(in: exchange, .setLink(machine.name, .master("sw0"))),
      ])
    }
    return network
  }

  /// A pair of links: one end with an address, the other in another namespace.
  private static func join(
    _ network: inout NodeNetwork,
    _ namespace: String,
    _ address: IPv4,
    _ prefix: UInt32,
    _ name: String,
    _ far: String,
    _ farName: String
  ) {
    let peer = NetworkLink.Peer(namespace: far, name: farName)
    network.apply([
      NetworkChange(
        in: namespace,
        .addPair(name, mac: MAC(ofMachine: address), peer: peer, peerMAC: mac(address, 0xff))
      ),
      NetworkChange(in: namespace, .addAddress(InterfaceAddress(address, prefix: prefix), device: name)),
      NetworkChange(in: far, .setLink(farName, .up)),
      NetworkChange(in: namespace, .setLink("lo", .up)),
      NetworkChange(in: namespace, .setLink(name, .up)),
    ])
  }

  /// The far end of a cable needs an address of its own.
  private static func mac(_ address: IPv4, _ mark: UInt64) -> MAC {
    MAC(MAC(ofMachine: address).number | mark << 16)
  }
}

/// Several kernels and the cables between them, without any other component: for laboratories and tests.
public struct Plant: Sendable {
  public struct End: Equatable, Sendable {
    public var kernel: String
    public var namespace: String
    public var device: String

    public init(_ kernel: String, _ namespace: String, _ device: String) {
      self.kernel = kernel
      self.namespace = namespace
      self.device = device
    }
  }

  public var kernels: Table<String, NodeNetwork> = [:]
  public private(set) var cables: [(End, End)] = []
  public private(set) var now: Time = 0
  /// Every hop so far, with the kernel that made it and the time.
  public private(set) var hops: [(kernel: String, time: Time, hop: Hop)] = []
  /// What chance decides, for all kernels together.
  public var random: Random
  /// Results for the throws of the next packets, in order; the seed decides the rest.
  public var told: [Bool] = []

  public init(seed: UInt64 = 1) { random = Random(seed: seed) }

  public mutating func add(_ kernel: String, _ network: NodeNetwork) {
    var network = network
    network.lastPacket = Int64(kernels.count) * 1_000_000
    kernels[kernel] = network
  }

  public mutating func connect(_ one: End, _ other: End) { cables.append((one, other)) }

  /// Machines behind one fabric, each with its card in the switch.
  public mutating func build(_ machines: [(name: String, address: IPv4)]) {
    add("fabric", Fabric.network(machines))
    for machine in machines {
      add(machine.name, NodeNetwork(machine: machine.address))
      connect(End(machine.name, NetworkNamespace.host, "eth0"), End("fabric", Fabric.exchange, machine.name))
    }
  }

  @discardableResult
  public mutating func apply(_ changes: [NetworkChange], to kernel: String) -> String? {
    var failure: String?
    kernels.update(kernel, default: NodeNetwork()) { failure = $0.apply(changes) }
    return failure
  }

  /// Begins a visit; `run` brings it to its end.
  public mutating func visit(
    _ destination: IPv4,
    _ port: UInt16,
    over transport: TransportProtocol = .tcp,
    from namespace: String,
    of kernel: String,
    number: Int64,
    patience: Time = NetworkNamespace.patience
  ) {
    let dice = Dice(Random(seed: random.next()))
    let now = now
    kernels.update(kernel, default: NodeNetwork()) { network in
      network.visit(
        destination,
        port,
        over: transport,
        request: "GET / HTTP/1.1\r\n\r\n",
        from: namespace,
        number: number,
        patience: patience,
        at: now,
        dice
      )
    }
  }

  /// Moves every packet until nothing moves, letting time pass where somebody waits for it.
  ///
  /// False where that did not end within so many hops.
  @discardableResult
  public mutating func run(limit: Int = 100_000, isTelling: Bool = true) -> Bool {
    for _ in 0..<limit where !step(isTelling) { return true }
    return false
  }

  private mutating func step(_ isTelling: Bool) -> Bool {
    for name in kernels.keys {
      guard let network = kernels[name], !network.arrivals.isEmpty else { continue }
      let dice = Dice(Random(seed: random.next()), told: told)
      var outcome: NodeNetwork.Outcome?
      let now = now
      kernels.update(name, default: network) { outcome = $0.pass(0, at: now, dice, isTelling: isTelling) }
      if let outcome { settle(outcome, name) }
      return true
    }
    var due = Time.never
    kernels.forEach { _, network in due = min(due, network.due) }
    guard due != .never else { return false }
    now = max(now, due)
    for name in kernels.keys {
      guard let network = kernels[name], network.due <= now else { continue }
      let dice = Dice(Random(seed: random.next()))
      var outcomes: [NodeNetwork.Outcome] = []
      let now = now
      kernels.update(name, default: network) { outcomes = $0.wake(at: now, dice, isTelling: isTelling) }
      for outcome in outcomes { settle(outcome, name) }
    }
    return true
  }

  private mutating func settle(_ outcome: NodeNetwork.Outcome, _ kernel: String) {
    hops.append((kernel, now, outcome.hop))
    told.removeFirst(min(told.count, outcome.throwsMade.count))
    for departure in outcome.departures {
      let end = End(kernel, departure.namespace, departure.device)
      for (one, other) in cables where one == end || other == end {
        let far = one == end ? other : one
        kernels.update(far.kernel, default: NodeNetwork()) {
          $0.accept(departure.packet, in: far.namespace, on: far.device)
        }
      }
    }
  }

  public func visit(_ number: Int64) -> Visit? {
    for kernel in kernels.values { if let visit = kernel.visit(number) { return visit } }
    return nil
  }

  /// Lets time pass in which nothing happens.
  public mutating func advance(by time: Time) { now += time }

  /// Forgets the hops that have been looked at.
  public mutating func clear() { hops = [] }
}
