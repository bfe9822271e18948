import Curriculum
import Testing

/// The course that CONTRIBUTING shows an author is read and checked like any other.
@Suite struct AuthorTests {
  @Test func theExampleIsACourseWithoutAMistake() throws {
    let files = Self.files(in: try Tree.text("CONTRIBUTING.md"))
    #expect(files.map(\.path).contains("Lessons/first/two-pods.yaml"))
    let (course, diagnostics) = Checks().run(CourseSource(files))
    #expect(diagnostics.filter { $0.severity == .error }.map(\.description).isEmpty)
    let lesson = try #require(course.lesson("first/two-pods"))
    #expect(lesson.questions.count == 2)
    #expect(course.language("en").lesson("first/two-pods")?.beats.count == 3)
  }

  @Test func aBrokenExampleIsNoticed() throws {
    let text = try Tree.text("CONTRIBUTING.md").replacing("cluster: pair", with: "cluster: pear")
    let (_, diagnostics) = Checks().run(CourseSource(Self.files(in: text)))
    #expect(diagnostics.contains { $0.severity == .error })
  }

  /// Files of a document: a line with a path in a code span and a colon, then a fence with what stands in the file.
  static func files(in text: String) -> [(path: String, text: String)] {
    var files: [(path: String, text: String)] = []
    var path: String? = nil
    var fence: String? = nil
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if let open = fence {
        if line == open { (path, fence) = (nil, nil) } else { files[files.count - 1].text += "\(line)\n" }
      } else if let match = line.wholeMatch(of: /`((?:Lessons|Content)\/[^`]+)`:/) {
        path = String(match.1)
      } else if let name = path, line.hasPrefix("```") {
        fence = String(line.prefix { $0 == "`" })
        files.append((name, ""))
      }
    }
    return files
  }
}
