/// A word of a line, with the column where it begins.
struct Word: Equatable, Sendable {
  var text: String
  var column: Int
  /// True when a quote stood in it, so that `'#'` and `'|'` are words like others.
  var isQuoted: Bool = false
}

/// Cuts a line into words as a shell does: blanks separate, quotes and backslashes protect, `#` begins a comment.
enum Words {
  enum Failure: Error, Equatable, Sendable {
    case openQuote(column: Int)
    /// A pipe, a redirection or a second command: a script line is one command.
    case shellSyntax(String, column: Int)
  }

  static func split(_ line: String) -> Result<[Word], Failure> {
    do throws(Failure) {
      var splitter = Splitter(line)
      return .success(try splitter.split())
    } catch {
      return .failure(error)
    }
  }
}

private struct Splitter {
  private let characters: [Character]
  private var place: Int = 0
  private var words: [Word] = []
  private var current: Word? = nil

  init(_ line: String) { characters = Array(line) }

  mutating func split() throws(Words.Failure) -> [Word] {
    while place < characters.count {
      let character = characters[place]
      switch character {
      case " ", "\t", "\r":
        finish()
        place += 1
      case "'", "\"": try quoted(until: character)
      case "\\":
        place += 1
        if place < characters.count { append(characters[place]) }
        place += 1
      case "#" where current == nil:
        return words
      case "|", ";", "<", ">", "&", "`":
        throw .shellSyntax(String(character), column: place + 1)
      case "$" where place + 1 < characters.count && characters[place + 1] == "(":
        throw .shellSyntax("$(", column: place + 1)
      default:
        append(character)
        place += 1
      }
    }
    finish()
    return words
  }

  private mutating func quoted(until quote: Character) throws(Words.Failure) {
    let start = place
    begin()
    current?.isQuoted = true
    place += 1
    while place < characters.count, characters[place] != quote {
      // Within double quotes a backslash protects a quote, a dollar and itself only.
      if quote == "\"", characters[place] == "\\", place + 1 < characters.count,
        "\"\\$`".contains(characters[place + 1])
      {
        place += 1
      }
      current?.text.append(characters[place])
      place += 1
    }
    if place >= characters.count { throw .openQuote(column: start + 1) }
    place += 1
  }

  private mutating func begin() {
    if current == nil { current = Word(text: "", column: place + 1) }
  }

  private mutating func append(_ character: Character) {
    begin()
    current?.text.append(character)
  }

  private mutating func finish() {
    if let word = current { words.append(word) }
    current = nil
  }
}
