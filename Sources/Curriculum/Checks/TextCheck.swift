import Clockwork
import Prose

/// The checks of one lesson's words in one language: against the lesson, and against the reference language.
struct TextCheck {
  let lesson: Lesson
  let course: Course
  let language: Language
  let findings: Findings

  private var file: String { "Content/\(language.code)/\(lesson.path).md" }

  func run() {
    guard let text = language.lesson(lesson.path) else {
      findings.error(
        lesson.place,
        "the lesson `\(lesson.path)` has no text in `\(language.code)`",
        fix: "write `\(file)`"
      )
      return
    }
    join("beat", lesson.beats.map { ($0.id, $0.place) }, text.beats.map { ($0.id, $0.place) })
    join("question", lesson.questions.map { ($0.id, $0.place) }, text.questions.map { ($0.id, $0.place) })
    join("fault", lesson.faults.map { ($0.id, $0.place) }, text.faults.map { ($0.id, $0.place) })
    heading(text)
    strayFences(text)
    placeholders(text)
    if text.reality.isEmpty, language.code == course.languages.first?.code {
      findings.warning(
        Place(file, line: 1, column: 1),
        "the lesson does not say what the model leaves out",
        fix: "add a fence ```reality"
      )
    }
    for beat in text.beats where beat.blocks.isEmpty {
      findings.error(beat.place, "the beat `\(beat.id)` says nothing")
    }
    for question in text.questions {
      if let entry = lesson.question(question.id) { words(question, of: entry) }
    }
    Marks(source: text.source, file: text.file, findings: findings).check(text.runs)
    GlossaryCheck(language: language, findings: findings).check(text)
    if let reference = course.languages.first, reference.code != language.code,
      let original = reference.lesson(lesson.path)
    {
      Translation(text: text, original: original, findings: findings).run()
    }
  }

  /// Every entry needs a fence and every fence an entry.
  private func join(_ what: String, _ entries: [(id: String, place: Place)], _ fences: [(id: String, place: Place)]) {
    unique(fences, what: "fence `\(what)` for", findings)
    for entry in entries where !entry.id.isEmpty && !fences.contains(where: { $0.id == entry.id }) {
      findings.error(
        entry.place,
        "the \(what) `\(entry.id)` has no text in `\(language.code)`",
        fix: "add a fence ```\(what) \(entry.id) to `\(file)`"
      )
    }
    for fence in fences where !fence.id.isEmpty && !entries.contains(where: { $0.id == fence.id }) {
      let open = entries.map(\.id).filter { id in !fences.contains { $0.id == id } }
      let near = Suggestion.nearest(to: fence.id, among: open.isEmpty ? entries.map(\.id) : open)
      findings.error(
        fence.place,
        "the lesson has no \(what) `\(Clean.line(fence.id))`",
        notes: [Diagnostic.Note("the lesson is here", file: lesson.place.file, line: lesson.place.line)],
        fix: near.map { "did you mean `\($0)`?" } ?? "add the entry, or remove the fence"
      )
    }
  }

  /// A slip in the first word of a fence makes it a block of code.
  private func strayFences(_ text: LessonText) {
    let known = ["beat", "question", "fault", "reality", "table", "glossary"]
    for fence in text.document.fences where !known.contains(fence.kind) && !fence.argument.isEmpty {
      let id = fence.argument
      guard lesson.beat(id) != nil || lesson.question(id) != nil || lesson.fault(id) != nil,
        let near = Suggestion.nearest(to: fence.kind, among: known)
      else { continue }
      findings.error(
        Place(text.file, line: fence.line, column: 1),
        "`\(fence.kind)` is no kind of fence that names `\(id)`",
        fix: "did you mean `\(near)`?"
      )
    }
  }

  private func placeholders(_ text: LessonText) {
    var number = 0
    for line in text.source.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      number += 1
      for (name, offset) in Placeholder.names(in: String(line)) {
        if lesson.vary.contains(where: { $0.name == name }) { continue }
        let place = Place(text.file, line: number, column: offset + 1)
        findings.unknown("placeholder", PlacedText(name, place: place), among: lesson.vary.map(\.name))
      }
    }
  }

  private func heading(_ text: LessonText) {
    guard let heading = text.document.headings.first else {
      findings.error(
        Place(text.file, line: 1, column: 1),
        "the text has no title",
        fix: "begin with `# Title {#\(lesson.id)}`"
      )
      return
    }
    if let id = heading.id, id != lesson.id {
      findings.error(
        Place(text.file, line: heading.line, column: 1),
        "the title has the id `\(id)`, the lesson `\(lesson.id)`",
        fix: "write `{#\(lesson.id)}`"
      )
    }
  }

  private func words(_ text: QuestionText, of question: Question) {
    if text.ask.isEmpty {
      findings.error(text.place, "the question `\(text.id)` asks nothing", fix: "begin the fence with the question")
    }
    unique(text.reasons.map { ($0.option, $0.place) }, what: "reason for", findings)
    let options = question.candidates
    for reason in text.reasons {
      if options.isEmpty || options.contains(reason.option) { continue }
      let near = Suggestion.nearest(to: reason.option, among: options)
      findings.error(
        reason.place,
        "the question has no option `\(Clean.line(reason.option))`",
        notes: [Diagnostic.Note("the options are \(options.joined(separator: ", "))")],
        fix: near.map { "did you mean `\($0)`?" } ?? "add it to `options`, or remove the line"
      )
    }
    for step in question.steps where step.text.contains("*") && text.reason(step.text)?.label == nil {
      findings.warning(
        text.place,
        "a learner would read the pattern `\(step.text)`",
        fix: "add `- \(step.text) [words]:` to the fence"
      )
    }
    unexplained(text, of: question)
  }

  /// A wrong option that nothing explains teaches nothing; the model explains only what it can run.
  private func unexplained(_ text: QuestionText, of question: Question) {
    guard !question.modelExplains else { return }
    let key = course.key(of: question)
    let silent = question.options.filter { option in
      if key.contains(option.text) || option.misconception != nil { return false }
      return text.reason(option.text).map { $0.inlines.isEmpty } ?? true
    }
    // Of a computed key only the model knows which option is the right one: it may go without a reason.
    let allowed = key.isEmpty ? 1 : 0
    guard silent.count > allowed else { return }
    for option in silent {
      findings.error(
        text.place,
        "nothing explains why `\(option.text)` is wrong",
        notes: [Diagnostic.Note("the option is here", file: option.place.file, line: option.place.line)],
        fix: "add `- \(option.text): reason` to the fence, or a misconception to the lesson"
      )
    }
  }
}

extension LessonText {
  /// Every run of words with its line, also those inside fences.
  var runs: [(inlines: [Inline], line: Int)] {
    var runs = document.blocks.flatMap(\.runs)
    runs += beats.flatMap { $0.blocks.flatMap(\.runs) }
    runs += faults.flatMap { $0.blocks.flatMap(\.runs) }
    runs += reality.flatMap(\.runs)
    for question in questions {
      runs += question.ask.flatMap(\.runs)
      for reason in question.reasons {
        runs.append((reason.inlines, reason.place.line))
        if let label = reason.label { runs.append((label, reason.place.line)) }
      }
      runs += question.hints.map { ($0, question.place.line) }
      if let after = question.after { runs.append((after, question.place.line)) }
    }
    for fence in document.fences where fence.kind == "table" {
      let table = TableText.read(fence)
      runs += (table.head + table.rows.flatMap { $0 }).map { ($0, fence.line) }
    }
    return runs
  }
}
