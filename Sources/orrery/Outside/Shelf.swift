import TerminalUI
import Tutor

/// What is kept of a learner: the answers, and beside them the places where lessons were left.
final class Shelf {
  private let answers: AnswersFile?
  private let places: AnswersFile?
  private let learner: String
  /// The answers that were there before.
  let history: [Answer]
  private var keptAnswers: Int = 0
  private var keptPlace: String = ""
  /// The last place of each lesson, in the order in which they were left.
  private var left: [SavedSession] = []

  /// Beyond this size the file of places is cut down to the last place of each lesson.
  private static let longestPlaces = 1 << 18

  /// Opens the files; with `forget` there are none, and nothing is kept.
  init(answers path: String?, forget: Bool, learner: String) throws(Stop) {
    self.learner = learner
    guard !forget else {
      (answers, places, history) = (nil, nil, [])
      return
    }
    let path = path ?? "\(Environment.stateFolder)/answers.jsonl"
    let file = try AnswersFile(path)
    answers = file
    places = file.isRegular ? try AnswersFile(path + ".places") : nil
    var found: [Answer] = []
    try file.read().withUnsafeBytes { bytes in
      Answer.forEach(in: bytes) { _, reading in
        if case .answer(let answer) = reading { found.append(answer) }
      }
    }
    history = found
    if let places {
      let bytes = try places.read()
      left = Self.last(of: bytes)
      if bytes.count > Self.longestPlaces { Self.cut(places) }
    }
  }

  private static func last(of bytes: [UInt8]) -> [SavedSession] {
    var found: [SavedSession] = []
    for line in bytes.split(separator: 0x0a) {
      guard let saved = SavedSession(line: String(decoding: line, as: UTF8.self)) else { continue }
      found.removeAll { $0.lesson == saved.lesson && $0.course == saved.course && $0.learner == saved.learner }
      found.append(saved)
    }
    return found
  }

  private static func cut(_ places: AnswersFile) {
    places.replace { old in
      old.count > longestPlaces ? Array(last(of: old).map { $0.line + "\n" }.joined().utf8) : nil
    }
  }

  /// The file in which the answers are.
  var path: String? { answers?.path }

  /// Where this learner left a lesson.
  func place(of lesson: String, course: String) -> SavedSession? {
    left.last { $0.lesson == lesson && $0.course == course && $0.learner == learner }
  }

  /// Writes down the answers that are new, then the place.
  func keep(_ guide: Guide) throws(Stop) {
    let given = guide.session.answers
    for answer in given.dropFirst(keptAnswers) { try answers?.append(answer.line) }
    keptAnswers = given.count
    guard let places, let line = guide.place?.line, line != keptPlace else { return }
    try places.append(line, isLasting: false)
    keptPlace = line
  }

  /// The lesson to go on with: the one that was left last, or the first that is not answered.
  func lesson(in syllabus: Syllabus) throws(Stop) -> String {
    guard !syllabus.lessons.isEmpty else { throw Stop(.badData, "the course has no lessons") }
    let mine = left.last { $0.learner == learner && syllabus.lessons.contains($0.lesson) }
    if let mine {
      if mine.position > 0 || !mine.settled.isEmpty { return mine.lesson }
      // A lesson that was finished is followed by the next.
      return syllabus.following(mine.lesson) ?? mine.lesson
    }
    return syllabus.lessons[0]
  }
}
