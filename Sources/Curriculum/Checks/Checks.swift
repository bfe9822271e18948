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

  public init(
    scriptFlaw: @escaping (String) -> String? = { _ in nil },
    patternFlaw: @escaping (ActionPattern) -> String? = { $0.flaw },
    model: @escaping (Lesson, Course) -> [Diagnostic] = { _, _ in [] }
  ) {
    self.scriptFlaw = scriptFlaw
    self.patternFlaw = patternFlaw
    self.model = model
  }

  /// Loads a course and checks it: all that is wrong, in reading order.
  public func run(_ source: CourseSource) -> (course: Course, diagnostics: [Diagnostic]) {
    let loaded = Course.load(source)
    let findings = run(loaded.course)
    return (loaded.course, Diagnostic.inReadingOrder(loaded.diagnostics + findings))
  }

  /// Checks a course that has been loaded.
  public func run(_ course: Course) -> [Diagnostic] {
    let findings = Findings()
    for lesson in course.lessons { findings.list += model(lesson, course) }
    return Diagnostic.inReadingOrder(findings.list)
  }
}
