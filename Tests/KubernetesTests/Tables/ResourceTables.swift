import Clockwork
import Kubernetes
import Testing

enum ResourceTables {
  @Sendable static func leastAllocated(_ group: String, _ row: Value) throws -> TableOutcome {
    scores(row) { SchedulerPlugins.leastAllocated($0, $1, .then) }
  }

  @Sendable static func mostAllocated(_ group: String, _ row: Value) throws -> TableOutcome {
    scores(row) { SchedulerPlugins.mostAllocated($0, $1, .then) }
  }

  @Sendable static func balanced(_ group: String, _ row: Value) throws -> TableOutcome {
    scores(row) { SchedulerPlugins.balancedAllocation($0, $1, .then) }
  }

  private static func scores(_ row: Value, _ score: (PodDemand, NodeInfo) -> Int64) -> TableOutcome {
    let pod = demand(row["pod_containers"])
    var got = Value.emptyMap
    for entry in row["nodes"]?.elements ?? [] {
      var node = NodeInfo(name: entry["name"]?.text ?? "")
      node.allocatable.milliCPU = entry["allocatable_cpu_m"]?.integer ?? 0
      node.allocatable.memory = entry["allocatable_memory"]?.integer ?? 0
      for existing in entry["existing_pods"]?.elements ?? [] { node.add(demand(existing)) }
      got[node.name] = .integer(score(pod, node))
    }
    return .compare(got, row["expected"])
  }

  /// A Pod of containers such as `{cpu_m: 100, memory: null}`, where null is a request that is not there.
  private static func demand(_ containers: Value?) -> PodDemand {
    var demand = PodDemand()
    for container in containers?.elements ?? [] {
      var list = ResourceList()
      if let cpu = container["cpu_m"]?.integer { list["cpu"] = "\(cpu)m" }
      if let memory = container["memory"]?.integer { list["memory"] = "\(memory)" }
      demand.add(list)
    }
    return demand
  }
}
