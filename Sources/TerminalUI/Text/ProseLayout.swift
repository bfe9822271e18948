import Curriculum
import Prose

/// Sets Markdown in lines: paragraphs, headings, lists, quotes, code and tables.
public struct ProseLayout {
  public let width: Int
  public let glyphs: Glyphs

  public init(width: Int, glyphs: Glyphs = .unicode) {
    self.width = max(8, width)
    self.glyphs = glyphs
  }

  /// Nested deeper than this, text is no longer indented: nobody could read it, and nothing would be left to write in.
  private static let deepest = 6

  /// The blocks with an empty line between them.
  public func lines(_ blocks: [Block]) -> [StyledLine] { set(blocks, width: width, depth: 0, isTight: false) }

  private func set(_ blocks: [Block], width: Int, depth: Int, isTight: Bool) -> [StyledLine] {
    var out: [StyledLine] = []
    for block in blocks {
      let inner = set(block, width: width, depth: depth)
      if inner.isEmpty { continue }
      if !out.isEmpty, !isTight { out.append(StyledLine()) }
      out += inner
    }
    return out
  }

  private func set(_ block: Block, width: Int, depth: Int) -> [StyledLine] {
    switch block {
    case .heading(let heading):
      return Width.wrap(spans(heading.inlines, .strong), to: width)
    case .paragraph(let inlines, _):
      return Width.wrap(spans(inlines), to: width)
    case .list(let list):
      return set(list, width: width, depth: depth)
    case .quote(let blocks, _):
      guard depth < Self.deepest, width > 12 else { return set(blocks, width: width, depth: depth, isTight: false) }
      return set(blocks, width: width - 2, depth: depth + 1, isTight: false).map {
        $0.behind(Span("\(glyphs.bar) ", .dim))
      }
    case .code(let fence):
      return set(fence, width: width)
    case .rule:
      return [StyledLine(String(repeating: glyphs.rule, count: min(width, 24)), .dim)]
    }
  }

  private func set(_ list: ListBlock, width: Int, depth: Int) -> [StyledLine] {
    var out: [StyledLine] = []
    var number = list.start ?? 1
    for item in list.items {
      let mark = list.start == nil ? "\(glyphs.bullet) " : "\(number). "
      number &+= 1
      let gap = Width.columns(mark)
      let isIndented = depth < Self.deepest && width - gap > 8
      let inner = set(item.blocks, width: isIndented ? width - gap : width, depth: depth + 1, isTight: list.isTight)
      if !out.isEmpty, !list.isTight { out.append(StyledLine()) }
      guard isIndented else {
        out += inner
        continue
      }
      for (index, line) in (inner.isEmpty ? [StyledLine()] : inner).enumerated() {
        out.append(line.behind(Span(index == 0 ? mark : String(repeating: " ", count: gap))))
      }
    }
    return out
  }

  private func set(_ fence: Fence, width: Int) -> [StyledLine] {
    switch fence.kind {
    case "table": return set(TableText.read(fence), width: width)
    // Words of the glossary are shown when they are asked for.
    case "glossary": return []
    default:
      var text = fence.text
      if text.hasSuffix("\n") { text.removeLast() }
      return Width.fold(text, to: width - 2).map { $0.behind(Span("  ")) }
    }
  }

  // MARK: Tables

  private func set(_ table: TableText, width: Int) -> [StyledLine] {
    let rows = [table.head] + table.rows
    let count = rows.map(\.count).max() ?? 0
    guard count > 0 else { return [] }
    var widths = Array(repeating: 1, count: count)
    // A name that is broken in the middle is hard to read, so columns shrink to their longest word at first.
    var words = widths
    for row in rows {
      for (index, cell) in row.enumerated() {
        let text = Inline.plain(cell)
        widths[index] = max(widths[index], Width.columns(text))
        for word in text.split(separator: " ") { words[index] = max(words[index], Width.columns(String(word))) }
      }
    }
    let room = width - 2 * (count - 1)
    guard room >= count * 4 else { return list(table, width: width) }
    while widths.reduce(0, +) > room {
      let loose = widths.indices.filter { widths[$0] > words[$0] }
      let choice = loose.isEmpty ? Array(widths.indices) : loose
      guard let widest = choice.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= 1
    }
    var out: [StyledLine] = []
    for (number, row) in rows.enumerated() {
      let cells = widths.indices.map { index in
        Width.wrap(spans(index < row.count ? row[index] : [], number == 0 ? .strong : .plain), to: widths[index])
      }
      for line in 0..<(cells.map(\.count).max() ?? 0) {
        out.append(join(cells, line: line, widths: widths))
      }
      if number == 0 {
        out.append(StyledLine(widths.map { String(repeating: glyphs.rule, count: $0) }.joined(separator: "  "), .dim))
      }
    }
    return out
  }

  private func join(_ cells: [[StyledLine]], line: Int, widths: [Int]) -> StyledLine {
    var out = StyledLine()
    for (index, cell) in cells.enumerated() {
      let piece = line < cell.count ? cell[line] : StyledLine()
      out = out + piece
      guard index + 1 < cells.count else { break }
      out = out + StyledLine(String(repeating: " ", count: max(0, widths[index] - piece.columns) + 2))
    }
    return out
  }

  /// A table that has no room: cell below cell, each behind its head.
  private func list(_ table: TableText, width: Int) -> [StyledLine] {
    var out: [StyledLine] = []
    for row in table.rows {
      for (index, cell) in row.enumerated() {
        let head = index < table.head.count ? spans(table.head[index], .strong) + [Span(": ")] : []
        out += Width.wrap(head + spans(cell), to: width)
      }
    }
    return out
  }

  // MARK: Running text

  /// The pieces of running text; marks become emphasis, and a link's target is shown where it is one to follow.
  public func spans(_ inlines: [Inline], _ base: Emphasis = .plain) -> [Span] {
    var out: [Span] = []
    for inline in inlines {
      switch inline {
      case .text(let text): out.append(Span(text, base))
      case .emphasis(let inner): out += spans(inner, base == .plain ? .strong : base)
      case .strong(let inner): out += spans(inner, .strong)
      case .code(let text): out.append(Span(text, base == .plain ? .strong : base))
      case .link(let inner, let url, _):
        out += spans(inner, base)
        if url.hasPrefix("http"), Inline.plain(inner) != url { out.append(Span(" (\(url))", .dim)) }
      case .softBreak: out.append(Span(" ", base))
      case .hardBreak: out.append(Span("\n", base))
      }
    }
    return out
  }
}
