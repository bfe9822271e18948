public import Clockwork

/// Reads a log file as the options want it, and goes on where it stopped when the file has grown.
public struct LogReader: Sendable {
  private let since: NanoTime?
  private let timestamps: Bool
  /// An old kubelet puts the time before every part of a line that was cut.
  private let stampsParts: Bool
  private var offset: Int64
  private var remaining: Int64?
  private var format: LogFormat?
  private var isNewLine = true
  /// Nothing more will come: the limit is reached, or the file cannot be read.
  public private(set) var isOver = false

  public init(_ options: LogQuery, _ file: LogFile, _ version: Version, now: Time) {
    var since: NanoTime?
    if let seconds = options.sinceSeconds { since = NanoTime(now - seconds * 1000) }
    if let time = options.sinceTime { since = NanoTime(time.milliseconds) }
    self.since = since
    timestamps = options.timestamps
    stampsParts = version == .then
    offset = options.tailLines.map { file.start(ofLast: $0) } ?? 0
    remaining = options.limitBytes
  }

  /// Whether the file holds something that has not been read.
  public func isBehind(_ file: LogFile) -> Bool { !isOver && (file.size > offset || file.size < offset) }

  /// What has come since the last call.
  public mutating func read(_ file: LogFile) -> String {
    // A smaller file is another one: the old one was rotated away.
    if file.size < offset { offset = 0 }
    var found: [String] = []
    file.forEach(from: offset) { _, line in
      found.append(line)
      return true
    }
    offset = file.size
    var out = ""
    for line in found where !isOver { add(line, to: &out) }
    return out
  }

  private mutating func add(_ line: String, to out: inout String) {
    if format == nil {
      format = LogFormat.of(line)
      if format == nil {
        var quoted = ""
        Value.quote(line, into: &quoted)
        out += "failed to get parse function: unsupported log format: \(quoted)"
        isOver = true
        return
      }
    }
    // A line that cannot be read is left out.
    guard let entry = parsed(line) else { return }
    if let since, entry.time < since {
      isNewLine = entry.text.utf8.last == 10
      return
    }
    var text = entry.text
    if timestamps, isNewLine || stampsParts { text = "\(entry.time.fixed) \(text)" }
    if let left = remaining {
      if Int64(text.utf8.count) > left { text = String(decoding: Array(text.utf8.prefix(Int(left))), as: UTF8.self) }
      remaining = max(0, left - Int64(text.utf8.count))
      isOver = remaining == 0
    }
    out += text
    isNewLine = entry.text.isEmpty || entry.text.utf8.last == 10
  }

  private func parsed(_ line: String) -> LogEntry? {
    do throws(LogProblem) {
      return try format?.parse(line)
    } catch {
      return nil
    }
  }
}
