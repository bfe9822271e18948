import Clockwork

/// The part of a kubelet that serves `/containerLogs`: it reads the files of containers, not the containers.
struct LogServer: Sendable {
  /// Somebody who wants a log.
  struct Reader: Sendable {
    let call: NodeCall
    let sender: Address
    let pod: ObjectKey
    let query: LogQuery
    /// The container whose file is read, once it is known that there is one.
    var container: String = ""
    var reading: LogReader?
  }

  private(set) var readers: [Reader] = []
  /// The log files of the node, by container: what opening one of them would show.
  private(set) var files: Table<String, LogFile> = [:]
  /// Files that have grown too large, and when the next of its rounds looks at each.
  private(set) var large: Table<String, Time> = [:]
  /// Nothing where somebody else looks after the sizes of files.
  private let maxSize: Int64?

  init(maxSize: Int64?) { self.maxSize = maxSize }

  /// True when the message was for it.
  mutating func receive(_ message: Message, from sender: Address) -> Bool {
    switch message {
    case .file(let file):
      files[file.id] = file.file
      let isLarge = (file.file?.size ?? 0) > maxSize ?? .max
      if !isLarge { large[file.id] = nil } else if large[file.id] == nil { large[file.id] = 0 }
    case .nodeCall(let call):
      switch call.operation {
      case .logs(let pod, let query): readers.append(Reader(call: call, sender: sender, pod: pod, query: query))
      case .hangUp: readers.removeAll { $0.call.id == call.id && $0.sender == sender }
      default: return false
      }
    case .closed(let peer):
      // A reader that is gone is served no longer; whoever else wants to hear of it may.
      readers.removeAll { $0.sender == peer }
      return false
    default: return false
    }
    return true
  }

  mutating func take(_ index: Int) -> Reader { readers.remove(at: index) }

  /// Goes on with a reader after what it has read.
  mutating func put(_ reader: Reader, at index: Int) { readers.insert(reader, at: min(index, readers.count)) }

  mutating func delayRotation(_ id: String, until time: Time) { large[id] = time }

  /// A new process has no connections; what lies on the disk it finds again when it looks.
  mutating func restart() {
    readers = []
    files = [:]
    large = [:]
  }
}

extension Kubelet {
  func offerLogs(_ offers: inout KubeOffers) {
    for (index, reader) in logs.readers.enumerated() {
      let subject = Kube.Subject.container(reader.pod, reader.query.container)
      // Of one container only the first is carried on with.
      let isSecond = logs.readers[..<index].contains {
        $0.pod == reader.pod && $0.query.container == reader.query.container && hasNews($0)
      }
      if isSecond { continue }
      offers.add(.readLog, subject, when: hasNews(reader), else: .nothingWritten)
    }
    offerRotation(&offers)
  }

  /// Whether there is something to say to a reader: something new, or that nothing will come any more.
  private func hasNews(_ reader: LogServer.Reader) -> Bool {
    guard let reading = reader.reading else { return true }
    return reading.isBehind(logs.files[reader.container] ?? LogFile()) || !isRunning(reader.container, of: reader.pod)
  }

  private func isRunning(_ id: String, of pod: ObjectKey) -> Bool {
    worker(of: pod)?.actual.contains { $0.id == id && $0.phase == .running } ?? false
  }

  /// The newest Pod of a name.
  private func worker(of pod: ObjectKey) -> PodWorker? {
    for uid in workers.order.reversed() {
      if let worker = workers[uid], worker.key == pod { return worker }
    }
    return nil
  }

  /// Answers whoever wants the log of a container, or goes on with the answer.
  mutating func readLog(_ subject: Kube.Subject, _ out: inout KubeOutbox) {
    let found = logs.readers.firstIndex {
      Kube.Subject.container($0.pod, $0.query.container) == subject && hasNews($0)
    }
    guard let index = found else { return }
    var reader = logs.take(index)
    var reply = NodeReply(id: reader.call.id, code: 200, about: reader.call.summary, text: "")
    if reader.reading == nil { open(&reader, &reply, out.now) }
    if reply.code == 200, reader.reading != nil {
      let file = logs.files[reader.container] ?? LogFile()
      reply.text += reader.reading?.read(file) ?? ""
      let isOver = reader.reading?.isOver ?? true
      reply.continues = reader.query.follow && !isOver && isRunning(reader.container, of: reader.pod)
      out.note(Fact("fact.kubelet.log", ("path", .string(path(reader.container, of: reader.pod)))))
    }
    if reply.continues { logs.put(reader, at: index) }
    out.send(.nodeReply(reply), to: reader.sender)
  }

  private func path(_ id: String, of pod: ObjectKey) -> String {
    worker(of: pod)?.actual.first { $0.id == id }.map { LogPaths.file($0) } ?? ""
  }

  /// Finds the file that is meant; what stands in the way goes into the reply.
  private func open(_ reader: inout LogServer.Reader, _ reply: inout NodeReply, _ now: Time) {
    let name = reader.query.container
    guard let worker = worker(of: reader.pod) else {
      reply.code = 404
      reply.text = text.logPodUnknown(reader.pod.name)
      return
    }
    guard worker.container(name) != nil else {
      reply.code = 404
      reply.text = text.logContainerUnknown(name, reader.pod.name)
      return
    }
    switch logContainer(worker, name, previous: reader.query.previous) {
    case .failure(let refusal):
      reply.code = 400
      reply.text = refusal.text
    case .success(let id):
      let short = id.split(separator: "/").last.map { String($0) } ?? id
      // The runtime says where the file lies; without an answer, or without the container, there is none.
      guard look == .known, worker.actual.contains(where: { $0.id == short }) else {
        reply.text = text.logUnavailable(id)
        return
      }
      reader.container = short
      reader.reading = LogReader(reader.query, logs.files[short] ?? LogFile(), version, now: now)
    }
  }

  private struct LogRefusal: Error {
    var text: String
  }

  /// The id of the container whose log is meant, as the status has it.
  private func logContainer(_ worker: PodWorker, _ name: String, previous: Bool) -> Result<String, LogRefusal> {
    let pod = worker.pod.metadata.name
    let statuses = worker.report.status.containerStatuses + worker.report.status.initContainerStatuses
    guard let status = statuses.first(where: { $0.name == name }) else {
      return .failure(LogRefusal(text: text.logNotAvailable(name, pod)))
    }
    let last = status.lastState.terminated?.containerID ?? ""
    if previous {
      return last.isEmpty ? .failure(LogRefusal(text: text.logNoPrevious(name, pod))) : .success(last)
    }
    if status.state.running != nil { return .success(status.containerID) }
    if let ended = status.state.terminated {
      let id = ended.containerID.isEmpty ? last : ended.containerID
      return id.isEmpty ? .failure(LogRefusal(text: text.logTerminated(name, pod))) : .success(id)
    }
    if status.lastState.terminated != nil {
      return last.isEmpty ? .failure(LogRefusal(text: text.logTerminated(name, pod))) : .success(last)
    }
    guard let waiting = status.state.waiting else { return .failure(LogRefusal(text: text.logNothingYet(name, pod))) }
    return .failure(LogRefusal(text: text.logWaiting(name, pod, waiting.reason)))
  }

  // MARK: Rotation

  private func offerRotation(_ offers: inout KubeOffers) {
    if logs.large.isEmpty || look != .known { return }
    logs.large.forEach { id, notBefore in
      guard let record = record(id), record.phase == .running else { return }
      // The monitor comes round again and again; a world in which only it is awake is quiet.
      let due = max(notBefore, logRound(after: record.startedAt ?? 0))
      offers.add(.rotate, .container(record.pod, record.name), due: due, background: true)
    }
  }

  private func record(_ id: String) -> ContainerRecord? {
    let worker = workers.first { $0.actual.contains { $0.id == id } }
    return worker?.actual.first { $0.id == id }
  }

  private func logRound(after time: Time) -> Time {
    (time / durations.logRotationPeriod + 1) * durations.logRotationPeriod
  }

  /// Puts the file of a container aside and has the runtime open a new one.
  mutating func rotate(_ subject: Kube.Subject, _ out: inout KubeOutbox) {
    for id in logs.large.keys {
      guard let record = record(id), Kube.Subject.container(record.pod, record.name) == subject else { continue }
      logs.delayRotation(id, until: logRound(after: out.now))
      let operation = RuntimeCall.Operation.rotateLog(
        id: id,
        stamp: NanoTime(out.now).stamp,
        keeping: durations.logMaxFiles
      )
      out.send(
        .runtime(RuntimeCall(id: nextCall(), pod: record.pod, uid: record.uid, operation: operation)),
        to: runtime
      )
      return
    }
  }
}

extension Verb {
  static let readLog: Verb = "read-log"
  static let rotate: Verb = "rotate"
}

extension Obstacle {
  fileprivate static var nothingWritten: Obstacle { Obstacle("obstacle.kubelet.nothing-written") }
}
