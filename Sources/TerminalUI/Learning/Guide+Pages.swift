import Clockwork
import Curriculum
import Kubernetes
import Prose
import Tutor

/// What is said of each scene of a session.
extension Guide {
  /// Puts a scene on the page, and the prompt that belongs to it.
  mutating func show(_ scene: Session.Scene, keeps: Bool = false, at now: Instant) {
    if !keeps { page = [] }
    below = nil
    following = nil
    isNoting = false
    isReading = false
    switch scene {
    case .opening: opening()
    case .steps(let from, let to): steps(from, to)
    case .beat(let id, let from, let to):
      if let beat = text?.beat(id) { page += [.prose(beat.blocks), .gap] }
      steps(from, to)
      if let beat = text?.beat(id), !beat.afterwards.isEmpty { page += [.gap, .prose(beat.afterwards)] }
    case .question(_, let from, let to): steps(from, to)
    case .contrast(let version):
      shown = nil
      page += [
        .say(say("learn.then-beat", ["version": say("version.\(version)")]), .strong),
        .say(say("learn.press-enter"), .dim),
      ]
    case .faultEnd(let id, let from, let to): faultEnd(id, from, to)
    case .finished: finish()
    }
    if scene != .finished, !isFaultEnd(scene) { pose(at: now) }
  }

  private func isFaultEnd(_ scene: Session.Scene) -> Bool {
    if case .faultEnd = scene { return true }
    return false
  }

  /// Asks the question that waits, where one does.
  mutating func pose(at now: Instant) {
    guard let question = session.question else {
      prompt = .goOn
      return
    }
    let asked = Asked(question, guide: self)
    if prompt != .question(asked) { askedAt = now }
    prompt = .question(asked)
  }

  private mutating func opening() {
    isReading = true
    shown = nil
    page += [.say(text?.title ?? session.lesson.id, .strong), .gap]
    if session.seed != 0 { page += [.say(say("learn.variant", ["seed": "\(session.seed)"]), .dim), .gap] }
    page.append(.prose(text?.opening ?? []))
  }

  private mutating func steps(_ from: Int, _ to: Int) {
    let told = (from..<max(from, to)).compactMap { session.run.explanation(at: $0) }
      .filter { $0.level.isShown(at: session.level) }
    shown = told.last ?? lastShown(before: to)
    page += tell(told)
    if told.isEmpty, let shown, session.question == nil, page.isEmpty { page += tell([shown]) }
  }

  /// The last step before a position that the level shows.
  private func lastShown(before position: Int) -> Explanation? {
    var place = position - 1
    while place >= 0 {
      if let step = session.run.explanation(at: place), step.level.isShown(at: session.level) { return step }
      place -= 1
    }
    return nil
  }

  // MARK: The end

  private mutating func finish() {
    isReading = true
    isFinished = true
    page += [.say(say("learn.finished"), .strong), .gap]
    let total = Int64(session.questionCount)
    let points = session.score
    let percent = Credit.decimal(points.units * 100, of: Credit.whole * max(1, total))
    let mark = session.studio.course.passMark
    let isPassed = points.units * 100 >= Credit.whole * total * Int64(mark)
    let arguments = ["points": points.description, "total": "\(total)", "percent": percent]
    page.append(.say(say("learn.score", arguments)))
    page.append(.say(say(isPassed ? "learn.passed" : "learn.not-passed", ["mark": "\(mark)"])))
    if let reality = text?.reality, !reality.isEmpty {
      page += [.gap, .say(say("learn.reality"), .strong), .gap, .prose(reality)]
    }
    if !session.lesson.reality.isEmpty {
      page += [.gap, .say(say("learn.reality-commands"))]
      for line in session.lesson.reality { page.append(.output("  \(line.text)")) }
    }
    if let next { page += [.gap, .say(say("learn.next-lesson", ["lesson": next]))] }
    // A pipe that never ends must not keep a lesson from ending.
    prompt = session.lesson.faults.isEmpty || !isConversation ? .over : faultPick
    if prompt != .over { page += [.gap, .say(say("learn.try-fault"), .dim)] }
  }

  private mutating func faultEnd(_ id: String, _ from: Int, _ to: Int) {
    steps(from, to)
    page += [.gap, .say(say("learn.quiet"), .dim)]
    prompt = .goOn
  }

  /// Back to where the story stood when a fault was begun.
  mutating func endFault(at now: Instant) {
    session.endFault()
    page = [.say(say("learn.back-to-story"), .dim), .gap]
    if isFinished {
      isReading = true
      prompt = isConversation ? faultPick : .over
    } else {
      show(session.scene, keeps: true, at: now)
    }
  }

  // MARK: Answers

  mutating func answer(_ typed: String, _ asked: Asked, at now: Instant) {
    guard let question = session.question else { return }
    var reading = AnswerReading(typed, asked)
    if let stranger = reading.stranger {
      note(say("learn.not-understood", ["text": stranger]))
      page.append(.say(say(Guide.reminder(asked)), .dim))
      return
    }
    if isConversation, asked.shape == .order, reading.values.count < asked.options.count {
      return note(say("learn.answer-order"))
    }
    // Who and what in one line: the answer is who, and what is judged beside it.
    var action: String? = nil
    if question.kind == .next, question.subject == .component, let first = reading.values.first, first.contains(" ") {
      action = first
      reading.values = [String(first.prefix { $0 != " " })]
    }
    let judged = action.map { session.predict($0, at: question.level) }
    let choices = following(question)
    let taken = max(0, now.milliseconds - askedAt.milliseconds)
    guard let feedback = session.answer(reading.values, sure: reading.sure, ms: taken, at: now.stamp) else { return }
    isNoting = false
    isReading = false
    page = verdict(feedback, question, asked, reading) + orders(feedback)
    if let action, let judged { page += [.gap] + verdict(on: action, judged) }
    prompt = .goOn
    if action == nil, isConversation, feedback.assessment.verdict == .expected, choices.count > 1 {
      let actor = String(real.prefix { $0 != " " })
      let title = say("learn.predict-what", ["actor": actor])
      // One thing after the other: first what the answer was worth, then the next question.
      following = .pick(.what, title: title, options: choices, isFree: false)
    }
  }

  mutating func skip(at now: Instant) {
    guard let question = session.question else { return note(say("learn.no-question")) }
    let asked = Asked(question, guide: self)
    guard let feedback = session.skip(at: now.stamp) else { return }
    isNoting = false
    isReading = false
    page = verdict(feedback, question, asked, AnswerReading("", asked)) + orders(feedback)
    prompt = .goOn
  }

  /// The words after an answer: what was said, the verdict and why, what really is.
  private mutating func verdict(
    _ feedback: Feedback,
    _ question: Question,
    _ asked: Asked,
    _ reading: AnswerReading
  ) -> [Passage] {
    let assessment = feedback.assessment
    let words = text?.question(question.id)
    var out: [Passage] = []
    if !reading.values.isEmpty {
      let labels = reading.values.map { value in asked.options.first { $0.value == value }?.label ?? value }
      var said = say("learn.you-said", ["answer": labels.joined(separator: ", ")])
      if reading.sure == false { said += " \(say("learn.unsure"))" }
      out.append(.say(said, .dim))
    }
    out.append(.say(say(verdictKey(assessment.verdict)), .strong))
    let model = say(labelled(assessment.reason, asked))
    if let option = feedback.option, let reason = words?.reason(option)?.inlines, !reason.isEmpty {
      out.append(.text(ProseLayout(width: 80).spans(reason), indent: 0))
      switch assessment.verdict {
      case .impossible, .possible: if let model { out.append(.say(say("learn.because", ["reason": model]), .dim)) }
      case .partly: if let model { out.append(.say(model)) }
      default: break
      }
    } else if let model {
      out.append(.say(model))
    }
    if !assessment.isRight || assessment.verdict == .possible, let truth = truth(feedback, asked) {
      out.append(.say(truth))
    }
    if let after = words?.after { out += [.gap, .text(ProseLayout(width: 80).spans(after), indent: 0)] }
    misconception = feedback.misconception.flatMap { language.misconception($0) }
    misconceptionQuestion = feedback.question
    if let misconception {
      out += [.gap, .say(say("learn.misconception", ["title": misconception.title]), .dim)]
    }
    return out
  }

  /// The same reason with options in the words in which they were offered.
  private func labelled(_ fact: Fact, _ asked: Asked) -> Fact {
    var out = fact
    for index in out.arguments.indices {
      let value = out.arguments[index].value.plain
      guard let label = asked.options.first(where: { $0.value == value })?.label else { continue }
      out.arguments[index].value = .string(label)
    }
    return out
  }

  private func verdictKey(_ verdict: Verdict) -> String {
    let long = "\(verdict.key).long"
    return language.words[long] == nil ? verdict.key : long
  }

  /// What really happens, or the right options in the words in which they were offered.
  private func truth(_ feedback: Feedback, _ asked: Asked) -> String? {
    let model = feedback.truth["key"] ?? feedback.truth["options"] ?? feedback.truth["steps"]
    if let model, asked.shape != .text {
      let values = model.elements?.map(\.plain) ?? [model.plain]
      let labels = values.map { value in asked.options.first { $0.value == value }?.label ?? value }
      let separator = asked.shape == .order ? " → " : ", "
      return say("learn.the-answer", ["answer": labels.joined(separator: separator)])
    }
    if let step = feedback.truth["step"] { return say("learn.really", ["step": step.plain]) }
    return say(feedback.truth)
  }

  private func verdict(on action: String, _ judged: Assessment) -> [Passage] {
    var out: [Passage] = [.say(say("learn.you-said", ["answer": action]), .dim)]
    out.append(.say(say(verdictKey(judged.verdict)), .strong))
    if let reason = say(judged.reason) { out.append(.say(reason)) }
    return out
  }

  // MARK: And what?

  /// What the component that acts next could do, as far as its level shows, with the right one among them.
  private mutating func following(_ question: Question) -> [Offering] {
    real = ""
    guard isConversation, question.kind == .next, question.subject == .component else { return [] }
    guard let expected = session.alternatives(at: question.level).first(where: { $0.isExpected }) else { return [] }
    real = expected.text
    realLevel = question.level
    let actor = expected.actor
    let words = real.split(separator: " ", maxSplits: 2).map(String.init)
    let world = session.simulation.world
    guard words.count == 3, let address = world.address(of: actor) else { return [] }
    let subject = Guide.subject(words[2])
    let action = KubeAction(actor: address, verb: Verb(words[1]), subject: subject)
    let stem = String(session.run.what(action).key.dropLast(words[1].count + 1))
    let role = world.role(of: address)
    var verbs = language.words.keys.filter { $0.hasPrefix("\(stem).") }.map { String($0.dropFirst(stem.count + 1)) }
    verbs.removeAll { verb in
      let level = Lesson.Level(rawValue: Level.of(Verb(verb), subject, by: role).rawValue) ?? .wire
      return verb == words[1] || !level.isShown(at: question.level)
    }
    verbs = Array(verbs.prefix(3)) + [words[1]]
    return verbs.sorted().map { verb in
      let arguments = ["actor": actor, "subject": words[2]]
      return Offering("\(actor) \(verb) \(words[2])", say("\(stem).\(verb)", arguments))
    }
  }

  private static func subject(_ text: String) -> Kube.Subject {
    guard text.hasPrefix("pod/") else { return .named(text) }
    return .object(ObjectKey(.pod, "default", String(text.dropFirst(4))))
  }

  // MARK: Choices

  mutating func choose(_ value: String, for purpose: Purpose, at now: Instant) {
    switch purpose {
    case .what:
      let judged = session.predict(value, at: realLevel)
      page = verdict(on: value, judged)
      if judged.verdict != .expected { page.append(.say(say("learn.really", ["step": real]))) }
      prompt = .goOn
    case .fork:
      restore()
      guard session.fork(value) else {
        return note(session.whyNot(value).flatMap { say($0) } ?? say("learn.fork-none"))
      }
      page = [.say(say("learn.forked", ["step": value]), .dim), .gap]
      show(session.scene, keeps: true, at: now)
    case .whyNot: run(Command(.whyNot, value), at: now)
    case .look: run(Command(.look, value), at: now)
    case .stop:
      restore()
      note(session.stop(value) ? say("learn.broken", ["actor": value]) : say("obstacle.unknown", ["actor": value]))
      refresh(at: now)
    case .repair:
      restore()
      note(session.repair(value) ? say("learn.repaired", ["actor": value]) : say("screen.nothing-stopped"))
      refresh(at: now)
    case .fault: tryFault(value, at: now)
    }
  }

  /// After something was broken or repaired, a question that waited may no longer be due.
  private mutating func refresh(at now: Instant) {
    if case .question = prompt { pose(at: now) }
  }

  private mutating func tryFault(_ id: String, at now: Instant) {
    let problems = session.begin(fault: id)
    guard problems.isEmpty else { return note(problems.map(\.summary).joined(separator: " "), .strong) }
    below = nil
    shown = nil
    isReading = false
    page = []
    isNoting = false
    if let words = text?.fault(id) { page = [.say(words.title, .strong), .gap, .prose(words.blocks)] }
    prompt = .goOn
  }
}

extension Guide.Asked {
  init(_ question: Question, guide: Guide) {
    id = question.id
    options = question.candidates.map { Offering($0, guide.label($0, of: question)) }
    switch question.kind {
    case .order: shape = .order
    case .whichCould: shape = .many
    default:
      let isMany = question.kind == .choice && question.key.count > 1
      shape = options.isEmpty ? .text : isMany ? .many : .one
    }
  }
}

extension Lesson.Level {
  /// Whether something of this level is seen by whoever looks at another.
  func isShown(at level: Lesson.Level) -> Bool {
    let order = Lesson.Level.allCases
    return (order.firstIndex(of: self) ?? 0) <= (order.firstIndex(of: level) ?? 0)
  }
}
