import Clockwork

/// How closely one looks: the story, its detail, or every message on the wire.
///
/// Coarser levels hide actions; they change nothing in what happens.
public enum Level: String, Equatable, Comparable, Sendable {
  case story
  case detail
  case wire

  private var rank: Int {
    switch self {
    case .story: 0
    case .detail: 1
    case .wire: 2
    }
  }

  public static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }

  /// The coarsest level at which an action is shown.
  public static func of(_ verb: Verb, _ subject: Kube.Subject, by role: Kube.Role) -> Level {
    let kind = subject.key?.kind
    if kind != .lease, FalseRule.verbs.contains(verb.text) { return .story }
    // Heartbeats are no part of any story.
    if kind == .lease { return verb == "lead" || verb == "yield" || verb == "claim" ? .detail : .wire }
    switch role {
    case .etcd:
      if subject.description.hasPrefix(Kind.lease.prefix) { return .wire }
      switch verb.text {
      case "range", "confirm", "release", "ask", "connect", "catch-up", "reject": return .wire
      case "lead", "campaign", "step-down", "give-up": return .story
      case "append", "apply", "forward", "vote", "pre-vote", "close-watch": return .detail
      default: break
      }
      return isStory(path: subject.description) && verb != "refuse" ? .story : .detail
    case .apiserver:
      if verb == "read" || verb == "list" { return .wire }
      if kind == .event { return .wire }
      if verb == "proxy" || verb == "call" || verb == "give-up" { return .story }
      return verb == "notify" && kind == .pod ? .story : .detail
    case .kubectl: return verb == "send" ? .story : .detail
    case .scheduler:
      if verb == "list" { return .wire }
      return verb == "schedule" || verb == "bind" || verb == "preempt" ? .story : .detail
    case .kubelet:
      switch verb.text {
      case "relieve", "admit", "reject", "report", "sandbox", "pull", "create", "start", "stop", "finish", "read-log",
        "hook", "terminate":
        return .story
      case "list", "check": return .wire
      default: return .detail
      }
    case .runtime:
      switch verb.text {
      case "answer", "list", "run", "look": return .wire
      case "remove", "destroy", "release", "exec", "rotate": return .detail
      default: return .story
      }
    case .network: return verb == "add" ? .story : (verb == "answer" ? .wire : .detail)
    case .controller: return of(controllerVerb: verb, kind)
    case .metrics: return verb == "scrape" || verb == "answer" ? .story : (verb == "store" ? .detail : .wire)
    case .cloud: return verb == "tell" ? .wire : .story
    case .webhook: return verb == "review" ? .story : .wire
    case .kernel:
      switch verb.text {
      case "oom-kill", "connect", "answer", "resolve": return .story
      case "send", "forward", "take": return of(packet: subject.description)
      case "retry", "dial", "confirm": return .wire
      default: return .detail
      }
    case .dns: return verb == "answer" || verb == "forward" ? .story : (verb == "list" ? .wire : .detail)
    case .outside: return verb == "spread" ? .story : .wire
    case .proxy: return verb == "list" ? .wire : (verb == "sync" ? .story : .detail)
    }
  }

  /// The packet that opens a connection tells the story of a network: where it goes, the others go too.
  private static func of(packet label: String) -> Level {
    // A switch between machines does nothing that a packet would notice.
    if label.hasSuffix("@\(Fabric.exchange)") { return .wire }
    for prefix in ["SYN/", "RST/", "udp/", "icmp-"] where label.hasPrefix(prefix) { return .story }
    for prefix in ["ACK/", "FIN/"] where label.hasPrefix(prefix) { return .wire }
    return .detail
  }

  /// What loops write is the story; what they hear and weigh is its detail.
  private static func of(controllerVerb verb: Verb, _ kind: Kind?) -> Level {
    switch verb.text {
    case "create", "scale", "delete": kind == .event ? .detail : .story
    case "recommend", "evict", "resize", "grow", "shrink", "release": .story
    case "survey": .wire
    // What is said of a node decides about all of its Pods.
    case "taint": .story
    case "report", "update": kind == .node ? .story : .detail
    case "list", "observe": .wire
    default: .detail
    }
  }

  /// Events are stored like everything else, but they are not the story.
  private static func isStory(path: String) -> Bool {
    !path.hasPrefix(Kind.event.prefix)
  }

  public static func of(_ action: KubeAction, in world: KubeWorld) -> Level {
    of(action.verb, action.subject, by: world.role(of: action.actor))
  }
}
