import Clockwork

// kubectl cordon, uncordon and taint: read the node, then patch it, unless it is so already.
extension Kubectl {
  mutating func answerNode(_ response: Response, to job: Job) {
    guard var current = run, case .node(_, let change) = current.command.operation else { return }
    defer { run = current }
    guard response.isSuccess else {
      let text = KubectlText.error(response)
      switch (job.purpose, change) {
      case (.nodePatch, .cordon(let cordons)):
        current.fail(
          "error: unable to \(cordons ? "cordon" : "uncordon") node \"\(job.key.name)\": \(response.message)",
          about: job.subject
        )
      case (.nodePatch, .drain):
        current.fail("error: unable to cordon node \"\(job.key.name)\": \(response.message)", about: job.subject)
      case (_, .cordon):
        // Nothing is changed unless every node could be read.
        current.jobs.removeAll { $0.isNodePatch }
        current.fail(text, about: job.subject)
      default: current.fail(text, about: job.subject)
      }
      return
    }
    switch job.purpose {
    case .nodeList:
      for object in Listing.select(response.objects, current.command.operation) { change.begin(object, &current) }
    case .nodeRead: if let object = response.object { change.begin(object, &current) }
    case .nodePatch(let said): current.say("\(job.key.text) \(said)", about: job.subject)
    default: break
    }
  }
}

extension Job {
  var isNodePatch: Bool {
    if case .nodePatch = purpose { return true }
    return false
  }
}

extension Command.NodeChange {
  /// Decides what a node that was read needs.
  fileprivate func begin(_ object: Object, _ current: inout CommandRun) {
    guard let node = object.node else { return }
    let subject = Kube.Subject.object(object.key)
    switch self {
    case .cordon(let cordons):
      let done = cordons ? "cordoned" : "uncordoned"
      if node.spec.unschedulable == cordons {
        current.say("\(object.key.text) already \(done)", about: subject)
      } else if current.exitCode == 0 {
        let patch: Value = .map(("spec", .map(("unschedulable", cordons ? .bool(true) : .null))))
        current.jobs.append(Job(.nodePatch(said: done), object.key, .patch(.strategic, patch)))
      }
    case .drain:
      current.found = [object]
      if node.spec.unschedulable {
        current.say("\(object.key.text) already cordoned", about: subject)
      } else {
        let patch: Value = .map(("spec", .map(("unschedulable", true))))
        current.jobs.append(Job(.nodePatch(said: "cordoned"), object.key, .patch(.strategic, patch)))
      }
      current.jobs.append(Job(.drainPods(node: object.name), ObjectKey(.pod, "", "")))
    case .taint(let change):
      switch change.applied(to: node) {
      case .failure(let failure): current.fail(failure.description, about: subject)
      case .success(let result):
        let list: Value = result.taints.isEmpty ? .null : .list(result.taints.map { $0.tree })
        let patch: Value = result.taints == node.spec.taints ? .emptyMap : .map(("spec", .map(("taints", list))))
        // One node is finished before the next is read.
        current.jobs.insert(Job(.nodePatch(said: result.said), object.key, .patch(.strategic, patch)), at: 0)
      }
    }
  }
}

extension Command.TaintChange {
  struct Failure: Error, Equatable {
    let description: String
  }

  struct Applied: Equatable {
    var taints: [Taint]
    /// What kubectl prints behind the node's name.
    var said: String
  }

  /// The taints of a node afterwards: new ones first, then those that stay.
  func applied(to node: Node) -> Result<Applied, Failure> {
    let old = node.spec.taints
    if !overwrite {
      var held: [String] = []
      for taint in add where old.contains(where: { $0.key == taint.key && $0.effect == taint.effect }) {
        held.append(taint.key)
      }
      if !held.isEmpty {
        let list = held.joined(separator: ",")
        let text =
          "node \(node.metadata.name) already has \(list) taint(s) with same effect(s) and --overwrite is false"
        return .failure(Failure(description: "error: \(text)"))
      }
    }
    var taints = add
    for taint in old where !add.contains(where: { $0.key == taint.key && $0.effect == taint.effect }) {
      taints.append(taint)
    }
    let added = taints.count != old.count
    var removed = false
    var missing: [String] = []
    for wanted in remove {
      let count = taints.count
      taints.removeAll { $0.key == wanted.key && (wanted.effect.isEmpty || $0.effect == wanted.effect) }
      removed = taints.count != count
      if !removed { missing.append("taint \"\(wanted.text)\" not found") }
    }
    if missing.count == 1 { return .failure(Failure(description: "error: \(missing[0])")) }
    if !missing.isEmpty {
      return .failure(Failure(description: "error: [\(missing.joined(separator: ", "))]"))
    }
    let said = (added && removed) || overwrite ? "modified" : added ? "tainted" : "untainted"
    return .success(Applied(taints: taints, said: said))
  }
}

extension Taint {
  /// As kubectl names a taint: `key=value:Effect`.
  var text: String {
    if effect.isEmpty { return value.isEmpty ? key : "\(key)=\(value):" }
    return value.isEmpty ? "\(key):\(effect)" : "\(key)=\(value):\(effect)"
  }
}
