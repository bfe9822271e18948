import Clockwork

// The writes of a round, one after the other, and what becomes of their answers.
extension StatefulSetController {
  func writes(
    _ act: StatefulRound.Act,
    _ set: StatefulSet,
    _ current: ControllerRevision,
    _ update: ControllerRevision
  ) -> [ControllerCore.Write] {
    switch act {
    case .delete(let key): return [delete(key)]
    case .replace(let key):
      var write = delete(key)
      write.tag = "replace"
      return [write]
    case .create(let number, let isNew):
      let revision = isNew ? update : current
      let template = isNew ? set.spec.template : History.template(of: revision) ?? set.spec.template
      var writes: [ControllerCore.Write] = []
      let pod = set.pod(number, template, revision: revision.metadata.name, version)
      for claim in set.claims(of: number) where core[claim.object.key] == nil {
        var write = create(claim.object)
        write.tag = pod.metadata.name
        writes.append(write)
      }
      return writes + [create(Object(pod: pod))]
    }
  }

  private func create(_ object: Object) -> ControllerCore.Write {
    var request = Request(id: 0, user: core.client.user, verb: .create, key: object.key)
    request.body = .object(object)
    return ControllerCore.Write("create", .object(object.key), request)
  }

  func delete(_ key: ObjectKey) -> ControllerCore.Write {
    var request = Request(id: 0, user: core.client.user, verb: .delete, key: key)
    request.body = .delete(Deletion())
    return ControllerCore.Write("delete", .object(key), request)
  }

  func report(_ set: StatefulSet, _ status: StatefulSetStatus) -> ControllerCore.Write {
    var copy = set
    copy.status = status
    var request = Request(id: 0, user: core.client.user, verb: .update, key: set.key)
    request.subresource = "status"
    request.body = .object(Object(copy))
    return ControllerCore.Write("report", .object(set.key), request)
  }

  /// An answer has come: the round goes on, or it is over and begins anew later.
  mutating func take(_ answer: ControllerCore.Answer, at now: Time) {
    let isGone = answer.write.verb == "delete" && answer.response.code == 404
    tell(answer, at: now)
    guard answer.isSuccess || isGone else { return core.fail(answer.item, at: now) }
    core.proceed(answer.item, at: now)
  }

  private mutating func tell(_ answer: ControllerCore.Answer, at now: Time) {
    guard let set = core[answer.item], answer.response.code != 0 else { return }
    let about = ObjectReference(to: set)
    let text = Text(version)
    let key = answer.write.request.key
    let (name, verb) = (key.name, answer.write.verb.text)
    var told: (reason: String, message: String)?
    let error = answer.isSuccess ? nil : answer.response.message
    if answer.write.tag == "replace" {
      let message = text.recreating(name, of: set.key.qualifiedName)
      core.recorder.record(EventRecorder.Note("Warning", "RecreatingFailedPod", message, about: about), at: now)
    }
    let end = verb == "create" ? "Create" : "Delete"
    if key.kind == .pod, verb == "create" || verb == "delete" {
      if verb == "create", answer.response.reason == "AlreadyExists" { return }
      told = ("\(error == nil ? "Successful" : "Failed")\(end)", text.podOfSet(verb, name, set.name, error: error))
    } else if key.kind == .persistentVolumeClaim {
      let message = text.claimOfSet(name, pod: answer.write.tag, set.name, error: error)
      told = (error == nil ? "SuccessfulCreate" : "FailedCreate", message)
    }
    guard let told else { return }
    let type = error == nil ? "Normal" : "Warning"
    core.recorder.record(EventRecorder.Note(type, told.reason, told.message, about: about), at: now)
  }
}
