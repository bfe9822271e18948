import CCmark

/// Reads CommonMark into a `Document`.
///
/// The stored text can be shown anywhere: raw HTML is dropped, links that could run something keep their words alone,
/// and no control character survives. Any bytes are read; what is nested too deep is flattened.
public enum Markdown {
  /// More text than any lesson has; the rest is left out, because libcmark counts in 32 bits.
  static let longest = 16 << 20
  /// Containers inside containers beyond this are flattened, so that no walk over the tree exhausts a stack.
  static let deepest = 48

  /// Reads a text whose first line is line `firstLine` of its file.
  public static func parse(_ text: String, firstLine: Int = 1) -> Document {
    var text = text
    if text.utf8.count > longest { text = String(decoding: text.utf8.prefix(longest), as: UTF8.self) }
    if text.unicodeScalars.first?.value == 0xfeff { text = String(text.unicodeScalars.dropFirst()) }
    let parts = FrontMatter.split(text, firstLine: firstLine)
    let blocks = blocks(parts.body, firstLine: firstLine + parts.lines)
    return Document(front: parts.front, blocks: blocks)
  }

  /// Reads one paragraph of running text, such as a reason or a hint.
  public static func inlines(_ text: String) -> [Inline] {
    // An escaped first mark keeps a text that begins like a list or a heading one paragraph.
    let line = Clean.line(text).drop { $0 == " " }
    var source = String(line)
    if let first = line.first, "#>-+*=~_`0123456789".contains(first), Self.beginsBlock(line) {
      let mark = line.prefix { $0.isNumber }
      source = mark.isEmpty ? "\\" + line : mark + "\\" + line.dropFirst(mark.count)
    }
    var inlines: [Inline] = []
    for block in blocks(source, firstLine: 1) {
      if !inlines.isEmpty { inlines.append(.softBreak) }
      inlines += block.runs.flatMap(\.inlines)
    }
    return inlines
  }

  private static func beginsBlock(_ line: Substring) -> Bool {
    let word = line.prefix { $0 != " " }
    if word.allSatisfy({ "#".contains($0) }) || word == "-" || word == "+" || word == "*" { return true }
    if word.hasPrefix(">") || word.hasPrefix("```") || word.hasPrefix("~~~") { return true }
    let digits = word.prefix { $0.isNumber }
    if !digits.isEmpty, [".", ")"].contains(word.dropFirst(digits.count)) { return true }
    return line.allSatisfy { $0 == " " || $0 == "-" } || line.allSatisfy { $0 == " " || $0 == "*" }
      || line.allSatisfy { $0 == " " || $0 == "_" }
  }

  private static func blocks(_ text: String, firstLine: Int) -> [Block] {
    var text = text
    let root = text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { cmark_parse_document($0.baseAddress, $0.count, CMARK_OPT_DEFAULT) }
    }
    guard let root else { return [] }
    defer { cmark_node_free(root) }
    guard let walk = cmark_iter_new(root) else { return [] }
    defer { cmark_iter_free(walk) }
    var tree = Tree(offset: firstLine - 1)
    while true {
      let event = cmark_iter_next(walk)
      guard event != CMARK_EVENT_DONE, event != CMARK_EVENT_NONE, let node = cmark_iter_get_node(walk) else { break }
      if event == CMARK_EVENT_ENTER { tree.enter(node) } else { tree.leave(node) }
    }
    return tree.finish()
  }
}

/// Builds the value tree while libcmark walks its own; a stack of its own instead of recursion.
private struct Tree {
  struct Frame {
    var type: cmark_node_type
    var line: Int
    var blocks: [Block] = []
    var items: [ListBlock.Item] = []
    var inlines: [Inline] = []
    /// Text that is still being joined: libcmark gives every bracket its own node.
    var text = ""

    mutating func flush() {
      if text.isEmpty { return }
      inlines.append(.text(text))
      text = ""
    }
  }

  let offset: Int
  private var frames: [Frame] = [Frame(type: CMARK_NODE_DOCUMENT, line: 0)]
  /// For each container that is open: whether it has a frame or was flattened.
  private var isFramed: [Bool] = []

  init(offset: Int) {
    self.offset = offset
  }

  private var top: Frame {
    get { frames[frames.count - 1] }
    _modify { yield &frames[frames.count - 1] }
  }

  mutating func enter(_ node: OpaquePointer) {
    let type = cmark_node_get_type(node)
    let line = Int(cmark_node_get_start_line(node)) + offset
    switch type {
    case CMARK_NODE_PARAGRAPH, CMARK_NODE_HEADING:
      frames.append(Frame(type: type, line: line))
    case CMARK_NODE_BLOCK_QUOTE, CMARK_NODE_LIST, CMARK_NODE_EMPH, CMARK_NODE_STRONG, CMARK_NODE_LINK,
      CMARK_NODE_IMAGE:
      open(type, line, if: frames.count < Markdown.deepest)
    case CMARK_NODE_ITEM:
      open(type, line, if: top.type == CMARK_NODE_LIST)
    case CMARK_NODE_CODE_BLOCK:
      top.blocks.append(.code(fence(node, line: line)))
    case CMARK_NODE_THEMATIC_BREAK:
      top.blocks.append(.rule(line: line))
    case CMARK_NODE_TEXT:
      top.text += Clean.line(literal(cmark_node_get_literal(node)))
    case CMARK_NODE_CODE:
      append(.code(Clean.line(literal(cmark_node_get_literal(node)))))
    case CMARK_NODE_SOFTBREAK:
      append(.softBreak)
    case CMARK_NODE_LINEBREAK:
      append(.hardBreak)
    default:
      break
    }
  }

  mutating func leave(_ node: OpaquePointer) {
    let type = cmark_node_get_type(node)
    switch type {
    case CMARK_NODE_PARAGRAPH, CMARK_NODE_HEADING:
      let frame = close()
      if type == CMARK_NODE_HEADING {
        let level = Int(cmark_node_get_heading_level(node))
        top.blocks.append(.heading(Heading.read(frame.inlines, level: level, line: frame.line)))
      } else if !frame.inlines.isEmpty {
        top.blocks.append(.paragraph(frame.inlines, line: frame.line))
      }
    case CMARK_NODE_BLOCK_QUOTE, CMARK_NODE_LIST, CMARK_NODE_ITEM, CMARK_NODE_EMPH, CMARK_NODE_STRONG,
      CMARK_NODE_LINK, CMARK_NODE_IMAGE:
      if isFramed.popLast() == true { leaveFrame(node, type) }
    default:
      break
    }
  }

  private mutating func leaveFrame(_ node: OpaquePointer, _ type: cmark_node_type) {
    let frame = close()
    switch type {
    case CMARK_NODE_BLOCK_QUOTE:
      top.blocks.append(.quote(frame.blocks, line: frame.line))
    case CMARK_NODE_LIST:
      let isOrdered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST
      let start = isOrdered ? Int(cmark_node_get_list_start(node)) : nil
      let isTight = cmark_node_get_list_tight(node) != 0
      top.blocks.append(.list(ListBlock(items: frame.items, start: start, isTight: isTight, line: frame.line)))
    case CMARK_NODE_ITEM:
      top.items.append(ListBlock.Item(blocks: frame.blocks, line: frame.line))
    case CMARK_NODE_EMPH:
      append(.emphasis(frame.inlines))
    case CMARK_NODE_STRONG:
      append(.strong(frame.inlines))
    case CMARK_NODE_LINK:
      if let url = Clean.url(literal(cmark_node_get_url(node))), !url.isEmpty {
        let title = Clean.line(literal(cmark_node_get_title(node)))
        append(.link(frame.inlines, url: url, title: title))
      } else {
        splice(frame.inlines)
      }
    default:
      splice(frame.inlines)
    }
  }

  mutating func finish() -> [Block] {
    frames.first?.blocks ?? []
  }

  private mutating func open(_ type: cmark_node_type, _ line: Int, if isFramed: Bool) {
    self.isFramed.append(isFramed)
    if isFramed {
      top.flush()
      frames.append(Frame(type: type, line: line))
    }
  }

  private mutating func close() -> Frame {
    top.flush()
    return frames.count > 1 ? frames.removeLast() : Frame(type: CMARK_NODE_NONE, line: 0)
  }

  private mutating func append(_ inline: Inline) {
    top.flush()
    top.inlines.append(inline)
  }

  /// Keeps the words of what is dropped.
  private mutating func splice(_ inlines: [Inline]) {
    for inline in inlines {
      if case .text(let text) = inline { top.text += text } else { append(inline) }
    }
  }

  private func fence(_ node: OpaquePointer, line: Int) -> Fence {
    let info = Clean.line(literal(cmark_node_get_fence_info(node)))
    let text = Clean.text(literal(cmark_node_get_literal(node)))
    // Indented code has no fence line above it; libcmark tells the two apart only by where the node ends.
    var lines = 0
    for byte in text.utf8 where byte == 0x0a { lines += 1 }
    let spanned = Int(cmark_node_get_end_line(node)) - Int(cmark_node_get_start_line(node)) + 1
    let isFenced = !info.isEmpty || spanned > lines
    return Fence(info: info, text: text, line: line, textLine: isFenced ? line + 1 : line)
  }

  private func literal(_ pointer: UnsafePointer<CChar>?) -> String {
    pointer.map { String(cString: $0) } ?? ""
  }
}

extension Heading {
  /// Takes a trailing `{#id}` off the words of a heading.
  static func read(_ inlines: [Inline], level: Int, line: Int) -> Heading {
    var heading = Heading(level: level, inlines: inlines, line: line)
    guard case .text(let last)? = inlines.last, last.hasSuffix("}") else { return heading }
    guard let brace = last.lastIndex(of: "{") else { return heading }
    let inner = last[brace...].dropFirst().dropLast()
    let id = inner.dropFirst()
    let isID = id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" || $0 == ".") }
    guard inner.first == "#", !id.isEmpty, isID else { return heading }
    var words = last[..<brace]
    while words.last == " " { words.removeLast() }
    heading.id = String(id)
    heading.inlines.removeLast()
    if !words.isEmpty { heading.inlines.append(.text(String(words))) }
    return heading
  }
}

extension FrontMatter {
  /// Takes the front matter off a text: its entries, how many lines they take, and what follows them.
  static func split(_ text: String, firstLine: Int) -> (front: [FrontMatter], lines: Int, body: String) {
    guard text.hasPrefix("---\n") || text.hasPrefix("---\r\n") else { return ([], 0, text) }
    var front: [FrontMatter] = []
    var number = 0
    var rest = Substring(text)
    while !rest.isEmpty {
      let end = rest.firstIndex { $0 == "\n" || $0 == "\r\n" } ?? rest.endIndex
      let line = rest[..<end]
      rest = end == rest.endIndex ? "" : rest[rest.index(after: end)...]
      number += 1
      if number > 1, line == "---" || line == "..." { return (front, number, String(rest)) }
      if let colon = line.firstIndex(of: ":"), number > 1 {
        let key = Clean.line(String(line[..<colon]))
        let value = Clean.line(String(line[line.index(after: colon)...].drop { $0 == " " }))
        front.append(FrontMatter(key: key, value: value, line: firstLine + number - 1))
      }
    }
    return ([], 0, text)
  }
}
