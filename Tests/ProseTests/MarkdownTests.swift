import Prose
import Testing

@Suite struct MarkdownTests {
  @Test func blocksKeepTheirLines() {
    let document = Markdown.parse(
      """
      ---
      of: 1a2b
      note: a: b
      ---
      # A title {#the-id}

      One *two* **three** `four`
      five

      - a
      - b

        c

      3. x

      > quoted

      ***

      ```beat accepted now
      text <b>
      ```
      """
    )
    #expect(document.front("of") == "1a2b")
    #expect(document.front("note") == "a: b")
    #expect(document.front.map(\.line) == [2, 3])
    #expect(document.blocks.map(\.line) == [5, 7, 10, 15, 17, 19, 21])
    #expect(document.headings == [Heading(level: 1, inlines: [.text("A title")], id: "the-id", line: 5)])
    #expect(document.title == "A title")
    #expect(
      document.blocks[1]
        == .paragraph(
          [
            .text("One "), .emphasis([.text("two")]), .text(" "), .strong([.text("three")]), .text(" "), .code("four"),
            .softBreak, .text("five"),
          ],
          line: 7
        )
    )
    guard case .list(let list) = document.blocks[2], case .list(let numbered) = document.blocks[3] else {
      Issue.record("no lists")
      return
    }
    #expect(list.items.map(\.line) == [10, 11])
    #expect(list.start == nil)
    #expect(!list.isTight)
    #expect(numbered.start == 3)
    let fence = document.fences[0]
    #expect(fence == Fence(info: "beat accepted now", text: "text <b>\n", line: 21, textLine: 22))
    #expect(fence.kind == "beat")
    #expect(fence.argument == "accepted now")
  }

  @Test func aFirstLineIsCountedFromWhereTheTextStands() {
    #expect(Markdown.parse("a\n\nb", firstLine: 10).blocks.map(\.line) == [10, 12])
  }

  @Test func indentedCodeBeginsOnItsOwnLine() {
    let fence = Markdown.parse("a\n\n    code\n    more\n").fences.first
    #expect(fence?.line == 3)
    #expect(fence?.textLine == 3)
    #expect(fence?.text == "code\nmore\n")
    let plain = Markdown.parse("```\ncode\n```\n").fences.first
    #expect(plain?.textLine == 2)
  }

  @Test func anUnclosedFrontMatterIsText() {
    let document = Markdown.parse("---\na: b\n")
    #expect(document.front.isEmpty)
    #expect(!document.blocks.isEmpty)
  }

  @Test(arguments: [
    ("plain words", [Inline.text("plain words")]),
    ("# not a heading", [.text("# not a heading")]),
    ("1. not a list", [.text("1. not a list")]),
    ("- not a list", [.text("- not a list")]),
    ("> not a quote", [.text("> not a quote")]),
    ("**bold** start", [.strong([.text("bold")]), .text(" start")]),
    ("`code` start", [.code("code"), .text(" start")]),
    ("10.244.1.2 is an address", [.text("10.244.1.2 is an address")]),
    ("", []),
  ])
  func aReasonIsAlwaysOneParagraph(text: String, inlines: [Inline]) {
    #expect(Markdown.inlines(text) == inlines)
  }

  @Test func emphasisBeforeAHangulParticleStaysLiteral() {
    let document = Markdown.parse("**굵게(bold)**를")
    #expect(document.blocks == [.paragraph([.text("**굵게(bold)**를")], line: 1)])
  }
}
