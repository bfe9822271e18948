import Clockwork

// The writes of a round: Pods in batches that grow, deletions side by side, and the status when nothing else is to be done.
extension DaemonSetController {
  /// Batches of writes that bring the nodes their Pods.
  mutating func changes(_ round: DaemonRound, _ set: DaemonSet, _ out: inout KubeOutbox) -> [[ControllerCore.Write]] {
    let key = set.key
    let creations = Array(round.creations.prefix(DaemonSetController.burst))
    var deletions = round.deletions
    for doomed in round.ended where mayReplace(doomed, key, &out) { deletions.append(doomed.key) }
    deletions = Array(deletions.prefix(DaemonSetController.burst))
    var groups: [[ControllerCore.Write]] = []
    var place = 0
    for size in SlowStart.batches(Int64(creations.count)) {
      groups.append(creations[place..<(place + Int(size))].map { create(set, on: $0, hash: round.hash) })
      place += Int(size)
    }
    if !deletions.isEmpty { groups.append(deletions.map { delete($0) }) }
    if !creations.isEmpty { expectations.expectCreations(Int64(creations.count), of: key, at: out.now) }
    if !deletions.isEmpty {
      expectations.expectDeletions(deletions, of: key, at: out.now, besides: Int64(creations.count))
    }
    return groups
  }

  /// A Pod that has ended is replaced at once, the next one on this node a second later, then two, then four.
  private mutating func mayReplace(_ doomed: DaemonRound.Doomed, _ set: ObjectKey, _ out: inout KubeOutbox) -> Bool {
    let place = "\(set.text)/\(doomed.node)"
    let known = endings[place] ?? (0, 0)
    if known.until > out.now {
      core.queue.add(set, at: known.until)
      return false
    }
    let delay = min(Int64(900_000), Int64(1000) << min(known.count, 20))
    endings[place] = (known.count + 1, out.now + delay)
    guard let object = core[set] else { return true }
    let text = Text(version)
    let hasFailed = doomed.phase == "Failed"
    let note = EventRecorder.Note(
      hasFailed ? "Warning" : "Normal",
      hasFailed ? "FailedDaemonPod" : "SucceededDaemonPod",
      hasFailed
        ? text.failedDaemonPod(doomed.key, on: doomed.node) : text.succeededDaemonPod(doomed.key, on: doomed.node),
      about: ObjectReference(to: object)
    )
    core.recorder.record(note, at: out.now)
    return true
  }

  private func create(_ set: DaemonSet, on node: String, hash: String) -> ControllerCore.Write {
    var request = Request(
      id: 0,
      user: core.client.user,
      verb: .create,
      key: ObjectKey(.pod, set.metadata.namespace, "")
    )
    request.body = .object(Object(pod: set.pod(for: node, hash: hash)))
    let subject = ObjectKey(.pod, set.metadata.namespace, "\(set.metadata.name)-")
    return ControllerCore.Write("create", .object(subject), request)
  }

  private func delete(_ key: ObjectKey) -> ControllerCore.Write {
    var request = Request(id: 0, user: core.client.user, verb: .delete, key: key)
    request.body = .delete(Deletion())
    return ControllerCore.Write("delete", .object(key), request)
  }

  /// The end of a round: old revisions go, and the status is written where it has changed.
  func close(
    _ round: DaemonRound,
    _ set: DaemonSet,
    _ revisions: [ControllerRevision],
    _ current: ControllerRevision
  ) -> [[ControllerCore.Write]] {
    var live = [current.metadata.labels[History.podLabel] ?? ""]
    for key in family.keys(of: set.metadata.uid) { live.append(core[key]?.pod?.revision ?? "") }
    var groups: [[ControllerCore.Write]] = []
    let surplus = History.surplus(revisions, limit: set.spec.revisionHistoryLimit ?? 10) {
      live.contains($0.metadata.labels[History.podLabel] ?? "")
    }
    for revision in surplus { groups.append([delete(revision.key)]) }
    var copy = set
    copy.status = round.status()
    copy.status.observedGeneration = set.metadata.generation
    if copy.status == set.status { return groups }
    var request = Request(id: 0, user: core.client.user, verb: .update, key: set.key)
    request.subresource = "status"
    request.body = .object(Object(copy))
    groups.append([ControllerCore.Write("report", .object(set.key), request)])
    return groups
  }

  /// An answer has come: the round goes on, or it is over and begins anew later.
  mutating func take(_ answer: ControllerCore.Answer, at now: Time) {
    let isGone = answer.write.verb == "delete" && answer.response.code == 404
    tell(answer, at: now)
    if !answer.isSuccess {
      if answer.write.verb == "delete" { expectations.deleted(answer.write.request.key, of: answer.item) }
      // What is left of the plan is dropped, so nobody waits for it.
      if answer.write.verb == "create" { expectations.forget(answer.item) }
    }
    guard answer.isSuccess || isGone else { return core.fail(answer.item, at: now) }
    core.proceed(answer.item, at: now)
  }

  private mutating func tell(_ answer: ControllerCore.Answer, at now: Time) {
    guard let set = core[answer.item], answer.response.code != 0, answer.write.request.kind == .pod else { return }
    let text = Text(version)
    let isCreation = answer.write.verb == "create"
    guard isCreation || answer.write.verb == "delete" else { return }
    let what = isCreation ? "Create" : "Delete"
    var message = isCreation ? text.createdPod(answer.response.about.name) : text.deletedPod(answer.write.request.name)
    if !answer.isSuccess {
      let error = answer.response.message
      message = isCreation ? text.creatingFailed(error) : text.deletingFailed(error)
    }
    let note = EventRecorder.Note(
      answer.isSuccess ? "Normal" : "Warning",
      answer.isSuccess ? "Successful\(what)" : "Failed\(what)",
      message,
      about: ObjectReference(to: set)
    )
    core.recorder.record(note, at: now)
  }
}
