import Clockwork
import Curriculum
import Kubernetes

/// When the questions of a lesson are asked: the one rule for sessions, keys and pages.
public enum Moments {
  /// Whether a question is due where a run stands, given what the run does next and what it did last.
  static func isDue(_ question: Question, next: String?, last: String?, isStart: Bool) -> Bool {
    switch question.moment {
    case .start: isStart
    case .before(let pattern), .at(let pattern): next.map(pattern.matches) ?? false
    case .after(let pattern): last.map(pattern.matches) ?? false
    case .end: next == nil
    }
  }

  /// The questions that are due now, in the order of the lesson.
  static func due(_ questions: [Question], in run: inout Run) -> [Question] {
    let next = run.expected().map { run.text($0) }
    let last = run.lastStep.map { run.text($0.action) }
    let isStart = run.world.stepCount == 0
    return questions.filter { isDue($0, next: next, last: last, isStart: isStart) }
  }

  /// Where each question is asked in a run with these choices, and nothing for those that are never reached.
  ///
  /// A question belongs to the first moment that fits once all choices have been made: a learner may have made some
  /// after the question was first due.
  static func find(_ questions: [Question], in start: Run, choices: [String]) -> [String: Run] {
    var search = MomentSearch(questions, in: start, choices: choices)
    for question in questions { _ = search.moment(of: question.id) }
    return search.found
  }
}

/// A run on the look-out for the moments of its questions, which goes no further than somebody asks.
struct MomentSearch {
  let questions: [Question]
  /// The run at its beginning.
  let start: Run
  /// Where each question is asked, as far as it has been found.
  private(set) var found: [String: Run] = [:]
  /// Everything that was done so far.
  private(set) var log: RunLog = RunLog()
  private var run: Run
  private var rest: ArraySlice<Clockwork.Choice>
  private var open: [Question]
  private var isOver = false

  init(_ questions: [Question], in start: Run, choices: [String]) {
    self.questions = questions
    self.start = start
    run = start
    rest = choices.map { Clockwork.Choice($0) }[...]
    open = questions
    run.lay(&rest)
  }

  /// Where a question is asked; nothing where the run never comes there.
  mutating func moment(of id: String) -> Run? {
    while true {
      look()
      if isOver || !open.contains(where: { $0.id == id }) { return found[id] }
      step()
    }
  }

  /// The run at its end; nothing where it has none.
  mutating func end() -> Run? {
    while !isOver {
      look()
      step()
    }
    return log.texts.count < KeyMaker.longestRun ? run : nil
  }

  private mutating func look() {
    guard rest.isEmpty, !open.isEmpty else { return }
    let next = run.expected().map { run.text($0) }
    let isStart = run.world.stepCount == 0
    open.removeAll { question in
      guard Moments.isDue(question, next: next, last: log.texts.last, isStart: isStart) else { return false }
      found[question.id] = run
      return true
    }
  }

  private mutating func step() {
    guard log.texts.count < KeyMaker.longestRun, let step = run.step(following: &rest) else {
      isOver = true
      return
    }
    log.add(step, in: run)
    run.lay(&rest)
  }
}

/// What was done in a run, in order.
struct RunLog {
  private(set) var texts: [String] = []
  /// How the run goes, with names left out: variants that differ in names alone have the same.
  private(set) var shape: Digest = Digest()

  mutating func add(_ step: KubeStep, in run: Run) {
    texts.append(run.text(step.action))
    shape.add(Run.word(run.world.role(of: step.action.actor), ""))
    shape.add(step.action.verb.text)
  }

  /// Plays a run to its end.
  static func playing(_ start: Run) -> RunLog {
    var run = start
    var log = RunLog()
    while log.texts.count < KeyMaker.longestRun, let step = run.step() { log.add(step, in: run) }
    return log
  }
}
