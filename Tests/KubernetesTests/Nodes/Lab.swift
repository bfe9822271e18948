import Clockwork
import Curriculum
import Foundation
import Kubernetes
import Testing

/// The recorded cluster, of either version, that runs a script.
struct Lab {
  var simulation: Simulation

  /// `spec` is added to the file of the cluster; where it does not run, a test's own chooser can play it.
  init(
    _ script: String,
    _ version: Version = .then,
    files: [String: String] = [:],
    spec more: String = "",
    runs: Bool = true
  ) throws {
    let file = Oracle.folder.appendingPathComponent("cluster.yaml")
    var text = try String(contentsOf: file, encoding: .utf8)
    if version == .now {
      text = text.replacingOccurrences(of: "version: then", with: "version: now")
        .replacingOccurrences(of: "runtime: docker", with: "runtime: containerd")
        .replacingOccurrences(of: "network: kubenet", with: "network: bridge")
    }
    let (spec, problems) = Stage.cluster(text: text + more, file: "cluster.yaml")
    #expect(problems.map(\.description) == [])
    let (course, _) = Course.load(.embedded)
    let stage = Stage(course, language: course.language("en")) { files[$0] }
    let cluster = try #require(spec)
    let (lines, mistakes) = stage.script(script, file: "script.txt", version: cluster.version)
    #expect(mistakes.map(\.description) == [])
    let parser = stage.parser(cluster.version)
    simulation = Simulation(
      cluster,
      images: stage.images().images,
      seed: 0,
      script: lines,
      parser: parser,
      budget: 16
    )
    guard runs else { return }
    let finished = simulation.run()
    #expect(finished)
    #expect(simulation.unmet.map(\.text) == [])
    #expect(simulation.world.objections.map(\.key) == [])
  }

  var rows: [Recording.Row] { RecordingTests.rows(simulation) }

  /// What kubectl printed, one text for each command.
  var printed: [String] { rows.filter { $0.verb == "print" }.map(\.note) }

  /// The accepted writes of an actor, in a few words, with the seconds since the mark.
  func writes(_ actor: String, to resource: String = "") -> [(time: Double, text: String)] {
    let start = simulation.rows.first { $0.record.name == "record" }.map { Double($0.time) } ?? 0
    return rows.filter {
      $0.actor.hasSuffix(actor) && ($0.code ?? 500) < 300 && $0.resource != "leases"
        && (resource.isEmpty || $0.resource == resource)
    }.map { row in
      let what = row.resource == "events" ? row.note : "\(row.verb) \(row.resource)/\(row.name) \(row.subresource)"
      return ((row.time - start) / 1000, what)
    }
  }

  func node(_ name: String) -> Node? { simulation.object(ObjectKey(.node, "", name))?.node }

  func pods(_ prefix: String) -> [Pod] {
    simulation.etcd.objects.compactMap(\.pod).filter { $0.metadata.name.hasPrefix(prefix) }
  }

  func taints(_ name: String) -> [String] { node(name)?.spec.taints.map { "\($0.key):\($0.effect)" } ?? [] }

  /// Reasons and messages of all Events about something.
  func events(_ about: String) -> [String] {
    simulation.etcd.objects.compactMap(\.event).filter { $0.involvedObject.name.hasPrefix(about) }
      .map { "\($0.type) \($0.reason) \($0.message)" }
  }
}
