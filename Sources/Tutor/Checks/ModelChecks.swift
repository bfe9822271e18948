import Clockwork
import Curriculum
import Kubernetes

/// What only running a lesson brings to light: steps that never come, keys that cannot be had, options that are right.
public struct ModelChecks {
  let studio: Studio
  let maker: KeyMaker
  /// Other variants than the lesson's own that are tried too.
  let seeds: [UInt64]

  public init(_ studio: Studio, seeds: [UInt64] = [1, 2, 3]) {
    self.studio = studio
    self.seeds = seeds
    maker = KeyMaker(studio)
  }

  /// The checks of a course with the model behind them.
  public static func checks(for course: Course, requiredWords: [String] = []) -> Checks {
    // Lessons may be run side by side: each in a studio of its own.
    Checks(requiredWords: requiredWords) { lesson, course in ModelChecks(Studio(course)).run(lesson) }
  }

  /// Everything that is wrong with a lesson, the mistakes of its first variant before those of others.
  public func run(_ lesson: Lesson) -> [Diagnostic] {
    var findings = run(lesson, seed: 0)
    guard !findings.contains(where: { $0.severity == .error }) else { return findings }
    for seed in seeds {
      let others = run(lesson.variant(seed: seed), seed: seed).map { found in
        var found = found
        found.notes.append(Diagnostic.Note("seen in the variant of seed \(seed)"))
        return found
      }
      findings += others
      if !others.isEmpty { break }
    }
    return findings
  }

  private func run(_ lesson: Lesson, seed: UInt64) -> [Diagnostic] {
    let (tracks, diagnostics) = Track.all(of: lesson, seed: seed, version: "", in: studio)
    guard diagnostics.isEmpty else { return diagnostics }
    var findings: [Diagnostic] = []
    for track in tracks { findings += check(track) }
    if seed == 0, let story = tracks.first { findings += lesson.faults.flatMap { check($0, story) } }
    return findings
  }

  // MARK: A run

  private func check(_ track: Track) -> [Diagnostic] {
    var played = track
    guard maker.finish(&played.run) else {
      let longest = KeyMaker.longestRun
      return [Diagnostic(track.run.lesson.place, .error, "the lesson does not end within \(longest) steps")]
    }
    var findings = problems(of: played.run)
    let actions = played.run.actionTexts
    for (number, beat) in track.beats.enumerated() {
      if let finding = unmatched(beat.to, actions, "the beat `\(beat.id)` never ends") {
        findings.append(finding)
      } else if number >= played.beatsDone {
        findings.append(
          Diagnostic(
            beat.to.place,
            .error,
            "the beat `\(beat.id)` ends before the beat above it",
            fix: "put the beats in the order of the run"
          )
        )
        break
      }
    }
    let moments = Moments.find(track.questions, in: track.run, choices: [])
    for question in track.questions {
      guard let moment = moments[question.id] else {
        if let pattern = question.moment.pattern {
          let what = "the question `\(question.id)` is never asked"
          findings.append(
            unmatched(pattern, actions, what)
              ?? Diagnostic(pattern.place, .error, what, notes: [Diagnostic.Note("the run ends before")])
          )
        }
        continue
      }
      findings += check(question, moment, actions)
    }
    return findings
  }

  private func problems(of run: Run) -> [Diagnostic] {
    let script = run.lesson.script
    func place(_ line: Int) -> Place { script.first { $0.place.line == line }?.place ?? run.lesson.place }
    var findings = run.simulation.unmet.map { line in
      Diagnostic(
        place(line.number),
        .error,
        "the lesson never reaches `\(line.text)`",
        notes: [Diagnostic.Note("in version \(run.version); nothing is left to do and it is not so")],
        fix: "wait for something that happens, or add what is missing to the script"
      )
    }
    findings += run.simulation.problems.map { studio.diagnostic($0, at: place($0.line)) }
    return findings
  }

  private func unmatched(_ pattern: ActionPattern, _ actions: [String], _ what: String) -> Diagnostic? {
    if actions.contains(where: pattern.matches) { return nil }
    var notes: [Diagnostic.Note] = []
    let same = actions.filter { $0.hasPrefix("\(pattern.component) ") }
    var shown: [String] = []
    for action in same where !shown.contains(action) && shown.count < 8 { shown.append(action) }
    if !shown.isEmpty {
      notes.append(Diagnostic.Note("the run has \(shown.map { "`\($0)`" }.joined(separator: ", "))"))
    }
    let near = Suggestion.nearest(to: pattern.text, among: actions)
    return Diagnostic(
      pattern.place,
      .error,
      "\(what): no step is `\(pattern.text)`",
      notes: notes,
      fix: near.map { "did you mean `\($0)`?" } ?? "`orrery trace` prints every step of the lesson"
    )
  }

  // MARK: Faults

  /// A fault must be seen: at the lesson's level something else must happen than without it.
  private func check(_ fault: Fault, _ story: Track) -> [Diagnostic] {
    let made = studio.experiment(
      story.run.lesson,
      script: fault.script,
      seed: story.run.seed,
      version: story.run.version
    )
    guard var broken = made.run else { return made.diagnostics }
    var usual = story.run
    guard maker.finish(&broken), maker.finish(&usual) else {
      return [Diagnostic(fault.place, .error, "the run of the fault `\(fault.id)` does not end")]
    }
    let place = fault.script.first?.place ?? fault.place
    let problems = broken.simulation.problems.map { studio.diagnostic($0, at: place) }
    guard problems.isEmpty, broken.shownTexts(at: .story) == usual.shownTexts(at: .story) else { return problems }
    return [
      Diagnostic(
        place,
        .error,
        "the fault `\(fault.id)` changes nothing that the story shows",
        fix: "break something that the lesson needs"
      )
    ]
  }
}

extension Run {
  /// The text form of every step so far.
  var actionTexts: [String] { simulation.timeline.steps.map { text($0.action) } }

  /// The steps that a level shows.
  func shownTexts(at level: Lesson.Level) -> [String] {
    simulation.timeline.steps.filter { self.level(of: $0.action) <= level }.map { text($0.action) }
  }
}
