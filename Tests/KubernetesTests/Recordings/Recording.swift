import Foundation
import Kubernetes

/// A recording of a real cluster: the scenario as a script, the rows it left, and its Events.
struct Recording: CustomStringConvertible, Sendable {
  let name: String
  let script: String
  var rows: [Row]
  let events: [EventLine]
  private let folder: URL

  /// One row, whoever wrote it down: the real cluster or the model.
  struct Row: Equatable, Sendable {
    var time: Double
    var actor: String
    var verb: String
    var resource: String
    var subresource: String
    var namespace: String
    var name: String
    var code: Int?
    var note: String
  }

  /// A line of `kubectl get events` at the end.
  struct EventLine: Equatable, Hashable, Sendable {
    var type: String
    var reason: String
    var about: String
    var message: String
  }

  var description: String { name }

  /// Every recording below a folder, by name.
  static func all(in oracle: URL) -> [Recording] {
    let flows = oracle.appending(path: "flows")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: flows.path)) ?? []
    return names.sorted().compactMap { Recording(flows.appending(path: $0)) }
  }

  private init?(_ folder: URL) {
    func text(_ file: String) -> String? {
      try? String(contentsOf: folder.appending(path: file), encoding: .utf8)
    }
    guard let script = text("script.txt"), let trace = text("trace.jsonl") else { return nil }
    self.folder = folder
    self.script = script
    name = folder.lastPathComponent
    rows = trace.split(separator: "\n").compactMap { Recording.row(String($0)) }
    events = Recording.events(text("events.txt") ?? "")
  }

  func file(_ name: String) -> String? {
    try? String(contentsOf: folder.appending(path: name), encoding: .utf8)
  }

  /// The script as far as somebody wrote down what came of it.
  ///
  /// A recording may have been stopped when its last `advance` was over: what follows left no rows.
  var recordedScript: String {
    let lines = script.split(separator: "\n").map(String.init)
    guard let last = lines.lastIndex(where: { $0.hasPrefix("advance ") }), let length else {
      return settling(script)
    }
    let seconds = lines.filter { $0.hasPrefix("advance ") }
      .compactMap { Double($0.dropFirst("advance ".count).dropLast()) }.reduce(0, +)
    let isWhole = lines.contains { $0.hasPrefix("until ") } || length > seconds + 1
    return isWhole ? settling(script) : lines[...last].joined(separator: "\n") + "\n"
  }

  /// Somebody who waits looks once a second and stops writing down later still: what a controller says of its last
  /// write is there too.
  private func settling(_ script: String) -> String {
    let last = script.split(separator: "\n").last ?? ""
    return last.hasPrefix("until ") ? script + "advance 1s\n" : script
  }

  /// How many seconds were recorded.
  private var length: Double? {
    guard let text = file("meta.json"),
      let meta = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    else { return nil }
    let formatter = ISO8601DateFormatter()
    formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
    guard let from = (meta["t0"] as? String).flatMap({ formatter.date(from: $0) }),
      let to = (meta["t1"] as? String).flatMap({ formatter.date(from: $0) })
    else { return nil }
    return to.timeIntervalSince(from)
  }

  private static func row(_ line: String) -> Row? {
    guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else { return nil }
    func text(_ key: String) -> String { object[key] as? String ?? "" }
    return Row(
      time: object["t_ms"] as? Double ?? 0,
      actor: text("actor"),
      verb: text("verb"),
      resource: text("resource"),
      subresource: text("subresource"),
      namespace: text("namespace"),
      name: text("name"),
      code: object["code"] as? Int,
      note: text("note")
    )
  }

  /// Columns are found by their heads: cells may hold single blanks and be empty.
  private static func events(_ table: String) -> [EventLine] {
    var lines = table.split(separator: "\n").map(String.init)
    guard let head = lines.first else { return [] }
    lines.removeFirst()
    func column(_ title: String) -> Int {
      head.range(of: title).map { head.distance(from: head.startIndex, to: $0.lowerBound) } ?? 0
    }
    func cell(_ line: String, _ start: Int, _ end: Int?) -> String {
      let characters = Array(line)
      guard start < characters.count else { return "" }
      let last = min(end ?? characters.count, characters.count)
      return String(characters[start..<last]).trimmingCharacters(in: .whitespaces)
    }
    let columns = ["TYPE", "REASON", "KIND", "NAME", "SOURCE", "MESSAGE"].map { column("\($0)") }
    return lines.map { line in
      EventLine(
        type: cell(line, columns[0], columns[1]),
        reason: cell(line, columns[1], columns[2]),
        about: cell(line, columns[2], columns[3]) + "/" + cell(line, columns[3], columns[4]),
        message: cell(line, columns[5], nil)
      )
    }
  }

  /// The rows up to the end of the script's last `advance`, where the script ends with one.
  ///
  /// A recording went on for a while after the window that the script names: all its waiting since `mark record`.
  func windowed() -> Recording {
    let lines = script.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    guard lines.last?.hasPrefix("advance ") == true, let first = rows.first else { return self }
    let recorded = lines.drop { $0 != "mark record" }
    guard !recorded.contains(where: { $0.hasPrefix("until ") }) else { return self }
    let seconds = recorded.filter { $0.hasPrefix("advance ") && $0.hasSuffix("s") }
      .compactMap { Double($0.dropFirst("advance ".count).dropLast()) }.reduce(0, +)
    var copy = self
    copy.rows = rows.filter { $0.time <= first.time + seconds * 1000 }
    return copy
  }
}
