import Clockwork

/// A script of the mini shell as a list of instructions: `while` and `if` are jumps, `for` is written out.
enum ShellScript {
  enum Joint: Equatable, Sendable {
    case always
    case onSuccess
    case onFailure
  }

  /// `2>&1`, `>> FILE`: where one of the outputs goes.
  struct Redirect: Equatable, Sendable {
    var number: Int
    var target: ShellWord
    var appends: Bool

    func expanded(_ variables: Table<String, String>, _ now: Time) -> Redirect {
      var copy = self
      copy.target = ShellWord(literal: target.expanded(variables, now))
      return copy
    }
  }

  enum Instruction: Equatable, Sendable {
    case command(Joint, [ShellWord], [Redirect])
    case assign(String, ShellWord)
    /// Goes on so many instructions further, always or as the last command ended.
    case skip(by: Int, when: Joint)
  }

  /// True where the script goes round for ever: `while true` without an `exit`.
  static func isEndless(_ code: [Instruction]) -> Bool {
    var goesRound = false
    for (place, instruction) in code.enumerated() {
      switch instruction {
      case .skip(let by, .always) where by < 0:
        if place + by >= 0, case .command(_, let words, _) = code[place + by], words.count == 1,
          words[0].literal == "true" || words[0].literal == ":"
        {
          goesRound = true
        }
      case .command(_, let words, _) where words.first?.literal == "exit": return false
      default: break
      }
    }
    return goesRound
  }

  static func read(_ script: String) -> [Instruction] {
    var writer = ScriptWriter()
    var joint = Joint.always
    var words: [ShellWord] = []
    var redirects: [Redirect] = []
    var reader = ShellReader(script)
    while let token = reader.next() {
      switch token {
      case .word(let word): words.append(word)
      case .redirect(let redirect): redirects.append(redirect)
      case .joint(let following):
        writer.add(joint, words, redirects)
        words = []
        redirects = []
        joint = following
      }
    }
    writer.add(joint, words, redirects)
    return writer.code
  }
}

/// Turns commands and the words around them into instructions.
private struct ScriptWriter {
  /// A part of the script whose end has not come.
  private enum Block {
    /// Where the condition begins, and where the jump out of the loop stands.
    case loop(start: Int, exit: Int?, isUntil: Bool)
    case items(start: Int, name: String, words: [ShellWord])
    /// Jumps to what follows the branch, and to the end.
    case branch(pending: Int?, ends: [Int])
  }

  private(set) var code: [ShellScript.Instruction] = []
  private var blocks: [Block] = []

  /// Adds one command; words such as `while` and `do` stand in front of it.
  mutating func add(_ joint: ShellScript.Joint, _ given: [ShellWord], _ redirects: [ShellScript.Redirect]) {
    var words = given[...]
    while let first = words.first, !first.isQuoted, keyword(first.literal, &words) { words = words.dropFirst() }
    if words.count == 1, redirects.isEmpty, let (name, value) = words.first?.assignment {
      code.append(.assign(name, value))
    } else if !words.isEmpty {
      code.append(.command(joint, Array(words), redirects))
    }
  }

  /// False where the word is no keyword.
  private mutating func keyword(_ word: String, _ words: inout ArraySlice<ShellWord>) -> Bool {
    switch word {
    case "while", "until": blocks.append(.loop(start: code.count, exit: nil, isUntil: word == "until"))
    case "for":
      let name = words.dropFirst().first?.literal ?? ""
      blocks.append(.items(start: code.count, name: name, words: Array(words.dropFirst(3))))
      words = words.prefix(1)
    case "if": blocks.append(.branch(pending: nil, ends: []))
    case "do":
      if case .loop(let start, _, let isUntil)? = blocks.last {
        blocks[blocks.count - 1] = .loop(start: start, exit: code.count, isUntil: isUntil)
        code.append(.skip(by: 1, when: isUntil ? .onSuccess : .onFailure))
      }
    case "then":
      if case .branch(_, let ends)? = blocks.last {
        blocks[blocks.count - 1] = .branch(pending: code.count, ends: ends)
        code.append(.skip(by: 1, when: .onFailure))
      }
    case "else", "elif": otherwise()
    case "done", "fi": close()
    case "{", "}": break
    default: return false
    }
    return true
  }

  private mutating func otherwise() {
    guard case .branch(let pending, let ends)? = blocks.last else { return }
    code.append(.skip(by: 1, when: .always))
    if let pending { code[pending] = .skip(by: code.count - pending, when: .onFailure) }
    blocks[blocks.count - 1] = .branch(pending: nil, ends: ends + [code.count - 1])
  }

  private mutating func close() {
    guard let block = blocks.popLast() else { return }
    switch block {
    case .loop(let start, let exit, let isUntil):
      code.append(.skip(by: start - code.count, when: .always))
      if let exit { code[exit] = .skip(by: code.count - exit, when: isUntil ? .onSuccess : .onFailure) }
    case .items(let start, let name, let words):
      let body = Array(code[start...])
      code.removeSubrange(start...)
      // A list that is too long to be written out is cut.
      for word in words.prefix(1000) {
        code.append(.assign(name, word))
        code += body
      }
    case .branch(let pending, let ends):
      if let pending { code[pending] = .skip(by: code.count - pending, when: .onFailure) }
      for end in ends { code[end] = .skip(by: code.count - end, when: .always) }
    }
  }
}

/// Takes tokens off a script.
private struct ShellReader {
  enum Token {
    case word(ShellWord)
    case joint(ShellScript.Joint)
    case redirect(ShellScript.Redirect)
  }

  private let characters: [Character]
  private var place = 0

  init(_ script: String) { characters = Array(script) }

  private var peek: Character? { place < characters.count ? characters[place] : nil }

  mutating func next() -> Token? {
    while let character = peek {
      switch character {
      case " ", "\t": place += 1
      case "#":
        while let following = peek, following != "\n" { place += 1 }
      case "\n", ";", "\r\n":
        place += 1
        return .joint(.always)
      case "&": return .joint(double("&") ? .onSuccess : .always)
      case "|":
        _ = double("|")
        return .joint(.onFailure)
      case ">": return .redirect(redirect(from: 1))
      case "1", "2":
        if place + 1 < characters.count, characters[place + 1] == ">" {
          place += 1
          return .redirect(redirect(from: character == "1" ? 1 : 2))
        }
        return .word(word())
      default: return .word(word())
      }
    }
    return nil
  }

  /// Takes a mark that may stand twice.
  private mutating func double(_ mark: Character) -> Bool {
    place += 1
    guard peek == mark else { return false }
    place += 1
    return true
  }

  private mutating func redirect(from number: Int) -> ShellScript.Redirect {
    let appends = double(">")
    while peek == " " { place += 1 }
    var prefix = ""
    if peek == "&" {
      prefix = "&"
      place += 1
    }
    var target = word()
    if !prefix.isEmpty { target = ShellWord(literal: prefix + target.literal) }
    return ShellScript.Redirect(number: number, target: target, appends: appends)
  }

  private mutating func word() -> ShellWord {
    var word = ShellWord()
    var quote: Character? = nil
    while let character = peek {
      if quote == nil, " \t\n;&|>".contains(character) { break }
      place += 1
      if character == quote {
        quote = nil
      } else if quote == nil, character == "'" || character == "\"" {
        quote = character
        word.isQuoted = true
      } else if character == "$", quote != "'" {
        word.parts.append(expansion())
      } else if character == "\\", quote != "'", let following = peek {
        // Inside double quotes only some characters lose their meaning.
        if quote == "\"", !"\"\\$`".contains(following) { word.add("\\") }
        word.add(following)
        place += 1
      } else {
        word.add(character)
      }
    }
    return word
  }

  /// What stands behind a dollar sign.
  private mutating func expansion() -> ShellWord.Part {
    if peek == "(" {
      let text = bracketed()
      if text.hasPrefix("("), text.hasSuffix(")") { return .arithmetic(String(text.dropFirst().dropLast())) }
      return .command(text)
    }
    let isBraced = peek == "{"
    if isBraced { place += 1 }
    var name = ""
    while let character = peek, character == "_" || character.isASCII && (character.isLetter || character.isNumber) {
      name.append(character)
      place += 1
    }
    if name.isEmpty, peek == "?" {
      name = "?"
      place += 1
    }
    if isBraced, peek == "}" { place += 1 }
    return name.isEmpty ? .text("$") : .variable(name)
  }

  /// The text between an opening parenthesis and the one that closes it.
  private mutating func bracketed() -> String {
    var depth = 0
    var text = ""
    while let character = peek {
      place += 1
      if character == ")" { depth -= 1 }
      if depth == 0, character == ")" { break }
      if depth > 0 { text.append(character) }
      if character == "(" { depth += 1 }
    }
    return text
  }
}
