import Clockwork

/// One request that a command makes, and what it is for.
struct Job: Sendable {
  enum Purpose: Sendable {
    /// `run`, `create`: the file is empty for `run`.
    case create(file: String)
    case applyRead(Command.Sourced)
    case applyCreate(file: String)
    case applyPatch
    case get
    case list
    /// `get --watch`, from the revision of the list.
    case watch(from: Int64)
    case describe
    case describeList
    case describeParts(Object)
    case delete
    case deleteList
    /// Waits until the object with this uid is gone.
    case wait(String)
    case execRead(container: String, command: [String])
    case exec
    case patchRead(Request.PatchKind, Value)
    case patch(before: Object)
    case labelList
    case labelRead
    case label(before: Object)
    /// What the log is wanted of: a Pod, or something that selects Pods.
    case logsTarget
    case logsPods(LabelSelector)
    /// One container's log; the text before each line.
    case logs(LogQuery, prefix: String)
    case events
    case nodeRead
    case nodeList
    /// What is printed behind the name of the node.
    case nodePatch(said: String)
    case drainPods(node: String)
    /// How often a budget has refused.
    case evict(uid: String, tries: Int64)
    case drainWait(String)
    case workload(WorkloadJob)
    case autoscaleRead
    case autoscale
    case top(Command.TopOptions)
    case topPods(Command.TopOptions)
    case topNodes(Command.TopOptions)
    case canI
    case raw(String)
  }

  var purpose: Purpose
  var key: ObjectKey
  var verb: APIVerb
  var subresource: String = ""
  var body: Request.Body = .none
  /// It is not sent before.
  var notBefore: Int64 = 0

  init(_ purpose: Purpose, _ key: ObjectKey, _ body: Request.Body = .none) {
    self.purpose = purpose
    self.key = key
    self.body = body
    switch purpose {
    case .create, .applyCreate, .autoscale: verb = .create
    case .applyRead, .get, .describe, .execRead, .patchRead, .labelRead, .logsTarget, .nodeRead, .autoscaleRead, .raw:
      verb = .get
    case .list, .describeList, .describeParts, .deleteList, .labelList, .logsPods, .events, .nodeList: verb = .list
    case .logs(let query, _):
      verb = .get
      subresource = "log"
      self.body = .logs(query)
    case .top(let options), .topPods(let options), .topNodes(let options): verb = options.name.isEmpty ? .list : .get
    case .delete: verb = .delete
    case .wait, .drainWait, .watch: verb = .watch
    case .drainPods: verb = .list
    case .evict:
      verb = .create
      subresource = "eviction"
    case .canI: verb = .create
    case .exec:
      verb = .create
      subresource = "exec"
    case .applyPatch, .patch, .label, .nodePatch: verb = .patch
    // These set their own.
    case .workload: verb = .get
    }
  }

  var subject: Kube.Subject {
    if case .raw(let path) = purpose { return .named(path) }
    if key.name.isEmpty {
      return .named(key.kind.group == "metrics.k8s.io" ? key.kind.printedResource : key.kind.plural)
    }
    return .object(key)
  }

  /// The labels that a list is asked to be restricted to by the server.
  var labels: LabelSelector? {
    switch purpose {
    case .top(let options), .topPods(let options), .topNodes(let options): options.labels
    default: nil
    }
  }
}

/// A command at work: what is still to be asked, what is still to be printed, what it waits for.
struct CommandRun: Sendable {
  struct Line: Sendable {
    var subject: Kube.Subject
    var text: String
  }

  struct Awaited: Sendable {
    var key: ObjectKey
    var uid: String
    /// The revision of a rollout that is followed; nothing when the end of the object is awaited.
    var rollout: Int64? = nil
    /// What is printed at its end.
    var said: String = ""
  }

  let command: Command
  let version: Version
  var jobs: [Job] = []
  var output: [Line] = []
  /// The request under way.
  var asked: Job? = nil
  var request: Int64 = 0
  /// The object whose end the command waits for.
  var awaited: Awaited? = nil
  /// When that is given up; nothing where it never is.
  var deadline: Time?
  /// What has been read, for commands that print at the end.
  var found: [Object] = []
  /// The revision of the last list.
  var revision: Int64 = 0
  /// Errors that come behind what is printed at the end.
  var failures: [Line] = []
  /// Waits that begin when everything has been deleted.
  var waits: [Job] = []
  /// Parts of the last description, such as Events.
  var parts: [Object] = []
  var described: Bool = false
  var exitCode: Int64 = 0
  var hasWatch: Bool = false
  /// Logs that are followed, by the number of their request.
  var streams: Table<Int64, Stream> = [:]

  /// What `get --watch` prints as it comes.
  var following: Following?

  struct Stream: Sendable {
    var job: Job
    /// The connection is there; what comes now comes when it is written.
    var isOpen = false
  }

  init(_ command: Command, _ version: Version) {
    self.command = command
    self.version = version
    jobs = firstJobs()
    if case .delete(_, let options) = command.operation, options.isForced {
      say(KubectlText.forced(version), about: jobs.first?.subject)
    }
  }

  var isOver: Bool {
    jobs.isEmpty && output.isEmpty && asked == nil && awaited == nil && streams.isEmpty && following == nil
  }

  /// Nothing is left but to wait for lines that may come.
  var onlyFollows: Bool {
    if let following { return jobs.isEmpty && output.isEmpty && asked == nil && following.isOpen }
    return jobs.isEmpty && output.isEmpty && asked == nil && !streams.isEmpty && streams.values.allSatisfy { $0.isOpen }
  }

  mutating func next() -> Job? {
    guard asked == nil, !jobs.isEmpty else { return nil }
    let job = jobs.removeFirst()
    asked = job
    return job
  }

  mutating func takeOutput() -> Line? { output.isEmpty ? nil : output.removeFirst() }

  /// Adds what is printed; the end of the last line is not part of it.
  mutating func say(_ text: String, about subject: Kube.Subject?) {
    let line = text.hasSuffix("\n") ? String(text.dropLast()) : text
    output.append(Line(subject: subject ?? .named("command"), text: line))
  }

  mutating func fail(_ text: String, about subject: Kube.Subject?) {
    exitCode = 1
    say(text, about: subject)
  }

  /// The command ends with an error: nothing more is asked.
  mutating func abort(_ text: String, about subject: Kube.Subject?) {
    jobs = []
    waits = []
    asked = nil
    awaited = nil
    streams = [:]
    following = nil
    fail(text, about: subject)
  }

  /// A watch says what happened to an object whose end is awaited.
  mutating func see(_ event: WatchEvent, at now: Time) {
    if following?.isOpen == true { return printChange(event, at: now) }
    guard let gone = awaited, event.object.key == gone.key else { return }
    if gone.rollout != nil { return follow(event) }
    guard event.type == .deleted || event.object.uid != gone.uid else { return }
    awaited = nil
    if !gone.said.isEmpty { say(gone.said, about: .object(gone.key)) }
    endDrain()
  }

  // MARK: The first requests

  private func firstJobs() -> [Job] {
    switch command.operation {
    case .run(let object): return [Job(.create(file: ""), object.key, .object(object))]
    case .create(let sources):
      return sources.map { Job(.create(file: $0.file), $0.object.key, .object($0.object)) }
    case .apply(let sources): return sources.map { Job(.applyRead($0), $0.object.key) }
    case .get(let options): return read(options.selection, one: .get, many: .list)
    case .describe(let selection): return read(selection, one: .describe, many: .describeList)
    case .delete(let selection, let options):
      if selection.names.isEmpty { return read(selection, one: .delete, many: .deleteList) }
      return selection.names.map { Job(.delete, $0, .delete(options.deletion)) }
    case .exec(let pod, let container, let words):
      let key = ObjectKey(.pod, command.namespace, pod)
      return [Job(.execRead(container: container, command: words), key)]
    case .patch(let keys, let kind, let patch): return keys.map { Job(.patchRead(kind, patch), $0) }
    case .autoscale(let keys, _): return keys.map { Job(.autoscaleRead, $0) }
    case .canI(let attempt):
      return [Job(.canI, ObjectKey(.selfSubjectAccessReview, "", ""), .access(attempt))]
    case .label(let selection, _): return read(selection, one: .labelRead, many: .labelList)
    case .logs(let options):
      if let target = options.target { return [Job(.logsTarget, target)] }
      return [Job(.logsPods(options.labels ?? .everything), ObjectKey(.pod, command.namespace, ""))]
    case .events(let options):
      return [Job(.events, ObjectKey(.event, options.allNamespaces ? "" : command.namespace, ""))]
    case .node(let selection, _): return read(selection, one: .nodeRead, many: .nodeList)
    case .workload(let command): return firstJobs(of: command)
    case .top(let options): return topJobs(options)
    case .raw(let path): return [Job(.raw(path), ObjectKey(.namespace, "", ""))]
    }
  }

  /// One request for each name, or one list for each kind.
  private func read(_ selection: Command.Selection, one: Job.Purpose, many: Job.Purpose) -> [Job] {
    if !selection.names.isEmpty { return selection.names.map { Job(one, $0) } }
    return selection.kinds.map { kind in
      let namespace = selection.allNamespaces || !kind.isNamespaced ? "" : command.namespace
      return Job(many, ObjectKey(kind, namespace, ""))
    }
  }
}
