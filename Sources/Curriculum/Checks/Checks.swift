import Clockwork
import Prose

/// Looks whether the parts of a course fit together; every mistake is told in one pass.
///
/// What only a running model can tell (which key an action has, whether an option is in fact right) is asked through
/// hooks, so that this module knows no engine.
public struct Checks {
  /// Why a line of a script cannot be read, or `nil`.
  public var scriptFlaw: (String) -> String?
  /// Why a pattern can never match an action, or `nil`.
  public var patternFlaw: (ActionPattern) -> String?
  /// What running a lesson brings to light.
  public var model: (Lesson, Course) -> [Diagnostic]
  /// The keys of `ui.yaml` that the program asks for.
  public var requiredWords: [String]
  /// How the lessons are run.
  public var spreading = Spreading.inOrder

  public init(
    scriptFlaw: @escaping (String) -> String? = { _ in nil },
    patternFlaw: @escaping (ActionPattern) -> String? = { $0.flaw },
    requiredWords: [String] = [],
    model: @escaping (Lesson, Course) -> [Diagnostic] = { _, _ in [] }
  ) {
    self.scriptFlaw = scriptFlaw
    self.patternFlaw = patternFlaw
    self.requiredWords = requiredWords
    self.model = model
  }

  /// Loads a course and checks it: all that is wrong, in reading order.
  public func run(_ source: CourseSource) -> (course: Course, diagnostics: [Diagnostic]) {
    let loaded = Course.load(source)
    return (loaded.course, Diagnostic.inReadingOrder(loaded.diagnostics + run(loaded.course)))
  }

  /// Checks a course that has been loaded.
  public func run(_ course: Course) -> [Diagnostic] {
    let findings = Findings()
    checkCourse(course, findings)
    let found = spreading.map(course.lessons.count) { model(course.lessons[$0], course) }
    for (number, lesson) in course.lessons.enumerated() {
      LessonCheck(lesson: lesson, course: course, checks: self, findings: findings).run()
      for language in course.languages {
        TextCheck(lesson: lesson, course: course, language: language, findings: findings).run()
      }
      findings.list += found[number]
    }
    for language in course.languages {
      LanguageCheck(language: language, course: course, requiredWords: requiredWords, findings: findings).run()
    }
    return Diagnostic.inReadingOrder(findings.list)
  }

  private func checkCourse(_ course: Course, _ findings: Findings) {
    let root = Place("Lessons/course.yaml", line: 1, column: 1)
    if course.languages.isEmpty {
      findings.error(root, "the course has no language", fix: "add `languages: [en]`")
    }
    if !(0...100).contains(course.passMark) {
      findings.error(root, "the pass mark is not between 0 and 100")
    }
    unique(course.languages.map { ($0.code, root) }, what: "language", findings)
    unique(course.chapters.map { ($0.id, $0.place) }, what: "chapter", findings)
    for chapter in course.chapters {
      unique(chapter.lessons.map { ($0.id, $0.place) }, what: "lesson", findings)
    }
    for misconception in course.misconceptions {
      for claim in misconception.claims { known(claim, course, findings) }
    }
  }
}

/// Reports what stands twice.
func unique(_ entries: [(id: String, place: Place)], what: String, _ findings: Findings) {
  var first: [String: Place] = [:]
  for entry in entries where !entry.id.isEmpty {
    if let place = first[entry.id] {
      findings.error(
        entry.place,
        "the \(what) `\(entry.id)` stands twice",
        notes: [Diagnostic.Note("it stands here first", file: place.file, line: place.line)],
        fix: "give one of them another id"
      )
    } else {
      first[entry.id] = entry.place
    }
  }
}

/// Reports a claim that `Lessons/claims.yaml` does not know; a course without that file has no claims to know.
func known(_ claim: PlacedText, _ course: Course, _ findings: Findings) {
  guard !course.claims.isEmpty, course.claim(claim.text) == nil else { return }
  findings.unknown("claim", claim, among: course.claims.map(\.id))
}

extension Findings {
  /// Reports a name that nothing bears.
  func unknown(_ what: String, _ name: PlacedText, among known: [String]) {
    let near = Suggestion.nearest(to: name.text, among: known)
    error(name.place, "unknown \(what) `\(Clean.line(name.text))`", fix: near.map { "did you mean `\($0)`?" })
  }
}
