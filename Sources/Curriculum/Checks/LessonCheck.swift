import Clockwork

/// The checks of one lesson that need no words: ids, references, patterns, scripts and sizes.
struct LessonCheck {
  let lesson: Lesson
  let course: Course
  let checks: Checks
  let findings: Findings

  func run() {
    ids()
    references()
    sizes()
    placeholders(lesson.document.value, at: [])
    for beat in lesson.beats { pattern(beat.to) }
    script(lesson.script)
    images()
    for fault in lesson.faults { script(fault.script) }
    for question in lesson.questions {
      QuestionCheck(question: question, course: course, findings: findings).run()
      if let pattern = question.moment.pattern { self.pattern(pattern) }
      for step in question.steps { pattern(step) }
      script(question.script)
      if let until = question.until {
        script([PlacedText("until \(until)", place: question.place)])
      }
    }
  }

  /// A name between double braces that nothing draws would be shown as it is.
  private func placeholders(_ value: Value, at path: [String]) {
    switch value {
    case .string(let text):
      for (name, _) in Placeholder.names(in: text) where !lesson.vary.contains(where: { $0.name == name }) {
        let place = lesson.document.place(of: path)
        findings.unknown("placeholder", PlacedText(name, place: place), among: lesson.vary.map(\.name))
      }
    case .list(let elements):
      for (index, element) in elements.enumerated() { placeholders(element, at: path + ["\(index)"]) }
    case .map(let entries):
      for entry in entries { placeholders(entry.value, at: path + [entry.key]) }
    case .null, .bool, .integer, .number: break
    }
  }

  private func ids() {
    let beats = lesson.beats.map { ($0.id, $0.place) }
    let questions = lesson.questions.map { ($0.id, $0.place) }
    let faults = lesson.faults.map { ($0.id, $0.place) }
    unique(beats, what: "beat", findings)
    unique(questions, what: "question", findings)
    unique(faults, what: "fault", findings)
    for (id, place) in [(lesson.id, lesson.place)] + beats + questions + faults where !id.isEmpty && !Self.isID(id) {
      findings.error(
        place,
        "`\(id)` cannot be an id",
        fix: "use lower-case letters, digits and hyphens: fences and answers name it"
      )
    }
  }

  static func isID(_ text: String) -> Bool {
    text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 } && text.utf8.first != 45
  }

  private func references() {
    if course.cluster(lesson.cluster.text) == nil {
      findings.unknown("cluster", lesson.cluster, among: course.clusters.map(\.name))
    }
    for claim in lesson.claims { known(claim, course, findings) }
    for fault in lesson.faults {
      if let claim = fault.claim { known(claim, course, findings) }
    }
    let tied = Set(lesson.questions.flatMap { $0.claims.map(\.text) })
    for claim in lesson.claims where !tied.contains(claim.text) {
      findings.warning(
        claim.place,
        "no question is tied to the claim `\(claim.text)`",
        fix: "give a question `claim: \(claim.text)`, or remove it here"
      )
    }
  }

  /// Rules of thumb: an author may know better.
  private func sizes() {
    if !(12...20).contains(lesson.minutes) {
      findings.warning(
        size("minutes"),
        lesson.minutes == 0 ? "the lesson has no `minutes`" : "a lesson of \(lesson.minutes) minutes is unusual",
        fix: "aim at 12 to 20 minutes"
      )
    }
    if !(5...9).contains(lesson.beats.count) {
      findings.warning(size("beats"), "the lesson has \(lesson.beats.count) beats", fix: "aim at 5 to 9")
    }
    if !(6...10).contains(lesson.questions.count) {
      findings.warning(size("questions"), "the lesson has \(lesson.questions.count) questions", fix: "aim at 6 to 10")
    }
    let kinds = Question.Kind.allCases.filter { kind in lesson.questions.contains { $0.kind == kind } }
    if !lesson.questions.isEmpty, kinds.count < 4 {
      findings.warning(
        size("questions"),
        "the questions are of \(kinds.count) kind\(kinds.count == 1 ? "" : "s") only: "
          + kinds.map(\.rawValue).joined(separator: ", "),
        fix: "ask in at least 4 ways"
      )
    }
  }

  private func size(_ key: String) -> Place {
    lesson.document.value[key] == nil ? lesson.place : lesson.document.keyPlace(of: [key])
  }

  private func pattern(_ pattern: ActionPattern) {
    // A pattern that is missing altogether has been reported when it was read.
    guard !pattern.text.isEmpty, let flaw = checks.patternFlaw(pattern) else { return }
    findings.error(pattern.place, flaw, fix: "write `component verb object`, with `*` for anything")
  }

  private func script(_ lines: [PlacedText]) {
    for line in lines {
      if line.text.contains("\n") {
        findings.error(line.place, "a line of a script holds a line break", fix: "make it two lines of the list")
      } else if let flaw = checks.scriptFlaw(line.text) {
        findings.error(line.place, flaw)
      }
    }
  }

  /// An image that the course does not describe works, but does nothing: mostly a slip of the pen.
  private func images() {
    let known = course.imageNames
    guard !known.isEmpty else { return }
    for line in lesson.script {
      for word in line.text.split(separator: " ") where word.hasPrefix("--image=") {
        let name = String(word.dropFirst("--image=".count))
        let bare = name.split(separator: ":").first.map(String.init) ?? name
        let isKnown = known.contains { $0 == name || $0 == bare || $0.hasPrefix("\(bare):") }
        if isKnown || name.hasPrefix("registry.invalid/") { continue }
        let near = Suggestion.nearest(to: name, among: known)
        findings.warning(
          line.place,
          "`Lessons/images.yaml` does not know the image `\(name)`",
          notes: [Diagnostic.Note("an unknown image pulls in 2 s, listens on its declared ports and never exits")],
          fix: near.map { "did you mean `\($0)`?" }
        )
      }
    }
  }
}

extension Course {
  /// The names of `Lessons/images.yaml`: the keys of its map, or the `name` of each element of its list.
  public var imageNames: [String] {
    guard let value = images?.value else { return [] }
    let inner = value["images"] ?? value
    if let entries = inner.entries { return entries.map(\.key) }
    return (inner.elements ?? []).compactMap { $0["name"]?.text ?? $0["image"]?.text }
  }
}
