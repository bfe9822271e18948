public import Clockwork

/// The Job controller makes Pods until enough of them have succeeded, or too many have failed.
public struct JobController: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name = "job-controller"
  public let role = Kube.Role.controller
  let version: Version
  var core: ControllerCore
  var family = PodFamily(.job)
  var expectations = Expectations()

  /// Newer releases gather what happens to Pods for a second.
  static let gathering: Time = 1000

  public init(version: Version, apiserver: Address) {
    self.version = version
    core = ControllerCore("job-controller", apiserver: apiserver, informers: [Informer(.job), Informer(.pod)])
  }

  public var client: Client {
    get { core.client }
    set { core.client = newValue }
  }

  public mutating func seed(_ objects: [Object], revision: Int64) {
    core.client.seed(objects, revision: revision)
    for object in objects where object.kind == .pod { family.add(object) }
    for object in objects where object.kind == .job { core.queue.add(object.key) }
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
    case .sync(let key): if key.kind == .pod { free(key, &out) } else { sync(key, &out) }
    case .done, .other: break
    }
  }

  public mutating func restart(at now: Time) {
    core.restart()
    forget()
  }

  private mutating func forget() {
    family.removeAll()
    expectations.removeAll()
  }

  public var state: Value { core.state }

  // MARK: Hearing

  /// Pods of others are taken in at once: nothing is decided on them.
  private mutating func passOver() {
    for index in core.client.informers.indices {
      while let event = core.client.informers[index].next, event.object.kind == .pod {
        let isOurs = !family.concerned(event, before: core[event.object.key], core).isEmpty
        if isOurs || isLeft(event.object) { break }
        guard let (event, before) = core.client.informers[index].handle() else { break }
        family.follow(event, before: before)
      }
    }
  }

  private mutating func observe(_ event: WatchEvent, _ before: Object?, at now: Time) {
    guard event.object.kind == .pod else {
      if event.type == .deleted {
        expectations.forget(event.object.key)
        for key in family.keys(of: event.object.uid) where core[key].map({ isLeft($0) }) ?? false {
          core.queue.add(key)
        }
      }
      return core.queue.add(event.object.key)
    }
    family.follow(event, before: before)
    if event.type != .deleted, isLeft(event.object) { core.queue.add(event.object.key) }
    for key in family.concerned(event, before: before, core) {
      if event.type == .deleted || event.object.metadata.deletionTimestamp != nil {
        expectations.deleted(event.object.key, of: key)
      } else if event.type == .added {
        expectations.created(of: key)
      }
      if version == .then { core.queue.add(key) } else { core.queue.add(key, at: now + JobController.gathering) }
    }
  }

  /// A Pod whose Job is gone, and which its finalizer still holds back.
  private func isLeft(_ object: Object) -> Bool {
    guard object.metadata.finalizers.contains(JobRound.finalizer) else { return false }
    guard let owner = object.metadata.controller else { return true }
    return owner.kind == Kind.job.name && family.key(of: owner, object.namespace, core) == nil
  }

  private mutating func free(_ key: ObjectKey, _ out: inout KubeOutbox) {
    guard let pod = core[key], isLeft(pod) else { return core.conclude(key) }
    core.plan([untrack(key)], for: key, at: out.now)
  }

  // MARK: Looking

  private mutating func sync(_ key: ObjectKey, _ out: inout KubeOutbox) {
    guard let object = core[key], let job = object.as(BatchJob.self) else {
      expectations.forget(key)
      return core.conclude(key)
    }
    if job.ending != nil, job.status.uncountedTerminatedPods?.isVacant ?? true { return core.conclude(key) }
    let claims = family.claims(by: object, core) { _ in true }
    if !claims.isEmpty { return core.plan(claims, for: key, at: out.now) }
    guard expectations.isSatisfied(key, at: out.now) else { return core.conclude(key) }
    let pods = family.keys(of: object.uid).compactMap { core[$0]?.pod }
    var round = JobRound(job, pods: pods, version, now: out.now)
    round.run()
    out.note(explain(job, round))
    let groups = writes(round, at: out.now)
    var all: [ControllerCore.Write] = []
    for (index, group) in groups.enumerated() {
      for write in group {
        var write = write
        write.batch = Int64(index)
        all.append(write)
      }
    }
    core.plan(all, for: key, at: out.now)
    if let again = round.again { core.queue.add(key, at: again) }
  }

  private func explain(_ job: BatchJob, _ round: JobRound) -> Fact {
    Fact(
      "fact.job.counted",
      ("active", .integer(round.status.active)),
      ("succeeded", .integer(round.succeeded)),
      ("failed", .integer(round.failed)),
      ("want", .string(job.spec.completions.map { "\($0)" } ?? "1"))
    )
  }
}
