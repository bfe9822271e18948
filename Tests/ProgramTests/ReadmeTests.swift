import Testing

/// What README shows is what the program prints.
@Suite struct ReadmeTests {
  /// A command line of README and the lines it is said to print; `…` stands for any lines.
  struct Example: CustomTestStringConvertible {
    var command: String
    var lines: [String] = []

    var testDescription: String { command }
  }

  @Test(arguments: (try? examples(in: Package.text("README.md"))) ?? [])
  func printsWhatItSays(_ example: Example) throws {
    let run = try Program.shell(example.command)
    #expect(run.status == 0, "\(run.errors)")
    #expect(Self.firstMissing(of: example.lines, in: run.output) == nil)
  }

  @Test func readmeHasExamples() throws {
    #expect(try Self.examples(in: Package.text("README.md")).count >= 3)
  }

  @Test func noticesALineThatIsNotPrinted() {
    #expect(Self.firstMissing(of: ["a", "…", "c"], in: "a\nb\nc\n") == nil)
    #expect(Self.firstMissing(of: ["a", "c"], in: "a\nb\nc\n") == "c")
    #expect(Self.firstMissing(of: ["…", "d"], in: "a\nb\nc\n") == "d")
  }

  static func examples(in text: String) -> [Example] {
    var examples: [Example] = []
    var isInside = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line == "```console" {
        isInside = true
      } else if line.hasPrefix("```") {
        isInside = false
      } else if isInside, line.hasPrefix("$ ") {
        examples.append(Example(command: String(line.dropFirst(2))))
      } else if isInside, !examples.isEmpty {
        examples[examples.count - 1].lines.append(String(line))
      }
    }
    return examples
  }

  /// The first line that is not printed where it should be; spaces at the end of a line do not count.
  static func firstMissing(of lines: [String], in output: String) -> String? {
    func bare(_ line: Substring) -> String {
      var line = line
      while line.last == " " { line.removeLast() }
      return String(line)
    }
    var printed = output.split(separator: "\n", omittingEmptySubsequences: false).map(bare)[...]
    var mayLeap = false
    for line in lines {
      if line == "…" {
        mayLeap = true
        continue
      }
      let wanted = bare(line[...])
      if mayLeap { printed = printed.drop { $0 != wanted } }
      guard printed.first == wanted else { return line }
      printed = printed.dropFirst()
      mayLeap = false
    }
    return nil
  }
}

extension Program {
  /// Runs a command line as a shell does, with the built program on its path.
  static func shell(_ command: String) throws -> Run {
    let folder = Program.path.split(separator: "/").dropLast().joined(separator: "/")
    return try run(
      ["-c", command],
      environment: ["PATH": "/\(folder):/usr/bin:/bin"],
      program: "/bin/sh"
    )
  }
}
