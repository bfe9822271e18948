public import Clockwork

/// The HPA controller looks at every autoscaler each 15 seconds: it asks how many replicas there are and how busy they are, and
/// writes another number into the target's scale where the two do not fit; it makes no Pod itself.
public struct HorizontalPodAutoscalerController: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name = "horizontal-pod-autoscaler"
  public let role = Kube.Role.controller
  let version: Version
  var core: ControllerCore
  /// When each autoscaler is looked at next.
  var due: Table<ObjectKey, Time> = [:]
  /// Looks under way.
  var rounds: Table<ObjectKey, AutoscalerRound> = [:]
  /// What was wanted and done before; it dies with the process.
  var memory: Table<ObjectKey, ScalingHistory> = [:]
  /// The figures of the last look, for whoever wants to see them.
  private var figures: Table<ObjectKey, Value> = [:]

  /// Between two looks (`--horizontal-pod-autoscaler-sync-period`).
  public static let period: Time = 15_000

  public init(version: Version, apiserver: Address) {
    self.version = version
    core = ControllerCore(
      "horizontal-pod-autoscaler",
      apiserver: apiserver,
      informers: [Informer(.horizontalPodAutoscaler), Informer(.pod)]
    )
  }

  public var client: Client {
    get { core.client }
    set { core.client = newValue }
  }

  /// Begins with what the cluster held before the story.
  public mutating func seed(_ objects: [Object], revision: Int64) {
    core.client.seed(objects, revision: revision)
    for object in core.informer(.horizontalPodAutoscaler).objects { wait(for: object.key, from: 0) }
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    if case .leading(false) = message { forgetAll() }
    for answer in core.receive(message, at: now) { settle(answer, at: now) }
    absorb()
  }

  public func offers(_ offers: inout KubeOffers) {
    core.offers(&offers)
    guard core.isLeading else { return }
    rounds.forEach { key, round in
      if round.isReady { offers.add(.compute, .object(key)) }
    }
    due.forEach { key, time in
      offers.add(.sync, .object(key), when: isFree(for: key), due: time, background: true, else: .busy)
    }
  }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    if action.verb == .compute, let key = action.subject.key {
      compute(key, &out)
      return
    }
    switch core.perform(action, &out) {
    case .observed(let event, _):
      // Every change asks for a look, but never sooner than the period: what counts is the clock.
      if event.object.kind == .horizontalPodAutoscaler { wait(for: event.object.key, from: out.now) }
      absorb()
    case .sync(let key): begin(key, &out)
    case .done, .other: break
    }
  }

  public mutating func restart(at now: Time) {
    core.restart()
    forgetAll()
  }

  public var state: Value {
    var looks: [Value.Entry] = []
    figures.forEach { looks.append(Value.Entry($0.text, $1)) }
    var later: [Value.Entry] = []
    due.forEach { later.append(Value.Entry($0.text, .integer($1))) }
    var wishes: [Value.Entry] = []
    memory.forEach { wishes.append(Value.Entry($0.text, $1.state)) }
    return .map(
      ("core", core.state),
      ("due", .map(later)),
      ("figures", .map(looks)),
      ("recommendations", .map(wishes))
    )
  }

  // MARK: Helpers

  /// Pods are only looked up when their metrics are weighed: nothing is decided on news of them.
  private mutating func absorb() {
    core.absorb { event, _, _ in event.object.kind == .pod }
  }

  /// An older manager had one worker for all autoscalers.
  private func isFree(for key: ObjectKey) -> Bool {
    version == .then ? rounds.isEmpty : rounds[key] == nil
  }

  private mutating func forgetAll() {
    due = [:]
    rounds = [:]
    memory = [:]
    figures = [:]
  }

  /// A look one period later; an earlier one stays.
  func later(_ now: Time) -> Time { now + HorizontalPodAutoscalerController.period }

  mutating func wait(for key: ObjectKey, from now: Time) {
    if let known = due[key], known <= later(now) { return }
    due[key] = later(now)
  }

  /// Decides, and plans what follows.
  private mutating func compute(_ key: ObjectKey, _ out: inout KubeOutbox) {
    guard var round = rounds[key] else { return }
    round.isReady = false
    var history = memory[key] ?? ScalingHistory()
    round.decide(pods(of: round), &history, at: out.now)
    memory[key] = history
    figures[key] = round.figures
    for fact in round.facts { out.note(fact) }
    round.facts = []
    if round.rescales {
      var request = Request(id: 0, user: "", verb: .update, key: round.target)
      request.subresource = "scale"
      request.body = .scale(round.desired)
      rounds[key] = round
      core.plan([ControllerCore.Write(.scale, .object(round.target), request)], for: key, at: out.now)
    } else {
      report(round, key, at: out.now)
    }
  }

  /// The Pods behind the target, as the controller's own cache has them.
  func pods(of round: AutoscalerRound) -> [Pod] {
    guard let selector = round.scale?.selector else { return [] }
    var pods: [Pod] = []
    for object in core.informer(.pod).objects
    where object.namespace == round.target.namespace && selector.matches(object.metadata.labels) {
      if let pod = object.pod { pods.append(pod) }
    }
    return pods
  }
}

extension Verb {
  static let compute: Verb = "compute"
  fileprivate static let sync: Verb = "sync"
  fileprivate static let scale: Verb = "scale"
}

extension Obstacle {
  fileprivate static var busy: Obstacle { Obstacle("obstacle.hpa.busy") }
}
