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
    let recorded = recording.windowed().rows
    let differences = try RecordingTests.differences(recording) { simulation in
      let model = RecordingTests.rows(simulation)
      return Self.differences(Self.writes(recorded), Self.writes(model))
        + Self.parting("size", Self.sizes(recorded), Self.sizes(model))
        + Self.parting("end", Self.ends(recorded), Self.ends(model))
        + (recording.hasTurns ? Self.parting("turn", Self.turns(recorded), Self.turns(model)) : [])
    }
    #expect(differences == [], "\(recording.name)")
  }

  /// Where two lists part.
  private static func parting(_ what: String, _ recorded: [String], _ model: [String]) -> [String] {
    guard recorded != model else { return [] }
    let place = zip(recorded, model).prefix { $0 == $1 }.count
    let one = place < recorded.count ? recorded[place] : "nothing"
    let other = place < model.count ? model[place] : "nothing"
    return ["\(what) \(place): recorded \(one) | model \(other)"]
  }

  @Test(arguments: recordings) func aMissingWriteIsNoticed(_ recording: Recording) {
    let rows = recording.rows.filter { Self.isDecision($0) }
    for index in rows.indices {
      var fewer = rows
      fewer.remove(at: index)
      #expect(Self.differences(Self.writes(rows), Self.writes(fewer)) != [])
    }
  }

  static let reporting = ["deployments", "replicasets", "statefulsets", "daemonsets", "jobs"]
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
  private static func ends(_ rows: [Recording.Row]) -> [String] {
    var ends: [String: String] = [:]
    for row in rows where row.subresource == "status" && (row.code ?? 409) < 300 {
      // In which order two conditions stand depends on which of them changed last.
      if reporting.contains(row.resource) {
        // What was done before the recording began shows in generations.
        let note = (row.note.components(separatedBy: " conds=").first ?? "")
          .replacingOccurrences(of: #" (gen|observed)=\d+"#, with: "", options: .regularExpression)
        ends["\(row.resource)/\(row.name)"] = row.resource == "jobs" ? counts(note) : note
      }
    }
    return ends.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
  }

  /// What a Job counts: nothing says in which form the rest of its status is written down.
  private static func counts(_ note: String) -> String {
    let counts = ["active=", "succeeded=", "failed="]
    return note.components(separatedBy: " ").filter { word in
      counts.contains { word.hasPrefix($0) } && !word.hasSuffix("=0") && !word.hasSuffix("=None")
    }.joined(separator: " ")
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
      .replacingOccurrences(of: #" (to|on node) node-\d$"#, with: " $1 NODE", options: .regularExpression)
  }
}

extension Recording {
  /// Whether controllers of Pods are at work in it, however they were asked for: their Pods have generated names.
  var isWorkload: Bool { rows.contains { WorkloadRecordingTests.reporting.contains($0.resource) } }

  /// Whether Pods come and go in an order there that is no accident.
  var hasTurns: Bool { rows.contains { $0.resource == "statefulsets" || $0.resource == "daemonsets" } }
}
