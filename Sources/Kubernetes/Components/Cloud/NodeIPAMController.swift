public import Clockwork

/// The nodeipam controller gives every node a range of Pod addresses of its own; the node's plugin takes addresses out of it.
public struct NodeIPAMController: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name = "node-ipam-controller"
  public let role = Kube.Role.controller
  private var core: ControllerCore
  private var ranges: RangeSet
  /// What was chosen for a node, so that another try does not take another range.
  private var given: Table<ObjectKey, CIDR> = [:]
  private let text: Text

  /// The size of a node's range is a flag of the process: `--node-cidr-mask-size`.
  public init(version: Version, apiserver: Address, cluster: CIDR, prefix: UInt32 = 24) {
    core = ControllerCore("node-ipam-controller", apiserver: apiserver, informers: [Informer(.node)])
    ranges = RangeSet(cluster, prefix: prefix)
    text = Text(version)
  }

  public var client: Client {
    get { core.client }
    set { core.client = newValue }
  }

  public mutating func seed(_ objects: [Object], revision: Int64) {
    client.seed(objects, revision: revision)
    for object in core.informer(.node).objects { learn(object) }
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    for answer in core.receive(message, at: now) {
      if answer.isSuccess { core.proceed(answer.item, at: now) } else { core.fail(answer.item, at: now) }
    }
    // A heartbeat is no news: nothing is decided on it, so it is no step.
    for index in core.client.informers.indices {
      while let (event, before) = core.client.informers[index].handle() {
        if event.type == .deleted { forget(before ?? event.object) } else { learn(event.object) }
      }
    }
  }

  public func offers(_ offers: inout KubeOffers) { core.offers(&offers) }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    guard case .sync(let key) = core.perform(action, &out) else { return }
    guard let object = core[key], let node = object.node, node.spec.podCIDR.isEmpty else { return core.conclude(key) }
    guard let range = given[key] ?? ranges.allocate() else {
      core.recorder.record(
        EventRecorder.Note(
          "Normal",
          "CIDRNotAvailable",
          text.nodeStatus(key.name, "CIDRNotAvailable"),
          about: about(object)
        ),
        at: out.now
      )
      return core.fail(key, at: out.now)
    }
    given[key] = range
    var request = Request(id: 0, user: "", verb: .patch, key: key)
    let name = Value.string(range.text)
    request.body = .patch(.strategic, .map(("spec", .map(("podCIDR", name), ("podCIDRs", .list([name]))))))
    var write = ControllerCore.Write("update", .object(key), request)
    write.facts = [Fact("fact.nodeipam.gave", ("range", .string(range.text)))]
    core.plan([write], for: key, at: out.now)
  }

  public mutating func restart(at now: Time) {
    core.restart()
    given = [:]
    ranges = RangeSet(ranges.whole, prefix: ranges.prefix)
  }

  public var state: Value {
    var held: [Value.Entry] = []
    given.forEach { key, range in held.append(Value.Entry(key.name, .string(range.text))) }
    return .map(("given", .map(held)), ("core", core.state))
  }

  // MARK: Helpers

  private mutating func learn(_ object: Object) {
    guard let node = object.node else { return }
    if let range = CIDR(node.spec.podCIDR) {
      given[object.key] = range
      ranges.occupy(range)
    } else if node.metadata.deletionTimestamp == nil {
      core.queue.add(object.key)
    }
  }

  /// The range of a node that is gone may go to another.
  private mutating func forget(_ object: Object) {
    if let range = given.removeValue(for: object.key) { ranges.release(range) }
  }

  private func about(_ object: Object) -> ObjectReference {
    var about = ObjectReference(to: object)
    about.resourceVersion = 0
    return about
  }
}
