import Foundation
import Testing

/// Whatever the model and the tutor say by key has words in every language.
@Suite struct WordTests {
  static func words(_ language: String) throws -> Set<String> {
    let text = try Package.text("Content/\(language)/ui.yaml")
    return Set(
      text.split(separator: "\n").compactMap { $0.firstMatch(of: /^([A-Za-z0-9_.@\/-]+):/).map { String($0.1) } }
    )
  }

  /// Keys that stand as literals in the first argument of a fact, an obstacle or a mistake.
  static func keys(in text: String) -> Set<String> {
    Set(text.matches(of: /\b(?:Obstacle|Fact|Mistake)\(\s*"([^"\\]+)"/).map { String($0.1) })
  }

  static func keys() throws -> [String: String] {
    var found: [String: String] = [:]
    let inner = try FileManager.default.subpathsOfDirectory(atPath: Package.root.appending(path: "Sources").path)
    for path in inner.sorted() where path.hasSuffix(".swift") {
      for key in keys(in: try Package.text("Sources/\(path)")) { found[key] = path }
    }
    return found
  }

  @Test(arguments: ["en", "ko"])
  func everyKeyHasWords(_ language: String) throws {
    let words = try Self.words(language)
    let keys = try Self.keys()
    #expect(keys.count > 100)
    let missing = keys.filter { !words.contains($0.key) }.map { "\($0.key) (\($0.value))" }.sorted()
    #expect(missing.isEmpty)
  }

  @Test func findsKeysInAnyShape() {
    let text = "Fact(\"a.b\") Obstacle(\n  \"c.d\",\n ) throw Mistake(\"e.f\", word) NoFact(\"x\") Fact(\"\\(g).h\")"
    #expect(Self.keys(in: text) == ["a.b", "c.d", "e.f"])
  }
}
