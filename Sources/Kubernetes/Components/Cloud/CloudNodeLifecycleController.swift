public import Clockwork

/// The cloud node lifecycle controller asks the cloud about nodes that are not ready, and deletes the Node of a machine that
/// does not exist any more; it resizes nothing.
public struct CloudNodeLifecycleController: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name = "cloud-node-lifecycle-controller"
  public let role = Kube.Role.controller
  private let text: Text
  private var core: ControllerCore
  private let cloud: Address
  private let looks: Grid
  /// When each node that is not ready is asked about next.
  private var due: Table<String, Time> = [:]
  private var asked: Table<Int64, String> = [:]
  /// Nodes whose machine is gone, as the cloud says.
  private var gone: [String] = []
  private var lastID: Int64 = 0

  /// Between two looks (`--node-monitor-period`).
  static let period: Time = 5000

  public init(version: Version, apiserver: Address, cloud: Address, random: Random) {
    text = Text(version)
    self.cloud = cloud
    var draws = random
    looks = Grid(period: CloudNodeLifecycleController.period, &draws)
    let process = version == .then ? "kube-controller-manager" : "cloud-controller-manager"
    core = ControllerCore(
      "cloud-node-lifecycle-controller",
      apiserver: apiserver,
      informers: [Informer(.node)],
      process: process
    )
  }

  public var client: Client {
    get { core.client }
    set { core.client = newValue }
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    switch message {
    case .cloudReply(let reply):
      guard let node = asked.removeValue(for: reply.id) else { return }
      if reply.outcome == .exists(false) { gone.append(node) }
      return
    case .refused(let id, _) where asked[id] != nil:
      asked[id] = nil
      return
    case .leading: due = [:]
    default: break
    }
    for answer in core.receive(message, at: now) {
      if answer.isSuccess || answer.response.code == 404 {
        core.proceed(answer.item, at: now)
      } else {
        core.fail(answer.item, at: now)
      }
    }
    follow(now)
  }

  public func offers(_ offers: inout KubeOffers) {
    core.offers(&offers)
    guard core.isLeading else { return }
    if let node = gone.first { offers.add(.remove, .object(ObjectKey(.node, "", node))) }
    due.forEach { node, time in
      let isFree = !asked.values.contains(node) && !core.isBusy(with: ObjectKey(.node, "", node))
      offers.add(
        .monitor,
        .object(ObjectKey(.node, "", node)),
        when: isFree,
        due: time,
        background: true,
        else: Obstacle("obstacle.controller.waits-for-answer")
      )
    }
  }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    guard let key = action.subject.key, action.verb == .monitor || action.verb == .remove else {
      _ = core.perform(action, &out)
      return
    }
    if action.verb == .monitor {
      due[key.name] = looks.after(out.now)
      lastID -= 1
      asked[lastID] = key.name
      out.send(.cloud(CloudCall(id: lastID, .exists(machine: key.name))), to: cloud)
      return
    }
    gone.removeAll { $0 == key.name }
    guard let object = core[key] else { return }
    let about = ObjectReference(to: object)
    core.recorder.record(
      EventRecorder.Note("Normal", "DeletingNode", text.deletingNode(key.name), about: about),
      at: out.now
    )
    var request = Request(id: 0, user: "", verb: .delete, key: key)
    request.body = .delete(Deletion())
    var write = ControllerCore.Write("delete", .object(key), request)
    write.facts = [Fact("fact.cloud.no-machine", ("node", .string(key.name)))]
    core.plan([write], for: key, at: out.now)
  }

  public mutating func restart(at now: Time) {
    core.restart(leading: text.version == .now)
    due = [:]
    asked = [:]
    gone = []
  }

  public var state: Value { .map(("asked", .integer(Int64(asked.count))), ("core", core.state)) }

  // MARK: Helpers

  private mutating func follow(_ now: Time) {
    for index in core.client.informers.indices {
      while let (event, _) = core.client.informers[index].handle() {
        let isReady = event.object.node?.status[condition: "Ready"]?.status == "True"
        if event.type == .deleted || isReady {
          due[event.object.name] = nil
        } else if due[event.object.name] == nil {
          due[event.object.name] = looks.after(now)
        }
      }
    }
  }
}

extension Verb {
  fileprivate static let monitor: Verb = "monitor"
  fileprivate static let remove: Verb = "remove"
}
