import Prose

/// Writes a tree as HTML.
struct HTMLWriter {
  private(set) var bytes: [UInt8] = []

  /// A whole page.
  static func page(_ root: HTMLNode) -> String {
    var writer = HTMLWriter()
    writer.bytes.reserveCapacity(1 << 17)
    writer.put("<!DOCTYPE html>\n")
    writer.write(root)
    writer.put("\n")
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  /// A part of a page.
  static func text(_ node: HTMLNode) -> String {
    var writer = HTMLWriter()
    writer.write(node)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  /// Elements that begin a line of their own, so that a page can be read and compared.
  private static let lines: Set<String> = [
    "html", "head", "body", "meta", "title", "style", "script", "header", "main", "footer", "nav", "section", "article",
    "div", "form", "fieldset", "figure", "figcaption", "ol", "ul", "li", "dl", "dt", "dd", "p", "h1", "h2", "h3", "h4",
    "pre", "table", "tr", "details", "summary", "svg", "g", "path", "dialog", "link", "blockquote",
  ]

  private mutating func write(_ node: HTMLNode) {
    switch node {
    case .text(let text): escape(text, quotes: false)
    case .group(let nodes): for node in nodes { write(node) }
    case .element(let element): write(element)
    case .json(let id, let text):
      put("\n<script type=\"application/json\" id=\"")
      escape(id, quotes: true)
      put("\">")
      put(PageJSON.safe(text))
      put("</script>")
    case .asset(let asset):
      put("\n<\(asset.tag)>")
      put(asset.text)
      put("</\(asset.tag)>")
    }
  }

  private mutating func write(_ element: HTMLElement) {
    if HTMLWriter.lines.contains(element.tag) { bytes.append(UInt8(ascii: "\n")) }
    put("<\(element.tag)")
    for attribute in element.attributes {
      put(" \(attribute.name)")
      if let value = attribute.value {
        put("=\"")
        escape(value, quotes: true)
        put("\"")
      }
    }
    put(">")
    if HTMLElement.void.contains(element.tag) { return }
    // A line break right behind <pre> is not part of its text.
    if element.tag == "pre" { bytes.append(UInt8(ascii: "\n")) }
    for child in element.children { write(child) }
    put("</\(element.tag)>")
  }

  private mutating func put(_ text: String) { bytes += text.utf8 }

  /// Marks become references, and what a browser would obey or hide is left out.
  private mutating func escape(_ text: String, quotes: Bool) {
    for byte in Clean.text(text).utf8 {
      switch byte {
      case UInt8(ascii: "&"): put("&amp;")
      case UInt8(ascii: "<"): put("&lt;")
      case UInt8(ascii: ">"): put("&gt;")
      case UInt8(ascii: "\"") where quotes: put("&quot;")
      default: bytes.append(byte)
      }
    }
  }
}
