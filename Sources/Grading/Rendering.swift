import Clockwork
import Curriculum
import Tutor

/// The forms in which a report is written.
public enum ReportFormat: String, CaseIterable, Sendable {
  case table
  case csv
  case json
}

extension Report {
  /// Writes the report piece by piece; the width matters for the table alone.
  public func write(
    _ format: ReportFormat,
    in language: Language,
    passMark: Int? = nil,
    width: Int = 80,
    statistics: Bool = false,
    to sink: @escaping (String) -> Void
  ) {
    var out = Pieces(sink: sink)
    switch format {
    case .table:
      TableWriter(language: language, passMark: passMark, width: width).write(self, statistics, to: &out)
    case .csv:
      if statistics { CSVWriter.writeStatistics(self, to: &out) } else { CSVWriter.write(self, language, to: &out) }
    case .json: JSONWriter.write(self, language, passMark, statistics, to: &out)
    }
    out.flush()
  }

  /// The report as one text.
  public func text(
    _ format: ReportFormat,
    in language: Language,
    passMark: Int? = nil,
    width: Int = 80,
    statistics: Bool = false
  ) -> String {
    final class Collected { var text = "" }
    let collected = Collected()
    write(format, in: language, passMark: passMark, width: width, statistics: statistics) { collected.text += $0 }
    return collected.text
  }
}

/// The words of reasons, put together once for each different answer.
struct ReasonWords {
  let language: Language
  private var known: [Int: String] = [:]

  init(_ language: Language) { self.language = language }

  mutating func text(_ entry: Report.Entry) -> String {
    if let text = known[entry.outcome] { return text }
    let text = language.text(entry.assessment.reason)
    known[entry.outcome] = text
    return text
  }
}

/// Gathers small pieces of text into larger ones, so that a long report is few writes.
struct Pieces {
  private var text: String = ""
  private let sink: (String) -> Void

  init(sink: @escaping (String) -> Void) { self.sink = sink }

  mutating func write(_ piece: String) {
    text += piece
    if text.utf8.count > 1 << 16 { flush() }
  }

  mutating func line(_ piece: String) {
    text += piece
    write("\n")
  }

  mutating func flush() {
    if !text.isEmpty { sink(text) }
    text = ""
  }
}

/// RFC 4180: a header that never changes, quotes where they are needed, CRLF.
enum CSVWriter {
  static let header = [
    "learner", "lesson", "question", "verdict", "credit", "answer", "reason", "sure", "attempt", "attempts", "hints",
    "stale", "other_course_version", "misconception", "file", "line", "words",
  ]

  static func write(_ report: Report, _ language: Language, to out: inout Pieces) {
    row(header, to: &out)
    var words = ReasonWords(language)
    report.forEach { part in
      guard case .entry(let entry) = part else { return }
      row(
        [
          entry.learner, entry.lesson, entry.question, entry.assessment.verdict.rawValue,
          entry.assessment.credit.description, entry.answer.joined(separator: "|"), entry.assessment.reason.key,
          entry.sure.map { $0 ? "true" : "false" } ?? "", "\(entry.attempt)", "\(entry.attempts)", "\(entry.hints)",
          entry.isStale ? "true" : "false", entry.isOtherVersion ? "true" : "false",
          entry.assessment.misconception ?? "", entry.file, "\(entry.line)", words.text(entry),
        ],
        to: &out
      )
    }
  }

  static func writeStatistics(_ report: Report, to out: inout Pieces) {
    row(
      ["lesson", "question", "learners", "facility", "discrimination", "sure_and_wrong", "answer", "right", "count"],
      to: &out
    )
    for item in report.statistics {
      let head = [
        item.lesson, item.question, "\(item.learners)", decimal(item.facility),
        item.discrimination.map(decimal) ?? "", "\(item.sureAndWrong)",
      ]
      for count in item.counts { row(head + [count.answer, "\(count.isRight)", "\(count.count)"], to: &out) }
    }
  }

  static func decimal(_ value: Double) -> String { Credit.decimal(Int64((value * 1_000_000).rounded()), of: 1_000_000) }

  private static func row(_ fields: [String], to out: inout Pieces) {
    out.write(fields.map(quoted).joined(separator: ",") + "\r\n")
  }

  static func quoted(_ field: String) -> String {
    // Looked at byte by byte: CR and LF together are one character of a Swift string.
    guard field.utf8.contains(where: { $0 == 0x2c || $0 == 0x22 || $0 == 0x0d || $0 == 0x0a }) else { return field }
    return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}

/// One object: scores with their questions, then the statistics where they are wanted.
enum JSONWriter {
  static func write(
    _ report: Report,
    _ language: Language,
    _ passMark: Int?,
    _ statistics: Bool,
    to out: inout Pieces
  ) {
    out.write("{\"course\":\(quoted(report.book.source.course)),\"pass_mark\":\(passMark.map { "\($0)" } ?? "null")")
    out.write(",\"graded\":\(report.book.gradedCount),\"lost\":\(report.book.lostCount),\"scores\":[")
    var entries = 0
    var scores = 0
    var words = ReasonWords(language)
    report.forEach { part in
      switch part {
      case .entry(let entry):
        if entries == 0 {
          out.write(scores > 0 ? ",\n" : "\n")
          out.write("{\"learner\":\(quoted(entry.learner)),\"lesson\":\(quoted(entry.lesson)),\"questions\":[")
        }
        out.write(entries > 0 ? ",\n " : "\n ")
        out.write(text(entry, words.text(entry)))
        entries += 1
      case .score(let score):
        out.write("],\"credit\":\(score.credit),\"answered\":\(score.answered),\"of\":\(score.questions)")
        out.write(",\"percent\":\(score.percent)")
        if let passMark { out.write(",\"passed\":\(!score.isBelow(passMark))") }
        out.write("}")
        entries = 0
        scores += 1
      }
    }
    out.write("]")
    if statistics { write(report.statistics, to: &out) }
    out.line("}")
  }

  private static func text(_ entry: Report.Entry, _ words: String) -> String {
    var out = "{\"question\":\(quoted(entry.question)),\"verdict\":\"\(entry.assessment.verdict.rawValue)\""
    out += ",\"credit\":\(entry.assessment.credit)"
    out += ",\"answer\":\(Value.list(entry.answer.map { .string($0) }).canonical)"
    out += ",\"reason\":\(quoted(entry.assessment.reason.key))"
    out += ",\"arguments\":\(Value.map(entry.assessment.reason.arguments).canonical)"
    out += ",\"words\":\(quoted(words))"
    if let rule = entry.assessment.misconception { out += ",\"misconception\":\(quoted(rule))" }
    if let sure = entry.sure { out += ",\"sure\":\(sure)" }
    out += ",\"attempt\":\(entry.attempt),\"attempts\":\(entry.attempts),\"hints\":\(entry.hints)"
    out += ",\"stale\":\(entry.isStale),\"other_course_version\":\(entry.isOtherVersion)"
    return out + ",\"file\":\(quoted(entry.file)),\"line\":\(entry.line)}"
  }

  private static func write(_ items: [ItemStatistics], to out: inout Pieces) {
    out.write(",\"items\":[")
    for (index, item) in items.enumerated() {
      out.write(index > 0 ? ",\n" : "\n")
      out.write(
        "{\"lesson\":\(quoted(item.lesson)),\"question\":\(quoted(item.question)),\"learners\":\(item.learners)"
      )
      out.write(",\"facility\":\(CSVWriter.decimal(item.facility))")
      out.write(",\"discrimination\":\(item.discrimination.map(CSVWriter.decimal) ?? "null")")
      out.write(",\"sure_and_wrong\":\(item.sureAndWrong),\"answers\":[")
      for (place, count) in item.counts.enumerated() {
        if place > 0 { out.write(",") }
        out.write("{\"answer\":\(quoted(count.answer)),\"right\":\(count.isRight),\"count\":\(count.count)}")
      }
      out.write("]}")
    }
    out.write("]")
  }

  static func quoted(_ text: String) -> String {
    var out = ""
    Value.quote(text, into: &out)
    return out
  }
}
