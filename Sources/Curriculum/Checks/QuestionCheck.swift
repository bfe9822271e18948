import Clockwork

/// The checks of one question that need no words.
struct QuestionCheck {
  let question: Question
  let course: Course
  let findings: Findings

  func run() {
    references()
    options()
    key()
    switch question.kind {
    case .value where question.field == nil:
      missing("field", "a `value` question reads one field of the world")
    case .always: proposition()
    case .order where question.steps.count < 2:
      missing("steps", "an `order` question needs at least two steps")
    case .whichCould where question.options.count > 6:
      findings.error(
        question.options[6].place,
        "a `which-could` question has \(question.options.count) candidates",
        fix: "keep at most six"
      )
    case .choice where question.options.isEmpty:
      missing("options", "a `choice` question has nothing to choose from")
    default: break
    }
    if question.kind != .always, question.expected != nil {
      findings.error(question.place, "`is` belongs to questions of the kind `always`", fix: "remove it")
    }
    if question.attempts < 1 {
      findings.error(question.place, "`attempts` must be at least 1")
    }
    if let tolerance = question.tolerance, ![.number, .duration, .quantity].contains(question.normal) {
      findings.error(
        question.place,
        "the tolerance `\(tolerance)` is without effect: `\(question.normal.rawValue)` is no measure",
        fix: "write `normalise: number`"
      )
    }
    if question.entry["version"] != nil, !["now", "then"].contains(question.version) {
      findings.error(question.place, "`version` is `then` or `now`, not `\(question.version)`")
    }
  }

  /// An `always` question says one thing: that a step comes, that one comes before another, or what stands in a field.
  private func proposition() {
    if question.steps.isEmpty {
      if question.object == nil { return missing("object", "an `always` question has `steps`, or `object` and `is`") }
      if question.expected == nil { missing("is", "it says what must stand there: a value, `different` or `same`") }
      if question.field == nil { missing("field", "an `always` question about objects reads one field of them") }
    } else if question.steps.count > 2 {
      findings.error(
        question.steps[2].place,
        "an `always` question is about one or two steps",
        fix: "remove the others"
      )
    } else if question.object != nil || question.expected != nil {
      findings.error(question.place, "an `always` question has `steps` or `object`, not both", fix: "keep one of them")
    }
  }

  private func missing(_ key: String, _ why: String) {
    findings.error(question.place, "the question `\(question.id)` has no `\(key)`", notes: [Diagnostic.Note(why)])
  }

  private func references() {
    for claim in question.claims { known(claim, course, findings) }
    if question.claims.isEmpty, !course.claims.isEmpty {
      findings.error(
        question.place,
        "the question `\(question.id)` is tied to no claim",
        fix: "add `claim:` with an id of `Lessons/claims.yaml`"
      )
    }
    for option in question.options {
      guard let name = option.misconception, course.misconception(name.text) == nil else { continue }
      findings.unknown("misconception", name, among: course.misconceptions.map(\.id))
    }
  }

  private func options() {
    unique(question.options.map { ($0.text, $0.place) }, what: "option", findings)
    if question.options.count == 1 {
      findings.error(question.options[0].place, "a single option leaves nothing to choose", fix: "add a second one")
    }
  }

  private func key() {
    let isAuthored = question.kind == .choice || question.kind == .claim
    if !isAuthored, let first = question.key.first {
      findings.error(
        first.place,
        "the key of a `\(question.kind.rawValue)` question is computed by the model",
        fix: "remove `key`"
      )
    }
    guard isAuthored else { return }
    if course.key(of: question).isEmpty {
      findings.error(
        question.place,
        "the question `\(question.id)` has no key",
        fix: "add `key:` with the right option" + (question.kind == .claim ? ", or one claim that has a verdict" : "")
      )
    }
    for key in question.key where !question.options.contains(where: { $0.text == key.text }) {
      let near = Suggestion.nearest(to: key.text, among: question.options.map(\.text))
      findings.error(
        key.place,
        "the key `\(key.text)` is none of the options",
        fix: near.map { "did you mean `\($0)`?" } ?? "add it to `options`"
      )
    }
    if question.kind == .choice, question.options.count > 1, question.key.count == question.options.count {
      findings.error(question.place, "every option of the question `\(question.id)` is right", fix: "add a wrong one")
    }
  }
}

extension Course {
  /// The right options of a question that no model can answer; empty for all others.
  ///
  /// A `claim` question without a key of its own takes the verdict of its first claim.
  public func key(of question: Question) -> [String] {
    guard question.kind == .choice || question.kind == .claim else { return [] }
    if !question.key.isEmpty { return question.key.map(\.text) }
    guard question.kind == .claim, let name = question.claims.first, let claim = claim(name.text) else { return [] }
    let verdict = claim.verdict.rawValue
    return question.options.contains { $0.text == verdict } ? [verdict] : []
  }
}
