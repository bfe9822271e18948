import ArgumentParser
import Curriculum
import HTMLExport

/// `orrery export`: writes the course as pages that need no server.
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write the course as HTML pages that need no server.",
    discussion: """
      Everything can be read without JavaScript. With it, the pages ask before they show, keep what was answered in \
      the browser, and let the answers be downloaded in the format that orrery grade reads.
      """
  )

  @Option(name: [.customShort("o"), .customLong("output")], help: "The folder to write into.")
  var folder: String = "orrery-pages"

  @Option(name: .customLong("lang"), help: "A language of the course, or all.")
  var language: String = "all"

  @Option(help: "Which variant: other names and addresses, other choices among equals.")
  var seed: UInt64 = 0

  @Option(name: .customLong("course"), help: "A folder with a course of your own (or the variable ORRERY_COURSE).")
  var course: String?

  @Flag(help: "Write one file for each language instead of a folder of pages.")
  var single = false

  func run() throws {
    var course = CourseOptions()
    course.folder = self.course
    course.language = language == "all" ? nil : language
    let loaded = try course.load()
    var options = Site.Options()
    if language != "all" { options.languages = [loaded.language.code] }
    options.seed = seed
    options.isSingle = single
    options.maker = Program.version
    options.spreading = .processors
    let (files, diagnostics) = Site.export(loaded.course, options: options)
    guard diagnostics.isEmpty else { throw LoadedCourse.stop(diagnostics) }
    for file in files { try Files.write(file.text, to: "\(folder)/\(file.path)") }
    Output.line("\(folder)/\(files.first { $0.path == "index.html" }?.path ?? files.first?.path ?? "")")
  }
}
