import Clockwork

/// A word of a script: text, and what is put in its place when the command runs.
struct ShellWord: Equatable, Sendable {
  enum Part: Equatable, Sendable {
    case text(String)
    case variable(String)
    /// Between `$((` and `))`.
    case arithmetic(String)
    /// Between `$(` and `)`; only `date` and `echo` are known.
    case command(String)
  }

  var parts: [Part] = []
  /// A quoted word stays even where it is empty, and is no keyword.
  var isQuoted = false

  init() {}

  init(literal: String) {
    parts = [.text(literal)]
    isQuoted = true
  }

  mutating func add(_ character: Character) {
    if case .text(let text)? = parts.last {
      parts[parts.count - 1] = .text(text + String(character))
    } else {
      parts.append(.text(String(character)))
    }
  }

  /// The text of a word in which nothing has to be put in; empty for others.
  var literal: String {
    if parts.count == 1, case .text(let text)? = parts.first { return text }
    return ""
  }

  /// `NAME=VALUE`.
  var assignment: (String, ShellWord)? {
    guard case .text(let text)? = parts.first, let (name, value) = ScriptText.pair(text, at: "="), !name.isEmpty,
      name.utf8.allSatisfy({ $0 == 95 || ($0 | 32 >= 97 && $0 | 32 <= 122) || ($0 >= 48 && $0 <= 57) })
    else { return nil }
    var word = ShellWord()
    word.parts = [.text(value)] + parts.dropFirst()
    return (name, word)
  }

  func expanded(_ variables: Table<String, String>, _ now: Time) -> String {
    var out = ""
    for part in parts {
      switch part {
      case .text(let text): out += text
      case .variable(let name): out += variables[name] ?? ""
      case .arithmetic(let text):
        var sum = Arithmetic(text, variables)
        out += "\(sum.value())"
      case .command(let text): out += ShellWord.substitute(text, variables, now)
      }
    }
    return out
  }

  private static func substitute(_ script: String, _ variables: Table<String, String>, _ now: Time) -> String {
    var shell = MiniShell(script: script, environment: variables)
    var files: Table<String, String> = [:]
    var output: [MiniShell.Output] = []
    _ = shell.run(&files, &output, now: now)
    var text = output.map { $0.text }.joined()
    while text.hasSuffix("\n") { text.removeLast() }
    return text
  }

  /// As `date` prints it: `Sun Nov 22 08:00:00 UTC 2026`.
  static func date(_ now: Time) -> String {
    let seconds = Calendar.floorDivide(now, 1000) + Calendar.epoch
    let text = Calendar.text(milliseconds: now)
    let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let weekday = weekdays[Int(Calendar.floorModulo(Calendar.floorDivide(seconds, 86_400), 7))]
    let fields = ScriptText.cut(text, at: "T")
    let day = ScriptText.cut(fields[0], at: "-")
    let month = months[max(0, min(11, (Int(day[1]) ?? 1) - 1))]
    let number = Int(day[2]) ?? 1
    return "\(weekday) \(month) \(number < 10 ? " " : "")\(number) \(fields[1]) UTC \(day[0])"
  }

  /// `printf FORMAT WORD…`: `%s`, `%d` and the usual escapes.
  static func printed(_ words: [String]) -> String {
    guard let format = words.first else { return "" }
    var rest = words.dropFirst()
    var out = ""
    var mark: Character? = nil
    for character in format {
      if mark == "%" {
        out += character == "%" ? "%" : rest.popFirst() ?? (character == "d" ? "0" : "")
        mark = nil
      } else if mark == "\\" {
        out += character == "n" ? "\n" : character == "t" ? "\t" : String(character)
        mark = nil
      } else if character == "%" || character == "\\" {
        mark = character
      } else {
        out.append(character)
      }
    }
    return out
  }
}

/// Sums as a shell does them: whole numbers, variables, `+ - * / %` and parentheses.
private struct Arithmetic {
  private let characters: [Character]
  private let variables: Table<String, String>
  private var place = 0

  init(_ text: String, _ variables: Table<String, String>) {
    characters = text.filter { $0 != " " && $0 != "$" }
    self.variables = variables
  }

  private var peek: Character? { place < characters.count ? characters[place] : nil }

  mutating func value() -> Int64 {
    var sum = product()
    while let sign = peek, sign == "+" || sign == "-" {
      place += 1
      let next = product()
      sum = sign == "+" ? sum &+ next : sum &- next
    }
    return sum
  }

  private mutating func product() -> Int64 {
    var result = factor()
    while let sign = peek, sign == "*" || sign == "/" || sign == "%" {
      place += 1
      let next = factor()
      if sign == "*" {
        result = result &* next
      } else if next == 0 || next == -1 {
        result = next == 0 || sign == "%" ? 0 : 0 &- result
      } else {
        result = sign == "/" ? result / next : result % next
      }
    }
    return result
  }

  private mutating func factor() -> Int64 {
    guard let first = peek else { return 0 }
    if first == "-" {
      place += 1
      return 0 &- factor()
    }
    if first == "(" {
      place += 1
      let inner = value()
      if peek == ")" { place += 1 }
      return inner
    }
    var word = ""
    while let character = peek, character == "_" || character.isLetter || character.isNumber {
      word.append(character)
      place += 1
    }
    if word.isEmpty { place += 1 }
    return Int64(word) ?? Int64(variables[word] ?? "") ?? 0
  }
}
