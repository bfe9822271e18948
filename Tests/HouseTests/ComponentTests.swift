import Testing

/// Every component reads the same way: what it is, its state, what it hears, what it could do, what it does, its words.
@Suite struct ComponentTests {
  @Test func everyComponentHasTheSameOrder() throws {
    let findings = try Tree.swift(in: "Sources/Kubernetes/Components").flatMap(Self.findings)
    #expect(findings.isEmpty)
  }

  @Test func noticesAnotherOrder() {
    let good = """
      /// Says what it is.
      struct Good: Component {
        mutating func receive(_ message: Message) {}
        func offers(_ offers: inout Offers) {}
        mutating func perform(_ action: Action) {}
      }
      extension Verb { static let go: Verb = "go" }
      """
    #expect(Self.findings(in: SwiftFile(path: "x.swift", text: good)).isEmpty)
    let swapped = good.replacing("func offers", with: "func later").replacing("func receive", with: "func offers")
      .replacing("func later", with: "func receive")
    #expect(Self.findings(in: SwiftFile(path: "x.swift", text: swapped)).map(\.what) == ["offers before receive"])
    let silent = good.replacing("/// Says what it is.\n", with: "")
    #expect(Self.findings(in: SwiftFile(path: "x.swift", text: silent)).map(\.what) == ["no sentence says what it is"])
    let early = "extension Verb { static let go: Verb = \"go\" }\n" + good
    #expect(Self.findings(in: SwiftFile(path: "x.swift", text: early)).map(\.what) == ["its words before perform"])
  }

  static func findings(in file: SwiftFile) -> [Finding] {
    let lines = file.lines.map { String($0.line) }
    guard let head = lines.firstIndex(where: { $0.contains(/\b(struct|class) \w+: ([\w, ]+, )?Component\b/) }) else {
      return []
    }
    var findings: [Finding] = []
    func report(_ line: Int, _ what: String) { findings.append(Finding(path: file.path, line: line + 1, what: what)) }
    let written = file.text.split(separator: "\n", omittingEmptySubsequences: false)
    if head == 0 || !written[head - 1].hasPrefix("///") { report(head, "no sentence says what it is") }
    let parts = ["receive", "offers", "perform"]
    let places = parts.map { part in lines.firstIndex { $0.contains("func \(part)(") } }
    for index in 1..<parts.count {
      if let before = places[index - 1], let here = places[index], here < before {
        report(here, "\(parts[index]) before \(parts[index - 1])")
      }
    }
    if let perform = places[2], let words = lines.firstIndex(where: { $0.hasPrefix("extension Verb") }), words < perform
    {
      report(words, "its words before perform")
    }
    return findings
  }
}
