import Clockwork
import Kubernetes
import Testing

enum NodeTables {
  @Sendable static func taints(_ group: String, _ row: Value) throws -> TableOutcome {
    var pod = PodDemand()
    pod.tolerations = read(row["tolerations"])
    let nodes = nodes(row) { $0.taints = read($1["taints"]) }
    let raw = nodes.map { SchedulerPlugins.intolerableTaints(pod, $0) }
    let filter = nodes.map { node in
      guard let rejection = SchedulerPlugins.taintToleration(pod, node, .then) else { return Value.string("ok") }
      let code = rejection.isUnresolvable ? "UnschedulableAndUnresolvable" : "Unschedulable"
      return Value.string("\(code): \(rejection.reasons.joined(separator: ", "))")
    }
    let got: Value = .map(
      ("filter", byName(nodes, filter)),
      ("normalized", byName(nodes, SchedulerPlugins.normalized(raw, isReversed: true).map { .integer($0) })),
      ("raw", byName(nodes, raw.map { .integer($0) }))
    )
    return .compare(got, row["expected"])
  }

  @Sendable static func imageLocality(_ group: String, _ row: Value) throws -> TableOutcome {
    var pod = PodDemand()
    pod.images = (row["container_images"]?.elements ?? []).map { $0.plain }
    var nodes = nodes(row) { node, entry in
      for image in entry["images"]?.elements ?? [] {
        node.images[image["name"]?.text ?? ""] = ImageState(size: image["size"]?.integer ?? 0, nodeCount: 1)
      }
    }
    NodeInfo.spread(over: &nodes)
    let scores = nodes.map {
      Value.integer(SchedulerPlugins.imageLocality(pod, $0, nodeCount: Int64(nodes.count), .then))
    }
    return .compare(byName(nodes, scores), row["expected"])
  }

  @Sendable static func affinity(_ group: String, _ row: Value) throws -> TableOutcome {
    var pod = PodDemand()
    pod.nodeSelector = SelectorTables.table(row["node_selector"])
    var problems: [FieldProblem] = []
    pod.nodeAffinity = NodeAffinity(row["node_affinity"].map { NodeAffinityRules($0, problems: &problems) })
    #expect(problems.isEmpty)
    let nodes = nodes(row) { $0.labels = SelectorTables.table($1["labels"]) }
    let raw = nodes.map { SchedulerPlugins.preferredAffinity(pod, $0) }
    let got: Value = .map(
      ("filter_ok", byName(nodes, nodes.map { .bool(SchedulerPlugins.nodeAffinity(pod, $0, .then) == nil) })),
      ("normalized", byName(nodes, SchedulerPlugins.normalized(raw, isReversed: false).map { .integer($0) })),
      ("raw", byName(nodes, raw.map { .integer($0) }))
    )
    return .compare(got, row["expected"])
  }

  @Sendable static func evictions(_ group: String, _ row: Value) throws -> TableOutcome {
    let pods = (row["pods"]?.elements ?? []).map { pod in
      EvictionOrder.Candidate(
        name: pod["name"]?.text ?? "",
        priority: pod["priority"]?.integer ?? 0,
        request: pod["request"]?.integer ?? 0,
        usage: pod["usage"]?.integer ?? 0
      )
    }
    return .compare(.list(EvictionOrder.byMemory(pods).map { .string($0.name) }), row["expected_order"])
  }

  private static func nodes(_ row: Value, _ fill: (inout NodeInfo, Value) -> Void) -> [NodeInfo] {
    (row["nodes"]?.elements ?? []).map { entry in
      var node = NodeInfo(name: entry["name"]?.text ?? "")
      fill(&node, entry)
      return node
    }
  }

  private static func read<Content: Field>(_ value: Value?) -> [Content] {
    var reading = Reading()
    return (value?.elements ?? []).compactMap { Content.read($0, &reading) }
  }

  private static func byName(_ nodes: [NodeInfo], _ values: [Value]) -> Value {
    .map(zip(nodes, values).map { Value.Entry($0.name, $1) })
  }
}
