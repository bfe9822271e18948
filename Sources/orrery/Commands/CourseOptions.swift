import ArgumentParser
import Clockwork
import Curriculum
import Kubernetes

/// Which course, in which language: the same for every command.
struct CourseOptions: ParsableArguments {
  @Option(name: .customLong("course"), help: "A folder with a course of your own (or the variable ORRERY_COURSE).")
  var folder: String?

  @Option(name: .customLong("lang"), help: "en or ko; otherwise as the locale says.")
  var language: String?

  /// The folder that is asked for; nothing means the course in the program.
  var chosenFolder: String? { folder ?? Environment.value("ORRERY_COURSE") }

  /// The files of the course that is asked for.
  func source() throws(Stop) -> CourseSource {
    guard let path = chosenFolder else { return .embedded }
    return CourseOptions.furnished(CourseSource(try Files.course(path)))
  }

  /// A course of somebody's own, with the words of the program, the images and the clusters where it brings none.
  static func furnished(_ own: CourseSource) -> CourseSource {
    var source = own
    for path in CourseSource.embedded.paths where own[path] == nil && isFurniture(path) {
      source[path] = CourseSource.embedded[path]
    }
    return source
  }

  private static func isFurniture(_ path: String) -> Bool {
    path == "Lessons/images.yaml" || path.hasPrefix("Lessons/clusters/")
      || (path.hasPrefix("Content/") && path.hasSuffix("/ui.yaml"))
  }

  /// The course, or an end with every mistake that keeps it from being used.
  func load() throws(Stop) -> LoadedCourse { try load(source()) }

  /// The course of these files; where one lesson is wanted, the others are left unread.
  func load(_ source: CourseSource, lesson: String? = nil) throws(Stop) -> LoadedCourse {
    let wanted = lesson == nil ? nil : language ?? Environment.language
    let (course, diagnostics) = Course.load(source, language: wanted, lesson: lesson)
    let errors = diagnostics.filter { $0.severity == .error }
    guard errors.isEmpty else { throw LoadedCourse.stop(errors) }
    let code = language ?? Environment.language
    guard course.languages.isEmpty || course.languages.contains(where: { $0.code == code }) else {
      let known = course.languages.map(\.code).joined(separator: ", ")
      if language == nil, let first = course.languages.first { return LoadedCourse(course: course, language: first) }
      throw Stop(.usage, "there is no language \"\(code)\" in this course; it has \(known)")
    }
    return LoadedCourse(course: course, language: course.language(code))
  }
}

/// A course that can be used, with the language a person reads.
struct LoadedCourse {
  let course: Course
  let language: Language

  /// The lesson of a path such as `components/create-pod`; its id alone will do.
  func lesson(_ path: String) throws(Stop) -> Lesson {
    if let lesson = course.lesson(path) { return lesson }
    let known = course.lessons.map(\.path)
    let near = Suggestion.nearest(to: path, among: known + course.lessons.map(\.id))
    let fix = near.map { "; did you mean \($0)?" } ?? ""
    let list = known.joined(separator: "\n  ")
    throw Stop(.noInput, "there is no lesson \"\(path)\"\(fix)\nthe course has\n  \(list)")
  }

  /// The end of a program that cannot go on, with everything that is wrong.
  static func stop(_ diagnostics: [Diagnostic]) -> Stop {
    Stop(.badData, Diagnostic.inReadingOrder(diagnostics).map(\.printed).joined(separator: "\n"))
  }
}

extension Diagnostic {
  /// The diagnostic as it is printed: what it quotes may be a file without a line end.
  var printed: String {
    description.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.utf8.count <= 2_000 ? String(line) : line.prefix(1_000) + "…"
    }.joined(separator: "\n")
  }
}
