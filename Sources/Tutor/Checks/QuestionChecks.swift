import Clockwork
import Curriculum
import Kubernetes

/// A question against its own key.
extension ModelChecks {
  func check(_ question: Question, _ run: Run, _ actions: [String]) -> [Diagnostic] {
    switch maker.key(of: question, in: run) {
    case .key(let key): return check(key, question)
    case .none(let fact): return [keyless(question, fact, actions)]
    case .unknownLesson, .unknownQuestion, .unknownVersion: return []
    }
  }

  private func check(_ key: Key, _ question: Question) -> [Diagnostic] {
    var findings: [Diagnostic] = []
    if Grader.assess(key.model, by: key).credit != .full {
      let model = key.model.joined(separator: ", ")
      findings.append(
        Diagnostic(
          question.place,
          .error,
          "the question `\(question.id)` refuses its own model answer `\(model)`",
          fix: "choose another `normalise`, or ask for another field"
        )
      )
    }
    guard !question.options.isEmpty else { return findings }
    let right = key.options.filter(\.isRight)
    if right.isEmpty, question.kind != .whichCould {
      let truth = key.model.joined(separator: ", ")
      findings.append(
        Diagnostic(
          question.options.first?.place ?? question.place,
          .error,
          "no option of `\(question.id)` is right",
          notes: [Diagnostic.Note("the model says `\(truth)`")],
          fix: "add `\(truth)` to `options`"
        )
      )
    }
    if right.count == key.options.count {
      findings.append(
        Diagnostic(
          question.options.first?.place ?? question.place,
          .error,
          "every option of `\(question.id)` is right",
          fix: "add an option that cannot be"
        )
      )
    }
    for (option, judged) in zip(question.options, key.options) where judged.isRight {
      guard let rule = option.misconception else { continue }
      findings.append(
        Diagnostic(
          rule.place.file.isEmpty ? option.place : rule.place,
          .error,
          "the option `\(option.text)` of `\(question.id)` is in fact right: \(judged.verdict.rawValue)",
          notes: [Diagnostic.Note("\(studio.words(judged.reason))")],
          fix: "take it out of `misconceptions`, or ask at another step"
        )
      )
    }
    return findings + twins(key, question)
  }

  /// Two options that the rule of the question takes for one answer.
  private func twins(_ key: Key, _ question: Question) -> [Diagnostic] {
    guard key.normal != .exact, question.kind == .value || question.kind == .outcome else { return [] }
    var findings: [Diagnostic] = []
    for (place, option) in question.options.enumerated() {
      for other in question.options[..<place]
      where Normalise.same(option.text, other.text, as: key.normal, tolerance: key.tolerance) {
        findings.append(
          Diagnostic(
            option.place,
            .error,
            "the options `\(other.text)` and `\(option.text)` of `\(question.id)` are the same answer",
            fix: "remove one of them"
          )
        )
      }
    }
    return findings
  }

  private func keyless(_ question: Question, _ fact: Fact, _ actions: [String]) -> Diagnostic {
    var fix = "ask for something that the run shows"
    if fact.key == "key.undecidable" {
      fix = "let the search end sooner: give the question a short `script` of its own, or an `until`"
    }
    if let step = fact["step"]?.text, let near = Suggestion.nearest(to: step, among: actions) {
      fix = "did you mean `\(near)`?"
    }
    return Diagnostic(
      question.steps.first { $0.text == fact["step"]?.text }?.place ?? question.place,
      .error,
      "the question `\(question.id)` has no key: \(studio.words(fact))",
      fix: fix
    )
  }
}
