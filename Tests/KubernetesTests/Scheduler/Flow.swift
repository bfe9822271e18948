import Clockwork
import Curriculum
import Kubernetes
import Testing

/// A whole cluster of two equal nodes that follows a script; what a person would see of it afterwards.
struct Flow {
  private(set) var simulation: Simulation

  /// - Parameters:
  ///   - script: the lines of a lesson or of `trace --script`.
  ///   - version: the release.
  ///   - files: manifests by the names that the script uses.
  ///   - seed: the seed of the world.
  /// - Throws: where the cluster spec cannot be read.
  init(_ script: String, _ version: Version, _ files: [String: String] = [:], seed: UInt64 = 0) throws {
    let runtime = version == .then ? "docker" : "containerd"
    let text = """
      version: \(version == .then ? "then" : "now")
      runtime: \(runtime)
      network: \(version == .then ? "kubenet" : "bridge")
      proxy: iptables
      serviceCIDR: 10.96.0.0/12
      clusterCIDR: 10.244.0.0/16
      controlPlane: {name: master, ip: 192.168.56.10, registers: false}
      nodes:
        - {name: node-1, ip: 192.168.56.11, podCIDR: 10.244.1.0/24, cpu: "2", memory: 4Gi, pods: 110}
        - {name: node-2, ip: 192.168.56.12, podCIDR: 10.244.2.0/24, cpu: "2", memory: 4Gi, pods: 110}

      """
    let (spec, problems) = Stage.cluster(text: text, file: "cluster.yaml")
    #expect(problems.map(\.description) == [])
    let (course, _) = Course.load(.embedded)
    let stage = Stage(course, language: course.language("en")) { files[$0] }
    let (lines, mistakes) = stage.script(script, file: "script.txt", version: version)
    #expect(mistakes.map(\.description) == [])
    simulation = Simulation(
      try #require(spec),
      images: stage.images().images,
      seed: seed,
      script: lines,
      parser: stage.parser(version),
      budget: 16
    )
    let isOver = simulation.run()
    #expect(isOver)
    #expect(simulation.unmet.map(\.text) == [])
  }

  /// Writes and prints of some actors, one a line: `kube-scheduler delete pods low: …`.
  func rows(by actors: [String]) -> [String] {
    simulation.rows.map(\.record).filter { actors.contains($0.actor) && $0.resource != "log" }.map { record in
      let resource = record.subresource.isEmpty ? record.resource : "\(record.resource)/\(record.subresource)"
      return "\(record.verb) \(resource) \(record.name): \(record.note)"
    }
  }

  /// What kubectl printed.
  var printed: [String] { simulation.rows.map(\.record).filter { $0.verb == "print" }.map(\.note) }

  func pod(_ name: String) -> Pod? { simulation.object(ObjectKey(.pod, "default", name))?.pod }

  /// Reasons and messages of a Pod's Events, in the order in which they were stored.
  func events(about name: String) -> [String] {
    simulation.etcd.objects.compactMap(\.event).filter { $0.involvedObject.name == name }
      .sorted { $0.metadata.resourceVersion < $1.metadata.resourceVersion }
      .map { "\($0.type) \($0.reason): \($0.message)" }
  }
}
