public import Clockwork

/// A cluster that follows a script, one component action at a time, with a way back, forward and aside.
///
/// The script is what people and accidents do from outside (`kubectl run`, `break`, `advance`); everything else is
/// done by the components. Everything follows from the spec, the images, the seed, the script and the choices.
public struct Simulation {
  /// What happened when the simulation was asked to go on.
  public enum Progress {
    case step(KubeStep)
    /// The script is at its end, and what it waited for last has come or can never come.
    case finished
  }

  /// Where the script stands; kept for every position, so that going back takes the script along.
  struct Cursor {
    var line = 0
    /// The line that is being waited for: kubectl has not returned, a goal is not met, time has to pass.
    var wait = Wait.nothing
    /// How many interventions of the next line have been laid: each of them is a position of its own.
    var laid = 0
    var marks: [Mark] = []
    /// How many times somebody has sent something.
    var visits: Int64 = 0
    /// Lines whose goal could not be reached before the world fell quiet.
    var unmet: [Int] = []
    /// Lines that made no sense once they were reached, such as a name that no object has.
    var problems: [ScriptProblem] = []
  }

  enum Wait {
    case nothing
    case kubectl
    /// The shell starts the next command.
    case shell(Time)
    /// Until when a goal is waited for that only silence can bring about.
    case goal(Goal, patience: Time)
    /// A line that waits for something whose name nobody knows yet.
    case name(NumberedLine)
    case moment(Time)
    /// A visitor has not yet got what it wants, nor given up.
    case visit(Address, number: Int64)
  }

  /// A row that no component made: a mark of the script, or something looked at.
  struct Mark {
    let position: Int
    let record: Kube.Record
  }

  public let spec: ClusterSpec
  public let images: Images
  public let seed: UInt64
  public internal(set) var timeline: Timeline<Kube>
  public private(set) var script: [NumberedLine]
  private let parser: ScriptParser
  var cursor = Cursor()
  var cursors: [Cursor] = [Cursor()]

  /// A cluster as its spec has it, at the beginning of a script.
  ///
  /// `budget` is how many snapshots a timeline keeps: enough for every step of a lesson, few for a long run.
  /// With a misconception, the cluster follows its false rule.
  public init(
    _ spec: ClusterSpec,
    images: Images,
    seed: UInt64,
    script: [NumberedLine],
    parser: ScriptParser,
    budget: Int = 4096,
    supposing rule: FalseRule? = nil
  ) {
    self.spec = spec
    self.images = images
    self.seed = seed
    self.script = script
    self.parser = parser
    let world = Roster.world(
      spec,
      images: images,
      preloaded: Simulation.preloaded(script),
      seed: seed,
      measured: ScriptNeeds.load(script),
      networked: ScriptNeeds.packets(script),
      historic: ScriptNeeds.history(script),
      supposing: rule
    )
    timeline = Timeline(world, budget: budget)
  }

  /// Images that the script lays on every node before it does anything else are there from the beginning.
  private static func preloaded(_ script: [NumberedLine]) -> [String] {
    var images: [String] = []
    for numbered in script {
      guard case .preload(let image, let node) = numbered.line, node.isEmpty else { break }
      images.append(image)
    }
    return images
  }

  // MARK: Going on

  public var world: KubeWorld { timeline.world }
  public var position: Int { timeline.position }

  /// Lays every line of the script on the world that is due before the next step.
  ///
  /// Returns false when the script is at its end and nothing is waited for.
  @discardableResult
  public mutating func prepare() -> Bool {
    while true {
      let before = cursor
      let start = position
      switch cursor.wait {
      case .nothing:
        guard cursor.line < script.count else { return false }
        begin(script[cursor.line])
      case .kubectl:
        guard isKubectlIdle || world.nextTime() == nil else {
          return true
        }
        cursor.wait = isNextCommand ? .shell(world.now + Durations(spec.version).commandStart) : .nothing
      case .shell(let time):
        if let next = world.nextTime(), next <= time { return true }
        cursor.wait = .nothing
        if time > world.now { intervene(.advance(to: time)) }
      case .goal(let goal, let patience):
        if isMet(goal) {
          cursor.wait = .nothing
        } else if world.nextTime() == nil, !isPatient(goal, patience) {
          cursor.unmet.append(cursor.line - 1)
          cursor.wait = .nothing
        } else {
          return true
        }
      case .name(let numbered):
        if isNameless(numbered.text) { return true }
        cursor.wait = .nothing
        lay(numbered.line, numbered)
      case .visit(let kernel, let number):
        let hasEnded = world.component(kernel, as: Kernel.self)?.result(number) != nil
        guard hasEnded || world.nextTime() == nil || world.isStopped(kernel) else { return true }
        cursor.wait = .nothing
      case .moment(let time):
        if let next = world.nextTime(background: true), next <= time { return true }
        cursor.wait = .nothing
        intervene(.advance(to: time))
      }
      note(before, from: start)
    }
  }

  /// Two commands in a row: a cluster does a lot while the second one starts.
  private var isNextCommand: Bool {
    guard cursor.line < script.count else { return false }
    switch script[cursor.line].line {
    case .kubectl: return true
    case .deferred(let text): return text.hasPrefix("kubectl ")
    default: return false
    }
  }

  /// Whether periodic work counts as the next step: only while the script lets time pass.
  private var countsBackground: Bool {
    switch cursor.wait {
    case .moment: return true
    case .goal(let goal, let patience): return world.nextTime() == nil && isPatient(goal, patience)
    default: return false
    }
  }

  /// Everything that could happen next, in canonical order; empty when the script is at its end.
  ///
  /// Without `heartbeats`, periodic work counts only where nothing else can happen.
  public mutating func enabled(heartbeats: Bool = true) -> [KubeAction] {
    prepare() ? world.enabled(background: countsBackground, heartbeats: heartbeats) : []
  }

  /// What a canonical run does next.
  public mutating func expected() -> KubeAction? {
    prepare() ? world.first(background: countsBackground) : nil
  }

  /// Takes one step of the canonical order, or the one that a chooser picks.
  public mutating func step() -> Progress {
    guard let action = expected() else { return .finished }
    return .step(perform(action, isExpected: true))
  }

  public mutating func step<C: Chooser>(_ chooser: inout C) -> Progress where C.Model == Kube {
    guard prepare(), let action = chooser.next(in: world) ?? world.first(background: countsBackground) else {
      return .finished
    }
    return .step(perform(action))
  }

  /// Does an enabled action: a departure, where it is not what the canonical order would do.
  ///
  /// Whoever has just asked for what is expected says so.
  @discardableResult
  public mutating func perform(_ action: KubeAction, isExpected: Bool = false) -> KubeStep {
    let step = timeline.perform(action, isFirst: isExpected && !countsBackground)
    remember()
    return step
  }

  /// Lays something on the world that the script did not foresee: a fault, a command of the learner.
  public mutating func intervene(_ intervention: Intervention<Kube>) {
    timeline.intervene(intervention)
    remember()
  }

  /// Adds lines after those that have been reached: the future becomes theirs.
  public mutating func append(_ lines: [NumberedLine]) {
    script = Array(script[..<min(cursor.line, script.count)]) + lines
    cursor.wait = .nothing
    cursor.laid = 0
    cursors[position] = cursor
  }

  /// Runs to the end of the script.
  ///
  /// Returns false when the limit of steps was reached first.
  @discardableResult
  public mutating func run(limit: Int = 1_000_000) -> Bool {
    for _ in 0..<limit {
      if case .finished = step() { return true }
    }
    return false
  }

  private mutating func remember() {
    // A step that was gone back over and is taken again keeps the future behind it.
    if timeline.end > position, cursors.count > position {
      cursors[position] = cursor
      return
    }
    if cursors.count > position { cursors.removeLast(cursors.count - position) }
    cursors.append(cursor)
  }

  // MARK: Back, forward, aside

  public mutating func go(to position: Int) {
    timeline.go(to: position)
    cursor = cursors[timeline.position]
  }

  /// The cluster as it was before the entry at a position; another future may follow.
  public func fork(at position: Int? = nil) -> Simulation {
    var copy = self
    if let position { copy.go(to: position) }
    copy.timeline = copy.timeline.forked()
    return copy
  }

  /// The same cluster without its past: a search makes thousands of copies, and each copy that goes on would take all
  /// of the past along.
  public func withoutPast() -> Simulation {
    var copy = self
    copy.timeline = Timeline(world, budget: 2)
    copy.cursors = [cursor]
    return copy
  }

  // MARK: The script

  private mutating func begin(_ numbered: NumberedLine) {
    cursor.line += 1
    lay(numbered.line, numbered)
  }

  private mutating func lay(_ line: ScriptLine, _ numbered: NumberedLine) {
    switch line {
    case .kubectl(let command):
      cursor.wait = .kubectl
      if let kubectl = world.address(of: "kubectl") { lay(.tell(.command(command), to: kubectl)) }
    case .deferred(let text) where isNameless(text): cursor.wait = .name(numbered)
    case .deferred(let text): resolve(text, numbered)
    case .preload(let image, let node):
      // Somebody on the node loads the image by hand.
      let load = RuntimeCall(id: 0, pod: ObjectKey(.pod, "", ""), uid: "", operation: .pullImage(image: image))
      for address in runtimes(node) { lay(.tell(.runtime(load), to: address)) }
    case .stop(let name): fault(name, numbered) { .stop($0) }
    case .start(let name): fault(name, numbered) { .start($0) }
    case .slow(let name, let delay): fault(name, numbered) { .slow($0, by: delay) }
    case .skew(let name, let time):
      if let address = component(name, numbered) { lay(.tell(.clock(skew: time), to: address)) }
    case .cut(let one, let other):
      if let (one, other) = nodes(one, other) {
        cutNodes(one, other, isCut: true)
      } else {
        pair(one, other, numbered) { .cut($0, $1) }
      }
    case .mend(let one, let other):
      if let (one, other) = nodes(one, other) {
        cutNodes(one, other, isCut: false)
      } else {
        pair(one, other, numbered) { .mend($0, $1) }
      }
    case .link(let device, let place, let isUp): setLink(device, place, isUp: isUp, numbered)
    case .kill(let pod, let container): kill(pod, container, numbered)
    case .load(let order):
      if let clients = component("load", numbered) { lay(.tell(.load(order), to: clients)) }
    case .send(let line): send(line, numbered)
    case .advance(let time): cursor.wait = .moment(world.now + time)
    case .until(let goal): cursor.wait = .goal(goal, patience: world.now + 600_000)
    case .mark(let name):
      var record = Kube.Record(actor: "", verb: "mark", resource: "")
      record.name = name
      cursor.marks.append(Mark(position: position, record: record))
    case .view(let view):
      var record = Kube.Record(actor: "view", verb: "look", resource: "")
      record.name = numbered.text
      record.note = Views.text(view, in: self)
      cursor.marks.append(Mark(position: position, record: record))
    }
  }

  private mutating func resolve(_ text: String, _ numbered: NumberedLine) {
    let (line, problems) = parser.resolve(text, number: numbered.number) { wanted in name(of: wanted) }
    cursor.problems += problems
    if let line { lay(line, numbered) }
  }

  private mutating func fault(_ name: String, _ numbered: NumberedLine, _ make: (Address) -> Intervention<Kube>) {
    let members = Roster.members(of: name, in: world)
    guard !members.isEmpty || component(name, numbered) != nil else { return }
    for address in members { lay(make(address)) }
  }

  private mutating func pair(
    _ one: String,
    _ other: String,
    _ numbered: NumberedLine,
    _ make: (Address, Address) -> Intervention<Kube>
  ) {
    if let first = component(one, numbered), let second = component(other, numbered) { lay(make(first, second)) }
  }

  private mutating func component(_ name: String, _ numbered: NumberedLine) -> Address? {
    if let address = world.address(of: name) { return address }
    cursor.problems.append(Roster.unknown(name, line: numbered.number, in: world))
    return nil
  }

  /// Problems that only the run could find.
  public var problems: [ScriptProblem] { cursor.problems }

  /// Lines whose goal was not reached.
  public var unmet: [NumberedLine] { cursor.unmet.map { script[$0] } }

  // MARK: Looking

  private var isKubectlIdle: Bool { kubectl?.isIdle ?? true }

  /// What etcd holds: the one truth about objects.
  public var etcd: Etcd { world.etcd ?? Etcd(apiserver: 0, revision: 0) }

  public func object(_ key: ObjectKey) -> Object? { etcd[key] }

  private var apiserver: KubeAPIServer? {
    guard let address = world.address(of: "kube-apiserver"), !world.isStopped(address) else { return nil }
    return world.component(address, as: KubeAPIServer.self)
  }

  /// A goal is reached when kube-apiserver would show it and has answered whoever made it so.
  private func isMet(_ goal: Goal) -> Bool {
    guard let apiserver else { return goal.isMet { object($0) } }
    if let key = goal.key, apiserver.isBusy(with: key) { return false }
    return goal.isMet { apiserver.known($0) }
  }

  /// Every row up to now.
  public var rows: [Row] { rows(from: 0) }

  /// The rows of the entries from a position on.
  public func rows(from start: Int) -> [Row] {
    var rows: [Row] = []
    var marks = cursor.marks[...]
    var time: Time = 0
    func add(_ record: Kube.Record) { rows.append(Row(number: rows.count + 1, time: time, record: record)) }
    for position in 0..<timeline.position {
      while let mark = marks.first, mark.position <= position {
        if position >= start { add(mark.record) }
        marks = marks.dropFirst()
      }
      guard case .step(let step) = timeline[position] else { continue }
      time = step.time
      if position >= start { for record in step.rows(in: world) { add(record) } }
    }
    for mark in marks { add(mark.record) }
    return rows
  }

  /// A digest of everything: what happened, and what is.
  public var digest: Digest { world.digest() }
}
