/// Where a Pod is in its life, as the kubelet works it out from the containers.
public enum PodPhase: String, Equatable, Sendable {
  case pending = "Pending"
  case running = "Running"
  case succeeded = "Succeeded"
  case failed = "Failed"
  case unknown = "Unknown"

  /// What counts of one container here.
  public enum Member: Equatable, Sendable {
    /// No status yet.
    case missing
    /// Not started; with the exit code of the last run when there was one.
    case waiting(lastExitCode: Int64?)
    case running
    case terminated(exitCode: Int64)
  }

  /// The phase of a Pod; `initContainers` are those that must end before the others start.
  public static func of(containers: [Member], initContainers: [Member] = [], restartPolicy: String) -> PodPhase {
    let starting = initState(initContainers)
    if starting.failed, restartPolicy == "Never" { return .failed }
    if starting.pending { return .pending }
    var isUnknown = false
    var isRunning = false
    var stopped = 0
    var succeeded = 0
    for container in containers {
      switch container {
      case .missing: isUnknown = true
      case .running: isRunning = true
      case .waiting(lastExitCode: nil): return .pending
      case .waiting: stopped += 1
      case .terminated(let code):
        stopped += 1
        if code == 0 { succeeded += 1 }
      }
    }
    if isUnknown { return .pending }
    if isRunning { return .running }
    if stopped == 0 { return .pending }
    // A Pod whose containers are always started again does not end.
    if restartPolicy == "Always" { return .running }
    if stopped == succeeded { return .succeeded }
    return restartPolicy == "Never" ? .failed : .running
  }

  private static func initState(_ containers: [Member]) -> (pending: Bool, failed: Bool) {
    var pending = false
    var failed = false
    for container in containers {
      switch container {
      case .missing, .running, .waiting(lastExitCode: nil): pending = true
      case .waiting(.some(let code)), .terminated(let code):
        if code != 0 { failed = true }
      }
    }
    return (pending, failed)
  }
}

extension PodPhase: CustomStringConvertible {
  public var description: String { rawValue }
}
