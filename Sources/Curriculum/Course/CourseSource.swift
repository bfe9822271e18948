import Clockwork

/// The files of a course as texts by path, wherever they came from.
///
/// Reading a folder is the program's business; everything from here on is pure.
public struct CourseSource: Sendable, Equatable {
  private var texts: Table<String, String> = [:]

  public init() {}

  public init(_ files: [(path: String, text: String)]) {
    for file in files { texts[file.path] = file.text }
  }

  /// The text of a file; paths are relative to the course and use `/`, such as `Lessons/course.yaml`.
  public subscript(path: String) -> String? {
    get { texts[path] }
    set { texts[path] = newValue }
  }

  /// Every path in ascending order.
  public var paths: [String] { texts.keys }

  /// The paths below a folder (`Lessons/clusters/`) that end in a suffix (`.yaml`), in ascending order.
  public func paths(below folder: String, suffix: String = "") -> [String] {
    var found: [String] = []
    texts.forEach(from: folder) { path, _ in
      guard path.hasPrefix(folder) else { return false }
      if path.hasSuffix(suffix) { found.append(path) }
      return true
    }
    return found
  }

  /// The course that travels inside the program.
  public static let embedded = CourseSource(EmbeddedCourse.files)
}
