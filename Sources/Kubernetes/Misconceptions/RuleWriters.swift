import Clockwork

// Writers of a node's tables that write otherwise: a Rewriter on whoever tells the kernel what to change.
extension Rewriter {
  private static func writing(_ change: @escaping ([NetworkChange]) -> [NetworkChange]) -> Rewriter {
    Rewriter(saying: { message in
      guard case .kernel(var call) = message, case .network(let changes) = call.operation else { return message }
      call.operation = .network(change(changes))
      return .kernel(call)
    })
  }

  /// A plugin that lets no packet of a Pod go as it is: whoever gets one sees the node as its sender.
  static func translatingPods(_ range: CIDR) -> Rewriter {
    writing { changes in
      var changes = changes
      for (place, change) in changes.enumerated() {
        guard case .addLink(let link) = change.operation, link.isBridge else { continue }
        let comment = RuleMatch.comment("SNAT for everything that Pods send")
        let rule = PacketRule(source: .init(range), [comment], .masquerade(.init()))
        let write = RuleWrite.ensureRule(.nat, Hook.postrouting.rawValue, rule, isFirst: true)
        changes.insert(NetworkChange(.ensure(write)), at: place)
        break
      }
      return changes
    }
  }

  /// A proxy that drops what it should refuse.
  static func dropping() -> Rewriter {
    writing { changes in
      changes.map { change in
        guard case .ensure(.restore(let table, let commands)) = change.operation else { return change }
        var silent = change
        silent.operation = .ensure(.restore(table, commands.map(withoutWords)))
        return silent
      }
    }
  }

  private static func withoutWords(_ command: RuleCommand) -> RuleCommand {
    guard case .append(let chain, var rule) = command, case .reject? = rule.target else { return command }
    rule.target = .drop
    return .append(chain, rule)
  }

  /// A proxy that has every connection to a Service chosen anew whenever it writes.
  static func reshuffling() -> Rewriter {
    writing { changes in
      var changes = changes
      for end in ServiceEnd.all(in: changes) where end.transport == .tcp {
        var filter = NetworkChange.ConnectionFilter()
        filter.transport = .tcp
        filter.originalDestination = end.address
        filter.originalPort = end.port
        changes.append(NetworkChange(.forgetConnections(filter)))
      }
      return changes
    }
  }

  /// A proxy that gives a Service a port of its own choice on its node.
  static func choosingNodePorts(_ node: String) -> Rewriter {
    learning(Service.self) { service in
      for index in service.spec.ports.indices where service.spec.ports[index].nodePort != 0 {
        var digest = Digest()
        digest.add(node)
        digest.add(service.spec.ports[index].nodePort)
        service.spec.ports[index].nodePort = 30_000 + Int64(digest.value % 2768)
      }
    }
  }
}

/// An address and port by which a Service is called, with what the rules call it.
struct ServiceEnd: Equatable, Sendable {
  var name: String
  var transport: TransportProtocol
  var address: IPv4
  var port: UInt16

  /// Everything that a proxy's changes translate or turn away, in the order of its rules.
  static func all(in changes: [NetworkChange]) -> [ServiceEnd] {
    var ends: [ServiceEnd] = []
    for change in changes {
      guard case .ensure(.restore(_, let commands)) = change.operation else { continue }
      for command in commands {
        guard case .append(ProxyChain.services, let rule) = command, let end = ServiceEnd(rule), !ends.contains(end)
        else { continue }
        ends.append(end)
      }
    }
    return ends
  }

  private init?(_ rule: PacketRule) {
    guard let test = rule.destination, test.range.prefix == 32, !test.isInverted, let transport = rule.transport else {
      return nil
    }
    var port: UInt16?
    for match in rule.matches {
      switch match {
      case .tcp(_, let ports, _), .udp(_, let ports): port = ports?.low
      default: continue
      }
    }
    guard let port else { return nil }
    name = String(rule.comment.split(separator: " ").first ?? "")
    self.transport = transport.transport
    address = test.range.base
    self.port = port
  }
}

/// The ghost of a kube-proxy that sets up a machine for every Service: an address on an interface, and a process.
struct Impersonator: Ghost {
  typealias Model = Kube

  static let device = "services"

  private var ends: [ServiceEnd] = []

  mutating func alter(_ message: Message, to receiver: Address) -> [(message: Message, receiver: Address)] {
    guard case .kernel(var call) = message, case .network(let changes) = call.operation else {
      return [(message, receiver)]
    }
    let wanted = ServiceEnd.all(in: changes)
    if wanted.isEmpty { return [(message, receiver)] }
    call.operation = .network(changes + follow(wanted))
    return [(.kernel(call), receiver)]
  }

  private mutating func follow(_ wanted: [ServiceEnd]) -> [NetworkChange] {
    var changes: [NetworkChange] = []
    if ends.isEmpty {
      changes.append(NetworkChange(.addLink(NetworkLink(Impersonator.device, .dummy, mac: MAC(0x0200_5e00_0001)))))
      changes.append(NetworkChange(.setLink(Impersonator.device, .up)))
    }
    for old in ends where !wanted.contains(old) {
      changes.append(NetworkChange(.endProcess(Impersonator.process(old))))
      let isLast = !wanted.contains { $0.address == old.address }
      let isFirst = ends.first { $0.address == old.address } == old
      if isLast, isFirst { changes.append(NetworkChange(.removeAddress(address(old), device: Impersonator.device))) }
    }
    var known = ends.map { $0.address }
    for new in wanted where !ends.contains(new) {
      if !known.contains(new.address) {
        changes.append(NetworkChange(.addAddress(address(new), device: Impersonator.device)))
        known.append(new.address)
      }
      let process = Impersonator.process(new)
      let socket = Socket(listening: new.transport, on: new.address, port: new.port, process: process)
      changes.append(NetworkChange(.listen(socket)))
    }
    ends = wanted
    return changes
  }

  private func address(_ end: ServiceEnd) -> InterfaceAddress { InterfaceAddress(end.address, prefix: 32) }

  private static func process(_ end: ServiceEnd) -> String { "\(end.name) \(end.transport.text)/\(end.port)" }
}
