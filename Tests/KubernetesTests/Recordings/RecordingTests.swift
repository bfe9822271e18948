import Clockwork
import Curriculum
import Foundation
import Kubernetes
import Testing

/// The model replays every recording of the oracle folder and must agree under the contract.
@Suite struct RecordingTests {
  static let recordings = Recording.all(in: Oracle.folder).filter { !$0.isWorkload }

  @Test(arguments: recordings) func theModelAgrees(_ recording: Recording) throws {
    let window = recording.windowed()
    let differences = try Self.differences(recording) { simulation in
      Contract.differences(window.rows, Self.rows(simulation))
    }
    #expect(differences == [], "\(recording.name)")
  }

  /// What the model does otherwise than recorded, whichever of equal nodes it takes: those of seed 0 where every choice
  /// differs.
  ///
  /// How many Pods a broken node has, or who is preempted, hangs on a choice that is free.
  static func differences(
    _ recording: Recording,
    _ compare: (Simulation) -> [String]
  ) throws -> [String] {
    var first: [String]?
    for seed in UInt64(0)..<4 {
      let simulation = try #require(try replay(recording, seed: seed))
      let found = simulation.unmet.map { "not reached: \($0.text)" } + compare(simulation)
      if found.isEmpty { return [] }
      first = first ?? found
    }
    return first ?? []
  }

  @Test(arguments: recordings) func theEventsAgree(_ recording: Recording) throws {
    let simulation = try #require(try Self.replay(recording))
    let modelled = simulation.etcd.objects.compactMap(\.event).map { event in
      Recording.EventLine(
        type: event.type,
        reason: event.reason,
        about: "\(event.involvedObject.kind)/\(event.involvedObject.name)",
        message: Self.place(event.message)
      )
    }
    let recorded = recording.events.map { line in
      var copy = line
      copy.message = Self.place(line.message)
      return copy
    }
    #expect(Set(modelled) == Set(recorded))
  }

  /// Which of two equal nodes is taken, and the recording's namespace, are free.
  private static func place(_ message: String) -> String {
    message.replacingOccurrences(of: #"\bf-[a-z0-9-]+/"#, with: "default/", options: .regularExpression)
      .replacingOccurrences(of: #" (to|on node) node-\d$"#, with: " $1 NODE", options: .regularExpression)
  }

  /// Drops, doubles, swaps and rewords every row: the contract notices each one that is not free.
  @Test(arguments: recordings) func everyMutationIsNoticed(_ recording: Recording) {
    let rows = recording.rows.filter(Contract.counts)
    for index in rows.indices {
      var dropped = rows
      dropped.remove(at: index)
      expectNoticed(rows, dropped, "dropped \(index)", recording, free: repeatsStatus(rows, index))
      var doubled = rows
      doubled.insert(rows[index], at: index)
      expectNoticed(rows, doubled, "doubled \(index)", recording, free: isStatus(rows[index]))
      for (number, reworded) in rewordings(rows[index]).enumerated() {
        var changed = rows
        changed[index] = reworded
        expectNoticed(rows, changed, "reworded \(index).\(number)", recording, free: false)
      }
      guard index + 1 < rows.count else { continue }
      var swapped = rows
      swapped.swapAt(index, index + 1)
      expectNoticed(rows, swapped, "swapped \(index)", recording, free: areFree(rows, index))
    }
  }

  private func expectNoticed(
    _ rows: [Recording.Row],
    _ changed: [Recording.Row],
    _ what: String,
    _ recording: Recording,
    free: Bool
  ) {
    let noticed = !Contract.differences(rows, changed).isEmpty
    #expect(noticed != free, "\(recording.name): \(what)")
  }

  private func isStatus(_ row: Recording.Row) -> Bool { row.resource == "pods" && row.subresource == "status" }

  /// A status that says what the last one said may be left out.
  private func repeatsStatus(_ rows: [Recording.Row], _ index: Int) -> Bool {
    isStatus(rows[index]) && Contract.signatures(rows).count == Contract.signatures(rows.removing(index)).count
  }

  /// Two neighbours that share no chain may come in either order; so may two that say the same.
  private func areFree(_ rows: [Recording.Row], _ index: Int) -> Bool {
    let pair = Contract.signatures([rows[index], rows[index + 1]])
    guard pair.count == 2 else { return true }
    let swapped = Contract.signatures([rows[index + 1], rows[index]])
    return Set(pair[0].chains).isDisjoint(with: pair[1].chains) || pair == swapped
  }

  private func rewordings(_ row: Recording.Row) -> [Recording.Row] {
    var out: [Recording.Row] = []
    func change(_ body: (inout Recording.Row) -> Void) {
      var copy = row
      body(&copy)
      if copy != row { out.append(copy) }
    }
    change { $0.verb += "x" }
    change { $0.resource = $0.resource == "container" ? "container" : $0.resource + "x" }
    change { $0.actor = "etcd" }
    // The end of an Event's name is generated: it may differ.
    change { $0.name = "x" + $0.name }
    change { $0.code = $0.code.map { _ in 500 } }
    change { $0.subresource += "x" }
    change { if !$0.note.isEmpty { $0.note += " or so" } }
    return out
  }

  // MARK: Replaying

  static func replay(_ recording: Recording, seed: UInt64 = 0) throws -> Simulation? {
    let text = try String(contentsOf: Oracle.folder.appendingPathComponent("cluster.yaml"), encoding: .utf8)
    let (spec, problems) = Stage.cluster(text: text, file: "cluster.yaml")
    #expect(problems.map(\.description) == [])
    guard var spec else { return nil }
    if recording.script.contains("\nload ") {
      // The recorded cluster's metrics knew every change of load at once.
      var metering = AddOns.Metering(spec.version)
      metering.resolution = 1000
      metering.housekeeping = 1000
      spec.addOns.metricsServer = metering
    }
    let (course, _) = Course.load(.embedded)
    let stage = Stage(course, language: course.language("en")) { recording.file($0) }
    let (lines, mistakes) = stage.script(recording.recordedScript, file: "script.txt", version: spec.version)
    #expect(mistakes.map(\.description) == [])
    let parser = stage.parser(spec.version)
    var simulation = Simulation(
      spec,
      images: stage.images().images,
      seed: seed,
      script: lines,
      parser: parser,
      budget: 16
    )
    let finished = simulation.run()
    #expect(finished)
    return simulation
  }

  /// The rows after `mark record`.
  static func rows(_ simulation: Simulation) -> [Recording.Row] {
    var rows: [Recording.Row] = []
    var isRecording = false
    for row in simulation.rows {
      if row.record.verb == "mark" {
        isRecording = row.record.name == "record"
        continue
      }
      guard isRecording else { continue }
      let record = row.record
      rows.append(
        Recording.Row(
          time: Double(row.time),
          actor: record.actor,
          verb: record.verb,
          resource: record.resource,
          subresource: record.subresource,
          namespace: record.namespace,
          name: record.name,
          code: record.code.map(Int.init),
          note: record.note
        )
      )
    }
    return rows
  }
}

extension [Recording.Row] {
  fileprivate func removing(_ index: Int) -> Self {
    var copy = self
    copy.remove(at: index)
    return copy
  }
}
