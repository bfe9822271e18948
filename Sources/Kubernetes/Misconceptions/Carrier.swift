import Clockwork

/// The ghost of a kernel that gives every packet for a Service to kube-proxy, and goes on with what comes back.
struct Handing: Ghost {
  typealias Model = Kube

  private enum Stage: Sendable {
    case handed
    case carried
  }

  private let proxy: Address
  private let services: CIDR
  private let node: IPv4
  /// Where a packet stands that was seen, by its name.
  private var stages: Table<String, Stage> = [:]
  /// Nobody is there who could carry anything.
  private var isAlone = false

  init(proxy: Address, services: CIDR, node: IPv4) {
    self.proxy = proxy
    self.services = services
    self.node = node
  }

  mutating func hear(_ message: Message, from sender: Address, at now: Time) -> Message? {
    switch message {
    case .visit(let order) where sender == proxy:
      stages[order.text] = .carried
      return nil
    case .closed(let by) where by == proxy:
      isAlone = true
      for name in stages.keys { stages[name] = .carried }
      return .kernel(KernelCall(.network(walls { .ensureRule(.mangle, $0.rawValue, $1, isFirst: true) })))
    case .kernel(var call) where sender == proxy && isAlone:
      guard case .network(let changes) = call.operation else { return message }
      isAlone = false
      call.operation = .network(walls { .deleteRule(.mangle, $0.rawValue, $1) } + changes)
      return .kernel(call)
    default: return message
    }
  }

  /// Rules by which nothing for a Service goes on.
  private func walls(_ write: (Hook, PacketRule) -> RuleWrite) -> [NetworkChange] {
    let comment = RuleMatch.comment("nobody carries it")
    let ports = RuleMatch.tcp(
      source: nil,
      destination: .init(Handing.nodePorts.low, Handing.nodePorts.high),
      flags: nil
    )
    let address = PacketRule(destination: .init(services), [comment], .drop)
    let nodePort = PacketRule(destination: .init(CIDR(node)), transport: .tcp, [comment, ports], .drop)
    return [Hook.prerouting, .output].flatMap { hook in
      [address, nodePort].map { NetworkChange(.ensure(write(hook, $0))) }
    }
  }

  private static let nodePorts = (low: UInt16(30_000), high: UInt16(32_767))

  func forbids(_ verb: Verb, _ subject: Kube.Subject) -> Bool {
    guard let name = name(verb, subject) else { return false }
    return stages[name] == .handed
  }

  func guise(of verb: Verb, _ subject: Kube.Subject) -> (verb: Verb, subject: Kube.Subject) {
    guard let name = name(verb, subject), stages[name] == nil, !isAlone else { return (verb, subject) }
    return ("hand", .named(name))
  }

  mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) -> Bool {
    guard action.verb == "hand", case .named(let text) = action.subject else {
      if let name = name(action.verb, action.subject) { stages[name] = nil }
      return false
    }
    stages[text] = .handed
    out.send(.visit(Handing.parcel(text)), to: proxy)
    return true
  }

  /// A packet in the hands of somebody who is no kernel.
  private static func parcel(_ text: String) -> VisitOrder {
    VisitOrder(
      number: -1,
      pod: "",
      namespace: "",
      transport: .tcp,
      destination: .any,
      port: 0,
      path: "",
      text: text,
      host: "",
      patience: 0
    )
  }

  /// The name of a packet for a Service that is about to pass the node itself; nothing for any other action.
  ///
  /// Behind `=` stands where chance would send it, behind `@` in whose namespace it is.
  private func name(_ verb: Verb, _ subject: Kube.Subject) -> String? {
    guard verb == "send" || verb == "forward", case .named(let text) = subject,
      let name = text.split(separator: "=", omittingEmptySubsequences: false).first, !name.contains("@"),
      let goal = name.split(separator: ">").last?.split(separator: ":"), goal.count == 2,
      let address = IPv4(String(goal[0])), let port = UInt16(goal[1])
    else { return nil }
    let isNodePort = address == node && port >= Handing.nodePorts.low && port <= Handing.nodePorts.high
    return services.contains(address) || isNodePort ? String(name) : nil
  }
}

/// The ghost of a kube-proxy that takes packets into its own hands.
struct Carrying: Ghost {
  typealias Model = Kube

  private var waiting: [(order: VisitOrder, kernel: Address)] = []

  mutating func hear(_ message: Message, from sender: Address, at now: Time) -> Message? {
    guard case .visit(let order) = message else { return message }
    waiting.append((order, sender))
    return nil
  }

  func offers(_ offers: inout KubeOffers) {
    if let first = waiting.first { offers.add("carry", .named(first.order.text)) }
  }

  mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) -> Bool {
    guard action.verb == "carry", !waiting.isEmpty else { return false }
    let first = waiting.removeFirst()
    out.send(.visit(first.order), to: first.kernel)
    return true
  }
}
