import ArgumentParser
import Curriculum
import Grading
import Tutor

/// `orrery grade`: verdicts and scores of answers files.
struct Grade: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Grade files of answers: verdicts, reasons and scores by learner, lesson and question.",
    discussion: """
      Every key is computed anew from the model; what an answer says of itself counts for nothing. Lines that cannot be \
      graded are told on standard error with file and line, and the rest is graded.

      The status is 0 where all is well, 1 where somebody is below --pass-mark, 65 where a line could not be graded, \
      66 where a file could not be read.
      """
  )

  @Argument(help: ArgumentHelp("Files of answers, one a line in JSON; - is standard input.", valueName: "file"))
  var files: [String]

  @Option(help: "table, csv (with a row a question) or json.")
  var format: ReportFormat = .table

  @Option(help: "The percentage of a lesson's points below which the status is 1.")
  var passMark: Int?

  @Flag(help: "Add how each question works: how easy it is, how well it tells learners apart, who chose what.")
  var items = false

  @OptionGroup var course: CourseOptions

  /// Large enough that a system call costs nothing, small enough to stay in the cache.
  private static let pieceSize = 1 << 18

  func validate() throws {
    if let passMark, !(0...100).contains(passMark) {
      throw ValidationError("--pass-mark is a percentage between 0 and 100.")
    }
    if files.filter({ $0 == "-" }).count > 1 { throw ValidationError("Standard input can be read only once.") }
  }

  func run() throws {
    let loaded = try course.load()
    var book = Gradebook(keys: KeyStore(loaded.course))
    var unread: Stop? = nil
    for file in files {
      do throws(Stop) {
        try read(file, into: &book, loaded.language)
      } catch {
        Output.complain(error.message)
        unread = error
      }
    }
    let report = book.report()
    report.write(
      format,
      in: loaded.language,
      passMark: passMark,
      width: Environment.columns,
      statistics: items
    ) { Output.write($0) }
    if let unread { throw Stop(unread.status) }
    if book.lostCount > 0 { throw Stop(.badData) }
    if let passMark, report.isSomebodyBelow(passMark) { throw Stop(.findings) }
  }

  /// Feeds one file piece by piece; what is wrong is told as it is found.
  private func read(_ file: String, into book: inout Gradebook, _ language: Language) throws(Stop) {
    book.begin(file: Files.name(file))
    // What was read before a file failed has been graded, so its end is always told.
    defer {
      book.end()
      Grade.tell(book.takeProblems(), language)
    }
    try Files.pieces(file, size: Grade.pieceSize) { piece in
      book.feed(piece)
      Grade.tell(book.takeProblems(), language)
    }
  }

  private static func tell(_ problems: [Problem], _ language: Language) {
    guard !problems.isEmpty else { return }
    let lines = problems.map { problem in
      let severity = problem.isLost ? "error" : "warning"
      return Cells.plain("\(problem.file):\(problem.line): \(severity): \(language.text(problem.fact))")
    }
    Output.complain(lines.joined(separator: "\n"))
  }
}

extension ReportFormat: ExpressibleByArgument {}
