public import Clockwork

/// The DaemonSet controller makes one Pod for every node that fits; the scheduler binds it, and can choose no other node.
public struct DaemonSetController: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name = "daemon-set-controller"
  public let role = Kube.Role.controller
  let version: Version
  var core: ControllerCore
  var family = PodFamily(.daemonSet)
  /// Revisions by their DaemonSet.
  var histories = OwnerIndex()
  var expectations = Expectations()
  /// How often the Pod of a DaemonSet has ended on a node, and until when its successor waits.
  var endings: Table<String, (count: Int64, until: Time)> = [:]

  /// At most so many Pods are made or deleted in one sync (BurstReplicas).
  static let burst = 250

  public init(version: Version, apiserver: Address) {
    self.version = version
    let kinds: [Kind] = [.daemonSet, .pod, .controllerRevision, .node]
    core = ControllerCore(
      "daemon-set-controller",
      apiserver: apiserver,
      informers: kinds.map { Informer($0) },
      workers: 2,
      source: "daemonset-controller"
    )
  }

  public var client: Client {
    get { core.client }
    set { core.client = newValue }
  }

  public mutating func seed(_ objects: [Object], revision: Int64) {
    core.client.seed(objects, revision: revision)
    for object in objects where object.kind == .pod { family.add(object) }
    for object in objects where object.kind == .controllerRevision { histories.add(object) }
    for object in objects where object.kind == .daemonSet { core.queue.add(object.key) }
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
    expectations.removeAll()
    endings = [:]
  }

  public var state: Value { core.state }

  // MARK: Hearing

  /// Pods of others, revisions and heartbeats are taken in at once: nothing is decided on them.
  private mutating func passOver() {
    for index in core.client.informers.indices {
      while let event = core.client.informers[index].next {
        if event.object.kind == .daemonSet { break }
        let before = core[event.object.key]
        if event.object.kind == .pod, !family.concerned(event, before: before, core).isEmpty { break }
        if event.object.kind == .node, !concerned(event, before).isEmpty { break }
        guard let (event, before) = core.client.informers[index].handle() else { break }
        if event.object.kind == .pod { family.follow(event, before: before) }
        if event.object.kind == .controllerRevision { histories.follow(event, before: before) }
      }
    }
  }

  /// The DaemonSets for which a node has begun or ceased to fit.
  private func concerned(_ event: WatchEvent, _ before: Object?) -> [ObjectKey] {
    guard let node = event.object.node else { return [] }
    let isGone = event.type == .deleted
    var keys: [ObjectKey] = []
    for object in core.informer(.daemonSet).objects {
      guard let set = object.as(DaemonSet.self) else { continue }
      let none = DaemonRound.Fit(runs: false, stays: false)
      let old = before?.node.map { set.fit($0) } ?? none
      if old != (isGone ? none : set.fit(node)) { keys.append(object.key) }
    }
    return keys
  }

  private mutating func observe(_ event: WatchEvent, _ before: Object?, at now: Time) {
    switch event.object.kind {
    case .node:
      // Once the node is in the cache, the round sees what has changed.
      for object in core.informer(.daemonSet).objects { core.queue.add(object.key) }
    case .pod:
      family.follow(event, before: before)
      for key in family.concerned(event, before: before, core) {
        pod(event, key)
        let seconds = core[key]?.as(DaemonSet.self)?.spec.minReadySeconds ?? 0
        if seconds > 0, event.object.pod?.isReady == true { core.queue.add(key, at: now + (seconds + 1) * 1000) }
      }
    default:
      if event.type == .deleted { expectations.forget(event.object.key) }
      core.queue.add(event.object.key)
    }
  }

  private mutating func pod(_ event: WatchEvent, _ key: ObjectKey) {
    if event.type == .deleted || event.object.metadata.deletionTimestamp != nil {
      expectations.deleted(event.object.key, of: key)
    } else if event.type == .added {
      expectations.created(of: key)
    }
    core.queue.add(key)
  }

  // MARK: Looking

  private mutating func sync(_ key: ObjectKey, _ out: inout KubeOutbox) {
    guard let object = core[key], let set = object.as(DaemonSet.self) else {
      expectations.forget(key)
      return core.conclude(key)
    }
    let claims = family.claims(by: object, core) { _ in true }
    if !claims.isEmpty { return core.plan(claims, for: key, at: out.now) }
    if set.metadata.deletionTimestamp != nil { return core.conclude(key) }
    let pods = family.keys(of: object.uid).compactMap { core[$0]?.pod }
    let revisions = histories.keys(of: object.uid).compactMap { core[$0]?.as(ControllerRevision.self) }
    let found = History.find(fresh(set), among: revisions, user: core.client.user)
    let hash = found.revision.metadata.labels[History.podLabel] ?? ""
    let nodes = core.informer(.node).objects.compactMap { $0.node }
    var round = DaemonRound(set, hash: hash, nodes: nodes, pods: pods, version, now: out.now)
    var writes = found.write.map { [[$0]] } ?? []
    if expectations.isSatisfied(key, at: out.now) {
      round.manage()
      if round.creations.isEmpty, round.deletions.isEmpty, round.ended.isEmpty { round.roll() }
      writes += changes(round, set, &out)
    }
    out.note(explain(round.status()))
    // Who has just asked for Pods reports once they are seen.
    if writes.count <= (found.write == nil ? 0 : 1) { writes += close(round, set, revisions, found.revision) }
    var all: [ControllerCore.Write] = []
    for (index, group) in writes.enumerated() {
      for write in group {
        var write = write
        write.batch = Int64(index)
        all.append(write)
      }
    }
    core.plan(all, for: key, at: out.now)
  }

  private func explain(_ status: DaemonSetStatus) -> Fact {
    Fact(
      "fact.daemonset.weighed",
      ("want", .integer(status.desiredNumberScheduled)),
      ("have", .integer(status.currentNumberScheduled)),
      ("ready", .integer(status.numberReady)),
      ("updated", .integer(status.updatedNumberScheduled))
    )
  }

  /// The revision of the template as it is now; its name has the hash that ReplicaSets have.
  private func fresh(_ set: DaemonSet) -> ControllerRevision {
    var revision = ControllerRevision()
    let hash = TemplateHash.of(set.spec.template, collisions: set.status.collisionCount, version)
    revision.metadata = ObjectMeta(name: "\(set.metadata.name)-\(hash)", namespace: set.metadata.namespace)
    revision.metadata.labels = set.spec.template.metadata.labels
    revision.metadata.labels[History.podLabel] = hash
    revision.metadata.annotations = set.metadata.annotations
    revision.metadata.ownerReferences = [OwnerReference(controller: Object(set))]
    revision.data = History.data(of: set.spec.template, version).sorted
    return revision
  }
}
