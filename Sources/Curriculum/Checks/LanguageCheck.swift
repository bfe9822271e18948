import Clockwork
import Prose

/// The checks of a language beyond its lessons: words of the program, glossary, misconceptions and chapters.
struct LanguageCheck {
  let language: Language
  let course: Course
  let requiredWords: [String]
  let findings: Findings

  private var folder: String { "Content/\(language.code)/" }
  private var reference: Language? { course.languages.first.flatMap { $0.code == language.code ? nil : $0 } }

  func run() {
    words()
    glossary()
    misconceptions()
    for chapter in course.chapters { self.chapter(chapter) }
  }

  private func words() {
    let file = "\(folder)ui.yaml"
    let mine = language.words.keys
    let theirs = reference?.words.keys ?? []
    for key in requiredWords + theirs.filter({ !requiredWords.contains($0) }) where language.words[key] == nil {
      let place = reference?.words.place(of: key)
      findings.error(
        Place(file, line: 1, column: 1),
        "the key `\(key)` has no words in `\(language.code)`",
        notes: place.map { [Diagnostic.Note("the reference has it", file: $0.file, line: $0.line)] } ?? [],
        fix: "add it"
      )
    }
    for key in mine {
      guard let text = language.words[key], let place = language.words.place(of: key) else { continue }
      if let reference, reference.words[key] == nil {
        let near = Suggestion.nearest(to: key, among: theirs)
        findings.error(place, "the reference has no key `\(key)`", fix: near.map { "did you mean `\($0)`?" })
      }
      gaps(text, key: key, at: place)
    }
  }

  /// A translation must use the arguments of the reference, and particles that exist.
  private func gaps(_ text: String, key: String, at place: Place) {
    for case .text(let words) in Template.pieces(text) {
      guard let bar = words.firstIndex(of: "|"), let open = words[..<bar].lastIndex(of: "{"),
        let close = words[bar...].firstIndex(of: "}"), !words[open..<close].contains(" ")
      else { continue }
      findings.error(place, "`\(words[open...close])` names no pair of particles")
    }
    guard let original = reference?.words[key] else { return }
    let mine = Template.names(in: text)
    let theirs = Template.names(in: original)
    for name in mine where !theirs.contains(name) {
      let near = Suggestion.nearest(to: name, among: theirs)
      findings.error(
        place,
        "the words of `\(key)` have no argument `{\(name)}`",
        fix: near.map { "did you mean `{\($0)}`?" }
      )
    }
    for name in theirs where !mine.contains(name) {
      findings.warning(place, "the words of `\(key)` leave out `{\(name)}`")
    }
  }

  private func glossary() {
    unique(language.glossary.map { ($0.id, $0.place) }, what: "glossary word", findings)
    let check = GlossaryCheck(language: language, findings: findings)
    for entry in language.glossary {
      if entry.blocks.isEmpty { findings.error(entry.place, "the glossary word `\(entry.id)` is not explained") }
      check.check(entry.blocks, file: entry.place.file)
    }
    guard let reference else { return }
    for entry in reference.glossary where language.glossary(entry.id) == nil {
      findings.error(
        Place("\(folder)glossary.md", line: 1, column: 1),
        "the glossary lacks `\(entry.id)`",
        notes: [Diagnostic.Note("the reference has it", file: entry.place.file, line: entry.place.line)],
        fix: "add `## … {#\(entry.id)}`"
      )
    }
    for entry in language.glossary where reference.glossary(entry.id) == nil {
      findings.error(entry.place, "the reference's glossary has no `\(entry.id)`")
    }
  }

  private func misconceptions() {
    unique(language.misconceptions.map { ($0.id, $0.place) }, what: "misconception", findings)
    let used = course.lessons.flatMap { $0.questions.flatMap { $0.options.compactMap { $0.misconception?.text } } }
    for misconception in course.misconceptions where language.misconception(misconception.id) == nil {
      // One that no question names yet may wait for its words.
      guard used.contains(misconception.id) else { continue }
      findings.error(
        misconception.place,
        "the misconception `\(misconception.id)` has no words in `\(language.code)`",
        fix: "add `## … {#\(misconception.id)}` to `\(folder)misconceptions.md`"
      )
    }
    for text in language.misconceptions {
      GlossaryCheck(language: language, findings: findings).check(text.blocks, file: text.place.file)
      guard course.misconception(text.id) == nil else { continue }
      findings.unknown(
        "misconception",
        PlacedText(text.id, place: text.place),
        among: course.misconceptions.map(\.id)
      )
    }
  }

  private func chapter(_ chapter: Chapter) {
    let file = "\(folder)\(chapter.id)/index.md"
    guard let text = language.chapter(chapter.id) else {
      findings.error(
        chapter.place,
        "the chapter `\(chapter.id)` has no page in `\(language.code)`",
        fix: "write `\(file)`"
      )
      return
    }
    if text.document.headings.isEmpty {
      findings.error(Place(file, line: 1, column: 1), "the page has no title", fix: "begin with `# Title`")
    }
    GlossaryCheck(language: language, findings: findings).check(text.document.blocks, file: file)
    if let original = reference?.chapter(chapter.id) {
      let line = text.document.front.first { $0.key == "of" }?.line ?? 1
      let place = Place(file, line: line, column: 1)
      Translation.stamp(text.of, original.hash, of: original.file, at: place, findings)
    }
  }
}

/// Looks up every glossary word that a text refers to.
struct GlossaryCheck {
  let language: Language
  let findings: Findings

  func check(_ text: LessonText) {
    runs(text.runs, file: text.file)
    fences(text.document.fences, file: text.file)
  }

  func check(_ blocks: [Block], file: String) {
    runs(blocks.flatMap(\.runs), file: file)
    fences(blocks.flatMap(\.fences), file: file)
  }

  private func fences(_ fences: [Fence], file: String) {
    for fence in fences where fence.kind == "glossary" {
      for (index, line) in fence.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        let word = QuestionText.trimmed(line)
        if !word.isEmpty { known(word, Place(file, line: fence.textLine + index, column: 1)) }
      }
    }
  }

  private func runs(_ runs: [(inlines: [Inline], line: Int)], file: String) {
    for run in runs {
      var line = run.line
      walk(run.inlines, line: &line, file: file)
    }
  }

  private func walk(_ inlines: [Inline], line: inout Int, file: String) {
    for inline in inlines {
      switch inline {
      case .link(let inner, let url, _):
        if url.hasPrefix("glossary:") { known(String(url.dropFirst(9)), Place(file, line: line, column: 1)) }
        walk(inner, line: &line, file: file)
      case .emphasis(let inner), .strong(let inner): walk(inner, line: &line, file: file)
      case .softBreak, .hardBreak: line += 1
      case .text, .code: break
      }
    }
  }

  private func known(_ id: String, _ place: Place) {
    guard language.glossary(id) == nil else { return }
    findings.unknown("glossary word", PlacedText(id, place: place), among: language.glossary.map(\.id))
  }
}
