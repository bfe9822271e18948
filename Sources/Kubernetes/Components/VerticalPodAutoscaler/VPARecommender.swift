public import Clockwork

/// vpa-recommender asks once a minute what Pods use, counts it in histograms, and writes what they should ask for into the
/// status of each VerticalPodAutoscaler; it changes no Pod.
///
/// It is a Deployment of its own, not a loop of kube-controller-manager.
public struct VPARecommender: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name = "vpa-recommender"
  public let role = Kube.Role.controller
  let version: Version
  var core: ControllerCore
  private var book: UsageBook
  private var next: Time
  private var request: Int64?
  /// What was told in this round, and is not counted yet.
  private var measured: [Object]?
  /// Autoscalers that have not had their turn in this round.
  private var waiting: [ObjectKey] = []

  /// Between two rounds (`--recommender-interval`).
  public static let period: Time = 60_000

  public init(version: Version, apiserver: Address, random: Random) {
    self.version = version
    core = ControllerCore(
      "vpa-recommender",
      apiserver: apiserver,
      informers: [
        Informer(.verticalPodAutoscaler), Informer(.verticalPodAutoscalerCheckpoint), Informer(.pod),
      ] + VerticalTargets.informers,
      process: "vpa-recommender"
    )
    book = UsageBook(version)
    var random = random
    next = Time(random.next(below: 60)) * 1000 + 500
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
      begin(response.isSuccess ? response.objects : [])
      return
    case .refused(let id, _) where id == request:
      request = nil
      begin([])
      return
    case .closed(let by) where by == client.apiserver: request = nil
    default: break
    }
    // A write that failed is made again in the next round, from newer numbers.
    for answer in core.receive(message, at: now) { core.proceed(answer.item, at: now) }
    follow()
  }

  public func offers(_ offers: inout KubeOffers) {
    core.offers(&offers)
    if measured != nil { offers.add(.count, .named("pods.metrics.k8s.io")) }
    if let key = waiting.first {
      offers.add(.recommend, .object(key), when: measured == nil, else: .notCounted)
    }
    let isFree = request == nil && measured == nil && waiting.isEmpty
    offers.add(.fetch, .named("pods.metrics.k8s.io"), when: isFree, due: next, background: true, else: .roundUnderWay)
  }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    switch action.verb {
    case .fetch:
      next = max(next + VPARecommender.period, out.now + 1)
      var asked = core.client.request(.list, ObjectKey(.podMetrics, "", ""))
      asked.labels = nil
      request = asked.id
      out.send(.request(asked), to: client.apiserver)
    case .count:
      let pods = core.informer(.pod)
      let count = book.count(measured ?? [], pods: pods, at: out.now)
      out.note(Fact("fact.vpa.counted", ("count", .integer(count))))
      measured = nil
    case .recommend:
      if let key = action.subject.key, waiting.first == key {
        waiting.removeFirst()
        recommend(key, &out)
      }
    default: _ = core.perform(action, &out)
    }
  }

  /// The histograms were in its memory; the checkpoints bring them back.
  public mutating func restart(at now: Time) {
    core.restart(leading: true)
    book = UsageBook(version)
    request = nil
    measured = nil
    waiting = []
    next = now + 1000
    isNew = true
  }

  public var state: Value {
    .map(("next", .integer(next)), ("usage", book.state), ("core", core.state))
  }

  // MARK: Helpers

  /// A new process reads the checkpoints before its first round.
  private var isNew = false

  /// The round goes on: what nobody could tell leaves the numbers as they are.
  private mutating func begin(_ objects: [Object]) {
    if isNew {
      isNew = false
      for object in core.informer(.verticalPodAutoscalerCheckpoint).objects { book.load(object) }
    }
    measured = objects
    waiting = core.informer(.verticalPodAutoscaler).objects.map { $0.key }
  }

  /// Follows Pods: those that are gone are forgotten, and ends for want of memory are counted.
  private mutating func follow() {
    for index in core.client.informers.indices {
      while let (event, before) = core.client.informers[index].handle() {
        guard event.object.kind == .pod else { continue }
        if event.type == .deleted {
          book.forget(event.object.key)
        } else if let pod = event.object.pod, let old = before?.pod {
          book.see(pod, before: old)
        }
      }
    }
  }

  private mutating func recommend(_ key: ObjectKey, _ out: inout KubeOutbox) {
    guard let object = core[key], var autoscaler = object.as(VerticalPodAutoscaler.self) else { return }
    let targets = VerticalTargets(client: client)
    let before = autoscaler.status
    guard let selector = targets.selector(of: autoscaler) else {
      autoscaler.status.set(
        "ConfigUnsupported",
        true,
        message: Text(version).vpaCannotReadTarget(autoscaler.spec.targetRef),
        at: out.now
      )
      report(autoscaler, before, [], &out)
      return
    }
    autoscaler.status.conditions.removeAll { $0.type == "ConfigUnsupported" }
    let hasPods = core.informer(.pod).objects.contains {
      $0.namespace == key.namespace && selector.matches($0.metadata.labels)
    }
    let usages = book.usages(of: autoscaler, selector)
    var recommendation = RecommendedPodResources()
    for (name, usage) in usages where autoscaler.policy(of: name)?.mode != "Off" && usage.count > 0 {
      let estimate = VerticalEstimate(usage, containers: usages.count)
      let one = estimate.recommendation(for: name, autoscaler.policy(of: name), version)
      recommendation.containerRecommendations.append(one)
      out.note(fact(name, one, estimate, usage))
    }
    autoscaler.status.recommendation = recommendation.isVacant ? nil : recommendation
    autoscaler.status.tell(hasPods: hasPods, at: out.now)
    let writes = usages.filter { $0.1.count > 0 }.map { save($0.0, $0.1, autoscaler, out.now) }
    report(autoscaler, before, writes, &out)
  }

  private func fact(
    _ name: String,
    _ recommendation: ContainerRecommendation,
    _ estimate: VerticalEstimate,
    _ usage: UsageAggregate
  ) -> Fact {
    func cpu(_ list: ResourceList) -> Value { .string(list["cpu"] ?? "") }
    return Fact(
      "fact.vpa.recommended",
      ("container", .string(name)),
      ("target", cpu(recommendation.target)),
      ("lower", cpu(recommendation.lowerBound)),
      ("upper", cpu(recommendation.upperBound)),
      ("memory", .string(recommendation.target["memory"] ?? "")),
      ("samples", .integer(usage.count))
    )
  }

  /// The status is written where it has changed; the checkpoints every time.
  private mutating func report(
    _ autoscaler: VerticalPodAutoscaler,
    _ before: VerticalPodAutoscalerStatus,
    _ checkpoints: [ControllerCore.Write],
    _ out: inout KubeOutbox
  ) {
    let key = ObjectKey(.verticalPodAutoscaler, autoscaler.metadata.namespace, autoscaler.metadata.name)
    var writes: [ControllerCore.Write] = []
    if autoscaler.status != before {
      var request = Request(id: 0, user: "", verb: .patch, key: key)
      request.subresource = "status"
      let change = Value.map(("op", "add"), ("path", "/status"), ("value", autoscaler.status.tree))
      request.body = .patch(.json, .list([change]))
      writes.append(ControllerCore.Write(.report, .object(key), request))
    }
    for (index, write) in checkpoints.enumerated() {
      var write = write
      write.batch = Int64(index + 1)
      writes.append(write)
    }
    core.plan(writes, for: key, at: out.now)
  }

  private func save(
    _ container: String,
    _ usage: UsageAggregate,
    _ autoscaler: VerticalPodAutoscaler,
    _ now: Time
  ) -> ControllerCore.Write {
    let name = "\(autoscaler.metadata.name)-\(container)"
    let key = ObjectKey(.verticalPodAutoscalerCheckpoint, autoscaler.metadata.namespace, name)
    var checkpoint = VerticalPodAutoscalerCheckpoint()
    checkpoint.metadata = ObjectMeta(name: name, namespace: key.namespace)
    checkpoint.spec.containerName = container
    checkpoint.spec.vpaObjectName = autoscaler.metadata.name
    checkpoint.status = usage.checkpoint(at: now)
    var request = Request(id: 0, user: "", verb: core[key] == nil ? .create : .patch, key: key)
    request.body =
      core[key] == nil
      ? .object(Object(checkpoint))
      : .patch(.json, .list([.map(("op", "add"), ("path", "/status"), ("value", checkpoint.status.tree))]))
    return ControllerCore.Write(.save, .object(key), request)
  }
}

extension VerticalPodAutoscalerStatus {
  /// Says how a condition stands; its time moves only when its status does.
  fileprivate mutating func set(_ type: String, _ status: Bool, reason: String = "", message: String = "", at now: Time)
  {
    var condition = self[condition: type] ?? AutoscalerCondition()
    let word = status ? "True" : "False"
    if condition.status != word { condition.lastTransitionTime = Timestamp(now) }
    condition.type = type
    condition.status = word
    condition.reason = reason
    condition.message = message
    conditions.removeAll { $0.type == type }
    let place = conditions.firstIndex { $0.type > type } ?? conditions.count
    conditions.insert(condition, at: place)
  }

  fileprivate mutating func tell(hasPods: Bool, at now: Time) {
    let (reason, message) = hasPods ? ("", "") : ("NoPodsMatched", "No pods match this VPA object")
    if hasPods {
      conditions.removeAll { $0.type == "NoPodsMatched" }
    } else {
      set("NoPodsMatched", true, reason: reason, message: message, at: now)
    }
    if recommendation == nil {
      set("RecommendationProvided", false, reason: reason, message: message, at: now)
    } else {
      set("RecommendationProvided", true, at: now)
    }
  }
}

extension Verb {
  fileprivate static let fetch: Verb = "fetch"
  fileprivate static let count: Verb = "count"
  fileprivate static let recommend: Verb = "recommend"
  fileprivate static let save: Verb = "save"
}

extension Obstacle {
  fileprivate static var notCounted: Obstacle { Obstacle("obstacle.vpa.not-counted") }
  fileprivate static var roundUnderWay: Obstacle { Obstacle("obstacle.vpa.round-under-way") }
}
