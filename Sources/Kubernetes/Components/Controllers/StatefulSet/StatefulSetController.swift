public import Clockwork

/// The StatefulSet controller gives each Pod a name of its own and touches one at a time, in the order of their numbers.
public struct StatefulSetController: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name = "statefulset-controller"
  public let role = Kube.Role.controller
  let version: Version
  var core: ControllerCore
  var family = PodFamily(.statefulSet)
  /// Revisions by their StatefulSet.
  var histories = OwnerIndex()

  public init(version: Version, apiserver: Address) {
    self.version = version
    let kinds: [Kind] = [.statefulSet, .pod, .controllerRevision, .persistentVolumeClaim]
    core = ControllerCore("statefulset-controller", apiserver: apiserver, informers: kinds.map { Informer($0) })
  }

  public var client: Client {
    get { core.client }
    set { core.client = newValue }
  }

  public mutating func seed(_ objects: [Object], revision: Int64) {
    core.client.seed(objects, revision: revision)
    for object in objects where object.kind == .pod { family.add(object) }
    for object in objects where object.kind == .controllerRevision { histories.add(object) }
    for object in objects where object.kind == .statefulSet { core.queue.add(object.key) }
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    if case .leading = message { forget() }
    for answer in core.receive(message, at: now) { take(answer, at: now) }
    passOver()
  }

  public func offers(_ offers: inout KubeOffers) { core.offers(&offers) }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    switch core.perform(action, &out) {
    case .observed(let event, let before):
      observe(event, before, at: out.now)
      passOver()
    case .sync(let key): sync(key, &out)
    case .done, .other: break
    }
  }

  public mutating func restart(at now: Time) {
    core.restart()
    forget()
  }

  private mutating func forget() {
    family.removeAll()
    histories.removeAll()
  }

  public var state: Value { core.state }

  // MARK: Hearing

  /// Pods of others, revisions and claims are taken in at once: nothing is decided on them.
  private mutating func passOver() {
    for index in core.client.informers.indices {
      while let event = core.client.informers[index].next {
        if event.object.kind == .statefulSet { break }
        let before = core[event.object.key]
        if event.object.kind == .pod, !family.concerned(event, before: before, core).isEmpty { break }
        guard let (event, before) = core.client.informers[index].handle() else { break }
        if event.object.kind == .pod { family.follow(event, before: before) }
        if event.object.kind == .controllerRevision { histories.follow(event, before: before) }
      }
    }
  }

  private mutating func observe(_ event: WatchEvent, _ before: Object?, at now: Time) {
    guard event.object.kind == .pod else { return core.queue.add(event.object.key) }
    family.follow(event, before: before)
    for key in family.concerned(event, before: before, core) {
      core.queue.add(key)
      // A Pod that has just become ready is available only after a while.
      let seconds = core[key]?.as(StatefulSet.self)?.spec.minReadySeconds ?? 0
      if seconds > 0, event.object.pod?.isReady == true { core.queue.add(key, at: now + (seconds + 1) * 1000) }
    }
  }

  // MARK: Looking

  private mutating func sync(_ key: ObjectKey, _ out: inout KubeOutbox) {
    guard let object = core[key], let set = object.as(StatefulSet.self) else { return core.conclude(key) }
    let claims = family.claims(by: object, core) { set.ordinal(of: $0.name) != nil }
    if !claims.isEmpty { return core.plan(claims, for: key, at: out.now) }
    let pods = family.keys(of: object.uid).compactMap { core[$0]?.pod }
    let revisions = histories.keys(of: object.uid).compactMap { core[$0]?.as(ControllerRevision.self) }
    let found = History.find(fresh(set), among: revisions, user: core.client.user)
    let current = revisions.first { $0.metadata.name == set.status.currentRevision } ?? found.revision
    var round = StatefulRound(
      set,
      pods: pods,
      current: current.metadata.name,
      update: found.revision.metadata.name,
      version,
      now: out.now
    )
    round.run()
    out.note(explain(set, round.status))
    var writes = found.write.map { [$0] } ?? []
    for act in round.acts { writes += self.writes(act, set, current, found.revision) }
    if round.status != set.status { writes.append(report(set, round.status)) }
    let names = pods.map { $0.revision }
    let surplus = History.surplus(revisions, limit: set.spec.revisionHistoryLimit ?? 10) { revision in
      let name = revision.metadata.name
      return name == current.metadata.name || name == found.revision.metadata.name || names.contains(name)
    }
    for revision in surplus { writes.append(delete(revision.key)) }
    for index in writes.indices { writes[index].batch = Int64(index) }
    core.plan(writes, for: key, at: out.now)
  }

  private func explain(_ set: StatefulSet, _ status: StatefulSetStatus) -> Fact {
    Fact(
      "fact.statefulset.weighed",
      ("want", .integer(set.size)),
      ("have", .integer(status.replicas)),
      ("ready", .integer(status.readyReplicas)),
      ("updated", .integer(status.updatedReplicas))
    )
  }

  /// The revision of the template as it is now.
  private func fresh(_ set: StatefulSet) -> ControllerRevision {
    var revision = ControllerRevision()
    let data = History.data(of: set.spec.template, version)
    let hash = History.hash(data, collisions: set.status.collisionCount ?? 0)
    revision.metadata = ObjectMeta(name: "\(set.metadata.name)-\(hash)", namespace: set.metadata.namespace)
    revision.metadata.labels = set.spec.template.metadata.labels
    revision.metadata.labels[History.hashLabel] = hash
    revision.metadata.annotations = set.metadata.annotations
    revision.metadata.ownerReferences = [OwnerReference(controller: Object(set))]
    revision.data = data.sorted
    return revision
  }
}
