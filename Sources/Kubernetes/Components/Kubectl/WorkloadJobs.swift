import Clockwork

/// What the requests of the workload commands are for.
enum WorkloadJob: Sendable {
  case make
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
    case .scaleRead, .changeRead, .statusRead, .historyRead, .undoRead, .exposeRead: verb = .get
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
    case .scale(let keys, let replicas, let current):
      keys.map { current == nil ? Job(.scale, $0, .scale(replicas)) : Job(.scaleRead, $0) }
    case .change(let keys, _, _): keys.map { Job(.changeRead, $0) }
    case .status(let key, _, _): [Job(.statusRead, key)]
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
    default: break
    }
  }

  private func isExposing(_ command: WorkloadCommand) -> Bool {
    if case .expose = command { return true }
    return false
  }
}
