import Testing

/// The page that is compiled for WebAssembly uses all of Clockwork, because generic code is checked only where it is used.
@Suite struct PageTests {
  @Test func thePageUsesEveryPublicName() throws {
    let page = try Tree.swift(in: "Tests/Wasm").map(\.code).joined(separator: "\n")
    let words = Self.words(of: page)
    let unused = try Tree.swift(in: "Sources/Clockwork").flatMap { Self.publicNames(in: $0) }
      .filter { !words.contains($0.name) }
      .map { "\($0.path): \($0.name)" }
    #expect(unused.isEmpty)
  }

  @Test func findsPublicNames() {
    let text = """
      public struct S<T> {
        public private(set) var count: Int = 0
        public static func make<U>(_ u: U) -> S { S() }
        @discardableResult public mutating func drop() -> T? { nil }
        func hidden() {}
        var description: String
      }
      """
    let names = Self.publicNames(in: SwiftFile(path: "x.swift", text: text)).map(\.name)
    #expect(names == ["count", "make", "drop"])
  }

  /// Functions and properties that other modules may use, but for those that a conformance demands.
  static func publicNames(in file: SwiftFile) -> [(path: String, name: String)] {
    let demanded: Set<String> = ["description", "stringLiteral", "==", "<"]
    var names: [(path: String, name: String)] = []
    for (_, line) in file.lines {
      let words = line.split(separator: " ")
      guard words.contains("public") || words.contains("open") else { continue }
      guard let keyword = words.firstIndex(where: { $0 == "func" || $0 == "var" || $0 == "let" }) else { continue }
      guard keyword + 1 < words.count else { continue }
      let name = String(words[keyword + 1].prefix { $0.isLetter || $0.isNumber || $0 == "<" || $0 == "=" })
      let bare = String(name.prefix { $0 != "<" })
      if !bare.isEmpty, !demanded.contains(bare) { names.append((file.path, bare)) }
    }
    return names
  }

  private static func words(of code: String) -> Set<String> {
    Set(code.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))
  }
}
