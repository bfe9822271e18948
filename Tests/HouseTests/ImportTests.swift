import Testing

/// Each target imports only what stands above it in the plan of the house.
@Suite struct ImportTests {
  /// What a target may import, in the order of the plan.
  static let plan: [(target: String, mayImport: Set<String>)] = {
    let model: Set<String> = ["Clockwork", "Kubernetes"]
    let course = model.union(["Prose", "Curriculum"])
    let face = course.union(["Tutor"])
    let outside: Set<String> = ["Foundation", "FoundationEssentials", "Glibc", "Dispatch", "ArgumentParser"]
    return [
      ("Clockwork", []),
      ("Kubernetes", ["Clockwork"]),
      ("Prose", ["CCmark"]),
      ("Curriculum", model.union(["Prose", "Yams"])),
      ("Tutor", course),
      ("TerminalUI", face),
      ("HTMLExport", face),
      ("Grading", face),
      ("orrery", face.union(["TerminalUI", "HTMLExport", "Grading"]).union(outside)),
      ("EmbedCourseTool", ["FoundationEssentials"]),
      ("EmbedCoursePlugin", ["Foundation", "PackagePlugin"]),
    ]
  }()

  @Test(arguments: plan.map(\.target))
  func importsOnlyWhatStandsAbove(_ target: String) throws {
    let allowed = Self.plan.first { $0.target == target }?.mayImport ?? []
    let files = try Tree.swift(in: "Sources/\(target)")
    #expect(!files.isEmpty, "there is no target \(target)")
    let findings = files.flatMap { Self.findings(in: $0, allowed: allowed) }
    #expect(findings.isEmpty)
  }

  @Test func everyTargetHasItsPlaceInThePlan() throws {
    let folders = Set(
      Tree.paths(in: "Sources").compactMap { $0.split(separator: "/").dropFirst().first.map(String.init) }
    )
    #expect(folders == Set(Self.plan.map(\.target)).union(["CCmark"]))
  }

  @Test func noticesAnImportFromBelow() {
    let file = SwiftFile(
      path: "x.swift",
      text: "import Clockwork\n// import Yams\npublic import struct Foundation.Date\n@testable import Tutor // why\n"
    )
    let findings = Self.findings(in: file, allowed: ["Clockwork"])
    #expect(findings.map(\.line) == [3, 4])
  }

  static func findings(in file: SwiftFile, allowed: Set<String>) -> [Finding] {
    var findings: [Finding] = []
    for (number, line) in file.lines {
      var words = line.split(separator: " ")[...]
      guard let word = words.firstIndex(of: "import"), words[..<word].allSatisfy(isModifier) else { continue }
      words = words[(word + 1)...]
      if let kind = words.first, ["struct", "class", "enum", "func", "protocol", "var", "typealias"].contains(kind) {
        words = words.dropFirst()
      }
      let name = words.first.map { String($0.prefix { $0 != "." }) } ?? ""
      if !allowed.contains(name) { findings.append(Finding(path: file.path, line: number, what: "imports \(name)")) }
    }
    return findings
  }

  private static func isModifier(_ word: Substring) -> Bool {
    word.hasPrefix("@") || ["public", "package", "internal", "private", "fileprivate"].contains(word)
  }
}
