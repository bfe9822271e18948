import Clockwork
import Curriculum
import Testing

@testable import Kubernetes

/// A whole cluster of two nodes in which somebody sends something.
struct ClusterStage {
  var simulation: Simulation

  /// Plays a script; files of the script are given with their names.
  init(
    _ script: String,
    _ version: Version,
    extra: String = "packets: true\n",
    nodes: String = ClusterStage.nodes,
    files: [String: String] = [:]
  ) throws {
    let parts = version == .then ? ("docker", "kubenet") : ("containerd", "bridge")
    let text = """
      version: \(version.rawValue)
      runtime: \(parts.0)
      network: \(parts.1)
      serviceCIDR: 10.96.0.0/12
      clusterCIDR: 10.244.0.0/16
      controlPlane: {name: cp1, ip: 192.168.56.10}
      nodes:
      \(nodes)
      \(extra)
      """
    let (spec, problems) = Stage.cluster(text: text, file: "cluster.yaml")
    #expect(problems.map(\.description) == [])
    let (course, _) = Course.load(.embedded)
    let stage = Stage(course, language: course.language("en")) { files[$0] }
    let cluster = try #require(spec)
    let (lines, mistakes) = stage.script(script, file: "script.txt", version: cluster.version)
    #expect(mistakes.map(\.description) == [])
    let parser = stage.parser(cluster.version)
    let images = stage.images().images
    simulation = Simulation(cluster, images: images, seed: 0, script: lines, parser: parser, budget: 16)
    let finished = simulation.run()
    #expect(finished)
    #expect(simulation.unmet.map(\.text) == [])
    #expect(simulation.problems.count == 0)
  }

  static let nodes = """
    - {name: node1, ip: 192.168.56.11, podCIDR: 10.244.1.0/24}
    - {name: node2, ip: 192.168.56.12, podCIDR: 10.244.2.0/24}
    """

  /// What those got who sent something, in order.
  var results: [Kube.Record] {
    simulation.rows.map(\.record).filter { ["curl", "dig", "nslookup"].contains($0.verb) }
  }

  func kernel(_ name: String) throws -> Kernel {
    let full = name == "fabric" ? name : "kernel@\(name)"
    let address = try #require(simulation.world.address(of: full))
    return try #require(simulation.world.component(address, as: Kernel.self))
  }

  func pod(_ name: String, in namespace: String = "default") -> Pod? {
    simulation.object(ObjectKey(.pod, namespace, name))?.pod
  }

  func ip(_ name: String) -> String { pod(name)?.status.podIP ?? "" }

  /// The frames that a Pod's interface saw, as they came and went.
  func frames(_ pod: String, on node: String) throws -> [Packet] {
    let moving = try kernel(node).moving
    let space = moving.network.namespace(ofPod: "default/\(pod)")?.name
    return moving.captures.values.filter { $0.namespace == space && $0.device == "eth0" }.map(\.packet)
  }
}
