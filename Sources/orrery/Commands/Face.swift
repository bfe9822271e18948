import Curriculum
import TerminalUI
import Tutor

/// Shows a lesson and keeps what comes of it.
struct Face {
  var shelf: Shelf
  let language: Language

  // MARK: Lines

  mutating func follow(plain guide: Guide, isResumed: Bool) throws {
    let isPerson = Environment.inputIsTerminal
    let width = isPerson && Environment.outputIsTerminal ? min(Terminal.columnsAndRows.columns, 100) : 80
    var plain = Plain(guide, width: width, glyphs: Environment.glyphs, waits: isPerson)
    var reader = LineReader()
    Output.write(plain.begin(isResumed: isResumed, at: Clock.now))
    try shelf.keep(plain.guide)
    while !plain.guide.isOver {
      Output.write(plain.invitation)
      guard let line = reader.next() else {
        if isPerson { Output.line() }
        break
      }
      let said = plain.enter(line, at: Clock.now)
      // What was answered is on the disk before anything is said of it.
      try shelf.keep(plain.guide)
      Output.write(said)
    }
    sayGoodbye(plain.guide, toOutput: isPerson)
  }

  // MARK: Screen

  mutating func follow(screen guide: Guide, isResumed: Bool) throws {
    let size = Terminal.columnsAndRows
    var screen = Screen(guide, columns: size.columns, rows: size.rows, glyphs: Environment.glyphs)
    screen.begin(isResumed: isResumed, at: Clock.now)
    try Terminal.enter()
    do {
      try follow(&screen)
    } catch {
      Terminal.leave()
      throw error
    }
    Terminal.leave()
    sayGoodbye(screen.guide, toOutput: true)
  }

  private mutating func follow(_ screen: inout Screen) throws {
    let colours = Environment.value("NO_COLOR") == nil
    var keys = KeyDecoder()
    var drawn: Frame? = nil
    try shelf.keep(screen.guide)
    while true {
      let frame = screen.frame
      if frame != drawn {
        Terminal.send(frame.escapes(after: drawn, colours: colours))
        drawn = frame
      }
      var pressed: [KeyPress] = []
      switch Terminal.next(within: keys.isWaiting ? 40 : -1) {
      case .bytes(let bytes): pressed = keys.feed(bytes)
      case .silence: pressed = keys.flush()
      case .closed: return
      case .redraw:
        let size = Terminal.columnsAndRows
        screen.resize(columns: size.columns, rows: size.rows)
        drawn = nil
      }
      for key in pressed {
        let effect = screen.press(key, at: Clock.now)
        try shelf.keep(screen.guide)
        switch effect {
        case .none: continue
        case .leave: return
        case .suspend: Terminal.suspend()
        }
      }
    }
  }

  private func sayGoodbye(_ guide: Guide, toOutput isPerson: Bool) {
    let say = { (line: String) in if isPerson { Output.line(line) } else { Output.complain(line) } }
    let left = guide.session.questionCount - guide.session.settledCount
    if guide.isFinished {
      if let path = shelf.path { say(language.text("learn.saved", ["file": path])) }
      return
    }
    if !isPerson, left > 0 { say(language.text("error.no-input", ["count": "\(left)"])) }
    say(language.text("learn.goodbye", ["lesson": guide.session.lesson.path]))
    if let path = shelf.path { say(language.text("learn.saved", ["file": path])) }
  }
}
