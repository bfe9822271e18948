import Testing

/// Every kind of end has its status, and what is said goes where it belongs.
@Suite struct StatusTests {
  struct Case: CustomTestStringConvertible {
    var arguments: [String]
    var status: Int32
    /// What standard error says.
    var says: String = ""
    var input: String = ""
    var testDescription: String { arguments.joined(separator: " ") }
  }

  static let web = "kubectl run web --image=demo/web:1.0\n"

  @Test(arguments: [
    Case(arguments: ["--help"], status: 0),
    Case(arguments: ["--version"], status: 0),
    Case(arguments: ["check", "--help"], status: 0),
    Case(arguments: ["grade", "--help"], status: 0),
    Case(arguments: ["trace", "--help"], status: 0),
    Case(arguments: ["trace", "create-pod", "--steps", "1000000"], status: 0),
    Case(arguments: ["trace", "--script", "-"], status: 0, input: web),
    Case(arguments: ["grade", "-"], status: 0),
  ])
  func fine(_ given: Case) throws {
    let run = try Program.run(given.arguments, input: given.input)
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    #expect(!run.output.isEmpty)
  }

  @Test(arguments: [
    Case(arguments: ["nonsense"], status: 64, says: "nonsense"),
    Case(arguments: ["trace"], status: 64, says: "Name one of"),
    Case(arguments: ["trace", "create-pod", "-f", "x.yaml"], status: 64, says: "Name one of"),
    Case(arguments: ["trace", "create-pod", "--cluster", "oracle"], status: 64, says: "its own cluster"),
    Case(arguments: ["trace", "create-pod", "--seed", "many"], status: 64, says: "--seed"),
    Case(arguments: ["trace", "create-pod", "--steps", "-1"], status: 64, says: "steps"),
    Case(arguments: ["trace", "create-pod", "--version", "later"], status: 64, says: "later"),
    Case(arguments: ["trace", "create-pod", "--output", "xml"], status: 64, says: "xml"),
    Case(arguments: ["trace", "create-pod", "--lang", "tlh"], status: 64, says: "tlh"),
    Case(arguments: ["trace", "-f", "-", "-"], status: 64, says: "only once"),
    Case(
      arguments: ["trace", "--script", "-", "--cluster", "oracle", "--version", "now"],
      status: 64,
      says: "oracle"
    ),
    Case(arguments: ["check", "--stamp"], status: 64, says: "folder"),
    Case(arguments: ["check", "a", "--course", "b"], status: 64, says: "once"),
    Case(arguments: ["grade"], status: 64, says: "file"),
    Case(arguments: ["grade", "-", "-"], status: 64, says: "only once"),
    Case(arguments: ["grade", "-", "--pass-mark", "101"], status: 64, says: "percentage"),
    Case(arguments: ["grade", "-", "--format", "xml"], status: 64, says: "xml"),
  ])
  func usage(_ given: Case) throws { try expect(given) }

  @Test(arguments: [
    Case(arguments: ["trace", "nowhere/nothing"], status: 66, says: "components/create-pod"),
    Case(arguments: ["trace", "create-pdo"], status: 66, says: "did you mean create-pod?"),
    Case(arguments: ["trace", "-f", "missing.yaml"], status: 66, says: "missing.yaml: No such file"),
    Case(arguments: ["trace", "--script", "missing"], status: 66, says: "missing: No such file"),
    Case(arguments: ["trace", "--script", "/"], status: 66, says: "/: Is a directory"),
    Case(arguments: ["trace", "--script", "-", "--cluster", "nowhere"], status: 66, says: "reference"),
    Case(arguments: ["trace", "create-pod", "--course", "missing"], status: 66, says: "missing: No such file"),
    Case(arguments: ["check", "missing"], status: 66, says: "missing: No such file"),
    Case(arguments: ["check", "."], status: 66, says: "there is no course here"),
    Case(arguments: ["grade", "missing"], status: 66, says: "missing: No such file"),
    Case(arguments: ["grade", "/"], status: 66, says: "/: Is a directory"),
  ])
  func noInput(_ given: Case) throws { try expect(given) }

  @Test(arguments: [
    Case(
      arguments: ["trace", "--script", "-"],
      status: 65,
      says: "standard input:3:1: error:",
      input: "# first\n\(web)fly away\n"
    ),
    Case(arguments: ["trace", "--script", "-"], status: 65, says: "standard input:1:", input: "break nobody\n"),
    Case(
      arguments: ["trace", "--script", "-"],
      status: 65,
      says: "standard input:2:1: error:",
      input: "\(web)kubectl delete pod {{pod app=none 1}}\n"
    ),
    Case(
      arguments: ["trace", "-f", "-"],
      status: 65,
      says: "standard input:2:7: error:",
      input: "apiVersion: v1\nkind: Spaceship\nmetadata: {name: web}\n"
    ),
    Case(arguments: ["trace", "-f", "-"], status: 65, says: "there is no object", input: ""),
    Case(arguments: ["grade", "-"], status: 65, says: "standard input:1: error:", input: "{\"v\":1,\n"),
  ])
  func badData(_ given: Case) throws { try expect(given) }

  @Test(arguments: [
    Case(arguments: ["trace", "create-pod", "--steps", "3"], status: 1, says: "stopped after 3 steps"),
    Case(
      arguments: ["trace", "--script", "-"],
      status: 1,
      says: "standard input:3:1: warning: never reached: until pod/web Running",
      input: "break kube-scheduler\n\(web)until pod/web Running\n"
    ),
  ])
  func findings(_ given: Case) throws {
    let run = try Program.run(given.arguments, input: given.input)
    #expect(run.status == 1)
    #expect(run.errors.contains(given.says))
    #expect(!run.output.isEmpty)
  }

  private func expect(_ given: Case) throws {
    let run = try Program.run(given.arguments, input: given.input)
    #expect(run.status == given.status)
    #expect(run.errors.contains(given.says), "\(run.errors)")
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func completes(_ shell: String) throws {
    let run = try Program.run(["--generate-completion-script", shell])
    #expect(run.status == 0)
    #expect(run.output.contains("pass-mark"))
  }
}
