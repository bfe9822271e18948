import Foundation
import Testing

/// What may not stand in files that people wrote.
@Suite struct TextTests {
  // The words are put together here, so that this file may be searched too.
  static let marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]
  static let machinePaths = [
    "/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/", "/Us" + "ers/", "/fa" + "rm/", "../sha" + "red",
  ]
  static let referenceAddresses = ["192.168." + "56.", "10." + "244.", "10." + "96.", "203.0." + "113."]
  /// Names that the model computes: chains, host interfaces and hardware addresses.
  static let computed = [
    "KUBE-(SVC|SEP|EXT|FW|SVL)-[A-Z2-7]{16}", "cali[0-9a-f]{11}", "([0-9a-f]{2}:){5}[0-9a-f]{2}",
    "(service|endpoint|external)-[A-Z2-7]{8}",
  ]

  @Test func nothingIsLeftForLater() throws {
    let findings = try Tree.written().filter { !$0.path.contains("/Fixtures/") }
      .flatMap { Self.find(Self.marks.map { "\\b\($0)\\b" }, in: $0.text, path: $0.path) }
    #expect(findings.isEmpty)
  }

  @Test func noPathOfOneMachineStands() throws {
    let findings = try Tree.written().filter { !$0.path.contains("/Fixtures/") }
      .flatMap {
        Self.find(Self.machinePaths.map(NSRegularExpression.escapedPattern), in: $0.text, path: $0.path)
      }
    #expect(findings.isEmpty)
  }

  @Test func noComputedNameStandsInSources() throws {
    let findings = try Tree.swift(in: "Sources").flatMap { Self.find(Self.computed, in: $0.text, path: $0.path) }
    #expect(findings.isEmpty)
  }

  @Test func noAddressOfTheReferenceClusterStandsInSources() throws {
    let findings = try Tree.swift(in: "Sources").flatMap {
      Self.find(
        Self.referenceAddresses.map { "\\b" + NSRegularExpression.escapedPattern(for: $0) },
        in: $0.text,
        path: $0.path
      )
    }
    #expect(findings.isEmpty)
  }

  @Test(arguments: [
    "KUBE-SVC-" + "CDGGSHYLG3RE2FKL", "cali" + "a7e31f0b29d", "66:f9:" + "37:c3:7e:94", "service-" + "SUSTUHLJ",
  ])
  func noticesAComputedName(_ text: String) {
    #expect(Self.find(Self.computed, in: "a\nlet x = \"\(text)\"", path: "x").map(\.line) == [2])
  }

  @Test func noticesMarksAndPaths() {
    #expect(Self.find(Self.marks, in: "// \(Self.marks[0]): later", path: "x").count == 1)
    #expect(Self.find(Self.machinePaths, in: "cd \(Self.machinePaths[0])main", path: "x").count == 1)
    #expect(Self.find(Self.referenceAddresses, in: "\(Self.referenceAddresses[1])1.9", path: "x").count == 1)
  }

  /// One finding a line that matches any of the patterns.
  static func find(_ patterns: [String], in text: String, path: String) -> [Finding] {
    guard let pattern = try? NSRegularExpression(pattern: patterns.joined(separator: "|")) else {
      return [Finding(path: path, line: 0, what: "the rule itself is broken")]
    }
    var findings: [Finding] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let line = String(line)
      let whole = NSRange(line.startIndex..., in: line)
      guard let match = pattern.firstMatch(in: line, range: whole), let range = Range(match.range, in: line) else {
        continue
      }
      findings.append(Finding(path: path, line: index + 1, what: String(line[range])))
    }
    return findings
  }
}
