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

  /// How far a StatefulSet or DaemonSet is.
  static func status(ofSet object: Object) -> (String, isDone: Bool, isError: Bool)? {
    let onlyRolling = ("error: rollout status is only available for RollingUpdate strategy type", false, true)
    if let set = object.as(StatefulSet.self) {
      let status = set.status
      let strategy = set.spec.updateStrategy
      if strategy.type != "RollingUpdate" { return onlyRolling }
      if status.observedGeneration == 0 || set.metadata.generation > status.observedGeneration {
        return ("Waiting for statefulset spec update to be observed...", false, false)
      }
      if status.readyReplicas < set.size {
        return ("Waiting for \(set.size - status.readyReplicas) pods to be ready...", false, false)
      }
      if let rolling = strategy.rollingUpdate {
        let wanted = set.size - (rolling.partition ?? 0)
        if status.updatedReplicas < wanted {
          let text = "\(status.updatedReplicas) out of \(wanted) new pods have been updated..."
          return ("Waiting for partitioned roll out to finish: \(text)", false, false)
        }
        return ("partitioned roll out complete: \(status.updatedReplicas) new pods have been updated...", true, false)
      }
      let update = "\(status.updatedReplicas) pods at revision \(status.updateRevision)..."
      if status.updateRevision != status.currentRevision {
        return ("waiting for statefulset rolling update to complete \(update)", false, false)
      }
      let done = "\(status.currentReplicas) pods at revision \(status.currentRevision)..."
      return ("statefulset rolling update complete \(done)", true, false)
    }
    guard let set = object.as(DaemonSet.self) else { return nil }
    let status = set.status
    if set.spec.updateStrategy.type != "RollingUpdate" { return onlyRolling }
    if set.metadata.generation > status.observedGeneration {
      return ("Waiting for daemon set spec update to be observed...", false, false)
    }
    let head = "Waiting for daemon set \"\(set.metadata.name)\" rollout to finish:"
    let wanted = status.desiredNumberScheduled
    if status.updatedNumberScheduled < wanted {
      return ("\(head) \(status.updatedNumberScheduled) out of \(wanted) new pods have been updated...", false, false)
    }
    if status.numberAvailable < wanted {
      return ("\(head) \(status.numberAvailable) of \(wanted) updated pods are available...", false, false)
    }
    return ("daemon set \"\(set.metadata.name)\" successfully rolled out", true, false)
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
    if object.kind != .deployment {
      return history(object, revisions(sets, of: object).map { ($0.revision, $0.metadata.annotations) })
    }
    var own = owned(sets, by: object)
    own.sort { Revision.of($0) < Revision.of($1) }
    return history(object, own.map { (Revision.of($0), $0.metadata.annotations) })
  }

  private static func history(_ object: Object, _ rows: [(Int64, Table<String, String>)]) -> String {
    var writer = TabWriter.describe
    writer.line("REVISION\tCHANGE-CAUSE")
    for (revision, annotations) in rows {
      let cause = annotations[Revision.cause] ?? ""
      writer.line("\(revision)\t\(cause.isEmpty ? "<none>" : cause)")
    }
    return "\(object.key.text) \n\(writer.formatted())\n"
  }

  /// The revisions of a StatefulSet or DaemonSet, oldest first.
  static func revisions(_ objects: [Object], of owner: Object) -> [ControllerRevision] {
    let own = objects.filter { $0.metadata.controller?.uid == owner.uid }
    return History.sorted(own.compactMap { $0.as(ControllerRevision.self) })
  }

  /// One revision: its template.
  static func history(_ object: Object, _ sets: [Object], revision: Int64, _ version: Version) -> String? {
    var template: PodTemplateSpec
    if object.kind == .deployment {
      guard let set = owned(sets, by: object).first(where: { Revision.of($0) == revision }) else { return nil }
      template = set.spec.template
      if let cause = set.metadata.annotations[Revision.cause] { template.metadata.annotations[Revision.cause] = cause }
    } else {
      let found = revisions(sets, of: object).first { $0.revision == revision }
      guard let kept = found.flatMap({ History.template(of: $0) }) else { return nil }
      template = kept
    }
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
