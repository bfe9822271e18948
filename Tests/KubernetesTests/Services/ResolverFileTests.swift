import Clockwork
import Testing

@testable import Kubernetes

/// `/etc/resolv.conf` as a process in a container reads it.
@Suite struct ResolverFileTests {
  private static func pod(_ name: String, _ fields: [String]) -> String {
    """
    apiVersion: v1
    kind: Pod
    metadata: {name: \(name)}
    spec:
      containers: [{name: main, image: "demo/web:1.0"}]

    """ + fields.map { "  \($0)\n" }.joined()
  }

  private static let own =
    "dnsConfig: {nameservers: [192.0.2.53], searches: [example.org, svc.cluster.local], options: "

  @Test(arguments: [
    ("plain", []),
    ("machine", ["dnsPolicy: Default"]),
    ("host", ["hostNetwork: true"]),
    ("both", ["hostNetwork: true", "dnsPolicy: ClusterFirstWithHostNet"]),
    ("own", ["dnsPolicy: None", own + "[{name: ndots, value: \"2\"}, {name: edns0}]}"]),
    ("more", [own + "[{name: ndots, value: \"1\"}]}"]),
  ])
  func thePolicyOfAPodDecides(_ name: String, _ fields: [String]) throws {
    let cluster = "default.svc.cluster.local svc.cluster.local cluster.local"
    let expected: [String: (servers: [String], search: String, options: String)] = [
      "plain": (["10.96.0.10"], cluster, "ndots:5"),
      "machine": (["192.168.56.1"], "", ""),
      "host": (["192.168.56.1"], "", ""),
      "both": (["10.96.0.10"], cluster, "ndots:5"),
      "own": (["192.0.2.53"], "example.org svc.cluster.local", "ndots:2 edns0"),
      "more": (["10.96.0.10", "192.0.2.53"], "\(cluster) example.org", "ndots:1"),
    ]
    let wanted = try #require(expected[name])
    for version in [Version.then, .now] {
      let script =
        "kubectl apply -f pod.yaml\nuntil pod/\(name) Ready\nmark record\nkubectl exec \(name) -- cat /etc/resolv.conf\n"
      let lab = try Lab(script, version, files: ["pod.yaml": Self.pod(name, fields)])
      let servers = wanted.servers.map { "nameserver \($0)" }
      let search = wanted.search.isEmpty ? [] : ["search \(wanted.search)"]
      let options = wanted.options.isEmpty ? [] : ["options \(wanted.options)"]
      let file = (version == .then ? servers + search : search + servers) + options
      #expect(lab.printed.last?.split(separator: "\n").map { String($0) } == file)
    }
  }
}
