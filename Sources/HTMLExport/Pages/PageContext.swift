import Curriculum
import Tutor

/// What a page is written with: the course, the words, and where it lies.
struct PageContext {
  let course: Course
  let language: Language
  let links: Links
  let seed: UInt64
  /// The languages that are exported, in the order of the course.
  let languages: [String]

  func at(_ place: Links.Place) -> PageContext {
    PageContext(
      course: course,
      language: language,
      links: Links(isSingle: links.isSingle, language: links.language, here: place),
      seed: seed,
      languages: languages
    )
  }

  /// Words of the program.
  func say(_ key: String, _ arguments: [String: String] = [:]) -> String { language.text(key, arguments) }

  /// Words of the program, with the key's own last part where the language has none.
  func say(_ key: String, or other: String) -> String { language.words[key] ?? other }

  func id(_ name: String) -> String { links.id(name) }

  func title(of lesson: Lesson) -> String {
    language.lesson(lesson.path)?.variant(of: lesson).title ?? lesson.id
  }

  func title(of chapter: Chapter) -> String { language.chapter(chapter.id)?.title ?? chapter.id }

  /// How the answers of this course, its version and this variant are kept apart from others.
  var store: String { "orrery/\(course.name)/\(seed)" }
}
