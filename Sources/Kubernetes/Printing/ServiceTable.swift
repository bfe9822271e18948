import Clockwork

/// Rows of `kubectl get` for Services and what stands behind them.
enum ServiceTable {
  static func header(_ kind: Kind, _ isWide: Bool) -> [String]? {
    switch kind {
    case .service:
      ["NAME", "TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE"] + (isWide ? ["SELECTOR"] : [])
    case .endpoints: ["NAME", "ENDPOINTS", "AGE"]
    case .endpointSlice: ["NAME", "ADDRESSTYPE", "PORTS", "ENDPOINTS", "AGE"]
    default: nil
    }
  }

  static func row(_ object: Object, _ age: String, _ isWide: Bool) -> [String]? {
    if let service = object.as(Service.self) { return row(service, age, isWide) }
    if let endpoints = object.as(Endpoints.self) { return [object.name, text(endpoints), age] }
    if let slice = object.as(EndpointSlice.self) {
      let ports = slice.ports.map { "\($0.port)" }
      var addresses: [String] = []
      for endpoint in slice.endpoints { addresses += endpoint.addresses }
      return [object.name, slice.addressType, several(ports), several(addresses), age]
    }
    return nil
  }

  private static func row(_ service: Service, _ age: String, _ isWide: Bool) -> [String] {
    let spec = service.spec
    let address = spec.clusterIP.isEmpty ? "<none>" : spec.clusterIP
    let row = [service.metadata.name, spec.type, address, external(service), ports(spec), age]
    return isWide ? row + [LabelText.list(spec.selector)] : row
  }

  private static func external(_ service: Service) -> String {
    switch service.spec.type {
    case "ExternalName": return service.spec.externalName
    case "LoadBalancer":
      var all: [String] = []
      for ingress in service.status.loadBalancer["ingress"]?.elements ?? [] {
        all.append(ingress["ip"]?.text ?? ingress["hostname"]?.text ?? "")
      }
      all += service.spec.externalIPs
      return all.isEmpty ? "<pending>" : all.joined(separator: ",")
    default: return service.spec.externalIPs.isEmpty ? "<none>" : service.spec.externalIPs.joined(separator: ",")
    }
  }

  private static func ports(_ spec: ServiceSpec) -> String {
    var parts: [String] = []
    for port in spec.ports {
      parts.append(
        port.nodePort == 0 ? "\(port.port)/\(port.protocol)" : "\(port.port):\(port.nodePort)/\(port.protocol)"
      )
    }
    return parts.isEmpty ? "<none>" : parts.joined(separator: ",")
  }

  /// At most three, and how many there are beyond them.
  private static func several(_ texts: [String]) -> String {
    if texts.isEmpty { return "<unset>" }
    let shown = texts.prefix(3).joined(separator: ",")
    return texts.count > 3 ? "\(shown) + \(texts.count - 3) more..." : shown
  }

  /// The ready addresses of an Endpoints object, with their ports; `names` leaves only ports of that name.
  static func text(_ endpoints: Endpoints, ofPort name: String? = nil) -> String {
    var all: [String] = []
    for subset in endpoints.subsets {
      if subset.ports.isEmpty, name == nil {
        all += subset.addresses.map { $0.ip }
        continue
      }
      for port in subset.ports where name == nil || port.name == name {
        all += subset.addresses.map { "\($0.ip):\(port.port)" }
      }
    }
    return list(all)
  }

  /// The ready addresses of slices, as `kubectl describe service` prints them now.
  static func text(_ slices: [EndpointSlice], ofPort name: String) -> String {
    var all: [String] = []
    for slice in slices {
      for port in slice.ports where port.name == name {
        for endpoint in slice.endpoints where endpoint.conditions.ready != false {
          all += endpoint.addresses.prefix(1).map { "\($0):\(port.port)" }
        }
      }
    }
    return list(all)
  }

  private static func list(_ all: [String]) -> String {
    if all.isEmpty { return "<none>" }
    let shown = all.prefix(3).joined(separator: ",")
    return all.count > 3 ? "\(shown) + \(all.count - 3) more..." : shown
  }
}

extension LabelText {
  /// `app=web,tier=front` in the order of the keys, or `<none>`.
  static func list(_ labels: Table<String, String>) -> String {
    var out = ""
    labels.forEach { out += (out.isEmpty ? "" : ",") + "\($0)=\($1)" }
    return out.isEmpty ? "<none>" : out
  }
}
