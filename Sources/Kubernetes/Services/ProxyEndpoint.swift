import Clockwork

/// One address and port behind a Service port.
public struct ProxyEndpoint: Equatable, Sendable {
  public var address: IPv4
  public var port: UInt16
  /// Whether it is on the proxy's own node.
  public var isLocal: Bool
  public var isReady: Bool = true
  public var isServing: Bool = true
  public var isTerminating: Bool = false

  public var text: String { "\(address.text):\(port)" }

  /// The endpoints of every Service port, by its name; each in the order of their texts, each address once.
  public static func byPort(_ slices: [EndpointSlice], node: String) -> Table<String, [ProxyEndpoint]> {
    var found: Table<String, [ProxyEndpoint]> = [:]
    for slice in slices where slice.addressType == "IPv4" {
      guard let service = slice.metadata.labels["kubernetes.io/service-name"] else { continue }
      for port in slice.ports {
        let name = "\(slice.metadata.namespace)/\(service)" + (port.name.isEmpty ? "" : ":\(port.name)")
        for endpoint in slice.endpoints {
          guard let made = ProxyEndpoint(endpoint, port: port.port, node: node) else { continue }
          found.update(name, default: []) { $0.append(made) }
        }
      }
    }
    for name in found.keys { found[name] = found[name].map { sorted($0) } }
    return found
  }

  private init?(_ endpoint: Endpoint, port: Int64, node: String) {
    guard let address = endpoint.addresses.first.flatMap({ IPv4($0) }) else { return nil }
    self.address = address
    self.port = UInt16(truncatingIfNeeded: port)
    let host = endpoint.nodeName.isEmpty ? endpoint.topology["kubernetes.io/hostname"] ?? "" : endpoint.nodeName
    isLocal = host == node
    isReady = endpoint.conditions.ready ?? true
    isServing = endpoint.conditions.serving ?? isReady
    isTerminating = endpoint.conditions.terminating ?? false
  }

  /// An address may stand in two slices while one of them is behind.
  private static func sorted(_ endpoints: [ProxyEndpoint]) -> [ProxyEndpoint] {
    var texts: Table<String, ProxyEndpoint> = [:]
    for endpoint in endpoints { texts[endpoint.text] = endpoint }
    var out: [ProxyEndpoint] = []
    for text in texts.keys.sorted() { if let endpoint = texts[text] { out.append(endpoint) } }
    return out
  }
}

/// Which endpoints of a Service port a node uses, and for whom.
struct ProxyChoice {
  var all: [ProxyEndpoint] = []
  var local: [ProxyEndpoint] = []
  /// Those that need a chain of their own.
  var reachable: [ProxyEndpoint] = []
  /// Whether anything usable is behind the port, on whatever node.
  var hasAny: Bool { hasAnywhere || !all.isEmpty }
  private var hasAnywhere = false

  init(_ port: ProxyPort, _ endpoints: [ProxyEndpoint], _ version: Version) {
    if version == .then {
      // Slices of old told of ready and not ready; what is not ready is not there.
      all = endpoints.filter { $0.isReady }
      local = all.filter { $0.isLocal }
      reachable = all
      return
    }
    if port.usesAll { all = ProxyChoice.usable(endpoints) }
    if port.usesLocal {
      local = ProxyChoice.usable(endpoints.filter { $0.isLocal })
      hasAnywhere = endpoints.contains { $0.isReady || $0.isServing && $0.isTerminating }
    }
    reachable = all
    for endpoint in local where !reachable.contains(endpoint) { reachable.append(endpoint) }
  }

  /// Those that are ready; where none is, those that still serve while they end.
  private static func usable(_ endpoints: [ProxyEndpoint]) -> [ProxyEndpoint] {
    let ready = endpoints.filter { $0.isReady }
    return ready.isEmpty ? endpoints.filter { $0.isServing && $0.isTerminating } : ready
  }
}
