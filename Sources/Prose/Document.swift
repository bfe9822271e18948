/// A Markdown text as a tree of values, with the line where each block stands.
public struct Document: Equatable, Sendable {
  /// The lines between `---` and `---` at the very top, as `key: value`.
  public var front: [FrontMatter]
  public var blocks: [Block]

  public init(front: [FrontMatter] = [], blocks: [Block] = []) {
    self.front = front
    self.blocks = blocks
  }

  /// The value of a key of the front matter.
  public func front(_ key: String) -> String? {
    front.first { $0.key == key }?.value
  }

  /// Every fenced or indented block of code, also those inside lists and quotes, in reading order.
  public var fences: [Fence] { blocks.flatMap(\.fences) }

  /// Every heading, in reading order.
  public var headings: [Heading] { blocks.flatMap(\.headings) }

  /// The text of the first heading, without marks.
  public var title: String? { headings.first.map { Inline.plain($0.inlines) } }
}

/// One line of the front matter.
public struct FrontMatter: Equatable, Sendable {
  public var key: String
  public var value: String
  public var line: Int

  public init(key: String, value: String, line: Int) {
    self.key = key
    self.value = value
    self.line = line
  }
}

/// A block of a document.
public indirect enum Block: Equatable, Sendable {
  case heading(Heading)
  case paragraph([Inline], line: Int)
  case list(ListBlock)
  case quote([Block], line: Int)
  case code(Fence)
  case rule(line: Int)

  /// The line of the file on which the block begins.
  public var line: Int {
    switch self {
    case .heading(let heading): heading.line
    case .paragraph(_, let line), .quote(_, let line), .rule(let line): line
    case .list(let list): list.line
    case .code(let fence): fence.line
    }
  }

  /// The blocks of code in it, in reading order.
  public var fences: [Fence] {
    switch self {
    case .code(let fence): [fence]
    case .list(let list): list.items.flatMap { $0.blocks.flatMap(\.fences) }
    case .quote(let blocks, _): blocks.flatMap(\.fences)
    case .heading, .paragraph, .rule: []
    }
  }

  /// The headings in it, in reading order.
  public var headings: [Heading] {
    switch self {
    case .heading(let heading): [heading]
    case .list(let list): list.items.flatMap { $0.blocks.flatMap(\.headings) }
    case .quote(let blocks, _): blocks.flatMap(\.headings)
    case .code, .paragraph, .rule: []
    }
  }

  /// Every run of inlines in it with its line: headings and paragraphs, not code.
  public var runs: [(inlines: [Inline], line: Int)] {
    switch self {
    case .heading(let heading): [(heading.inlines, heading.line)]
    case .paragraph(let inlines, let line): [(inlines, line)]
    case .list(let list): list.items.flatMap { $0.blocks.flatMap(\.runs) }
    case .quote(let blocks, _): blocks.flatMap(\.runs)
    case .code, .rule: []
    }
  }
}

/// A heading; `## Words {#id}` gives it an id.
public struct Heading: Equatable, Sendable {
  /// From one to six.
  public var level: Int
  public var inlines: [Inline]
  public var id: String?
  public var line: Int

  public init(level: Int, inlines: [Inline], id: String? = nil, line: Int = 0) {
    self.level = level
    self.inlines = inlines
    self.id = id
    self.line = line
  }
}

/// A list, numbered from `start` where it has one.
public struct ListBlock: Equatable, Sendable {
  public struct Item: Equatable, Sendable {
    public var blocks: [Block]
    public var line: Int

    public init(blocks: [Block], line: Int = 0) {
      self.blocks = blocks
      self.line = line
    }
  }

  public var items: [Item]
  public var start: Int?
  /// Whether the items stand without blank lines between them.
  public var isTight: Bool
  public var line: Int

  public init(items: [Item], start: Int? = nil, isTight: Bool = true, line: Int = 0) {
    self.items = items
    self.start = start
    self.isTight = isTight
    self.line = line
  }
}

/// A block of code: `info` says what it is, `text` is what it holds, untouched but for control characters.
public struct Fence: Equatable, Sendable {
  /// The words after the opening fence; empty for indented code.
  public var info: String
  public var text: String
  /// The line of the opening fence.
  public var line: Int
  /// The line of the first line of `text`.
  public var textLine: Int

  public init(info: String, text: String, line: Int = 0, textLine: Int = 0) {
    self.info = info
    self.text = text
    self.line = line
    self.textLine = textLine
  }

  /// The first word of `info`, such as `beat`, `question` or `yaml`.
  public var kind: String { info.split(separator: " ").first.map(String.init) ?? "" }

  /// What follows the first word, such as the id of a beat.
  public var argument: String { info.split(separator: " ").dropFirst().joined(separator: " ") }
}

/// A piece of running text.
public indirect enum Inline: Equatable, Sendable {
  case text(String)
  case emphasis([Inline])
  case strong([Inline])
  case code(String)
  /// A link whose target was found harmless: a web or mail address, a place in this site, or a glossary word.
  case link([Inline], url: String, title: String)
  case softBreak
  case hardBreak

  /// The words without marks; a break becomes a space.
  public static func plain(_ inlines: [Inline]) -> String {
    var out = ""
    for inline in inlines {
      switch inline {
      case .text(let text), .code(let text): out += text
      case .emphasis(let inner), .strong(let inner), .link(let inner, _, _): out += plain(inner)
      case .softBreak, .hardBreak: out += " "
      }
    }
    return out
  }
}
