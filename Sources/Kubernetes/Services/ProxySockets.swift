import Clockwork

/// The sockets that a kube-proxy holds on its node, besides its rules.
struct ProxySockets: Equatable, Sendable {
  private struct Held: Equatable, Sendable {
    var transport: TransportProtocol
    var port: UInt16
    /// What it answers; empty where the socket only keeps the port from others.
    var answer: String
  }

  private var held: [Held] = []

  static let process = "kube-proxy"

  var texts: [String] { held.map { "\($0.transport.text)/\($0.port)" } }

  /// Closes what is not wanted any more and opens what is new.
  mutating func follow(
    _ ports: [ProxyPort],
    _ endpoints: Table<String, [ProxyEndpoint]>,
    _ version: Version
  ) -> [NetworkChange] {
    var wanted: [Held] = []
    for port in ports {
      // Until 1.23 or so a proxy held every node port, lest another process take it.
      if version == .then, port.nodePort != 0 {
        wanted.append(Held(transport: port.transport, port: port.nodePort, answer: ""))
      }
      if port.healthCheckNodePort != 0, !wanted.contains(where: { $0.port == port.healthCheckNodePort }) {
        let count = (endpoints[port.name] ?? []).filter { $0.isLocal && $0.isReady }.count
        let service = "{\"namespace\":\"\(port.service.namespace)\",\"name\":\"\(port.service.name)\"}"
        let answer = "{\"service\":\(service),\"localEndpoints\":\(count)}"
        wanted.append(Held(transport: .tcp, port: port.healthCheckNodePort, answer: answer))
      }
    }
    var changes: [NetworkChange] = []
    for old in held where !wanted.contains(old) {
      changes.append(NetworkChange(.closeSocket(old.transport, port: old.port, process: ProxySockets.process)))
    }
    for new in wanted where !held.contains(new) {
      let manner = new.answer.isEmpty ? Socket.Manner.hangs : .answers(new.answer)
      let socket = Socket(listening: new.transport, port: new.port, process: ProxySockets.process, manner)
      changes.append(NetworkChange(.listen(socket)))
    }
    held = wanted
    return changes
  }
}

extension ProxyRules {
  /// What a proxy does once, when it starts: switches of the kernel, its own sockets, and chains that tell it
  /// when somebody has flushed the tables.
  static var start: [NetworkChange] {
    var metrics = Socket(listening: .tcp, on: .localhost, port: 10249, process: ProxySockets.process, .answers("ok"))
    metrics.isDualStack = false
    var health = Socket(listening: .tcp, port: 10256, process: ProxySockets.process, .answers("ok"))
    health.isDualStack = true
    var changes = [
      // A process that ended took its sockets along.
      NetworkChange(.endProcess(ProxySockets.process)),
      // Node ports work on 127.0.0.1 too.
      NetworkChange(.set("net.ipv4.conf.all.route_localnet", 1)),
      // Frames that stay on a bridge must meet the rules, or answers would not be translated back.
      NetworkChange(.set("net.bridge.bridge-nf-call-iptables", 1)),
      NetworkChange(.set("net.netfilter.nf_conntrack_tcp_timeout_established", 86_400)),
      NetworkChange(.set("net.netfilter.nf_conntrack_tcp_timeout_close_wait", 3_600)),
      NetworkChange(.listen(metrics)),
      NetworkChange(.listen(health)),
    ]
    for write in canaries { changes.append(NetworkChange(.ensure(write))) }
    return changes
  }
}
