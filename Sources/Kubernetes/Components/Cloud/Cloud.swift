public import Clockwork

/// A made-up cloud, and it says so: it has groups of machines, switches machines on and off when its API is told to, and
/// knows nothing of Pods.
public struct Cloud: Component {
  public typealias Model = Kube

  /// A machine, and the components that run on it.
  struct Machine: Equatable, Sendable {
    var name: String
    var parts: [Address]
    /// When it is up; nothing while it does not exist.
    var bootsAt: Time?
    var isUp: Bool
    /// Its kubelet has what it needs to join the cluster.
    var joins = true

    var exists: Bool { isUp || bootsAt != nil }
  }

  struct Group: Equatable, Sendable {
    var name: String
    var target: Int64
    var quota: Int64?
    var boot: Time
    var machines: [Machine]
  }

  // MARK: State

  public let name = "cloud"
  public let role = Kube.Role.cloud
  private(set) var groups: [Group]
  private var calls: [(call: CloudCall, sender: Address)] = []

  init(_ groups: [Group]) { self.groups = groups }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    switch message {
    case .cloud(let call): calls.append((call, sender))
    case .closed(let by): calls.removeAll { $0.sender == by }
    default: break
    }
  }

  public func offers(_ offers: inout KubeOffers) {
    if let first = calls.first { offers.add(Cloud.verb(first.call), Cloud.subject(first.call)) }
    for group in groups {
      for machine in group.machines {
        if let time = machine.bootsAt { offers.add(.boot, .named(machine.name), due: time) }
      }
    }
    if offers.want == .all, calls.isEmpty {
      offers.add(.grant, .named("machines"), when: false, else: Obstacle("obstacle.cloud.nobody-asks"))
    }
  }

  private static func verb(_ call: CloudCall) -> Verb {
    switch call.operation {
    case .describe, .exists: .tell
    case .setSize: .grant
    case .terminate: .terminate
    }
  }

  private static func subject(_ call: CloudCall) -> Kube.Subject {
    switch call.operation {
    case .describe: .named("node groups")
    case .setSize(let group, _): .named(group)
    case .terminate(let machine), .exists(let machine): .named(machine)
    }
  }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    if action.verb == .boot {
      boot(action.subject.description, &out)
      return
    }
    guard !calls.isEmpty else { return }
    let (call, sender) = calls.removeFirst()
    out.send(.cloudReply(CloudReply(id: call.id, answer(call.operation, &out))), to: sender)
  }

  public mutating func restart(at now: Time) { calls = [] }

  public var state: Value {
    var held: [Value.Entry] = []
    for group in groups {
      let machines = group.machines.filter { $0.exists }.map { machine in
        Value.Entry(machine.name, .string(machine.isUp ? "up" : "starting"))
      }
      held.append(
        Value.Entry(group.name, .map(("target", .integer(group.target)), ("machines", .map(machines))))
      )
    }
    return .map(held)
  }

  // MARK: Helpers

  private mutating func answer(_ operation: CloudCall.Operation, _ out: inout KubeOutbox) -> CloudReply.Outcome {
    switch operation {
    case .describe:
      return .groups(
        groups.map { group in
          let machines = group.machines.filter { $0.exists }.map { $0.name }
          return CloudGroup(name: group.name, target: group.target, machines: machines)
        }
      )
    case .exists(let machine):
      return .exists(groups.contains { $0.machines.contains { $0.name == machine && $0.exists } })
    case .setSize(let name, let size): return resize(name, size, &out)
    case .terminate(let machine): return terminate(machine, &out)
    }
  }

  /// More machines of a group begin to start.
  private mutating func resize(_ name: String, _ size: Int64, _ out: inout KubeOutbox) -> CloudReply.Outcome {
    guard let place = groups.firstIndex(where: { $0.name == name }) else { return .failed("group \(name) not found") }
    if let quota = groups[place].quota, size > quota {
      return .failed("quota exceeded: the limit is \(quota) machines")
    }
    var missing = size - Int64(groups[place].machines.filter { $0.exists }.count)
    groups[place].target = size
    for index in groups[place].machines.indices where missing > 0 && !groups[place].machines[index].exists {
      groups[place].machines[index].bootsAt = out.now + groups[place].boot
      missing -= 1
    }
    out.note(Fact("fact.cloud.size", ("group", .string(name)), ("size", .integer(size))))
    return .done
  }

  /// The machine is up: what is installed on it starts, its kubelet only where it can join.
  private mutating func boot(_ name: String, _ out: inout KubeOutbox) {
    change(name) { machine in
      machine.bootsAt = nil
      machine.isUp = true
      for (index, part) in machine.parts.enumerated() where index > 0 || machine.joins { out.turn(part, on: true) }
      if !machine.joins { out.note(Fact("fact.cloud.cannot-join", ("machine", .string(name)))) }
    }
  }

  private mutating func terminate(_ name: String, _ out: inout KubeOutbox) -> CloudReply.Outcome {
    var isFound = false
    change(name) { machine in
      isFound = machine.exists
      machine.bootsAt = nil
      machine.isUp = false
      for part in machine.parts { out.turn(part, on: false) }
    }
    guard isFound else { return .failed("machine \(name) not found") }
    for index in groups.indices where groups[index].machines.contains(where: { $0.name == name }) {
      groups[index].target -= 1
    }
    return .done
  }

  private mutating func change(_ name: String, _ body: (inout Machine) -> Void) {
    for group in groups.indices {
      for index in groups[group].machines.indices where groups[group].machines[index].name == name {
        body(&groups[group].machines[index])
      }
    }
  }
}

extension Verb {
  fileprivate static let tell: Verb = "tell"
  fileprivate static let grant: Verb = "grant"
  fileprivate static let boot: Verb = "boot"
  fileprivate static let terminate: Verb = "terminate"
}
