import Testing

/// What the documents promise exists.
@Suite struct DocumentTests {
  @Test(arguments: ["README.md", "CONTRIBUTING.md"])
  func everyCommandExists(_ document: String) throws {
    let targets = Self.makeTargets(try Tree.text("Makefile"))
    let commands = Self.programCommands(try Tree.swift(in: "Sources/orrery"))
    let text = try Tree.text(document)
    let missing = Self.unknownCommands(in: text, targets: targets, commands: commands)
    #expect(missing.isEmpty)
    #expect(text.contains("make test"))
  }

  @Test(arguments: ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
  func everyLinkLeadsSomewhere(_ document: String) throws {
    let text = try Tree.text(document)
    let targets = text.matches(of: /\]\(([^)#:]+)\)/).map { String($0.1) }
    #expect(targets.filter { !Tree.exists($0) }.isEmpty)
  }

  @Test func theChangelogHasEntries() throws {
    let lines = try Tree.text("CHANGELOG.md").split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("## ") })
    #expect(lines.filter { $0.hasPrefix("- ") }.count >= 3)
  }

  @Test func theLicenseIsThere() throws {
    let text = try Tree.text("LICENSE")
    #expect(text.contains("Apache License") && text.contains("END OF TERMS AND CONDITIONS"))
  }

  @Test func noticesACommandThatIsNotThere() {
    let text =
      "`make learn` and `make tea`\n```sh\norrery trace x\n$ orrery brew\n```\nThe orrery shows `orrery --help`."
    let missing = Self.unknownCommands(in: text, targets: ["learn"], commands: ["trace"])
    #expect(missing == ["make tea", "orrery brew"])
  }

  static func makeTargets(_ makefile: String) -> Set<String> {
    Set(makefile.matches(of: /(?m)^([a-z][a-z-]*):/).map { String($0.1) })
  }

  /// The names of the program's commands, as their types or their configurations say them.
  static func programCommands(_ files: [SwiftFile]) -> Set<String> {
    var names: Set<String> = []
    for file in files {
      names.formUnion(file.text.matches(of: /commandName: "([a-z-]+)"/).map { String($0.1) })
      names.formUnion(file.code.matches(of: /struct (\w+): \w*ParsableCommand/).map { $0.1.lowercased() })
    }
    return names
  }

  /// Commands in code spans and fences that neither `make` nor the program knows.
  static func unknownCommands(in text: String, targets: Set<String>, commands: Set<String>) -> [String] {
    var missing: [String] = []
    for match in text.matches(of: /(?m)(?:`|^\$ |^|\| )(make|(?:\.build\/\w+\/)?orrery) ([a-z][a-z-]*)/) {
      let isMake = match.1 == "make"
      let isKnown = isMake ? targets.contains(String(match.2)) : commands.contains(String(match.2))
      if !isKnown { missing.append("\(isMake ? "make" : "orrery") \(match.2)") }
    }
    return missing
  }
}
