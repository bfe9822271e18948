import Foundation
import Testing

/// Files that nobody meant well: the program says what is wrong, and neither traps nor hangs.
@Suite struct HostileTests {
  static let hostile: [(name: String, bytes: Data)] = [
    ("empty", Data()),
    ("zeros", Data(count: 4096)),
    ("binary", Data((0..<65_536).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 3) })),
    ("latin", Data([0x63, 0x61, 0x66, 0xe9, 0x0a])),
    ("one line", Data(repeating: 0x61, count: 3_000_000)),
    ("deep", Data(String(repeating: "[", count: 200_000).utf8)),
    ("nested", Data(String(repeating: "{\"a\":", count: 100_000).utf8)),
    ("bombs", Data("a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nkind: *c\n".utf8)),
    ("torn", Data("{\"v\":1,\"course\":\"kubernetes-inside@1.0\",\"lesson\":\"comp".utf8)),
    ("controls", Data("\u{1b}]0;gone\u{7}\u{1b}[2J kubectl \u{202e}\n".utf8)),
  ]

  @Test(arguments: hostile.indices)
  func endsInOrder(_ place: Int) throws {
    let (name, bytes) = Self.hostile[place]
    let folder = try Folder()
    let file = try folder.write(bytes, to: "file")
    for arguments in [
      ["trace", "-f", file], ["trace", "--script", file], ["trace", "--script", "-", "--cluster", file],
      ["grade", file],
    ] {
      let run = try Program.run(arguments)
      // An empty script or answers file is no mistake.
      #expect([0, 1, 65].contains(run.status), "\(name): \(arguments): \(run.status)")
      #expect(run.status != 0 || bytes.count < 4097 || name == "one line", "\(name): \(arguments)")
      #expect(!run.errors.utf8.contains(0x1b), "\(name): \(arguments)")
      #expect(run.errors.utf8.count < 100_000, "\(name): \(arguments)")
    }
  }

  @Test func readsAScriptOfAnotherSystem() throws {
    let plain = "kubectl run web --image=demo/web:1.0\nuntil pod/web Running\n"
    let strange = "\u{feff}" + plain.split(separator: "\n").joined(separator: "\r\n")
    let first = try Program.run(["trace", "--script", "-", "--digest"], input: plain)
    let second = try Program.run(["trace", "--script", "-", "--digest"], input: strange)
    #expect(first.status == 0)
    #expect(second.status == 0, "\(second.errors)")
    #expect(first.output == second.output)
  }

  @Test func aCourseOfPipesAndFoldersIsRead() throws {
    let folder = try Folder()
    try Package.writeExample(to: folder)
    #expect(mkfifo(folder.url.appending(path: "Lessons/first/pipe.yaml").path, 0o600) == 0)
    try FileManager.default.createDirectory(
      at: folder.url.appending(path: "Content/en/folder.md"),
      withIntermediateDirectories: true
    )
    try folder.write(Data([0xff, 0xd8]), to: "Content/en/picture.jpg")
    #expect(try Program.run(["check", folder.path]).status == 0)
    try folder.write(Data([0xff, 0xd8]), to: "Lessons/first/two-pods.yaml")
    let broken = try Program.run(["check", folder.path])
    #expect(broken.status == 65)
    #expect(broken.errors.contains("two-pods.yaml: this is not UTF-8 text"))
  }

  @Test func nothingIsHalfApplied() throws {
    let folder = try Folder()
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: good}\nspec: {containers: [{name: a, image: b}]}\n"
    let good = try folder.write(pod, to: "it's good.yaml")
    let bad = try folder.write("---\n" + pod + "---\napiVersion: v1\nkind: Wombat\n", to: "bad.yaml")
    let fine = try Program.run(["trace", "-f", good])
    #expect(fine.status == 0, "\(fine.errors)")
    #expect(fine.output.contains("pod/good created"))
    let run = try Program.run(["trace", "-f", good, "-f", bad])
    #expect(run.status == 65)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains("\(bad):8:7: error:"), "\(run.errors)")
  }

  @Test func filesAreFoundBesideTheScript() throws {
    let folder = try Folder()
    try folder.write(
      "apiVersion: v1\nkind: Pod\nmetadata: {name: beside}\nspec: {containers: [{name: a, image: b}]}\n",
      to: "inner/pod.yaml"
    )
    try folder.write("kubectl apply -f pod.yaml\n", to: "inner/script")
    let run = try Program.run(["trace", "--script", "inner/script"], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("pod/beside created"))
    try folder.replace("pod.yaml", with: "gone.yaml", in: "inner/script")
    let missing = try Program.run(["trace", "--script", "inner/script"], in: folder)
    #expect(missing.status == 65)
    #expect(missing.errors.contains("gone.yaml"))
  }
}
