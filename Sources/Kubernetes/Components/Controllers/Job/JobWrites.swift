import Clockwork

// The writes of a look: new Pods in batches that grow, deletions, and the counts, which newer releases write twice.
extension JobController {
  mutating func writes(_ round: JobRound, at now: Time) -> [[ControllerCore.Write]] {
    let job = round.job
    var groups: [[ControllerCore.Write]] = []
    var place = 0
    for size in SlowStart.batches(Int64(round.creations.count)) {
      groups.append(round.creations[place..<(place + Int(size))].map { create(job, index: $0) })
      place += Int(size)
    }
    if !round.deletions.isEmpty { groups.append(round.deletions.map { delete($0) }) }
    if !round.creations.isEmpty || !round.deletions.isEmpty {
      expectations.expectDeletions(round.deletions, of: job.key, at: now, besides: Int64(round.creations.count))
    }
    var before = job.status
    if let interim = round.interim {
      if interim != before { groups.append([report(job, interim)]) }
      before = interim
      groups.append(round.counted.map { untrack($0) })
    }
    if round.status != before {
      var write = report(job, round.status)
      // It follows a write of this very look: the revision in the cache is older.
      if round.interim != nil { write = unconditional(write) }
      if let event = round.event {
        write.tag = "\(event.type)|\(event.reason)|\(event.message)"
      }
      groups.append([write])
    }
    return groups.filter { !$0.isEmpty }
  }

  private func create(_ job: BatchJob, index: Int64?) -> ControllerCore.Write {
    let pod = job.pod(index: index, version)
    var request = Request(
      id: 0,
      user: core.client.user,
      verb: .create,
      key: ObjectKey(.pod, job.metadata.namespace, "")
    )
    request.body = .object(Object(pod: pod))
    let subject = ObjectKey(.pod, job.metadata.namespace, pod.metadata.generateName)
    return ControllerCore.Write("create", .object(subject), request)
  }

  private func delete(_ key: ObjectKey) -> ControllerCore.Write {
    var request = Request(id: 0, user: core.client.user, verb: .delete, key: key)
    request.body = .delete(Deletion())
    return ControllerCore.Write("delete", .object(key), request)
  }

  private func report(_ job: BatchJob, _ status: JobStatus) -> ControllerCore.Write {
    var copy = job
    copy.status = status
    var request = Request(id: 0, user: core.client.user, verb: .update, key: job.key)
    request.subresource = "status"
    request.body = .object(Object(copy))
    return ControllerCore.Write("report", .object(job.key), request)
  }

  private func unconditional(_ write: ControllerCore.Write) -> ControllerCore.Write {
    guard case .object(let object) = write.request.body else { return write }
    var copy = write
    copy.request.body = .object(object.with { $0.resourceVersion = 0 })
    return copy
  }

  /// Takes the finalizer off a Pod that has been counted.
  func untrack(_ key: ObjectKey) -> ControllerCore.Write {
    var request = Request(id: 0, user: core.client.user, verb: .patch, key: key)
    let list: Value = .list([.string(JobRound.finalizer)])
    request.body = .patch(.strategic, .map(("metadata", .map(("$deleteFromPrimitiveList/finalizers", list)))))
    return ControllerCore.Write("patch", .object(key), request)
  }

  /// An answer has come: the look goes on, or it is over and begins anew later.
  mutating func take(_ answer: ControllerCore.Answer, at now: Time) {
    let verb = answer.write.verb
    let isGone = answer.response.code == 404 && (verb == "delete" || verb == "patch")
    tell(answer, at: now)
    guard answer.isSuccess || isGone else {
      expectations.forget(answer.item)
      return core.fail(answer.item, at: now)
    }
    if isGone, verb == "delete" { expectations.deleted(answer.write.request.key, of: answer.item) }
    core.proceed(answer.item, at: now)
  }

  private mutating func tell(_ answer: ControllerCore.Answer, at now: Time) {
    guard let job = core[answer.item], job.kind == .job, answer.response.code != 0 else { return }
    let text = Text(version)
    let error = answer.isSuccess ? nil : answer.response.message
    var told: [String] = []
    switch answer.write.verb {
    case "create":
      told =
        error.map { ["Warning", "FailedCreate", text.creatingFailed($0)] }
        ?? ["Normal", "SuccessfulCreate", text.createdPod(answer.response.about.name)]
    case "delete":
      told =
        error.map { ["Warning", "FailedDelete", text.deletingFailed($0)] }
        ?? ["Normal", "SuccessfulDelete", text.deletedPod(answer.write.request.name)]
    case "report":
      if error == nil { told = answer.write.tag.split(separator: "|").map { String($0) } }
    default: break
    }
    guard told.count == 3 else { return }
    let note = EventRecorder.Note(told[0], told[1], told[2], about: ObjectReference(to: job))
    core.recorder.record(note, at: now)
  }
}
