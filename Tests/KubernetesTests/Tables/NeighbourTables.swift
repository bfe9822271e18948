import Clockwork
import Kubernetes
import Testing

/// The tables of plugins that look at the Pods that run already.
enum NeighbourTables {
  @Sendable static func affinity(_ group: String, _ row: Value) throws -> TableOutcome {
    var pod = Pod(metadata: metadata("incoming", row["pod_labels"]))
    var problems: [FieldProblem] = []
    pod.spec.affinity = Affinity(row["affinity"] ?? .emptyMap, problems: &problems)
    #expect(problems.isEmpty)
    let nodes = nodes(row)
    var state = InterPodAffinity(PodInfo(pod, .then), nodes, NamespaceLabels(), .then)
    let filter = nodes.map { text(state.filter($0)) }
    state.countPoints(nodes)
    let raw = nodes.map { state.score($0) }
    let normalized = state.hasPoints ? InterPodAffinity.normalized(raw, .then) : raw
    return .compare(result(nodes, filter, raw, normalized), row["expected"])
  }

  @Sendable static func spread(_ group: String, _ row: Value) throws -> TableOutcome {
    var pod = Pod(metadata: metadata("incoming", row["pod_labels"]))
    var reading = Reading()
    pod.spec.topologySpreadConstraints = (row["constraints"]?.elements ?? []).compactMap {
      TopologySpreadConstraint.read($0, &reading)
    }
    #expect(reading.problems.isEmpty)
    let nodes = nodes(row)
    var state = TopologySpread(PodInfo(pod, .then), nodes, defaults: nil, .then)
    let filter = nodes.map { text(state.filter($0)) }
    state.countPoints(nodes, nodes)
    let raw = nodes.map { state.score($0) }
    return .compare(result(nodes, filter, raw, state.normalized(raw, nodes)), row["expected"])
  }

  private static func metadata(_ name: String, _ labels: Value?) -> ObjectMeta {
    ObjectMeta(name: name, namespace: "ns", labels: SelectorTables.table(labels))
  }

  private static func nodes(_ row: Value) -> [NodeInfo] {
    (row["nodes"]?.elements ?? []).map { entry in
      var node = NodeInfo(name: entry["name"]?.text ?? "")
      node.labels = SelectorTables.table(entry["labels"])
      for (index, pod) in (entry["pods"]?.elements ?? []).enumerated() {
        node.add(PodInfo(Pod(metadata: metadata("\(node.name)-\(index)", pod["labels"])), .then))
      }
      return node
    }
  }

  private static func text(_ rejection: Rejection?) -> Value {
    guard let rejection else { return .string("ok") }
    let code = rejection.isUnresolvable ? "UnschedulableAndUnresolvable" : "Unschedulable"
    return .string("\(code): \(rejection.reasons.joined(separator: ", "))")
  }

  private static func result(_ nodes: [NodeInfo], _ filter: [Value], _ raw: [Int64], _ normalized: [Int64]) -> Value {
    func byName(_ values: [Value]) -> Value { .map(zip(nodes, values).map { Value.Entry($0.name, $1) }) }
    return .map(
      ("filter", byName(filter)),
      ("normalized", byName(normalized.map { .integer($0) })),
      ("raw", byName(raw.map { .integer($0) }))
    )
  }
}
