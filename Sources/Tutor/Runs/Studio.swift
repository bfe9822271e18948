import Clockwork
import Curriculum
import Kubernetes

/// Builds the runs of a course: the lesson's own, the other version's, and those of an experiment.
public struct Studio {
  public let course: Course
  private let stage: Stage
  /// The false rule that every run of this studio follows; nothing for the real world.
  public private(set) var rule: FalseRule? = nil

  public init(_ course: Course, language: String = "en", file: @escaping (String) -> String? = { _ in nil }) {
    self.course = course
    stage = Stage(course, language: course.language(language), file: file)
  }

  /// The same course in a world in which a misconception holds; nothing for one that no world can play.
  public func supposing(_ id: String) -> Studio? {
    guard let rule = FalseRule(rawValue: id) else { return nil }
    var other = self
    other.rule = rule
    return other
  }

  /// The variant of a lesson that a seed makes; nothing where there is no such lesson.
  public func lesson(_ path: String, seed: UInt64) -> Lesson? {
    guard let lesson = course.lesson(path) else { return nil }
    return seed == 0 ? lesson : lesson.variant(seed: seed)
  }

  /// The version of a lesson where nobody asks for another.
  public func version(of lesson: Lesson) -> String {
    if !lesson.version.isEmpty { return lesson.version }
    let (spec, _) = stage.cluster(lesson.cluster.text)
    return spec?.version.rawValue ?? Version.now.rawValue
  }

  /// The run of a lesson's variant at its beginning; an empty version takes the lesson's own.
  ///
  /// `budget` is how many snapshots it keeps: a learner goes back a step at once, a key never goes back.
  public func run(
    _ lesson: Lesson,
    seed: UInt64,
    version: String = "",
    budget: Int = 4096
  ) -> (run: Run?, diagnostics: [Diagnostic]) {
    let made = stage.simulation(
      of: lesson,
      seed: seed,
      version: Version(rawValue: version),
      budget: budget,
      supposing: rule
    )
    return (made.simulation.map { Run(lesson, seed: seed, simulation: $0) }, made.diagnostics)
  }

  /// A run of the same cluster from its beginning with another script: an outcome to be seen, a fault to be tried.
  ///
  /// Lines that break something and say nothing of what is wanted are followed by the lesson's own script.
  public func experiment(
    _ lesson: Lesson,
    script: [PlacedText],
    until: String? = nil,
    seed: UInt64,
    version: String,
    budget: Int = 4096
  ) -> (run: Run?, diagnostics: [Diagnostic]) {
    var changed = lesson
    changed.script = script
    if !script.contains(where: { $0.text.hasPrefix("kubectl ") }) { changed.script += lesson.script }
    if let until { changed.script.append(Studio.goal(until, at: lesson.place)) }
    return run(changed, seed: seed, version: version, budget: budget)
  }

  /// Lines of a script for a version.
  func lines(_ texts: [PlacedText], version: String) -> (lines: [NumberedLine], diagnostics: [Diagnostic]) {
    stage.script(texts, version: Version(rawValue: version) ?? .now)
  }

  /// A problem that a run found, in words.
  func diagnostic(_ problem: ScriptProblem, at place: Place) -> Diagnostic {
    stage.diagnostic(problem, place, keep: true)
  }

  /// A fact in the words in which authors are told of mistakes.
  func words(_ fact: Fact) -> String { stage.language.text(fact) }

  /// The line that waits for a goal, whether or not it was written with its verb.
  static func goal(_ text: String, at place: Place) -> PlacedText {
    PlacedText(text.hasPrefix("until ") ? text : "until \(text)", place: place)
  }
}
