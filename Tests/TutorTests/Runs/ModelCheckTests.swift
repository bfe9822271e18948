import Curriculum
import Testing

@testable import Tutor

/// The course passes; each mistake that only a run shows is named with its line and a fix.
@Suite struct ModelCheckTests {
  static let path = "Lessons/components/watch-not-orders.yaml"

  /// `orrery check` looks at every lesson; it is built to be fast.
  @Test(arguments: TestCourse.sample)
  func theCoursePasses(_ path: String) throws {
    let lesson = try #require(TestCourse.course.lesson(path))
    #expect(ModelChecks(TestCourse.studio, seeds: [4]).run(lesson).map(\.description) == [])
  }

  /// What is said of the lesson once a text in it is replaced.
  static func findings(_ old: String, _ new: String) throws -> [Diagnostic] {
    var source = CourseSource.embedded
    let text = try #require(source[path])
    let range = try #require(text.firstRange(of: old), "the lesson has no \(old)")
    source[path] = text.replacingCharacters(in: range, new)
    let course = Course.load(source).course
    let lesson = try #require(course.lesson("components/watch-not-orders"))
    return ModelChecks(Studio(course), seeds: []).run(lesson)
  }

  @Test(arguments: [
    (
      "kube-scheduler bind pod/{{pod}}\"", "kube-scheduler bimd pod/{{pod}}\"", "never ends: no step is", "did you mean"
    ),
    (
      "before: kube-scheduler schedule pod/{{pod}}", "before: kube-scheduler marry pod/{{pod}}", "is never asked", "did"
    ),
    ("- kubelet@* admit pod/{{pod}}", "- kubelet@* adopt pod/{{pod}}", "has no key", "did you mean"),
    (
      "options: [kubelet@node1, etcd, kube-scheduler, kube-proxy@node1]",
      "options: [kubelet@node1, etcd, kube-proxy@node1]", "no option of `who-moves-first` is right", "kube-scheduler"
    ),
    (
      "options: [Running, Failed, Unknown, Pending]", "options: [pending, Pending]", "are the same answer", "remove one"
    ),
    ("break: kube-scheduler", "break: kube-proxy@node2", "changes nothing", "break something"),
  ])
  func namesTheMistake(_ old: String, _ new: String, _ summary: String, _ fix: String) throws {
    let findings = try Self.findings(old, new)
    let found = findings.first { $0.summary.contains(summary) }
    #expect(found != nil, "\(findings)")
    #expect(found?.fix?.contains(fix) == true, "\(findings)")
    #expect((found?.line ?? 0) > 1)
    #expect(found?.file == Self.path)
  }

  @Test func anOptionThatIsRightIsNoMisconception() throws {
    let findings = try Self.findings(
      "misconceptions: {kubelet@node1: no-scheduler,",
      "misconceptions: {kube-scheduler: etcd-dispatches, kubelet@node1: no-scheduler,"
    )
    #expect(findings.contains { $0.summary.contains("`kube-scheduler` of `who-moves-first` is in fact right") })
  }

  @Test func aGoalThatNeverComesIsNamed() throws {
    let findings = try Self.findings("- until ", "- until pod/nobody Ready\n  - until ")
    #expect(findings.contains { $0.summary.contains("never reaches `until pod/nobody Ready`") && $0.line > 1 })
  }
}

extension String {
  fileprivate func replacingCharacters(in range: Swift.Range<String.Index>, _ text: String) -> String {
    String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
  }
}
