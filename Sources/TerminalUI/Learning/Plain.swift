import Curriculum
import Prose
import Tutor

/// The lesson in lines alone: for pipes, for terminals that cannot draw, and for those who listen.
public struct Plain {
  public private(set) var guide: Guide
  private let layout: ProseLayout
  /// Where nobody sits at the keyboard, nobody presses Enter: reading goes on to the next question by itself.
  private let waits: Bool
  private var asked: Guide.Prompt? = nil
  /// The scene that was told last.
  private var told: Session.Scene? = nil

  public init(_ guide: Guide, width: Int = 80, glyphs: Glyphs = .unicode, waits: Bool) {
    self.guide = guide
    self.waits = waits
    layout = ProseLayout(width: width, glyphs: glyphs)
  }

  /// The first lines.
  public mutating func begin(isResumed: Bool, at now: Instant) -> String {
    var out = "\(guide.title)\n"
    guide.begin(isResumed: isResumed, at: now)
    out += read(at: now)
    return out
  }

  /// Takes a line and gives what is to be printed.
  public mutating func enter(_ line: String, at now: Instant) -> String {
    guide.enter(line, at: now)
    return read(at: now)
  }

  /// What invites a line, without the end of one.
  public var invitation: String {
    guard waits, !guide.isOver else { return "" }
    if case .goOn = guide.prompt { return "[\(guide.say("learn.press-enter"))] " }
    return "> "
  }

  private mutating func read(at now: Instant) -> String {
    var out = page()
    // A page that asks for nothing is followed by the next one; a lesson has an end, so this has one.
    while !waits, guide.prompt == .goOn {
      guide.goOn(at: now)
      out += page()
    }
    return out
  }

  private mutating func page() -> String {
    var lines: [StyledLine] = [StyledLine()]
    if case .beat = guide.session.scene, guide.session.scene != told, let words = guide.progress {
      lines += [StyledLine("-- \(words) --"), StyledLine()]
    }
    told = guide.session.scene
    lines += Passage.lines(guide.page, layout)
    if guide.prompt != asked || guide.page.isEmpty { lines += [StyledLine()] + Plain.prompt(guide, layout) }
    asked = guide.prompt
    var out = ""
    var isAfterGap = false
    for line in lines where !(line.isEmpty && isAfterGap) {
      out += line.text.trimmedEnd + "\n"
      isAfterGap = line.isEmpty
    }
    return isAfterGap ? String(out.dropLast()) : out
  }

  /// The question with its options, one a line.
  static func prompt(_ guide: Guide, _ layout: ProseLayout) -> [StyledLine] {
    var lines: [StyledLine] = []
    var options: [Offering] = []
    var mark = { (index: Int) in "\(index + 1)" }
    switch guide.prompt {
    case .question(let asked):
      lines += guide.questionLines(layout)
      options = asked.options
      mark = asked.mark
    case .pick(_, let title, let offered, _):
      lines += Width.wrap("? \(title)", to: layout.width, .strong)
      options = offered
    case .goOn, .over: return []
    }
    for (index, option) in options.enumerated() {
      let prefix = "  \(mark(index))  "
      let inner = Width.wrap(option.label, to: layout.width - Width.columns(prefix))
      for (number, line) in inner.enumerated() {
        lines.append(line.behind(Span(number == 0 ? prefix : String(repeating: " ", count: Width.columns(prefix)))))
      }
    }
    if case .question(let asked) = guide.prompt {
      lines += Width.wrap(guide.say(Guide.reminder(asked)), to: layout.width, .dim)
    }
    return lines
  }
}

extension Guide {
  /// The words of the question that waits, behind a question mark.
  func questionLines(_ layout: ProseLayout) -> [StyledLine] {
    guard let question = session.question else { return [] }
    var lines: [StyledLine] = []
    let inner = ProseLayout(width: layout.width - 2, glyphs: layout.glyphs)
    let words = text?.question(question.id)?.ask ?? []
    let asked = words.isEmpty ? [StyledLine(say("kind.\(question.kind.rawValue)"), .strong)] : inner.lines(words)
    for (index, line) in asked.enumerated() { lines.append(line.behind(Span(index == 0 ? "? " : "  ", .strong))) }
    return lines
  }

  /// The beat that is told, or the one that is under way, counted from one.
  var beatNumber: Int {
    if case .beat(let id, _, _) = session.scene, let place = session.beats.firstIndex(where: { $0.id == id }) {
      return place + 1
    }
    return min(session.beatsDone + 1, session.beats.count)
  }

  /// `beat 3 of 7`.
  var progress: String? {
    let count = session.beats.count
    guard count > 0, !session.isTrial else { return nil }
    return say("learn.beat", ["number": "\(beatNumber)", "count": "\(count)"])
  }
}

extension String {
  var trimmedEnd: String {
    var rest = self[...]
    while rest.last == " " { rest.removeLast() }
    return String(rest)
  }
}
