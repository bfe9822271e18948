import Clockwork

/// What the runtime does with the two outputs of one container: it reads whole lines from the pipes and writes them
/// into a file, each with its time.
struct ContainerLog: Sendable {
  /// A file that grew too large and was put aside.
  struct Rotated: Equatable, Sendable {
    /// The name of the file behind the name of the log: `.20261122-080003`.
    var suffix: String
    var file: LogFile
    /// Older ones are packed.
    var isPacked: Bool = false
  }

  let format: LogFormat
  private(set) var file = LogFile()
  /// Oldest first.
  private(set) var rotated: [Rotated] = []
  /// What stands in each pipe without the end of its line.
  private var stdout: String = ""
  private var stderr: String = ""
  private var lastTime: Time = -1
  private var sameTime: Int64 = 0

  init(_ format: LogFormat) { self.format = format }

  /// Takes what the process wrote; a line is written down once its end has come, or once it is too long to hold.
  mutating func take(_ text: String, from stream: LogStream, at now: Time) {
    var pending = (stream == .stdout ? stdout : stderr) + text
    while let end = pending.utf8.firstIndex(of: 10) {
      let next = pending.utf8.index(after: end)
      write(String(pending[..<next]), stream, now)
      pending = String(pending[next...])
    }
    if pending.utf8.count >= LogFormat.longestPart { pending = cut(pending, stream, now) }
    if stream == .stdout { stdout = pending } else { stderr = pending }
  }

  /// The process is gone: what it did not end with a new line is written as it is.
  mutating func close(at now: Time) {
    for stream in [LogStream.stdout, .stderr] {
      let pending = stream == .stdout ? stdout : stderr
      if !pending.isEmpty { write(pending, stream, now) }
    }
    stdout = ""
    stderr = ""
  }

  /// The kubelet has put the file aside and asked for a new one: the oldest go, all but the newest are packed.
  mutating func rotate(_ stamp: String, keeping limit: Int) {
    for index in rotated.indices { rotated[index].isPacked = true }
    rotated.append(Rotated(suffix: ".\(stamp)", file: file))
    // One of the files is the one that is written to.
    if rotated.count > limit - 1 { rotated.removeFirst(rotated.count - (limit - 1)) }
    file = LogFile()
  }

  private mutating func write(_ line: String, _ stream: LogStream, _ now: Time) {
    let rest = cut(line, stream, now)
    if !rest.isEmpty { add(rest, stream, now) }
  }

  /// Writes the parts of a line that are full.
  ///
  /// Returns what is left of it.
  private mutating func cut(_ line: String, _ stream: LogStream, _ now: Time) -> String {
    if line.utf8.count <= LogFormat.longestPart { return line }
    var rest = line.utf8[...]
    // The end of the line does not count.
    while rest.count - (rest.last == 10 ? 1 : 0) > LogFormat.longestPart {
      let part = rest.prefix(LogFormat.longestPart)
      add(String(decoding: Array(part), as: UTF8.self), stream, now)
      rest = rest.dropFirst(LogFormat.longestPart)
    }
    return String(decoding: Array(rest), as: UTF8.self)
  }

  private mutating func add(_ text: String, _ stream: LogStream, _ now: Time) {
    // Lines of one moment are a nanosecond apart, so that their order can be told.
    sameTime = now == lastTime ? sameTime + 1 : 0
    lastTime = now
    file.append(format.line(LogEntry(NanoTime(now, nanoseconds: sameTime), stream, text)))
  }
}
