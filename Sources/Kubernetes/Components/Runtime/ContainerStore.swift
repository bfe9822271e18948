import Clockwork

/// What a runtime holds on its node: sandboxes, containers, their processes, files and logs, and images.
///
/// dockerd and containerd differ in what they do in which order, not in what they keep.
public struct ContainerStore: Sendable {
  let catalog: Images
  let text: Text
  let durations: Durations
  private var random: Random
  private(set) var records: Table<String, ContainerRecord> = [:]
  /// In the order of creation.
  private(set) var order: [String] = []
  private(set) var orders: Table<String, ContainerOrder> = [:]
  /// The kernel that counts what the containers use; nothing where nobody measures.
  var kernel: Address?
  /// The kernel that holds the sandboxes' network namespaces; nothing where none moves packets.
  var router: Address?
  /// CoreDNS, whose processes run in containers; nothing where the cluster has none.
  var dns: Address?
  /// The Pods where one runs.
  var servers: [String] = []
  /// Those whose process will do something by itself, in the same order: of hundreds on a node only a few.
  private(set) var lively: [String] = []
  /// By the Pod's uid, in the same order.
  private var ofPod: Table<String, [String]> = [:]
  private var processes: Table<String, ContainerProcess> = [:]
  private var files: Table<String, Table<String, String>> = [:]
  private(set) var logs: Table<String, ContainerLog> = [:]
  /// How this runtime writes lines down.
  var format = LogFormat.cri
  /// Containers whose log file has changed since somebody was told.
  private var written: [String] = []
  private var removed: [NodeFile] = []
  /// Images on the node, in the order in which they came.
  public private(set) var images: [String] = []

  public init(catalog: Images, version: Version, durations: Durations, images: [String], random: Random) {
    self.catalog = catalog
    text = Text(version)
    self.durations = durations
    self.images = images
    self.random = random
  }

  subscript(id: String) -> ContainerRecord? { records[id] }

  /// The first twelve digits, as the tools print an id.
  static func short(_ id: String) -> String { String(id.prefix(12)) }

  private mutating func newID() -> String {
    var id = ""
    for _ in 0..<4 { id += Digest.hexadecimal(random.next(), digits: 16) }
    return id
  }

  /// The path of a new network namespace.
  mutating func newNamespace() -> String {
    let parts = [8, 4, 4, 4, 12].map { Digest.hexadecimal(random.next(), digits: $0) }
    return "/var/run/netns/cni-\(parts.joined(separator: "-"))"
  }

  // MARK: Images

  mutating func add(image: String) {
    if !images.contains(image) { images.append(image) }
  }

  func pullTime(_ image: String) -> Time { catalog[image].pull ?? durations.imagePull }

  /// Why an image cannot be pulled; empty when it can.
  func refusal(_ image: String, docker: Bool) -> String {
    if image.hasPrefix("registry.invalid/") { return text.noSuchHost(image, docker: docker) }
    return catalog[image].refusal
  }

  // MARK: Containers

  mutating func createSandbox(_ call: RuntimeCall, now: Time) -> String {
    let attempts = (ofPod[call.uid] ?? []).filter { records[$0]?.isSandbox == true }
    var record = ContainerRecord(id: newID(), pod: call.pod, uid: call.uid, name: "", sandbox: "", image: "")
    record.attempt = Int64(attempts.count)
    record.createdAt = now
    return insert(record)
  }

  mutating func createContainer(_ call: RuntimeCall, _ what: ContainerOrder, now: Time) -> String {
    var record = ContainerRecord(
      id: newID(),
      pod: call.pod,
      uid: call.uid,
      name: what.name,
      sandbox: what.sandbox,
      image: what.image
    )
    record.attempt = what.attempt
    record.resources = what.resources
    record.createdAt = now
    orders[record.id] = what
    if !what.files.isEmpty { files[record.id] = what.files }
    return insert(record)
  }

  private mutating func insert(_ record: ContainerRecord) -> String {
    records[record.id] = record
    order.append(record.id)
    ofPod.update(record.uid, default: []) { $0.append(record.id) }
    return record.id
  }

  mutating func attach(_ id: String, ip: String) { change(id) { $0.ip = ip } }

  /// Starts the process of a container, or pause for a sandbox.
  mutating func start(_ id: String, now: Time) {
    change(id) { record in
      record.phase = .running
      record.startedAt = now
    }
    guard let order = orders[id] else {
      processes[id] = ContainerProcess(pauseEndingAfter: durations.processExit)
      return
    }
    logs[id] = ContainerLog(format)
    let image = catalog[order.image]
    let taken = takenPort(id, image)
    processes[id] = ContainerProcess(order, image, taken: taken, now: now, termAfter: durations.processExit)
    if order.command.isEmpty, taken == nil { say(image.says, in: id, now: now) }
    goOn(id, now: now)
  }

  /// Lets a shell carry on.
  mutating func goOn(_ id: String, now: Time) {
    guard var process = processes[id] else { return }
    var held = files[id] ?? [:]
    var output: [MiniShell.Output] = []
    process.goOn(&held, &output, now: now)
    processes[id] = process
    files[id] = held
    write(output, to: id, now: now)
    weigh(id)
  }

  private mutating func weigh(_ id: String) {
    let place = lively.firstIndex(of: id)
    if processes[id].map({ $0.isIdle }) ?? true {
      if let place { lively.remove(at: place) }
    } else if place == nil {
      let others = lively
      lively = order.filter { $0 == id || others.contains($0) }
    }
  }

  /// Whether the process of a container has found its port taken.
  func isRefused(_ id: String) -> Bool { processes[id]?.isRefused == true }

  func next(_ id: String) -> ContainerProcess.Next { processes[id]?.next(files[id] ?? [:]) ?? .nothing }

  func tickTime(_ id: String) -> Time? { processes[id]?.tickAt }

  func killTime(_ id: String) -> Time? { processes[id]?.killAt }

  mutating func terminate(_ id: String, grace: Time, now: Time) {
    var words: [Image.Line] = []
    processes.update(id, default: ContainerProcess(pauseEndingAfter: 0)) {
      words = $0.terminate(grace: grace, now: now)
    }
    weigh(id)
    say(words, in: id, now: now)
  }

  mutating func kill(_ id: String, now: Time) {
    processes.update(id, default: ContainerProcess(pauseEndingAfter: 0)) { $0.kill(now: now) }
    weigh(id)
  }

  /// The process is gone.
  ///
  /// Returns its exit code.
  mutating func end(_ id: String, now: Time) -> Int64 {
    goOn(id, now: now)
    say(processes[id].map { $0.lastWords } ?? [], in: id, now: now)
    close(id, now: now)
    let code = processes.removeValue(for: id)?.exitCode ?? 0
    weigh(id)
    change(id) { record in
      record.phase = .exited
      record.finishedAt = now
      record.exitCode = code
    }
    return code
  }

  /// Everything that runs is killed with the daemon.
  mutating func killAll(now: Time) {
    for id in order where records[id]?.phase == .running {
      kill(id, now: now)
      _ = end(id, now: now)
    }
  }

  mutating func remove(_ id: String) {
    if let uid = records[id]?.uid {
      ofPod.update(uid, default: []) { ids in ids.removeAll { $0 == id } }
      if ofPod[uid]?.isEmpty == true { ofPod.removeValue(for: uid) }
    }
    if let record = records[id], logs[id] != nil {
      removed.append(NodeFile(id: id, path: LogPaths.file(record), file: nil))
    }
    records.removeValue(for: id)
    orders.removeValue(for: id)
    processes.removeValue(for: id)
    files.removeValue(for: id)
    logs.removeValue(for: id)
    order.removeAll { $0 == id }
    weigh(id)
  }

  /// A container gets other limits while it runs.
  mutating func update(_ id: String, _ resources: ResourceRequirements) {
    orders[id]?.resources = resources
    change(id) { $0.resources = resources }
  }

  /// The kernel ends the container's process; whoever looks is to know why.
  mutating func markOutOfMemory(_ id: String) { change(id) { $0.isOutOfMemory = true } }

  private mutating func change(_ id: String, _ body: (inout ContainerRecord) -> Void) {
    guard var record = records[id] else { return }
    body(&record)
    records[id] = record
  }

  func hasFile(_ id: String, _ name: String) -> Bool { files[id]?[name] != nil }

  // MARK: Exec and output

  /// Runs a command in a container; `time` is how long it sleeps meanwhile.
  mutating func execute(_ id: String, _ command: [String], now: Time) -> (code: Int64, output: String, time: Time) {
    guard let order = orders[id], catalog[order.image].hasShell,
      var shell = MiniShell.of(command, environment: order.environment)
    else {
      let program = command.first ?? ""
      let failure = "OCI runtime exec failed: exec failed: unable to start container process: exec: \"\(program)\": "
      return (126, "\(failure)executable file not found in $PATH: unknown", 0)
    }
    var held = files[id] ?? [:]
    var output: [MiniShell.Output] = []
    var time: Time = 0
    while case .sleeping(let pause) = shell.run(&held, &output, now: now + time) {
      // Whoever waits for a command without an end gives up.
      if pause == .never || shell.isEndless { break }
      time += pause
    }
    files[id] = held
    // A process that writes to the output of process 1 writes into the log.
    write(output.filter { $0.isForMain }, to: id, now: now)
    return (shell.status, output.filter { !$0.isForMain }.map { $0.text }.joined(), time)
  }

  /// A request reaches the process: it is logged, and answered.
  mutating func serve(_ id: String, _ values: [(String, String)], now: Time) -> String {
    guard let image = orders[id].map({ catalog[$0.image] }) else { return "" }
    let known = values + [("time", NanoTime(now).fixed)]
    for line in image.logs {
      write([MiniShell.Output(Image.fill(line.whole, known), line.stream)], to: id, now: now)
    }
    return Image.fill(image.answers, known)
  }

  private mutating func say(_ lines: [Image.Line], in id: String, now: Time) {
    write(lines.map { MiniShell.Output($0.whole, $0.stream) }, to: id, now: now)
  }

  private mutating func close(_ id: String, now: Time) {
    guard let size = logs[id]?.file.size else { return }
    logs.update(id, default: ContainerLog(format)) { $0.close(at: now) }
    if logs[id]?.file.size != size { note(id) }
  }

  private mutating func write(_ output: [MiniShell.Output], to id: String, now: Time) {
    if output.isEmpty { return }
    logs.update(id, default: ContainerLog(format)) { log in
      for piece in output { log.take(piece.text, from: piece.stream, at: now) }
    }
    note(id)
  }

  // MARK: Log files

  public func log(_ id: String) -> LogFile { logs[id]?.file ?? LogFile() }

  /// The kubelet has put the file of a log aside; the runtime opens a new one.
  mutating func rotate(_ id: String, _ stamp: String, keeping limit: Int) {
    guard logs[id] != nil else { return }
    logs.update(id, default: ContainerLog(format)) { $0.rotate(stamp, keeping: limit) }
    note(id)
  }

  private mutating func note(_ id: String) {
    if !written.contains(id) { written.append(id) }
  }

  /// Log files that have changed since the last call.
  mutating func takeWritten() -> [NodeFile] {
    if written.isEmpty, removed.isEmpty { return [] }
    let files = written.compactMap { id in records[id].map { NodeFile(id: id, path: LogPaths.file($0), file: log(id)) }
    }
    defer { removed = [] }
    written = []
    return files + removed
  }

  /// Every log file with something in it: what somebody finds who has seen none yet.
  var logFiles: [NodeFile] {
    order.compactMap { id in
      guard let record = records[id], let file = logs[id]?.file, file.size > 0 else { return nil }
      return NodeFile(id: id, path: LogPaths.file(record), file: file)
    }
  }

  // MARK: Looking

  /// What a look at one Pod would show.
  func view(_ uid: String, _ pod: ObjectKey) -> RuntimeView {
    let found = (ofPod[uid] ?? []).compactMap { records[$0] }
    return RuntimeView(pod: pod, uid: uid, containers: found, images: images)
  }

  /// One view for each Pod of which something is here.
  var views: [RuntimeView] {
    var seen: [String] = []
    var out: [RuntimeView] = []
    for id in order {
      guard let record = records[id], !seen.contains(record.uid) else { continue }
      seen.append(record.uid)
      out.append(view(record.uid, record.pod))
    }
    return out
  }

  public var state: Value {
    let containers = order.compactMap { records[$0] }.map { record in
      Value.Entry(ContainerStore.short(record.id), record.tree)
    }
    return .map(("containers", .map(containers)), ("images", .list(images.map { .string($0) })))
  }
}

extension ContainerRecord {
  /// The container's name as the tools print it: `POD` for a sandbox.
  public var title: String { isSandbox ? "POD" : name }

  var tree: Value {
    var value: Value = .map(
      ("pod", .string(pod.qualifiedName)),
      ("name", .string(title)),
      ("phase", .string(phase.rawValue)),
      ("attempt", .integer(attempt))
    )
    if !image.isEmpty { value["image"] = .string(image) }
    if !ip.isEmpty { value["ip"] = .string(ip) }
    if let startedAt { value["startedAt"] = .integer(startedAt) }
    if let finishedAt {
      value["finishedAt"] = .integer(finishedAt)
      value["exitCode"] = .integer(exitCode)
    }
    return value
  }
}

extension Kube.Subject {
  /// A container as `POD/CONTAINER`, with the namespace in front unless it is the default one.
  public static func container(_ pod: ObjectKey, _ name: String) -> Kube.Subject {
    let place = pod.namespace.isEmpty || pod.namespace == "default" ? "" : "\(pod.namespace)/"
    return .named("\(place)\(pod.name)/\(name)")
  }
}
