import Curriculum
import Prose
import Testing

@testable import HTMLExport

/// A course whose author wants to run something in the reader's browser.
@Suite("Hostile courses")
struct HostileTests {
  static let attack = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'</title></style><!--"
  static let markdown = """
    <script>alert(3)</script> <img src=x onerror="alert(4)"> [a](javascript:alert(5)) [b](JaVa&#x09;script:alert(6))
    ![i](javascript:alert(7)) <javascript:alert(8)> [c](data:text/html,x) [d](vbscript:x) \u{1b}[31mred\u{202e}\u{0}
    `</script><script>alert(9)</script>` [t](https://example.org "x\\" onclick=alert(10)") "onload="alert(11)"
    """

  /// Two lessons with the attack in every file of words and in the names of the lesson.
  ///
  /// What is written around a lesson is the same for all, and in debug the whole course takes many minutes.
  static let course: Course = {
    var source = CourseSource.embedded
    source["Lessons/course.yaml"] = """
      id: kubernetes-inside
      version: "1.0"
      languages: [en, ko]
      chapters:
        - id: components
          lessons: [watch-not-orders, create-pod]
      """
    for path in source.paths {
      guard var text = source[path] else { continue }
      if path.hasSuffix("ui.yaml") {
        text = lines(text) { line in
          guard let quote = line.lastIndex(of: "\""), !line.hasPrefix("#") else { return line }
          return line[..<quote] + attack.map { $0 == "\"" ? "\\\"" : String($0) }.joined() + "\""
        }
      } else if path.hasSuffix(".md") {
        text = lines(text) { line in
          if line.hasPrefix("```") || line.hasPrefix("---") || line.hasPrefix("of:") || line.isEmpty { return line }
          if line.hasPrefix("#") { return line.replacingFirst("# ", "# \(attack) ") }
          return line + " " + markdown.map { $0 == "\n" ? " " : String($0) }.joined()
        }
      } else if path.hasPrefix("Lessons/components/") {
        text = lines(text) { line in
          line.hasPrefix("    options: [") && !line.contains("simplified")
            ? line.replacingFirst("]", ", \"</script><script>alert(12)</script>\"]") : line
        }
      }
      source[path] = text
    }
    return Course.load(source).course
  }()

  static let recordings = Site.record(course).recordings

  private static func lines(_ text: String, _ change: (String) -> String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { change(String($0)) }.joined(separator: "\n")
  }

  static let allowed: Set<String> = [
    "html", "head", "meta", "title", "link", "style", "script", "body", "a", "header", "nav", "button", "noscript", "p",
    "main", "article", "section", "div", "span", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd",
    "details", "summary", "pre", "code", "em", "strong", "b", "i", "br", "hr", "blockquote", "table", "caption",
    "thead", "tbody",
    "tr", "th", "td", "form", "fieldset", "legend", "label", "input", "small", "figure", "figcaption", "svg", "rect",
    "g",
    "path", "text", "del", "ins", "footer", "dialog", "kbd",
  ]

  @Test("nothing of it becomes a tag, an attribute, a script or a link that runs", arguments: [false, true])
  func harmless(isSingle: Bool) {
    var options = Site.Options()
    options.isSingle = isSingle
    let files = Site.files(of: HostileTests.recordings, HostileTests.course, options: options)
    #expect(!files.isEmpty)
    var shown = 0
    for file in files {
      let page = PageReader(file.text)
      #expect(page.problems.isEmpty, "\(file.path): \(page.problems.prefix(3))")
      // Each kind of mistake is told once: a hole lets thousands through.
      var bad: Set<String> = []
      for tag in page.tags {
        if !HostileTests.allowed.contains(tag.name) { bad.insert("<\(tag.name)>") }
        for name in tag.attributes.map(\.name) where name.hasPrefix("on") || name == "src" || name == "style" {
          bad.insert(name)
        }
      }
      for target in page.values("href") where Clean.url(target) == nil && target != "data:," { bad.insert(target) }
      #expect(bad.isEmpty, "\(file.path)")
      let scripts = page.raw.filter { $0.tag["type"] == nil }
      #expect(scripts.count == 3)
      for (_, text) in scripts { #expect(!text.contains("alert(")) }
      for (tag, text) in page.raw where tag["type"] != nil {
        #expect(!text.contains("<") && !text.contains("\u{2028}"))
      }
      let harmful = file.text.unicodeScalars.filter { Clean.isHarmful($0) && $0 != "\n" && $0 != "\t" }
      #expect(harmful.isEmpty, "\(file.path)")
      if page.text.contains("alert(1)") { shown += 1 }
    }
    // The attack must have come as far as the pages, or nothing was tested.
    #expect(shown == files.count)
    #expect(files.contains { $0.text.contains("alert(12)") })
  }
}

extension String {
  fileprivate func replacingFirst(_ part: String, _ other: String) -> String {
    var index = startIndex
    while index < endIndex {
      if self[index...].hasPrefix(part) {
        return self[..<index] + other + self[self.index(index, offsetBy: part.count)...]
      }
      index = self.index(after: index)
    }
    return self
  }
}
