import Clockwork

/// A shell small enough for lessons: echo, sleep, exit, touch, test, cat, `;`, `&&` and `||`.
///
/// It stops at every `sleep` and can be carried on later, so that a process is a value like everything else.
public struct MiniShell: Equatable, Sendable {
  /// Why it stopped.
  public enum Outcome: Equatable, Sendable {
    /// Carry on after so many milliseconds; `Time.never` for `sleep infinity`.
    case sleeping(Time)
    case ended(Int64)
  }

  private enum Joint: Equatable, Sendable {
    case always
    case onSuccess
    case onFailure
  }

  private struct Line: Equatable, Sendable {
    var joint: Joint
    var words: [String]
  }

  private var lines: [Line] = []
  private var next = 0
  public private(set) var status: Int64 = 0

  /// Reads the text behind `sh -c`.
  public init(script: String, environment: Table<String, String> = [:]) {
    var joint = Joint.always
    var words: [String] = []
    for token in MiniShell.tokens(script, environment) {
      switch token {
      case .word(let word): words.append(word)
      case .joint(let following):
        if !words.isEmpty { lines.append(Line(joint: joint, words: words)) }
        words = []
        joint = following
      }
    }
    if !words.isEmpty { lines.append(Line(joint: joint, words: words)) }
  }

  /// A single command, as exec gives it.
  public init(words: [String]) {
    lines = words.isEmpty ? [] : [Line(joint: .always, words: words)]
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

  private static let builtins = ["echo", "sleep", "exit", "touch", "test", "cat", "true", "false"]

  /// Runs until the next sleep or the end.
  public mutating func run(_ files: inout Table<String, String>, _ output: inout [String]) -> Outcome {
    while next < lines.count {
      let line = lines[next]
      next += 1
      if line.joint == .onSuccess, status != 0 { continue }
      if line.joint == .onFailure, status == 0 { continue }
      let words = Array(line.words.dropFirst())
      switch line.words[0] {
      case "sleep":
        guard let time = MiniShell.time(words) else {
          output.append("sleep: invalid number '\(words.first ?? "")'")
          status = 1
          continue
        }
        status = 0
        return .sleeping(time)
      case "exit":
        status = words.first.flatMap { Int64($0) } ?? status
        next = lines.count
      default: status = MiniShell.simple(line.words[0], words, &files, &output)
      }
    }
    return .ended(status)
  }

  /// Every command that takes no time.
  private static func simple(
    _ name: String,
    _ words: [String],
    _ files: inout Table<String, String>,
    _ output: inout [String]
  ) -> Int64 {
    switch name {
    case "echo":
      output.append(words.joined(separator: " "))
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
          if !text.isEmpty { output.append(text) }
        } else {
          output.append("cat: can't open '\(file)': No such file or directory")
          status = 1
        }
      }
      return status
    case "test": return test(words, files) ? 0 : 1
    case "[": return words.last == "]" && test(Array(words.dropLast()), files) ? 0 : 1
    default:
      output.append("sh: \(name): not found")
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

  // MARK: Reading

  private enum Token {
    case word(String)
    case joint(Joint)
  }

  private static func tokens(_ script: String, _ environment: Table<String, String>) -> [Token] {
    var reader = WordReader(characters: Array(script), environment: environment)
    var tokens: [Token] = []
    while let character = reader.peek {
      switch character {
      case " ", "\t": reader.skip()
      case "\n", ";":
        reader.skip()
        tokens.append(.joint(.always))
      case "#":
        while let next = reader.peek, next != "\n" { reader.skip() }
      case "&":
        reader.skip()
        if reader.peek == "&" { reader.skip() }
        tokens.append(.joint(.onSuccess))
      case "|":
        reader.skip()
        if reader.peek == "|" { reader.skip() }
        tokens.append(.joint(.onFailure))
      default: tokens.append(.word(reader.word()))
      }
    }
    return tokens
  }
}

/// Takes words off a script: quotes, backslashes and `$NAME`.
private struct WordReader {
  let characters: [Character]
  let environment: Table<String, String>
  var place = 0

  var peek: Character? { place < characters.count ? characters[place] : nil }

  mutating func skip() { place += 1 }

  mutating func word() -> String {
    var out = ""
    var quote: Character? = nil
    while let character = peek {
      if quote == nil, " \t\n;&|".contains(character) { break }
      skip()
      if character == quote {
        quote = nil
      } else if quote == nil, character == "'" || character == "\"" {
        quote = character
      } else if character == "$", quote != "'" {
        out += variable()
      } else if character == "\\", quote != "'", let next = peek {
        out.append(next)
        skip()
      } else {
        out.append(character)
      }
    }
    return out
  }

  private mutating func variable() -> String {
    let isBraced = peek == "{"
    if isBraced { skip() }
    var name = ""
    while let character = peek, character == "_" || character.isASCII && (character.isLetter || character.isNumber) {
      name.append(character)
      skip()
    }
    if isBraced, peek == "}" { skip() }
    return name.isEmpty ? "$" : environment[name] ?? ""
  }
}
