import Clockwork
import Curriculum

/// Keys of a course, each computed once.
///
/// A run is played once for all questions of its lesson, and no further than they need; it is kept for as long as the
/// same run is asked for, which is how answers files are written.
public final class KeyStore: KeySource {
  private struct RunID: Hashable {
    var lesson: String
    var seed: UInt64
    var version: String
    var choices: [String]
  }

  private struct Played {
    let id: RunID
    var search: MomentSearch
  }

  public let studio: Studio
  private let maker: KeyMaker
  private var variants: VariantStore
  private var keys: [KeyRequest: KeyResult] = [:]
  /// The runs that were asked for last.
  private var played: [Played] = []

  private static let keptRuns = 6
  private static let keptKeys = 1 << 17
  private static let mostChoices = 1_000

  public init(_ studio: Studio) {
    self.studio = studio
    maker = KeyMaker(studio)
    variants = VariantStore(studio.course)
  }

  public convenience init(_ course: Course) { self.init(Studio(course)) }

  public var course: String { studio.course.name }
  public var lessons: [String] { studio.course.lessons.map(\.path) }

  public func questions(of lesson: String) -> [String]? {
    variants.lesson(lesson)?.questions.map(\.id)
  }

  public func key(for request: KeyRequest) -> KeyResult {
    if let known = keys[request] { return known }
    if keys.count >= KeyStore.keptKeys { keys = [:] }
    let result = compute(request)
    keys[request] = result
    return result
  }

  /// What an answer is worth; nothing where there is no key for it.
  public func assessment(of answer: Answer) -> Assessment? {
    let request = KeyRequest(
      lesson: answer.lesson,
      question: answer.question,
      version: answer.version,
      seed: answer.seed,
      choices: answer.choices
    )
    guard case .key(let key) = key(for: request) else { return nil }
    return Grader.assess(answer.answer, by: key)
  }

  private func compute(_ request: KeyRequest) -> KeyResult {
    guard let lesson = variants.lesson(request.lesson) else { return .unknownLesson }
    guard let plain = lesson.question(request.question) else { return .unknownQuestion }
    guard ["", "now", "then"].contains(request.version) else { return .unknownVersion }
    guard request.choices.count <= KeyStore.mostChoices else { return .none(Fact("key.choices")) }
    if plain.kind == .choice || plain.kind == .claim {
      // Nothing of the run matters to what an author decided, but the names that the seed drew for the options.
      let question = variants.variant(of: request.lesson, seed: request.seed)?.question(request.question)
      return KeyMaker.authored(question ?? plain)
    }
    var request = request
    if request.version.isEmpty { request.version = plain.version }
    if plain.isAboutWholeRun { return wholeRun(request, plain) }
    guard let place = play(request) else { return .none(Fact("key.no-run")) }
    guard let question = played[place].search.questions.first(where: { $0.id == request.question }) else {
      return .unknownQuestion
    }
    guard let moment = played[place].search.moment(of: request.question) else {
      return .none(Fact("key.not-reached"))
    }
    return maker.key(of: question, in: moment)
  }

  /// A key that does not depend on where the learner stood: any run of the variant gives it.
  private func wholeRun(_ request: KeyRequest, _ plain: Question) -> KeyResult {
    if !request.choices.isEmpty {
      var usual = request
      usual.choices = []
      return key(for: usual)
    }
    guard let place = play(request) else { return .none(Fact("key.no-run")) }
    let start = played[place].search.start
    let question = start.lesson.question(plain.id) ?? plain
    // Another script makes another run, and then nobody asks for this one.
    let isOther = plain.kind != .order && !(plain.script.isEmpty && plain.until == nil)
    if isOther { return maker.key(of: question, in: start) }
    guard let end = played[place].search.end() else { return .none(Fact("key.endless")) }
    let whole = KeyMaker.WholeRun(log: played[place].search.log, end: end)
    return maker.key(of: question, in: end, whole: whole)
  }

  /// Where the run of a request stands among those that are kept.
  private func play(_ request: KeyRequest) -> Int? {
    let id = RunID(
      lesson: request.lesson,
      seed: request.seed,
      version: request.version,
      choices: request.choices
    )
    if let place = played.lastIndex(where: { $0.id == id }) { return place }
    guard let lesson = variants.variant(of: request.lesson, seed: request.seed) else { return nil }
    guard let run = studio.run(lesson, seed: request.seed, version: request.version, budget: KeyMaker.snapshots).run
    else { return nil }
    if played.count >= KeyStore.keptRuns { played.removeFirst() }
    played.append(Played(id: id, search: MomentSearch(lesson.questions, in: run, choices: request.choices)))
    return played.count - 1
  }
}

extension Question {
  /// Whether the key is the same wherever in the run it is asked.
  fileprivate var isAboutWholeRun: Bool {
    switch kind {
    case .order, .always: true
    case .outcome: moment == .start || moment == .end
    case .next, .whichCould, .value, .choice, .claim: false
    }
  }
}
