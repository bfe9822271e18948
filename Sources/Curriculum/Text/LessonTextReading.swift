import Clockwork
import Prose

extension LessonText {
  /// The words of a variant: the same text with the values that the variant's seed has drawn.
  public func variant(of lesson: Lesson) -> LessonText {
    lesson.values.isEmpty ? self : LessonText.read(source, file: file, lesson: lesson, findings: Findings())
  }

  static func read(_ source: String, file: String, lesson: Lesson, findings: Findings) -> LessonText {
    let document = Markdown.parse(Placeholder.fill(source, lesson.values))
    var text = LessonText(
      file: file,
      source: source,
      document: document,
      title: document.title ?? lesson.id,
      opening: [],
      beats: [],
      questions: [],
      faults: [],
      reality: [],
      of: document.front("of"),
      hash: Stamp.hash(of: source)
    )
    var isOpening = true
    var isBehindBeat = false
    var hasTitle = false
    for block in document.blocks {
      if case .code(let fence) = block, ["beat", "question", "fault", "reality"].contains(fence.kind) {
        isOpening = false
        isBehindBeat = fence.kind == "beat"
        text.take(fence, lesson: lesson, findings: findings)
      } else if case .heading = block, !hasTitle {
        hasTitle = true
      } else if isOpening {
        text.opening.append(block)
      } else if isBehindBeat, !text.beats.isEmpty {
        text.beats[text.beats.count - 1].afterwards.append(block)
      }
    }
    return text
  }

  private mutating func take(_ fence: Fence, lesson: Lesson, findings: Findings) {
    let place = Place(file, line: fence.line, column: 1)
    let id = fence.argument
    if fence.kind != "reality", id.isEmpty {
      findings.error(place, "the fence `\(fence.kind)` has no id", fix: "write ```` ```\(fence.kind) ID ````")
    }
    switch fence.kind {
    case "beat":
      let blocks = Markdown.parse(fence.text, firstLine: fence.textLine).blocks
      beats.append(BeatText(id: id, blocks: blocks, place: place))
    case "question":
      let options = lesson.question(id)?.candidates ?? []
      questions.append(QuestionText.read(fence, file: file, options: options, findings: findings))
    case "fault":
      faults.append(FaultText.read(fence, file: file))
    default:
      reality += Markdown.parse(fence.text, firstLine: fence.textLine).blocks
    }
  }
}

extension FaultText {
  static func read(_ fence: Fence, file: String) -> FaultText {
    let lines = fence.text.split(separator: "\n", omittingEmptySubsequences: false)
    let first = lines.firstIndex { !$0.allSatisfy { $0 == " " } } ?? 0
    let title = lines.indices.contains(first) ? Inline.plain(Markdown.inlines(String(lines[first]))) : ""
    let body = lines.dropFirst(first + 1).joined(separator: "\n")
    return FaultText(
      id: fence.argument,
      title: title,
      blocks: Markdown.parse(body, firstLine: fence.textLine + first + 1).blocks,
      place: Place(file, line: fence.line, column: 1)
    )
  }
}

extension QuestionText {
  /// What the line being read belongs to.
  private enum Part {
    case ask
    case reason
    case hint
    case after
    case nothing
  }

  /// Reads the words of a question: the ask, then options, hints and the closing word, one a line.
  ///
  /// A line that is indented goes on with the one above it. `options` are the options of the lesson's YAML: an option
  /// may hold a colon itself, so the known ones are tried first, the longest before the others.
  static func read(_ fence: Fence, file: String, options: [String], findings: Findings) -> QuestionText {
    var asked: [Substring] = []
    var entries: [(part: Part, text: String, line: Int)] = []
    var part = Part.ask
    for (index, line) in fence.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let number = fence.textLine + index
      let start: (part: Part, text: Substring)?
      if line.hasPrefix("- ") {
        start = (.reason, line.dropFirst(2))
      } else if line.hasPrefix("hint:") {
        start = (.hint, line.dropFirst(5))
      } else if line.hasPrefix("after:") {
        start = (.after, line.dropFirst(6))
      } else {
        start = nil
      }
      if let start {
        part = start.part
        entries.append((part, trimmed(start.text), number))
      } else if part == .ask {
        asked.append(line)
      } else if trimmed(line).isEmpty {
        part = .nothing
      } else if part != .nothing || line.hasPrefix("  ") {
        if !entries.isEmpty { entries[entries.count - 1].text += " " + trimmed(line) }
        if let last = entries.last { part = last.part }
      } else {
        findings.error(
          Place(file, line: number, column: 1),
          "this line belongs to nothing",
          notes: [Diagnostic.Note("after the first option come `- option: reason`, `hint:` and `after:` lines")],
          fix: "move it above the options, or indent it to go on with the line above"
        )
      }
    }
    let ask = Markdown.parse(asked.joined(separator: "\n"), firstLine: fence.textLine).blocks
    var text = QuestionText(
      id: fence.argument,
      ask: ask,
      reasons: [],
      hints: [],
      after: nil,
      place: Place(file, line: fence.line, column: 1)
    )
    let known = options.sorted { $0.count > $1.count }
    for entry in entries {
      switch entry.part {
      case .reason:
        text.reasons.append(Reason.read(entry.text, place: Place(file, line: entry.line, column: 1), options: known))
      case .hint: text.hints.append(Markdown.inlines(entry.text))
      case .after: text.after = Markdown.inlines(entry.text)
      case .ask, .nothing: break
      }
    }
    return text
  }

  static func trimmed(_ text: Substring) -> String {
    var text = text.drop { $0 == " " || $0 == "\t" }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return String(text)
  }
}

extension QuestionText.Reason {
  /// Reads `option: reason` or `option [shown words]: reason`; the option may stand between backticks.
  static func read(_ text: String, place: Place, options: [String]) -> QuestionText.Reason {
    for option in options {
      for spelling in ["`\(option)`", option] where text.hasPrefix(spelling) {
        var rest = text.dropFirst(spelling.count).drop { $0 == " " }
        var label: [Inline]? = nil
        if rest.first == "[", let close = end(of: rest) {
          label = Markdown.inlines(String(rest[..<close].dropFirst()))
          rest = rest[rest.index(after: close)...].drop { $0 == " " }
        }
        guard rest.isEmpty || rest.first == ":" else { continue }
        let reason = Markdown.inlines(String(rest.dropFirst()))
        return QuestionText.Reason(option: option, label: label, inlines: reason, place: place)
      }
    }
    var head = Substring(text)
    var tail = Substring("")
    var previous: Substring.Index? = nil
    for index in text.indices {
      if text[index] == " ", let colon = previous, text[colon] == ":" {
        head = text[..<colon]
        tail = text[index...]
        break
      }
      previous = index
    }
    if tail.isEmpty, head.last == ":" { head = head.dropLast() }
    var label: [Inline]? = nil
    if head.last == "]", let open = head.firstIndex(of: "["), open != head.startIndex {
      label = Markdown.inlines(String(head[open...].dropFirst().dropLast()))
      head = head[..<open]
    }
    let option = QuestionText.trimmed(head).filter { $0 != "`" }
    return QuestionText.Reason(option: option, label: label, inlines: Markdown.inlines(String(tail)), place: place)
  }

  /// The bracket that closes a label; a bracket inside it must be closed too.
  private static func end(of text: Substring) -> Substring.Index? {
    var depth = 0
    for index in text.indices {
      if text[index] == "[" { depth += 1 }
      if text[index] == "]" { depth -= 1 }
      if depth == 0 { return index }
    }
    return nil
  }
}

extension TableText {
  /// Reads the rows of a `table` fence: cells between `|`, the first row is the head, a row of dashes is skipped.
  public static func read(_ fence: Fence) -> TableText {
    var rows: [[[Inline]]] = []
    for line in fence.text.split(separator: "\n") {
      var cells = cells(line)
      if cells.first == "" { cells.removeFirst() }
      if cells.last == "" { cells.removeLast() }
      let isRule = cells.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0 == "-" || $0 == ":" } }
      if cells.isEmpty || isRule { continue }
      rows.append(cells.map { Markdown.inlines($0) })
    }
    return TableText(head: rows.first ?? [], rows: Array(rows.dropFirst()), line: fence.line)
  }

  /// The texts between bars; `\|` is a bar in a cell.
  private static func cells(_ line: Substring) -> [String] {
    var cells = [""]
    var isEscaped = false
    for character in line {
      if character == "|", !isEscaped {
        cells.append("")
      } else {
        if isEscaped, character != "|" { cells[cells.count - 1] += "\\" }
        if character != "\\" || isEscaped { cells[cells.count - 1].append(character) }
      }
      isEscaped = character == "\\" && !isEscaped
    }
    return cells.map { QuestionText.trimmed(Substring($0)) }
  }
}
