/// Words that may not stand in a kind of code.
struct WordRule {
  /// Whole words, such as `Codable`.
  var words: [String] = []
  /// Free functions, found where they are called, unless the target declares its own of that name.
  var calls: [String] = []
  /// Pieces of text, such as `.random(`.
  var pieces: [String] = []

  /// What the files of one target break.
  func findings(in files: [SwiftFile]) -> [Finding] {
    let foreign = calls.filter { call in
      !files.contains { $0.code.contains("func \(call)(") || $0.code.contains("case \(call)(") }
    }
    let rule = WordRule(words: words, calls: foreign, pieces: pieces)
    return files.flatMap { rule.findings(in: $0) }
  }

  private func findings(in file: SwiftFile) -> [Finding] {
    var findings: [Finding] = []
    func report(_ number: Int, _ what: String) {
      findings.append(Finding(path: file.path, line: number, what: what))
    }
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
