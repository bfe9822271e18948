public import Clockwork

/// The ReplicaSet controller compares how many Pods a ReplicaSet has with how many it should have, and creates or deletes the difference.
public struct ReplicaSetController: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name = "replicaset-controller"
  public let role = Kube.Role.controller
  let version: Version
  var core: ControllerCore
  var counts = PodCounts()
  /// ReplicaSets by their Deployment: whose Pods stand side by side on a node.
  var families = OwnerIndex()
  var expectations = Expectations()
  var tasks: Table<ObjectKey, Chore> = [:]

  /// A sync whose writes are under way.
  struct Chore: Sendable {
    enum Stage: Equatable, Sendable {
      case adopting
      case creating
      case deleting
      case reporting
      /// The status met a newer revision: it is read, and written once more.
      case reading
    }

    var set: ReplicaSet
    var stage: Stage
    /// Sizes of the batches that have not begun.
    var batches: [Int64] = []
    /// Answers that are still to come in this batch.
    var awaited: Int64 = 0
    /// The first error of the writes of Pods.
    var error: String = ""
    var hasFailed: Bool = false
    var status = ReplicaSetStatus()
    var tries: Int64 = 0
    /// Pods that counted when the sync began, those included that it adopts.
    var active: Int64 = 0
  }

  /// At most so many Pods are made or deleted in one sync (BurstReplicas).
  static let burst: Int64 = 500

  public init(version: Version, apiserver: Address) {
    self.version = version
    let informers = [Informer(.replicaSet), Informer(.pod)]
    core = ControllerCore("replicaset-controller", apiserver: apiserver, informers: informers)
  }

  public var client: Client {
    get { core.client }
    set { core.client = newValue }
  }

  public mutating func seed(_ objects: [Object], revision: Int64) {
    core.client.seed(objects, revision: revision)
    for object in objects where object.kind == .pod { counts.add(object) }
    for object in objects where object.kind == .replicaSet {
      families.add(object)
      core.queue.add(object.key)
    }
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    if case .leading = message { forget() }
    for answer in core.receive(message, at: now) { take(answer, at: now) }
  }

  public func offers(_ offers: inout KubeOffers) { core.offers(&offers) }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    switch core.perform(action, &out) {
    case .observed(let event, let before): observe(event, before, at: out.now)
    case .sync(let key): sync(key, &out)
    case .done, .other: break
    }
  }

  public mutating func restart(at now: Time) {
    core.restart()
    forget()
  }

  private mutating func forget() {
    counts.removeAll()
    families.removeAll()
    expectations.removeAll()
    tasks = [:]
  }

  public var state: Value { core.state }

  // MARK: Looking

  private mutating func sync(_ key: ObjectKey, _ out: inout KubeOutbox) {
    guard let object = core[key], let set = object.as(ReplicaSet.self) else {
      expectations.forget(key)
      return core.conclude(key)
    }
    var task = Chore(set: set, stage: .adopting)
    let claims = claims(of: object, set)
    if !claims.isEmpty {
      task.awaited = Int64(claims.count)
      tasks[key] = task
      return core.plan(claims, for: key, at: out.now)
    }
    let group = counts[set.metadata.uid]
    task.active = group.active
    task.status = status(of: set, group, at: out.now)
    let fact = Fact(
      "fact.replicaset.counted",
      ("have", .integer(group.active)),
      ("want", .integer(set.size)),
      ("ready", .integer(group.ready))
    )
    out.note(fact)
    guard set.metadata.deletionTimestamp == nil, expectations.isSatisfied(key, at: out.now) else {
      return report(key, task, at: out.now)
    }
    let difference = set.size - group.active
    if difference > 0 {
      create(min(difference, ReplicaSetController.burst), key, task, &out)
    } else if difference < 0 {
      delete(min(0 - difference, ReplicaSetController.burst), key, task, group, &out)
    } else {
      report(key, task, at: out.now)
    }
  }

  private mutating func create(_ count: Int64, _ key: ObjectKey, _ task: Chore, _ out: inout KubeOutbox) {
    expectations.expectCreations(count, of: key, at: out.now)
    log(Text(version).tooFew(key, need: task.set.size, creating: count), file: "replica_set.go", &out)
    var next = task
    next.stage = .creating
    next.batches = SlowStart.batches(count)
    tasks[key] = next
    beginBatch(key, at: out.now)
  }

  private mutating func delete(
    _ count: Int64,
    _ key: ObjectKey,
    _ task: Chore,
    _ group: PodCounts.Group,
    _ out: inout KubeOutbox
  ) {
    let text = Text(version)
    let chosen = victims(Int(count), task.set, group, at: out.now)
    expectations.expectDeletions(chosen, of: key, at: out.now)
    log(text.tooMany(key, need: task.set.size, deleting: count), file: "replica_set.go", &out)
    var writes: [ControllerCore.Write] = []
    for pod in chosen {
      log(text.deletingPod(pod, of: task.set.metadata.name), file: "controller_utils.go", &out)
      var request = Request(id: 0, user: core.client.user, verb: .delete, key: pod)
      request.body = .delete(Deletion())
      writes.append(ControllerCore.Write("delete", .object(pod), request))
    }
    var next = task
    next.stage = .deleting
    next.awaited = Int64(writes.count)
    tasks[key] = next
    core.plan(writes, for: key, at: out.now)
  }

  /// The Pods that are given up first.
  private func victims(_ count: Int, _ set: ReplicaSet, _ group: PodCounts.Group, at now: Time) -> [ObjectKey] {
    let keys = group.activeKeys
    if count >= keys.count { return keys }
    var neighbours: Table<String, Int64> = [:]
    var family = families.keys(of: set.metadata.controller?.uid ?? "").compactMap { core[$0]?.uid }
    if !family.contains(set.metadata.uid) { family = [set.metadata.uid] }
    for uid in family {
      for key in counts[uid].activeKeys {
        guard let node = core[key]?.pod?.spec.nodeName else { continue }
        neighbours.update(node, default: 0) { $0 += 1 }
      }
    }
    var candidates: [DeletionOrder.Candidate] = []
    for key in keys {
      var candidate = core[key]?.pod.map { DeletionOrder.Candidate($0) } ?? DeletionOrder.Candidate()
      candidate.rank = neighbours[candidate.node] ?? 0
      candidates.append(candidate)
    }
    return DeletionOrder(version, now: now).first(count, of: candidates).map { keys[$0] }
  }

  private func log(_ line: String, file: String, _ out: inout KubeOutbox) {
    var record = Kube.Record(actor: "kube-controller-manager", verb: "sync", resource: "log")
    record.subresource = file
    record.note = line
    out.record(record)
  }
}
