import TerminalUI
import Testing

/// Bytes of a terminal become keys, in whatever pieces they come.
@Suite struct KeyTests {
  static let table: [([UInt8], [KeyPress])] = [
    (Array("a1".utf8), [.character("a"), .character("1")]), (Array("한".utf8), [.character("한")]),
    ([0x0d], [.enter]), ([0x0a], [.enter]), ([0x09], [.tab]), ([0x7f], [.backspace]), ([0x03], [.control("c")]),
    (Array("\u{1b}[A".utf8), [.up]), (Array("\u{1b}OB".utf8), [.down]), (Array("\u{1b}[1;5C".utf8), [.right]),
    (Array("\u{1b}[5~".utf8), [.pageUp]), (Array("\u{1b}[6~x".utf8), [.pageDown, .character("x")]),
    (Array("\u{1b}[3~".utf8), [.delete]), (Array("\u{1b}[H\u{1b}[F".utf8), [.home, .end]),
    (Array("\u{1b}[200~kubectl get\nx\u{1b}[201~y".utf8), [.paste("kubectl get x"), .character("y")]),
    ([0xff, 0x61], [.unknown, .character("a")]), ([0xe3, 0x61], [.unknown, .character("a")]),
    ([0xc2, 0x9b], []), (Array("\u{1b}[<35;1;1M".utf8), [.enter]),
  ]

  @Test(arguments: table)
  func decodes(_ bytes: [UInt8], _ keys: [KeyPress]) {
    var decoder = KeyDecoder()
    #expect(decoder.feed(bytes) == keys)
    #expect(!decoder.isWaiting)
  }

  @Test(arguments: table)
  func decodesByteByByte(_ bytes: [UInt8], _ keys: [KeyPress]) {
    var decoder = KeyDecoder()
    var found: [KeyPress] = []
    for byte in bytes { found += decoder.feed([byte]) }
    #expect(found == keys)
  }

  @Test func aLoneEscapeIsAKeyAfterAWhile() {
    var decoder = KeyDecoder()
    #expect(decoder.feed([0x1b]).isEmpty)
    #expect(decoder.isWaiting)
    #expect(decoder.flush() == [.escape])
    #expect(decoder.feed([0x1b, 0x5b]).isEmpty)
    #expect(decoder.flush() == [.unknown])
    #expect(decoder.feed(Array("a".utf8)) == [.character("a")])
  }

  @Test func aPasteIsNeverACommand() {
    var decoder = KeyDecoder()
    #expect(decoder.feed(Array("\u{1b}[200~q\u{1b}[31m".utf8)).isEmpty)
    #expect(decoder.flush().isEmpty)
    #expect(decoder.feed(Array("\u{1b}[201~".utf8)) == [.paste("q[31m")])
  }
}
