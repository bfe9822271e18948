import Clockwork

/// What the requests of the workload commands are for.
enum WorkloadJob: Sendable {
  case make
  case fromRead
  case scaleRead
  case scale
  case changeRead
  case change(before: Object)
  case statusRead
  case statusWatch
  case historyRead
  case historySets(Object)
  case undoRead
  case undoSets(Object)
  case undo
  case exposeRead
}

extension Job {
  init(_ job: WorkloadJob, _ key: ObjectKey, _ body: Request.Body = .none) {
    self.init(.workload(job), key, body)
    switch job {
    case .make: verb = .create
    case .fromRead, .scaleRead, .changeRead, .statusRead, .historyRead, .undoRead, .exposeRead: verb = .get
    case .historySets, .undoSets: verb = .list
    case .scale:
      verb = .patch
      subresource = "scale"
    case .change, .undo: verb = .patch
    case .statusWatch: verb = .watch
    }
  }
}

extension CommandRun {
  func firstJobs(of command: WorkloadCommand) -> [Job] {
    switch command {
    case .create(let object): [Job(.make, object.key, .object(object))]
    case .createFrom(let key, _): [Job(.fromRead, key)]
    case .scale(let keys, let replicas, let current):
      keys.map { current == nil ? Job(.scale, $0, .scale(replicas)) : Job(.scaleRead, $0) }
    case .change(let keys, _, _): keys.map { Job(.changeRead, $0) }
    case .status(let key, _, _, _): [Job(.statusRead, key)]
    case .history(let keys, _): keys.map { Job(.historyRead, $0) }
    case .undo(let keys, _): keys.map { Job(.undoRead, $0) }
    case .expose(let key, _): [Job(.exposeRead, key)]
    }
  }
}

extension Kubectl {
  mutating func answerWorkload(_ response: Response, _ purpose: WorkloadJob, to job: Job, at now: Time) {
    guard var current = run, case .workload(let command) = current.command.operation else { return }
    defer { run = current }
    guard response.isSuccess else {
      if case .make = purpose, response.code == 409 {
        current.fail("error: failed to create \(job.key.kind.singular): \(response.message)", about: job.subject)
      } else {
        current.fail(KubectlText.error(response), about: job.subject)
      }
      return
    }
    switch (purpose, command) {
    case (.make, _):
      current.say("\(response.about.text) \(isExposing(command) ? "exposed" : "created")", about: job.subject)
    case (.scaleRead, .scale(_, let replicas, let wanted)):
      let size = response.object?.value.at(["spec", "replicas"])?.integer ?? 0
      if let wanted, wanted != size {
        current.fail("error: Expected replicas to be \(wanted), was \(size)", about: job.subject)
        return
      }
      var write = Job(.scale, job.key, .scale(replicas))
      write.verb = .update
      current.jobs.insert(write, at: 0)
    case (.scale, _): current.say("\(job.key.text) scaled", about: job.subject)
    case (.change, .change(_, let change, _)):
      current.say("\(job.key.text) \(change.done)", about: job.subject)
    case (.undo, _): current.say("\(job.key.text) rolled back", about: job.subject)
    default:
      if let object = response.object { go(on: object, purpose, command, &current, at: now) }
      list(response, purpose, command, &current)
    }
  }

  /// What follows from one object that was read.
  private func go(
    on object: Object,
    _ purpose: WorkloadJob,
    _ command: WorkloadCommand,
    _ current: inout CommandRun,
    at now: Time
  ) {
    switch (purpose, command) {
    case (.changeRead, .change(_, let change, let cause)): self.change(object, change, cause: cause, &current, at: now)
    case (.statusRead, .status(_, let watches, let revision, _)):
      if watches {
        current.jobs.append(Job(.statusWatch, object.key))
      } else {
        current.status(object, revision, watches: false)
      }
    case (.historyRead, _):
      let kind: Kind = object.kind == .deployment ? .replicaSet : .controllerRevision
      current.jobs.insert(Job(.historySets(object), ObjectKey(kind, object.namespace, "")), at: 0)
    case (.undoRead, _):
      let kind: Kind = object.kind == .deployment ? .replicaSet : .controllerRevision
      current.jobs.insert(Job(.undoSets(object), ObjectKey(kind, object.namespace, "")), at: 0)
    case (.fromRead, .createFrom(_, let name)):
      guard let job = object.as(CronJob.self)?.instance(named: name, version) else { return }
      current.jobs.insert(Job(.make, job.key, .object(Object(job))), at: 0)
    case (.exposeRead, .expose(_, let exposure)): expose(object, exposure, &current)
    default: break
    }
  }

  /// What follows from a list.
  private func list(
    _ response: Response,
    _ purpose: WorkloadJob,
    _ command: WorkloadCommand,
    _ current: inout CommandRun
  ) {
    switch (purpose, command) {
    case (.statusWatch, .status(let key, _, let revision, _)):
      guard let object = response.objects.first(where: { $0.key == key }) else { return }
      current.status(object, revision, watches: true)
    case (.historySets(let object), .history(_, let revision)):
      let text =
        revision == 0
        ? RolloutText.history(object, response.objects)
        : RolloutText.history(object, response.objects, revision: revision, version)
      if let text {
        current.say(text, about: .object(object.key))
      } else {
        current.fail("error: unable to find the specified revision", about: .object(object.key))
      }
    case (.undoSets(let object), .undo(_, let revision)): undo(object, response.objects, revision, &current)
    default: break
    }
  }

  private func isExposing(_ command: WorkloadCommand) -> Bool {
    if case .expose = command { return true }
    return false
  }
}
