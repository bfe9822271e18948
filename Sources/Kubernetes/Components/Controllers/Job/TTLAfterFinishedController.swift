public import Clockwork

/// The TTL-after-finished controller deletes Jobs some time after they are over, if they ask for it.
public struct TTLAfterFinishedController: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name = "ttl-after-finished-controller"
  public let role = Kube.Role.controller
  private var core: ControllerCore

  public init(apiserver: Address) {
    core = ControllerCore("ttl-after-finished-controller", apiserver: apiserver, informers: [Informer(.job)])
  }

  public var client: Client {
    get { core.client }
    set { core.client = newValue }
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    for answer in core.receive(message, at: now) {
      let isGone = answer.response.code == 404
      if answer.isSuccess || isGone { core.proceed(answer.item, at: now) } else { core.fail(answer.item, at: now) }
    }
    // Only the end of a Job that asks for it is news.
    for index in core.client.informers.indices {
      while let (event, _) = core.client.informers[index].handle() {
        guard event.type != .deleted, let time = TTLAfterFinishedController.end(of: event.object) else { continue }
        core.queue.add(event.object.key, at: time)
      }
    }
  }

  public func offers(_ offers: inout KubeOffers) { core.offers(&offers) }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    guard case .sync(let key) = core.perform(action, &out) else { return }
    guard let job = core[key], let end = TTLAfterFinishedController.end(of: job), end <= out.now else {
      return core.conclude(key)
    }
    var request = Request(id: 0, user: "", verb: .delete, key: key)
    var deletion = Deletion(propagation: .foreground)
    deletion.uid = job.uid
    request.body = .delete(deletion)
    core.plan([ControllerCore.Write("delete", .object(key), request)], for: key, at: out.now)
  }

  public mutating func restart(at now: Time) { core.restart() }

  public var state: Value { core.state }

  // MARK: Helpers

  /// When a Job is to be deleted, if it is over and asks for it.
  private static func end(of object: Object) -> Time? {
    guard let job = object.as(BatchJob.self), let seconds = job.spec.ttlSecondsAfterFinished,
      let since = job.ending?.lastTransitionTime, object.metadata.deletionTimestamp == nil
    else { return nil }
    return since.milliseconds + seconds * 1000
  }
}
