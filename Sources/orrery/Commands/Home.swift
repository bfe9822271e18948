import ArgumentParser
import Curriculum
import TerminalUI
import Tutor

/// `orrery` alone: the course, how far the learner has come, where to go on.
struct Home: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "home",
    abstract: "Show the course, your progress, and where to go on.",
    shouldDisplay: false
  )

  @Option(help: "The file in which answers are kept.")
  var answers: String?

  @Option(help: "Your name or number, for those who grade.")
  var learner: String = ""

  @OptionGroup var course: CourseOptions

  func run() throws {
    let loaded = try course.load()
    let language = loaded.language
    let path = answers ?? "\(Environment.stateFolder)/answers.jsonl"
    // Looking makes no file.
    let shelf = try Files.exists(path) ? Shelf(answers: path, forget: false, learner: learner) : nil
    Output.line(language.text("course.title"))
    Output.line(language.text("course.tagline"))
    for chapter in loaded.course.chapters {
      Output.line()
      Output.line(language.chapter(chapter.id)?.title ?? chapter.id)
      for lesson in chapter.lessons {
        let title = language.lesson(lesson.path)?.title ?? lesson.id
        Output.line(
          "  \(Width.pad(lesson.path, to: 30))  \(Width.pad(title, to: 28))  \(progress(lesson, shelf, language))"
        )
      }
    }
    Output.line()
    let syllabus = Syllabus(try course.source())
    let next = try shelf?.lesson(in: syllabus) ?? syllabus.lessons.first
    if let next {
      let key = shelf?.history.isEmpty ?? true ? "course.begin" : "course.continue"
      Output.line(language.text(key, ["lesson": next]))
    }
  }

  private func progress(_ lesson: Lesson, _ shelf: Shelf?, _ language: Language) -> String {
    let mine = (shelf?.history ?? []).filter { $0.lesson == lesson.path && $0.learner == learner }
    let answered = lesson.questions.filter { question in mine.contains { $0.question == question.id } }.count
    if answered == 0 { return language.text("progress.new") }
    return language.text("progress.begun", ["answered": "\(answered)", "total": "\(lesson.questions.count)"])
  }
}
