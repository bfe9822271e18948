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
