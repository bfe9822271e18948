import Clockwork
import Curriculum
import Kubernetes

/// What a learner hears after an answer.
public struct Feedback: Sendable {
  public var question: String
  public var assessment: Assessment
  /// The option whose authored reason explains most: the wrong one that was chosen, or the right one.
  public var option: String?
  /// What really happens, or stands there.
  public var truth: Fact
  /// The line for the answers file.
  public var record: Answer
  /// Whether the attempt counts.
  public var counts: Bool
  /// The false rule that the answer follows from: what "suppose it were so" would run.
  public var misconception: String?
  /// For `always`: the orders that the answer rests on.
  public var witnesses: [Key.Witness] = []
}

extension Session {
  /// The key of the question that waits; computed where it was asked.
  public var key: KeyResult? {
    guard let pending else { return nil }
    if let known = pending.key.result { return known }
    let result = maker.key(of: pending.question, in: pending.run)
    pending.key.result = result
    return result
  }

  /// Takes an answer to the question that waits; the caller says how long it took and when that was.
  public mutating func answer(
    _ given: [String],
    sure: Bool? = nil,
    ms: Int64? = nil,
    at: String = ""
  ) -> Feedback? {
    guard let waiting = pending, let result = key else { return nil }
    let attempt = attempt(of: waiting.question.id)
    let record = Answer(
      course: studio.course.name,
      lesson: lesson.path,
      question: waiting.question.id,
      hash: waiting.question.hash,
      version: waiting.run.version,
      seed: seed,
      choices: waiting.run.choices,
      learner: learner,
      answer: given,
      sure: sure,
      attempt: attempt,
      hints: waiting.hints,
      ms: ms,
      at: at
    )
    answers.append(record)
    settled.insert(waiting.question.id)
    pending = nil
    var feedback = Feedback(
      question: waiting.question.id,
      assessment: Assessment(.ungraded, .none, Fact("reason.ungraded")),
      truth: Fact("reason.ungraded"),
      record: record,
      counts: attempt <= max(1, waiting.question.attempts)
    )
    switch result {
    case .key(let key):
      feedback.assessment = Grader.assess(given, by: key)
      feedback.truth = key.truth
      feedback.witnesses = key.witnesses
      feedback.misconception = feedback.assessment.misconception
      feedback.option = Session.told(given, key)
    case .none(let fact): feedback.truth = fact
    case .unknownLesson, .unknownQuestion, .unknownVersion: break
    }
    return feedback
  }

  private static func told(_ given: [String], _ key: Key) -> String? {
    let texts = given.map(Normalise.trim)
    let chosen = key.options.filter { option in
      texts.contains { $0 == option.text || Normalise.same($0, option.text, as: key.normal) }
    }
    return (chosen.first { !$0.isRight } ?? chosen.first)?.text
  }

  /// Leaves the question unanswered: it earns nothing, and the lesson goes on.
  public mutating func skip(at: String = "") -> Feedback? { answer([], at: at) }

  /// Asks a question again that has been settled, where the run can go back to it; the attempt is counted.
  public mutating func retry(_ id: String) -> Bool {
    guard pending == nil, let question = lesson.question(id), settled.contains(id) else { return false }
    for index in tracks.indices where tracks[index].questions.contains(where: { $0.id == id }) {
      let fresh = studio.run(lesson, seed: seed, version: tracks[index].run.version).run
      guard let fresh, let moment = Moments.find([question], in: fresh, choices: [])[id] else { continue }
      pending = Pending(question: question, run: moment)
      return true
    }
    return false
  }

  /// The number of the next hint of the ladder, counted from zero; the words are the language's.
  public mutating func hint(of count: Int) -> Int? {
    guard let waiting = pending, waiting.shownHints < count else { return nil }
    pending?.shownHints += 1
    pending?.hints += 1
    return waiting.shownHints
  }

  /// The points so far, over all questions of the lesson: the first attempt at each, whenever it was.
  public var score: Credit {
    var first: [String: Answer] = [:]
    for answer in history + answers {
      guard let kept = first[answer.question] else {
        first[answer.question] = answer
        continue
      }
      if answer.attempt < kept.attempt { first[answer.question] = answer }
    }
    return lesson.questions.reduce(.none) { sum, question in
      sum + (first[question.id].flatMap { store.assessment(of: $0)?.credit } ?? .none)
    }
  }

  /// The world in which the misconception behind an answer holds, beside the real one.
  public func suppose(_ misconception: String, for question: String) -> Supposed? {
    guard let question = lesson.question(question) else { return nil }
    let version = question.version.isEmpty ? self.version : question.version
    return studio.suppose(misconception, question, in: lesson, seed: seed, version: version)
  }

  /// Two orders side by side, where the answer was *sometimes*.
  public func orders(_ witnesses: [Key.Witness], for question: String) -> TwoOrders? {
    guard witnesses.count > 1, let question = lesson.question(question) else { return nil }
    let version = question.version.isEmpty ? self.version : question.version
    return studio.orders(witnesses, question, in: lesson, seed: seed, version: version)
  }
}
