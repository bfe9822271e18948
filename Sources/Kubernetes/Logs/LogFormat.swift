import Clockwork

/// Where a process wrote a line: its two outputs.
public enum LogStream: String, Equatable, Sendable {
  case stdout
  case stderr
}

/// One line of a log file: what was written, where, when, and whether more of the same line follows.
public struct LogEntry: Equatable, Sendable {
  public var time: NanoTime
  public var stream: LogStream
  /// With the end of the line, unless more of it follows.
  public var text: String

  public init(_ time: NanoTime, _ stream: LogStream, _ text: String) {
    self.time = time
    self.stream = stream
    self.text = text
  }
}

/// Why a line of a log file cannot be read, in the words of the kubelet.
public struct LogProblem: Error, Equatable, Sendable {
  public var text: String
}

/// How a runtime writes the lines of a container into a file.
public enum LogFormat: String, Equatable, Sendable {
  /// `TIME STREAM TAG TEXT`, with the tag `P` where more of the line follows and `F` at its end.
  case cri
  /// An object of JSON for each line, as docker's driver json-file writes it.
  case docker = "docker-json"

  /// The longest part of a line that is written at once; both runtimes cut there.
  static let longestPart = 16_384

  /// The line of the file, with its end.
  public func line(_ entry: LogEntry) -> String {
    switch self {
    case .cri:
      let isWhole = entry.text.utf8.last == 10
      let head = "\(entry.time.fixed) \(entry.stream.rawValue) \(isWhole ? "F" : "P") "
      return head + entry.text + (isWhole ? "" : "\n")
    case .docker:
      var out = "{\"log\":"
      LogFormat.quote(entry.text, into: &out)
      return out + ",\"stream\":\"\(entry.stream.rawValue)\",\"time\":\"\(entry.time.short)\"}\n"
    }
  }

  /// docker also hides what means something in HTML.
  private static func quote(_ text: String, into out: inout String) {
    var quoted = ""
    Value.quote(text, into: &quoted)
    for scalar in quoted.unicodeScalars {
      switch scalar {
      case "<": out += "\\u003c"
      case ">": out += "\\u003e"
      case "&": out += "\\u0026"
      default: out.unicodeScalars.append(scalar)
      }
    }
  }

  /// Reads a line in this format.
  public func parse(_ line: String) throws(LogProblem) -> LogEntry {
    switch self {
    case .cri: try LogFormat.parseCRI(line)
    case .docker: try LogFormat.parseDocker(line)
    }
  }

  /// The format in which a line can be read: the kubelet tries both on the first line of a file.
  public static func of(_ line: String) -> LogFormat? {
    for format in [LogFormat.cri, .docker] {
      do throws(LogProblem) {
        _ = try format.parse(line)
        return format
      } catch {
        continue
      }
    }
    return nil
  }

  private static func parseCRI(_ line: String) throws(LogProblem) -> LogEntry {
    var rest = Array(line.utf8)[...]
    guard let moment = take(&rest) else { throw LogProblem(text: "timestamp is not found") }
    let time: NanoTime
    do throws(TimeProblem) {
      time = try NanoTime.parse(moment)
    } catch {
      throw LogProblem(text: "unexpected timestamp format \"\(NanoTime.layout)\": \(error.text)")
    }
    guard let name = take(&rest) else { throw LogProblem(text: "stream type is not found") }
    guard let stream = LogStream(rawValue: name) else {
      var quoted = ""
      Value.quote(name, into: &quoted)
      throw LogProblem(text: "unexpected stream type \(quoted)")
    }
    guard let tags = take(&rest) else { throw LogProblem(text: "log tag is not found") }
    // Other tags may follow behind a colon one day; only the first is understood.
    let isPart = tags == "P" || tags.hasPrefix("P:")
    if isPart, rest.last == 10 { rest = rest.dropLast() }
    return LogEntry(time, stream, String(decoding: rest, as: UTF8.self))
  }

  /// What stands before the next blank.
  private static func take(_ rest: inout ArraySlice<UInt8>) -> String? {
    guard let blank = rest.firstIndex(of: 32) else { return nil }
    let word = String(decoding: rest[..<blank], as: UTF8.self)
    rest = rest[(blank + 1)...]
    return word
  }

  private static func parseDocker(_ line: String) throws(LogProblem) -> LogEntry {
    guard let value = JSONText.parse(line), value.entries != nil else {
      let nothing = "&{\"\" \"\" \"0001-01-01 00:00:00 +0000 UTC\"}"
      throw LogProblem(text: "failed with \(jsonError(line)) to unmarshal log \(nothing)")
    }
    let time: NanoTime
    do throws(TimeProblem) {
      time = try NanoTime.parse(value["time"]?.text ?? "0001-01-01T00:00:00Z")
    } catch {
      throw LogProblem(text: "failed with \(error.text) to unmarshal log")
    }
    let name = value["stream"]?.text ?? ""
    guard let stream = LogStream(rawValue: name) else { throw LogProblem(text: "unexpected stream type \"\(name)\"") }
    return LogEntry(time, stream, value["log"]?.text ?? "")
  }

  private static func jsonError(_ line: String) -> String {
    let first = line.unicodeScalars.first { $0 != " " && $0 != "\n" && $0 != "\t" }
    guard let first, first != "{", first != "[", first != "\"" else { return "unexpected end of JSON input" }
    return "invalid character '\(first)' looking for beginning of value"
  }
}
