import Clockwork
import Prose

extension Course {
  /// Reads a course from its files; whatever is wrong is reported, and the rest is there all the same.
  ///
  /// What is said here is what makes a file unreadable; whether the parts fit together is told by `Checks`.
  ///
  /// A learner who follows one lesson in one language waits for nothing else: `language` and `lesson` (as
  /// `chapter/id`, or its id) leave all others unread. A name that nothing bears leaves nothing out.
  public static func load(
    _ source: CourseSource,
    language: String? = nil,
    lesson: String? = nil
  ) -> (course: Course, diagnostics: [Diagnostic]) {
    var reader = CourseReader(source: source, language: language, lesson: lesson)
    let course = reader.course()
    return (course, Diagnostic.inReadingOrder(reader.findings.list))
  }
}

/// Reads file after file and keeps what it finds wrong.
struct CourseReader {
  let source: CourseSource
  var language: String? = nil
  var lesson: String? = nil
  let findings = Findings()

  private static let root = "Lessons/course.yaml"

  mutating func course() -> Course {
    let claims = self.claims()
    let misconceptions = self.misconceptions()
    let images = document("Lessons/images.yaml")
    let clusters = self.clusters()
    let fields = Fields(document(Self.root) ?? YAMLDocument(file: Self.root, value: .emptyMap), findings: findings)
    if source[Self.root] == nil {
      findings.error(
        Place(Self.root),
        "the course has no file `\(Self.root)`",
        fix: "write one with `id`, `version`, `languages` and `chapters`"
      )
    } else {
      fields.allowOnly(["id", "version", "languages", "chapters", "pass-mark", "passMark"], of: "the course")
    }
    var course = Course(
      id: source[Self.root] == nil ? "" : fields.required("id", of: "the course"),
      version: version(fields),
      languages: [],
      chapters: [],
      passMark: fields.integer(fields.has("pass-mark") ? "pass-mark" : "passMark", default: 70),
      clusters: clusters,
      misconceptions: misconceptions,
      claims: claims,
      images: images
    )
    course.manifests = manifests()
    let chapters = fields.maps("chapters")
    if let wanted = lesson, !names(fields.document).contains(wanted) { lesson = nil }
    let codes = fields.lines("languages")
    if let wanted = language, !codes.contains(where: { $0.text == wanted }) { language = nil }
    for chapter in chapters { course.chapters.append(self.chapter(chapter, in: course)) }
    for code in codes where language == nil || language == code.text {
      course.languages.append(LanguageReader(source: source, findings: findings).language(code, course: course))
    }
    reportStrays(course)
    return course
  }

  /// Every name by which a lesson can be asked for.
  private func names(_ root: YAMLDocument) -> [String] {
    Fields(root, findings: Findings()).maps("chapters").flatMap { chapter in
      chapter.lines("lessons").flatMap { [$0.text, "\(chapter.text("id") ?? "")/\($0.text)"] }
    }
  }

  private func version(_ fields: Fields) -> String {
    guard source[Self.root] != nil else { return "" }
    if let value = fields.value["version"], value.text == nil, !value.isNull {
      findings.error(
        fields.place("version"),
        "`version` is a number, which loses its last zero",
        fix: "put it in quotes"
      )
      return value.plain
    }
    return fields.required("version", of: "the course")
  }

  /// The first document of a file; a file that is not there is `nil` and no mistake here.
  private func document(_ path: String) -> YAMLDocument? {
    guard let text = source[path] else { return nil }
    let parsed = YAMLDocument.parse(text, file: path)
    findings.list += parsed.diagnostics
    if parsed.documents.count > 1 {
      findings.error(parsed.documents[1].place(of: []), "only one document is expected in this file")
    }
    return parsed.documents.first ?? YAMLDocument(file: path, value: .emptyMap)
  }

  private func clusters() -> [ClusterFile] {
    source.paths(below: "Lessons/clusters/", suffix: ".yaml").map { path in
      let text = source[path] ?? ""
      let parsed = YAMLDocument.parse(text, file: path)
      findings.list += parsed.diagnostics
      return ClusterFile(name: Self.stem(path), documents: parsed.documents, text: text)
    }
  }

  /// What is wrong in one of them is told where a script applies it.
  private func manifests() -> [ManifestFile] {
    let folder = "Lessons/manifests/"
    return source.paths(below: folder, suffix: ".yaml").map { path in
      ManifestFile(name: String(path.dropFirst(folder.count)), text: source[path] ?? "")
    }
  }

  private func misconceptions() -> [Misconception] {
    guard let document = document("Lessons/misconceptions.yaml") else { return [] }
    let fields = Fields(document, findings: findings)
    return (document.value.entries ?? []).map { entry in
      var claims: [PlacedText]
      if entry.value.entries == nil {
        claims = fields.lines(entry.key)
      } else {
        let inner = Fields(document, path: [entry.key], findings: findings)
        inner.allowOnly(["claims"], of: "a misconception")
        claims = inner.lines("claims")
      }
      return Misconception(id: Clean.line(entry.key), claims: claims, place: fields.keyPlace(entry.key))
    }
  }

  private func claims() -> [Claim] {
    guard let document = document("Lessons/claims.yaml") else { return [] }
    return (document.value.entries ?? []).map { entry in
      let fields = Fields(document, path: [entry.key], findings: findings)
      fields.allowOnly(["verdict", "flow", "flows"], of: "a claim")
      if !fields.has("verdict") { findings.error(document.keyPlace(of: [entry.key]), "the claim has no `verdict`") }
      let flows = (fields.lines("flow") + fields.lines("flows")).flatMap { line in
        line.text.split { $0 == "," || $0 == " " }.map(String.init)
      }
      return Claim(
        id: Clean.line(entry.key),
        verdict: fields.choice("verdict", default: .right),
        flows: flows,
        place: document.keyPlace(of: [entry.key])
      )
    }
  }

  private func chapter(_ fields: Fields, in course: Course) -> Chapter {
    fields.allowOnly(["id", "lessons"], of: "a chapter")
    let id = fields.required("id", of: "the chapter")
    var lessons: [Lesson] = []
    for name in fields.lines("lessons") {
      if let lesson, lesson != name.text, lesson != "\(id)/\(name.text)" { continue }
      let path = "Lessons/\(id)/\(name.text).yaml"
      guard let document = document(path) else {
        findings.error(
          name.place,
          "there is no lesson file `\(path)`",
          fix: near(name.text, chapter: id).map { "did you mean `\($0)`?" } ?? "write the file, or remove the line"
        )
        continue
      }
      var lesson = Lesson.read(document, chapter: id, seed: 0, findings: findings)
      if lesson.id != name.text, !lesson.id.isEmpty {
        findings.error(
          lesson.place,
          "the lesson calls itself `\(lesson.id)`, its file `\(name.text)`",
          fix: "write `id: \(name.text)`"
        )
      }
      lesson.id = name.text
      stamp(&lesson, course)
      lessons.append(lesson)
    }
    return Chapter(id: id, lessons: lessons, place: fields.place)
  }

  /// Gives every question its hash; it covers the entry as written, with its placeholders.
  private func stamp(_ lesson: inout Lesson, _ course: Course) {
    let cluster = course.cluster(lesson.cluster.text)?.text ?? ""
    let images = course.images?.value.canonical ?? ""
    let files = manifests(of: lesson, course)
    let entries = lesson.document.value["questions"]?.elements ?? []
    for index in lesson.questions.indices where entries.indices.contains(index) {
      lesson.questions[index].hash = Question.hash(
        entries[index],
        lesson: lesson.document.value,
        cluster: cluster,
        images: images,
        manifests: files
      )
    }
  }

  /// The files that any line of the lesson may apply.
  private func manifests(of lesson: Lesson, _ course: Course) -> [String] {
    guard !course.manifests.isEmpty else { return [] }
    let words = lesson.document.value.canonical
    return course.manifests.filter { words.contains($0.name) }.map(\.text)
  }

  private func near(_ name: String, chapter: String) -> String? {
    Suggestion.nearest(to: name, among: source.paths(below: "Lessons/\(chapter)/", suffix: ".yaml").map(Self.stem))
  }

  /// Lesson files that no chapter names would never be read, nor their mistakes found.
  private func reportStrays(_ course: Course) {
    if lesson != nil { return }
    let known = Set(course.lessons.map { "Lessons/\($0.path).yaml" })
    for path in source.paths(below: "Lessons/", suffix: ".yaml") where path.split(separator: "/").count == 3 {
      let isLesson = !path.hasPrefix("Lessons/clusters/") && !path.hasPrefix("Lessons/manifests/")
      guard isLesson, !known.contains(path) else { continue }
      findings.error(Place(path), "no chapter of `\(Self.root)` names this lesson", fix: "add it to a chapter")
    }
  }

  static func stem(_ path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }
}
