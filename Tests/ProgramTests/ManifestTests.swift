import Foundation
import Testing

/// Manifests as people write them: they run until every Pod is Ready, or the program names what it does not model.
@Suite struct ManifestTests {
  private static func file(_ name: String) -> String {
    Package.root.appending(path: "Tests/Fixtures/manifests/\(name).yaml").path
  }

  @Test(arguments: [("visitors-book", 6), ("tea-shop", 5)], ["now", "then"])
  func everyPodGetsReady(_ set: (name: String, pods: Int), _ version: String) throws {
    let run = try Program.run(["trace", "-f", Self.file(set.name), "--version", version, "--output", "jsonl"])
    #expect(run.status == 0, "\(run.errors)")
    var ready: Set<String> = []
    for line in run.output.split(separator: "\n") where line.contains("\"Ready\\\": \\\"True") {
      let row = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      if row?["resource"] as? String == "pods", let name = row?["name"] as? String { ready.insert(name) }
    }
    #expect(ready.count == set.pods, "\(ready.sorted())")
  }

  @Test func aKindThatIsNotModelledIsNamedWithItsLine() throws {
    let folder = try Folder()
    let text = try String(contentsOfFile: Self.file("visitors-book"), encoding: .utf8)
    let more = "---\napiVersion: batch/v1\nkind: NightJob\nmetadata: {name: sweep}\n"
    let path = try folder.write(text + more, to: "more.yaml")
    let run = try Program.run(["trace", "-f", path])
    #expect(run.status == 65)
    let line = text.split(separator: "\n", omittingEmptySubsequences: false).count + 2
    #expect(run.errors.contains("more.yaml:\(line):"), "\(run.errors)")
    #expect(run.errors.contains("no matches for kind \"NightJob\" in version \"batch/v1\""), "\(run.errors)")
    #expect(run.output.isEmpty)
  }
}
