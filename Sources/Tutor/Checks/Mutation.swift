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

  /// Switches every false rule on, one after the other, over all lessons of a course.
  ///
  /// The rules that the course knows nothing of are left out. Without `isThorough` the first lesson that notices is enough.
  public static func all(of course: Course, isThorough: Bool = true) -> [Mutation] {
    let studio = Studio(course)
    var real: [String: [(name: String, key: KeyResult)]] = [:]
    return FalseRule.allCases.compactMap { rule in
      guard course.misconceptions.contains(where: { $0.id == rule.rawValue }),
        let supposed = studio.supposing(rule.rawValue)
      else { return nil }
      var noticed: [String] = []
      for lesson in course.lessons where isThorough || noticed.isEmpty {
        let truth = real[lesson.path] ?? keys(of: lesson, in: studio)
        real[lesson.path] = truth
        let belief = keys(of: lesson, in: supposed)
        for (one, other) in zip(truth, belief) where one.key != other.key { noticed.append(one.name) }
      }
      return Mutation(rule: rule.rawValue, noticed: noticed)
    }
  }

  /// What the model says to every question of a lesson that it answers by itself.
  private static func keys(of lesson: Lesson, in studio: Studio) -> [(name: String, key: KeyResult)] {
    let store = KeyStore(studio)
    var keys: [(name: String, key: KeyResult)] = []
    for question in lesson.questions where question.kind != .choice && question.kind != .claim {
      let request = KeyRequest(
        lesson: lesson.path,
        question: question.id,
        version: question.version,
        seed: 0,
        choices: []
      )
      keys.append(("\(lesson.path) \(question.id)", answer(store.key(for: request))))
    }
    return keys
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
