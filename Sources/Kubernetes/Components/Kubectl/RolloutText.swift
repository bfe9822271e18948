import Clockwork

/// What `kubectl rollout` says and sends.
enum RolloutText {
  /// How far a rollout is (kubectl: DeploymentStatusViewer): the line, whether it is over, whether it has failed.
  static func status(_ deployment: Deployment, _ revision: Int64) -> (String, isDone: Bool, isError: Bool) {
    let name = deployment.metadata.name
    if revision > 0 {
      let current = deployment.metadata.annotations[Revision.annotation].flatMap { Int64($0) } ?? 0
      if revision != current {
        let text = "desired revision (\(revision)) is different from the running revision (\(current))"
        return ("error: \(text)", false, true)
      }
    }
    let status = deployment.status
    if deployment.metadata.generation > status.observedGeneration {
      return ("Waiting for deployment spec update to be observed...", false, false)
    }
    if status[condition: "Progressing"]?.reason == "ProgressDeadlineExceeded" {
      return ("error: deployment \"\(name)\" exceeded its progress deadline", false, true)
    }
    let head = "Waiting for deployment \"\(name)\" rollout to finish:"
    if status.updatedReplicas < deployment.size {
      let text = "\(status.updatedReplicas) out of \(deployment.size) new replicas have been updated..."
      return ("\(head) \(text)", false, false)
    }
    if status.replicas > status.updatedReplicas {
      return (
        "\(head) \(status.replicas - status.updatedReplicas) old replicas are pending termination...", false, false
      )
    }
    if status.availableReplicas < status.updatedReplicas {
      let text = "\(status.availableReplicas) of \(status.updatedReplicas) updated replicas are available..."
      return ("\(head) \(text)", false, false)
    }
    return ("deployment \"\(name)\" successfully rolled out", true, false)
  }

  /// The ReplicaSets of a Deployment.
  static func owned(_ sets: [Object], by object: Object) -> [ReplicaSet] {
    var own: [ReplicaSet] = []
    for set in sets where set.metadata.controller?.uid == object.uid {
      if let typed = set.as(ReplicaSet.self) { own.append(typed) }
    }
    return own
  }

  /// The list of revisions with what caused them.
  static func history(_ object: Object, _ sets: [Object]) -> String? {
    var own = owned(sets, by: object)
    own.sort { Revision.of($0) < Revision.of($1) }
    var writer = TabWriter.describe
    writer.line("REVISION\tCHANGE-CAUSE")
    for set in own {
      let cause = set.metadata.annotations[Revision.cause] ?? ""
      writer.line("\(Revision.of(set))\t\(cause.isEmpty ? "<none>" : cause)")
    }
    return "\(object.key.text) \n\(writer.formatted())\n"
  }

  /// One revision: its template.
  static func history(_ object: Object, _ sets: [Object], revision: Int64, _ version: Version) -> String? {
    guard let set = owned(sets, by: object).first(where: { Revision.of($0) == revision }) else { return nil }
    var template = set.spec.template
    if let cause = set.metadata.annotations[Revision.cause] { template.metadata.annotations[Revision.cause] = cause }
    var writer = TabWriter.describe
    Describe.template(template, version, &writer)
    return "\(object.key.text) with revision #\(revision)\nPod Template:\n\(writer.formatted())"
  }

  /// The patch of `rollout undo`: the old template, and the annotations of its ReplicaSet.
  static func undo(_ deployment: Deployment, _ set: ReplicaSet) -> Value {
    var template = set.spec.template
    template.metadata.labels[Revision.hashLabel] = nil
    var annotations: Table<String, String> = [:]
    // Revisions and sizes belong to the controller; everything else goes back with the template.
    for key in Revision.kept {
      if let value = deployment.metadata.annotations[key] { annotations[key] = value }
    }
    set.metadata.annotations.forEach { key, value in
      if !Revision.kept.contains(key) { annotations[key] = value }
    }
    func replace(_ path: String, _ value: Value) -> Value {
      .map(("op", "replace"), ("path", .string(path)), ("value", value))
    }
    return .list([replace("/spec/template", template.tree), replace("/metadata/annotations", annotations.tree)])
  }
}
