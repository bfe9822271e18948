import Prose

/// Finds emphasis that CommonMark left as it was written.
///
/// Closing marks after a bracket and before a Hangul particle are no marks to CommonMark, so the stars are shown.
struct Marks {
  let source: String
  let file: String
  let findings: Findings

  func check(_ runs: [(inlines: [Inline], line: Int)]) {
    let lines = source.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    var reported: [Place] = []
    for run in runs {
      var line = run.line
      let all = Self.left(run.inlines, line: &line)
      for (index, left) in all.enumerated() {
        // The mark that was meant to close what another opened is the same slip.
        if all[..<index].filter({ $0.mark == left.mark }).count % 2 == 1 { continue }
        let place = locate(left.mark, after: left.context, from: left.line, in: lines)
        if reported.contains(place) { continue }
        reported.append(place)
        findings.error(
          place,
          "`\(left.mark)` stays in the text as it is",
          notes: [Diagnostic.Note("emphasis cannot end between a bracket or backtick and a letter")],
          fix: "move the bracket out of the emphasis, as in `**word**(Word)`"
        )
      }
    }
  }

  private struct Left {
    var mark: String
    /// The letters behind the mark, by which it is found in the file.
    var context: String
    var line: Int
  }

  private static func left(_ inlines: [Inline], line: inout Int) -> [Left] {
    var found: [Left] = []
    for inline in inlines {
      switch inline {
      case .text(let text):
        for mark in ["**", "__"] {
          var rest = Substring(text)
          while let hit = firstPlace(of: mark, in: rest) {
            let behind = rest[hit...].dropFirst(2)
            found.append(Left(mark: mark, context: String(behind.prefix(6)), line: line))
            rest = behind
          }
        }
      case .emphasis(let inner), .strong(let inner), .link(let inner, _, _):
        found += left(inner, line: &line)
      case .softBreak, .hardBreak: line += 1
      case .code: break
      }
    }
    return found
  }

  private static func firstPlace(of mark: String, in text: Substring) -> Substring.Index? {
    guard let character = mark.first else { return nil }
    var previous: Substring.Index? = nil
    for index in text.indices {
      if text[index] == character, let previous, text[previous] == character { return previous }
      previous = index
    }
    return nil
  }

  /// The line and column of a mark, looked for in a few lines: words of a fence may run over several.
  private func locate(_ mark: String, after context: String, from line: Int, in lines: [Substring]) -> Place {
    for wanted in [mark + context, mark] {
      for number in line..<(line + 40) where lines.indices.contains(number - 1) {
        let text = lines[number - 1]
        var rest = text
        while let hit = Self.firstPlace(of: mark, in: rest) {
          if text[hit...].hasPrefix(wanted) {
            let column = text.unicodeScalars.distance(from: text.startIndex, to: hit) + 1
            return Place(file, line: number, column: column)
          }
          rest = rest[hit...].dropFirst(2)
        }
      }
    }
    return Place(file, line: line, column: 1)
  }
}
