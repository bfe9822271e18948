import Clockwork

/// What CoreDNS answers for the names of a cluster, from the Services and EndpointSlices that it has watched.
public struct ClusterZone: Equatable, Sendable {
  public enum Question: String, Equatable, Sendable {
    case address = "A"
    case wideAddress = "AAAA"
    case service = "SRV"
  }

  /// A port of a Service, and the name that serves it.
  public struct Target: Equatable, Sendable {
    public var port: Int64
    public var name: String

    public init(port: Int64, name: String) {
      self.port = port
      self.name = name
    }
  }

  public enum Answer: Equatable, Sendable {
    case addresses([IPv4])
    case targets([Target])
    /// The alias of a Service without Pods.
    case alias(String)
    /// The name is there and has nothing of this kind.
    case nothing
    /// There is no such name.
    case noName
    /// Not a name of the cluster: whoever stands above is asked.
    case elsewhere
  }

  /// How a resolver fared with one name.
  public struct Search: Equatable, Sendable {
    /// Every name that was asked for, in order, each for an address of both kinds.
    public var names: [String]
    public var upstream: Int
    public var answer: Answer

    /// A and AAAA for every name.
    public var queries: Int { 2 * names.count }
  }

  public let domain: String
  private var services: Table<String, Service> = [:]
  /// Ready addresses of Services, with the names of their own, by the object that lists them.
  private var endpoints: Table<String, Table<String, [Member]>> = [:]
  private var namespaces: Table<String, Bool> = [:]

  private struct Member: Equatable, Sendable {
    var hostname: String
    var address: IPv4
    var ports: [EndpointSlicePort]
  }

  /// A zone in which nothing has been heard of yet.
  public init(domain: String = "cluster.local") { self.domain = domain }

  /// The zone of these Services and their namespaces.
  public init(_ services: [Service], _ slices: [EndpointSlice], domain: String = "cluster.local") {
    self.init(domain: domain)
    for service in services {
      set(service, isGone: false)
      namespaces[service.metadata.namespace] = true
    }
    for slice in slices { set(slice, isGone: false) }
  }

  /// Takes in what a watch said of an object, whatever kind it is of.
  public mutating func take(_ object: Object, isGone: Bool) {
    if let service = object.as(Service.self) {
      set(service, isGone: isGone)
    } else if let slice = object.as(EndpointSlice.self) {
      set(slice, isGone: isGone)
    } else if let list = object.as(Endpoints.self) {
      set(list, isGone: isGone)
    } else if object.kind == .namespace {
      namespaces[object.name] = isGone ? nil : true
    }
  }

  private mutating func set(_ service: Service, isGone: Bool) {
    services["\(service.metadata.namespace)/\(service.metadata.name)"] = isGone ? nil : service
  }

  private mutating func set(_ slice: EndpointSlice, isGone: Bool) {
    guard slice.addressType == "IPv4" else { return }
    let name = slice.metadata.labels["kubernetes.io/service-name"] ?? ""
    var members: [Member] = []
    for endpoint in slice.endpoints where endpoint.conditions.ready ?? true {
      guard let address = endpoint.addresses.first.flatMap({ IPv4($0) }) else { continue }
      members.append(Member(hostname: host(endpoint.hostname, address), address: address, ports: slice.ports))
    }
    set(isGone ? nil : members, "\(slice.metadata.namespace)/\(name)", slice.metadata.name)
  }

  private mutating func set(_ list: Endpoints, isGone: Bool) {
    var members: [Member] = []
    for subset in list.subsets {
      let ports = subset.ports.map { EndpointSlicePort($0.port, name: $0.name, protocol: $0.protocol) }
      for entry in subset.addresses {
        guard let address = IPv4(entry.ip) else { continue }
        members.append(Member(hostname: host(entry.hostname, address), address: address, ports: ports))
      }
    }
    set(isGone ? nil : members, "\(list.metadata.namespace)/\(list.metadata.name)", list.metadata.name)
  }

  private mutating func set(_ members: [Member]?, _ service: String, _ source: String) {
    endpoints.update(service, default: [:]) { $0[source] = members }
    if endpoints[service]?.count == 0 { endpoints[service] = nil }
  }

  /// An endpoint without a name is known by its address.
  private func host(_ name: String, _ address: IPv4) -> String {
    name.isEmpty ? address.text.split(separator: ".").joined(separator: "-") : name
  }

  private func members(_ service: String) -> [Member] { (endpoints[service]?.values ?? []).flatMap { $0 } }

  public static func == (left: ClusterZone, right: ClusterZone) -> Bool {
    left.domain == right.domain && left.services.keys == right.services.keys
      && left.services.values == right.services.values && left.namespaces.keys == right.namespaces.keys
      && left.endpoints.keys == right.endpoints.keys
      && left.endpoints.keys.allSatisfy { left.members($0) == right.members($0) }
  }

  /// Answers one question, for a whole name.
  public func answer(_ name: String, _ question: Question = .address) -> Answer {
    let labels = name.split(separator: ".").map { String($0) }
    let root = domain.split(separator: ".").map { String($0) }
    guard labels.count >= root.count, Array(labels.suffix(root.count)) == root else { return .elsewhere }
    let inner = Array(labels.dropLast(root.count))
    switch inner.last {
    case "svc": return service(Array(inner.dropLast()), question)
    case "pod": return pod(Array(inner.dropLast()), question)
    default: return inner.isEmpty ? .nothing : .noName
    }
  }

  /// Tries the names that a resolver makes of one until something is found.
  ///
  /// `others` are the names that those above know.
  public func search(_ name: String, _ file: ResolverFile, others: (String) -> Answer = { _ in .noName }) -> Search {
    var search = Search(names: [], upstream: 0, answer: .noName)
    for candidate in file.candidates(name) {
      search.names.append(candidate)
      search.answer = answer(candidate)
      if search.answer == .elsewhere {
        search.upstream += 2
        search.answer = others(candidate)
      }
      if search.answer != .noName { break }
    }
    return search
  }

  // MARK: Services

  /// `web.default`, `_http._tcp.web.default`, `db-0.db.default`, in front of `.svc`.
  private func service(_ labels: [String], _ question: Question) -> Answer {
    guard let namespace = labels.last, namespaces[namespace] != nil else { return .noName }
    if labels.count == 1 { return .nothing }
    let name = labels[labels.count - 2]
    let key = "\(namespace)/\(name)"
    guard let service = services[key] else { return .noName }
    let rest = Array(labels.dropLast(2))
    if service.spec.type == "ExternalName" { return rest.isEmpty ? .alias(service.spec.externalName) : .noName }
    if rest.count == 2, rest[0].hasPrefix("_"), rest[1].hasPrefix("_") {
      return targets(service, key, port: String(rest[0].dropFirst()), transport: String(rest[1].dropFirst()), question)
    }
    if rest.count > 1 { return .noName }
    if service.spec.isHeadless || !rest.isEmpty { return members(key, rest.first, question) }
    guard let address = IPv4(service.spec.clusterIP) else { return .noName }
    // What stands behind the Service does not matter: its own address is the answer.
    return question == .address ? .addresses([address]) : .nothing
  }

  /// A Service without an address of its own: every ready Pod, or the one with a name.
  private func members(_ key: String, _ host: String?, _ question: Question) -> Answer {
    let wanted = members(key).filter { host == nil || $0.hostname == host }
    if wanted.isEmpty { return .noName }
    return question == .address ? .addresses(wanted.map { $0.address }) : .nothing
  }

  private func targets(
    _ service: Service,
    _ key: String,
    port: String,
    transport: String,
    _ question: Question
  ) -> Answer {
    var found: [Target] = []
    let base = "\(service.metadata.name).\(service.metadata.namespace).svc.\(domain)"
    if service.spec.isHeadless {
      for member in members(key) {
        for held in member.ports where held.name == port && held.protocol.lowercased() == transport {
          found.append(Target(port: held.port, name: "\(member.hostname).\(base)"))
        }
      }
    } else {
      for held in service.spec.ports where held.name == port && held.protocol.lowercased() == transport {
        found.append(Target(port: held.port, name: base))
      }
    }
    if found.isEmpty { return .noName }
    return question == .service ? .targets(found) : .nothing
  }

  /// `192-0-2-3.default`, in front of `.pod`: nobody checks that there is such a Pod.
  private func pod(_ labels: [String], _ question: Question) -> Answer {
    guard labels.count == 2, namespaces[labels[1]] != nil else { return .noName }
    guard let address = IPv4(labels[0].split(separator: "-").joined(separator: ".")) else { return .noName }
    return question == .address ? .addresses([address]) : .nothing
  }
}
