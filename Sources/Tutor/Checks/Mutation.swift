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
  /// The rules that the course knows nothing of are left out.
  public static func all(of course: Course) -> [Mutation] {
    let real = keys(of: Studio(course))
    return FalseRule.allCases.compactMap { rule in
      guard course.misconceptions.contains(where: { $0.id == rule.rawValue }),
        let studio = Studio(course).supposing(rule.rawValue)
      else { return nil }
      let changed = keys(of: studio)
      var noticed: [String] = []
      for (name, key) in real where changed.first(where: { $0.name == name })?.key != key { noticed.append(name) }
      return Mutation(rule: rule.rawValue, noticed: noticed)
    }
  }

  /// What the model says to every question that it answers by itself.
  private static func keys(of studio: Studio) -> [(name: String, key: KeyResult)] {
    let store = KeyStore(studio)
    var keys: [(name: String, key: KeyResult)] = []
    for lesson in studio.course.lessons {
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
    }
    return keys
  }

  /// The answer alone: a reason may be worded otherwise without the answer being another.
  private static func answer(_ result: KeyResult) -> KeyResult {
    guard case .key(var key) = result else { return result }
    key.truth.arguments = []
    for index in key.options.indices { key.options[index].reason.arguments = [] }
    return .key(key)
  }
}
