import Clockwork

/// What a kubelet says when it is asked for measurements, made of what cAdvisor read last.
struct NodeStatistics {
  let node: String
  let version: Version
  let cadvisor: CAdvisor

  /// The containers of one Pod that run now, without its sandbox, and the sums that its own group counts.
  struct PodGroup {
    var key: ObjectKey
    var uid: String
    var containers: [CAdvisor.Series] = []
    var usage: Int64 = 0
    var workingSet: Int64 = 0
    var rate: Int64? = 0
    var at: Time = 0
  }

  /// By namespace and name, as the answers list them.
  var pods: [PodGroup] {
    var found: Table<ObjectKey, PodGroup> = [:]
    cadvisor.groups.forEach { _, series in
      found.update(series.pod, default: PodGroup(key: series.pod, uid: series.uid)) { pod in
        if series.container != "POD" { pod.containers.append(series) }
        pod.usage += series.last.usage
        pod.workingSet += series.last.workingSet
        pod.at = max(pod.at, series.last.at)
        if let rate = series.rate, let sum = pod.rate { pod.rate = sum + rate } else { pod.rate = nil }
      }
    }
    var out: [PodGroup] = []
    for var pod in found.values {
      pod.containers.sort { $0.container < $1.container }
      out.append(pod)
    }
    return out
  }

  // MARK: /metrics/resource

  /// The Prometheus text of `/metrics/resource`, families by name as the encoder writes them.
  var resourceMetrics: String {
    let pods = self.pods.filter { !$0.containers.isEmpty }
    var text = PrometheusText()
    // Stable since 1.29; "then" they were new.
    let level = version == .then ? "[ALPHA]" : "[STABLE]"
    for family in Family.all where version == .then ? family.isOld : family != .oldError {
      let isEmpty = family.isOfContainers && pods.isEmpty || family.isOfNode && cadvisor.root == nil
      if isEmpty { continue }
      text.family(family.rawValue, family.isCounter ? "counter" : "gauge", "\(level) \(family.help)")
      write(family, pods, &text)
    }
    return text.text
  }

  private enum Family: String {
    case containerCPU = "container_cpu_usage_seconds_total"
    case containerMemory = "container_memory_working_set_bytes"
    case containerStart = "container_start_time_seconds"
    case nodeCPU = "node_cpu_usage_seconds_total"
    case nodeMemory = "node_memory_working_set_bytes"
    case podCPU = "pod_cpu_usage_seconds_total"
    case podMemory = "pod_memory_working_set_bytes"
    case error = "resource_scrape_error"
    case oldError = "scrape_error"

    static let all: [Family] = [
      .containerCPU, .containerMemory, .containerStart, .nodeCPU, .nodeMemory, .podCPU, .podMemory, .error, .oldError,
    ]

    /// Whether a kubelet of 1.20 has it; the old name of the last one is hidden now.
    var isOld: Bool {
      switch self {
      case .containerCPU, .containerMemory, .nodeCPU, .nodeMemory, .oldError: true
      case .containerStart, .podCPU, .podMemory, .error: false
      }
    }
    var isCounter: Bool { self == .containerCPU || self == .nodeCPU || self == .podCPU }
    var isOfNode: Bool { self == .nodeCPU || self == .nodeMemory }
    var isOfContainers: Bool { self != .error && self != .oldError && !isOfNode }

    var help: String {
      switch self {
      case .containerCPU: "Cumulative cpu time consumed by the container in core-seconds"
      case .containerMemory: "Current working set of the container in bytes"
      case .containerStart: "Start time of the container since unix epoch in seconds"
      case .nodeCPU: "Cumulative cpu time consumed by the node in core-seconds"
      case .nodeMemory: "Current working set of the node in bytes"
      case .podCPU: "Cumulative cpu time consumed by the pod in core-seconds"
      case .podMemory: "Current working set of the pod in bytes"
      case .error, .oldError: "1 if there was an error while getting container metrics, 0 otherwise"
      }
    }
  }

  private func write(_ family: Family, _ pods: [PodGroup], _ text: inout PrometheusText) {
    let name = family.rawValue
    switch family {
    case .containerCPU, .containerMemory, .containerStart:
      for one in NodeStatistics.byLabels(pods) {
        let labels = [("container", one.container), ("namespace", one.pod.namespace), ("pod", one.pod.name)]
        switch family {
        case .containerCPU: text.sample(name, labels, one.last.usage, decimals: 6, at: one.last.at)
        case .containerMemory: text.sample(name, labels, one.last.workingSet, at: one.last.at)
        default: text.sample(name, labels, Calendar.epoch * 1000 + one.startedAt, decimals: 3)
        }
      }
    case .nodeCPU:
      if let root = cadvisor.root { text.sample(name, [], root.last.usage, decimals: 6, at: root.last.at) }
    case .nodeMemory:
      if let root = cadvisor.root { text.sample(name, [], root.last.workingSet, at: root.last.at) }
    case .podCPU, .podMemory:
      for pod in pods {
        let labels = [("namespace", pod.key.namespace), ("pod", pod.key.name)]
        if family == .podCPU {
          text.sample(name, labels, pod.usage, decimals: 6, at: pod.at)
        } else {
          text.sample(name, labels, pod.workingSet, at: pod.at)
        }
      }
    case .error, .oldError: text.sample(name, [], 0)
    }
  }

  /// The encoder sorts samples by the values of their labels, the container's name first.
  private static func byLabels(_ pods: [PodGroup]) -> [CAdvisor.Series] {
    var all: [CAdvisor.Series] = []
    for pod in pods { all += pod.containers }
    return all.sorted { one, other in
      one.container == other.container ? one.pod < other.pod : one.container < other.container
    }
  }

  // MARK: /stats/summary

  /// The JSON of `/stats/summary?only_cpu_and_memory=true`.
  var summary: String {
    var node: Value = .map(("nodeName", .string(node)))
    if let root = cadvisor.root {
      node["startTime"] = .string(Timestamp(-Cgroups.uptime).text)
      node["cpu"] = cpu(at: root.last.at, rate: root.rate, usage: root.last.usage)
      node["memory"] = memory(root)
    }
    var list: [Value] = []
    for pod in pods where !pod.containers.isEmpty {
      var value: Value = .map(
        (
          "podRef",
          .map(("name", .string(pod.key.name)), ("namespace", .string(pod.key.namespace)), ("uid", .string(pod.uid)))
        )
      )
      var containers: [Value] = []
      for one in pod.containers {
        containers.append(
          .map(
            ("name", .string(one.container)),
            ("startTime", .string(Timestamp(one.startedAt).text)),
            ("cpu", cpu(at: one.last.at, rate: one.rate, usage: one.last.usage)),
            ("memory", memory(one))
          )
        )
      }
      value["containers"] = .list(containers)
      value["cpu"] = cpu(at: pod.at, rate: pod.rate, usage: pod.usage)
      value["memory"] = .map(("time", .string(stamp(pod.at))), ("workingSetBytes", .integer(pod.workingSet)))
      list.append(value)
    }
    return Value.map(("node", node), ("pods", .list(list))).canonical
  }

  private func cpu(at time: Time, rate: Int64?, usage: Int64) -> Value {
    var value: Value = .map(("time", .string(stamp(time))))
    if let rate { value["usageNanoCores"] = .integer(rate) }
    value["usageCoreNanoSeconds"] = .integer(usage * 1000)
    return value
  }

  private func memory(_ series: CAdvisor.Series) -> Value {
    .map(
      ("time", .string(stamp(series.last.at))),
      ("usageBytes", .integer(series.last.memory)),
      ("workingSetBytes", .integer(series.last.workingSet))
    )
  }

  /// The summary writes times to the second.
  private func stamp(_ time: Time) -> String { Timestamp(time).text }
}
