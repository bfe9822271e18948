import ArgumentParser
import Curriculum
import TerminalUI
import Tutor

/// `orrery list`: the lessons of the course.
struct List: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "List the lessons of the course.")

  @OptionGroup var course: CourseOptions

  func run() throws {
    let loaded = try course.load()
    for lesson in loaded.course.lessons {
      let title = loaded.language.lesson(lesson.path)?.title ?? lesson.id
      let minutes = loaded.language.text("word.minutes", ["count": "\(lesson.minutes)"])
      Output.line("\(Width.pad(lesson.path, to: 32))  \(Width.pad(minutes, to: 7))  \(title)")
    }
  }
}
