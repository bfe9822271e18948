import Testing

@testable import Tutor

/// However a file is cut into chunks, the lines are the same.
@Suite struct LineTests {
  static func lines(_ bytes: [UInt8], chunk: Int, limit: Int = LineSplitter.longestLine) -> [String] {
    var splitter = LineSplitter(longestLine: limit)
    var out: [String] = []
    func take(_ line: LineSplitter.Line) {
      let text = String(decoding: line.bytes, as: UTF8.self)
      out.append("\(line.number)\(line.isOpen ? "?" : ":")\(line.isTooLong ? "too long" : text)")
    }
    var at = 0
    while at < bytes.count {
      let end = min(bytes.count, at + chunk)
      bytes[at..<end].withUnsafeBytes { splitter.feed($0, take) }
      at = end
    }
    splitter.finish(take)
    return out
  }

  @Test(arguments: [1, 2, 3, 7, 8, 9, 1000])
  func chunksDoNotShow(_ chunk: Int) {
    let text = "\u{feff}first line, longer than a word\r\n\nthird 셋\n\u{0}\u{0}\nlast"
    let expected = ["1:first line, longer than a word", "2:", "3:third 셋", "4:\u{0}\u{0}", "5?last"]
    #expect(Self.lines(Array(text.utf8), chunk: chunk) == expected)
  }

  @Test(arguments: [3, 1000])
  func aLineWithoutEndIsDroppedAndTheNextIsRead(_ chunk: Int) {
    let text = String(repeating: "x", count: 50) + "\nshort\n" + String(repeating: "y", count: 50)
    #expect(Self.lines(Array(text.utf8), chunk: chunk, limit: 20) == ["1:too long", "2:short", "3?too long"])
  }

  @Test func knowsWhichLinesAreASCII() {
    var flags: [Bool] = []
    var splitter = LineSplitter()
    let text = "plain letters only\n\n\n\n\n\n\n\n\n\nnicht größer\n"
    Array(text.utf8).withUnsafeBytes { splitter.feed($0) { flags.append($0.mayHoldUnicode) } }
    #expect(flags.first == false)
    #expect(flags.last == true)
  }
}
