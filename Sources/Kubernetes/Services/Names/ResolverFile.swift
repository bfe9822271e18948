/// `/etc/resolv.conf` of a Pod, which the kubelet writes, and the names that a resolver makes of one name by it.
public struct ResolverFile: Equatable, Sendable {
  public var nameservers: [String]
  public var search: [String]
  /// As they stand in the file: `ndots:5`.
  public var options: [String]

  public init(nameservers: [String], search: [String] = [], options: [String] = []) {
    self.nameservers = nameservers
    self.search = search
    self.options = options
  }

  /// The server that is asked first.
  public var nameserver: String { nameservers.first ?? "" }

  /// A name with fewer dots is tried with every ending first; 1 where nothing else is said.
  public var dots: Int {
    for option in options.reversed() where option.hasPrefix("ndots:") { return Int(option.dropFirst(6)) ?? 1 }
    return 1
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
    let file = ResolverFile(nameservers: [server], search: own + node, options: ["ndots:5"])
    return file.limited(version)
  }

  /// No more nameservers than a C library reads, and no more endings than a release allows.
  func limited(_ version: Version) -> ResolverFile {
    var file = self
    file.nameservers = Array(nameservers.prefix(3))
    file.search = Array(search.prefix(version == .then ? 6 : 32))
    return file
  }

  /// As docker writes it; containerd has the endings first.
  public func text(_ version: Version) -> String {
    let servers = nameservers.map { "nameserver \($0)\n" }.joined()
    let endings = search.isEmpty ? "" : "search \(search.joined(separator: " "))\n"
    let rest = options.isEmpty ? "" : "options \(options.joined(separator: " "))\n"
    return (version == .then ? servers + endings : endings + servers) + rest
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
