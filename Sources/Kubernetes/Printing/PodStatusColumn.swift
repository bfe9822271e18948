/// The columns READY, STATUS and RESTARTS of a Pod, as the API server works them out for `kubectl get`.
public struct PodStatusColumn: Equatable, Sendable {
  public private(set) var readyContainers: Int64 = 0
  public private(set) var totalContainers: Int64 = 0
  /// Such as `Running`, `CrashLoopBackOff`, `Init:0/2` or `Terminating`.
  public private(set) var status: String
  public private(set) var restarts: Int64 = 0
  /// When the last run of a container ended that was started again.
  private var lastRestart: Timestamp? = nil

  public var ready: String { "\(readyContainers)/\(totalContainers)" }

  public init(_ pod: Pod, _ version: Version) {
    totalContainers = Int64(pod.spec.containers.count)
    status = pod.status.reason.isEmpty ? pod.status.phase : pod.status.reason
    if version == .now {
      if pod.status[condition: "PodScheduled"]?.reason == "SchedulingGated" { status = "SchedulingGated" }
      for container in pod.spec.initContainers where container.restartPolicy == "Always" { totalContainers += 1 }
    }
    if !readInitContainers(pod, version) { readContainers(pod) }
    guard pod.metadata.deletionTimestamp != nil else { return }
    if pod.status.reason == "NodeLost" {
      status = "Unknown"
    } else if version == .then || (pod.status.phase != "Succeeded" && pod.status.phase != "Failed") {
      status = "Terminating"
    }
  }

  /// The column RESTARTS; newer releases say when the last one was: `4 (15s ago)`.
  public func restartText(now: Int64, _ version: Version) -> String {
    guard version == .now, restarts != 0, let lastRestart else { return "\(restarts)" }
    return "\(restarts) (\(TimeText.since(lastRestart, now: now)) ago)"
  }

  /// Says whether init containers still keep the others from starting; then they make the status.
  private mutating func readInitContainers(_ pod: Pod, _ version: Version) -> Bool {
    var ofSidecars: (restarts: Int64, last: Timestamp?) = (0, nil)
    for (index, container) in pod.status.initContainerStatuses.enumerated() {
      let isSidecar =
        version == .now
        && pod.spec.initContainers.contains { $0.name == container.name && $0.restartPolicy == "Always" }
      count(container)
      if isSidecar {
        ofSidecars.restarts += container.restartCount
        ofSidecars.last = PodStatusColumn.later(ofSidecars.last, container.lastState.terminated?.finishedAt)
      }
      if let end = container.state.terminated, end.exitCode == 0 { continue }
      if isSidecar, container.started == true {
        if container.ready { readyContainers += 1 }
        continue
      }
      if let end = container.state.terminated {
        status = "Init:" + PodStatusColumn.text(end)
      } else if let reason = container.state.waiting?.reason, !reason.isEmpty, reason != "PodInitializing" {
        status = "Init:" + reason
      } else {
        status = "Init:\(index)/\(pod.spec.initContainers.count)"
      }
      return true
    }
    restarts = ofSidecars.restarts
    lastRestart = ofSidecars.last
    return false
  }

  private mutating func readContainers(_ pod: Pod) {
    var hasRunning = false
    // The first container that has something to say wins, so they are read from the last one on.
    for container in pod.status.containerStatuses.reversed() {
      count(container)
      if let reason = container.state.waiting?.reason, !reason.isEmpty {
        status = reason
      } else if let end = container.state.terminated {
        status = PodStatusColumn.text(end)
      } else if container.ready, container.state.running != nil {
        hasRunning = true
        readyContainers += 1
      }
    }
    if status == "Completed", hasRunning {
      status = pod.status[condition: "Ready"]?.status == "True" ? "Running" : "NotReady"
    }
  }

  private mutating func count(_ container: ContainerStatus) {
    restarts += container.restartCount
    lastRestart = PodStatusColumn.later(lastRestart, container.lastState.terminated?.finishedAt)
  }

  private static func later(_ left: Timestamp?, _ right: Timestamp?) -> Timestamp? {
    guard let left, let right else { return left ?? right }
    return max(left, right)
  }

  private static func text(_ end: ContainerStateTerminated) -> String {
    if !end.reason.isEmpty { return end.reason }
    return end.signal != 0 ? "Signal:\(end.signal)" : "ExitCode:\(end.exitCode)"
  }
}
