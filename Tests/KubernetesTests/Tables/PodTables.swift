import Clockwork
import Kubernetes
import Testing

enum PodTables {
  @Sendable static func qualityOfService(_ group: String, _ row: Value) throws -> TableOutcome {
    func quantity(_ key: String) -> Quantity? { row[key]?.text.flatMap { Quantity($0) } }
    switch group {
    case "qos":
      var demands = [
        QualityOfService.Demand(
          requestCPU: quantity("request_cpu"),
          requestMemory: quantity("request_memory"),
          limitCPU: quantity("limit_cpu"),
          limitMemory: quantity("limit_memory")
        )
      ]
      if row["second_container_without_resources"] == true { demands.append(QualityOfService.Demand()) }
      return .compare(.string(QualityOfService.of(demands).rawValue), row["expected"])
    case "oom_score_adj":
      let request = quantity("request_memory")
      var demand = QualityOfService.Demand(requestMemory: request)
      if row["limits_equal_requests"] == true {
        // The recorded function gives such a container the same cpu as request and as limit.
        demand = .init(requestCPU: Quantity(1), requestMemory: request, limitCPU: Quantity(1), limitMemory: request)
      }
      let quality = QualityOfService.of([demand])
      let adjustment = quality.oomScoreAdjustment(
        memoryRequest: request?.value ?? 0,
        capacity: (row["node_memory_gi"]?.integer ?? 0) << 30
      )
      return .compare(
        .map(("oom_score_adj", .integer(adjustment)), ("qos", .string(quality.rawValue))),
        row["expected"]
      )
    default: return .skipped
    }
  }

  @Sendable static func phase(_ group: String, _ row: Value) throws -> TableOutcome {
    func members(_ key: String) -> [PodPhase.Member] {
      (row[key]?.elements ?? []).map { member($0.text ?? "") }
    }
    let phase = PodPhase.of(
      containers: members("containers"),
      initContainers: members("init_containers"),
      restartPolicy: row["restart_policy"]?.text ?? ""
    )
    return .compare(.string(phase.rawValue), row["expected"])
  }

  @Sendable static func statusColumn(_ group: String, _ row: Value) throws -> TableOutcome {
    var pod = Pod()
    pod.status.phase = row["phase"]?.text ?? ""
    pod.status.reason = row["status_reason"]?.text ?? ""
    if row["deletion_timestamp"] == true { pod.metadata.deletionTimestamp = Timestamp(0) }
    func statuses(_ key: String) -> [ContainerStatus] {
      (row[key]?.elements ?? []).enumerated().map { index, entry in
        var status = ContainerStatus()
        status.name = "c\(index)"
        status.ready = entry["ready"] == true
        status.restartCount = entry["restarts"]?.integer ?? 0
        if let text = entry["state"]?.text { status.state = state(text) }
        return status
      }
    }
    func containers(_ statuses: [ContainerStatus]) -> [Container] {
      statuses.map { Container(name: $0.name, image: "") }
    }
    let all = statuses("containers")
    // A container without a state has no status yet.
    pod.status.containerStatuses = all.filter { $0.state != ContainerState() }
    pod.status.initContainerStatuses = statuses("init_containers")
    pod.spec.containers = containers(all)
    pod.spec.initContainers = containers(pod.status.initContainerStatuses)
    let column = PodStatusColumn(pod, .then)
    let got: Value = .map(
      ("READY", .string(column.ready)),
      ("RESTARTS", .integer(column.restarts)),
      ("STATUS", .string(column.status))
    )
    return .compare(got, row["expected"])
  }

  /// A state written as `kind:exitCode:reason` or `kind:reason`, perhaps with `:sig9` behind it.
  private static func state(_ text: String) -> ContainerState {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    switch parts[0] {
    case "waiting": return .waiting(reason: parts.count > 1 ? parts[1] : "")
    case "running": return .running(since: Timestamp(0))
    default:
      var end = ContainerStateTerminated()
      end.exitCode = parts.count > 1 ? Int64(parts[1]) ?? 0 : 0
      end.reason = parts.count > 2 ? parts[2] : ""
      if let last = parts.last, last.hasPrefix("sig") { end.signal = Int64(last.dropFirst(3)) ?? 0 }
      return .terminated(end)
    }
  }

  /// A state written as `kind:exitCode:reason`.
  private static func member(_ text: String) -> PodPhase.Member {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    switch parts.first {
    case "waiting": return .waiting(lastExitCode: nil)
    case "running": return .running
    case "terminated": return .terminated(exitCode: parts.count > 1 ? Int64(parts[1]) ?? 0 : 0)
    default: return .missing
    }
  }
}

@Suite("Phases beyond the tables")
struct PhaseTests {
  @Test(
    "only a Pod that is not started again can end",
    arguments: [("Always", PodPhase.running), ("OnFailure", .succeeded), ("Never", .succeeded)]
  )
  func ended(policy: String, phase: PodPhase) {
    #expect(PodPhase.of(containers: [.terminated(exitCode: 0)], restartPolicy: policy) == phase)
  }

  @Test(
    "a container that waits for its next run has run",
    arguments: [("Always", PodPhase.running), ("Never", .failed)]
  )
  func waiting(policy: String, phase: PodPhase) {
    #expect(PodPhase.of(containers: [.waiting(lastExitCode: 1)], restartPolicy: policy) == phase)
  }

  @Test("init containers that have not ended hold the Pod back, failed ones end it")
  func initContainers() {
    let main: [PodPhase.Member] = [.waiting(lastExitCode: nil)]
    #expect(PodPhase.of(containers: main, initContainers: [.running], restartPolicy: "Always") == .pending)
    let failed: [PodPhase.Member] = [.terminated(exitCode: 1)]
    #expect(PodPhase.of(containers: main, initContainers: failed, restartPolicy: "Never") == .failed)
  }
}
