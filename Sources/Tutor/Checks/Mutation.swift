import Curriculum
import Kubernetes

/// A course under a false rule: which questions would then have another answer.
///
/// A misconception that no question notices is one that a learner can keep to the end of the course.
public struct Mutation: Equatable, Sendable {
  /// The id of the misconception.
  public let rule: String
  /// `chapter/lesson question` of every question whose key changes or can no longer be asked.
  public let noticed: [String]

  /// Switches every false rule on, one after the other, over all questions of a course.
  ///
  /// The rules that the course knows nothing of are left out. Without `isThorough` one question that notices is enough;
  /// those that name the misconception are tried first.
  public static func all(of course: Course, isThorough: Bool = true) -> [Mutation] {
    let studio = Studio(course)
    let real = KeyStore(studio)
    return FalseRule.allCases.compactMap { rule in
      guard course.misconceptions.contains(where: { $0.id == rule.rawValue }),
        let supposed = studio.supposing(rule.rawValue)
      else { return nil }
      let belief = KeyStore(supposed)
      var noticed: [String] = []
      for candidate in candidates(for: rule.rawValue, in: course) where isThorough || noticed.isEmpty {
        let request = candidate.request
        if answer(real.key(for: request)) == answer(belief.key(for: request)) { continue }
        noticed.append("\(request.lesson) \(request.question)")
      }
      return Mutation(rule: rule.rawValue, noticed: noticed)
    }
  }

  /// Misconceptions that a lesson names although no world can play them.
  public static func withoutWorld(in course: Course) -> [String] {
    let named = course.lessons.flatMap { $0.questions.flatMap { $0.options.compactMap { $0.misconception?.text } } }
    return course.misconceptions.map(\.id).filter { named.contains($0) && FalseRule(rawValue: $0) == nil }
  }

  private struct Candidate {
    var request: KeyRequest
    /// What is tried first: questions that name the misconception, and among them those that cost least.
    var rank: Int
  }

  /// The questions that the model answers by itself.
  private static func candidates(for rule: String, in course: Course) -> [Candidate] {
    var candidates: [Candidate] = []
    for lesson in course.lessons {
      for question in lesson.questions where question.kind != .choice && question.kind != .claim {
        let request = KeyRequest(
          lesson: lesson.path,
          question: question.id,
          version: question.version,
          seed: 0,
          choices: []
        )
        let isNamed = question.options.contains { $0.misconception?.text == rule }
        let isCostly = question.kind == .order || question.kind == .always
        candidates.append(Candidate(request: request, rank: isCostly ? 2 : isNamed ? 0 : 1))
      }
    }
    // Within a rank the order of the course stays.
    return (0...2).flatMap { rank in candidates.filter { $0.rank == rank } }
  }

  /// The answer alone: a reason may be worded otherwise without the answer being another.
  private static func answer(_ result: KeyResult) -> KeyResult {
    guard case .key(var key) = result else { return result }
    key.truth.arguments = []
    key.witnesses = []
    for index in key.options.indices { key.options[index].reason.arguments = [] }
    return .key(key)
  }
}
