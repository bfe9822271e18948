/// `/etc/resolv.conf` of a Pod, which the kubelet writes, and the names that a resolver makes of one name by it.
public struct ResolverFile: Equatable, Sendable {
  public var nameserver: String
  public var search: [String]
  /// A name with fewer dots is tried with every ending first; 1 where nothing else is said.
  public var dots: Int

  public init(nameserver: String, search: [String], dots: Int) {
    self.nameserver = nameserver
    self.search = search
    self.dots = dots
  }

  /// The file of a Pod with `dnsPolicy: ClusterFirst`.
  ///
  /// The node's own endings come last; a release allows only so many in all.
  public static func clusterFirst(
    namespace: String,
    server: String,
    domain: String = "cluster.local",
    node: [String] = [],
    _ version: Version
  ) -> ResolverFile {
    let own = ["\(namespace).svc.\(domain)", "svc.\(domain)", domain]
    let limit = version == .then ? 6 : 32
    return ResolverFile(nameserver: server, search: Array((own + node).prefix(limit)), dots: 5)
  }

  public var text: String {
    var out = "nameserver \(nameserver)\n"
    if !search.isEmpty { out += "search \(search.joined(separator: " "))\n" }
    return dots == 1 ? out : out + "options ndots:\(dots)\n"
  }

  /// A name without the dot that says that it is whole.
  static func whole(_ name: String) -> String { name.hasSuffix(".") ? String(name.dropLast()) : name }

  /// What is asked for, one after the other, until something is found; a final dot says that a name is whole.
  public func candidates(_ name: String) -> [String] {
    if name.hasSuffix(".") { return [ResolverFile.whole(name)] }
    let endings = search.map { "\(name).\($0)" }
    let count = name.utf8.reduce(0) { $0 + ($1 == UInt8(ascii: ".") ? 1 : 0) }
    return count < dots ? endings + [name] : [name] + endings
  }
}
