import Clockwork

/// A port of a Service, with what a proxy has to know of the Service.
public struct ProxyPort: Equatable, Sendable {
  /// `namespace/name:port`, or without `:port` where the port has no name.
  public var name: String
  public var service: ObjectKey
  public var transport: TransportProtocol
  public var clusterIP: IPv4
  public var port: UInt16
  /// 0 for none.
  public var nodePort: UInt16 = 0
  public var externalIPs: [IPv4] = []
  public var loadBalancerIPs: [IPv4] = []
  /// Which clients the load balancer is for; none means everybody.
  public var sourceRanges: [CIDR] = []
  public var healthCheckNodePort: UInt16 = 0
  /// Traffic from outside goes to the node's own endpoints alone.
  public var isExternalLocal: Bool = false
  /// Traffic from inside does so too.
  public var isInternalLocal: Bool = false
  /// How long a client stays with its endpoint; nothing where every connection chooses anew.
  public var stickySeconds: Int64?

  /// Whether anybody outside of the cluster could use the port.
  public var isExternal: Bool { nodePort != 0 || !loadBalancerIPs.isEmpty || !externalIPs.isEmpty }

  /// Whether it needs the endpoints of all nodes.
  ///
  /// Where outside traffic stays on its node, Pods and the node itself may still use any endpoint.
  public var usesAll: Bool { !isInternalLocal || isExternal }

  public var usesLocal: Bool { isInternalLocal || isExternalLocal && isExternal }

  /// The ports of a Service; none where there is nothing for a proxy to do.
  public static func ports(of service: Service, _ version: Version) -> [ProxyPort] {
    let spec = service.spec
    guard spec.wantsClusterIP, let clusterIP = IPv4(spec.clusterIP), isOurs(service.metadata) else { return [] }
    let key = ObjectKey(.service, service.metadata.namespace, service.metadata.name)
    var ports: [ProxyPort] = []
    for port in spec.ports {
      guard let transport = TransportProtocol(text: port.protocol == "UDP" ? "udp" : "tcp"), port.protocol != "SCTP"
      else { continue }
      let name = "\(key.namespace)/\(key.name)" + (port.name.isEmpty ? "" : ":\(port.name)")
      var made = ProxyPort(
        name: name,
        service: key,
        transport: transport,
        clusterIP: clusterIP,
        port: UInt16(truncatingIfNeeded: port.port)
      )
      made.nodePort = UInt16(truncatingIfNeeded: port.nodePort)
      made.take(service, version)
      ports.append(made)
    }
    return ports
  }

  /// The labels by which a Service is none of kube-proxy's business.
  private static func isOurs(_ metadata: ObjectMeta) -> Bool {
    metadata.labels["service.kubernetes.io/service-proxy-name"] == nil
      && metadata.labels["service.kubernetes.io/headless"] == nil
  }

  private mutating func take(_ service: Service, _ version: Version) {
    let spec = service.spec
    for text in spec.externalIPs { if let address = IPv4(text) { externalIPs.append(address) } }
    for entry in service.status.loadBalancer["ingress"]?.elements ?? [] {
      // A balancer that forwards as a proxy does must not be gone around.
      if entry["ipMode"]?.plain == "Proxy", version == .now { continue }
      if let address = IPv4(entry["ip"]?.plain ?? "") { loadBalancerIPs.append(address) }
    }
    for text in spec.loadBalancerSourceRanges { if let range = CIDR(text) { sourceRanges.append(range) } }
    healthCheckNodePort = UInt16(truncatingIfNeeded: spec.healthCheckNodePort)
    let canBeLocal = spec.type == "NodePort" || spec.type == "LoadBalancer"
    let hasExternal = version == .now && !spec.externalIPs.isEmpty
    isExternalLocal = (canBeLocal || hasExternal) && spec.externalTrafficPolicy == "Local"
    isInternalLocal = version == .now && spec.internalTrafficPolicy == "Local"
    if spec.sessionAffinity == "ClientIP" {
      let configured = spec.sessionAffinityConfig?["clientIP"]?["timeoutSeconds"]
      if case .integer(let seconds)? = configured { stickySeconds = seconds } else { stickySeconds = 10_800 }
    }
  }
}
