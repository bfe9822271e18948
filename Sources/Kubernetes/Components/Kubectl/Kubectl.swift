public import Clockwork

/// kubectl turns what a person types into requests and prints the answers; then it is gone, and nothing waits for it.
public struct Kubectl: Component {
  public typealias Model = Kube

  // MARK: State

  public let name = "kubectl"
  public let role = Kube.Role.kubectl
  let version: Version
  let apiserver: Address
  /// The address of kube-apiserver, as kubectl prints it: host and port.
  let server: String
  /// Commands that were typed before the one at work had returned.
  private var typed: [Command] = []
  var run: CommandRun?
  private var lastID: Int64 = 0
  /// What the shell would see of the last command: 0 when all went well.
  public private(set) var exitCode: Int64 = 0
  /// A command that watched has ended: its connection is closed before the next one sends anything.
  private var hasStaleWatch = false

  public init(version: Version, apiserver: Address, server: String) {
    self.version = version
    self.apiserver = apiserver
    self.server = server
  }

  /// True when every command has returned, or has nothing to do but to wait for new lines of a log.
  public var isIdle: Bool { typed.isEmpty && (run?.onlyFollows ?? true || run?.jobs.first?.isHopeless ?? false) }

  /// True when no command was typed behind the one at work.
  public var isAtLastCommand: Bool { typed.isEmpty }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    switch message {
    case .command(let command):
      typed.append(command)
      // Whoever types the next command has stopped following a log.
      if run?.onlyFollows == true || run?.jobs.first?.isHopeless == true { end(at: now) } else { begin(at: now) }
    case .response(let response):
      if let stream = run?.streams[response.id] {
        receive(response, of: stream, at: now)
        break
      }
      guard let job = run?.asked, response.id == run?.request else { return }
      run?.asked = nil
      answer(response, to: job, at: now)
      pretend(at: now)
    case .watch(let event): run?.see(event, at: now)
    case .refused(let id, _):
      guard let job = run?.streams[id]?.job ?? (id == run?.request ? run?.asked : nil) else { return }
      run?.abort(KubectlText.refused(server), about: job.subject)
    case .closed(let by) where by == apiserver: disconnect()
    default: break
    }
    if run?.isOver == true { end(at: now) }
  }

  public func offers(_ offers: inout KubeOffers) {
    guard let run else {
      if offers.want == .all { offers.add(.send, .named("request"), when: false, else: .noCommand) }
      return
    }
    if let text = run.output.first {
      offers.add(.print, text.subject)
    } else if let job = run.asked {
      offers.add(.print, job.subject, when: false, else: .waitsForAnswer)
    } else if let gone = run.awaited {
      let obstacle = gone.rollout == nil ? Obstacle.waitsForDeletion(gone.key) : .waitsForRollout(gone.key)
      offers.add(.print, .object(gone.key), when: false, else: obstacle)
      if let deadline = run.deadline { offers.add(.giveUpWaiting, .object(gone.key), due: deadline) }
    } else if let job = run.jobs.first {
      offers.add(.send, job.subject, due: job.notBefore, background: job.isHopeless)
    } else if run.following != nil {
      offers.add(.print, .named("watch"), when: false, else: .follows)
    } else if let stream = run.streams.first {
      offers.add(.print, stream.value.job.subject, when: false, else: .follows)
    }
  }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    switch action.verb {
    case .send:
      guard let job = run?.next() else { return }
      lastID += 1
      let request = request(job)
      run?.request = request.id
      if hasStaleWatch { out.send(.closed(by: out.actor), to: apiserver) }
      hasStaleWatch = false
      if request.verb == .watch { run?.hasWatch = true }
      if case .logs(let query, _) = job.purpose, query.follow {
        run?.streams[request.id] = CommandRun.Stream(job: job)
        run?.asked = nil
      }
      out.send(.request(request), to: apiserver)
    case .print:
      guard let text = run?.takeOutput() else { return }
      var record = Kube.Record(actor: name, verb: "print", resource: "")
      record.note = text.text
      record.isStep = true
      out.record(record)
    case .giveUpWaiting:
      run?.awaited = nil
      run?.fail("error: timed out waiting for the condition", about: action.subject)
    default: return
    }
    if run?.isOver == true { end(at: out.now) }
  }

  public mutating func restart(at now: Time) {
    typed = []
    run = nil
    hasStaleWatch = false
  }

  public var state: Value {
    var value: Value = .map(("command", .string(run?.command.line ?? "")))
    value["waiting"] = .list(typed.map { .string($0.line) })
    if let run {
      value["toSend"] = .list(run.jobs.map { .string($0.subject.description) })
      value["toPrint"] = .list(run.output.map { .string($0.text) })
      if let job = run.asked { value["asked"] = .string(job.subject.description) }
      if let gone = run.awaited { value["awaits"] = .string(gone.key.text) }
    }
    return value
  }

  // MARK: Helpers

  private mutating func begin(at now: Time) {
    while run == nil, !typed.isEmpty {
      let command = typed.removeFirst()
      run = CommandRun(command, version)
      if case .workload(.status(_, _, _, let patience?)) = command.operation { run?.deadline = now + patience }
      exitCode = 0
      pretend(at: now)
      if run?.isOver == true { end(at: now) }
    }
  }

  private mutating func end(at now: Time) {
    exitCode = run?.exitCode ?? 0
    if run?.hasWatch == true || run?.streams.isEmpty == false { hasStaleWatch = true }
    run = nil
    begin(at: now)
  }

  /// kube-apiserver is gone: a request has failed, a watch is opened anew.
  private mutating func disconnect() {
    hasStaleWatch = false
    guard let current = run else { return }
    run?.hasWatch = false
    if current.following != nil, current.asked == nil {
      // A stream that ends is no failure of `get --watch`.
      run?.following = nil
    } else if let stream = current.streams.first {
      run?.abort("error: unexpected EOF", about: stream.value.job.subject)
    } else if let job = current.asked {
      run?.abort("Unable to connect to the server: unexpected EOF", about: job.subject)
    } else if let gone = current.awaited {
      run?.awaited = nil
      run?.jobs.insert(gone.rollout == nil ? Job(.wait(gone.uid), gone.key) : Job(.statusWatch, gone.key), at: 0)
    }
  }

  private func request(_ job: Job) -> Request {
    var request = Request(id: lastID, user: name, verb: job.verb, key: job.key)
    request.subresource = job.subresource
    request.body = job.body
    if case .raw(let path) = job.purpose { request.path = path }
    request.impersonated = run?.command.impersonated
    request.isDryRun = run?.command.dryRun == .server && request.isWrite
    if let selection = job.isSelecting ? run?.command.operation.selection : nil {
      request.labels = selection.labels
      request.fields = selection.fields
    }
    if case .logsPods(let labels) = job.purpose { request.labels = labels }
    if case .drainPods(let node) = job.purpose { request.fields = FieldSelector("spec.nodeName", equals: node) }
    if let labels = job.labels { request.labels = labels }
    if case .watch(let revision) = job.purpose, job.key.name.isEmpty {
      request.since = revision
    } else if job.verb == .watch {
      request.selector = .name(namespace: job.key.namespace, name: job.key.name)
    }
    return request
  }
}

extension Verb {
  fileprivate static let send: Verb = "send"
  fileprivate static let print: Verb = "print"
  fileprivate static let giveUpWaiting: Verb = "give-up"
}

extension Obstacle {
  fileprivate static var noCommand: Obstacle { Obstacle("obstacle.kubectl.no-command") }
  fileprivate static var follows: Obstacle { Obstacle("obstacle.kubectl.follows") }
  fileprivate static var waitsForAnswer: Obstacle { Obstacle("obstacle.kubectl.waits-for-answer") }
  fileprivate static func waitsForRollout(_ key: ObjectKey) -> Obstacle {
    Obstacle("obstacle.kubectl.waits-for-rollout", ("object", .string(key.text)))
  }
  fileprivate static func waitsForDeletion(_ key: ObjectKey) -> Obstacle {
    Obstacle("obstacle.kubectl.waits-for-deletion", ("object", .string(key.text)))
  }
}
