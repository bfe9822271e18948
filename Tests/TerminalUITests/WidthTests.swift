import Curriculum
import Prose
import TerminalUI
import Testing

/// Nothing is ever wider than it may be, and nothing that a terminal obeys gets through.
@Suite struct WidthTests {
  @Test(arguments: [
    ("abc", 3), ("한글", 4), ("a한b", 4), ("e\u{301}", 1), ("\u{1112}\u{1161}\u{11ab}", 2), ("●", 1), ("👩‍👩‍👧", 6), ("", 0),
    ("\u{200d}", 0),
  ])
  func countsColumns(_ text: String, _ columns: Int) {
    #expect(Width.columns(text) == columns)
  }

  @Test func cutsBetweenCharacters() {
    #expect(Width.cut("한글입니다", to: 5) == "한글…")
    #expect(Width.cut("한글", to: 4) == "한글")
    #expect(Width.cut("abcdef", to: 0) == "")
  }

  @Test func aParticleStaysWithItsWord() {
    let spans = [Span("긴 글에서 "), Span("kube-apiserver", .strong), Span("가 알립니다")]
    let lines = Width.wrap(spans, to: 18).map(\.text)
    #expect(lines == ["긴 글에서", "kube-apiserver가", "알립니다"])
  }

  @Test func aWordLongerThanALineIsBroken() {
    let lines = Width.wrap("ab 한글한글한글 c", to: 5).map(\.text)
    #expect(lines == ["ab", "한글", "한글", "한글", "c"])
  }

  @Test func outputKeepsItsSpaces() {
    #expect(Width.fold("a  b\tc", to: 20).map(\.text) == ["a  b    c"])
    #expect(Width.fold("abcdef", to: 4).map(\.text) == ["abcd", "ef"])
  }

  static let hostile: [String] = [
    String(repeating: "> ", count: 300) + "deep", String(repeating: "- ", count: 200) + "deep",
    "# " + String(repeating: "장", count: 400), String(repeating: "x", count: 5000), "| a | b |\n",
    "```table\n" + String(repeating: "| 아주 긴 칸 ", count: 40) + "|\n| 1 | 2 |\n```",
    "```table\n||||\n||||\n```", "```\n\t\tx\u{1b}[31mred\u{7}\n" + String(repeating: "=", count: 999) + "\n```",
    "\u{1b}]0;title\u{7} \u{9b}31m \u{202e}abc \u{2066}x", "[x](javascript:alert(1)) <script>x</script>",
    String(repeating: "a\u{301}\u{302}\u{303}", count: 300), String(repeating: "👨‍👩‍👧‍👦", count: 60), "1000000000. x\n1. y",
    "9223372036854775807. x", "a\\\nb  \nc", "&#27;[31m &#x1b;c", "\u{0}\u{1}\u{2}", "***\n---\n", "",
    "* a\n\n  * b\n\n    ```\n    " + String(repeating: "code ", count: 60) + "\n    ```", "한\u{200b}글\u{200d}",
  ]

  @Test(arguments: hostile, [8, 20, 40, 78, 80, 118])
  func noLineIsTooWide(_ text: String, _ width: Int) {
    let lines = ProseLayout(width: width).lines(Markdown.parse(text).blocks)
    #expect(lines.allSatisfy { $0.columns <= width })
    #expect(lines.allSatisfy { line in !line.text.unicodeScalars.contains { Clean.isHarmful($0) } })
  }

  @Test(arguments: 0..<200)
  func noLineOfARandomTextIsTooWide(_ seed: UInt64) {
    var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
    func next(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    let pieces = [
      "a", "한", " ", "\n", "\n\n", "> ", "- ", "1. ", "`", "```", "**", "_", "#", "|", "\t", "👩‍👧", "\u{1b}[1m",
      "\u{301}",
      "[x](", ")", "http://example.org/", "\u{ad}", "\u{fe0f}", "☑", "kube-apiserver", "\u{1112}\u{1161}", "\u{9}",
      "<b>",
    ]
    let text = (0..<120).map { _ in pieces[next(pieces.count)] }.joined()
    let width = 8 + next(80)
    let lines = ProseLayout(width: width).lines(Markdown.parse(text).blocks)
    #expect(lines.allSatisfy { $0.columns <= width })
    var frame = Frame(columns: width, rows: 10)
    for (row, line) in lines.prefix(10).enumerated() { frame.draw(line, column: next(width), row: row) }
    #expect((0..<10).allSatisfy { Width.columns(frame.text(row: $0)) <= width })
    let sent = frame.escapes(after: nil, colours: true).replacing("\u{1b}", with: "")
    #expect(!sent.unicodeScalars.contains { Clean.isHarmful($0) })
  }

  @Test func aFrameNeverHalvesACharacter() {
    var frame = Frame(columns: 4, rows: 1)
    frame.draw("한글", column: 0, row: 0)
    frame.draw("x", column: 1, row: 0)
    #expect(frame.text(row: 0) == " x글")
    frame.draw("국", column: 3, row: 0)
    #expect(frame.text(row: 0) == " x글")
    frame.draw("국", column: 1, row: 0)
    #expect(frame.text(row: 0) == " 국")
  }

  @Test func onlyRowsThatChangedAreSent() {
    var first = Frame(columns: 10, rows: 3)
    first.draw("one", column: 0, row: 0)
    var second = first
    second.draw("two", .lit, column: 0, row: 2)
    let sent = second.escapes(after: first, colours: false)
    #expect(!sent.contains("one"))
    #expect(sent.contains("\u{1b}[3;1H\u{1b}[0;1;4mtwo"))
    #expect(!sent.contains("36m"))
    #expect(second.escapes(after: first, colours: true).contains("\u{1b}[0;1;36mtwo"))
  }
}
