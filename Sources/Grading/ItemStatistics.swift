import Tutor

/// How a question works: too easy, misleading, or with options that nobody takes.
public struct ItemStatistics: Sendable {
  /// How often something was answered.
  public struct Count: Equatable, Sendable {
    public var answer: String
    public var count: Int
    public var isRight: Bool
  }

  public var lesson: String
  public var question: String
  /// Over how many learners.
  public var learners: Int
  /// The mean credit, between 0 and 1.
  public var facility: Double
  /// How the credit goes with the rest of the lesson, between -1 and 1; nothing where all are equal.
  public var discrimination: Double?
  /// What was answered in the attempts that count, most often first.
  public var counts: [Count]
  /// How many were sure and earned nothing.
  public var sureAndWrong: Int

  /// More different answers than these are no distractors but free text.
  static let mostAnswers = 24
}

extension Report {
  /// The statistics of every question that was answered, in the order of the course.
  public var statistics: [ItemStatistics] {
    let totals = lessonTotals()
    var samples = Array(repeating: Sample(), count: book.names.items.count)
    for row in book.rows {
      let item = Int(row.item)
      let outcome = book.names.outcomes[Int(row.outcome)]
      let credit = outcome.assessment.credit
      let total = totals[LessonOfLearner(learner: row.learner, lesson: book.names.items[item].lesson)] ?? .none
      samples[item].add(Double(credit.units) / 27_720, Double(total.units - credit.units) / 27_720)
      if row.sure == true, credit == .none { samples[item].sureAndWrong += 1 }
      for answer in outcome.answer { samples[item].count(answer, isRight: outcome.assessment.isRight) }
    }
    var seen: Set<Int32> = []
    var places: [Int] = []
    for row in order where seen.insert(book.rows[Int(row)].item).inserted {
      places.append(Int(book.rows[Int(row)].item))
    }
    let ranks = Report.ranks(book)
    return places.sorted { (ranks[$0], $0) < (ranks[$1], $1) }.map { place in
      let item = book.names.items[place]
      return samples[place].statistics(lesson: item.lesson, question: item.question)
    }
  }

  private struct LessonOfLearner: Hashable {
    var learner: Int32
    var lesson: String
  }

  private func lessonTotals() -> [LessonOfLearner: Credit] {
    var totals: [LessonOfLearner: Credit] = [:]
    for row in book.rows {
      let lesson = book.names.items[Int(row.item)].lesson
      let credit = book.names.outcomes[Int(row.outcome)].assessment.credit
      totals[LessonOfLearner(learner: row.learner, lesson: lesson), default: .none] += credit
    }
    return totals
  }
}

/// Running sums over the learners of one question.
private struct Sample {
  var n: Double = 0
  var sum: Double = 0
  var squares: Double = 0
  var restSum: Double = 0
  var restSquares: Double = 0
  var products: Double = 0
  var sureAndWrong: Int = 0
  var counts: [String: ItemStatistics.Count] = [:]

  mutating func add(_ credit: Double, _ rest: Double) {
    n += 1
    sum += credit
    squares += credit * credit
    restSum += rest
    restSquares += rest * rest
    products += credit * rest
  }

  mutating func count(_ answer: String, isRight: Bool) {
    if counts[answer] == nil, counts.count >= ItemStatistics.mostAnswers { return }
    counts[answer, default: ItemStatistics.Count(answer: answer, count: 0, isRight: isRight)].count += 1
  }

  func statistics(lesson: String, question: String) -> ItemStatistics {
    ItemStatistics(
      lesson: lesson,
      question: question,
      learners: Int(n),
      facility: n > 0 ? sum / n : 0,
      discrimination: correlation,
      counts: counts.values.sorted { ($1.count, $0.answer) < ($0.count, $1.answer) },
      sureAndWrong: sureAndWrong
    )
  }

  private var correlation: Double? {
    let spread = n * squares - sum * sum
    let restSpread = n * restSquares - restSum * restSum
    // Rounding may leave a hair of spread where there is none.
    guard n > 1, spread > 1e-9, restSpread > 1e-9 else { return nil }
    return (n * products - sum * restSum) / (spread * restSpread).squareRoot()
  }
}
