import Clockwork

/// A shell small enough for lessons: echo, printf, sleep, exit, touch, test, cat, date, variables, `while`, `if`, `for`.
///
/// It stops at every `sleep` and can be carried on later, so that a process is a value like everything else.
public struct MiniShell: Equatable, Sendable {
  /// Why it stopped.
  public enum Outcome: Equatable, Sendable {
    /// Carry on after so many milliseconds; `Time.never` for `sleep infinity`.
    case sleeping(Time)
    case ended(Int64)
  }

  /// What was written at once.
  public struct Output: Equatable, Sendable {
    public var text: String
    public var stream = LogStream.stdout
    /// Written to `/proc/1/fd/1` or `/proc/1/fd/2`: it goes where process 1 writes, whoever wrote it.
    public var isForMain = false

    public init(_ text: String, _ stream: LogStream = .stdout) {
      self.text = text
      self.stream = stream
    }
  }

  private let code: [ShellScript.Instruction]
  private var next = 0
  private var variables: Table<String, String>
  /// True where the script goes round for ever.
  let isEndless: Bool
  public private(set) var status: Int64 = 0

  /// Reads the text behind `sh -c`.
  public init(script: String, environment: Table<String, String> = [:]) {
    code = ShellScript.read(script)
    isEndless = ShellScript.isEndless(code)
    variables = environment
  }

  /// A single command, as exec gives it.
  public init(words: [String]) {
    let literal = words.map { ShellWord(literal: $0) }
    code = words.isEmpty ? [] : [.command(.always, literal, [])]
    variables = [:]
    isEndless = false
  }

  /// The shell for a command line: the script of `sh -c`, or the command itself.
  ///
  /// Nothing when it cannot be run.
  public static func of(_ command: [String], environment: Table<String, String> = [:]) -> MiniShell? {
    guard let program = command.first else { return nil }
    let name = program.split(separator: "/").last.map { String($0) } ?? program
    if name == "sh" || name == "bash" || name == "ash" {
      if command.count >= 3, command[1].hasPrefix("-"), command[1].hasSuffix("c") {
        return MiniShell(script: command[2], environment: environment)
      }
      return command.count == 1 ? MiniShell(words: []) : nil
    }
    return builtins.contains(name) ? MiniShell(words: [name] + command.dropFirst()) : nil
  }

  private static let builtins = ["echo", "printf", "sleep", "exit", "touch", "test", "cat", "true", "false", "date"]

  /// Runs until the next sleep or the end.
  public mutating func run(_ files: inout Table<String, String>, _ output: inout [Output], now: Time = 0) -> Outcome {
    var steps = 0
    while next < code.count {
      steps += 1
      // A loop without a sleep keeps a processor busy, not the world.
      if steps > MiniShell.patience { return .sleeping(1000) }
      let here = next
      next += 1
      switch code[here] {
      case .skip(let by, let when):
        if when == .always || (when == .onFailure) == (status != 0) { next = here + by }
      case .assign(let name, let word):
        variables[name] = word.expanded(variables, now)
      case .command(let joint, let words, let redirects):
        if joint == .onSuccess, status != 0 { continue }
        if joint == .onFailure, status == 0 { continue }
        if let pause = command(words, redirects, &files, &output, now) { return .sleeping(pause) }
      }
    }
    return .ended(status)
  }

  private static let patience = 10_000

  /// One command; how long it sleeps, where it does.
  private mutating func command(
    _ given: [ShellWord],
    _ redirects: [ShellScript.Redirect],
    _ files: inout Table<String, String>,
    _ output: inout [Output],
    _ now: Time
  ) -> Time? {
    var words: [String] = []
    for word in given {
      let text = word.expanded(variables, now)
      if !text.isEmpty || word.isQuoted { words.append(text) }
    }
    guard let name = words.first else { return nil }
    let arguments = Array(words.dropFirst())
    var written: [Output] = []
    defer { MiniShell.deliver(written, redirects.map { $0.expanded(variables, now) }, &files, &output) }
    switch name {
    case "sleep":
      guard let time = MiniShell.time(arguments) else {
        written.append(Output("sleep: invalid number '\(arguments.first ?? "")'\n", .stderr))
        status = 1
        return nil
      }
      status = 0
      return time
    case "exit":
      status = arguments.first.flatMap { Int64($0) } ?? status
      next = code.count
    case "date":
      written.append(Output(ShellWord.date(now) + "\n"))
      status = 0
    default: status = MiniShell.simple(name, arguments, &files, &written)
    }
    return nil
  }

  /// Sends what a command wrote where its redirections say.
  private static func deliver(
    _ written: [Output],
    _ redirects: [ShellScript.Redirect],
    _ files: inout Table<String, String>,
    _ output: inout [Output]
  ) {
    var places = ["/dev/stdout", "/dev/stderr"]
    for redirect in redirects where redirect.number == 1 || redirect.number == 2 {
      let target = redirect.target.literal
      switch target {
      case "&1": places[redirect.number - 1] = places[0]
      case "&2": places[redirect.number - 1] = places[1]
      default:
        places[redirect.number - 1] = target
        let isFile = !target.hasPrefix("/dev/") && !target.hasPrefix("/proc/")
        if isFile, !redirect.appends || files[target] == nil { files[target] = "" }
      }
    }
    for piece in written {
      let place = places[piece.stream == .stdout ? 0 : 1]
      var copy = piece
      copy.isForMain = place.hasPrefix("/proc/1/fd/")
      switch place {
      case "/dev/null": continue
      case "/dev/stdout", "/proc/1/fd/1": copy.stream = .stdout
      case "/dev/stderr", "/proc/1/fd/2": copy.stream = .stderr
      default:
        files[place] = (files[place] ?? "") + piece.text
        continue
      }
      output.append(copy)
    }
  }

  /// Every command that takes no time.
  private static func simple(
    _ name: String,
    _ words: [String],
    _ files: inout Table<String, String>,
    _ output: inout [Output]
  ) -> Int64 {
    switch name {
    case "echo":
      let isOpen = words.first == "-n"
      output.append(Output((isOpen ? words.dropFirst() : words[...]).joined(separator: " ") + (isOpen ? "" : "\n")))
      return 0
    case "printf":
      output.append(Output(ShellWord.printed(words)))
      return 0
    case "true", ":": return 0
    case "false": return 1
    case "touch":
      for file in words where files[file] == nil { files[file] = "" }
      return 0
    case "cat":
      var status: Int64 = 0
      for file in words {
        if let text = files[file] {
          if !text.isEmpty { output.append(Output(text)) }
        } else {
          output.append(Output("cat: can't open '\(file)': No such file or directory\n", .stderr))
          status = 1
        }
      }
      return status
    case "test": return test(words, files) ? 0 : 1
    case "[": return words.last == "]" && test(Array(words.dropLast()), files) ? 0 : 1
    default:
      output.append(Output("sh: \(name): not found\n", .stderr))
      return 127
    }
  }

  private static func test(_ words: [String], _ files: Table<String, String>) -> Bool {
    if let first = words.first, first == "!" { return !test(Array(words.dropFirst()), files) }
    switch words.count {
    case 1: return !words[0].isEmpty
    case 2:
      switch words[0] {
      case "-e", "-f": return files[words[1]] != nil
      case "-s": return files[words[1]].map { !$0.isEmpty } ?? false
      case "-n": return !words[1].isEmpty
      case "-z": return words[1].isEmpty
      default: return false
      }
    case 3:
      switch words[1] {
      case "=", "==": return words[0] == words[2]
      case "!=": return words[0] != words[2]
      default: break
      }
      guard let left = Int64(words[0]), let right = Int64(words[2]) else { return false }
      switch words[1] {
      case "-eq": return left == right
      case "-ne": return left != right
      case "-gt": return left > right
      case "-lt": return left < right
      case "-ge": return left >= right
      case "-le": return left <= right
      default: return false
      }
    default: return false
    }
  }

  /// `sleep 1.5`, `sleep 2m`, `sleep 1h 30m`, `sleep infinity`.
  private static func time(_ words: [String]) -> Time? {
    if words.isEmpty { return nil }
    var total: Time = 0
    for word in words {
      if word == "infinity" || word == "inf" { return .never }
      let hasUnit = word.hasSuffix("s") || word.hasSuffix("m") || word.hasSuffix("h")
      if word.hasSuffix("d"), let days = Int64(word.dropLast()), days < 10_000 {
        total += days * 86_400_000
        continue
      }
      guard let part = GoDuration.parse(hasUnit ? word : word + "s") else { return nil }
      total += part
    }
    return total
  }
}
