import Clockwork
import Curriculum
import Kubernetes
import Prose
import Tutor

/// Leaving the usual way: hints, steps, forks, looks, faults.
extension Guide {
  mutating func run(_ command: Command, at now: Instant) {
    switch command.verb {
    case .hint: hint()
    case .whyNot: whyNot(command.argument)
    case .forward: forward(at: now)
    case .back: back(at: now)
    case .fork: fork(command.argument, at: now)
    case .zoom: zoom(command.argument, at: now)
    case .look: look(command.argument)
    case .stop: stop(command.argument)
    case .repair: repair(command.argument)
    case .idea: idea()
    case .words: words()
    case .faults: faults()
    case .skip: skip(at: now)
    case .help: help()
    case .quit: prompt = .over
    }
  }

  // MARK: Hints

  private mutating func hint() {
    guard let question = session.question, let words = text?.question(question.id) else {
      return note(say("learn.no-question"))
    }
    let count = words.hints.count
    guard let number = session.hint(of: count), number < count else {
      return note(say("learn.no-hint"))
    }
    let arguments = [
      "number": "\(number + 1)", "count": "\(count)", "text": Inline.plain(words.hints[number]),
    ]
    note(say("learn.hint", arguments), .plain)
  }

  /// Adds a sentence to the page; the prompt stays.
  mutating func note(_ words: String, _ emphasis: Emphasis = .dim) {
    if case .question = prompt {
      // Notes on a question gather above it, whatever was there before.
      if !isNoting { page = [] }
      isNoting = true
    } else if page.last != .gap {
      page.append(.gap)
    }
    page.append(.say(words, emphasis))
    isReading = false
  }

  // MARK: Steps

  private mutating func forward(at now: Instant) {
    if below != nil { restore() }
    let before = session.run.position
    let scene = session.step()
    if session.run.position == before, scene == .steps(from: before, to: before) {
      return note(say(session.simulation.world.isQuiet ? "learn.quiet" : "learn.at-end"))
    }
    show(scene, at: now)
  }

  private mutating func back(at now: Instant) {
    if below != nil { restore() }
    guard session.back() else { return note(say("learn.at-start")) }
    show(session.scene, at: now)
  }

  private mutating func zoom(_ wanted: String, at now: Instant) {
    if below != nil { restore() }
    let levels = Lesson.Level.allCases
    let index = levels.firstIndex(of: session.level) ?? 0
    session.zoom(Lesson.Level(rawValue: wanted) ?? levels[(index + 1) % levels.count])
    let words = say("learn.level", ["level": say("level.\(session.level.rawValue)")])
    page = [.say(words, .dim), .gap]
    if case .question = prompt {
      page += tell(shown.map { [$0] } ?? [])
    } else {
      show(session.scene, keeps: true, at: now)
    }
  }

  private mutating func fork(_ wanted: String, at now: Instant) {
    let ways = session.alternatives
    if !wanted.isEmpty { return choose(wanted, for: .fork, at: now) }
    guard ways.contains(where: { !$0.isExpected }) else { return note(say("learn.fork-none")) }
    // What would come anyway is not marked: before a question that would give the answer away.
    let options = ways.map { Offering($0.text) }
    interpose([], .pick(.fork, title: say("learn.fork-which"), options: options, isFree: true), isReading: false)
  }

  // MARK: Why not, look

  private var components: [Offering] {
    let world = session.simulation.world
    return world.cells.indices.map { Offering(world.name(of: $0)) }
  }

  private mutating func whyNot(_ wanted: String) {
    if !wanted.isEmpty { return explain(whyNot: wanted) }
    let title = say("learn.why-not-which")
    interpose([], .pick(.whyNot, title: title, options: components, isFree: true), isReading: true)
  }

  private mutating func explain(whyNot wanted: String) {
    restore()
    let fact = session.whyNot(wanted)
    let title = say("learn.why-not", ["action": wanted])
    note(title, .strong)
    if let fact {
      page.append(.say(say(fact) ?? say("obstacle.idle")))
    } else {
      page.append(.say(say("learn.it-could", ["action": wanted])))
    }
  }

  private mutating func look(_ wanted: String) {
    if !wanted.isEmpty { return see(wanted) }
    var lines = ["kubectl get pods -o wide"]
    for object in session.simulation.etcd.objects where object.kind == .pod {
      lines += ["kubectl describe pod \(object.name)", "kubectl get pod \(object.name) -o yaml"]
      if lines.count > 6 { break }
    }
    lines += ["kubectl get nodes", "kubectl get events", "etcdctl get /registry --prefix --keys-only"]
    let title = say("learn.look-what")
    let options = lines.map { Offering($0) }
    interpose([], .pick(.look, title: title, options: options, isFree: true), isReading: true)
  }

  private mutating func see(_ line: String) {
    let look = session.look(line)
    var passages: [Passage] = [.say("$ \(line)", .strong)]
    if !look.text.isEmpty { passages.append(.output(look.text)) }
    for problem in look.problems { passages.append(.say(problem.summary, .strong)) }
    if look.text.isEmpty, look.problems.isEmpty { passages.append(.say(say("screen.look-nothing"), .dim)) }
    interpose(passages, isReading: true)
  }

  // MARK: Faults

  private mutating func stop(_ wanted: String) {
    let world = session.simulation.world
    let running = components.filter { option in world.address(of: option.value).map { !world.isStopped($0) } ?? false }
    if !wanted.isEmpty { return choose(wanted, for: .stop, at: Instant()) }
    let title = say("learn.break-what")
    interpose([], .pick(.stop, title: title, options: running, isFree: false), isReading: true)
  }

  private mutating func repair(_ wanted: String) {
    let world = session.simulation.world
    let stopped = components.filter { option in world.address(of: option.value).map { world.isStopped($0) } ?? false }
    if !wanted.isEmpty { return choose(wanted, for: .repair, at: Instant()) }
    if stopped.isEmpty { return note(say("screen.nothing-stopped")) }
    if stopped.count == 1 { return choose(stopped[0].value, for: .repair, at: Instant()) }
    let title = say("screen.repair-what")
    interpose([], .pick(.repair, title: title, options: stopped, isFree: false), isReading: true)
  }

  // MARK: Pages in between

  private mutating func idea() {
    guard let misconception else { return note(say("screen.no-idea")) }
    var passages: [Passage] = [.say(misconception.title, .strong), .gap, .prose(misconception.blocks)]
    if let supposed = session.suppose(misconception.id, for: misconceptionQuestion) { passages += worlds(supposed) }
    interpose(passages, isReading: true)
  }

  /// Where the world that was believed in parts from the real one.
  private func worlds(_ supposed: Supposed) -> [Passage] {
    var passages: [Passage] = [.gap]
    guard supposed.differs else { return passages + [.say(say("suppose.same"))] }
    if let shared = supposed.shared, let words = say(shared.what) {
      passages.append(.say(say("suppose.alike", ["step": words]), .dim))
    }
    passages += told("suppose.really", supposed.real) + told("suppose.believed", supposed.supposed)
    if let ends = supposed.ends {
      let words = ["real": ends.real, "supposed": ends.supposed]
      passages += [.gap, .say(say("suppose.ends", words))]
    }
    return passages
  }

  /// Two orders that show why the answer is *sometimes*.
  func orders(_ feedback: Feedback) -> [Passage] {
    guard let orders = session.orders(feedback.witnesses, for: feedback.question) else { return [] }
    return told("orders.holds", orders.holds) + told("orders.fails", orders.fails)
  }

  private func told(_ heading: String, _ deeds: [Supposed.Deed]) -> [Passage] {
    var passages: [Passage] = [.gap, .say(say(heading), .strong)]
    if deeds.isEmpty { passages.append(.say(say("suppose.nothing"), indent: 2)) }
    for deed in deeds {
      passages.append(.say("· \(say(deed.what) ?? deed.text)", indent: 2))
      for field in deed.fields {
        passages.append(.say("    \(field.path): \(field.value ?? say("word.none"))", indent: 6))
      }
    }
    return passages
  }

  private mutating func words() {
    var passages: [Passage] = [.say(say("learn.words"), .strong), .gap]
    for id in glossaryIDs {
      guard let entry = language.glossary(id) else { continue }
      passages += [.say(entry.title, .strong), .prose(entry.blocks), .gap]
    }
    interpose(passages, isReading: true)
  }

  /// The words that the lesson lists, and those that its texts link to.
  private var glossaryIDs: [String] {
    var ids: [String] = []
    func add(_ id: String) {
      let id = id.trimmed
      if !id.isEmpty, !ids.contains(id) { ids.append(id) }
    }
    guard let text else { return [] }
    for fence in text.document.fences where fence.kind == "glossary" {
      for line in fence.text.split(separator: "\n") { add(String(line)) }
    }
    let blocks = text.opening + text.beats.flatMap(\.blocks) + text.reality
    for run in blocks.flatMap(\.runs) {
      for case .link(_, let url, _) in run.inlines where url.hasPrefix("glossary:") {
        add(String(url.dropFirst("glossary:".count)))
      }
    }
    return ids
  }

  mutating func faults() {
    guard !session.lesson.faults.isEmpty else { return note(say("screen.no-faults")) }
    interpose([], faultPick, isReading: true)
  }

  var faultPick: Prompt {
    let options = session.lesson.faults.map { Offering($0.id, text?.fault($0.id)?.title ?? $0.id) }
    return .pick(.fault, title: say("learn.faults"), options: options, isFree: false)
  }

  private mutating func help() {
    var passages: [Passage] = [.say(say("help.title"), .strong), .gap]
    for key in Guide.helpKeys { passages.append(.say(say(key), indent: 3)) }
    passages += [.gap, .say(say("help.legend"), .dim)]
    interpose(passages, isReading: true)
  }

  static let helpKeys = [
    "help.answer", "screen.help.choose", "help.unsure", "help.hint", "help.why-not", "help.forward", "help.back",
    "help.fork", "help.zoom", "help.look", "help.break", "screen.help.idea", "help.words", "screen.help.faults",
    "screen.help.skip", "screen.help.scroll", "help.quit",
  ]
}
