/// Reads a page back as strictly as this program writes it: every tag is closed, in order, and quoted.
struct PageReader {
  struct Tag {
    var name: String
    var attributes: [(name: String, value: String)]

    subscript(name: String) -> String? { attributes.first { $0.name == name }?.value }
  }

  private(set) var tags: [Tag] = []
  /// The text outside tags, scripts and styles.
  private(set) var text = ""
  /// What stands in `script` and `style`, with the tag.
  private(set) var raw: [(tag: Tag, text: String)] = []
  private(set) var problems: [String] = []

  private static let void: Set<String> = ["meta", "link", "input", "br", "hr", "img"]
  private var rest: Substring.UTF8View
  private var open: [String] = []

  init(_ page: String) {
    var copy = page
    copy.makeContiguousUTF8()
    rest = Substring(copy).utf8
    if page.hasPrefix("<!DOCTYPE html>") { rest = rest.dropFirst(15) } else { problems.append("no doctype") }
    read()
  }

  private mutating func read() {
    while let start = rest.firstIndex(of: UInt8(ascii: "<")) {
      add(rest[..<start])
      rest = rest[start...].dropFirst()
      if rest.first == UInt8(ascii: "/") { close() } else { openTag() }
    }
    add(rest)
    if !open.isEmpty { problems.append("never closed: \(open)") }
  }

  private mutating func add(_ piece: Substring.UTF8View) {
    let words = String(Substring(piece))
    if words.contains(">") { problems.append("a bare > in \(words.prefix(40))") }
    text += PageReader.plain(words)
  }

  private mutating func close() {
    guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return problems.append("an open end tag") }
    let name = String(Substring(rest[..<end].dropFirst()))
    rest = rest[end...].dropFirst()
    if open.last == name { open.removeLast() } else { problems.append("</\(name)> closes \(open.last ?? "nothing")") }
  }

  private mutating func openTag() {
    guard let end = tagEnd() else { return problems.append("an open tag") }
    let inner = String(Substring(rest[..<end]))
    rest = rest[end...].dropFirst()
    let tag = PageReader.tag(inner, &problems)
    tags.append(tag)
    if PageReader.void.contains(tag.name) { return }
    if tag.name == "script" || tag.name == "style" { return rawText(tag) }
    open.append(tag.name)
  }

  private func tagEnd() -> Substring.UTF8View.Index? {
    var isQuoted = false
    for index in rest.indices {
      if rest[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
      if rest[index] == UInt8(ascii: ">"), !isQuoted { return index }
    }
    return nil
  }

  /// A browser ends a script at the first end tag, whatever stands around it.
  private mutating func rawText(_ tag: Tag) {
    let words = Substring(rest)
    let mark = "</\(tag.name)"
    var index = words.startIndex
    while index < words.endIndex, !words[index...].lowercasedPrefix(mark.count).elementsEqual(mark) {
      index = words[words.index(after: index)...].firstIndex(of: "<") ?? words.endIndex
    }
    raw.append((tag, String(words[..<index])))
    rest = words[index...].utf8.dropFirst(mark.utf8.count + 1)
  }

  private static func tag(_ text: String, _ problems: inout [String]) -> Tag {
    var rest = Substring(text)
    let name = String(rest.prefix { $0 != " " })
    rest = rest.dropFirst(name.count)
    var tag = Tag(name: name, attributes: [])
    while let first = rest.first {
      guard first == " " else {
        problems.append("no blank between attributes: \(text)")
        break
      }
      rest = rest.dropFirst()
      let key = String(rest.prefix { $0 != "=" && $0 != " " })
      rest = rest.dropFirst(key.count)
      var value = ""
      if rest.hasPrefix("=\"") {
        value = String(rest.dropFirst(2).prefix { $0 != "\"" })
        rest = rest.dropFirst(value.count + 3)
      }
      if tag[key] != nil { problems.append("\(key) stands twice: \(text)") }
      tag.attributes.append((key, plain(value)))
    }
    return tag
  }

  private static func plain(_ text: String) -> String {
    guard text.contains("&") else { return text }
    var out = ""
    var rest = Substring(text)
    while let first = rest.first {
      let known = [("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\"")].first { rest.hasPrefix($0.0) }
      out += known?.1 ?? String(first)
      rest = rest.dropFirst(known?.0.count ?? 1)
    }
    return out
  }

  /// The values of an attribute, on all tags or those of one name.
  func values(_ attribute: String, of name: String? = nil) -> [String] {
    tags.filter { name == nil || $0.name == name }.compactMap { $0[attribute] }
  }

  func count(type: String) -> Int {
    values("class").count { $0.split(separator: " ").contains(Substring(type)) }
  }
}

extension Substring {
  fileprivate func lowercasedPrefix(_ count: Int) -> String { prefix(count).lowercased() }
}
