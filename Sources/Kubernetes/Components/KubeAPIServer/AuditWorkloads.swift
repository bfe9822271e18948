import Clockwork

// What the audit log says of Deployments and ReplicaSets.
extension Audit {
  /// The note of a write to a workload; nothing for other kinds.
  static func workload(_ object: Object, _ flight: Flight) -> String? {
    if let revision = object.as(ControllerRevision.self) { return "revision=\(revision.revision)" }
    guard object.kind == .deployment || object.kind == .replicaSet || isSet(object.kind) else { return nil }
    if case .scale(let replicas) = flight.request.body {
      return "spec.replicas -> \(replicas == 0 ? "None" : "\(replicas)")"
    }
    var parts: [String] = []
    if let deployment = object.as(Deployment.self) {
      let status = deployment.status
      parts = head(deployment.spec.replicas, deployment.metadata.generation, status.observedGeneration)
      parts += positive([
        ("replicas", status.replicas), ("updated", status.updatedReplicas), ("ready", status.readyReplicas),
        ("available", status.availableReplicas), ("unavailable", status.unavailableReplicas),
      ])
      parts += conditions(status.conditions)
    } else if let set = object.as(ReplicaSet.self) {
      let status = set.status
      parts = head(set.spec.replicas, set.metadata.generation, status.observedGeneration)
      parts.append("replicas=\(status.replicas)")
      parts += positive([
        ("ready", status.readyReplicas), ("available", status.availableReplicas),
        ("fullyLabeled", status.fullyLabeledReplicas),
      ])
      parts += conditions(status.conditions)
    } else {
      parts = sets(object)
    }
    if let revision = object.metadata.annotations[Revision.annotation] { parts.append("revision=\(revision)") }
    if flight.request.user == "kubectl", case .patch(_, let patch) = flight.request.body {
      parts.append("patch \(spaced(patch).prefix(283))")
    }
    return parts.joined(separator: " ")
  }

  private static func isSet(_ kind: Kind) -> Bool { kind == .statefulSet || kind == .daemonSet || kind == .job }

  /// What is said of StatefulSets, DaemonSets and Jobs.
  private static func sets(_ object: Object) -> [String] {
    if let set = object.as(StatefulSet.self) {
      let status = set.status
      let parts = head(set.spec.replicas, set.metadata.generation, status.observedGeneration)
      return parts + ["replicas=\(status.replicas)"]
        + positive([
          ("updated", status.updatedReplicas), ("ready", status.readyReplicas),
          ("available", status.availableReplicas ?? 0), ("current", status.currentReplicas),
        ])
    }
    if let set = object.as(DaemonSet.self) {
      let status = set.status
      let parts = Array(head(nil, set.metadata.generation, status.observedGeneration).dropFirst())
      return parts + [
        "desired=\(status.desiredNumberScheduled)", "currentSched=\(status.currentNumberScheduled)",
        "ready=\(status.numberReady)",
      ] + positive([("updatedSched", status.updatedNumberScheduled), ("avail", status.numberAvailable)])
    }
    guard let job = object.as(BatchJob.self) else { return [] }
    var parts = ["parallelism=\(job.spec.parallelism ?? 1)"]
    if let completions = job.spec.completions { parts.append("completions=\(completions)") }
    parts += positive([
      ("active", job.status.active), ("succeeded", job.status.succeeded), ("failed", job.status.failed),
    ])
    for condition in job.status.conditions where condition.status == "True" { parts.append(condition.type) }
    return parts
  }

  private static func head(_ replicas: Int64?, _ generation: Int64, _ observed: Int64) -> [String] {
    ["spec.replicas=\(replicas ?? 1)", "gen=\(generation)", "observed=\(observed == 0 ? "None" : "\(observed)")"]
  }

  private static func positive(_ counts: [(String, Int64)]) -> [String] {
    counts.filter { $0.1 != 0 }.map { "\($0.0)=\($0.1)" }
  }

  private static func conditions(_ conditions: [DeploymentCondition]) -> [String] {
    if conditions.isEmpty { return [] }
    let texts = conditions.map { "\"\($0.type)\": \"\($0.status)/\($0.reason)\"" }
    return ["conds={\(texts.joined(separator: ", "))}"]
  }

  /// JSON with a blank behind each comma and colon.
  private static func spaced(_ value: Value) -> String {
    switch value {
    case .map(let entries):
      let pairs = entries.map { "\"\($0.key)\": \(spaced($0.value))" }
      return "{\(pairs.joined(separator: ", "))}"
    case .list(let elements): return "[\(elements.map { spaced($0) }.joined(separator: ", "))]"
    default: return value.canonical
    }
  }
}
