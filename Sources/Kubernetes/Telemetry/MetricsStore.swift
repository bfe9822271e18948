import Clockwork

/// What metrics-server remembers: the last point of everything, and "now" the point before it.
///
/// Nothing older exists.
struct MetricsStore: Equatable, Sendable {
  /// One reading of one container, or of a node.
  struct Point: Equatable, Sendable {
    var startedAt: Time?
    var at: Time
    /// "Now" billionths of a second of processor time since the start; "then" a rate in billionths of a core.
    var cpu: Int64
    var memory: Int64
  }

  /// The answer of one kubelet.
  struct Batch: Equatable, Sendable {
    var node: Point?
    /// By Pod (namespace and name), then by container.
    var pods: Table<ObjectKey, Table<String, Point>> = [:]
  }

  /// Usage as it is told: billionths of a core, bytes, and which stretch of time the rate is about.
  struct Usage: Equatable, Sendable {
    var cpu: Int64
    var memory: Int64
    var at: Time
    var window: Time
  }

  let version: Version
  let resolution: Time
  private(set) var lastNodes: Table<String, Point> = [:]
  private(set) var previousNodes: Table<String, Point> = [:]
  private(set) var lastPods: Table<ObjectKey, Table<String, Point>> = [:]
  private(set) var previousPods: Table<ObjectKey, Table<String, Point>> = [:]

  /// "Then" the kubelet's own rate is passed on, with the longest stretch that cAdvisor could have taken for it.
  static let oldWindow: Time = 30_000
  /// "Now" a young container's start counts as a point once it is this old: a rate over less says little.
  static let youngest: Time = 10_000

  init(version: Version, resolution: Time) {
    self.version = version
    self.resolution = resolution
  }

  /// True when there is something to serve (`metric-storage-ready`).
  var isReady: Bool {
    version == .then ? !lastNodes.isEmpty || !lastPods.isEmpty : !previousNodes.isEmpty || !previousPods.isEmpty
  }

  // MARK: Storing

  /// Takes the answers of one round; what they do not hold is forgotten.
  mutating func store(_ batches: Table<String, Batch>) {
    var nodes: Table<String, Point> = [:]
    var before: Table<String, Point> = [:]
    var pods: Table<ObjectKey, Table<String, Point>> = [:]
    var podsBefore: Table<ObjectKey, Table<String, Point>> = [:]
    batches.forEach { name, batch in
      if let point = batch.node {
        nodes[name] = point
        before[name] = previous(of: point, lastNodes[name], previousNodes[name])
      }
      batch.pods.forEach { key, containers in
        pods[key] = containers
        var known: Table<String, Point> = [:]
        containers.forEach { container, point in
          let last = lastPods[key]?[container]
          known[container] = start(of: point) ?? previous(of: point, last, previousPods[key]?[container])
        }
        if !known.isEmpty { podsBefore[key] = known }
      }
    }
    lastNodes = nodes
    previousNodes = before
    lastPods = pods
    previousPods = podsBefore
  }

  /// A container that began since the last round used nothing when it began.
  private func start(of point: Point) -> Point? {
    guard let startedAt = point.startedAt, startedAt < point.at else { return nil }
    let age = point.at - startedAt
    guard age < resolution, age >= MetricsStore.youngest else { return nil }
    return Point(startedAt: startedAt, at: startedAt, cpu: 0, memory: point.memory)
  }

  /// The point before this one: the last, unless the counter began anew or the kubelet has read nothing since.
  private func previous(of point: Point, _ last: Point?, _ before: Point?) -> Point? {
    guard let last else { return nil }
    if let startedAt = point.startedAt, startedAt >= last.at { return nil }
    if point.at > last.at { return last }
    guard let before, before.at < point.at else { return nil }
    return before
  }

  // MARK: Reading

  func usage(ofNode name: String) -> Usage? {
    guard let last = lastNodes[name] else { return nil }
    return usage(last, previousNodes[name])
  }

  /// The usage of every container of a Pod, or nothing as long as one of them has only one point.
  func usage(of pod: ObjectKey) -> [(container: String, usage: Usage)]? {
    guard let last = lastPods[pod] else { return nil }
    let before = previousPods[pod]
    var out: [(container: String, usage: Usage)] = []
    var isWhole = true
    last.forEach { container, point in
      if let usage = usage(point, before?[container]) {
        out.append((container: container, usage: usage))
      } else {
        isWhole = false
      }
    }
    return isWhole && !out.isEmpty ? out : nil
  }

  private func usage(_ last: Point, _ before: Point?) -> Usage? {
    if version == .then {
      return Usage(cpu: last.cpu, memory: last.memory, at: last.at, window: MetricsStore.oldWindow)
    }
    guard let before, last.at > before.at, last.cpu >= before.cpu else { return nil }
    let window = last.at - before.at
    return Usage(cpu: rate(last.cpu - before.cpu, window), memory: last.memory, at: last.at, window: window)
  }

  /// Billionths of a second in milliseconds, as billionths of a core, cut off.
  private func rate(_ used: Int64, _ window: Time) -> Int64 {
    let (product, overflow) = used.multipliedReportingOverflow(by: 1000)
    return overflow ? used / window * 1000 : product / window
  }
}

// MARK: - What kubelets answer

extension MetricsStore.Batch {
  /// Reads `/metrics/resource`.
  init(resourceMetrics text: String) {
    self.init()
    for sample in PrometheusText.read(text) {
      switch sample.name {
      case "node_cpu_usage_seconds_total": MetricsStore.Batch.change(&node, sample) { $0.cpu = sample.value }
      case "node_memory_working_set_bytes":
        MetricsStore.Batch.change(&node, sample) { $0.memory = sample.value / 1_000_000_000 }
      case "container_cpu_usage_seconds_total": change(sample) { $0.cpu = sample.value }
      case "container_memory_working_set_bytes": change(sample) { $0.memory = sample.value / 1_000_000_000 }
      case "container_start_time_seconds":
        change(sample) { $0.startedAt = sample.value / 1_000_000 - Calendar.epoch * 1000 }
      default: break
      }
    }
    // A container with nothing but a start time says nothing.
    for key in pods.keys {
      for container in pods[key]?.keys ?? [] where pods[key]?[container]?.at == .never {
        pods[key]?.removeValue(for: container)
      }
    }
  }

  private mutating func change(_ sample: PrometheusText.Sample, _ body: (inout MetricsStore.Point) -> Void) {
    guard let container = sample.labels["container"], let pod = sample.labels["pod"] else { return }
    let key = ObjectKey(.pod, sample.labels["namespace"] ?? "", pod)
    pods.update(key, default: [:]) { containers in
      var point = containers[container]
      MetricsStore.Batch.change(&point, sample, body)
      containers[container] = point
    }
  }

  private static func change(
    _ point: inout MetricsStore.Point?,
    _ sample: PrometheusText.Sample,
    _ body: (inout MetricsStore.Point) -> Void
  ) {
    var known = point ?? MetricsStore.Point(startedAt: nil, at: .never, cpu: 0, memory: 0)
    if let at = sample.at { known.at = at }
    body(&known)
    point = known
  }

  /// Reads `/stats/summary`, with the rates that the kubelet computed; what lacks one is left out.
  init(summary text: String) {
    self.init()
    guard let value = JSONText.parse(text) else { return }
    node = value["node"].flatMap { MetricsStore.Batch.point($0) }
    for pod in value["pods"]?.elements ?? [] {
      let key = ObjectKey(.pod, pod.at(["podRef", "namespace"])?.text ?? "", pod.at(["podRef", "name"])?.text ?? "")
      var containers: Table<String, MetricsStore.Point> = [:]
      var isWhole = true
      for container in pod["containers"]?.elements ?? [] {
        if let point = MetricsStore.Batch.point(container) {
          containers[container["name"]?.text ?? ""] = point
        } else {
          isWhole = false
        }
      }
      // A Pod of which a part is unknown is not told at all: it would look smaller than it is.
      if isWhole { pods[key] = containers }
    }
  }

  private static func point(_ value: Value) -> MetricsStore.Point? {
    guard let rate = value.at(["cpu", "usageNanoCores"])?.integer,
      let memory = value.at(["memory", "workingSetBytes"])?.integer,
      let text = value.at(["cpu", "time"])?.text, let time = Timestamp(text: text)
    else { return nil }
    return MetricsStore.Point(startedAt: nil, at: time.milliseconds, cpu: rate, memory: memory)
  }
}
