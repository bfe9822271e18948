import Clockwork
import Curriculum
import Foundation
import Testing

@testable import Kubernetes

/// Scripts in the reference cluster with kernels that move packets.
enum PacketPlay {
  private static let course = Course.load(.embedded).course

  /// Two Pods that answer, and a Service before them.
  private static let start = """
    preload demo/web:1.0
    preload demo/side:1.0
    kubectl create deployment web --image=demo/web:1.0 --port=8080 --replicas=2
    kubectl expose deployment web --port=80 --target-port=8080
    until deployment/web Available
    advance 3s

    """

  static func run(_ script: String, supposing rule: FalseRule? = nil) throws -> Simulation {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let stage = Stage(course, language: course.language("en")) { name in
      try? String(contentsOf: root.appending(path: "Lessons/manifests/\(name)"), encoding: .utf8)
    }
    var cluster = try #require(stage.cluster("reference").spec)
    cluster.hasPackets = true
    let (lines, mistakes) = stage.script(start + script, file: "script.txt", version: cluster.version)
    #expect(mistakes.map(\.description) == [])
    var simulation = Simulation(
      cluster,
      images: stage.images().images,
      seed: 0,
      script: lines,
      parser: stage.parser(cluster.version),
      budget: 16,
      supposing: rule
    )
    let finished = simulation.run()
    #expect(finished)
    #expect(simulation.unmet.map(\.text) == [])
    #expect(simulation.world.objections.isEmpty)
    return simulation
  }
}
