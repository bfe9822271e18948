import Curriculum
import Prose
import Tutor

/// The lesson on a whole screen: what was pressed changes it, and a frame shows it.
public struct Screen {
  /// What whoever holds the terminal has to do after a key.
  public enum Effect: Equatable, Sendable {
    case none
    case leave
    /// The learner wants the shell back for a while.
    case suspend
  }

  public internal(set) var guide: Guide
  public internal(set) var columns: Int
  public internal(set) var rows: Int
  let glyphs: Glyphs
  /// How far the text has been scrolled, in lines.
  var scroll: Int = 0
  /// The option on which the learner stands.
  var pointer: Int? = nil
  /// Options that are ticked, in the order in which they were.
  var ticked: [Int] = []
  var sure: Bool? = nil
  var typed: String = ""
  /// Where letters are typed, Escape makes the next one a command.
  var isCommand: Bool = false

  public init(_ guide: Guide, columns: Int, rows: Int, glyphs: Glyphs = .unicode) {
    self.guide = guide
    self.columns = columns
    self.rows = rows
    self.glyphs = glyphs
  }

  public mutating func begin(isResumed: Bool, at now: Instant) { guide.begin(isResumed: isResumed, at: now) }

  public mutating func resize(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
    scroll = 0
  }

  // MARK: Keys

  public mutating func press(_ key: KeyPress, at now: Instant) -> Effect {
    switch key {
    case .control("c"), .control("d"): return .leave
    case .control("z"): return .suspend
    case .control("u"): typed = ""
    case .pageDown: scroll(by: max(1, view.shown - 1))
    case .pageUp: scroll(by: -max(1, view.shown - 1))
    case .home where typed.isEmpty: scroll = 0
    case .end where typed.isEmpty: scroll(by: view.hidden)
    case .up: move(by: -view.optionColumns, scrolls: -1)
    case .down: move(by: view.optionColumns, scrolls: 1)
    case .left: move(by: -1, scrolls: 0)
    case .right: move(by: 1, scrolls: 0)
    case .tab: move(by: 1, scrolls: 0)
    case .enter: enter(at: now)
    case .escape: escape(at: now)
    case .backspace:
      if !typed.isEmpty { typed.removeLast() } else if !ticked.isEmpty { ticked.removeLast() }
    case .paste(let text): if isTyping { typed += text }
    case .character(let character): type(character, at: now)
    default: break
    }
    return guide.isOver ? .leave : .none
  }

  private mutating func scroll(by lines: Int) { scroll = max(0, min(scroll + lines, view.hidden)) }

  private mutating func move(by places: Int, scrolls lines: Int) {
    guard !options.isEmpty else {
      scroll(by: lines)
      return
    }
    let next = pointer.map { $0 + places } ?? (places > 0 ? 0 : options.count - 1)
    pointer = max(0, min(next, options.count - 1))
  }

  var options: [Offering] {
    switch guide.prompt {
    case .question(let asked): asked.options
    case .pick(_, _, let options, _): options
    case .goOn, .over: []
    }
  }

  var shape: Guide.Asked.Shape? {
    if case .question(let asked) = guide.prompt { return asked.shape }
    return nil
  }

  /// Whether letters are the answer and no commands.
  var isTyping: Bool {
    switch guide.prompt {
    case .question(let asked): asked.shape == .text && !isCommand
    // Ten and more take two digits.
    case .pick(_, _, let options, let isFree): isFree || options.count > 9
    case .goOn, .over: false
    }
  }

  private mutating func type(_ character: Character, at now: Instant) {
    if isTyping {
      let isNumber = typed.isEmpty && character.isASCII && character.isNumber && !options.isEmpty
      if isNumber {
        point(at: character)
        if shape == nil, options.count < 10, pointer != nil { return pick(at: now) }
      }
      typed.append(character)
      return
    }
    isCommand = false
    switch character {
    case " ":
      if options.isEmpty { scroll(by: max(1, view.shown - 1)) } else { tick() }
    case "A"..."Z" where pointAtLetter(character): if shape != .one { tick() }
    case "u" where shape != nil: sure = sure == nil ? false : sure == false ? true : nil
    case "0" where shape == .many: submit("0", at: now)
    case "1"..."9" where !options.isEmpty:
      point(at: character)
      if shape == nil { pick(at: now) } else if shape != .one { tick() }
    default:
      if let verb = Command.Verb(rawValue: String(character)) { submit(verb.rawValue, at: now) }
    }
  }

  /// Whether the capital stands before an option, which is then pointed at.
  private mutating func pointAtLetter(_ letter: Character) -> Bool {
    guard case .question(let asked) = guide.prompt, asked.isLettered,
      let place = asked.options.indices.first(where: { asked.mark($0) == String(letter) })
    else { return false }
    pointer = place
    return true
  }

  private mutating func point(at digit: Character) {
    if case .question(let asked) = guide.prompt, asked.isLettered {
      if let place = asked.options.firstIndex(where: { $0.label == String(digit) }) { pointer = place }
      return
    }
    guard let number = digit.wholeNumberValue, options.indices.contains(number - 1) else { return }
    pointer = number - 1
  }

  private mutating func tick() {
    guard let pointer, shape == .many || shape == .order else { return }
    if let place = ticked.firstIndex(of: pointer) { ticked.remove(at: place) } else { ticked.append(pointer) }
  }

  private mutating func escape(at now: Instant) {
    switch guide.prompt {
    case .pick: submit("", at: now)
    case .question where shape == .text: isCommand = true
    case .goOn where guide.below != nil: submit("", at: now)
    default: break
    }
  }

  private mutating func enter(at now: Instant) {
    switch guide.prompt {
    case .goOn:
      // What has not been read is shown before the lesson goes on.
      if view.hidden > scroll { return scroll(by: max(1, view.shown - 1)) }
      submit("", at: now)
    case .pick: pick(at: now)
    case .question(let asked):
      switch asked.shape {
      case .text: if !typed.isEmpty { submit(typed + mark, at: now) }
      case .one: if let pointer { submit(asked.mark(pointer) + mark, at: now) }
      case .many, .order:
        if !ticked.isEmpty { submit(ticked.map { asked.mark($0) }.joined(separator: " ") + mark, at: now) }
      }
    case .over: break
    }
  }

  private var mark: String { sure.map { $0 ? " !" : " u" } ?? "" }

  private mutating func pick(at now: Instant) {
    if !typed.isEmpty { return submit(typed, at: now) }
    guard let pointer else { return }
    submit("\(pointer + 1)", at: now)
  }

  private mutating func submit(_ line: String, at now: Instant) {
    let before = guide.prompt
    guide.enter(line, at: now)
    scroll = 0
    typed = ""
    isCommand = false
    // A hint leaves the choice alone; another question does not.
    if guide.prompt != before {
      pointer = nil
      ticked = []
      sure = nil
    }
  }
}
