import Clockwork

/// The sockets of a Pod's processes, on their way from a runtime to the kernel.
private struct Listeners {
  let pod: String
  let sockets: [Socket]

  init?(_ message: Message) {
    guard case .kernel(let call) = message, case .sockets(let pod, let sockets) = call.operation else { return nil }
    self.pod = pod
    self.sockets = sockets
  }

  /// Processes of containers are called after them, with the number of the attempt behind a dot.
  static func container(_ process: String) -> String {
    guard let dot = process.lastIndex(of: ".") else { return process }
    return String(process[..<dot])
  }

  static func message(_ pod: String, _ sockets: [Socket]) -> Message {
    .kernel(KernelCall(.sockets(pod: pod, sockets)))
  }
}

/// The ghost of a runtime whose pause containers hold the ports of their Pods and pass on what comes in by them.
///
/// pause knows the ports that the Pod names; what a process listens on besides is reached by nobody.
struct Doorkeeper: Ghost {
  typealias Model = Kube

  private var declared: Table<String, [Int64]> = [:]
  private var waiting: [(pod: ObjectKey, message: Message, receiver: Address)] = []

  mutating func hear(_ message: Message, from sender: Address, at now: Time) -> Message? {
    if case .runtime(let call) = message, case .createContainer(let order) = call.operation {
      declared["\(call.pod.qualifiedName) \(order.name)"] = order.ports
    }
    return message
  }

  mutating func alter(_ message: Message, to receiver: Address) -> [(message: Message, receiver: Address)] {
    guard let listeners = Listeners(message) else { return [(message, receiver)] }
    var held: [Socket] = []
    for socket in listeners.sockets {
      let ports = declared["\(listeners.pod) \(Listeners.container(socket.process))"] ?? []
      guard ports.contains(Int64(socket.localPort)), !held.contains(where: { $0.localPort == socket.localPort }) else {
        continue
      }
      var door = socket
      door.process = "pause"
      held.append(door)
    }
    let key = Doorkeeper.key(listeners.pod)
    waiting.removeAll { $0.pod == key }
    let doors = Listeners.message(listeners.pod, held)
    if held.isEmpty { return [(doors, receiver)] }
    waiting.append((key, doors, receiver))
    return []
  }

  private static func key(_ pod: String) -> ObjectKey {
    let parts = pod.split(separator: "/").map(String.init)
    return ObjectKey(.pod, parts.first ?? "", parts.last ?? "")
  }

  func offers(_ offers: inout KubeOffers) {
    if let first = waiting.first { offers.add("link", .object(first.pod)) }
  }

  mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) -> Bool {
    guard action.verb == "link", !waiting.isEmpty else { return false }
    let first = waiting.removeFirst()
    out.send(first.message, to: first.receiver)
    return true
  }
}

/// The ghost of a runtime that gives every container an interface and an address of its own.
///
/// The first container of a Pod has the Pod's address; where the others are, nobody is told.
struct Partition: Ghost {
  typealias Model = Kube

  private struct Cell: Sendable {
    var call: NetworkCall
    var plugin: Address
    var kernel: Address
  }

  private let plugin: Address
  /// The containers of a Pod in the order in which they were made.
  private var containers: Table<String, [String]> = [:]
  private var sandboxes: Table<String, ObjectKey> = [:]
  private var cells: Table<String, Cell> = [:]
  /// Those that the plugin has been asked to take off, and those that it has taken off.
  private var leaving: Table<Int64, Cell> = [:]
  private var gone: [Cell] = []
  private var lastNumber: Int64 = 0

  init(plugin: Address) { self.plugin = plugin }

  mutating func hear(_ message: Message, from sender: Address, at now: Time) -> Message? {
    switch message {
    case .runtime(let call):
      guard case .createContainer(let order) = call.operation else { return message }
      containers.update(call.pod.qualifiedName, default: []) { names in
        if !names.contains(order.name) { names.append(order.name) }
      }
      sandboxes[call.pod.qualifiedName] = call.pod
      return message
    case .networkReply(let reply) where reply.id < 0:
      if let cell = leaving.removeValue(for: reply.id) { gone.append(cell) }
      return nil
    default: return message
    }
  }

  mutating func alter(_ message: Message, to receiver: Address) -> [(message: Message, receiver: Address)] {
    if case .network(let call) = message, call.operation == .delete {
      return [(message, receiver)] + leave(call.pod.qualifiedName)
    }
    guard let listeners = Listeners(message) else { return [(message, receiver)] }
    var sent: [(message: Message, receiver: Address)] = []
    for (place, name) in (containers[listeners.pod] ?? []).enumerated() {
      let own = listeners.sockets.filter { Listeners.container($0.process) == name }
      guard place > 0 else {
        sent.append((Listeners.message(listeners.pod, own), receiver))
        continue
      }
      let cell = "\(listeners.pod):\(name)"
      if !own.isEmpty, cells[cell] == nil { sent += join(listeners.pod, name, receiver) }
      if cells[cell] != nil { sent.append((Listeners.message(cell, own), receiver)) }
    }
    return sent
  }

  private mutating func join(
    _ pod: String,
    _ name: String,
    _ kernel: Address
  )
    -> [(message: Message, receiver: Address)]
  {
    guard let key = sandboxes[pod] else { return [] }
    lastNumber -= 1
    let cell = "\(pod):\(name)"
    let namespace = "\(key.name)-\(name)"
    let call = NetworkCall(
      id: lastNumber,
      operation: .add,
      pod: key,
      sandbox: cell,
      namespacePath: "/var/run/netns/\(namespace)"
    )
    cells[cell] = Cell(call: call, plugin: plugin, kernel: kernel)
    let space = NetworkChange(in: namespace, .addNamespace(pod: cell))
    return [(.kernel(KernelCall(.network([space]))), kernel), (.network(call), plugin)]
  }

  /// The Pod goes: whatever its containers had goes with it.
  private mutating func leave(_ pod: String) -> [(message: Message, receiver: Address)] {
    var sent: [(message: Message, receiver: Address)] = []
    for name in cells.keys where name.hasPrefix("\(pod):") {
      guard let cell = cells.removeValue(for: name) else { continue }
      lastNumber -= 1
      var call = cell.call
      call.operation = .delete
      call.id = lastNumber
      leaving[call.id] = cell
      sent.append((.network(call), cell.plugin))
    }
    containers.removeValue(for: pod)
    return sent
  }

  func offers(_ offers: inout KubeOffers) {
    if let cell = gone.first { offers.add("release", .object(cell.call.pod)) }
  }

  mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) -> Bool {
    guard action.verb == "release", !gone.isEmpty else { return false }
    let cell = gone.removeFirst()
    let change = NetworkChange(in: cell.call.namespace, .removeNamespace)
    out.send(.kernel(KernelCall(.network([change]))), to: cell.kernel)
    return true
  }
}
