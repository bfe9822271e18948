import Clockwork
import Curriculum

/// The names of a course's lessons, read from one small file: enough to choose one.
struct Syllabus {
  /// `chapter/id`, in the order of the course.
  private(set) var lessons: [String] = []

  init(_ source: CourseSource) {
    let path = "Lessons/course.yaml"
    guard let text = source[path], let root = YAMLDocument.parse(text, file: path).documents.first?.value else {
      return
    }
    for chapter in root["chapters"]?.elements ?? [] {
      guard let id = chapter["id"]?.text else { continue }
      for lesson in chapter["lessons"]?.elements ?? [] {
        if let name = lesson.text { lessons.append("\(id)/\(name)") }
      }
    }
  }

  /// The lesson after another.
  func following(_ lesson: String) -> String? {
    guard let place = lessons.firstIndex(of: lesson), place + 1 < lessons.count else { return nil }
    return lessons[place + 1]
  }
}
