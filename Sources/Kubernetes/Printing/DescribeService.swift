import Clockwork

extension Describe {
  /// A Service with the addresses behind it, as `kubectl describe service` prints it.
  static func service(
    _ service: Service,
    endpoints: Endpoints?,
    slices: [EndpointSlice],
    events: [Event],
    _ version: Version,
    now: Int64
  ) -> String {
    var writer = TabWriter.describe
    let spec = service.spec
    head(service.metadata, &writer)
    writer.line("Selector:\t\(LabelText.list(spec.selector))")
    writer.line("Type:\t\(spec.type)")
    if !spec.ipFamilyPolicy.isEmpty { writer.line("IP Family Policy:\t\(spec.ipFamilyPolicy)") }
    writer.line("IP Families:\t\(orNone(spec.ipFamilies))")
    writer.line("IP:\t\(spec.clusterIP)")
    writer.line("IPs:\t\(orNone(spec.clusterIPs))")
    if !spec.externalIPs.isEmpty { writer.line("External IPs:\t\(spec.externalIPs.joined(separator: ","))") }
    if !spec.loadBalancerIP.isEmpty {
      writer.line("\(version == .then ? "IP" : "Desired LoadBalancer IP"):\t\(spec.loadBalancerIP)")
    }
    if !spec.externalName.isEmpty { writer.line("External Name:\t\(spec.externalName)") }
    for port in spec.ports {
      let name = port.name.isEmpty ? "<unset>" : port.name
      writer.line("Port:\t\(name)\t\(port.port)/\(port.protocol)")
      writer.line("TargetPort:\t\(port.targetPort.text)/\(port.protocol)")
      if port.nodePort != 0 { writer.line("NodePort:\t\(name)\t\(port.nodePort)/\(port.protocol)") }
      let behind =
        version == .then
        ? ServiceTable.text(endpoints ?? Endpoints(), ofPort: port.name) : ServiceTable.text(slices, ofPort: port.name)
      writer.line("Endpoints:\t\(behind)")
    }
    writer.line("Session Affinity:\t\(spec.sessionAffinity)")
    if !spec.externalTrafficPolicy.isEmpty { writer.line("External Traffic Policy:\t\(spec.externalTrafficPolicy)") }
    if !spec.internalTrafficPolicy.isEmpty { writer.line("Internal Traffic Policy:\t\(spec.internalTrafficPolicy)") }
    if spec.healthCheckNodePort != 0 { writer.line("HealthCheck NodePort:\t\(spec.healthCheckNodePort)") }
    if !spec.loadBalancerSourceRanges.isEmpty {
      writer.line("LoadBalancer Source Ranges:\t\(spec.loadBalancerSourceRanges.joined(separator: ","))")
    }
    self.events(events, version, now: now, &writer)
    return writer.formatted()
  }

  private static func head(_ metadata: ObjectMeta, _ writer: inout TabWriter) {
    writer.line("Name:\t\(metadata.name)")
    if !metadata.namespace.isEmpty { writer.line("Namespace:\t\(metadata.namespace)") }
    labels("Labels", metadata.labels, &writer)
    annotations(metadata.annotations, &writer)
  }

  private static func orNone(_ texts: [String]) -> String { texts.isEmpty ? "<none>" : texts.joined(separator: ",") }

  // MARK: Quotas and limits

  /// A quota with what is used of it.
  static func quota(_ quota: ResourceQuota) -> String {
    var writer = TabWriter.describe
    writer.line("Name:\t\(quota.metadata.name)")
    writer.line("Namespace:\t\(quota.metadata.namespace)")
    if !quota.spec.scopes.isEmpty { writer.line("Scopes:\t\(quota.spec.scopes.sorted().joined(separator: ", "))") }
    writer.line("Resource\tUsed\tHard")
    writer.line("--------\t----\t----")
    for name in quota.status.hard.names {
      writer.line("\(name)\t\(quota.status.used[name] ?? "0")\t\(quota.status.hard[name] ?? "0")")
    }
    return writer.formatted()
  }

  /// A limit range, a line for each kind of thing and resource.
  static func limits(_ range: LimitRange) -> String {
    var writer = TabWriter.describe
    writer.line("Name:\t\(range.metadata.name)")
    writer.line("Namespace:\t\(range.metadata.namespace)")
    writer.line("Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio")
    writer.line("----\t--------\t---\t---\t---------------\t-------------\t-----------------------")
    for item in range.spec.limits {
      var names: Table<String, Bool> = [:]
      let lists = [item.max, item.min, item.default, item.defaultRequest, item.maxLimitRequestRatio]
      for list in lists { for name in list.names { names[name] = true } }
      for name in names.keys {
        let cells = [item.min, item.max, item.defaultRequest, item.default, item.maxLimitRequestRatio].map { list in
          list[name] ?? "-"
        }
        writer.line("\(item.type)\t\(name)\t\(cells.joined(separator: "\t"))")
      }
    }
    return writer.formatted()
  }

  // MARK: Namespaces

  /// A namespace with its quotas and limits.
  static func namespace(_ namespace: Namespace, quotas: [ResourceQuota], limits: [LimitRange]) -> String {
    var writer = TabWriter.describe
    writer.line("Name:\t\(namespace.metadata.name)")
    labels("Labels", namespace.metadata.labels, &writer)
    annotations(namespace.metadata.annotations, &writer)
    writer.line("Status:\t\(namespace.status.phase)")
    var text = writer.formatted()
    if quotas.isEmpty {
      text += "\nNo resource quota.\n"
    } else {
      var part = TabWriter.describe
      part.line("")
      part.line("Resource Quotas")
      for quota in quotas {
        part.line("Name:\t\(quota.metadata.name)", level: 1)
        part.line("Resource\tUsed\tHard", level: 1)
        part.line("--------\t---\t---", level: 1)
        for name in quota.status.hard.names {
          part.line("\(name)\t\(quota.status.used[name] ?? "0")\t\(quota.status.hard[name] ?? "0")", level: 1)
        }
      }
      text += part.formatted()
    }
    if limits.isEmpty { return text + "\nNo LimitRange resource.\n" }
    var part = TabWriter.describe
    part.line("")
    part.line("Resource Limits")
    part.line("Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio", level: 1)
    part.line("----\t--------\t---\t---\t---------------\t-------------\t-----------------------", level: 1)
    for range in limits {
      for line in self.limits(range).split(separator: "\n").dropFirst(4) {
        let cells = line.split(separator: " ").map { String($0) }
        part.line(cells.joined(separator: "\t"), level: 1)
      }
    }
    return text + part.formatted()
  }
}
