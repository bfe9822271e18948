import Curriculum
import Foundation
import Kubernetes
import Testing

/// Deployments from beginning to end: what the loops write, and what kubectl says of it.
@Suite struct WorkloadFlowTests {
  private static let start = """
    preload demo/web:1.0
    preload demo/web:2.0
    kubectl create deployment web --image=demo/web:1.0 --replicas=4
    until deployment/web Ready
    mark record

    """

  private static func play(_ script: String, _ version: Version = .then) throws -> Simulation {
    let file = Oracle.folder.appendingPathComponent("cluster.yaml")
    var text = try String(contentsOf: file, encoding: .utf8)
    if version == .now {
      text = text.replacingOccurrences(of: "version: then", with: "version: now")
        .replacingOccurrences(of: "runtime: docker", with: "runtime: containerd")
        .replacingOccurrences(of: "network: kubenet", with: "network: bridge")
    }
    let (spec, problems) = Stage.cluster(text: text, file: "cluster.yaml")
    #expect(problems.map(\.description) == [])
    let (course, _) = Course.load(.embedded)
    let stage = Stage(course, language: course.language("en")) { _ in nil }
    let cluster = try #require(spec)
    let (lines, mistakes) = stage.script(start + script, file: "script.txt", version: cluster.version)
    #expect(mistakes.map(\.description) == [])
    let parser = stage.parser(cluster.version)
    let images = stage.images().images
    var simulation = Simulation(cluster, images: images, seed: 0, script: lines, parser: parser, budget: 16)
    let finished = simulation.run()
    #expect(finished)
    #expect(simulation.unmet.map(\.text) == [])
    return simulation
  }

  /// The sizes of ReplicaSets in the order in which they were written, by the image of their Pods.
  private static func sizes(_ simulation: Simulation) -> [String] {
    RecordingTests.rows(simulation).filter {
      $0.resource == "replicasets" && $0.subresource.isEmpty && ($0.code ?? 409) < 300
        && $0.actor.hasSuffix("deployment-controller")
    }.map { row in
      let size = row.note.components(separatedBy: " ").first { $0.hasPrefix("spec.replicas=") } ?? ""
      return "\(row.name.suffix(4)) \(size.dropFirst(14))"
    }
  }

  private static func printed(_ simulation: Simulation) -> [String] {
    RecordingTests.rows(simulation).filter { $0.verb == "print" }.map(\.note)
  }

  @Test func anUndoTakesTheOldReplicaSetAndGivesItANewNumber() throws {
    let simulation = try Self.play(
      """
      kubectl set image deployment/web web=demo/web:2.0
      until deployment/web Ready
      kubectl rollout undo deployment/web
      until deployment/web Ready
      kubectl rollout history deployment/web
      """
    )
    let back = [
      "8b89 1", "4664 3", "8b89 2", "4664 2", "8b89 3", "4664 1", "8b89 4", "4664 0",
    ]
    #expect(Self.sizes(simulation).suffix(8) == back)
    #expect(Self.printed(simulation).contains("deployment.apps/web rolled back"))
    let history = try #require(Self.printed(simulation).last)
    #expect(history.hasPrefix("deployment.apps/web \nREVISION  CHANGE-CAUSE\n2         <none>\n3         <none>"))
  }

  @Test func aRolloutThatIsStuckKeepsTheOldPodsAndSaysSoWhenItsTimeIsUp() throws {
    let simulation = try Self.play(
      """
      kubectl set image deployment/web web=registry.invalid/web:9.9
      advance 40s
      kubectl get deployment web
      kubectl rollout status deployment/web
      kubectl rollout undo deployment/web
      until deployment/web Ready
      """
    )
    #expect(Self.sizes(simulation).prefix(3).map { $0.suffix(1) } == ["1", "3", "2"])
    #expect(Self.sizes(simulation).suffix(3).map { $0.suffix(1) } == ["3", "0", "4"])
    let printed = Self.printed(simulation)
    #expect(printed.contains { $0.contains("web    3/4     2            3") })
    #expect(printed.contains("error: deployment \"web\" exceeded its progress deadline"))
  }

  @Test func recreateWaitsUntilNoOldPodIsLeft() throws {
    let simulation = try Self.play(
      """
      kubectl patch deployment web -p '{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}'
      kubectl set image deployment/web web=demo/web:2.0
      kubectl rollout status deployment/web
      """
    )
    #expect(Self.sizes(simulation) == ["8b89 0", "4664 4"])
    let rows = RecordingTests.rows(simulation)
    let gone = try #require(
      rows.lastIndex { $0.resource == "pods" && $0.verb == "delete" && $0.actor.hasPrefix("kubelet") }
    )
    let made = try #require(rows.firstIndex { $0.resource == "replicasets" && $0.verb == "create" })
    #expect(gone < made)
  }

  @Test func aPausedDeploymentGrowsButRollsNothingOut() throws {
    let simulation = try Self.play(
      """
      kubectl rollout pause deployment/web
      kubectl set image deployment/web web=demo/web:2.0
      kubectl scale deployment web --replicas=5
      advance 20s
      kubectl rollout pause deployment/web
      kubectl rollout resume deployment/web
      until deployment/web Ready
      """,
      .now
    )
    #expect(Self.sizes(simulation).first?.hasSuffix(" 5") == true)
    let printed = Self.printed(simulation)
    #expect(printed.contains("deployment.apps/web paused"))
    #expect(printed.contains("error: deployments.apps \"web\" is already paused"))
    #expect(printed.contains("deployment.apps/web resumed"))
    let messages = simulation.etcd.objects.compactMap(\.event).map(\.message)
    #expect(messages.contains { $0.hasPrefix("Scaled up replica set web-") && $0.hasSuffix(" from 4 to 5") })
  }

  @Test func anOrphanIsAdoptedAndATooLargeSetGivesPodsUp() throws {
    let simulation = try Self.play(
      """
      kubectl scale deployment web --replicas=2 --current-replicas=4
      until deployment/web Ready
      kubectl scale deployment web --replicas=3 --current-replicas=9
      advance 60s
      kubectl label pod {{pod app=web 1}} app=other --overwrite
      until deployment/web Ready
      advance 60s
      kubectl get pods
      """
    )
    #expect(Self.printed(simulation).contains("error: Expected replicas to be 9, was 2"))
    // The Pod that lost its label is nobody's now, and another one stands in for it.
    #expect(Self.printed(simulation).last?.split(separator: "\n").count == 4)
  }
}
