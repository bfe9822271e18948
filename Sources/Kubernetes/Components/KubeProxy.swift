import Clockwork

/// kube-proxy turns Services and EndpointSlices into packet rules on its node; it never hears of a Pod.
///
/// No packet passes through it: the rules stay when it is gone, and the kernel follows them.
public struct KubeProxy: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name: String
  public let role = Kube.Role.proxy
  /// Its watches are on Services and EndpointSlices; Pods are not among them.
  public var client: Client
  /// Whose tables it writes; where no kernel moves packets it has nothing to do and watches nothing.
  private let kernel: Address?
  private let setting: ProxyRules.Setting
  /// Whether the process has written the rules since it started.
  private var hasSynced = false
  /// Something changed that the rules do not show yet.
  private var isBehind = false
  private var lastSync: Time = -KubeProxy.syncPeriod
  /// Sockets that it holds on its node.
  private var held = ProxySockets()
  /// Where connections without an end of their own may still go, by Service port.
  private var datagrams: Table<String, [ProxyEndpoint]> = [:]

  /// `minSyncPeriod` and `syncPeriod` of its configuration.
  static let minSyncPeriod: Time = 1000
  static let syncPeriod: Time = 30_000

  public init(node: String, apiserver: Address, kernel: Address? = nil, setting: ProxyRules.Setting? = nil) {
    name = "kube-proxy@\(node)"
    self.kernel = kernel
    self.setting = setting ?? ProxyRules.Setting(version: .now, node: node, nodeIP: .any, clusterCIDR: nil)
    let informers = kernel == nil ? [] : [Informer(.service), Informer(.endpointSlice)]
    client = Client(apiserver: apiserver, user: "kube-proxy@\(node)", informers: informers)
  }

  /// What a proxy that has run for a while has written by now.
  mutating func settle() -> [NetworkChange] {
    let changes = changes()
    lastSync = -KubeProxy.minSyncPeriod
    return changes
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    if case .kernelReply(let reply) = message, case .refused = reply.outcome {
      // It tries again with the next period.
      isBehind = false
      return
    }
    _ = client.receive(message, at: now)
  }

  public func offers(_ offers: inout KubeOffers) {
    client.offers(&offers)
    for informer in client.informers {
      if let event = informer.next { offers.add(.observe, .object(event.object.key)) }
    }
    guard kernel != nil else { return offers.add(.sync, .services, when: false, else: .noServiceChanged) }
    let isReady = hasSynced || knowsEverything
    if isBehind || !hasSynced {
      offers.add(.sync, .services, when: isReady, due: lastSync + KubeProxy.minSyncPeriod, else: .listsFirst)
    } else {
      offers.add(.sync, .services, due: lastSync + KubeProxy.syncPeriod, background: true)
      if offers.want == .all { offers.add(.sync, .services, when: false, else: .noServiceChanged) }
    }
  }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    if client.perform(action, &out) { return }
    switch action.verb {
    case .observe: observe(action, &out)
    case .sync:
      guard let kernel else { return }
      let changes = changes()
      lastSync = out.now
      let count = Int64(client.informers.first?.cache.count ?? 0)
      out.note(Fact("fact.proxy.wrote", ("count", .integer(count))))
      out.send(.kernel(KernelCall(.network(changes))), to: kernel)
    default: break
    }
  }

  /// A new process knows nothing; the rules of the old one are where they were.
  public mutating func restart(at now: Time) {
    client.restart()
    hasSynced = false
    isBehind = false
    lastSync = now - KubeProxy.minSyncPeriod
    held = ProxySockets()
    datagrams = [:]
  }

  public var state: Value {
    .map(
      ("watches", client.state),
      ("behind", .bool(isBehind)),
      ("synced", .bool(hasSynced)),
      ("sockets", .list(held.texts.map { .string($0) }))
    )
  }

  // MARK: Helpers

  /// Before it has seen every Service once, new rules would take away those that still work.
  private var knowsEverything: Bool {
    for informer in client.informers where informer.phase != .watching || informer.isBehind { return false }
    return true
  }

  private mutating func observe(_ action: KubeAction, _ out: inout KubeOutbox) {
    for index in client.informers.indices {
      guard let event = client.informers[index].next, .object(event.object.key) == action.subject,
        let (event, before) = client.informers[index].handle()
      else { continue }
      let after = event.type == .deleted ? nil : event.object
      if matters(before, after) {
        isBehind = true
      } else {
        out.note(Fact("fact.proxy.nothing-new", ("name", .string(event.object.key.text))))
      }
      return
    }
  }

  /// Whether the rules would be others.
  private func matters(_ before: Object?, _ after: Object?) -> Bool {
    if before?.kind ?? after?.kind == .service {
      let old = before?.as(Service.self).map { ProxyPort.ports(of: $0, setting.version) } ?? []
      let new = after?.as(Service.self).map { ProxyPort.ports(of: $0, setting.version) } ?? []
      return old != new
    }
    func endpoints(_ object: Object?) -> Table<String, [ProxyEndpoint]> {
      guard let slice = object?.as(EndpointSlice.self) else { return [:] }
      return ProxyEndpoint.byPort([slice], node: setting.node)
    }
    let (old, new) = (endpoints(before), endpoints(after))
    return old.keys != new.keys || old.values != new.values
  }

  /// What the node's tables have to be told; afterwards they are as the caches say.
  private mutating func changes() -> [NetworkChange] {
    let services = (client.informers.first?.objects ?? []).compactMap { $0.as(Service.self) }
    let slices = (client.informers.last?.objects ?? []).compactMap { $0.as(EndpointSlice.self) }
    let ports = services.flatMap { ProxyPort.ports(of: $0, setting.version) }
    let endpoints = ProxyEndpoint.byPort(slices, node: setting.node)
    let rules = ProxyRules(ports, endpoints, setting)
    var changes = hasSynced ? [] : ProxyRules.start
    changes += rules.writes.map { NetworkChange(.ensure($0)) }
    changes += held.follow(ports, endpoints, setting.version)
    changes += forget(ports, endpoints)
    hasSynced = true
    isBehind = false
    return changes
  }

  /// A datagram follows the connection that tracking remembers: to a backend that is gone, or past a new Service.
  private mutating func forget(_ ports: [ProxyPort], _ endpoints: Table<String, [ProxyEndpoint]>) -> [NetworkChange] {
    var changes: [NetworkChange] = []
    var next: Table<String, [ProxyEndpoint]> = [:]
    for port in ports where port.transport == .udp {
      let now = (endpoints[port.name] ?? []).filter { $0.isReady }
      let before = datagrams[port.name] ?? []
      next[port.name] = now
      var filter = NetworkChange.ConnectionFilter()
      filter.transport = .udp
      filter.originalDestination = port.clusterIP
      if before.isEmpty, !now.isEmpty { changes.append(NetworkChange(.forgetConnections(filter))) }
      for gone in before where !now.contains(where: { $0.text == gone.text }) {
        filter.replySource = gone.address
        changes.append(NetworkChange(.forgetConnections(filter)))
      }
    }
    datagrams = next
    return changes
  }
}

extension Kube.Subject {
  fileprivate static let services: Kube.Subject = .named("services")
}

extension Verb {
  fileprivate static let sync: Verb = "sync"
}

extension Obstacle {
  fileprivate static var noServiceChanged: Obstacle { Obstacle("obstacle.proxy.no-service-changed") }
  fileprivate static var listsFirst: Obstacle { Obstacle("obstacle.proxy.lists-first") }
}
