import Curriculum
import Tutor

/// A report for people: one block a learner and lesson, columns that line up also with Hangul in them.
struct TableWriter {
  let language: Language
  let passMark: Int?
  let width: Int

  /// Every key of its own words, so that a test can ask for them.
  static let keys = [
    "grade.score", "grade.passed", "grade.below", "grade.stale", "grade.other-version", "grade.sure", "grade.unsure",
    "grade.hints", "grade.attempt", "grade.nobody", "grade.nothing", "grade.items", "grade.facility",
    "grade.discrimination", "grade.sure-and-wrong",
  ]

  func write(_ report: Report, _ statistics: Bool, to out: inout Pieces) {
    let questions = report.book.names.items.map { Cells.width(Cells.plain($0.question)) }.max() ?? 0
    let verdicts = Verdict.allCases.map { Cells.width(word($0)) }.max() ?? 0
    var pending: [Report.Entry] = []
    var count = 0
    var blocks = Blocks(language)
    report.forEach { part in
      switch part {
      case .entry(let entry): pending.append(entry)
      case .score(let score):
        if count > 0 { out.line("") }
        count += 1
        out.line(headline(score))
        for entry in pending { out.write(block(entry, min(questions, 32), verdicts, &blocks)) }
        pending = []
      }
    }
    if count == 0 { out.line(language.text("grade.nothing")) }
    if statistics { write(report.statistics, to: &out) }
  }

  private func word(_ verdict: Verdict) -> String { language.text(verdict.key) }

  private func headline(_ score: Report.Score) -> String {
    let name = Cells.plain(score.learner)
    var line = "\(name.isEmpty ? language.text("grade.nobody") : name)  \(Cells.plain(score.lesson))  "
    line += language.text(
      "grade.score",
      ["credit": score.credit.description, "of": "\(score.questions)", "percent": score.percent]
    )
    if let passMark {
      line += "  " + language.text(score.isBelow(passMark) ? "grade.below" : "grade.passed", ["mark": "\(passMark)"])
    }
    return line
  }

  /// What is said of an answer, put together once for all learners who gave it in the same way.
  private struct Blocks {
    struct Look: Hashable {
      var outcome: Int
      var sure: Bool?
      var hints: Int
      var attempt: Int
      var isStale: Bool
      var isOtherVersion: Bool
    }

    /// More than these are not kept: a report must not grow with what it is of.
    static let most = 1 << 14
    var known: [Look: String] = [:]
    var words: ReasonWords

    init(_ language: Language) { words = ReasonWords(language) }
  }

  private func block(_ entry: Report.Entry, _ questions: Int, _ verdicts: Int, _ blocks: inout Blocks) -> String {
    let look = Blocks.Look(
      outcome: entry.outcome,
      sure: entry.sure,
      hints: entry.hints,
      attempt: entry.attempt,
      isStale: entry.isStale,
      isOtherVersion: entry.isOtherVersion
    )
    if let known = blocks.known[look] { return known }
    if blocks.known.count >= Blocks.most { blocks.known = [:] }
    let text = text(entry, questions, verdicts, &blocks.words)
    blocks.known[look] = text
    return text
  }

  private func text(_ entry: Report.Entry, _ questions: Int, _ verdicts: Int, _ words: inout ReasonWords) -> String {
    var line = "  " + Cells.pad(Cells.cut(Cells.plain(entry.question), to: questions), to: questions)
    line += "  " + Cells.pad(word(entry.assessment.verdict), to: verdicts)
    line += "  " + Cells.pad(entry.assessment.credit.description, to: 5, right: true) + "  "
    let rest = max(12, width - Cells.width(line))
    line += Cells.cut(Cells.plain(entry.answer.joined(separator: ", ")), to: rest)
    while line.last == " " { line.removeLast() }
    let reason = Cells.plain(words.text(entry))
    let remarks = ([reason] + marks(entry)).filter { !$0.isEmpty }.joined(separator: " · ")
    for piece in Cells.wrap(remarks, to: width - 6) { line += "\n      " + piece }
    return line + "\n"
  }

  private func marks(_ entry: Report.Entry) -> [String] {
    var marks: [String] = []
    if entry.isStale { marks.append(language.text("grade.stale")) }
    if entry.isOtherVersion { marks.append(language.text("grade.other-version")) }
    if let sure = entry.sure { marks.append(language.text(sure ? "grade.sure" : "grade.unsure")) }
    if entry.hints > 0 { marks.append(language.text("grade.hints", ["count": "\(entry.hints)"])) }
    if entry.attempt > 1 { marks.append(language.text("grade.attempt", ["attempt": "\(entry.attempt)"])) }
    return marks
  }

  private func write(_ items: [ItemStatistics], to out: inout Pieces) {
    out.line("")
    out.line(language.text("grade.items"))
    for item in items {
      var facts = ["\(item.learners)", language.text("grade.facility", ["value": CSVWriter.decimal(item.facility)])]
      if let value = item.discrimination {
        facts.append(language.text("grade.discrimination", ["value": CSVWriter.decimal(value)]))
      }
      if item.sureAndWrong > 0 {
        facts.append(language.text("grade.sure-and-wrong", ["count": "\(item.sureAndWrong)"]))
      }
      out.line("  \(Cells.plain(item.lesson)) \(Cells.plain(item.question))  \(facts.joined(separator: " · "))")
      let widest = item.counts.map { "\($0.count)".count }.max() ?? 0
      for count in item.counts {
        let number = Cells.pad("\(count.count)", to: widest, right: true)
        out.line("    \(count.isRight ? "+" : "-") \(number)  \(Cells.cut(Cells.plain(count.answer), to: width - 10))")
      }
    }
  }
}
