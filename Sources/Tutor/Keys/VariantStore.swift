import Curriculum

/// Lessons of a course and their variants, each read once.
///
/// A seed changes a lesson through the values that it draws alone, and thousands of seeds draw few different ones.
struct VariantStore {
  private struct Drawn: Hashable {
    var lesson: String
    var values: [String]
  }

  private let lessons: [String: Lesson]
  private var variants: [Drawn: Lesson] = [:]

  private static let most = 256

  init(_ course: Course) {
    lessons = Dictionary(course.lessons.map { ($0.path, $0) }) { first, _ in first }
  }

  /// A lesson as its author wrote it, by its whole path.
  func lesson(_ path: String) -> Lesson? { lessons[path] }

  /// The variant of a lesson that a seed makes; nothing where there is no such lesson.
  mutating func variant(of path: String, seed: UInt64) -> Lesson? {
    guard let lesson = lessons[path] else { return nil }
    guard seed != 0 else { return lesson }
    let drawn = Drawn(lesson: path, values: lesson.vary.map { $0.value(seed: seed) })
    if let known = variants[drawn] { return known }
    if variants.count >= VariantStore.most { variants = [:] }
    let variant = lesson.variant(seed: seed)
    variants[drawn] = variant
    return variant
  }
}
