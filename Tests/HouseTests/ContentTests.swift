import Testing

@testable import Curriculum

/// The course in the program is the course in the folders, in every language.
@Suite struct ContentTests {
  static let advice: Comment = "the list of course files changed: `make build` plans the package anew"

  @Test func theProgramCarriesEveryFile() {
    let folders = Tree.paths(in: "Content") + Tree.paths(in: "Lessons")
    #expect(EmbeddedCourse.files.map(\.path) == folders, Self.advice)
  }

  @Test func theProgramCarriesEveryFileAsItStands() throws {
    for (path, text) in EmbeddedCourse.files where Tree.exists(path) {
      let stands = try Tree.text(path)
      #expect(Array(text.utf8) == Array(stands.utf8), "\(path) differs")
    }
  }

  @Test func everyPageHasItsTwin() {
    let pages = Tree.paths(in: "Content")
    #expect(Self.withoutTwin(pages).isEmpty)
  }

  @Test func noticesAPageWithoutTwin() {
    let pages = ["Content/en/a.md", "Content/ko/a.md", "Content/en/b.md", "Content/ko/c/d.md"]
    #expect(Self.withoutTwin(pages) == ["Content/en/b.md", "Content/ko/c/d.md"])
  }

  static func withoutTwin(_ pages: [String]) -> [String] {
    let all = Set(pages)
    return pages.filter { page in
      if page.hasPrefix("Content/en/") { return !all.contains("Content/ko/" + page.dropFirst("Content/en/".count)) }
      if page.hasPrefix("Content/ko/") { return !all.contains("Content/en/" + page.dropFirst("Content/ko/".count)) }
      return false
    }
  }
}
