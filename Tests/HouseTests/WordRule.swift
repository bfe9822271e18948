/// Words that may not stand in a kind of code.
struct WordRule {
  /// Whole words, such as `Codable`.
  var words: [String] = []
  /// Free functions, found where they are called, but for files that declare their own of that name.
  var calls: [String] = []
  /// Pieces of text, such as `.random(`.
  var pieces: [String] = []

  func findings(in file: SwiftFile) -> [Finding] {
    var findings: [Finding] = []
    func report(_ number: Int, _ what: String) {
      findings.append(Finding(path: file.path, line: number, what: what))
    }
    let calls = calls.filter { !file.code.contains("func \($0)(") }
    for (number, line) in file.lines {
      for word in words where isWord(word, in: line) { report(number, word) }
      for call in calls where isCall(call, in: line) { report(number, "\(call)()") }
      for piece in pieces where line.contains(piece) { report(number, piece) }
    }
    return findings
  }

  private func isWord(_ word: String, in line: Substring) -> Bool {
    line.ranges(of: word).contains { range in
      !isNameCharacter(before: range.lowerBound, in: line) && !isNameCharacter(at: range.upperBound, in: line)
    }
  }

  private func isCall(_ name: String, in line: Substring) -> Bool {
    line.ranges(of: "\(name)(").contains { range in
      let before = line[..<range.lowerBound]
      return before.last != "." && !before.hasSuffix("func ") && !isNameCharacter(before: range.lowerBound, in: line)
    }
  }

  private func isNameCharacter(before place: Substring.Index, in line: Substring) -> Bool {
    place > line.startIndex && isNameCharacter(at: line.index(before: place), in: line)
  }

  private func isNameCharacter(at place: Substring.Index, in line: Substring) -> Bool {
    place < line.endIndex && (line[place].isLetter || line[place].isNumber || line[place] == "_")
  }
}
