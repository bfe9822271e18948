import Curriculum
import Prose

/// Markdown as nodes; what it could not say harmlessly was dropped when it was read.
struct ProseNodes {
  let context: PageContext
  /// The level that the first heading below the page's own has.
  var top = 2

  func blocks(_ blocks: [Block]) -> [HTMLNode] { blocks.map { block($0, isTight: false) } }

  private func block(_ block: Block, isTight: Bool) -> HTMLNode {
    switch block {
    case .heading(let heading):
      let level = min(6, max(top, heading.level + top - 2))
      let with = heading.id.map { [With.id(context.id($0))] } ?? []
      return .tag("h\(level)", with, inlines(heading.inlines))
    case .paragraph(let text, _): return isTight ? .group(inlines(text)) : .tag("p", [], inlines(text))
    case .list(let list): return self.list(list)
    case .quote(let inner, _): return .tag("blockquote", [], blocks(inner))
    case .code(let fence): return self.fence(fence)
    case .rule: return .tag("hr")
    }
  }

  private func list(_ list: ListBlock) -> HTMLNode {
    let items = list.items.map { item in
      HTMLNode.tag("li", [], item.blocks.map { block($0, isTight: list.isTight) })
    }
    guard let start = list.start else { return .tag("ul", [], items) }
    return .tag("ol", start == 1 ? [] : [With("start", "\(start)")], items)
  }

  private func fence(_ fence: Fence) -> HTMLNode {
    switch fence.kind {
    case "table": return table(TableText.read(fence))
    case "glossary": return glossary(fence)
    default: return .tag("pre", [With("tabindex", "0")], [.tag("code", [], fence.text)])
    }
  }

  private func table(_ table: TableText) -> HTMLNode {
    let head = table.head.map { HTMLNode.tag("th", [With("scope", "col")], inlines($0)) }
    let rows = table.rows.map { row in HTMLNode.tag("tr", [], row.map { .tag("td", [], inlines($0)) }) }
    return .tag(
      "div",
      [.type("wide"), With("tabindex", "0"), With("role", "region"), .label(context.say("page.table"))],
      [.tag("table", [], [.tag("thead", [], [.tag("tr", [], head)]), .tag("tbody", [], rows)])]
    )
  }

  /// The words that a lesson wants explained where it begins.
  private func glossary(_ fence: Fence) -> HTMLNode {
    var entries: [HTMLNode] = []
    for line in fence.text.split(separator: "\n") {
      let id = line.split(separator: " ").first.map(String.init) ?? ""
      guard let entry = context.language.glossary(id) else { continue }
      entries.append(.tag("dt", [], [.tag("a", [.href(context.links.href(.glossary, anchor: id))], entry.title)]))
      entries.append(.tag("dd", [], blocks(entry.blocks)))
    }
    if entries.isEmpty { return .nothing }
    return .tag(
      "details",
      [.type("words")],
      [.tag("summary", [], context.say("learn.words")), .tag("dl", [], entries)]
    )
  }

  func inlines(_ inlines: [Inline]) -> [HTMLNode] { inlines.map(inline) }

  private func inline(_ inline: Inline) -> HTMLNode {
    switch inline {
    case .text(let text): .text(text)
    case .emphasis(let inner): .tag("em", [], inlines(inner))
    case .strong(let inner): .tag("strong", [], inlines(inner))
    case .code(let text): .tag("code", [], text)
    case .softBreak: .text("\n")
    case .hardBreak: .tag("br")
    case .link(let inner, let url, let title): link(inner, url, title)
    }
  }

  private func link(_ inner: [Inline], _ url: String, _ title: String) -> HTMLNode {
    guard var target = Clean.url(url) else { return .group(inlines(inner)) }
    var with: [With] = []
    if target.hasPrefix("glossary:") {
      let id = String(target.dropFirst("glossary:".count))
      guard let entry = context.language.glossary(id) else { return .group(inlines(inner)) }
      target = context.links.href(.glossary, anchor: id)
      let words = Inline.plain(entry.blocks.first?.runs.first?.inlines ?? [])
      with = [.type("word"), With("title", title.isEmpty ? words : title)]
    } else if target.hasPrefix("#") {
      target = "#" + context.id(String(target.dropFirst()))
    }
    if with.isEmpty, !title.isEmpty {
      with = [With("title", title)]
    }
    return .tag("a", [.href(target)] + with, inlines(inner))
  }
}
