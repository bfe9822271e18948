import Testing

/// Names are names: a run in which others stand is the same run.
@Suite struct RenamingTests {
  static let script = """
    kubectl run web --image=demo/web:1.0
    until pod/web Running
    kubectl get pods -o wide
    break kubelet@node-1
    kubectl delete pod web --wait=false
    repair kubelet@node-1
    until pod/web gone

    """

  /// Other names for the Pod and two nodes; longer ones move the columns of what kubectl prints, so blanks do not count.
  static func renamed(_ text: String) -> String {
    var text = text
    for (old, new) in [("web", "zebra"), ("node-1", "alpha"), ("node-2", "quite-another")] {
      text = text.replacing(old, with: new)
    }
    return text
  }

  static func squeezed(_ text: String) -> [String] {
    text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
  }

  @Test(arguments: ["0", "7"])
  func aRunDependsOnNoName(_ seed: String) throws {
    let folder = try Folder()
    let cluster = try Package.text("Lessons/clusters/oracle.yaml")
    try #require(cluster.contains("node-1") && cluster.contains("node-2"))
    func run(_ script: String, _ cluster: String) throws -> Program.Run {
      let file = try folder.write(cluster, to: "cluster.yaml")
      return try Program.run(
        ["trace", "--script", "-", "--cluster", file, "--seed", seed, "--output", "jsonl"],
        input: script
      )
    }
    // The image keeps its name: what it does is known by it.
    func other(_ text: String) -> String { Self.renamed(text).replacing("demo/zebra", with: "demo/web") }
    let first = try run(Self.script, cluster)
    let second = try run(other(Self.script), Self.renamed(cluster))
    #expect(first.status == 0, "\(first.errors)")
    #expect(second.status == 0, "\(second.errors)")
    #expect(first.output.contains("node-1") || first.output.contains("node-2"))
    #expect(Self.squeezed(other(first.output)) == Self.squeezed(second.output))
  }
}
