public import Clockwork

/// kube-scheduler gives every new Pod a node: it filters, scores, and writes the decision down; it starts nothing.
public struct KubeScheduler: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name: String
  public let role = Kube.Role.scheduler
  /// How often Pods are looked for that have been unschedulable for too long.
  static let flushPeriod: Time = 30_000

  let version: Version
  let durations: Durations
  /// By the names that Pods give; Pods that name another scheduler are none of its business.
  let profiles: [SchedulerProfile]
  /// The address of kube-apiserver, as error texts have it.
  let server: String
  public var client: Client
  var queue: SchedulingQueue
  var cache = NodeCache()
  var events: SchedulerEvents
  /// What has been decided and is still to be said to kube-apiserver.
  var errands: [Errand] = []
  /// Pods that are being deleted to make room, by the Pod that they make room for.
  var evictions: Table<ObjectKey, Eviction> = [:]
  /// Requests under way, by number.
  var asked: Table<Int64, Errand> = [:]
  /// Saves work in large clusters; it decides nothing.
  var memo = CycleMemo()
  /// Breaks ties among equal scores.
  var random: Random
  /// Where the next cycle begins to look, so that a large cluster is used evenly.
  var start: Int = 0
  private var startedAt: Time = 0

  /// The random numbers are a stream of the world's seed that nothing else draws from.
  ///
  /// A scheduler beside kube-scheduler has a name of its own, which is also what its Pods ask for.
  public init(
    _ name: String = "kube-scheduler",
    version: Version,
    durations: Durations,
    apiserver: Address,
    server: String,
    random: Random,
    profiles: [SchedulerProfile] = []
  ) {
    self.version = version
    self.durations = durations
    self.server = server
    self.random = random
    var first = SchedulerProfile(version)
    if name != "kube-scheduler" { first.name = name }
    self.name = name
    self.profiles = [first] + profiles
    let kinds = [Kind.node, .pod] + KubeScheduler.reference
    client = Client(apiserver: apiserver, user: name, informers: kinds.map { Informer($0) })
    queue = SchedulingQueue(version, durations)
    events = SchedulerEvents(version)
  }

  /// Begins with what the cluster held before the story: as if it had listed and watched long ago.
  public mutating func seed(_ objects: [Object], revision: Int64) {
    for index in client.informers.indices {
      let kind = client.informers[index].kind
      client.informers[index].seed(objects.filter { $0.kind == kind }, revision: revision)
    }
    for object in objects {
      if object.kind == .node || object.kind == .pod {
        observe(WatchEvent(type: .added, object: object, revision: revision), nil, at: 0)
      } else {
        note(object, isGone: false)
      }
    }
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    if client.receive(message, at: now) {
      lookUpNews()
      return
    }
    switch message {
    case .response(let response): answered(response, at: now)
    case .refused(let id, _): lost(id, at: now)
    case .closed(let by) where by == client.apiserver:
      for id in asked.keys { lost(id, at: now) }
    default: break
    }
  }

  public func offers(_ offers: inout KubeOffers) {
    for errand in errands {
      offers.add(errand.verb, .object(errand.pod.key), due: errand.due)
      if offers.isFull { return }
    }
    client.offers(&offers)
    for informer in client.informers {
      if let event = informer.next { offers.add(.observe, .object(event.object.key)) }
    }
    if offers.isFull { return }
    offerPods(&offers)
    if offers.want == .all { offerObstacles(&offers) }
  }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    if client.perform(action, &out) { return }
    queue.flush(at: out.now, unschedulableBefore: flushLimit(at: out.now))
    guard let key = action.subject.key else { return }
    switch action.verb {
    case .observe:
      for index in client.informers.indices where client.informers[index].next?.object.key == key {
        if let (event, before) = client.informers[index].handle() { observe(event, before, at: out.now) }
        return
      }
    case .schedule: schedule(key, &out)
    default: run(action.verb, key, &out)
    }
  }

  public mutating func restart(at now: Time) {
    client.restart()
    queue = SchedulingQueue(version, durations)
    cache = NodeCache()
    memo = CycleMemo()
    events = SchedulerEvents(version)
    errands = []
    evictions = [:]
    asked = [:]
    start = 0
    startedAt = now
  }

  public var state: Value {
    let waiting = errands.map { Value.string("\($0.verb.text) \($0.pod.key.text)") }
    return .map(
      ("queue", queue.state),
      ("cache", cache.state),
      ("toSay", .list(waiting)),
      ("informers", client.state)
    )
  }

  func profile(of pod: Pod) -> SchedulerProfile {
    for profile in profiles where profile.name == pod.spec.schedulerName { return profile }
    return profiles[0]
  }

  // MARK: Offers

  /// One Pod at a time: the head of the queue, or the first whose waiting ends by itself.
  private func offerPods(_ offers: inout KubeOffers) {
    if let head = queue.head {
      offers.add(.schedule, .object(head), when: !isEvicting, else: .evicting)
      guard offers.want == .all else { return }
      for key in queue.activeKeys.dropFirst().prefix(8) {
        offers.add(.schedule, .object(key), when: false, else: .behind(head))
      }
    } else if let next = queue.nextBackoff, !isEvicting {
      offers.add(.schedule, .object(next.key), due: next.until)
    }
    guard let oldest = queue.oldestUnschedulable else { return }
    let due = flushTime(of: oldest.since)
    if offers.want == .all, due > offers.now {
      for key in queue.unschedulableKeys.prefix(8) {
        offers.add(.schedule, .object(key), when: false, else: .unschedulable(queue[key]?.reason ?? ""))
      }
    } else if queue.head == nil, !isEvicting {
      // Trying again for ever must not keep a cluster from being quiet.
      offers.add(.schedule, .object(oldest.key), due: due, background: true)
    }
  }

  private func offerObstacles(_ offers: inout KubeOffers) {
    asked.forEach { _, errand in
      offers.add(errand.verb, .object(errand.pod.key), when: false, else: .waitsForAnswer)
    }
    if queue.entries.isEmpty, errands.isEmpty, asked.isEmpty {
      offers.add(.schedule, .named("pods"), when: false, else: .noPod)
    }
  }

  /// The first look after a Pod has been unschedulable for longer than the limit.
  private func flushTime(of since: Time) -> Time {
    let ready = since + durations.unschedulableFlush - startedAt
    return startedAt + (ready / KubeScheduler.flushPeriod + 1) * KubeScheduler.flushPeriod
  }

  /// Pods that failed before this time are tried again at the last look.
  private func flushLimit(at now: Time) -> Time {
    let look = startedAt + (now - startedAt) / KubeScheduler.flushPeriod * KubeScheduler.flushPeriod
    return look - durations.unschedulableFlush
  }
}

extension Verb {
  static let schedule: Verb = "schedule"
  static let bind: Verb = "bind"
  static let report: Verb = "report"
  static let record: Verb = "record"
  static let observe: Verb = "observe"
  static let preempt: Verb = "preempt"
}

extension Obstacle {
  fileprivate static var noPod: Obstacle { Obstacle("obstacle.scheduler.no-pod") }
  fileprivate static var evicting: Obstacle { Obstacle("obstacle.scheduler.evicting") }
  fileprivate static var waitsForAnswer: Obstacle { Obstacle("obstacle.scheduler.waits-for-answer") }
  fileprivate static func behind(_ key: ObjectKey) -> Obstacle {
    Obstacle("obstacle.scheduler.behind", ("pod", .string(key.text)))
  }
  fileprivate static func unschedulable(_ reason: String) -> Obstacle {
    Obstacle("obstacle.scheduler.unschedulable", ("reason", .string(reason)))
  }
}
