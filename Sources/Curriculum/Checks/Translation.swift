import Prose

/// Compares a translation with the reference: nothing may be missing, and it must be of the text as it is now.
struct Translation {
  let text: LessonText
  let original: LessonText
  let findings: Findings

  private var top: Place { Place(text.file, line: 1, column: 1) }

  func run() {
    Self.stamp(text.of, original.hash, of: original.file, at: stampPlace, findings)
    headings()
    for question in original.questions {
      guard let mine = text.question(question.id) else { continue }
      compare(mine, question)
    }
    if text.reality.isEmpty != original.reality.isEmpty {
      findings.error(top, text.reality.isEmpty ? "the fence `reality` is missing" : "the reference has no `reality`")
    }
    for kind in ["table", "glossary"] {
      let mine = text.document.fences.filter { $0.kind == kind }.count
      let theirs = original.document.fences.filter { $0.kind == kind }.count
      if mine != theirs { findings.error(top, "the reference has \(theirs) fences `\(kind)`, this text \(mine)") }
    }
  }

  private var stampPlace: Place {
    let line = text.document.front.first { $0.key == "of" }?.line
    return Place(text.file, line: line ?? 1, column: 1)
  }

  /// Reports a translation that is not of the reference as it stands.
  static func stamp(_ of: String?, _ hash: String, of file: String, at place: Place, _ findings: Findings) {
    if of == hash { return }
    let note = Diagnostic.Note("the reference is here", file: file, line: 1)
    if let of {
      findings.error(
        place,
        "the translation is stale: it is of \(Clean.line(of)), the reference is now \(hash)",
        notes: [note],
        fix: "bring it up to date, then run `orrery check --stamp`"
      )
    } else {
      findings.error(
        place,
        "the translation does not say which text it is of",
        notes: [note],
        fix: "run `orrery check --stamp`, which adds `of: \(hash)`"
      )
    }
  }

  private func headings() {
    let theirs = original.document.headings.compactMap(\.id)
    let mine = text.document.headings.compactMap(\.id)
    for id in theirs where !mine.contains(id) {
      findings.error(top, "the heading `{#\(id)}` is missing", fix: "add it, or its id")
    }
    for heading in text.document.headings {
      guard let id = heading.id, !theirs.contains(id) else { continue }
      let near = Suggestion.nearest(to: id, among: theirs)
      findings.error(
        Place(text.file, line: heading.line, column: 1),
        "the reference has no heading `{#\(id)}`",
        fix: near.map { "did you mean `\($0)`?" }
      )
    }
  }

  private func compare(_ mine: QuestionText, _ theirs: QuestionText) {
    for reason in theirs.reasons where mine.reason(reason.option) == nil {
      findings.error(
        mine.place,
        "the question `\(mine.id)` lacks the option `\(Clean.line(reason.option))`",
        notes: [Diagnostic.Note("the reference has it", file: reason.place.file, line: reason.place.line)],
        fix: "add `- \(Clean.line(reason.option)): …`"
      )
    }
    for reason in mine.reasons where theirs.reason(reason.option) == nil {
      findings.error(reason.place, "the reference says nothing of the option `\(Clean.line(reason.option))`")
    }
    for reason in theirs.reasons where reason.label != nil {
      guard let other = mine.reason(reason.option), other.label == nil else { continue }
      findings.error(
        other.place,
        "the option `\(reason.option)` has other words in the reference, none here",
        fix: "write `- \(reason.option) [words]: …`"
      )
    }
    if mine.hints.count != theirs.hints.count {
      findings.error(
        mine.place,
        "the question `\(mine.id)` has \(mine.hints.count) hints, the reference \(theirs.hints.count)",
        notes: [Diagnostic.Note("the reference is here", file: theirs.place.file, line: theirs.place.line)]
      )
    }
    if (mine.after == nil) != (theirs.after == nil) {
      let what = mine.after == nil ? "lacks the line `after:`" : "has a line `after:` that the reference lacks"
      findings.error(mine.place, "the question `\(mine.id)` \(what)")
    }
  }
}
