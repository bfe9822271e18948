import Clockwork
import Curriculum
import Kubernetes

/// A step said in keys and arguments: who did what, why now, what was said and what changed.
///
/// It needs no author: a step of which nobody wrote explains itself.
public struct Explanation: Sendable {
  /// One message that left.
  public struct Utterance: Equatable, Sendable {
    public var from: String
    public var to: String
    /// The processes that the two are part of, for pictures.
    public var fromProcess: String
    public var toProcess: String
    /// A few words: `POST pods/web`.
    public var summary: String
  }

  /// An object that stands otherwise in etcd than before.
  public struct ObjectChange: Equatable, Sendable {
    public enum Kind: String, Sendable {
      case added
      case modified
      case deleted
    }

    /// `pod/web`.
    public var object: String
    public var path: String
    public var kind: Kind
    /// Field by field; a new object is one change from nothing.
    public var changes: [Change]
  }

  /// What changed inside one component.
  public struct StateChange: Equatable, Sendable {
    public var actor: String
    public var changes: [Change]
  }

  public var position: Int
  /// Counted from one.
  public var number: Int
  public var time: Time
  public var level: Lesson.Level
  public var actor: String
  /// The process that the actor is part of, as a picture shows it: kube-controller-manager for each of its loops.
  public var process: String
  /// The action in its text form.
  public var text: String
  /// `did.scheduler.bind` with {actor} and {subject}.
  public var what: Fact
  /// What the step itself says: a score, an address, a revision.
  public var facts: [Fact]
  /// Why it happened now: a message that came, time that passed, its own step before.
  public var why: Fact
  public var said: [Utterance]
  public var objects: [ObjectChange]
  public var states: [StateChange]
}

extension Run {
  /// The step at a position of the timeline, explained; nothing for what came from outside.
  ///
  /// Without `states` it does not say what changed inside the components, which costs more than all the rest.
  public func explanation(at position: Int, states: Bool = true) -> Explanation? {
    guard position >= 0, position < simulation.timeline.position,
      case .step(let step) = simulation.timeline[position]
    else { return nil }
    let before = simulation.timeline.world(at: position)
    let after = simulation.timeline.world(at: position + 1)
    let actor = before.name(of: step.action.actor)
    let key = Run.deed(before.role(of: step.action.actor), actor, step.action.verb)
    let subject = step.action.subject.description
    return Explanation(
      position: position,
      number: step.index,
      time: step.time,
      level: Run.level(of: step.action, in: before),
      actor: actor,
      process: before.process(of: step.action.actor),
      text: before.text(of: step.action),
      what: Fact(key, ("actor", .string(actor)), ("subject", .string(subject))),
      facts: step.facts,
      why: why(step, at: position, before: before),
      said: step.sent.map { envelope in
        Explanation.Utterance(
          from: before.name(of: envelope.sender),
          to: before.name(of: envelope.receiver),
          fromProcess: before.process(of: envelope.sender),
          toProcess: before.process(of: envelope.receiver),
          summary: envelope.message.summary
        )
      },
      objects: Run.objectChanges(before, after),
      states: states ? Run.stateChanges(before, after) : []
    )
  }

  /// What an action that has not happened would be called: the same words, for what is only offered.
  public func what(_ action: KubeAction) -> Fact {
    let actor = world.name(of: action.actor)
    return Fact(
      Run.deed(world.role(of: action.actor), actor, action.verb),
      ("actor", .string(actor)),
      ("subject", .string(action.subject.description))
    )
  }

  /// The key of what happened: every control loop compares something else, so each has words of its own for its sync.
  static func deed(_ role: Kube.Role, _ actor: String, _ verb: Verb) -> String {
    let word = role == .controller && verb == "sync" ? actor : word(role, actor)
    return "did.\(word).\(verb.text)"
  }

  /// The word of a role in keys; runtimes go by their own name.
  static func word(_ role: Kube.Role, _ actor: String) -> String {
    switch role {
    case .kubectl: "kubectl"
    case .apiserver: "apiserver"
    case .etcd: "etcd"
    case .scheduler: "scheduler"
    case .controller: "controller"
    case .kubelet: "kubelet"
    case .runtime: String(actor.prefix { $0 != "@" })
    case .network: "cni"
    case .proxy: "proxy"
    case .metrics: "metrics"
    case .webhook: "webhook"
    case .cloud: "cloud"
    case .kernel: "kernel"
    case .dns: "dns"
    case .outside: "load"
    }
  }

  /// The newest reason: time passed, somebody told it, or it goes on with what it began.
  private func why(_ step: KubeStep, at position: Int, before: KubeWorld) -> Fact {
    var place = position - 1
    var waited: Time? = nil
    while place >= 0 {
      defer { place -= 1 }
      guard case .step(let earlier) = simulation.timeline[place] else {
        // Something from outside: a person's command, or a fault.
        if place == position - 1, before.role(of: step.action.actor) == .kubectl { return Fact("why.asked") }
        continue
      }
      if waited == nil { waited = step.time - earlier.time }
      if let waited, waited > 0 { return Fact("why.waited", ("ms", .integer(waited))) }
      for envelope in earlier.sent.reversed() where envelope.receiver == step.action.actor {
        return Fact(
          "why.told",
          ("from", .string(before.name(of: envelope.sender))),
          ("message", .string(envelope.message.summary))
        )
      }
      if earlier.action.actor == step.action.actor {
        return Fact("why.goes-on", ("step", .string(before.text(of: earlier.action))))
      }
    }
    return before.role(of: step.action.actor) == .kubectl ? Fact("why.asked") : Fact("why.begins")
  }

  private static func stateChanges(_ before: KubeWorld, _ after: KubeWorld) -> [Explanation.StateChange] {
    var out: [Explanation.StateChange] = []
    for address in before.cells.indices where before.cells[address] !== after.cells[address] {
      let changes = Difference.between(before.state(of: address), after.state(of: address))
      if !changes.isEmpty {
        out.append(Explanation.StateChange(actor: before.name(of: address), changes: changes))
      }
    }
    return out
  }

  private static func objectChanges(_ before: KubeWorld, _ after: KubeWorld) -> [Explanation.ObjectChange] {
    guard before.etcdMembers.contains(where: { before.cells[$0] !== after.cells[$0] }),
      let old = before.etcd, let new = after.etcd
    else { return [] }
    var out: [Explanation.ObjectChange] = []
    func add(_ key: ObjectKey, _ kind: Explanation.ObjectChange.Kind, _ changes: [Change]) {
      out.append(Explanation.ObjectChange(object: key.text, path: key.path, kind: kind, changes: changes))
    }
    for object in new.objects {
      guard let previous = old[object.key] else {
        add(object.key, .added, [Change(path: [], before: nil, after: object.value)])
        continue
      }
      // Nearly every object is untouched, and trees are dear.
      if previous.isSame(as: object) { continue }
      let changes = Difference.between(previous.value, object.value)
      if !changes.isEmpty { add(object.key, .modified, changes) }
    }
    for object in old.objects where new[object.key] == nil {
      add(object.key, .deleted, [Change(path: [], before: object.value, after: nil)])
    }
    return out
  }
}
