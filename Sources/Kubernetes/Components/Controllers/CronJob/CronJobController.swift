public import Clockwork

/// The CronJob controller makes a Job at each time of a schedule, and deletes old ones.
public struct CronJobController: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name = "cronjob-controller"
  public let role = Kube.Role.controller
  let version: Version
  var core: ControllerCore
  /// Jobs by their CronJob.
  var jobs = OwnerIndex()
  /// When a schedule is looked at again although nothing has changed.
  var times: Table<ObjectKey, Time> = [:]
  /// Statuses that are written once the Job they tell of has been made.
  var begun: Table<ObjectKey, CronJob> = [:]

  /// Older releases look at everything every 10 s; newer ones a moment after the time of a schedule.
  static let period: Time = 10_000
  static let delay: Time = 100

  public init(version: Version, apiserver: Address) {
    self.version = version
    core = ControllerCore("cronjob-controller", apiserver: apiserver, informers: [Informer(.cronJob), Informer(.job)])
  }

  public var client: Client {
    get { core.client }
    set { core.client = newValue }
  }

  public mutating func seed(_ objects: [Object], revision: Int64) {
    core.client.seed(objects, revision: revision)
    for object in objects where object.kind == .job { jobs.add(object) }
    for object in objects where object.kind == .cronJob { core.queue.add(object.key) }
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    if case .leading = message { forget() }
    for answer in core.receive(message, at: now) { take(answer, at: now) }
    passOver()
  }

  public func offers(_ offers: inout KubeOffers) {
    core.offers(&offers)
    if !core.isLeading { return }
    // A schedule never ends: waiting for its next time keeps nobody else waiting.
    times.forEach { key, time in
      if !offers.isFull, !core.queue.isWorking(key) { offers.add("sync", .object(key), due: time, background: true) }
    }
  }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    switch core.perform(action, &out) {
    case .observed(let event, let before):
      observe(event, before)
      passOver()
    case .sync(let key): sync(key, &out)
    case .done, .other: break
    }
  }

  public mutating func restart(at now: Time) {
    core.restart()
    forget()
  }

  private mutating func forget() {
    jobs.removeAll()
    times = [:]
    begun = [:]
  }

  public var state: Value { core.state }

  // MARK: Hearing

  /// Jobs of nobody are taken in at once: nothing is decided on them.
  private mutating func passOver() {
    for index in core.client.informers.indices {
      while let event = core.client.informers[index].next, event.object.kind == .job {
        if owner(of: event.object) != nil, version == .now { break }
        guard let (event, before) = core.client.informers[index].handle() else { break }
        jobs.follow(event, before: before)
      }
    }
  }

  private func owner(of job: Object) -> ObjectKey? {
    guard let owner = job.metadata.controller, owner.kind == Kind.cronJob.name else { return nil }
    let key = ObjectKey(.cronJob, job.namespace, owner.name)
    return core[key]?.uid == owner.uid ? key : nil
  }

  private mutating func observe(_ event: WatchEvent, _ before: Object?) {
    let object = event.object
    guard object.kind == .cronJob else {
      jobs.follow(event, before: before)
      if let key = owner(of: object) { core.queue.add(key) }
      return
    }
    if event.type == .deleted { times.removeValue(for: object.key) }
    if version == .now {
      core.queue.add(object.key)
    } else if event.type == .added {
      // Whoever polls hears of nothing in between.
      times[object.key] = 0
    }
  }

  // MARK: Looking

  private mutating func sync(_ key: ObjectKey, _ out: inout KubeOutbox) {
    times.removeValue(for: key)
    guard let object = core[key], let cron = object.as(CronJob.self) else { return core.conclude(key) }
    let own = jobs.keys(of: object.uid).compactMap { core[$0]?.as(BatchJob.self) }
    var round = CronRound(cron, jobs: own, version, now: out.now)
    round.run()
    out.note(
      Fact(
        "fact.cronjob.weighed",
        ("schedule", .string(cron.spec.schedule)),
        ("active", .integer(Int64(round.status.active.count)))
      )
    )
    for event in round.events { core.recorder.record(event, at: out.now) }
    var writes = (round.finished + round.replaced).map { delete($0) }
    if let job = round.job {
      writes.append(create(job))
      begun[key] = cron
      begun[key]?.status = round.status
    } else if round.status != cron.status {
      writes.append(report(cron, round.status))
    }
    for index in writes.indices { writes[index].batch = Int64(index) }
    switch version {
    case .then: times[key] = (out.now / CronJobController.period + 1) * CronJobController.period
    case .now: if let next = round.next { times[key] = next + CronJobController.delay }
    }
    core.plan(writes, for: key, at: out.now)
  }

  // MARK: Writes

  private func create(_ job: BatchJob) -> ControllerCore.Write {
    var request = Request(id: 0, user: core.client.user, verb: .create, key: job.key)
    request.body = .object(Object(job))
    return ControllerCore.Write("create", .object(job.key), request)
  }

  private func delete(_ key: ObjectKey) -> ControllerCore.Write {
    var request = Request(id: 0, user: core.client.user, verb: .delete, key: key)
    request.body = .delete(Deletion(propagation: .background))
    return ControllerCore.Write("delete", .object(key), request)
  }

  private func report(_ cron: CronJob, _ status: CronJobStatus) -> ControllerCore.Write {
    var copy = cron
    copy.status = status
    var request = Request(id: 0, user: core.client.user, verb: .update, key: cron.key)
    request.subresource = "status"
    request.body = .object(Object(copy))
    return ControllerCore.Write("report", .object(cron.key), request)
  }

  private mutating func take(_ answer: ControllerCore.Answer, at now: Time) {
    let isGone = answer.response.code == 404 && answer.write.verb == "delete"
    // The name of a Job follows from its time: made twice, it collides, and nothing runs twice.
    let isThere = answer.response.reason == "AlreadyExists"
    if answer.isSuccess, let cron = core[answer.item], answer.write.verb != "report" {
      let text = Text(version)
      let isNew = answer.write.verb == "create"
      let name = answer.write.request.name
      let note = EventRecorder.Note(
        "Normal",
        isNew ? "SuccessfulCreate" : "SuccessfulDelete",
        isNew ? text.createdJob(name) : text.deletedJob(name),
        about: ObjectReference(to: cron)
      )
      core.recorder.record(note, at: now)
    }
    guard answer.isSuccess || isGone || isThere else {
      begun.removeValue(for: answer.item)
      return core.fail(answer.item, at: now)
    }
    if answer.write.verb == "create", var cron = begun.removeValue(for: answer.item), let job = answer.response.object {
      CronRound.activate(job, in: &cron.status)
      return core.plan([report(cron, cron.status)], for: answer.item, at: now)
    }
    core.proceed(answer.item, at: now)
  }
}
