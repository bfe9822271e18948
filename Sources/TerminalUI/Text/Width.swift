import Prose
import Tutor

/// Columns of a terminal: how many a text takes, and how it is cut and broken so that it never takes more.
///
/// A character is counted scalar by scalar. A terminal that knows how to join an emoji sequence may need less than was
/// counted; none needs more, and that is what keeps lines within the screen.
public enum Width {
  public static func columns(_ text: String) -> Int {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return text.utf8.count }
    var total = 0
    for character in text { total += columns(character) }
    return total
  }

  public static func columns(_ character: Character) -> Int {
    var total = 0
    var last = 0
    for scalar in character.unicodeScalars {
      if scalar.value == 0xfe0f {
        // The sign before it is drawn as an emoji; it may stand in another piece of the text.
        if last < 2 { total += 1 }
        continue
      }
      last = Cells.width(String(scalar))
      total += last
    }
    return total
  }

  /// The text in at most so many columns; where something is left out, the mark says so.
  public static func cut(_ text: String, to limit: Int, mark: String = "…") -> String {
    if columns(text) <= limit { return text }
    let room = limit - columns(mark)
    guard room >= 0 else { return "" }
    var out = ""
    var used = 0
    for character in text {
      let wide = columns(character)
      if used + wide > room { break }
      out.append(character)
      used += wide
    }
    return out + mark
  }

  /// A line in at most so many columns.
  public static func cut(_ line: StyledLine, to limit: Int) -> StyledLine {
    if line.columns <= limit { return line }
    var out = StyledLine()
    var room = limit
    for span in line.spans where room > 0 {
      let wide = columns(span.text)
      out.spans.append(Span(wide > room ? cut(span.text, to: room) : span.text, span.emphasis))
      room -= wide
    }
    return out
  }

  public static func pad(_ text: String, to columns: Int) -> String {
    text + String(repeating: " ", count: max(0, columns - self.columns(text)))
  }

  /// Lines of at most so many columns, broken at spaces only, so that a Korean particle stays with its word even where
  /// the emphasis changes between them; a word that is longer than a line is broken within.
  ///
  /// Lines after the first may be indented. A line break in the text is a line break.
  public static func wrap(_ spans: [Span], to limit: Int, indent: Int = 0) -> [StyledLine] {
    var wrapper = Wrapper(limit: max(2, limit), indent: max(0, min(indent, limit - 2)))
    for span in spans {
      for character in span.text {
        if character == "\n" || character == "\r\n" {
          wrapper.breakLine()
        } else if character == " " || character == "\t" {
          wrapper.endWord()
        } else {
          wrapper.add(character, span.emphasis)
        }
      }
    }
    return wrapper.finish()
  }

  public static func wrap(_ text: String, to limit: Int, _ emphasis: Emphasis = .plain) -> [StyledLine] {
    wrap([Span(text, emphasis)], to: limit)
  }

  /// Lines of text as they stand, such as the output of a tool: spaces are kept, what is too long goes on below.
  public static func fold(_ text: String, to limit: Int, _ emphasis: Emphasis = .plain) -> [StyledLine] {
    let limit = max(2, limit)
    var lines: [StyledLine] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      var out = ""
      var used = 0
      for character in Clean.line(untabbed(line)) {
        let wide = columns(character)
        if used + wide > limit {
          lines.append(StyledLine(out, emphasis))
          out = ""
          used = 0
        }
        if wide > limit { continue }
        out.append(character)
        used += wide
      }
      lines.append(StyledLine(out, emphasis))
    }
    return lines
  }

  /// Tabs as the spaces that a terminal would show.
  private static func untabbed(_ line: Substring) -> String {
    guard line.utf8.contains(0x09) else { return String(line) }
    var out = ""
    var used = 0
    for character in line {
      if character == "\t" {
        let gap = 8 - used % 8
        out += String(repeating: " ", count: gap)
        used += gap
      } else {
        out.append(character)
        used += columns(character)
      }
    }
    return out
  }
}

/// Builds lines out of words that may change their emphasis within.
private struct Wrapper {
  let limit: Int
  let indent: Int
  private var lines: [StyledLine] = []
  private var line = StyledLine()
  private var used = 0
  private var word = StyledLine()
  private var wordUsed = 0
  /// Whether a word stands on the line already.
  private var hasWord = false

  init(limit: Int, indent: Int) {
    self.limit = limit
    self.indent = indent
  }

  mutating func add(_ character: Character, _ emphasis: Emphasis) {
    // What a terminal obeys never gets here in prose; typed and printed text may hold anything.
    let clean = Clean.line(String(character))
    guard !clean.isEmpty else { return }
    if let last = word.spans.indices.last, word.spans[last].emphasis == emphasis {
      word.spans[last].text += clean
    } else {
      word.spans.append(Span(clean, emphasis))
    }
    wordUsed += Width.columns(character)
  }

  mutating func endWord() {
    guard !word.spans.isEmpty else { return }
    let gap = hasWord ? 1 : 0
    if used + gap + wordUsed > limit, hasWord { newLine() }
    if hasWord { put(Span(" ", spaceEmphasis), columns: 1) }
    if used + wordUsed > limit {
      putPieces()
    } else {
      for span in word.spans { put(span, columns: 0) }
      used += wordUsed
    }
    hasWord = true
    word = StyledLine()
    wordUsed = 0
  }

  /// A space between two words of the same emphasis has it too: fewer changes, and underlined runs stay whole.
  private var spaceEmphasis: Emphasis {
    let before = line.spans.last?.emphasis ?? .plain
    return before == word.spans.first?.emphasis ? before : .plain
  }

  private mutating func put(_ span: Span, columns: Int) {
    if let last = line.spans.indices.last, line.spans[last].emphasis == span.emphasis {
      line.spans[last].text += span.text
    } else {
      line.spans.append(span)
    }
    used += columns
  }

  /// A word that no line can hold, character by character.
  private mutating func putPieces() {
    for span in word.spans {
      for character in span.text {
        let wide = Width.columns(character)
        if wide > limit - indent { continue }
        if used + wide > limit { newLine() }
        put(Span(String(character), span.emphasis), columns: wide)
      }
    }
  }

  private mutating func newLine() {
    lines.append(line)
    line = indent > 0 ? StyledLine(String(repeating: " ", count: indent)) : StyledLine()
    used = indent
    hasWord = false
  }

  mutating func breakLine() {
    endWord()
    newLine()
  }

  mutating func finish() -> [StyledLine] {
    endWord()
    if hasWord || lines.isEmpty { lines.append(line) }
    return lines.map { line in
      // Spaces that held words together have done their work.
      StyledLine(line.spans.map { Span($0.text.replacing("\u{a0}", with: " "), $0.emphasis) })
    }
  }
}
