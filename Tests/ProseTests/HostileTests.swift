import Prose
import Testing

/// Texts that want to reach the terminal, the page or the end of the stack.
@Suite struct HostileTests {
  @Test(arguments: [
    "javascript:alert(1)", "JavaScript:alert(1)", "java\u{1}script:alert(1)", "&#106;avascript:alert(1)",
    "javascript&colon;alert(1)", "javascript&#58;alert(1)", "javascript&#x3a;alert(1)", "java&Tab;script:alert(1)",
    "java&NewLine;script:alert(1)", "%6aavascript:alert(1)", "javascript%3aalert(1)", "%256aavascript:alert(1)",
    "&amp;#106;avascript:alert(1)", "&#1;javascript:alert(1)", "vbscript:x", "VbScRiPt:x", "data:text/html,x",
    "DATA:text/html;base64,x", "da&#9;ta:text/html,x", "file:///etc/passwd", "\u{202e}javascript:x", "ftp://x/y",
    "java\u{200d}script:x", "&#xfeff;javascript:x", "blob:x", "about:blank", "javascript&amp;colon;x",
  ])
  func aLinkThatCouldRunKeepsItsWordsOnly(url: String) {
    for source in ["[words](\(url))", "[words](<\(url)>)", "[words][r]\n\n[r]: <\(url)>\n", "![words](<\(url)>)"] {
      let document = Markdown.parse(source)
      #expect(links(in: document).isEmpty, "\(source)")
    }
    #expect(Inline.plain(Markdown.inlines("[words](<\(url)>)")).contains("words"))
  }

  @Test(arguments: [
    "https://kubernetes.io/docs", "http://x.y/z?a=b:c", "mailto:a@b.c", "#place", "../components/x.html",
    "glossary:nat",
    "a/b:c",
  ])
  func aHarmlessLinkStays(url: String) {
    #expect(links(in: Markdown.parse("[words](\(url))")) == [url])
  }

  @Test(arguments: [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "a <b onclick=x>c</b> d",
    "<!-- x --><iframe src=x></iframe>", "<a href=\"javascript:x\">y</a>", "<style>@import 'x'</style>",
    "<![CDATA[x]]>", "<?php x ?>", "<div>\n<p onmouseover=x>\n</div>",
  ])
  func rawHTMLIsDropped(source: String) {
    for run in Markdown.parse(source).blocks.flatMap(\.runs) {
      #expect(!Inline.plain(run.inlines).contains("<"), "\(source)")
    }
  }

  static let controls: [UInt32] =
    Array(0...8) + Array(0x0b...0x1f) + Array(0x7f...0x9f)
    + [0x61c, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069]
    + [0xfeff, 0xe0041]

  @Test(arguments: controls)
  func noControlCharacterSurvives(value: UInt32) {
    guard let scalar = Unicode.Scalar(value) else { return }
    let raw = String(Character(scalar))
    for mark in [raw, "&#\(value);", "&#x\(String(value, radix: 16));"] {
      let source = """
        ---
        key\(mark): value\(mark)
        ---
        # t\(mark)t {#a}

        w\(mark)w *e\(mark)* `c\(mark)c` [l\(mark)](http://x "t\(mark)")

        ```beat \(mark)id
        code \(mark) code
        ```

            indented \(mark)

        - item \(mark)
        """
      let document = Markdown.parse(source)
      let harmful = texts(in: document).filter { text in
        text.unicodeScalars.contains { Clean.isHarmful($0) && $0 != "\n" && $0 != "\t" }
      }
      #expect(harmful.isEmpty, "\(value)")
    }
  }

  @Test func joinersOfWordsAndEmojiStay() {
    #expect(Clean.text("👩\u{200d}💻 한글 é") == "👩\u{200d}💻 한글 é")
    #expect(Clean.line("a\nb\tc\u{1b}[31m") == "a b c[31m")
  }

  static let nested: [String] = [
    String(repeating: "[", count: 10_000), String(repeating: "]", count: 10_000),
    String(repeating: "[a](", count: 10_000), String(repeating: "![", count: 10_000),
    String(repeating: ">", count: 10_000) + " x", String(repeating: "> ", count: 10_000) + "x",
    String(repeating: "- ", count: 10_000) + "x", String(repeating: "1. ", count: 10_000) + "x",
    String(repeating: "*", count: 10_000) + "x" + String(repeating: "*", count: 10_000),
    String(repeating: "*a ", count: 10_000) + String(repeating: "b* ", count: 10_000),
    String(repeating: "**a _b ", count: 5_000) + String(repeating: "c_ d** ", count: 5_000),
    String(repeating: "[", count: 3_000) + "a" + String(repeating: "](b)", count: 3_000),
    String(repeating: "`", count: 10_000), String(repeating: "``a`", count: 5_000),
    String(repeating: "<", count: 10_000), String(repeating: "&", count: 10_000),
    String(repeating: "\n", count: 100_000), String(repeating: "# ", count: 10_000),
    String(repeating: "```\n", count: 10_001), String(repeating: "---\n", count: 10_000),
    String(repeating: "a\u{0}b", count: 10_000), "\u{feff}# x", "", "\r", "\u{0}", "---", "---\n---", "---\n",
  ]

  @Test(arguments: nested.indices)
  func nothingNestsTooDeep(index: Int) {
    let document = Markdown.parse(Self.nested[index])
    #expect(depth(document.blocks) <= 60)
    #expect(document.blocks.flatMap(\.runs).count < 200_000)
  }

  @Test func deepTextKeepsItsWords() {
    let document = Markdown.parse(String(repeating: "> ", count: 1_000) + "the words")
    #expect(document.blocks.flatMap(\.runs).map { Inline.plain($0.inlines) } == ["the words"])
  }

  @Test(arguments: 0..<200)
  func anyBytesAreRead(seed: UInt64) {
    var state = seed &* 0x9e37_79b9_7f4a_7c15 &+ 1
    let marks = Array("\\`*_{}[]()<>#+-.!|&;:\"'\n\t ~=0aé한\u{1b}\u{202e}".utf8)
    var bytes: [UInt8] = []
    for _ in 0..<600 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      bytes.append(state % 5 == 0 ? UInt8(truncatingIfNeeded: state >> 8) : marks[Int(state >> 16) % marks.count])
    }
    let text = String(decoding: bytes, as: UTF8.self)
    let document = Markdown.parse(text)
    for text in texts(in: document) {
      #expect(!text.unicodeScalars.contains { Clean.isHarmful($0) && $0 != "\n" && $0 != "\t" })
    }
    _ = Markdown.inlines(text)
    _ = Template.fill(text, ["a": "b"])
  }

  @Test func aHugeTextIsRead() {
    let document = Markdown.parse(String(repeating: "word *em* `code` [l](http://x)\n\n", count: 50_000))
    #expect(document.blocks.count == 50_000)
  }

  private func depth(_ blocks: [Block]) -> Int {
    var deepest = 0
    for block in blocks {
      switch block {
      case .quote(let inner, _): deepest = max(deepest, 1 + depth(inner))
      case .list(let list): for item in list.items { deepest = max(deepest, 2 + depth(item.blocks)) }
      case .heading(let heading): deepest = max(deepest, depth(heading.inlines))
      case .paragraph(let inlines, _): deepest = max(deepest, depth(inlines))
      case .code, .rule: break
      }
    }
    return deepest
  }

  private func depth(_ inlines: [Inline]) -> Int {
    var deepest = 0
    for inline in inlines {
      switch inline {
      case .emphasis(let inner), .strong(let inner), .link(let inner, _, _): deepest = max(deepest, 1 + depth(inner))
      case .text, .code, .softBreak, .hardBreak: break
      }
    }
    return deepest
  }

  private func links(in document: Document) -> [String] {
    func urls(_ inlines: [Inline]) -> [String] {
      inlines.flatMap { inline -> [String] in
        switch inline {
        case .link(let inner, let url, _): [url] + urls(inner)
        case .emphasis(let inner), .strong(let inner): urls(inner)
        case .text, .code, .softBreak, .hardBreak: []
        }
      }
    }
    return document.blocks.flatMap(\.runs).flatMap { urls($0.inlines) }
  }

  private func texts(in document: Document) -> [String] {
    func strings(_ inlines: [Inline]) -> [String] {
      inlines.flatMap { inline -> [String] in
        switch inline {
        case .text(let text), .code(let text): [text]
        case .emphasis(let inner), .strong(let inner): strings(inner)
        case .link(let inner, let url, let title): [url, title] + strings(inner)
        case .softBreak, .hardBreak: []
        }
      }
    }
    return document.blocks.flatMap(\.runs).flatMap { strings($0.inlines) }
      + document.fences.flatMap { [$0.info, $0.text] } + document.front.flatMap { [$0.key, $0.value] }
      + document.headings.compactMap(\.id)
  }
}
