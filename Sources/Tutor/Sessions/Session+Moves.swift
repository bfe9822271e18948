import Clockwork
import Curriculum
import Kubernetes

/// Another action that could come now.
public struct Alternative: Equatable, Sendable {
  /// The action in its text form.
  public var text: String
  public var actor: String
  /// Whether it is what the canonical run does next at this level.
  public var isExpected: Bool
}

/// Leaving the usual order, asking why, looking, breaking.
extension Session {
  /// Everything that could be seen next at the session's level, nearest first.
  public var alternatives: [Alternative] { alternatives(at: level) }

  /// The same at another level: a question may look closer than the session does.
  public func alternatives(at level: Lesson.Level) -> [Alternative] {
    var ahead = run.fork()
    while let action = ahead.expected(), !(ahead.level(of: action) <= level) { ahead.perform(action) }
    let expected = ahead.expected().map { ahead.text($0) }
    return Reach(simulation, level: level).ways.map {
      Alternative(text: $0.text, actor: $0.actor, isExpected: $0.text == expected)
    }
  }

  /// Lets another action happen, by the hidden ones that lead to it; false where it cannot happen now.
  @discardableResult
  public mutating func fork(_ text: String) -> Bool {
    guard let way = Reach(simulation, level: level).way(to: text) else { return false }
    let start = run.position
    change { run in
      for action in way.path { run.perform(action) }
      run.perform(way.action)
    }
    reconsider()
    scene = .steps(from: start, to: run.position)
    return true
  }

  /// What would an answer be worth: any component or action, whether or not a question waits.
  ///
  /// It is judged at the session's level, or at that of the question it belongs to.
  public mutating func predict(_ text: String, at closer: Lesson.Level? = nil) -> Assessment {
    note()
    let level = closer ?? level
    let actor = String(text.prefix { $0 != " " })
    let subject: Question.Subject = actor == text ? .component : .action
    var ahead = run.fork()
    while let action = ahead.expected(), !(ahead.level(of: action) <= level) { ahead.perform(action) }
    guard let action = ahead.expected() else { return Assessment(.ungraded, .none, Fact("key.nothing-follows")) }
    let real = Named(action, in: ahead)
    if real.fits(text, subject) {
      return Assessment(.expected, .full, Fact("reason.expected", ("step", .string(real.text))))
    }
    let reach = Reach(simulation, level: level) { $0.contains { Named($0).fits(text, subject) } }
    if let way = reach.ways.first(where: { Named($0).fits(text, subject) }) {
      let reason = Fact("reason.possible", ("step", .string(way.text)), ("expected", .string(real.text)))
      return Assessment(.possible, .full, reason)
    }
    return Assessment(.impossible, .none, obstacle(text))
  }

  /// Why a component or an action does not come now; nothing where it could.
  public mutating func whyNot(_ text: String) -> Fact? {
    note()
    let subject: Question.Subject = text.contains(" ") ? .action : .component
    let reach = Reach(simulation, level: level) { $0.contains { Named($0).fits(text, subject) } }
    if reach.ways.contains(where: { Named($0).fits(text, subject) }) { return nil }
    return obstacle(text)
  }

  private func obstacle(_ text: String) -> Fact {
    if !text.contains(" ") { return WhyNot.component(text, in: simulation, level: level).fact }
    return WhyNot.action(text, in: simulation, level: level)?.fact ?? Fact("obstacle.idle")
  }

  /// Whatever is looked at while a question waits is noted as a hint.
  private mutating func note() {
    if pending != nil { pending?.hints += 1 }
  }

  /// What a command that only looks would print, without touching the run: `kubectl get …`, `etcdctl get …`.
  public mutating func look(_ line: String) -> Look {
    note()
    return Look.run(line, in: run, studio: studio)
  }

  /// Stops a component; false where there is none of the name, or it is stopped already.
  public mutating func stop(_ component: String) -> Bool {
    guard let address = run.world.address(of: component), !run.world.isStopped(address) else { return false }
    return lay("break \(component)")
  }

  /// Starts a component again.
  public mutating func repair(_ component: String) -> Bool {
    guard let address = run.world.address(of: component), run.world.isStopped(address) else { return false }
    return lay("repair \(component)")
  }

  /// Lays `break X`, `slow X 5s`, `cut X Y` … on the run.
  public mutating func lay(_ line: String) -> Bool {
    var isDone = false
    change { isDone = $0.intervene(line) }
    if isDone { reconsider() }
    return isDone
  }

  /// After the run has left the usual way, a question that waits belongs to where it is now, or is no longer due.
  private mutating func reconsider() {
    guard let waiting = pending, trial == nil else { return }
    pending = nil
    let due = Moments.due([waiting.question], in: &tracks[trackIndex].run)
    guard let question = due.first else { return }
    pending = Pending(
      question: question,
      run: tracks[trackIndex].run,
      hints: waiting.hints,
      shownHints: waiting.shownHints
    )
  }

  // MARK: Faults to try

  /// Begins to try a fault of the lesson, in a cluster of its own; the story waits.
  public mutating func begin(fault id: String) -> [Diagnostic] {
    guard let fault = lesson.fault(id) else { return [Diagnostic(lesson.place, .error, "there is no fault `\(id)`")] }
    let made = studio.experiment(lesson, script: fault.script, seed: seed, version: version)
    guard let run = made.run else { return made.diagnostics }
    trial = (fault, run)
    return []
  }

  /// Goes back to the story, which stands where it stood.
  public mutating func endFault() {
    trial = nil
    scene = .steps(from: run.position, to: run.position)
  }

  mutating func playTrial(toEnd: Bool) -> Scene {
    let start = run.position
    let level = level
    var isOver = false
    change { run in
      for _ in 0..<KeyMaker.longestRun {
        guard let step = run.step() else {
          isOver = true
          return
        }
        if !toEnd, Run.level(of: step.action, in: run.world) <= level { return }
      }
    }
    if isOver, let fault = trial?.fault { return show(.faultEnd(fault.id, from: start, to: run.position)) }
    return show(.steps(from: start, to: run.position))
  }
}
