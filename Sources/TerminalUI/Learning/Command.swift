/// What a learner can ask for beside an answer: one letter, or a line that begins with it.
public struct Command: Equatable, Sendable {
  public enum Verb: String, CaseIterable, Sendable {
    case hint = "h"
    case whyNot = "w"
    case forward = "n"
    case back = "b"
    case fork = "f"
    case zoom = "z"
    case look = "k"
    case stop = "x"
    case repair = "r"
    case idea = "i"
    case words = "g"
    case faults = "t"
    case skip = "s"
    case help = "?"
    case quit = "q"
  }

  public var verb: Verb
  public var argument: String

  public init(_ verb: Verb, _ argument: String = "") {
    self.verb = verb
    self.argument = argument
  }

  /// Whole words that stand for letters, for those who listen instead of looking.
  private static let words: [String: Verb] = [
    "hint": .hint, "why": .whyNot, "step": .forward, "next": .forward, "back": .back, "fork": .fork, "zoom": .zoom,
    "look": .look, "break": .stop, "repair": .repair, "idea": .idea, "words": .words, "faults": .faults,
    "skip": .skip, "help": .help, "quit": .quit, "exit": .quit,
  ]

  /// Reads a line; nothing where it is no command, so that it may be an answer.
  init?(_ line: String, in prompt: Guide.Prompt) {
    let head = line.prefix { $0 != " " }
    let rest = String(line.dropFirst(head.count)).trimmed
    if head == "kubectl" || head == "etcdctl" || head == "crictl" {
      // The bare name may be an answer: a component is called so too.
      guard !rest.isEmpty else { return nil }
      self.init(.look, line)
      return
    }
    guard let verb = Verb(rawValue: String(head)) ?? Command.words[String(head)] else { return nil }
    self.init(verb, rest)
  }
}
