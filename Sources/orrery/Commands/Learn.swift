import ArgumentParser
import Clockwork
import Curriculum
import Kubernetes
import TerminalUI
import Tutor

/// `orrery learn`: a learner follows a lesson.
struct Learn: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Follow a lesson: predict, step, look, break, and go on where you left off.",
    discussion: """
      Without a lesson it goes on where you were. On a terminal the lesson has the whole screen, and every key is \
      named at the bottom. With --plain, or without a terminal, it is lines: an answer is the number or the name of \
      an option, an empty line goes on, and the end of the input saves and leaves. ? names the other commands.

      Answers are kept in $XDG_STATE_HOME/orrery/answers.jsonl, the place where you left off beside it.
      """
  )

  @Argument(help: "A lesson, such as components/watch-not-orders.")
  var lesson: String?

  @Flag(help: "Lines instead of a screen.")
  var plain = false

  @Option(help: "Which variant: other names and addresses.")
  var seed: UInt64?

  @Option(help: "Kubernetes as it was (then, 1.20) or is (now, 1.35).")
  var version: Version?

  @Option(help: "The file in which answers are kept.")
  var answers: String?

  @Flag(help: "Begin the lesson anew, even if it was left in the middle.")
  var anew = false

  @Flag(help: "Keep nothing: no answers, no place.")
  var forget = false

  @Option(help: "Your name or number, for those who grade.")
  var learner: String = ""

  @OptionGroup var course: CourseOptions

  func run() throws {
    let shelf = try Shelf(answers: answers, forget: forget, learner: learner)
    let source = try course.source()
    let path = try lesson ?? shelf.lesson(in: Syllabus(source))
    let loaded = try course.load(source, lesson: path)
    let found = try loaded.lesson(path)
    let studio = Studio(loaded.course, language: loaded.language.code)
    let (session, isResumed) = try begin(found, studio, shelf)
    let guide = Guide(
      session,
      language: loaded.language,
      isConversation: Environment.inputIsTerminal,
      next: Syllabus(source).following(found.path)
    )
    var face = Face(shelf: shelf, language: loaded.language)
    if usesScreen {
      try face.follow(screen: guide, isResumed: isResumed)
    } else {
      try face.follow(plain: guide, isResumed: isResumed)
    }
  }

  private var usesScreen: Bool {
    !plain && Environment.inputIsTerminal && Environment.outputIsTerminal && Environment.value("TERM") != "dumb"
      && Environment.value("TERM") != nil
  }

  private func begin(_ lesson: Lesson, _ studio: Studio, _ shelf: Shelf) throws -> (session: Session, Bool) {
    let wanted = version.map(\.rawValue)
    let saved = shelf.place(of: lesson.path, course: studio.course.name)
    let history = shelf.history
    if !anew, let saved, seed == nil || seed == saved.seed, wanted == nil || wanted == saved.version {
      let resumed = Session.resume(saved, in: studio, history: history)
      if let session = resumed.session { return (session, resumed.isThere) }
    }
    let begun = Session.begin(
      lesson.path,
      in: studio,
      seed: seed ?? 0,
      version: wanted ?? "",
      learner: learner,
      history: history
    )
    guard let session = begun.session else { throw LoadedCourse.stop(begun.diagnostics) }
    return (session, false)
  }
}
