import Clockwork
import Curriculum
import Kubernetes

/// Keys that are read from the cluster once it has run on: fields, outcomes, orders.
extension KeyMaker {
  func value(_ key: inout Key, _ question: Question, _ run: Run) -> KeyResult {
    var ahead = run.fork()
    switch question.moment {
    case .before, .at: ahead.step()
    case .start, .after, .end: break
    }
    if !question.script.isEmpty || question.until != nil {
      guard let stopped = runOn(ahead, question) else { return .none(Fact("key.script")) }
      ahead = stopped
    }
    return read(&key, question, ahead)
  }

  /// The end of a fork: of the run where it stands, or of a fresh cluster where the lesson's own run is over or not begun.
  ///
  /// `whole` is the usual run, where it has been played already.
  func outcome(_ key: inout Key, _ question: Question, _ run: Run, whole: WholeRun?) -> KeyResult {
    switch question.moment {
    case .before, .after, .at:
      guard let stopped = runOn(run.fork(), question) else { return .none(Fact("key.script")) }
      return read(&key, question, stopped)
    case .start, .end:
      if let whole, question.script.isEmpty, question.until == nil { return read(&key, question, whole.end) }
      let made = studio.experiment(
        run.lesson,
        script: question.script,
        until: question.until,
        seed: run.seed,
        version: run.version,
        budget: KeyMaker.snapshots
      )
      guard var fresh = made.run else { return .none(Fact("key.script")) }
      guard finish(&fresh) else { return .none(Fact("key.endless")) }
      return read(&key, question, fresh)
    }
  }

  func runOn(_ run: Run, _ question: Question) -> Run? {
    var ahead = run
    var texts = question.script
    if let until = question.until { texts.append(Studio.goal(until, at: question.place)) }
    if !texts.isEmpty {
      let (lines, diagnostics) = studio.lines(texts, version: run.version)
      guard diagnostics.isEmpty else { return nil }
      ahead.append(lines)
    }
    return finish(&ahead) ? ahead : nil
  }

  func finish(_ run: inout Run) -> Bool {
    for _ in 0..<KeyMaker.longestRun where run.step() == nil { return true }
    return false
  }

  private func read(_ key: inout Key, _ question: Question, _ run: Run) -> KeyResult {
    guard let name = question.object, let asked = Asked(name, in: run.simulation) else {
      return .none(Fact("key.no-object", ("object", .string(question.object ?? ""))))
    }
    guard let text = asked.text(question.field, in: run.simulation) else {
      return .none(Fact("key.no-field", ("field", .string(question.field ?? ""))))
    }
    key.model = [text.isEmpty ? "<none>" : text]
    let place = Value.string("\(run.simulation.expanded(name) ?? name) \(question.field ?? "")")
    key.truth = Fact("reason.stands-there", ("place", place), ("key", .string(key.model[0])))
    key.options = question.options.map { option in
      let isRight = Normalise.same(option.text, key.model[0], as: key.normal, tolerance: key.tolerance)
      if isRight { return Key.Option(option.text, .right, key.truth) }
      let reason = Fact("reason.value", ("answer", .string(option.text)), ("key", .string(key.model[0])))
      return Key.Option(option.text, .wrong, reason, misconception: option.misconception?.text)
    }
    return .key(key)
  }

  // MARK: order, always

  private func orders(_ question: Question, _ run: Run, _ whole: WholeRun?) -> Causality? {
    func fresh() -> Run? {
      studio.run(run.lesson, seed: run.seed, version: run.version, budget: KeyMaker.snapshots).run
    }
    if let whole { return causes.causality(whole.log, steps: question.steps, start: fresh) }
    return fresh().flatMap { start in
      causes.causality(RunLog.playing(start), steps: question.steps) { start }
    }
  }

  /// Every step must come; a step is before another where the other never comes as long as the first is held back.
  func order(_ key: inout Key, _ question: Question, _ run: Run, whole: WholeRun?) -> KeyResult {
    guard let orders = orders(question, run, whole) else { return .none(Fact("key.script")) }
    if let missing = orders.missing {
      return .none(Fact("key.no-such-step", ("step", .string(question.steps[missing].text))))
    }
    key.options = question.steps.map { Key.Option($0.text, .right, Fact("reason.order-right")) }
    key.precedences = orders.precedences
    key.model = orders.sequence.map { question.steps[$0].text }
    key.truth = Fact("reason.order", ("steps", .list(key.model.map { .string($0) })))
    return .key(key)
  }

  /// Whether the first of two steps comes before the second: in every order, in some, or in none.
  func always(_ key: inout Key, _ question: Question, _ run: Run, whole: WholeRun?) -> KeyResult {
    guard question.steps.count == 2, question.script.isEmpty, question.until == nil else {
      return explored(&key, question, run)
    }
    guard let orders = orders(question, run, whole) else { return .none(Fact("key.script")) }
    if let missing = orders.missing {
      return .none(Fact("key.no-such-step", ("step", .string(question.steps[missing].text))))
    }
    let isForward = orders.precedences.contains(Key.Precedence(earlier: 0, later: 1))
    let isBackward = orders.precedences.contains(Key.Precedence(earlier: 1, later: 0))
    let right = isForward ? "always" : isBackward ? "never" : "sometimes"
    key.model = [right]
    let first = Value.string(question.steps[0].text)
    let second = Value.string(question.steps[1].text)
    key.truth = Fact("reason.\(right)", ("first", first), ("second", second))
    key.options = question.options.map { option in
      if option.text == right { return Key.Option(option.text, .right, key.truth) }
      return Key.Option(option.text, .wrong, key.truth, misconception: option.misconception?.text)
    }
    return .key(key)
  }
}
