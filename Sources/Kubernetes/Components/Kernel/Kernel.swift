import Clockwork

/// The kernel of a node counts what every container uses, in its cgroup, and moves packets by its tables.
///
/// It measures for nobody and tells nobody by itself: whoever wants a number reads a file.
public struct Kernel: Component {
  public typealias Model = Kube

  // MARK: State

  public private(set) var name: String
  public let role = Kube.Role.kernel
  public private(set) var cgroups: Cgroups
  private let runtime: Address
  /// Whether the containers of the node end with the runtime's daemon.
  private let diesWithRuntime: Bool
  /// What clients ask of a container, by Pod and container: it outlasts a restart of the container.
  private var loads: Table<String, Demand> = [:]
  private var reads: [Read] = []
  /// Containers that the out-of-memory killer has already chosen.
  private var doomed: [String] = []
  /// What plugins and proxies wrote for it to follow.
  private(set) var moving: Moving
  private var refusals: [Refusal] = []
  /// Connections that the kubelet wants to try.
  private var tries: [Read] = []

  /// A change that could not be made, or was, and who has to hear of it.
  private struct Refusal: Sendable {
    var sender: Address
    var id: Int64
    /// Empty where it was made.
    var text: String
  }

  private struct Read: Sendable {
    var sender: Address
    var call: KernelCall
  }

  public init(
    node: String,
    runtime: Address,
    cgroups: Cgroups,
    diesWithRuntime: Bool = false,
    network: NodeNetwork = NodeNetwork(),
    random: Random = Random(seed: 0)
  ) {
    name = "kernel@\(node)"
    moving = Moving(network, random: random)
    self.runtime = runtime
    self.cgroups = cgroups
    self.diesWithRuntime = diesWithRuntime
  }

  // MARK: Messages

  /// A system call takes effect at once; only what needs an answer becomes an action.
  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    switch message {
    case .kernel(let call):
      switch call.operation {
      case .running(let uid, let groups): follow(groups, of: uid, now)
      case .work(let uid, let container, let work): set(work, uid, container, now)
      case .read: reads.append(Read(sender: sender, call: call))
      case .sockets(let pod, let sockets): moving.listen(pod, sockets)
      case .network(let changes):
        let failure = moving.network.apply(changes)
        if failure != nil || call.wantsAnswer {
          refusals.append(Refusal(sender: sender, id: call.id, text: failure ?? ""))
        }
      case .reach: tries.append(Read(sender: sender, call: call))
      }
    case .frame(let frame): moving.take(frame)
    case .visit(let order): moving.take(order, from: sender)
    case .datagram(let datagram): moving.take(datagram)
    case .closed(let by) where by == runtime && diesWithRuntime:
      cgroups.removeAll(at: now)
    default: break
    }
  }

  public func offers(_ offers: inout KubeOffers) {
    if !reads.isEmpty { offers.add(.read, .named("cgroups")) }
    if let first = refusals.first { offers.add(first.text.isEmpty ? .confirm : .refuse, .named("network")) }
    if case .reach(let address, let port)? = tries.first?.call.operation {
      offers.add(.dial, .named("\(address.text):\(port)"))
    }
    for group in cgroups.all where group.isOutOfMemory && !doomed.contains(group.id) {
      offers.add(.oomKill, .container(group.pod, group.container))
    }
    moving.offers(&offers)
    if offers.want == .all, offers.isEmpty {
      offers.add(.read, .named("cgroups"), when: false, else: .nobodyReads)
    }
  }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    switch action.verb {
    case .read: answer(&out)
    case .dial: dial(&out)
    case .confirm where !refusals.isEmpty:
      let change = refusals.removeFirst()
      out.send(.kernelReply(KernelReply(id: change.id, .done)), to: change.sender)
    case .refuse where !refusals.isEmpty:
      let refusal = refusals.removeFirst()
      out.note(Fact("fact.kernel.refused", ("text", .string(refusal.text))))
      out.send(.kernelReply(KernelReply(id: refusal.id, .refused(refusal.text))), to: refusal.sender)
    case .oomKill:
      for group in cgroups.all where Kube.Subject.container(group.pod, group.container) == action.subject {
        doomed.append(group.id)
        let limit = group.memoryLimit ?? 0
        out.note(Fact("fact.kernel.oom", ("limit", .string(Quantity(limit, format: .binarySI).text))))
        out.send(.kernelReply(KernelReply(.outOfMemory(id: group.id))), to: runtime)
        return
      }
    default: moving.perform(action, &out)
    }
  }

  /// A machine that restarts has no processes; its counters begin anew.
  public mutating func restart(at now: Time) {
    cgroups.removeAll(at: now)
    reads = []
    doomed = []
    refusals = []
    tries = []
    moving.restart()
  }

  public var state: Value {
    var held: [Value.Entry] = []
    for group in cgroups.all {
      held.append(
        Value.Entry(
          ContainerStore.short(group.id),
          .map(
            ("container", .string("\(group.pod.qualifiedName)/\(group.container)")),
            ("millicores", .integer(group.rate / 1_000_000)),
            ("workingSet", .integer(group.workingSet))
          )
        )
      )
    }
    guard moves else { return .map(("cgroups", .map(held)), ("reads", .integer(Int64(reads.count)))) }
    return .map(
      ("cgroups", .map(held)),
      ("reads", .integer(Int64(reads.count))),
      ("network", moving.state)
    )
  }

  // MARK: The network

  /// Links, addresses, routes, rules and everything else that moves packets here.
  public var network: NodeNetwork { moving.network }

  /// Whether anybody asks for packets here.
  private var moves: Bool { !moving.cables.isEmpty }

  /// Another kernel of the fabric, without processes of its own.
  init(fabric network: NodeNetwork, random: Random) {
    self.init(node: "", runtime: -1, cgroups: Cgroups(cpus: "1"), network: network, random: random)
    name = "fabric"
  }

  /// Plugs the end of a cable into a card.
  mutating func plug(_ cable: Cable) { moving.cables.append(cable) }

  /// Which process stands behind the sockets that no image answers for.
  mutating func hand(datagramsTo process: Address) { moving.dns = process }

  /// Packets of different kernels have different numbers.
  mutating func number(packetsFrom first: Int64) { moving.network.lastPacket = first }

  /// What a visitor got, once it has ended.
  func result(_ number: Int64) -> Moving.Result? { moving.results[number] }

  // MARK: Helpers

  /// Groups begin and end with their processes.
  private mutating func follow(_ groups: [Cgroup], of uid: String, _ now: Time) {
    for old in cgroups.all where old.uid == uid && !groups.contains(where: { $0.id == old.id }) {
      cgroups.remove(old.id, at: now)
    }
    for group in groups where cgroups[group.id] != nil { cgroups.set(limitsOf: group, at: now) }
    for var group in groups where cgroups[group.id] == nil {
      group.load = loads["\(group.uid)/\(group.container)"]
      cgroups.add(group, at: now)
    }
  }

  private mutating func set(_ work: Demand?, _ uid: String, _ container: String, _ now: Time) {
    loads["\(uid)/\(container)"] = work
    for group in cgroups.all where group.uid == uid && group.container == container {
      cgroups.set(load: work, of: group.id, at: now)
    }
  }

  /// Whether a connection of a process of the node gets through, as far as this kernel knows.
  private mutating func dial(_ out: inout KubeOutbox) {
    guard !tries.isEmpty else { return }
    let first = tries.removeFirst()
    guard case .reach(let address, let port) = first.call.operation else { return }
    let way = moving.network.reach(address, port, at: out.now)
    out.send(.kernelReply(KernelReply(id: first.call.id, .reached(way))), to: first.sender)
  }

  /// The files say what is true at this moment.
  private mutating func answer(_ out: inout KubeOutbox) {
    guard !reads.isEmpty else { return }
    let read = reads.removeFirst()
    guard case .read(let ids) = read.call.operation else { return }
    var counters: [KernelReply.Counters] = []
    for group in cgroups.all where ids.isEmpty || ids.contains(group.id) {
      counters.append(KernelReply.Counters(group, at: out.now))
    }
    let root = ids.isEmpty ? KernelReply.Counters(root: cgroups, at: out.now) : nil
    let outcome = KernelReply.Outcome.counters(at: out.now, root: root, groups: counters)
    out.send(.kernelReply(KernelReply(id: read.call.id, outcome)), to: read.sender)
  }
}

extension Verb {
  fileprivate static let oomKill: Verb = "oom-kill"
  fileprivate static let refuse: Verb = "refuse"
  fileprivate static let confirm: Verb = "confirm"
  fileprivate static let dial: Verb = "dial"
}

extension Obstacle {
  fileprivate static var nobodyReads: Obstacle { Obstacle("obstacle.kernel.nobody-reads") }
}
