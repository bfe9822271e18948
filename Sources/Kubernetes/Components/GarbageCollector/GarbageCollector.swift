public import Clockwork

/// The garbage collector deletes what belonged to an object that is gone; it asks kube-apiserver again before it deletes anything.
public struct GarbageCollector: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name = "generic-garbage-collector"
  public let role = Kube.Role.controller
  var core: ControllerCore
  var graph = OwnerGraph()
  /// Owners that kube-apiserver has said to be gone: they need not be asked for again.
  var absent: Table<String, Bool> = [:]
  var checks: Table<ObjectKey, Check> = [:]
  /// False while lists are still on their way: an owner that is not known may only not have been listed.
  private var isComplete = true

  /// An object whose owners are being asked for.
  struct Check: Sendable {
    var latest: Object
    var solid: [OwnerReference] = []
    var dangling: [OwnerReference] = []
    var waiting: [OwnerReference] = []
  }

  /// Events, leases and what is never stored belong to nobody.
  static let kinds: [Kind] = Kind.all.filter { kind in
    ![.event, .binding, .lease, .podMetrics, .nodeMetrics, .selfSubjectAccessReview].contains(kind)
  }

  public init(apiserver: Address) {
    core = ControllerCore(
      "generic-garbage-collector",
      apiserver: apiserver,
      informers: GarbageCollector.kinds.map { Informer($0) },
      workers: 20
    )
  }

  public var client: Client {
    get { core.client }
    set { core.client = newValue }
  }

  public mutating func seed(_ objects: [Object], revision: Int64) {
    core.client.seed(objects, revision: revision)
    for object in objects where GarbageCollector.kinds.contains(object.kind) {
      _ = graph.store(object, isComplete: false)
    }
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    for answer in core.receive(message, at: now) { judge(answer, at: now) }
    follow()
  }

  public func offers(_ offers: inout KubeOffers) { core.offers(&offers) }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    switch core.perform(action, &out) {
    case .sync(let key): sync(key, &out)
    case .observed, .done, .other: break
    }
  }

  public mutating func restart(at now: Time) {
    core.restart()
    graph = OwnerGraph()
    absent = [:]
    checks = [:]
    isComplete = false
  }

  public var state: Value { .map(("owners", graph.state), ("loop", core.state)) }

  // MARK: Helpers

  /// The graph follows the watches at once: only what it leads to is a step.
  private mutating func follow() {
    var touched: [ObjectKey] = []
    for index in core.client.informers.indices {
      while let (event, before) = core.client.informers[index].handle() {
        if let before, event.type == .modified, isSame(before, event.object) { continue }
        if event.type == .deleted {
          absent[event.object.uid] = true
          touched += graph.remove(event.object.uid)
        } else {
          touched += graph.store(event.object, isComplete: isComplete)
        }
      }
    }
    if !isComplete, !core.client.informers.contains(where: { $0.phase != .watching }) {
      isComplete = true
      touched += graph.orphans + graph.unfinished
    }
    for key in touched { core.queue.add(key) }
  }

  /// Most changes are of a status: they change nothing in who belongs to whom.
  private func isSame(_ old: Object, _ new: Object) -> Bool {
    old.uid == new.uid && old.metadata.ownerReferences == new.metadata.ownerReferences
      && old.metadata.deletionTimestamp == new.metadata.deletionTimestamp
      && old.metadata.finalizers == new.metadata.finalizers
  }

  private mutating func sync(_ key: ObjectKey, _ out: inout KubeOutbox) {
    guard let node = graph[key], let uid = graph.uid(key) else { return core.conclude(key) }
    if node.isOrphaning {
      let dependents = graph.keys(dependentOn: uid)
      out.note(Fact("fact.gc.orphans", ("owner", .string(key.text)), ("count", .integer(Int64(dependents.count)))))
      var writes = dependents.map { release($0, from: uid) }
      writes.append(look(key, tag: "finish", batch: 1))
      return core.plan(writes, for: key, at: out.now)
    }
    // Something else ends it already.
    if node.isMarked, !node.isForeground { return core.conclude(key) }
    core.plan([look(key, tag: "self")], for: key, at: out.now)
  }
}
