import Testing

/// Rooms stay small enough to live in.
@Suite struct SizeTests {
  /// A file of tests may hold longer tables.
  static let longestFile = ["Sources": 400, "Tests": 600]
  static let longestFunction = 90

  @Test(arguments: ["Sources", "Tests"])
  func filesAreShort(_ folder: String) throws {
    let longest = try #require(Self.longestFile[folder])
    let long = try Tree.swift(in: folder).filter { $0.lines.count - 1 > longest }.map(\.path)
    #expect(long.isEmpty)
  }

  @Test func functionsAreShort() throws {
    let long = try Tree.swift(in: "Sources").flatMap { Self.functions(in: $0) }
      .filter { $0.lines > Self.longestFunction }
      .map { "\($0.path):\($0.line): \($0.name) has \($0.lines) lines" }
    #expect(long.isEmpty)
  }

  @Test func measuresFunctions() {
    let body = Array(repeating: "    step(\"}\") { x in y }", count: 91).joined(separator: "\n")
    let text = """
      protocol P {
        func short(_ x: Int) -> Int
      }
      struct S {
        init() {}
        func long<T>(
          _ run: () -> Void = {}
        ) -> [T] where T: P {
      \(body)
        }
      }
      """
    let found = Self.functions(in: SwiftFile(path: "x.swift", text: text))
    #expect(found.map(\.name) == ["init", "long"])
    #expect(found.map(\.lines) == [1, 95])
  }

  struct Function {
    let path: String
    let name: String
    let line: Int
    let lines: Int
  }

  /// Functions and initialisers with a body, from the line of their name to their closing brace.
  static func functions(in file: SwiftFile) -> [Function] {
    let lines = file.lines.map(\.line)
    var found: [Function] = []
    for (index, line) in lines.enumerated() {
      guard let name = declaredName(line) else { continue }
      guard let end = endOfBody(lines, from: index) else { continue }
      found.append(Function(path: file.path, name: name, line: index + 1, lines: end - index + 1))
    }
    return found
  }

  private static func declaredName(_ line: Substring) -> String? {
    for mark in ["func ", "init(", "init?(", "init<"] {
      guard let range = line.firstRange(of: mark) else { continue }
      let before = line[..<range.lowerBound]
      guard before.allSatisfy({ $0.isLetter || $0 == " " || $0 == "@" || $0 == "(" || $0 == ")" }) else { continue }
      if mark == "func " { return String(line[range.upperBound...].prefix { $0 != "(" && $0 != "<" }) }
      return "init"
    }
    return nil
  }

  /// The line of the brace that closes the body, or nothing where a declaration has no body.
  private static func endOfBody(_ lines: [Substring], from start: Int) -> Int? {
    var parentheses = 0
    var braces = 0
    for index in start..<lines.count {
      if index > start, braces == 0, parentheses == 0, declaredName(lines[index]) != nil { return nil }
      for character in lines[index] {
        switch character {
        case "(": parentheses += 1
        case ")": parentheses -= 1
        case "{" where parentheses == 0 || braces > 0: braces += 1
        case "}" where parentheses == 0 || braces > 0:
          if braces == 0 { return nil }
          braces -= 1
          if braces == 0 { return index }
        default: break
        }
      }
    }
    return nil
  }
}
