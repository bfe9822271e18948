import Clockwork
import Curriculum
import Kubernetes
import Prose
import Tutor

/// How a screen is laid out: picture, text, question, keys.
extension Screen {
  /// What is where, computed from the guide and the size.
  struct View {
    var picture: ClusterPicture?
    var facts: [StyledLine]
    /// The text above the question.
    var text: [StyledLine]
    /// The question or the choice, with its options.
    var asked: [StyledLine]
    var keys: [StyledLine]
    /// The first row of text, and how many rows it has.
    var top: Int
    var shown: Int
    var hidden: Int
    var optionColumns: Int
  }

  static let fewestColumns = 40
  static let fewestRows = 12

  var view: View {
    let width = columns - 2
    let layout = ProseLayout(width: min(width, 100), glyphs: glyphs)
    let text = Passage.lines(guide.page, layout)
    let (asked, optionColumns) = askedLines(layout)
    let keys = keyLines(width)
    func view(_ picture: ClusterPicture?, _ facts: [StyledLine]) -> View {
      let top = picture.map { 1 + $0.rows + facts.count + 1 } ?? 2
      let room = rows - top - keys.count - 1
      let gap = asked.isEmpty || text.isEmpty ? 0 : 1
      let shown = min(text.count, max(0, room - asked.count - gap))
      return View(
        picture: picture,
        facts: facts,
        text: text,
        asked: asked,
        keys: keys,
        top: top,
        shown: shown,
        hidden: max(0, text.count - shown),
        optionColumns: optionColumns
      )
    }
    guard !guide.isReading, width >= PicturePlan.narrowest, rows >= 20 else { return view(nil, []) }
    let full = view(picture(width), facts(width))
    let room = rows - full.top - keys.count - 1
    // Better no picture than a question that cannot be seen whole, or text through a slit.
    return asked.count > room || (full.shown < min(text.count, 2)) ? view(nil, []) : full
  }

  private func picture(_ width: Int) -> ClusterPicture {
    let map = ClusterMap(guide.session.simulation.world, spec: guide.session.simulation.spec)
    return ClusterPicture(
      map,
      columns: width,
      rows: rows >= 34 ? 16 : 8,
      titles: .init(
        controlPlane: guide.say("place.control-plane"),
        nodes: guide.say("screen.nodes"),
        network: guide.say("place.network")
      ),
      glyphs: glyphs
    )
  }

  /// The Pods, each on one line; what the last step changed is lit.
  private func facts(_ width: Int) -> [StyledLine] {
    let none = guide.say("word.none")
    var lines: [StyledLine] = []
    for object in guide.session.simulation.etcd.objects where object.kind == .pod {
      let value = object.value
      func field(_ path: [String]) -> String {
        let text = value.at(path)?.plain ?? ""
        return text.isEmpty ? none : text
      }
      let isChanged = guide.shown?.objects.contains { $0.object == object.key.text } ?? false
      let words = "  \(object.key.text)  \(field(["status", "phase"]))   node \(field(["spec", "nodeName"]))"
      lines.append(
        Width.cut(StyledLine(words + "   ip \(field(["status", "podIP"]))", isChanged ? .lit : .plain), to: width)
      )
      if lines.count >= (rows >= 34 ? 4 : 1) { break }
    }
    return lines.isEmpty ? [StyledLine()] : lines
  }

  // MARK: The question

  private func askedLines(_ layout: ProseLayout) -> (lines: [StyledLine], columns: Int) {
    var lines: [StyledLine] = []
    switch guide.prompt {
    case .question: lines = guide.questionLines(layout)
    case .pick(_, let title, _, _):
      lines = Width.wrap("? \(title)", to: layout.width, .strong)
    case .goOn, .over: return ([], 1)
    }
    let (set, columns) = optionLines(layout.width)
    return (lines + set + [inputLine(layout.width)], columns)
  }

  private func optionLines(_ width: Int) -> (lines: [StyledLine], columns: Int) {
    let all = options
    guard !all.isEmpty else { return ([], 1) }
    let marks = all.indices.map { optionMark($0) }
    let widest = zip(all, marks).map { Width.columns($0.label) + Width.columns($1) }.max() ?? 0
    let across = shape == .order ? 1 : max(1, min(3, (width + 2) / (widest + 3)))
    if across == 1 {
      var lines: [StyledLine] = []
      for (index, option) in all.enumerated() {
        let indent = Width.columns(marks[index])
        let inner = Width.wrap(option.label, to: width - indent, emphasis(index))
        for (number, line) in inner.enumerated() {
          let prefix = number == 0 ? marks[index] : String(repeating: " ", count: indent)
          lines.append(line.behind(Span(prefix, emphasis(index))))
        }
      }
      return (lines, 1)
    }
    var lines: [StyledLine] = []
    let cell = (width + 2) / across
    for (index, option) in all.enumerated() {
      let text = Width.pad(marks[index] + option.label, to: cell)
      if index % across == 0 { lines.append(StyledLine()) }
      lines[lines.count - 1].spans.append(Span(text.trimmedEnd, emphasis(index)))
      lines[lines.count - 1].spans.append(
        Span(String(repeating: " ", count: Width.columns(text) - Width.columns(text.trimmedEnd)))
      )
    }
    return (lines, across)
  }

  private func emphasis(_ index: Int) -> Emphasis {
    index == pointer || ticked.contains(index) ? .lit : .plain
  }

  private func optionMark(_ index: Int) -> String {
    let here = index == pointer ? glyphs.path : " "
    let mark = if case .question(let asked) = guide.prompt { asked.mark(index) } else { "\(index + 1)" }
    switch shape {
    case .many?: return "\(here) \(mark) \(ticked.contains(index) ? glyphs.ticked : glyphs.unticked) "
    case .order?:
      let place = ticked.firstIndex(of: index).map { "[\($0 + 1)]" } ?? "[ ]"
      return "\(here) \(mark) \(place) "
    default: return "\(here) \(mark) "
    }
  }

  private func inputLine(_ width: Int) -> StyledLine {
    var line = StyledLine("\(glyphs.path) ", .strong)
    if !typed.isEmpty {
      line.spans.append(Span(typed, .lit))
    } else if case .question(let asked) = guide.prompt, pointer == nil, ticked.isEmpty {
      line.spans.append(Span(guide.say(Screen.invitation(asked.shape)), .dim))
    } else if case .pick = guide.prompt, pointer == nil {
      line.spans.append(Span(guide.say("screen.choose-one"), .dim))
    } else if shape == .one, let pointer, options.indices.contains(pointer) {
      line.spans.append(Span(options[pointer].label, .lit))
    } else if shape == .order || shape == .many {
      line.spans.append(Span(ticked.map { "\($0 + 1)" }.joined(separator: " "), .lit))
    }
    if let sure { line.spans.append(Span("  \(guide.say(sure ? "screen.sure" : "learn.unsure"))", .strong)) }
    return Width.cut(line, to: width)
  }

  private static func invitation(_ shape: Guide.Asked.Shape) -> String {
    switch shape {
    case .one: "screen.choose-one"
    case .many: "screen.choose-many"
    case .order: "screen.choose-order"
    case .text: "learn.answer-text"
    }
  }

  // MARK: Keys

  private func keyLines(_ width: Int) -> [StyledLine] {
    var spans: [[Span]] = []
    func add(_ key: String, _ word: String) {
      spans.append([Span(key, .strong), Span("\u{a0}\(guide.say(word))", .dim)])
    }
    switch guide.prompt {
    case .pick(_, _, _, _):
      add(glyphs.enter, "key.answer")
      add("Esc", "screen.key.cancel")
    case .goOn where guide.below != nil:
      add(glyphs.enter, "screen.key.close")
    case .over: add("q", "key.quit")
    case .goOn, .question:
      let isQuestion = shape != nil
      add(glyphs.enter, isQuestion ? "key.answer" : "screen.key.go-on")
      if shape == .text { add("Esc", "screen.key.keys") }
      if isQuestion {
        add("u", "key.unsure")
        add("h", "key.hint")
      }
      if guide.misconception != nil, !isQuestion { add("i", "key.idea") }
      add("w", "key.why-not")
      add("n", "key.forward")
      add("b", "key.back")
      add("f", "key.fork")
      add("z", "key.zoom")
      add("k", "key.look")
      add("x", "key.break")
      add("r", "key.repair")
      add("g", "key.words")
      add("t", "key.faults")
      if isQuestion { add("s", "key.skip") }
      add("?", "key.help")
      add("q", "key.quit")
    }
    var joined: [Span] = []
    for (index, group) in spans.enumerated() {
      if index > 0 { joined.append(Span(" \u{a0}")) }
      joined += group.map { Span($0.text.split(separator: " ").joined(separator: "\u{a0}"), $0.emphasis) }
    }
    return Array(Width.wrap(joined, to: width).prefix(3))
  }

  // MARK: The frame

  public var frame: Frame {
    var frame = Frame(columns: columns, rows: rows)
    guard columns >= Self.fewestColumns, rows >= Self.fewestRows else {
      let arguments = ["columns": "\(Self.fewestColumns)", "rows": "\(Self.fewestRows)"]
      let lines = Width.wrap(guide.say("learn.too-small", arguments), to: columns)
      for (row, line) in lines.enumerated() { frame.draw(line, column: 0, row: row) }
      return frame
    }
    let view = self.view
    drawHeader(&frame)
    if let picture = view.picture {
      picture.draw(ClusterPicture.Light(guide.shown, in: guide.session.simulation.world), in: &frame, column: 1, row: 1)
      for (index, line) in view.facts.enumerated() { frame.draw(line, column: 1, row: 1 + picture.rows + index) }
    }
    let first = min(scroll, view.hidden)
    for (index, line) in view.text.dropFirst(first).prefix(view.shown).enumerated() {
      frame.draw(line, column: 1, row: view.top + index)
    }
    if first > 0 { frame.draw(glyphs.above, .dim, column: columns - 1, row: view.top) }
    if view.hidden > first, view.shown > 0 {
      frame.draw(glyphs.below, .lit, column: columns - 1, row: view.top + view.shown - 1)
    }
    let row = view.top + view.shown + (view.shown > 0 && !view.asked.isEmpty ? 1 : 0)
    for (index, line) in view.asked.enumerated() { frame.draw(line, column: 1, row: row + index) }
    if isTyping, let last = view.asked.last, row + view.asked.count <= rows {
      let end = typed.isEmpty ? 3 : 1 + min(last.columns, columns - 2)
      frame.cursor = Frame.Place(column: min(end, columns - 1), row: min(row + view.asked.count - 1, rows - 1))
    }
    for (index, line) in view.keys.enumerated() {
      frame.draw(line, column: 1, row: rows - view.keys.count + index)
    }
    return frame
  }

  private func drawHeader(_ frame: inout Frame) {
    let session = guide.session
    let count = session.beats.count
    var right: [Span] = []
    if session.level != session.lesson.level {
      right.append(Span("\(guide.say("level.\(session.level.rawValue)"))   ", .dim))
    }
    if session.isTrial {
      right.append(Span(guide.say("learn.faults"), .strong))
    } else if let progress = guide.progress {
      right.append(Span("\(progress)   ", .dim))
      let done = session.beatsDone
      let dots = (0..<count).map { $0 < done ? glyphs.done : $0 == done ? glyphs.here : glyphs.ahead }
      right.append(Span(dots.joined(), .lit))
    }
    let room = columns - 3 - StyledLine(right).columns
    let left = Width.cut("Orrery \(glyphs.middot) \(guide.title)", to: max(8, room - 1))
    frame.draw(left, .strong, column: 1, row: 0)
    frame.draw(StyledLine(right), column: columns - 1 - StyledLine(right).columns, row: 0)
  }
}
