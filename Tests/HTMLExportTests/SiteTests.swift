import Curriculum
import Kubernetes
import Prose
import Testing
import Tutor

@testable import HTMLExport

@Suite("The pages of the course")
struct SiteTests {
  /// A few lessons of each chapter.
  ///
  /// In debug the whole course takes many minutes; the browser test exports all of it.
  static let course: Course = {
    var source = CourseSource.embedded
    source["Lessons/course.yaml"] = """
      id: kubernetes-inside
      version: "1.0"
      languages: [en, ko]
      chapters:
        - id: components
          lessons: [watch-not-orders, create-pod, one-decision]
        - id: logging
          lessons: [reading-logs]
      """
    return Course.load(source).course
  }()
  // Each lesson is played as seldom as can be: that is what takes long.
  static let played = Site.record(course)
  static let site = (files: Site.files(of: played.recordings, course), diagnostics: played.diagnostics)
  static let single: [Site.File] = {
    var options = Site.Options()
    options.isSingle = true
    return Site.files(of: played.recordings, course, options: options)
  }()
  static let variant: (options: Site.Options, recordings: [Recording]) = {
    var options = Site.Options()
    options.seed = 7
    options.languages = ["en"]
    return (options, Site.record(course, options: options).recordings)
  }()
  static let pages = (site.files + single).map { (path: $0.path, page: PageReader($0.text)) }

  static func lessons(_ language: String) -> [(path: String, page: PageReader)] {
    pages.filter { file in
      course.lessons.contains { file.path == Links.path(.lesson($0.path), language, isSingle: false) }
    }
  }

  @Test("every lesson and language has its page, and so have the course, its chapters and its words")
  func complete() {
    #expect(SiteTests.site.diagnostics.isEmpty)
    let paths = SiteTests.site.files.map(\.path)
    for language in ["en", "ko"] {
      #expect(SiteTests.lessons(language).count == SiteTests.course.lessons.count)
      for page in ["index.html", "glossary.html", "misconceptions.html", "components/index.html"] {
        #expect(paths.contains("\(language)/\(page)"))
      }
    }
    #expect(paths.contains("index.html"))
    #expect(SiteTests.single.map(\.path) == ["course.en.html", "course.ko.html"])
  }

  @Test("every page is well formed, with ids that stand once")
  func wellFormed() {
    for (path, page) in SiteTests.pages {
      #expect(page.problems.isEmpty, "\(path): \(page.problems)")
      let ids = page.values("id")
      #expect(Set(ids).count == ids.count, "\(path): \(ids.filter { id in ids.count { $0 == id } > 1 })")
    }
  }

  @Test("every link leads somewhere, and names what it points at")
  func links() {
    for (path, page) in SiteTests.pages {
      for target in page.values("href", of: "a") {
        if target.contains(":") {
          #expect(["http:", "https:", "mailto:"].contains { target.hasPrefix($0) }, "\(path): \(target)")
          continue
        }
        let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let other = parts[0].isEmpty ? path : SiteTests.resolve(parts[0], from: path)
        let found = SiteTests.pages.first { $0.path == other }
        #expect(found != nil, "\(path) links to \(target)")
        if parts.count > 1 {
          #expect(found?.page.values("id").contains(parts[1]) == true, "\(path) links to \(target)")
        }
      }
      for name in ["for", "aria-labelledby", "aria-describedby"] {
        for target in page.values(name) { #expect(page.values("id").contains(target), "\(path): \(name)=\(target)") }
      }
    }
  }

  private static func resolve(_ target: String, from path: String) -> String {
    var parts = path.split(separator: "/").dropLast().map(String.init)
    for part in target.split(separator: "/") {
      if part == ".." { _ = parts.popLast() } else { parts.append(String(part)) }
    }
    return parts.joined(separator: "/")
  }

  @Test("only the style and the scripts of the program are trusted, and they are the ones that stand there")
  func policy() {
    for (path, page) in SiteTests.pages {
      let policy = page.tags.first { $0["http-equiv"] == "Content-Security-Policy" }?["content"] ?? ""
      for (tag, text) in page.raw where tag["type"] == nil {
        #expect(policy.contains("'sha256-\(SHA256.base64(Array(text.utf8)))'"), "\(path): \(tag.name)")
      }
      #expect(page.raw.count { $0.tag["type"] == nil } == 3)
      #expect(!policy.contains("unsafe"))
      for tag in page.tags {
        #expect(!tag.attributes.contains { $0.name.hasPrefix("on") || $0.name == "style" || $0.name == "src" })
      }
    }
  }

  @Test("without a script one reads every beat with its steps and picture, every question with its answer")
  func withoutScript() throws {
    for language in ["en", "ko"] {
      for lesson in SiteTests.course.lessons {
        let path = Links.path(.lesson(lesson.path), language, isSingle: false)
        let page = try #require(SiteTests.pages.first { $0.path == path }?.page)
        let ids = page.values("id")
        for beat in lesson.beats { #expect(ids.contains("beat-\(beat.id)"), "\(path): \(beat.id)") }
        for question in lesson.questions { #expect(ids.contains(question.id), "\(path): \(question.id)") }
        #expect(page.count(type: "answer") == lesson.questions.count)
        #expect(page.count(type: "step") >= lesson.beats.count)
        #expect(page.tags.count { $0.name == "svg" } >= lesson.beats.count)
        #expect(page.count(type: "fault") == lesson.faults.count)
        #expect(!page.tags.contains { $0["hidden"] != nil && $0["class"] != "storage" })
        let words = try #require(SiteTests.course.language(language).lesson(lesson.path))
        #expect(page.text.contains(words.title))
      }
    }
  }

  @Test("no key of a word is left where the word should be")
  func words() {
    let keys = ["page.", "why.", "did.", "fact.", "reason.", "verdict.", "learn.", "option.", "kind.", "obstacle."]
    for (path, page) in SiteTests.pages {
      for word in page.text.split(whereSeparator: { $0.isWhitespace }) {
        let isKey = keys.contains { word.hasPrefix($0) } && word.count > 8 && !word.contains("/")
        #expect(!isKey, "\(path): \(word)")
      }
      let data = page.raw.first { $0.tag["id"] == "words" }?.text ?? ""
      for key in keys { #expect(!data.contains("\":\"\(key)"), "\(path): a word of the scripts that begins \(key)") }
    }
  }

  @Test("the answers of a page are lines that grading reads, and name the question as it is")
  func answers() throws {
    for lesson in SiteTests.course.lessons {
      let recording = try #require(SiteTests.variant.recordings.first { $0.lesson.path == lesson.path })
      #expect(recording.questions.count == lesson.questions.count)
      for asked in recording.questions {
        let line = asked.line + ",\"learner\":\"x\",\"answer\":[\"y\"],\"attempt\":1,\"hints\":0}"
        guard case .answer(let answer) = Answer.read(line) else {
          Issue.record("\(line)")
          continue
        }
        #expect(answer.question == asked.question.id)
        #expect(answer.hash == asked.question.hash)
        #expect(answer.seed == 7)
        #expect(answer.course == SiteTests.course.name)
        guard case .key = asked.key else {
          Issue.record("\(lesson.path) \(asked.question.id): \(asked.key)")
          continue
        }
      }
    }
  }

  @Test("the same bytes twice, and others for another variant")
  func deterministic() {
    #expect(Site.export(SiteTests.course).files == SiteTests.site.files)
    let (options, recordings) = SiteTests.variant
    let other = Site.files(of: recordings, SiteTests.course, options: options)
    #expect(other.count == (SiteTests.site.files.count + 1) / 2)
    let path = "en/components/watch-not-orders.html"
    #expect(other.first { $0.path == path }?.text != SiteTests.site.files.first { $0.path == path }?.text)
  }
}
