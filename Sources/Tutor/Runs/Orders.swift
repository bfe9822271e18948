import Clockwork
import Curriculum
import Kubernetes

/// A run of a lesson, as its orders are searched.
///
/// kube-apiserver and etcd carry one request after the other: two requests about different objects can change their
/// order, and what lies between a request and its answer is done at once. Components that say nothing in this run
/// matter to nobody; whoever is found to speak after all is told to `Speakers`, and the search begins anew.
struct Orders: Explorable {
  typealias Model = Kube

  /// Who said something; shared by all copies of a search.
  final class Speakers {
    var addresses: Set<Address> = []
    /// False as soon as somebody spoke who was thought to be silent.
    var isRight = true
  }

  private(set) var simulation: Simulation
  let speakers: Speakers
  private let proposition: Proposition
  /// What was seen of the steps that the proposition is about, in the order in which they came.
  private(set) var seen: [Int] = []
  private var histories: [UInt64]

  /// Whether the script has come to its end.
  private(set) var isOver = false

  init(_ simulation: Simulation, _ proposition: Proposition, speakers: Speakers) {
    self.simulation = simulation
    self.proposition = proposition
    self.speakers = speakers
    histories = simulation.world.cells.map { _ in Digest().value }
  }

  mutating func moment() -> Time? {
    simulation.prepare() || isOver ? simulation.world.nextTime(background: !isOver) : nil
  }

  mutating func choices() -> [KubeAction] {
    isOver ? simulation.world.enabled(heartbeats: false) : simulation.enabled(heartbeats: false)
  }

  mutating func take(_ action: KubeAction) -> Touch {
    if !isOver { simulation.prepare() }
    let lines = simulation.linesBegun
    let isServer = simulation.world.isServer(action.actor)
    let isNews = isServer && proposition.reads(action.subject)
    let before = isNews ? proposition.texts(simulation) : nil
    let step = simulation.pass(action)
    follow(step)
    if !isServer, !speaks(action.actor), !step.sent.isEmpty {
      speakers.isRight = false
      speakers.addresses.insert(action.actor)
    }
    var touch = step.touch(in: simulation.world) { !speaks($0) }
    if isNews, before != proposition.texts(simulation) { touch.isAsked = true }
    if !proposition.steps.isEmpty, watch(action) { touch.isAsked = true }
    if isOver { return touch }
    isOver = !simulation.prepare()
    if isOver { touch.isAsked = true }
    for line in simulation.script[lines..<simulation.linesBegun] { note(line.line, &touch) }
    return touch
  }

  /// What a line of the script touches that the step before it made the next one.
  private func note(_ line: ScriptLine, _ touch: inout Touch) {
    switch line {
    // Which of two things that are waited for came first makes no difference.
    case .mark, .view, .until: break
    case .kubectl: if let kubectl = simulation.world.address(of: "kubectl") { touch.add(Int64(kubectl)) }
    case .deferred(let text) where text.hasPrefix("until "): break
    default: touch.isEverything = true
    }
  }

  func isPlain(_ action: KubeAction) -> Bool {
    if simulation.world.isServer(action.actor) || !speaks(action.actor) { return true }
    // Control loops decide anew whenever they hear of something, so one that decided on older news ends at the same.
    if action.verb == "observe" { return simulation.world.role(of: action.actor) == .controller }
    return action.verb == "record"
  }

  private func speaks(_ address: Address) -> Bool { speakers.addresses.contains(address) }

  private mutating func watch(_ action: KubeAction) -> Bool {
    let text = simulation.world.text(of: action)
    var isSeen = false
    for (place, pattern) in proposition.steps.enumerated() where !seen.contains(place) && pattern.matches(text) {
      seen.append(place)
      isSeen = true
    }
    return isSeen
  }

  // MARK: Identity

  private mutating func follow(_ step: KubeStep) {
    var digest = Digest()
    digest.add(Int64(bitPattern: histories[step.action.actor]))
    digest.add(step.time)
    digest.add(step.action.verb.text)
    step.action.subject.add(to: &digest)
    histories[step.action.actor] = digest.value
    for (number, envelope) in step.sent.enumerated() {
      var heard = Digest()
      heard.add(Int64(bitPattern: histories[envelope.receiver]))
      heard.add(Int64(bitPattern: digest.value))
      heard.add(Int64(number))
      histories[envelope.receiver] = heard.value
    }
  }

  var identity: UInt64 {
    var digest = Digest()
    digest.add(simulation.world.now)
    digest.add(Int64(simulation.linesBegun))
    for history in histories { digest.add(Int64(bitPattern: history)) }
    return digest.value
  }
}

extension Kube.Subject {
  /// Whether this is an object of a kind, or its key in etcd.
  func isAbout(_ kind: Kind) -> Bool {
    if let key { return key.kind == kind }
    return description.hasPrefix(kind.prefix)
  }
}
