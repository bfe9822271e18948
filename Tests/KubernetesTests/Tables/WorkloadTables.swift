import Clockwork
import Kubernetes
import Testing

enum WorkloadTables {
  @Sendable static func rolling(_ group: String, _ row: Value) throws -> TableOutcome {
    func number(_ key: String) -> Int64 { row[key]?.integer ?? 0 }
    func amount(_ key: String) -> IntOrString? { row[key].map { IntOrString(parsing: $0.plain) } }
    switch group {
    case "resolve_fenceposts":
      let posts = Rolling.fenceposts(
        maxSurge: amount("max_surge"),
        maxUnavailable: amount("max_unavailable"),
        desired: number("desired")
      )
      let got: Value = .map(("max_surge", .integer(posts.surge)), ("max_unavailable", .integer(posts.unavailable)))
      return .compare(got, row["expected"])
    case "new_rs_new_replicas":
      let deployment = deployment(row)
      let size = Rolling.newReplicas(
        desired: deployment.size,
        surge: deployment.maxSurge,
        new: number("new_rs"),
        total: number("new_rs") + number("old_rs")
      )
      return .compare(.map(("new_rs_replicas", .integer(size))), row["expected"])
    case "get_proportion":
      let share = Rolling.proportion(
        size: number("rs_replicas"),
        annotated: number("rs_max_replicas_annotation"),
        desired: number("deployment_replicas"),
        surge: number("max_surge"),
        toAdd: number("replicas_to_add"),
        added: number("replicas_added")
      )
      return .compare(.integer(share), row["expected"])
    case "rolling_sequences": return .compare(.list(sequence(row)), row["expected_steps"])
    default: return .skipped
    }
  }

  private static func deployment(_ row: Value) -> Deployment {
    var deployment = Deployment()
    deployment.metadata = ObjectMeta(name: "web", namespace: "default")
    deployment.spec.replicas = row["replicas"]?.integer
    deployment.spec.strategy.type = "RollingUpdate"
    deployment.spec.strategy.rollingUpdate = RollingUpdateDeployment(
      maxSurge: IntOrString(parsing: row["max_surge"]?.plain ?? ""),
      maxUnavailable: IntOrString(parsing: row["max_unavailable"]?.plain ?? "")
    )
    return deployment
  }

  /// Looks at a Deployment again and again; after each look every Pod is available and removed ones are gone.
  private static func sequence(_ row: Value) -> [Value] {
    var deployment = deployment(row)
    var container = Container(name: "web", image: "demo/web:2.0")
    deployment.spec.template = PodTemplateSpec(labels: ["app": "web"], spec: PodSpec())
    deployment.spec.template.spec.containers = [container]
    func set(_ name: String, _ revision: String, _ size: Int64) -> ReplicaSet {
      var set = ReplicaSet()
      set.metadata = ObjectMeta(name: name, namespace: "default")
      set.metadata.uid = name
      set.metadata.annotations = [
        Revision.annotation: revision, Revision.desired: "\(deployment.size)",
        Revision.most: "\(deployment.size + deployment.maxSurge)",
      ]
      set.spec.template = deployment.spec.template
      set.spec.replicas = size
      return set
    }
    let new = set("new", "2", 0)
    var old = set("old", "1", deployment.size)
    container.image = "demo/web:1.0"
    old.spec.template.spec.containers = [container]
    var sets = [new, old]
    var out: [Value] = []
    while out.count < 100 {
      for index in sets.indices { sets[index].status = settled(sets[index].size) }
      var rollout = Rollout(.then, now: 0, deployment, sets) { _ in false }
      rollout.run()
      var action = "none"
      for step in rollout.steps {
        guard case .update(let changed) = step.act else { continue }
        action = changed.metadata.name == "new" ? "scale-up-new" : "scale-down-old"
        for index in sets.indices where sets[index].metadata.uid == changed.metadata.uid { sets[index] = changed }
      }
      let entry: Value = .map(
        ("action", .string(action)),
        ("new", .integer(sets[0].size)),
        ("old", .integer(sets[1].size))
      )
      out.append(entry)
      if action == "none" { break }
    }
    return out
  }

  private static func settled(_ size: Int64) -> ReplicaSetStatus {
    var status = ReplicaSetStatus()
    status.replicas = size
    status.readyReplicas = size
    status.availableReplicas = size
    return status
  }

  @Sendable static func hashes(_ group: String, _ row: Value) throws -> TableOutcome {
    switch group {
    case "safe_encode": return .compare(.string(SafeName.encode(row["decimal"]?.text ?? "")), row["expected"])
    case "pod_template_hash":
      let template = row["template"] ?? .null
      var problems: [FieldProblem] = []
      let typed = PodTemplateSpec(template, problems: &problems)
      let hash = TemplateHash.of(typed, collisions: row["collision_count"]?.integer, .then)
      return .compare(.map(("pod_template_hash", .string(hash))), row["expected"])
    case "controller_revision":
      let plain = SafeName.fnv32(row["data"]?.text ?? "")
      guard row["probe"]?.isNull ?? true, Int64(plain) == row["fnv32_plain"]?.integer else { return .skipped }
      let hash = SafeName.encode(plain)
      return .compare(.map(("hash", .string(hash)), ("name", .string("db-\(hash)"))), row["expected"])
    default: return .skipped
    }
  }

  @Sendable static func deletionOrder(_ group: String, _ row: Value) throws -> TableOutcome {
    var names: [String] = []
    var candidates: [DeletionOrder.Candidate] = []
    var nodes: [String: Int64] = [:]
    for pod in row["pods"]?.elements ?? [] { nodes[pod["node"]?.text ?? "", default: 0] += 1 }
    for pod in row["pods"]?.elements ?? [] {
      names.append(pod["name"]?.text ?? "")
      var candidate = DeletionOrder.Candidate()
      candidate.node = pod["node"]?.text ?? ""
      candidate.phase = pod["phase"]?.text ?? ""
      candidate.isReady = pod["ready"]?.flag ?? false
      candidate.readySince = pod["ready_since_s"]?.integer.map { $0 * 1000 }
      candidate.restarts = pod["restarts"]?.integer ?? 0
      candidate.created = pod["created_s"]?.integer.map { $0 * 1000 }
      candidate.rank = nodes[candidate.node] ?? 0
      candidates.append(candidate)
    }
    let order = DeletionOrder(.then, now: 0)
    let first = order.first(Int(row["delete_count"]?.integer ?? 0), of: candidates)
    return .compare(.list(first.map { .string(names[$0]) }), row["expected_order"])
  }
}
