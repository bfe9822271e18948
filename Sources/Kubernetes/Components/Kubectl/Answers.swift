import Clockwork

// What kubectl does with an answer: print it, or ask for what follows from it.
extension Kubectl {
  mutating func answer(_ response: Response, to job: Job, at now: Time) {
    let before = run?.output.count ?? 0
    react(to: response, job, at: now)
    run?.remark(from: before, response, job)
    guard var current = run, current.jobs.isEmpty, current.awaited == nil else { return }
    current.finish(at: now)
    run = current
  }

  private mutating func react(to response: Response, _ job: Job, at now: Time) {
    switch job.purpose {
    case .create, .applyCreate, .applyRead, .applyPatch: answerWrite(response, to: job)
    case .watch: answerWatch(response, to: job)
    case .get, .list, .describe, .describeList, .describeParts: answerRead(response, to: job, at: now)
    case .delete, .deleteList, .wait: answerDelete(response, to: job)
    case .execRead, .exec: answerExec(response, to: job)
    case .top(let options): run?.answerTop(response, to: job, options, at: now)
    case .topPods(let options): run?.answerTopPods(response, to: job, options, at: now)
    case .topNodes(let options): run?.answerTopNodes(response, to: job, options)
    case .raw: answerRaw(response, to: job)
    case .canI: answerAccess(response, to: job)
    case .patchRead, .patch, .labelList, .labelRead, .label: answerChange(response, to: job)
    case .logsTarget, .logsPods, .logs: answerLogs(response, to: job)
    case .events: answerEvents(response, to: job, at: now)
    case .nodeRead, .nodeList, .nodePatch: answerNode(response, to: job)
    case .drainPods, .evict, .drainWait: answerDrain(response, to: job, at: now)
    case .workload(let purpose): answerWorkload(response, purpose, to: job, at: now)
    case .autoscaleRead, .autoscale: answerAutoscale(response, to: job)
    }
  }

  /// What kubectl finds out before it asks: that the server knows no such kind.
  private func unserved(_ response: Response, _ job: Job, in line: String) -> String? {
    guard response.message == Text.unserved, job.key.kind.isCustom else { return nil }
    switch job.purpose {
    case .create(let file) where !file.isEmpty:
      if case .object(let object) = job.body { return Text(version).noMatches(object, file: file) }
      return nil
    case .applyRead(let source): return Text(version).noMatches(source.object, file: source.file)
    default:
      return Text(version).noSuchResource(KubectlText.word(for: job.key.kind, in: line))
    }
  }

  func fail(_ current: inout CommandRun, _ response: Response, _ job: Job, _ context: String = "") {
    if let text = unserved(response, job, in: current.command.line) { return current.fail(text, about: job.subject) }
    current.fail(KubectlText.error(response, context), about: job.subject)
  }

  /// The body as it came.
  private mutating func answerRaw(_ response: Response, to job: Job) {
    guard var current = run else { return }
    if response.isSuccess { current.say(response.message, about: job.subject) } else { fail(&current, response, job) }
    run = current
  }

  // MARK: create, run, apply

  private mutating func answerWrite(_ response: Response, to job: Job) {
    guard var current = run else { return }
    defer { run = current }
    switch job.purpose {
    case .create(let file), .applyCreate(let file):
      if response.isSuccess {
        current.say("\(response.about.text) created", about: .object(response.about))
      } else {
        fail(&current, response, job, file.isEmpty ? "" : "error when creating \"\(file)\": ")
      }
    case .applyRead(let source):
      if response.code == 404, response.message != Text.unserved {
        let object = LastApplied.annotate(source.object)
        current.jobs.insert(Job(.applyCreate(file: source.file), source.object.key, .object(object)), at: 0)
      } else if let stored = response.object {
        apply(source.object, to: stored, &current)
      } else {
        fail(&current, response, job, "error when retrieving current configuration: ")
      }
    default:
      if response.isSuccess {
        current.say("\(job.key.text) configured", about: job.subject)
      } else {
        fail(&current, response, job, "error when applying patch: ")
      }
    }
  }

  private func apply(_ object: Object, to stored: Object, _ current: inout CommandRun) {
    if stored.metadata.annotations[LastApplied.annotation] == nil {
      current.say(KubectlText.notApplied(stored.key), about: .object(stored.key))
    }
    let patch = LastApplied.patch(object, stored: stored)
    if patch.entries?.isEmpty ?? true {
      current.say("\(stored.key.text) unchanged", about: .object(stored.key))
    } else {
      current.jobs.insert(Job(.applyPatch, stored.key, .patch(.strategic, patch)), at: 0)
    }
  }

  // MARK: get, describe

  private mutating func answerRead(_ response: Response, to job: Job, at now: Time) {
    guard var current = run else { return }
    defer { run = current }
    guard response.isSuccess else {
      if case .get(let options) = current.command.operation, options.ignoreNotFound, response.code == 404 { return }
      current.exitCode = 1
      let text = unserved(response, job, in: current.command.line) ?? KubectlText.error(response)
      current.failures.append(CommandRun.Line(subject: job.subject, text: text))
      return
    }
    switch job.purpose {
    case .get: if let object = response.object { current.found.append(object) }
    case .list:
      current.revision = response.revision
      current.found += Listing.select(response.objects, current.command.operation)
    case .describe: if let object = response.object { current.describe(object) }
    case .describeList:
      for object in Listing.select(response.objects, current.command.operation).reversed() {
        current.describe(object)
      }
    case .describeParts(let object):
      current.parts += response.objects
      let isComplete = current.jobs.first.map { !$0.isPart(of: object) } ?? true
      if isComplete { current.printDescription(of: object, at: now) }
    default: break
    }
  }

  // MARK: delete

  private mutating func answerDelete(_ response: Response, to job: Job) {
    guard var current = run, case .delete(let selection, let options) = current.command.operation else { return }
    defer { run = current }
    switch job.purpose {
    case .deleteList:
      guard response.isSuccess else { return fail(&current, response, job) }
      for object in Listing.select(response.objects, current.command.operation) {
        current.jobs.append(Job(.delete, object.key, .delete(options.deletion)))
      }
    case .delete:
      guard response.isSuccess else {
        if response.code != 404 || !(options.ignoreNotFound || selection.names.isEmpty) {
          fail(&current, response, job)
        }
        return
      }
      let forced = options.graceSeconds == 0
      current.say(KubectlText.deleted(job.key, forced: forced, version), about: job.subject)
      let uid = response.object?.uid ?? ""
      if options.waits, current.command.dryRun == .none { current.waits.append(Job(.wait(uid), job.key)) }
    case .wait(let uid):
      guard response.isSuccess else { return fail(&current, response, job) }
      for object in response.objects where object.uid == uid && object.key == job.key {
        current.awaited = CommandRun.Awaited(key: job.key, uid: uid)
      }
    default: break
    }
  }

  // MARK: auth can-i

  private mutating func answerAccess(_ response: Response, to job: Job) {
    guard var current = run else { return }
    defer { run = current }
    guard response.isSuccess else { return fail(&current, response, job) }
    current.say(response.message, about: job.subject)
    if response.message != "yes" { current.exitCode = 1 }
  }

  // MARK: exec

  private mutating func answerExec(_ response: Response, to job: Job) {
    guard var current = run else { return }
    defer { run = current }
    guard response.isSuccess else { return fail(&current, response, job) }
    guard case .execRead(let container, let command) = job.purpose else {
      if !response.message.isEmpty { current.say(response.message, about: job.subject) }
      if response.revision != 0 {
        current.fail("command terminated with exit code \(response.revision)", about: job.subject)
        current.exitCode = response.revision
      }
      return
    }
    guard let pod = response.object?.pod else { return }
    if pod.status.phase == "Succeeded" || pod.status.phase == "Failed" {
      let text = "cannot exec into a container in a completed pod; current phase is \(pod.status.phase)"
      current.fail("error: \(text)", about: job.subject)
      return
    }
    var chosen = container
    if chosen.isEmpty {
      let named = version == .now ? pod.metadata.annotations["kubectl.kubernetes.io/default-container"] : nil
      chosen = named ?? pod.spec.containers.first?.name ?? ""
      if named == nil, pod.spec.containers.count > 1 {
        current.say(KubectlText.defaulted(pod, chosen, version), about: job.subject)
      }
    }
    current.jobs.append(Job(.exec, job.key, .exec(container: chosen, command: command)))
  }

  // MARK: patch, label

  private mutating func answerChange(_ response: Response, to job: Job) {
    guard var current = run else { return }
    defer { run = current }
    guard response.isSuccess else { return fail(&current, response, job) }
    switch job.purpose {
    case .patchRead(let kind, let patch):
      guard let object = response.object else { return }
      current.jobs.insert(Job(.patch(before: object), job.key, .patch(kind, patch)), at: 0)
    case .patch(let before):
      let same = response.object?.resourceVersion == before.resourceVersion
      current.say("\(job.key.text) patched\(same ? " (no change)" : "")", about: job.subject)
    case .labelList:
      for object in Listing.select(response.objects, current.command.operation) {
        label(object, &current, isFirst: false)
      }
    case .labelRead: if let object = response.object { label(object, &current, isFirst: true) }
    case .label(let before):
      guard case .label(_, let change) = current.command.operation else { return }
      current.say(KubectlText.labeled(before, change, version), about: job.subject)
    default: break
    }
  }

  private func label(_ object: Object, _ current: inout CommandRun, isFirst: Bool) {
    guard case .label(_, let change) = current.command.operation else { return }
    let labels = object.metadata.labels
    var entries: [Value.Entry] = []
    var refused = ""
    change.set.forEach { key, value in
      if let held = labels[key], held != value, !change.overwrite, refused.isEmpty {
        refused = "error: '\(key)' already has a value (\(held)), and --overwrite is false"
      }
      if labels[key] != value { entries.append(Value.Entry(key, .string(value))) }
    }
    if !refused.isEmpty { return current.fail(refused, about: .object(object.key)) }
    for key in change.remove {
      if labels[key] == nil {
        current.say("label \"\(key)\" not found.", about: .object(object.key))
      } else {
        entries.append(Value.Entry(key, .null))
      }
    }
    let patch: Value =
      entries.isEmpty ? .emptyMap : .map(("metadata", .map(("labels", .map(entries)))))
    let job = Job(.label(before: object), object.key, .patch(.merge, patch))
    if isFirst { current.jobs.insert(job, at: 0) } else { current.jobs.append(job) }
  }
}
