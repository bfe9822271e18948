import Prose

/// How many cells of a terminal a text takes: a Hangul syllable or an emoji takes two, an accent none.
public enum Cells {
  public static func width(_ text: String) -> Int {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return text.utf8.count }
    var total = 0
    for character in text { total += width(character) }
    return total
  }

  static func width(_ character: Character) -> Int {
    var widest = 0
    for scalar in character.unicodeScalars {
      // A letter that is drawn as an emoji because the selector after it says so.
      if scalar.value == 0xfe0f { return 2 }
      widest = max(widest, width(scalar))
    }
    return widest
  }

  private static func width(_ scalar: Unicode.Scalar) -> Int {
    if scalar.value < 0x300 { return scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value) ? 0 : 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    switch scalar.value {
    case 0x1160...0x11ff: return 0
    case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf, 0x4e00...0x9fff, 0xa000...0xa4cf,
      0xa960...0xa97f, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6,
      0x1f300...0x1f64f, 0x1f680...0x1f6ff, 0x1f900...0x1f9ff, 0x1fa70...0x1faff, 0x20000...0x3fffd:
      return 2
    default: return scalar.properties.isEmojiPresentation ? 2 : 1
    }
  }

  /// The text in exactly so many cells, filled with spaces; never cut.
  public static func pad(_ text: String, to cells: Int, right: Bool = false) -> String {
    let gap = String(repeating: " ", count: max(0, cells - width(text)))
    return right ? gap + text : text + gap
  }

  /// The text in at most so many cells; where something is left out, `…` says so.
  public static func cut(_ text: String, to cells: Int) -> String {
    if width(text) <= cells { return text }
    var out = ""
    var used = 0
    for character in text {
      let wide = width(character)
      if used + wide > cells - 1 { break }
      out.append(character)
      used += wide
    }
    return cells > 0 ? out + "…" : ""
  }

  /// The text in lines of at most so many cells, broken between words, or within one that is too long.
  public static func wrap(_ text: String, to cells: Int) -> [String] {
    let limit = max(2, cells)
    var lines: [String] = []
    var line = ""
    var used = 0
    for word in text.split(separator: " ") {
      var word = word[...]
      if used > 0, used + 1 + width(String(word)) > limit {
        lines.append(line)
        line = ""
        used = 0
      }
      if used > 0 {
        line += " "
        used += 1
      }
      while let first = word.first {
        let wide = width(first)
        if used + wide > limit {
          lines.append(line)
          line = ""
          used = 0
        }
        line.append(first)
        used += wide
        word = word.dropFirst()
      }
    }
    if !line.isEmpty || lines.isEmpty { lines.append(line) }
    return lines
  }

  /// The text on one line, with nothing in it that a terminal would obey.
  public static func plain(_ text: String) -> String { Clean.line(text) }
}
