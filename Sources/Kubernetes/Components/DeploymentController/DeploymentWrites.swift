import Clockwork

// The writes of a look, one after the other: each waits for the answer to the one before.
extension DeploymentController {
  /// Plans the next write, or ends the look.
  mutating func carryOn(_ key: ObjectKey, at now: Time) {
    guard let look = looks[key] else { return core.conclude(key) }
    guard let step = look.steps.first else {
      looks.removeValue(for: key)
      if look.hasFailed { return core.fail(key, at: now) }
      core.conclude(key)
      if let again = look.again { core.queue.add(key, at: again) }
      return
    }
    core.plan([write(step, look)], for: key, at: now)
  }

  private func write(_ step: Rollout.Step, _ look: Look) -> ControllerCore.Write {
    switch step.act {
    case .create(let set):
      let what = request(.create, set.key, .object(Object(set)))
      return ControllerCore.Write("create", .object(set.key), what)
    case .update(let set):
      var copy = set
      if step.follows, let revision = look.revisions[set.metadata.uid] { copy.metadata.resourceVersion = revision }
      var out = ControllerCore.Write(
        step.scales ? "scale" : "update",
        .object(set.key),
        request(.update, set.key, .object(Object(copy)))
      )
      if step.scales { out.facts = [Fact("fact.deployment.size", ("size", .integer(set.size)))] }
      return out
    case .delete(let set):
      return ControllerCore.Write("delete", .object(set.key), request(.delete, set.key, .delete(Deletion())))
    case .status(let deployment):
      var what = request(.update, deployment.key, .object(Object(deployment)))
      what.subresource = "status"
      return ControllerCore.Write("report", .object(deployment.key), what)
    }
  }

  private func request(_ verb: APIVerb, _ key: ObjectKey, _ body: Request.Body) -> Request {
    var request = Request(id: 0, user: core.client.user, verb: verb, key: key)
    request.body = body
    return request
  }

  /// An answer has come: the look goes on, or it is over.
  mutating func take(_ answer: ControllerCore.Answer, at now: Time) {
    let key = answer.item
    guard var look = looks[key], let step = look.steps.first else {
      if answer.isSuccess { core.proceed(key, at: now) } else { core.fail(key, at: now) }
      return
    }
    let isGone = answer.write.verb == "delete" && answer.response.code == 404
    guard answer.isSuccess || isGone || look.hasFailed else { return failed(answer, look, step, at: now) }
    look.steps.removeFirst()
    if let stored = answer.response.object { look.revisions[stored.uid] = stored.resourceVersion }
    looks[key] = look
    if let event = step.event, answer.isSuccess {
      record("Normal", event.reason, event.message, about: Object(look.deployment), at: now)
    }
    carryOn(key, at: now)
  }

  private mutating func failed(
    _ answer: ControllerCore.Answer,
    _ look: Look,
    _ step: Rollout.Step,
    at now: Time
  ) {
    let key = answer.item
    guard case .create(let set) = step.act, answer.response.code != 0 else { return giveUp(key, at: now) }
    var rollout = Rollout(version, now: now, look.deployment, []) { _ in false }
    if answer.response.reason == "AlreadyExists" {
      guard let found = core[set.key]?.as(ReplicaSet.self) else { return giveUp(key, at: now) }
      let isOurs = found.metadata.controller?.uid == look.deployment.metadata.uid
      // It is the wanted one after all: the cache was behind, and the next look finds it.
      if isOurs, found.spec.template.isSame(as: look.deployment.spec.template) { return giveUp(key, at: now) }
      // Another template has the same hash: the count of collisions changes the next one.
      rollout.deployment.status.collisionCount = (look.deployment.status.collisionCount ?? 0) + 1
      return lament(rollout.deployment, look, key, at: now)
    }
    let error = answer.response.message
    let message = Text(version).setFailed(set.metadata.name, error)
    record("Warning", "ReplicaSetCreateError", message, about: Object(look.deployment), at: now)
    if rollout.noteFailure(set.metadata.name, error) {
      lament(rollout.deployment, look, key, at: now)
    } else {
      giveUp(key, at: now)
    }
  }

  /// Writes a status that tells of the failure, and then tries again.
  private mutating func lament(_ deployment: Deployment, _ look: Look, _ key: ObjectKey, at now: Time) {
    var sad = look
    sad.steps = [Rollout.Step(act: .status(deployment))]
    sad.hasFailed = true
    looks[key] = sad
    carryOn(key, at: now)
  }

  private mutating func giveUp(_ key: ObjectKey, at now: Time) {
    looks.removeValue(for: key)
    core.fail(key, at: now)
  }
}
