import Clockwork
import Curriculum
import Kubernetes

/// One run of a lesson with what belongs to it: the lesson's own, or the contrast with the other version.
struct Track {
  var run: Run
  var beats: [Beat]
  var questions: [Question]

  /// The tracks of a lesson: its own, then the other version where beats or questions ask for it.
  static func all(
    of lesson: Lesson,
    seed: UInt64,
    version: String,
    in studio: Studio
  ) -> (tracks: [Track], diagnostics: [Diagnostic]) {
    let own = studio.version(of: lesson)
    let main = version.isEmpty ? own : version
    let made = studio.run(lesson, seed: seed, version: main)
    guard let run = made.run else { return ([], made.diagnostics) }
    // A lesson about now looks back in a run of its own; where the whole lesson is played then, there is no contrast.
    func isContrast(_ beat: Beat) -> Bool { beat.isThen && main != Version.then.rawValue }
    func isContrast(_ question: Question) -> Bool { !question.version.isEmpty && question.version != main }
    var track = Track(run: run, beats: lesson.beats, questions: lesson.questions)
    track.beats.removeAll(where: isContrast)
    track.questions.removeAll(where: isContrast)
    let beats = lesson.beats.filter(isContrast)
    let questions = lesson.questions.filter(isContrast)
    guard !beats.isEmpty || !questions.isEmpty else { return ([track], []) }
    let otherVersion = questions.first?.version ?? Version.then.rawValue
    let other = studio.run(lesson, seed: seed, version: otherVersion)
    guard let otherRun = other.run else { return ([track], other.diagnostics) }
    return ([track, Track(run: otherRun, beats: beats, questions: questions)], [])
  }

  /// How many beats lie behind: each ends with the first step that matches, after the one before it has ended.
  ///
  /// It is asked after every step, so it is counted on from where it was asked last.
  var beatsDone: Int {
    let position = run.position
    if memo.position > position || run.simulation.timeline.trail(at: memo.position) != memo.trail {
      memo.position = 0
      memo.done = 0
    }
    while memo.position < position, memo.done < beats.count {
      if case .step(let step) = run.simulation.timeline[memo.position],
        beats[memo.done].to.matches(run.text(step.action))
      {
        memo.done += 1
      }
      memo.position += 1
    }
    memo.position = position
    memo.trail = run.world.trail
    return memo.done
  }

  /// What was counted last, with the trail of the run that it was counted in: another past has another trail.
  private final class Memo {
    var position = 0
    var done = 0
    var trail = Digest()
  }

  private let memo = Memo()

  init(run: Run, beats: [Beat], questions: [Question]) {
    self.run = run
    self.beats = beats
    self.questions = questions
  }
}
