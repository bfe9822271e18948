/// The tables `local` and `main`, asked in this order; the longest prefix wins.
public struct RouteTables: Equatable, Sendable {
  /// Longest prefix first, then lowest metric, then as they were written.
  private var local: [Route] = []
  private var main: [Route] = []

  public init() {}

  /// Everything, as `ip route show table all` lists it: `main`, then `local`.
  public var all: [Route] { listed(main) + listed(local) }
  /// What `ip route` lists.
  public var listed: [Route] { listed(main) }
  public var listedLocal: [Route] { listed(local) }

  public func lookup(_ address: IPv4) -> Route? {
    for route in local where route.destination.contains(address) { return route }
    for route in main where route.destination.contains(address) { return route }
    return nil
  }

  /// Whether the address is one of this machine's own.
  public func isLocal(_ address: IPv4) -> Bool {
    for route in local where route.destination.contains(address) { return route.kind == .local }
    return false
  }

  /// Adds a line; false where the same destination is there already.
  @discardableResult
  public mutating func add(_ route: Route) -> Bool {
    if route.isLocalTable { return RouteTables.add(route, to: &local) }
    return RouteTables.add(route, to: &main)
  }

  /// Takes away the first line with this destination, and this gateway and device where they are given.
  @discardableResult
  public mutating func remove(_ route: Route) -> Bool {
    if route.isLocalTable { return RouteTables.remove(route, from: &local) }
    return RouteTables.remove(route, from: &main)
  }

  mutating func removeAll(where isUnwanted: (Route) -> Bool) {
    local.removeAll(where: isUnwanted)
    main.removeAll(where: isUnwanted)
  }

  private static func add(_ route: Route, to table: inout [Route]) -> Bool {
    for other in table where other.destination == route.destination && other.metric == route.metric {
      // Both of a machine's addresses in one range may lead to the same connected route.
      if !route.isLocalTable || other.device == route.device { return false }
    }
    let place = table.firstIndex { other in
      if other.destination.prefix != route.destination.prefix {
        return other.destination.prefix < route.destination.prefix
      }
      return other.destination == route.destination && other.metric > route.metric
    }
    table.insert(route, at: place ?? table.count)
    return true
  }

  private static func remove(_ route: Route, from table: inout [Route]) -> Bool {
    let place = table.firstIndex { other in
      other.destination == route.destination && (route.gateway == nil || other.gateway == route.gateway)
        && (route.device.isEmpty || other.device == route.device)
        && (route.metric == 0 || other.metric == route.metric)
    }
    guard let place else { return false }
    table.remove(at: place)
    return true
  }

  /// By address, the longer prefix first where two begin alike.
  private func listed(_ table: [Route]) -> [Route] {
    var keyed: [(key: UInt64, route: Route)] = []
    for (place, route) in table.enumerated() {
      let key = UInt64(route.destination.base.number) << 28
      keyed.append((key | UInt64(32 - route.destination.prefix) << 20 | UInt64(place), route))
    }
    keyed.sort { $0.key < $1.key }
    return keyed.map { $0.route }
  }
}
