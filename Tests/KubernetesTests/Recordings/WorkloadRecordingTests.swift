import Curriculum
import Foundation
import Kubernetes
import Testing

/// Recordings of Deployments, StatefulSets, DaemonSets and Jobs: several loops race there, so only what they decide has
/// to agree.
///
/// The same: every write but statuses, with its multiplicity; the order in which sizes are written, and that in which
/// Pods with a turn of their own come and go; what every status says in the end; reasons and messages of all Events.
/// Pods are known by their owner alone.
@Suite struct WorkloadRecordingTests {
  static let recordings = Recording.all(in: Oracle.folder).filter { $0.isWorkload }

  @Test(arguments: recordings) func theModelDecidesTheSame(_ recording: Recording) throws {
    let simulation = try #require(try RecordingTests.replay(recording))
    #expect(simulation.unmet.map(\.text) == [])
    let recorded = recording.windowed().rows
    let model = RecordingTests.rows(simulation)
    #expect(Self.differences(Self.writes(recorded), Self.writes(model)) == [])
    #expect(Self.sizes(recorded) == Self.sizes(model))
    #expect(Self.ends(recorded) == Self.ends(model))
    if recording.hasTurns { #expect(Self.turns(recorded) == Self.turns(model)) }
  }

  @Test(arguments: recordings) func aMissingWriteIsNoticed(_ recording: Recording) {
    let rows = recording.rows.filter { Self.isDecision($0) }
    for index in rows.indices {
      var fewer = rows
      fewer.remove(at: index)
      #expect(Self.differences(Self.writes(rows), Self.writes(fewer)) != [])
    }
  }

  private static let reporting = ["deployments", "replicasets", "statefulsets", "daemonsets", "jobs"]
  private static let decided = reporting + ["pods", "events", "controllerrevisions"]

  private static func isDecision(_ row: Recording.Row) -> Bool {
    guard let code = row.code, code < 300, row.subresource != "status" else { return false }
    return decided.contains(row.resource)
  }

  private static func writes(_ rows: [Recording.Row]) -> [String] {
    rows.filter { isDecision($0) }.map { row in
      var parts = [actor(row), row.verb, row.resource, row.subresource, name(row), "\(row.code ?? 0)"]
      if row.resource == "events" {
        parts.append(plain(row.note))
      } else if let size = size(row) {
        parts.append(size)
      }
      return parts.joined(separator: " ")
    }
  }

  private static func differences(_ recorded: [String], _ model: [String]) -> [String] {
    var balance: [String: Int] = [:]
    for row in recorded { balance[row, default: 0] += 1 }
    for row in model { balance[row, default: 0] -= 1 }
    return balance.filter { $0.value != 0 }.sorted { $0.key < $1.key }.map { "\($0.value) more recorded: \($0.key)" }
  }

  /// The sizes of ReplicaSets in the order in which they were written.
  private static func sizes(_ rows: [Recording.Row]) -> [String] {
    rows.filter { isDecision($0) && $0.resource == "replicasets" && $0.verb != "delete" }
      .compactMap { row in size(row).map { "\(row.name) \($0)" } }
  }

  /// The last status of every Deployment and ReplicaSet.
  private static func ends(_ rows: [Recording.Row]) -> [String: String] {
    var ends: [String: String] = [:]
    for row in rows where row.subresource == "status" && (row.code ?? 409) < 300 {
      // In which order two conditions stand depends on which of them changed last.
      if reporting.contains(row.resource) {
        // What was done before the recording began shows in generations.
        ends["\(row.resource)/\(row.name)"] = (row.note.components(separatedBy: " conds=").first ?? "")
          .replacingOccurrences(of: #" (gen|observed)=\d+"#, with: "", options: .regularExpression)
      }
    }
    return ends
  }

  /// The Pods as they are made, begin to run, are marked and go.
  private static func turns(_ rows: [Recording.Row]) -> [String] {
    var turns: [String] = []
    var running: Set<String> = []
    for row in rows where row.resource == "pods" && (row.code ?? 409) < 300 {
      if row.verb == "create", row.subresource.isEmpty { running.remove(row.name) }
      let starts = row.subresource == "status" && row.note.hasPrefix("phase=Running")
      if starts, !running.insert(row.name).inserted { continue }
      if starts || row.subresource.isEmpty { turns.append("\(actor(row)) \(row.verb) \(name(row))") }
    }
    return turns
  }

  private static func size(_ row: Recording.Row) -> String? {
    if row.subresource == "scale" { return row.note }
    return row.note.components(separatedBy: " ").first { $0.hasPrefix("spec.replicas=") }
  }

  private static func actor(_ row: Recording.Row) -> String {
    let name = row.actor.components(separatedBy: "/").last ?? row.actor
    return name.components(separatedBy: "@").first ?? name
  }

  private static func name(_ row: Recording.Row) -> String {
    let name = row.resource == "events" ? row.name.components(separatedBy: ".").first ?? "" : row.name
    return plain(name)
  }

  /// Without what is generated: the end of a Pod's name, its node, the namespace of a recording.
  private static func plain(_ text: String) -> String {
    text.replacingOccurrences(of: #"-[bcdfghjklmnpqrstvwxz2456789]{5}\b"#, with: "-*", options: .regularExpression)
      .replacingOccurrences(of: #"\bf-[a-z0-9-]+/"#, with: "default/", options: .regularExpression)
      .replacingOccurrences(of: #" to node-\d$"#, with: " to NODE", options: .regularExpression)
  }
}

extension Recording {
  /// Whether controllers of Pods are at work in it.
  var isWorkload: Bool { script.contains("create deployment") || hasTurns }

  /// Whether Pods come and go in an order there that is no accident.
  var hasTurns: Bool { rows.contains { $0.resource == "statefulsets" || $0.resource == "daemonsets" } }
}
