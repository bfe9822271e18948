import Clockwork

/// What a kubelet knows of names: `clusterDNS`, `clusterDomain`, and the file of its own machine (`resolvConf`).
struct ResolverSettings: Equatable, Sendable {
  var server: String
  var domain = "cluster.local"
  var machine: ResolverFile

  init(_ spec: ClusterSpec) {
    server = spec.dnsAddress
    machine = ResolverFile(nameservers: [Fabric.gateway(of: spec).text])
  }

  /// The file of a Pod, as its `dnsPolicy` and its `dnsConfig` want it (pkg/kubelet/network/dns).
  func file(of pod: Pod, _ version: Version) -> ResolverFile {
    var file: ResolverFile
    switch pod.spec.dnsPolicy {
    case "None": file = ResolverFile(nameservers: [])
    case "Default": file = machine
    // Whoever lives in the network of the machine looks names up as the machine does, unless it says that it wants more.
    case "ClusterFirst" where pod.spec.hostNetwork: file = machine
    default: file = cluster(pod.key.namespace, version)
    }
    guard let wanted = pod.spec.unknown.first(where: { $0.key == "dnsConfig" })?.value else { return file }
    file.nameservers = ResolverSettings.joined(file.nameservers, wanted["nameservers"])
    file.search = ResolverSettings.joined(file.search, wanted["searches"])
    for option in wanted["options"]?.elements ?? [] {
      guard let name = option["name"]?.text, !name.isEmpty else { continue }
      let value = option["value"]?.plain ?? ""
      file.options.removeAll { $0 == name || $0.hasPrefix(name + ":") }
      file.options.append(value.isEmpty ? name : "\(name):\(value)")
    }
    return file.limited(version)
  }

  func cluster(_ namespace: String, _ version: Version) -> ResolverFile {
    .clusterFirst(namespace: namespace, server: server, domain: domain, node: machine.search, version)
  }

  /// Both lists, and nothing twice.
  private static func joined(_ own: [String], _ more: Value?) -> [String] {
    var all = own
    for text in (more?.elements ?? []).compactMap({ $0.text }) where !all.contains(text) { all.append(text) }
    return all
  }
}
