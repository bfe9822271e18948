import Clockwork

// `set`, `rollout` and `expose`: what follows from the answers.
extension Kubectl {
  /// Sends the patch that makes the change.
  func change(
    _ object: Object,
    _ change: WorkloadCommand.Change,
    cause: String,
    _ current: inout CommandRun,
    at now: Time
  ) {
    switch change.apply(to: object, version: version, now: now) {
    case .refused(let reason):
      let name = "\(object.kind.plural).\(object.kind.group) \"\(object.name)\""
      let isState = change == .pause || change == .resume || change == .restart
      current.fail("error: \(isState ? "\(name) \(reason)" : reason)", about: .object(object.key))
    case .changed(var tree):
      if tree == object.value { return }
      if !cause.isEmpty {
        WorkloadCommand.Change.put(.string(cause), at: ["metadata", "annotations", Revision.cause], in: &tree)
      }
      let patch = Patch.difference(from: object.value, to: tree.sorted)
      current.jobs.insert(Job(.change(before: object), object.key, .patch(.strategic, patch)), at: 0)
    }
  }

  // MARK: rollout undo

  func undo(_ object: Object, _ sets: [Object], _ revision: Int64, _ current: inout CommandRun) {
    guard let deployment = object.as(Deployment.self) else { return undoSet(object, sets, revision, &current) }
    let subject = Kube.Subject.object(object.key)
    if deployment.spec.paused {
      let hint = "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume "
      current.fail("error: \(hint)deployment/\(object.name)' and try again", about: subject)
      return
    }
    let own = RolloutText.owned(sets, by: object)
    let target: ReplicaSet?
    if revision > 0 {
      target = own.first { Revision.of($0) == revision }
    } else {
      let order = own.sorted { Revision.of($0) > Revision.of($1) }
      target = order.count > 1 ? order[1] : nil
    }
    guard let set = target else {
      let text =
        revision > 0
        ? "unable to find specified revision \(revision) in history"
        : "no rollout history found for deployment \"\(object.name)\""
      current.fail("error: \(text)", about: subject)
      return
    }
    if set.spec.template.isSame(as: deployment.spec.template) {
      current.say(
        "\(object.key.text) skipped rollback (current template already matches revision \(Revision.of(set)))",
        about: subject
      )
      return
    }
    current.jobs.insert(Job(.undo, object.key, .patch(.json, RolloutText.undo(deployment, set))), at: 0)
  }

  /// StatefulSets and DaemonSets go back by the patch that a revision of theirs is.
  private func undoSet(_ object: Object, _ sets: [Object], _ revision: Int64, _ current: inout CommandRun) {
    let subject = Kube.Subject.object(object.key)
    let history = RolloutText.revisions(sets, of: object)
    let target =
      revision > 0
      ? history.first { $0.revision == revision } : history.count > 1 ? history[history.count - 2] : nil
    guard let target, let patch = target.data else {
      return current.fail("error: unable to find specified revision \(revision) in history", about: subject)
    }
    let template = object.as(StatefulSet.self)?.spec.template ?? object.as(DaemonSet.self)?.spec.template
    if let template, History.data(of: template, version).sorted == patch.sorted {
      let text = "skipped rollback (current template already matches revision \(target.revision))"
      return current.say("\(object.key.text) \(text)", about: subject)
    }
    current.jobs.insert(Job(.undo, object.key, .patch(.strategic, patch)), at: 0)
  }

  // MARK: expose

  func expose(_ object: Object, _ wanted: WorkloadCommand.Exposure, _ current: inout CommandRun) {
    switch ServiceMaker.service(for: object, wanted) {
    case .success(let service):
      current.jobs.insert(Job(.make, service.key, .object(service)), at: 0)
    case .failure(let failure): current.fail("error: \(failure.text)", about: .object(object.key))
    }
  }
}

extension CommandRun {
  /// Says how far a rollout is, and waits for news unless it is over.
  mutating func status(_ object: Object, _ revision: Int64, watches: Bool) {
    let told = object.as(Deployment.self).map { RolloutText.status($0, revision) } ?? RolloutText.status(ofSet: object)
    guard let (text, isDone, isError) = told else { return }
    awaited = isDone || isError || !watches ? nil : Awaited(key: object.key, uid: object.uid, rollout: revision)
    if isError { fail(text, about: .object(object.key)) } else { say(text, about: .object(object.key)) }
  }

  /// News of a rollout that is followed.
  mutating func follow(_ event: WatchEvent) {
    guard let rollout = awaited?.rollout else { return }
    if event.type == .deleted {
      awaited = nil
      return fail("error: object has been deleted", about: .object(event.object.key))
    }
    status(event.object, rollout, watches: true)
  }
}

/// Makes the Service of `kubectl expose`.
enum ServiceMaker {
  struct Failure: Error { var text: String }

  static func service(for object: Object, _ wanted: WorkloadCommand.Exposure) -> Result<Object, Failure> {
    let tree = object.value
    var selector = wanted.selector
    if selector.isEmpty {
      switch object.kind {
      case .pod: selector = object.metadata.labels
      case .service: selector = labels(tree.at(["spec", "selector"]))
      default:
        let given = tree.at(["spec", "selector"])
        if !(given?["matchExpressions"]?.elements?.isEmpty ?? true) {
          let text = "couldn't retrieve selectors via --selector flag or introspection: couldn't convert expressions"
          return .failure(Failure(text: text))
        }
        selector = labels(given?["matchLabels"])
      }
    }
    if selector.isEmpty {
      let text =
        "couldn't retrieve selectors via --selector flag or introspection: the \(object.kind.singular) has no labels and cannot be exposed"
      return .failure(Failure(text: text))
    }
    var ports: [(Int64, String)] = []
    if let port = wanted.port {
      ports = [(port, wanted.protocol.isEmpty ? "TCP" : wanted.protocol)]
    } else {
      let spec = object.kind == .pod ? tree["spec"] : tree.at(["spec", "template", "spec"])
      for container in spec?["containers"]?.elements ?? [] {
        for port in container["ports"]?.elements ?? [] {
          ports.append((port["containerPort"]?.integer ?? 0, port["protocol"]?.text ?? "TCP"))
        }
      }
    }
    if ports.isEmpty { return .failure(Failure(text: "couldn't find port via --port flag or introspection")) }
    return .success(make(object, wanted, selector, ports))
  }

  private static func make(
    _ object: Object,
    _ wanted: WorkloadCommand.Exposure,
    _ selector: Table<String, String>,
    _ ports: [(Int64, String)]
  ) -> Object {
    var entries: [Value] = []
    for (index, port) in ports.enumerated() {
      var entry: Value = .map(("port", .integer(port.0)), ("protocol", .string(port.1)))
      if ports.count > 1 { entry["name"] = .string("port-\(index + 1)") }
      let target = wanted.targetPort.isEmpty ? "\(port.0)" : wanted.targetPort
      entry["targetPort"] = IntOrString(parsing: target).tree
      entries.append(entry.sorted)
    }
    var spec: Value = .map(("ports", .list(entries)), ("selector", selector.tree))
    if !wanted.type.isEmpty { spec["type"] = .string(wanted.type) }
    if !wanted.clusterIP.isEmpty { spec["clusterIP"] = .string(wanted.clusterIP) }
    if !wanted.sessionAffinity.isEmpty { spec["sessionAffinity"] = .string(wanted.sessionAffinity) }
    let name = wanted.name.isEmpty ? object.name : wanted.name
    var metadata = ObjectMeta(name: name, namespace: object.namespace)
    metadata.labels = wanted.labels.isEmpty ? object.metadata.labels : wanted.labels
    var reading = Reading()
    let body: Value = .map(("spec", spec.sorted))
    return Object(kind: .service, metadata: metadata, content: Content.read(.service, body, &reading))
  }

  private static func labels(_ value: Value?) -> Table<String, String> {
    var labels: Table<String, String> = [:]
    for entry in value?.entries ?? [] { labels[entry.key] = entry.value.plain }
    return labels
  }
}
