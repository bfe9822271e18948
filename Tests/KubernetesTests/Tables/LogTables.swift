import Clockwork
import Testing

@testable import Kubernetes

enum LogTables {
  /// One line of a log file, in whichever of the two formats.
  @Sendable static func lines(_ group: String, _ row: Value) throws -> TableOutcome {
    let line = try #require(row["line"]?.text)
    // The kubelet tries the CRI format first; the error that is told is that of the format the line resembles.
    let format = LogFormat.of(line) ?? (line.hasPrefix("{") ? .docker : .cri)
    let got: Value
    do throws(LogProblem) {
      let entry = try format.parse(line)
      let read: Value = .map(
        ("format", .string(format.rawValue)),
        ("stream", .string(entry.stream.rawValue)),
        ("text", .string(entry.text)),
        ("timestamp_utc", .string(entry.time.short))
      )
      got = .map(("expected", read), ("line", .string(line)))
    } catch {
      got = .map(("error", .string(error.text)), ("line", .string(line)))
    }
    return .compare(got, row)
  }
}
