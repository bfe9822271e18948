import Clockwork
import Tutor

/// What was graded: by learner, lesson and question.
public struct Report {
  /// One question that one learner answered.
  public struct Entry: Sendable {
    public var learner: String
    public var lesson: String
    public var question: String
    public var assessment: Assessment
    /// What was answered; long answers are cut.
    public var answer: [String]
    public var sure: Bool?
    /// The attempt that counts.
    public var attempt: Int
    /// How many attempts were seen.
    public var attempts: Int
    public var hints: Int
    /// Whether the question has changed since it was answered.
    public var isStale: Bool
    public var isOtherVersion: Bool
    public var file: String
    public var line: Int
    /// Which of the different answers it is.
    let outcome: Int
  }

  /// What one learner earned in one lesson.
  public struct Score: Sendable {
    public var learner: String
    public var lesson: String
    public var credit: Credit
    public var answered: Int
    /// How many questions the lesson has: what was not answered earns nothing.
    public var questions: Int

    /// The share of the points, in percent, with at most three decimals.
    public var percent: String { Credit.decimal(credit.units * 100, of: Int64(questions) * Credit.whole) }

    /// Compared exactly: 69.9996 % is not 70 %.
    public func isBelow(_ mark: Int) -> Bool {
      credit.units * 100 < Int64(mark) * Int64(questions) * Credit.whole
    }
  }

  /// One part of the report, in its order: the questions of a lesson, then the score.
  public enum Part: Sendable {
    case entry(Entry)
    case score(Score)
  }

  let book: Gradebook
  /// Rows by learner, lesson and question.
  let order: [Int32]
  /// How many questions a lesson has, by its name.
  let lessonSizes: [String: Int]

  init(_ book: Gradebook) {
    self.book = book
    let sizes = Report.sizes(book)
    lessonSizes = sizes
    let ranks = Report.ranks(book)
    let names = book.names.learners
    let sorted = names.indices.sorted { names[$0] < names[$1] }
    var learnerRanks = Array(repeating: 0, count: names.count)
    for (rank, learner) in sorted.enumerated() { learnerRanks[learner] = rank }
    let keys = book.rows.map { row in
      UInt64(learnerRanks[Int(row.learner)]) << 32 | UInt64(ranks[Int(row.item)])
    }
    order = book.rows.indices.sorted { keys[$0] < keys[$1] }.map { Int32($0) }
  }

  private static func sizes(_ book: Gradebook) -> [String: Int] {
    var sizes: [String: Int] = [:]
    for item in book.names.items where sizes[item.lesson] == nil {
      sizes[item.lesson] = book.source.questions(of: item.lesson)?.count ?? 0
    }
    return sizes
  }

  /// Where each question stands in the course.
  static func ranks(_ book: Gradebook) -> [Int] {
    var places: [String: Int] = [:]
    var count = 0
    for lesson in book.source.lessons {
      for question in book.source.questions(of: lesson) ?? [] {
        places["\(lesson)\u{0}\(question)"] = count
        count += 1
      }
    }
    return book.names.items.map { places["\($0.lesson)\u{0}\($0.question)"] ?? count }
  }

  // MARK: Walking

  /// Visits every entry and score without holding them all.
  public func forEach(_ visit: (Part) -> Void) {
    var score: Score? = nil
    for place in order {
      let row = book.rows[Int(place)]
      let entry = entry(row)
      if let done = score, done.learner != entry.learner || done.lesson != entry.lesson {
        visit(.score(done))
        score = nil
      }
      var running =
        score
        ?? Score(
          learner: entry.learner,
          lesson: entry.lesson,
          credit: .none,
          answered: 0,
          questions: lessonSizes[entry.lesson] ?? 0
        )
      running.credit += entry.assessment.credit
      if entry.assessment.verdict != .skipped { running.answered += 1 }
      score = running
      visit(.entry(entry))
    }
    if let score { visit(.score(score)) }
  }

  /// Every score, by learner and lesson.
  public var scores: [Score] {
    var out: [Score] = []
    forEach { part in
      if case .score(let score) = part { out.append(score) }
    }
    return out
  }

  /// Every entry, by learner, lesson and question.
  public var entries: [Entry] {
    var out: [Entry] = []
    forEach { part in
      if case .entry(let entry) = part { out.append(entry) }
    }
    return out
  }

  /// Whether somebody is below the mark, in percent, in a lesson that he began.
  public func isSomebodyBelow(_ mark: Int) -> Bool {
    var isBelow = false
    forEach { part in
      if case .score(let score) = part, score.isBelow(mark) { isBelow = true }
    }
    return isBelow
  }

  private func entry(_ row: Gradebook.Row) -> Entry {
    let item = book.names.items[Int(row.item)]
    let outcome = book.names.outcomes[Int(row.outcome)]
    return Entry(
      learner: book.names.learners[Int(row.learner)],
      lesson: item.lesson,
      question: item.question,
      assessment: outcome.assessment,
      answer: outcome.answer,
      sure: row.sure,
      attempt: Int(row.attempt),
      attempts: Int(row.attempts),
      hints: Int(row.hints),
      isStale: row.isStale,
      isOtherVersion: row.isOtherVersion,
      file: book.fileName(row.file),
      line: Int(row.line),
      outcome: Int(row.outcome)
    )
  }
}

extension Gradebook {
  /// What has been graded so far.
  public func report() -> Report { Report(self) }
}
