import Tutor

/// Everything that a gradebook has met, by number: learners, questions, runs and answers.
struct Names {
  private(set) var items: [Gradebook.Item] = []
  private(set) var learners: [String] = []
  private(set) var outcomes: [Gradebook.Outcome] = []
  var contexts: [Gradebook.Context] = []

  private var scratch: [UInt8] = []
  private var contextNames: Interner = Interner()
  private var answerNames: Interner = Interner()
  private var outcomeOfAnswer: [Int32] = []
  private var learnerNames: Interner = Interner()
  private var learnerNumbers: [Int32] = []
  /// Names beyond ASCII: two spellings of the same letters in Unicode are one learner.
  private var otherNames: [String: Int] = [:]
  private var itemNumbers: [String: Int] = [:]

  /// Different answers beyond this many bytes are no longer remembered, only graded.
  private static let rememberedBytes = 64 << 20
  private static let longestRemembered = 512

  mutating func learner(in scan: AnswerScan) -> Int? {
    let raw = scan.raw(.learner)
    if !scan.hasEscapes(.learner), raw.allSatisfy({ $0 < 0x80 }) { return learner(ascii: raw) }
    guard let name = scan.text(.learner) else { return nil }
    if name.utf8.allSatisfy({ $0 < 0x80 }) {
      return Array(name.utf8).withUnsafeBufferPointer { learner(ascii: $0) }
    }
    if let number = otherNames[name] { return number }
    otherNames[name] = learners.count
    learners.append(name)
    return learners.count - 1
  }

  private mutating func learner(ascii raw: UnsafeBufferPointer<UInt8>) -> Int {
    let (name, isNew) = learnerNames.number(of: raw)
    if isNew {
      learnerNumbers.append(Int32(learners.count))
      learners.append(String(decoding: raw, as: UTF8.self))
    }
    return Int(learnerNumbers[name])
  }

  /// The number of the run and question; whoever asks adds the context of a new one.
  mutating func context(in scan: AnswerScan) -> (number: Int, isNew: Bool) {
    scratch.removeAll(keepingCapacity: true)
    add(scan.raw(.course))
    add(scan.raw(.lesson))
    add(scan.raw(.question))
    add(scan.raw(.hash))
    add(scan.raw(.version))
    add(scan.raw(.seed))
    add(scan.raw(.choices))
    return scratch.withUnsafeBufferPointer { contextNames.number(of: $0) }
  }

  @inline(__always)
  private mutating func add(_ raw: UnsafeBufferPointer<UInt8>) {
    scratch.append(contentsOf: raw)
    scratch.append(0)
  }

  /// The number of the assessment of the answer; nothing where it holds an escape that stands for no character.
  mutating func outcome(in scan: AnswerScan, context: Int) -> Int? {
    let raw = scan.raw(.answer)
    guard raw.count <= Names.longestRemembered, answerNames.size < Names.rememberedBytes else {
      return makeOutcome(scan, context)
    }
    scratch.removeAll(keepingCapacity: true)
    withUnsafeBytes(of: Int32(context)) { scratch.append(contentsOf: $0) }
    scratch.append(contentsOf: raw)
    let (number, isNew) = scratch.withUnsafeBufferPointer { answerNames.number(of: $0) }
    if isNew { outcomeOfAnswer.append(Int32(makeOutcome(scan, context) ?? -1)) }
    let outcome = Int(outcomeOfAnswer[number])
    return outcome < 0 ? nil : outcome
  }

  private mutating func makeOutcome(_ scan: AnswerScan, _ context: Int) -> Int? {
    guard let key = contexts[context].key, let answer = scan.texts(.answer) else { return nil }
    let shown = answer.prefix(24).map { $0.utf8.count <= 120 ? $0 : String($0.prefix(60)) + "…" }
    outcomes.append(Gradebook.Outcome(assessment: Grader.assess(answer, by: key), answer: Array(shown)))
    return outcomes.count - 1
  }

  mutating func item(_ lesson: String, _ question: String) -> Int {
    let name = "\(lesson)\u{0}\(question)"
    if let number = itemNumbers[name] { return number }
    itemNumbers[name] = items.count
    items.append(Gradebook.Item(lesson: lesson, question: question))
    return items.count - 1
  }
}
