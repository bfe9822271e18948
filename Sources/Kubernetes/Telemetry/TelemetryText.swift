/// Sentences of the metrics pipeline, word for word as each version writes them.
extension Text {
  /// metrics-server's log about a kubelet that does not answer.
  public func scrapeFailed(_ node: String, _ address: String) -> String {
    let refused = "dial tcp \(address):10250: connect: connection refused"
    if version == .then {
      let url = "https://\(address):10250/stats/summary?only_cpu_and_memory=true"
      return
        "unable to fully scrape metrics: unable to fully scrape metrics from node \(node): unable to fetch metrics "
        + "from node \(node): Get \"\(url)\": \(refused)"
    }
    return "\"Failed to scrape node\" err=\"Get \\\"https://\(address):10250/metrics/resource\\\": \(refused)\" "
      + "node=\"\(node)\""
  }

  /// metrics-server's answer about one Pod or node of which nothing is known.
  public func noMetrics(_ key: ObjectKey, known: Bool) -> String {
    let isNode = key.kind == .nodeMetrics
    if !known { return "\(isNode ? "nodes" : "pods") \"\(key.name)\" not found" }
    let resource = isNode ? "nodemetrics" : "podmetrics"
    let name = key.namespace.isEmpty ? key.name : "\(key.namespace)/\(key.name)"
    return "\(resource).metrics.k8s.io \"\(name)\" not found"
  }

  // MARK: Aggregation

  /// What a client makes of an answer 503, whatever its body says.
  public func unavailable(_ verb: APIVerb, _ key: ObjectKey) -> String {
    let name = key.name.isEmpty ? "" : " \(key.name)"
    let method = verb == .list || verb == .watch ? "get" : verb.rawValue
    return "the server is currently unable to handle the request (\(method) \(key.kind.printedResource)\(name))"
  }

  public var allChecksPassed: String { "all checks passed" }

  public func serviceMissing(_ name: String, _ namespace: String) -> String {
    "service/\(name) in \"\(namespace)\" is not present"
  }

  public func endpointsMissing(_ name: String, _ namespace: String) -> String {
    "cannot find endpoints for service/\(name) in \"\(namespace)\""
  }

  public func noAddresses(_ name: String, _ namespace: String, port: String) -> String {
    "endpoints for service/\(name) in \"\(namespace)\" have no addresses with port name \"\(port)\""
  }

  /// The availability check has asked the server behind an APIService and was refused.
  public func discoveryFailed(_ ip: String, _ port: Int64, _ group: String, _ version: String) -> String {
    let url = "https://\(ip):\(port)/apis/\(group)/\(version)"
    return
      "failing or missing response from \(url): Get \"\(url)\": dial tcp \(ip):\(port): connect: connection refused"
  }

  // MARK: kubectl top

  public var metricsAPIMissing: String { "error: Metrics API not available" }
  public var metricsNotYet: String { "error: metrics not available yet" }

  /// A Pod that is older than two minutes should have been measured.
  public func metricsMissing(_ pod: ObjectKey, age: Int64) -> String {
    "error: Metrics not available for pod \(pod.namespace)/\(pod.name), age: \(GoDuration.text(age))"
  }
}
