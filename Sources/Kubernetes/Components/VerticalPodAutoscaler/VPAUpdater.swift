public import Clockwork

/// vpa-updater compares once a minute what Pods ask for with what is recommended, and has those that are off evicted, or
/// resized where they run; it makes no Pod and changes no template.
public struct VPAUpdater: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name = "vpa-updater"
  public let role = Kube.Role.controller
  let version: Version
  let text: Text
  var core: ControllerCore
  private var next: Time
  private var request: Int64?
  /// What is known in this round of whoever sees to it that new Pods get the new numbers.
  private var lease: Object?
  private var hasAsked = false
  /// Autoscalers whose Pods have not been looked at in this round.
  private var waiting: [ObjectKey] = []
  /// When a Pod was last told to change its size where it runs.
  var resizedAt: Table<ObjectKey, Time> = [:]

  /// Between two rounds (`--updater-interval`).
  public static let period: Time = 60_000
  /// Fewer live Pods than this are left alone (`--min-replicas`).
  public static let leastReplicas: Int64 = 2
  /// How old the lease of the admission controller may be.
  static let leaseLimit: Time = 60_000

  public init(version: Version, apiserver: Address, random: Random) {
    self.version = version
    text = Text(version)
    core = ControllerCore(
      "vpa-updater",
      apiserver: apiserver,
      informers: [Informer(.verticalPodAutoscaler), Informer(.pod)] + VerticalTargets.informers,
      process: "vpa-updater"
    )
    var random = random
    next = Time(random.next(below: 60)) * 1000 + 750
  }

  public var client: Client {
    get { core.client }
    set { core.client = newValue }
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    switch message {
    case .response(let response) where response.id == request:
      request = nil
      lease = response.object
      hasAsked = true
      return
    case .refused(let id, _) where id == request: request = nil
    case .closed(let by) where by == client.apiserver: request = nil
    default: break
    }
    for answer in core.receive(message, at: now) { settle(answer, at: now) }
    core.absorbAll()
  }

  public func offers(_ offers: inout KubeOffers) {
    core.offers(&offers)
    if hasAsked { offers.add(.judge, .object(VPAAdmissionController.leaseKey)) }
    if let key = waiting.first { offers.add(.weigh, .object(key)) }
    let isFree = request == nil && !hasAsked && waiting.isEmpty
    offers.add(
      .inquire,
      .object(VPAAdmissionController.leaseKey),
      when: isFree,
      due: next,
      background: true,
      else: Obstacle("obstacle.vpa.round-under-way")
    )
  }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    switch action.verb {
    case .inquire:
      next = max(next + VPAUpdater.period, out.now + 1)
      let asked = core.client.request(.get, VPAAdmissionController.leaseKey)
      request = asked.id
      out.send(.request(asked), to: client.apiserver)
    case .judge: judge(&out)
    case .weigh:
      if let key = action.subject.key, waiting.first == key {
        waiting.removeFirst()
        weigh(key, &out)
      }
    default: _ = core.perform(action, &out)
    }
  }

  public mutating func restart(at now: Time) {
    core.restart(leading: true)
    request = nil
    lease = nil
    hasAsked = false
    waiting = []
    resizedAt = [:]
    next = now + VPAUpdater.period
  }

  public var state: Value {
    .map(("next", .integer(next)), ("core", core.state))
  }

  // MARK: Helpers

  /// Without an admission controller that is alive an evicted Pod would come back as it was: nothing is done then.
  private mutating func judge(_ out: inout KubeOutbox) {
    hasAsked = false
    let created = lease?.metadata.creationTimestamp?.milliseconds
    let renewed = lease?.as(Lease.self)?.spec.renewTime?.milliseconds
    let isFresh = [created, renewed].contains { $0.map { $0 + VPAUpdater.leaseLimit > out.now } ?? false }
    guard isFresh else {
      out.note(Fact("fact.vpa.lease-old"))
      return
    }
    for object in core.informer(.verticalPodAutoscaler).objects {
      guard let autoscaler = object.as(VerticalPodAutoscaler.self), autoscaler.mode.isActive else { continue }
      waiting.append(object.key)
    }
  }

  private mutating func weigh(_ key: ObjectKey, _ out: inout KubeOutbox) {
    guard let autoscaler = core[key]?.as(VerticalPodAutoscaler.self) else { return }
    var round = UpdateRound(autoscaler, pods(of: autoscaler), VerticalTargets(client: client), at: out.now)
    round.decide(resizedAt: &resizedAt)
    for fact in round.facts { out.note(fact) }
    core.plan(round.deeds.map { write($0, autoscaler) }, for: key, at: out.now)
  }

  /// The live Pods that an autoscaler is about.
  private func pods(of autoscaler: VerticalPodAutoscaler) -> [Pod] {
    let targets = VerticalTargets(client: client)
    return core.informer(.pod).objects.compactMap { $0.pod }.filter {
      $0.metadata.deletionTimestamp == nil && targets.controls(autoscaler, $0)
    }
  }

  private func write(_ deed: UpdateRound.Deed, _ autoscaler: VerticalPodAutoscaler) -> ControllerCore.Write {
    switch deed {
    case .evict(let pod):
      var request = Request(id: 0, user: "", verb: .create, key: pod.key)
      request.subresource = "eviction"
      request.body = .delete(Deletion())
      return ControllerCore.Write(.evict, .object(pod.key), request)
    case .resize(let pod):
      var request = Request(id: 0, user: "", verb: .patch, key: pod.key)
      request.subresource = "resize"
      request.body = .patch(.strategic, ResourceChange(pod, autoscaler).resize)
      return ControllerCore.Write(.resize, .object(pod.key), request)
    }
  }

  /// The Events come when it is done; a budget that has no leave to give is asked again in the next round.
  private mutating func settle(_ answer: ControllerCore.Answer, at now: Time) {
    if answer.isSuccess, let pod = core[answer.write.request.key] {
      let isResize = answer.write.verb == .resize
      let (reason, message) = isResize ? ("InPlaceResizedByVPA", text.vpaResized) : ("EvictedByVPA", text.vpaEvicted)
      tell(pod, reason, message, now)
      if !isResize, version == .now, let autoscaler = core[answer.item] {
        tell(autoscaler, "EvictedPod", text.vpaEvicted(pod.name), now)
      }
    }
    core.proceed(answer.item, at: now)
  }

  private mutating func tell(_ object: Object, _ reason: String, _ message: String, _ now: Time) {
    core.recorder.record(EventRecorder.Note("Normal", reason, message, about: ObjectReference(to: object)), at: now)
  }
}

extension Verb {
  fileprivate static let inquire: Verb = "inquire"
  fileprivate static let judge: Verb = "judge"
  fileprivate static let weigh: Verb = "weigh"
  static let evict: Verb = "evict"
  fileprivate static let resize: Verb = "resize"
}
