import Clockwork

/// Everything that the recommender has counted: by labels and container, so that new Pods inherit from the old ones.
struct UsageBook: Sendable {
  private struct Entry: Sendable {
    var namespace: String
    var labels: Table<String, String>
    var container: String
    var usage = UsageAggregate()
  }

  private let version: Version
  private var entries: Table<String, Entry> = [:]
  private var windows: Table<ObjectKey, Table<String, ContainerWindow>> = [:]
  /// What checkpoints said, by autoscaler and container.
  private var loaded: Table<String, UsageAggregate> = [:]

  init(_ version: Version) { self.version = version }

  // MARK: Counting

  /// Counts what metrics-server told; says how many containers that were.
  mutating func count(_ measured: [Object], pods: Informer, at now: Time) -> Int64 {
    var count: Int64 = 0
    let weighs = version == .then
    for object in measured {
      guard let metrics = object.as(PodMetrics.self),
        let pod = pods[ObjectKey(.pod, object.namespace, object.name)]?.pod
      else { continue }
      let time = metrics.timestamp?.milliseconds ?? now
      for part in metrics.containers {
        change(pod, part.name) { window, usage in
          if let cpu = part.usage["cpu"].flatMap({ Quantity($0) }) {
            let request = weighs ? UsageBook.request("cpu", part.name, pod)?.milliValue ?? 0 : 0
            window.addCPU(cpu.milliValue, request: request, at: time, to: &usage)
          }
          if let memory = part.usage["memory"].flatMap({ Quantity($0) }) {
            window.addMemory(memory.value, at: time, to: &usage)
          }
        }
        count += 1
      }
    }
    expire(now)
    return count
  }

  /// A container that has been started again because it was killed for want of memory.
  mutating func see(_ pod: Pod, before: Pod) {
    for status in pod.status.containerStatuses {
      guard let old = before.status.containerStatuses.first(where: { $0.name == status.name }),
        status.restartCount > old.restartCount, let end = status.lastState.terminated, end.reason == "OOMKilled"
      else { continue }
      let request = UsageBook.request("memory", status.name, pod)?.value ?? 0
      let time = end.finishedAt?.milliseconds ?? 0
      change(pod, status.name) { window, usage in window.addKill(request: request, at: time, to: &usage) }
    }
  }

  mutating func forget(_ pod: ObjectKey) { windows[pod] = nil }

  private static func request(_ name: String, _ container: String, _ pod: Pod) -> Quantity? {
    for one in pod.spec.containers where one.name == container {
      return one.resources.requests[name].flatMap { Quantity($0) }
    }
    return nil
  }

  private mutating func change(
    _ pod: Pod,
    _ container: String,
    _ body: (inout ContainerWindow, inout UsageAggregate) -> Void
  ) {
    var text = "\(pod.metadata.namespace)/\(container)"
    pod.metadata.labels.forEach { text += ",\($0)=\($1)" }
    let fresh = Entry(namespace: pod.metadata.namespace, labels: pod.metadata.labels, container: container)
    var window = windows[pod.key]?[container] ?? ContainerWindow()
    entries.update(text, default: fresh) { body(&window, &$0.usage) }
    windows.update(pod.key, default: [:]) { $0[container] = window }
  }

  private mutating func expire(_ now: Time) {
    for name in entries.keys {
      guard let last = entries[name]?.usage.last, now - last >= UsageAggregate.lifespan else { continue }
      entries[name] = nil
    }
  }

  // MARK: Reading

  /// The usage of each container that an autoscaler means, by name.
  func usages(of autoscaler: VerticalPodAutoscaler, _ selector: LabelSelector) -> [(String, UsageAggregate)] {
    var found: Table<String, UsageAggregate> = [:]
    entries.forEach { _, entry in
      guard entry.namespace == autoscaler.metadata.namespace, selector.matches(entry.labels) else { return }
      found.update(entry.container, default: UsageAggregate()) { $0.merge(entry.usage) }
    }
    let prefix = "\(autoscaler.metadata.namespace)/\(autoscaler.metadata.name)/"
    loaded.forEach { name, usage in
      guard name.hasPrefix(prefix) else { return }
      found.update(String(name.dropFirst(prefix.count)), default: UsageAggregate()) { $0.merge(usage) }
    }
    var out: [(String, UsageAggregate)] = []
    found.forEach { out.append(($0, $1)) }
    return out
  }

  /// Takes over what another process had counted.
  mutating func load(_ object: Object) {
    guard let checkpoint = object.as(VerticalPodAutoscalerCheckpoint.self),
      let usage = UsageAggregate(checkpoint.status)
    else { return }
    loaded["\(object.namespace)/\(checkpoint.spec.vpaObjectName)/\(checkpoint.spec.containerName)"] = usage
  }

  var state: Value {
    var counts: [Value.Entry] = []
    entries.forEach { name, entry in counts.append(Value.Entry(name, .integer(entry.usage.count))) }
    loaded.forEach { name, usage in counts.append(Value.Entry("checkpoint \(name)", .integer(usage.count))) }
    return .map(counts)
  }
}
