import Clockwork
import Curriculum
import Kubernetes
import Testing

@testable import Tutor

/// The course that travels in the program, and runs of it.
enum TestCourse {
  static let course = Course.load(.embedded).course
  static var studio: Studio { Studio(course) }
  static let lessons = course.lessons.map(\.path)
  /// Lessons of one Pod: short enough to look at every order at every step.
  static let short = ["components/watch-not-orders", "components/create-pod"]
  /// The same with lessons that bring something new, for what costs too much to be tried in all.
  static let sample = short + ["components/etcd-keeps", "logging/reading-logs"]

  static func run(_ path: String, seed: UInt64, version: String = "") throws -> Run {
    let lesson = try #require(studio.lesson(path, seed: seed))
    let made = studio.run(lesson, seed: seed, version: version)
    #expect(made.diagnostics == [])
    return try #require(made.run)
  }

  static func session(_ path: String, seed: UInt64 = 0, level: Lesson.Level? = nil) throws -> Session {
    let begun = Session.begin(path, in: studio, seed: seed, level: level, learner: "tester")
    #expect(begun.diagnostics == [])
    return try #require(begun.session)
  }
}
