import Testing

/// The model is Embedded-clean and deterministic, and only the program touches the world outside.
@Suite struct PurityTests {
  /// What Embedded Swift has not, and what would make two runs differ.
  static let model = WordRule(
    words: [
      "Foundation", "Glibc", "Dispatch", "Codable", "Encodable", "Decodable", "Mirror", "Regex", "Hasher", "UUID",
      "weak", "unowned", "SystemRandomNumberGenerator", "Task", "async", "await", "KeyPath",
    ],
    calls: ["Date", "print", "debugPrint", "dump"],
    pieces: [".random(", ".shuffled(", ".randomElement(", "String(describing", "String(format", ".hashValue"]
  )

  /// Files, environment, clock, terminal and the process itself.
  static let outside = WordRule(
    words: [
      "FileManager", "FileHandle", "ProcessInfo", "CommandLine", "ContinuousClock", "SuspendingClock", "Process",
      "DispatchTime", "URLSession", "UserDefaults", "termios", "environ",
    ],
    calls: [
      "open", "fopen", "getenv", "setenv", "isatty", "ioctl", "tcgetattr", "tcsetattr", "clock_gettime", "gettimeofday",
      "time", "Date", "readLine", "print", "exit", "sleep", "usleep", "signal", "contentsOfFile",
    ],
    pieces: [".random(", ".shuffled(", ".randomElement(", "SystemRandomNumberGenerator"]
  )

  @Test(arguments: ["Clockwork", "Kubernetes"])
  func theModelIsClean(_ target: String) throws {
    let findings = Self.modelFindings(try Tree.swift(in: "Sources/\(target)"))
    #expect(findings.isEmpty)
  }

  @Test(arguments: ["Clockwork", "Kubernetes", "Prose", "Curriculum", "Tutor", "TerminalUI", "HTMLExport", "Grading"])
  func onlyTheProgramTouchesTheWorld(_ target: String) throws {
    let findings = Self.outside.findings(in: try Tree.swift(in: "Sources/\(target)"))
    #expect(findings.isEmpty)
  }

  @Test(arguments: [
    "let x: Codable = 1", "Hasher()", "xs.map(\\.name)", "\"\\(xs.map(\\.name))\"", "Date()", "String(describing: x)",
    "Int.random(in: 0..<3)", "weak var owner: Owner?", "print(x)", "set.hashValue",
  ])
  func noticesWhatTheModelMayNotUse(_ line: String) {
    #expect(Self.modelFindings([SwiftFile(path: "x.swift", text: line)]).count >= 1)
  }

  @Test(arguments: ["open(path)", "getenv(name)", "let now = Date()", "FileManager.default", "ContinuousClock.now"])
  func noticesATouchOfTheWorld(_ line: String) {
    #expect(Self.outside.findings(in: [SwiftFile(path: "x.swift", text: line)]).count == 1)
  }

  @Test(arguments: [
    "// Codable", "let text = \"Date() and \\\\.name\"", "func open(_ door: Door)", "door.open()", "reopen()",
    "let update = candidate(of: x)", "case .open(let door)", "let a = #\"\\.x \" Mirror\"#",
  ])
  func letsHarmlessTextPass(_ line: String) {
    let file = SwiftFile(path: "x.swift", text: line)
    #expect(Self.modelFindings([file]).isEmpty)
    #expect(Self.outside.findings(in: [file]).isEmpty)
  }

  /// The words, and key paths, which are a backslash and a point outside of a literal.
  static func modelFindings(_ files: [SwiftFile]) -> [Finding] {
    var findings = model.findings(in: files)
    for file in files {
      for (number, line) in file.lines where line.contains("\\.") {
        findings.append(Finding(path: file.path, line: number, what: "a key path"))
      }
    }
    return findings
  }
}
