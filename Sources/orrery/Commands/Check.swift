import ArgumentParser
import Clockwork
import Curriculum
import Kubernetes
import Tutor

/// `orrery check`: compiles a course and says everything that is wrong with it.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compile a course and say everything that is wrong with it.",
    discussion: """
      Mistakes go to standard error as file:line:column, with notes and a fix. The status is 0 where there is no error, \
      and 1 where there is one; with --strict a warning counts too.
      """
  )

  @Argument(help: "The folder of the course; otherwise --course, ORRERY_COURSE, or the course in the program.")
  var directory: String?

  @Flag(help: "Warnings count as findings too.")
  var strict = false

  @Flag(help: "First write into each translation which text it translates; the folder's files are changed.")
  var stamp = false

  @Flag(help: "Also switch each misconception on that can be run, and say which questions notice.")
  var mutate = false

  @OptionGroup var course: CourseOptions

  func validate() throws {
    if directory != nil, course.folder != nil { throw ValidationError("Name the folder once: DIR or --course DIR.") }
    if stamp, folder == nil { throw ValidationError("--stamp needs a folder whose files it may change.") }
  }

  private var folder: String? { directory ?? course.chosenFolder }

  func run() throws {
    var own: CourseSource? = nil
    if let folder {
      var files = CourseSource(try Files.course(folder))
      if stamp { try write(Stamp.changes(in: files, course: Course.load(files).course), in: folder, &files) }
      own = files
    }
    let source = own.map(CourseOptions.furnished) ?? .embedded
    let (course, diagnostics) = Check.findings(source)
    for diagnostic in diagnostics { Output.complain(located(diagnostic, own).printed) }
    let errors = diagnostics.count { $0.severity == .error }
    let warnings = diagnostics.count - errors
    Output.line(Check.summary(course, errors: errors, warnings: warnings))
    let isKept = mutate && errors == 0 && Check.mutate(course)
    if errors > 0 || isKept || (strict && warnings > 0) { throw Stop(.findings) }
  }

  /// Everything that is wrong with a course, in reading order and once.
  static func findings(_ source: CourseSource) -> (course: Course, diagnostics: [Diagnostic]) {
    let words = Course.load(.embedded, language: "en").course.language("en").words.keys
    var checks = Checks(requiredWords: words) { lesson, course in
      let findings = ScriptCheck(course).run(lesson)
      return findings.isEmpty ? ModelChecks(Studio(course)).run(lesson) : findings
    }
    checks.spreading = .processors
    var (course, diagnostics) = checks.run(source)
    diagnostics += ScriptCheck(course).clusters()
    var seen: [Diagnostic] = []
    for diagnostic in Diagnostic.inReadingOrder(diagnostics) where !seen.suffix(64).contains(diagnostic) {
      seen.append(diagnostic)
    }
    return (course, seen)
  }

  /// Says for each false rule which questions have another answer under it; true where a rule is noticed by none.
  private static func mutate(_ course: Course) -> Bool {
    let mutations = Mutation.all(of: course)
    for mutation in mutations {
      Output.line("\(mutation.rule): \(mutation.noticed.isEmpty ? "noticed by no question" : "")")
      for question in mutation.noticed { Output.line("  \(question)") }
    }
    for rule in Mutation.withoutWorld(in: course) { Output.line("\(rule): no world plays it") }
    return mutations.contains { $0.noticed.isEmpty }
  }

  private func write(
    _ changes: [(path: String, text: String)],
    in folder: String,
    _ files: inout CourseSource
  ) throws(Stop) {
    for change in changes {
      try Files.write(change.text, to: "\(folder)/\(change.path)")
      files[change.path] = change.text
      Output.line("stamped \(folder)/\(change.path)")
    }
  }

  /// The file as it can be opened from where the person stands; a file of the program stays as it is called there.
  private func located(_ diagnostic: Diagnostic, _ own: CourseSource?) -> Diagnostic {
    guard let folder, let own else { return diagnostic }
    let prefix = folder.hasSuffix("/") ? folder : "\(folder)/"
    func path(_ file: String) -> String {
      own[file] == nil && CourseSource.embedded[file] != nil ? file : prefix + file
    }
    var located = diagnostic
    located.file = path(diagnostic.file)
    located.notes = diagnostic.notes.map { Diagnostic.Note($0.text, file: $0.file.map(path), line: $0.line) }
    return located
  }

  static func summary(_ course: Course, errors: Int, warnings: Int) -> String {
    func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
    let questions = course.lessons.reduce(0) { $0 + $1.questions.count }
    let size = [
      count(course.lessons.count, "lesson"), count(questions, "question"), count(course.languages.count, "language"),
    ].joined(separator: ", ")
    return "\(course.name): \(size): \(count(errors, "error")), \(count(warnings, "warning"))"
  }
}

/// The checks that need the cluster but no run: specs, images, and every line of every script.
struct ScriptCheck {
  let course: Course
  let stage: Stage

  init(_ course: Course) {
    self.course = course
    stage = Stage(course, language: course.languages.first ?? Language(code: "en"))
  }

  /// Mistakes in the clusters of the course, also in those that no lesson uses.
  func clusters() -> [Diagnostic] { course.clusters.flatMap { stage.cluster($0.name, at: Place("")).diagnostics } }

  func run(_ lesson: Lesson) -> [Diagnostic] {
    // A cluster that is not there has been reported with the lesson.
    guard course.cluster(lesson.cluster.text) != nil else { return [] }
    var diagnostics = stage.simulation(of: lesson, seed: 0).diagnostics
    let version = Version(rawValue: lesson.version) ?? stage.cluster(lesson.cluster.text).spec?.version ?? .now
    for fault in lesson.faults { diagnostics += stage.script(fault.script, version: version).diagnostics }
    for question in lesson.questions {
      let own = Version(rawValue: question.version) ?? version
      diagnostics += stage.script(question.script, version: own).diagnostics
      guard let until = question.until else { continue }
      let goal = PlacedText(until.hasPrefix("until ") ? until : "until \(until)", place: question.place)
      diagnostics += stage.script([goal], version: own).diagnostics
    }
    return diagnostics
  }
}
