public import Clockwork

/// One line of a script, read and checked.
public enum ScriptLine: Equatable, Sendable {
  case kubectl(Command)
  /// A line with `{{pod app=web 1}}` in it: what it says is known only when it is reached.
  case deferred(String)
  /// The image is on every node, or on one.
  case preload(image: String, node: String)
  case stop(component: String)
  case start(component: String)
  case slow(component: String, by: Time)
  /// The clock of whoever holds a lease goes wrong by so much, ahead or behind.
  case skew(component: String, by: Time)
  case cut(String, String)
  case mend(String, String)
  /// A link goes down, or comes up again, on a node or in a Pod.
  case link(String, on: String, isUp: Bool)
  /// Somebody on the node kills the process of a container; `pause` is the one that holds a Pod's sandbox.
  case kill(pod: String, container: String)
  /// Clients outside keep Pods busy from now on.
  case load(LoadOrder)
  /// Somebody wants something from an address; the line is over when they have it, or have given up.
  case send(SendLine)
  case advance(Time)
  case until(Goal)
  case mark(String)
  case view(View)

  /// Something to look at, printed as the tool prints it.
  public enum View: Equatable, Sendable {
    /// `revision` is `--rev`; 0 for what is now.
    case etcd(prefix: String, keysOnly: Bool, revision: Int64)
    case containers(node: String)
    case file(path: String, node: String)
    case directory(path: String, node: String)
    case log(container: String, node: String)
    case network(NetworkView, place: String)
    /// What happened to one packet of what was sent last, counted from 1.
    case hops(packet: Int)
  }

  /// A part of a network, as its tool prints it.
  public enum NetworkView: String, Equatable, Sendable {
    case addresses
    case routes
    case neighbours
    case forwarding
    case rules
    case connections
    case sockets
    case capture
  }
}

/// A line with the place where it stands, so that whoever runs it can point there.
public struct NumberedLine: Equatable, Sendable {
  /// From 1.
  public var number: Int
  /// As it was written, without the blanks around it.
  public var text: String
  public var line: ScriptLine

  public init(number: Int, text: String, line: ScriptLine) {
    self.number = number
    self.text = text
    self.line = line
  }
}

/// What is wrong with a line: where, and a key with arguments for the words.
public struct ScriptProblem: Equatable, Sendable {
  public var line: Int
  /// From 1, in characters.
  public var column: Int
  public var fact: Fact
  /// The file that the problem stands in, where it is not the script itself.
  public var file: String = ""

  public init(line: Int, column: Int, fact: Fact, file: String = "") {
    self.line = line
    self.column = column
    self.fact = fact
    self.file = file
  }
}

/// What lies behind `-f FILE`.
public enum ScriptFile: Sendable {
  case objects([Object])
  /// What is wrong with the manifest, with the lines of its own file.
  case problems([ScriptProblem])
}

/// A mistake in one command, before it is known which line it stands in.
struct Mistake: Error, Sendable {
  var column: Int
  var fact: Fact
  /// Problems of a file, which have their own places.
  var others: [ScriptProblem] = []

  init(_ key: String, at column: Int, _ arguments: [(String, String)] = []) {
    self.column = column
    fact = Fact(key)
    for (name, text) in arguments { fact.arguments.append(Value.Entry(name, .string(text))) }
  }

  init(_ key: String, _ word: Word?, _ arguments: [(String, String)] = []) {
    self.init(key, at: word?.column ?? 1, arguments)
  }
}
