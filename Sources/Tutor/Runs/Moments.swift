import Clockwork
import Curriculum
import Kubernetes

/// When the questions of a lesson are asked: the one rule for sessions, keys and pages.
public enum Moments {
  /// Whether a question is due where a run stands, given what the run does next and what it did last.
  static func isDue(_ question: Question, next: String?, last: String?, isStart: Bool) -> Bool {
    switch question.moment {
    case .start: isStart
    case .before(let pattern), .at(let pattern): next.map(pattern.matches) ?? false
    case .after(let pattern): last.map(pattern.matches) ?? false
    case .end: next == nil
    }
  }

  /// The questions that are due now, in the order of the lesson.
  static func due(_ questions: [Question], in run: inout Run) -> [Question] {
    let next = run.expected().map { run.text($0) }
    let last = run.lastStep.map { run.text($0.action) }
    let isStart = run.world.stepCount == 0
    return questions.filter { isDue($0, next: next, last: last, isStart: isStart) }
  }

  /// Where each question is asked in a run with these choices, and nothing for those that are never reached.
  ///
  /// A question belongs to the first moment that fits once all choices have been made: a learner may have made some
  /// after the question was first due.
  static func find(_ questions: [Question], in start: Run, choices: [String], limit: Int = 20_000) -> [String: Run] {
    var run = start
    var rest = choices.map { Clockwork.Choice($0) }[...]
    var open = questions
    var found: [String: Run] = [:]
    run.lay(&rest)
    for _ in 0..<limit {
      if rest.isEmpty {
        for question in due(open, in: &run) { found[question.id] = run }
        open.removeAll { found[$0.id] != nil }
        if open.isEmpty { break }
      }
      guard run.step(following: &rest) != nil else { break }
      run.lay(&rest)
    }
    return found
  }
}
