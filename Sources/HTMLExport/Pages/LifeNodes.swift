import Kubernetes
import Tutor

/// The packets of what was sent, hop by hop: where each was, its headers, and what acted on it.
struct LifeNodes {
  let context: PageContext

  func nodes(_ lives: [Recording.Life]) -> [HTMLNode] {
    lives.filter { !$0.packets.packets.isEmpty }.map { life in
      let summary = HTMLNode.tag("summary", [], context.say("page.life", ["what": life.what]))
      let count = "\(life.packets.packets.count)"
      let tables = life.packets.packets.enumerated().map { place, rows in
        let name = rows.first?.before.label ?? ""
        return table(rows, context.say("page.life.packet", ["number": "\(place + 1)", "count": count, "name": name]))
      }
      return .tag("details", [.type("life")], [summary] + tables)
    }
  }

  private func table(_ rows: [PacketLife.Row], _ caption: String) -> HTMLNode {
    let heads = ["place", "interfaces", "headers", "ttl", "mark", "acted"].map { part in
      HTMLNode.tag("th", [With("scope", "col")], context.say("page.life.\(part)"))
    }
    let body = rows.map(row)
    let table = HTMLNode.tag(
      "table",
      [],
      [.tag("caption", [], caption), .tag("thead", [], [.tag("tr", [], heads)]), .tag("tbody", [], body)]
    )
    return .tag("div", [.type("wide"), With("tabindex", "0")], [table])
  }

  private func row(_ row: PacketLife.Row) -> HTMLNode {
    let none = "–"
    let way = "\(row.input.isEmpty ? none : row.input) → \(row.output.isEmpty ? none : row.output)"
    var headers: [HTMLNode] = []
    for text in [row.frame, row.ends] where !text.isEmpty { headers.append(.tag("code", [], text)) }
    let acted = row.facts.map { HTMLNode.tag("li", [], context.language.text($0)) }
    return .tag(
      "tr",
      [],
      [
        .tag("th", [With("scope", "row")], row.place), .tag("td", [], way), .tag("td", [], headers),
        .tag("td", [], row.timeToLive), .tag("td", [], row.mark == 0 ? none : row.markText),
        .tag("td", [], acted.isEmpty ? [.text(none)] : [.tag("ul", [], acted)]),
      ]
    )
  }
}
