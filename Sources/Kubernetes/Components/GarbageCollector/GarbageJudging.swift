import Clockwork

// What follows from the answers that the garbage collector gets.
extension GarbageCollector {
  mutating func judge(_ answer: ControllerCore.Answer, at now: Time) {
    let key = answer.item
    guard answer.isSuccess || answer.response.code == 404 else {
      checks.removeValue(for: key)
      return core.fail(key, at: now)
    }
    switch answer.write.tag {
    case "self": judgeSelf(key, answer.response, at: now)
    case "finish": finish(key, answer.response, GarbageText.orphan, at: now)
    case "owner": judgeOwner(key, answer, at: now)
    default: core.proceed(key, at: now)
    }
  }

  /// Judges the object as it stands now.
  private mutating func judgeSelf(_ key: ObjectKey, _ response: Response, at now: Time) {
    guard let latest = response.object, let uid = graph.uid(key), latest.uid == uid else {
      // It is gone, or another one has its name: the watch will say so.
      return core.proceed(key, at: now)
    }
    if graph[key]?.isForeground == true {
      let blockers = graph.blockers(of: uid)
      if blockers.isEmpty { return finish(key, response, GarbageText.foreground, at: now) }
      for blocker in blockers where graph[blocker]?.isForeground != true { core.queue.add(blocker) }
      return core.proceed(key, at: now)
    }
    var check = Check(latest: latest)
    var looks: [ControllerCore.Write] = []
    for owner in latest.metadata.ownerReferences {
      guard let kind = Kind.of(apiVersion: owner.apiVersion, kind: owner.kind) else {
        check.solid.append(owner)
        continue
      }
      if absent[owner.uid] != nil {
        check.dangling.append(owner)
        continue
      }
      let home = kind.isNamespaced ? key.namespace : ""
      looks.append(look(ObjectKey(kind, home, owner.name), tag: "owner"))
    }
    checks[key] = check
    if looks.isEmpty { return decide(key, at: now) }
    core.plan(looks, for: key, at: now)
  }

  private mutating func judgeOwner(_ key: ObjectKey, _ answer: ControllerCore.Answer, at now: Time) {
    guard var check = checks[key] else { return core.proceed(key, at: now) }
    let asked = answer.write.request.key
    for owner in check.latest.metadata.ownerReferences
    where owner.name == asked.name && owner.kind == asked.kind.name {
      guard let found = answer.response.object, found.uid == owner.uid else {
        absent[owner.uid] = true
        check.dangling.append(owner)
        continue
      }
      let isMarked = found.metadata.deletionTimestamp != nil
      if isMarked, found.metadata.finalizers.contains(GarbageText.foreground) {
        check.waiting.append(owner)
      } else {
        check.solid.append(owner)
      }
    }
    checks[key] = check
    let known = check.solid.count + check.dangling.count + check.waiting.count
    if known >= check.latest.metadata.ownerReferences.count {
      decide(key, at: now)
    } else {
      core.proceed(key, at: now)
    }
  }

  /// All owners are known: an object with a living owner stays, any other one goes.
  private mutating func decide(_ key: ObjectKey, at now: Time) {
    guard let check = checks.removeValue(for: key) else { return core.proceed(key, at: now) }
    let gone = check.dangling + check.waiting
    if gone.isEmpty { return core.proceed(key, at: now) }
    if !check.solid.isEmpty {
      core.plan([drop(gone, from: check.latest)], for: key, at: now)
      return
    }
    let finalizers = check.latest.metadata.finalizers
    var policy = Deletion.Propagation.background
    if finalizers.contains(GarbageText.orphan) {
      policy = .orphan
    } else if finalizers.contains(GarbageText.foreground) {
      policy = .foreground
    } else if !check.waiting.isEmpty, let uid = graph.uid(key), !graph.keys(dependentOn: uid).isEmpty {
      policy = .foreground
    }
    core.plan([delete(check.latest, policy, gone)], for: key, at: now)
  }

  /// Takes the garbage collector's own finalizer off, so that kube-apiserver may remove the object.
  private mutating func finish(_ key: ObjectKey, _ response: Response, _ finalizer: String, at now: Time) {
    guard let object = response.object, object.metadata.finalizers.contains(finalizer) else {
      return core.proceed(key, at: now)
    }
    let rest = object.metadata.finalizers.filter { $0 != finalizer }
    let metadata: Value = .map(
      ("finalizers", rest.isEmpty ? .null : .list(rest.map { .string($0) })),
      ("resourceVersion", .string("\(object.resourceVersion)"))
    )
    var write = request(.patch, key, .patch)
    write.request.body = .patch(.merge, .map(("metadata", metadata)))
    write.batch = 2
    write.facts = [Fact("fact.gc.finalizer", ("finalizer", .string(finalizer)))]
    core.plan([write], for: key, at: now)
  }

  // MARK: Requests

  private func request(_ verb: APIVerb, _ key: ObjectKey, _ action: Verb) -> ControllerCore.Write {
    ControllerCore.Write(action, .object(key), Request(id: 0, user: "", verb: verb, key: key))
  }

  /// A live read: the cache may be behind.
  func look(_ key: ObjectKey, tag: String, batch: Int64 = 0) -> ControllerCore.Write {
    var write = request(.get, key, .check)
    write.tag = tag
    write.batch = batch
    return write
  }

  private func delete(
    _ object: Object,
    _ policy: Deletion.Propagation,
    _ gone: [OwnerReference]
  ) -> ControllerCore.Write {
    var write = request(.delete, object.key, .delete)
    write.batch = 1
    write.request.body = .delete(Deletion(propagation: policy, uid: object.uid))
    if let owner = gone.first {
      let text = "\(owner.kind.lowercased())/\(owner.name)"
      write.facts = [Fact("fact.gc.no-owner", ("object", .string(object.key.text)), ("owner", .string(text)))]
    }
    return write
  }

  /// Takes owners that are gone off an object that has another one.
  private func drop(_ gone: [OwnerReference], from object: Object) -> ControllerCore.Write {
    var write = request(.patch, object.key, .patch)
    write.batch = 1
    write.request.body = .patch(.strategic, GarbageCollector.removal(of: gone.map { $0.uid }, uid: object.uid))
    return write
  }

  /// Lets a dependent go free from an owner that is deleted without it.
  func release(_ key: ObjectKey, from owner: String) -> ControllerCore.Write {
    var write = request(.patch, key, .patch)
    let uid = graph.uid(key) ?? ""
    write.request.body = .patch(.strategic, GarbageCollector.removal(of: [owner], uid: uid))
    return write
  }

  private static func removal(of owners: [String], uid: String) -> Value {
    let references = owners.map { Value.map(("$patch", "delete"), ("uid", .string($0))) }
    return .map(("metadata", .map(("ownerReferences", .list(references)), ("uid", .string(uid)))))
  }
}

extension Verb {
  fileprivate static let delete: Verb = "delete"
  fileprivate static let patch: Verb = "patch"
}
