import Clockwork

// The writes of a sync: Pods in batches that grow, deletions side by side, and always the status at the end.
extension ReplicaSetController {
  /// Plans the next batch of new Pods: 1, 2, 4 …, so that a fault meets one Pod before it meets all.
  mutating func beginBatch(_ key: ObjectKey, at now: Time) {
    guard var task = tasks[key] else { return }
    guard let size = task.batches.first else { return report(key, task, at: now) }
    task.batches.removeFirst()
    task.awaited = size
    tasks[key] = task
    let prefix = "\(task.set.metadata.name)-"
    let owner = OwnerReference(controller: Object(task.set))
    let pod = Object(
      pod: task.set.spec.template.pod(namespace: key.namespace, generateName: prefix, owner: owner)
    )
    var request = Request(id: 0, user: core.client.user, verb: .create, key: ObjectKey(.pod, key.namespace, ""))
    request.body = .object(pod)
    let subject = ObjectKey(.pod, key.namespace, prefix)
    let write = ControllerCore.Write("create", .object(subject), request)
    core.plan(Array(repeating: write, count: Int(size)), for: key, at: now)
  }

  /// An answer has come.
  mutating func take(_ answer: ControllerCore.Answer, at now: Time) {
    let key = answer.item
    guard var task = tasks[key] else {
      if answer.isSuccess { core.proceed(key, at: now) } else { core.fail(key, at: now) }
      return
    }
    switch task.stage {
    case .reporting, .reading: return reported(answer, task, at: now)
    case .adopting: if !answer.isSuccess { task.hasFailed = true }
    case .creating: created(answer, &task, at: now)
    case .deleting: deleted(answer, &task, at: now)
    }
    task.awaited -= 1
    tasks[key] = task
    if task.awaited > 0 { return }
    switch task.stage {
    case .adopting:
      // The watch shows the adopted Pods, and the next sync counts them.
      tasks.removeValue(for: key)
      if task.hasFailed { core.fail(key, at: now) } else { core.conclude(key) }
    case .creating where !task.hasFailed: beginBatch(key, at: now)
    default: report(key, task, at: now)
    }
  }

  private mutating func created(_ answer: ControllerCore.Answer, _ task: inout Chore, at now: Time) {
    let text = Text(version)
    let set = Object(task.set)
    if answer.isSuccess {
      record("Normal", "SuccessfulCreate", text.createdPod(answer.response.about.name), about: set, at: now)
      return
    }
    let isEnding = answer.response.message.hasSuffix("because it is being terminated")
    // Who was not made will not be seen either.
    expectations.created(of: answer.item)
    if !task.hasFailed {
      expectations.created(task.batches.reduce(0) { $0 + $1 }, of: answer.item)
      task.batches = []
    }
    if isEnding { return }
    task.hasFailed = true
    let error = message(answer)
    if task.error.isEmpty { task.error = error }
    record("Warning", "FailedCreate", text.creatingFailed(error), about: set, at: now)
  }

  private mutating func deleted(_ answer: ControllerCore.Answer, _ task: inout Chore, at now: Time) {
    let text = Text(version)
    let set = Object(task.set)
    if answer.isSuccess {
      record("Normal", "SuccessfulDelete", text.deletedPod(answer.write.request.name), about: set, at: now)
      return
    }
    expectations.deleted(answer.write.request.key, of: answer.item)
    if answer.response.code == 404 { return }
    task.hasFailed = true
    let error = message(answer)
    if task.error.isEmpty { task.error = error }
    record("Warning", "FailedDelete", text.deletingFailed(error), about: set, at: now)
  }

  private func message(_ answer: ControllerCore.Answer) -> String {
    answer.response.code == 0 ? "connect: connection refused" : answer.response.message
  }

  mutating func record(_ type: String, _ reason: String, _ message: String, about object: Object, at now: Time) {
    core.recorder.record(EventRecorder.Note(type, reason, message, about: ObjectReference(to: object)), at: now)
  }

  // MARK: The status

  /// What the Pods of a ReplicaSet add up to.
  func status(of set: ReplicaSet, _ group: PodCounts.Group, at now: Time) -> ReplicaSetStatus {
    var status = set.status
    status.replicas = group.active
    status.fullyLabeledReplicas = fullyLabeled(group, set)
    status.readyReplicas = group.ready
    status.availableReplicas = group.available(minReadySeconds: set.spec.minReadySeconds, at: now)
    if version == .now { status.terminatingReplicas = group.ending }
    return status
  }

  /// Counts as they were when the sync began, and what went wrong since.
  mutating func report(_ key: ObjectKey, _ task: Chore, at now: Time) {
    var task = task
    let before = task.set.status
    var status = task.status
    setFailure(&status, task, at: now)
    status.observedGeneration = task.set.metadata.generation
    task.status = status
    if status == before { return finish(key, task, at: now) }
    task.stage = .reporting
    tasks[key] = task
    write(task, key, at: now)
  }

  private mutating func write(_ task: Chore, _ key: ObjectKey, at now: Time) {
    var set = task.set
    set.status = task.status
    var request = Request(id: 0, user: core.client.user, verb: .update, key: key)
    request.subresource = "status"
    request.body = .object(Object(set))
    core.plan([ControllerCore.Write("report", .object(key), request)], for: key, at: now)
  }

  /// Pods that have lost a label of the template are rare: only then are they looked at one by one.
  private func fullyLabeled(_ group: PodCounts.Group, _ set: ReplicaSet) -> Int64 {
    let labels = set.spec.template.metadata.labels
    if let selector = set.spec.selector?["matchLabels"]?.entries, selector.count == labels.count { return group.active }
    let wanted = LabelSelector(matchLabels: labels)
    var count: Int64 = 0
    for key in group.activeKeys where wanted.matches(core[key]?.metadata.labels ?? [:]) { count += 1 }
    return count
  }

  private func setFailure(_ status: inout ReplicaSetStatus, _ task: Chore, at now: Time) {
    let held = status.conditions.contains { $0.type == "ReplicaFailure" }
    if task.error.isEmpty {
      if held { status.conditions.removeAll { $0.type == "ReplicaFailure" } }
    } else if !held {
      let reason = task.active < task.set.size ? "FailedCreate" : "FailedDelete"
      var condition = DeploymentCondition("ReplicaFailure", "True", reason, task.error, at: now)
      condition.lastUpdateTime = nil
      status.conditions.append(condition)
    }
  }

  /// The status was written, or met a newer revision: then the set is read and the same status written once more.
  private mutating func reported(_ answer: ControllerCore.Answer, _ task: Chore, at now: Time) {
    let key = answer.item
    var task = task
    if answer.isSuccess {
      guard task.stage == .reading, let fresh = answer.response.object?.as(ReplicaSet.self) else {
        return finish(key, task, at: now)
      }
      task.set = fresh
      task.stage = .reporting
      tasks[key] = task
      return write(task, key, at: now)
    }
    if task.stage == .reporting, task.tries == 0, answer.response.code == 409 {
      task.tries = 1
      task.stage = .reading
      tasks[key] = task
      let request = Request(id: 0, user: core.client.user, verb: .get, key: key)
      return core.plan([ControllerCore.Write("read", .object(key), request)], for: key, at: now)
    }
    tasks.removeValue(for: key)
    core.fail(key, at: now)
  }

  private mutating func finish(_ key: ObjectKey, _ task: Chore, at now: Time) {
    tasks.removeValue(for: key)
    if task.hasFailed { return core.fail(key, at: now) }
    core.conclude(key)
    let seconds = task.set.spec.minReadySeconds
    if seconds > 0, task.status.readyReplicas == task.set.size, task.status.availableReplicas != task.set.size {
      core.queue.add(key, at: now + seconds * 1000)
    }
  }
}
