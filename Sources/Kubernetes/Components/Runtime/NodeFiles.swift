import Clockwork

/// The log directories of a node as somebody sees them who logs in: directories, links and files.
struct NodeFiles {
  enum Entry {
    case directory
    case link(String)
    case file(LogFile)
    /// Packed by the kubelet after it was put aside: a tenth of its size, and nothing for `cat`.
    case packed(LogFile)
  }

  private var entries: Table<String, (entry: Entry, time: Time)> = [:]

  init(_ store: ContainerStore, isDocker: Bool) {
    add("/var/log", .directory, 0)
    for path in [LogPaths.pods, LogPaths.containers] { add(path, .directory, 0) }
    for id in store.order {
      guard let record = store[id] else { continue }
      add(LogPaths.pod(record), .directory, record.createdAt)
      if !record.isSandbox, let log = store.logs[id] { add(record, log, isDocker) }
    }
  }

  private mutating func add(_ path: String, _ entry: Entry, _ time: Time) {
    if entries[path] == nil { entries[path] = (entry, time) }
  }

  private mutating func add(_ record: ContainerRecord, _ log: ContainerLog, _ isDocker: Bool) {
    let time = record.startedAt ?? record.createdAt
    let path = LogPaths.file(record)
    add(LogPaths.directory(record), .directory, record.createdAt)
    add(LogPaths.link(record), .link(path), time)
    if isDocker {
      let real = LogPaths.docker(record)
      add("/var/lib/docker/containers", .directory, 0)
      add("/var/lib/docker/containers/\(record.id)", .directory, record.createdAt)
      add(real, .file(log.file), time)
      add(path, .link(real), time)
      return
    }
    add(path, .file(log.file), time)
    for old in log.rotated {
      let name = path + old.suffix
      add(old.isPacked ? name + ".gz" : name, old.isPacked ? .packed(old.file) : .file(old.file), time)
    }
  }

  /// What `cat` prints; nothing where it would complain.
  func text(_ path: String) -> String? {
    var place = path
    // A link may lead to a link: /var/log/containers to /var/log/pods, and that to docker.
    for _ in 0..<8 {
      switch entries[place]?.entry {
      case .link(let target): place = target
      case .file(let file): return file.text
      default: return nil
      }
    }
    return nil
  }

  /// What `ls -l` prints; nothing where there is no such directory.
  func listing(_ given: String) -> String? {
    var path = given
    while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
    guard case .directory? = entries[path]?.entry else {
      return entries[path].map { NodeFiles.line($0.entry, $0.time, path) + "\n" }
    }
    var lines: [String] = []
    var blocks: Int64 = 0
    entries.forEach(from: path + "/") { name, found in
      guard name.hasPrefix(path + "/") else { return false }
      let rest = String(name.dropFirst(path.count + 1))
      if !rest.contains("/") {
        lines.append(NodeFiles.line(found.entry, found.time, rest))
        blocks += NodeFiles.blocks(found.entry)
      }
      return true
    }
    return "total \(blocks)\n" + lines.map { $0 + "\n" }.joined()
  }

  private static func blocks(_ entry: Entry) -> Int64 {
    if case .link = entry { return 0 }
    return max(1, (size(entry) + 4095) / 4096) * 4
  }

  private static func size(_ entry: Entry) -> Int64 {
    switch entry {
    case .directory: 4096
    case .link(let target): Int64(target.utf8.count)
    case .file(let file): file.size
    case .packed(let file): max(64, file.size / 10)
    }
  }

  private static func line(_ entry: Entry, _ time: Time, _ name: String) -> String {
    let date = ScriptText.cut(ShellWord.date(time), at: " ").filter { !$0.isEmpty }
    let clock = date[3].prefix(5)
    let tail = "\(size(entry)) \(date[1]) \(date[2]) \(clock) \(name)"
    switch entry {
    case .directory: return "drwxr-xr-x 2 root root \(tail)"
    case .link(let target): return "lrwxrwxrwx 1 root root \(tail) -> \(target)"
    case .file, .packed: return "-rw-r----- 1 root root \(tail)"
    }
  }
}
