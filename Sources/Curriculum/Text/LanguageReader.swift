import Clockwork
import Prose

/// Reads the words of one language.
struct LanguageReader {
  let source: CourseSource
  let findings: Findings

  func language(_ code: PlacedText, course: Course) -> Language {
    var language = Language(code: code.text)
    let folder = "Content/\(code.text)/"
    if source.paths(below: folder).isEmpty {
      findings.error(code.place, "the language `\(code.text)` has no folder `\(folder)`")
    }
    language.words = words("\(folder)ui.yaml")
    language.glossary = sections("\(folder)glossary.md").map {
      GlossaryEntry(id: $0.id, title: $0.title, blocks: $0.blocks, place: $0.place)
    }
    language.misconceptions = sections("\(folder)misconceptions.md").map {
      MisconceptionText(id: $0.id, title: $0.title, blocks: $0.blocks, place: $0.place)
    }
    for chapter in course.chapters {
      let path = "\(folder)\(chapter.id)/index.md"
      if let text = source[path] { language.chapters.append(ChapterText.read(text, file: path, id: chapter.id)) }
      for lesson in chapter.lessons {
        let path = "\(folder)\(lesson.path).md"
        guard let text = source[path] else { continue }
        language.lessons[lesson.path] = LessonText.read(text, file: path, lesson: lesson, findings: findings)
      }
    }
    return language
  }

  private func words(_ path: String) -> Words {
    var words = Words()
    guard let text = source[path] else { return words }
    let parsed = YAMLDocument.parse(text, file: path)
    findings.list += parsed.diagnostics
    guard let document = parsed.documents.first else { return words }
    collect(document.value, document.spot, at: "", in: path, into: &words)
    return words
  }

  /// Walks data and places side by side: looking every key up again would cost a walk each.
  private func collect(
    _ value: Value,
    _ spot: YAMLDocument.Spot,
    at key: String,
    in file: String,
    into words: inout Words
  ) {
    let place = Place(file, line: spot.line, column: spot.column)
    switch value {
    case .map(let entries):
      for (entry, child) in zip(entries, spot.children) {
        let name = Clean.line(entry.key)
        collect(entry.value, child, at: key.isEmpty ? name : "\(key).\(name)", in: file, into: &words)
      }
    case .bool, .list, .null:
      findings.error(place, "`\(key)` must be text", fix: "put it in quotes")
    case .string, .integer, .number:
      if let first = words.place(of: key) {
        findings.error(
          place,
          "the key `\(key)` stands twice",
          notes: [Diagnostic.Note("it stands here first", file: first.file, line: first.line)]
        )
      }
      words.entries[key] = PlacedText(Clean.text(value.plain), place: place)
    }
  }

  /// A part of a file under a heading with an id.
  struct Section {
    var id: String
    var title: String
    var blocks: [Block]
    var place: Place
  }

  private func sections(_ path: String) -> [Section] {
    guard let text = source[path] else { return [] }
    var sections: [Section] = []
    for block in Markdown.parse(text).blocks {
      if case .heading(let heading) = block {
        // The title of the whole file needs no id; every entry does.
        guard let id = heading.id else {
          if heading.level > 1 {
            findings.error(
              Place(path, line: heading.line, column: 1),
              "the heading has no id",
              fix: "add one: `## \(Inline.plain(heading.inlines)) {#id}`"
            )
          }
          continue
        }
        let place = Place(path, line: heading.line, column: 1)
        sections.append(Section(id: id, title: Inline.plain(heading.inlines), blocks: [], place: place))
      } else if !sections.isEmpty {
        sections[sections.count - 1].blocks.append(block)
      }
    }
    return sections
  }
}

extension ChapterText {
  static func read(_ text: String, file: String, id: String) -> ChapterText {
    let document = Markdown.parse(text)
    return ChapterText(
      id: id,
      title: document.title ?? id,
      document: document,
      file: file,
      of: document.front("of"),
      hash: Stamp.hash(of: text)
    )
  }
}
