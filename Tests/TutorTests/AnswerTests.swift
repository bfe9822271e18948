import Testing

@testable import Tutor

/// One line goes in and comes out again; whatever else a file holds is named and hurts nobody.
@Suite struct AnswerTests {
  static let sample = Answer(
    course: "kubernetes-inside@1.0",
    lesson: "components/watch-not-orders",
    question: "who-moves-first",
    hash: "9f3c11d0",
    version: "now",
    seed: 7,
    choices: ["12 kube-scheduler bind pod/other"],
    learner: "learner-042",
    answer: ["kube-scheduler"],
    sure: true,
    attempt: 2,
    hints: 1,
    ms: 8412,
    at: "2026-11-22T08:00:00Z"
  )

  static func flaw(_ line: String) -> AnswerFlaw? {
    if case .flaw(let flaw) = Answer.read(line) { return flaw }
    return nil
  }

  static func answer(_ line: String) -> Answer? {
    if case .answer(let answer) = Answer.read(line) { return answer }
    return nil
  }

  @Test func comesBackAsItWasWritten() {
    #expect(Self.answer(Self.sample.line) == Self.sample)
    #expect(Self.sample.line.hasPrefix("{\"v\":1,\"course\":\"kubernetes-inside@1.0\",\"lesson\":"))
  }

  @Test func keepsWhatItDoesNotKnowWordForWord() {
    let tail = ",\"correct\":true,\"score\":1.50e2,\"a\\u0062c\":{\"x\":[1, {\"y\":\"\\u00e9\\\"\"}],\"z\":null}}"
    let line = String(Self.sample.line.dropLast()) + tail
    #expect(Self.answer(line)?.line == line)
    #expect(Self.answer(line)?.extras.map(\.name) == ["correct", "score", "a\\u0062c"])
  }

  @Test(arguments: ["박지민", "a\"b\\c\n\t\u{0}", "👩‍👩‍👧", "\u{2028}", ""])
  func carriesAnyText(_ text: String) {
    var answer = Self.sample
    answer.learner = text
    answer.answer = [text, text]
    #expect(Self.answer(answer.line) == answer)
    #expect(!answer.line.contains("\n"))
  }

  @Test func readsEscapesInNamesAndValues() {
    let line = #"{"\u006cesson":"a\/b","question":"q","answer":["\ud83d\ude00","\u00e9"]}"#
    #expect(Self.answer(line)?.lesson == "a/b")
    #expect(Self.answer(line)?.answer == ["😀", "é"])
  }

  @Test func aSingleStringIsAListOfOne() {
    #expect(Self.answer(#"{"lesson":"l","question":"q","answer":"x"}"#)?.answer == ["x"])
  }

  @Test(arguments: [
    (#"{"lesson":"l","question":"q","answer":["x"]"#, AnswerFlaw.torn),
    (#"{"lesson":"l","question":"q","answer":["x"#, .torn),
    (#"{"lesson":"l","question":"q","answer":["x\"#, .torn),
    (#"{"lesson":"l","question":"q","answer":[x]}"#, .notJSON(column: 40)),
    (#"{"lesson":"l","question":"q","answer":["x",]}"#, .notJSON(column: 44)),
    (#"{"lesson":"l","question":"q","answer":["x"]} {}"#, .notJSON(column: 46)),
    (#"{"lesson":"l","question":"q","answer":["x"],"seed":01}"#, .notJSON(column: 53)),
    (#"{"lesson":"l","question":"q","answer":["\x"]}"#, .notJSON(column: 42)),
    (#"{'lesson':"l"}"#, .notJSON(column: 2)),
    (#"["lesson"]"#, .notAnObject),
    ("17", .notAnObject),
    ("hello", .notJSON(column: 1)),
    ("{\"lesson\":\"\u{0}\"}", .controlCharacter(column: 12)),
    ("\u{0}\u{0}\u{0}", .notJSON(column: 1)),
    (#"{"question":"q","answer":["x"]}"#, .missing(field: "lesson")),
    (#"{"lesson":"l","answer":["x"]}"#, .missing(field: "question")),
    (#"{"lesson":"l","question":"q"}"#, .missing(field: "answer")),
    ("{}", .missing(field: "lesson")),
    (#"{"lesson":1,"question":"q","answer":["x"]}"#, .wrongType(field: "lesson")),
    (#"{"lesson":"l","question":"q","answer":[1]}"#, .wrongType(field: "answer")),
    (#"{"lesson":"l","question":"q","answer":[["x"]]}"#, .wrongType(field: "answer")),
    (#"{"lesson":"l","question":"q","answer":null}"#, .wrongType(field: "answer")),
    (#"{"lesson":"l","question":"q","answer":["x"],"sure":"yes"}"#, .wrongType(field: "sure")),
    (#"{"lesson":"l","question":"q","answer":["x"],"seed":-1}"#, .wrongType(field: "seed")),
    (#"{"lesson":"l","question":"q","answer":["x"],"seed":1e3}"#, .wrongType(field: "seed")),
    (#"{"lesson":"l","question":"q","answer":["x"],"seed":18446744073709551616}"#, .wrongType(field: "seed")),
    (#"{"lesson":"l","question":"q","answer":["x"],"attempt":0}"#, .wrongType(field: "attempt")),
    (#"{"v":2,"lesson":"l","question":"q","answer":["x"]}"#, .format),
    (#"{"lesson":"l","question":"q","answer":["x"],"answer":["y"]}"#, .twice(field: "answer")),
    (#"{"lesson":"l","question":"q","answer":["x"],"\u0061nswer":["y"]}"#, .twice(field: "answer")),
    (#"{"lesson":"\ud83d","question":"q","answer":["x"]}"#, .invalidEscape(field: "lesson")),
  ])
  func namesTheFlaw(_ line: String, _ flaw: AnswerFlaw) {
    #expect(Self.flaw(line) == flaw)
  }

  @Test func invalidUnicodeIsSeenWhereverItStands() {
    for bad: [UInt8] in [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe2, 0x82]] {
      let line = Array("{\"x\":\"abcdefghijk".utf8) + bad + Array("\"}".utf8)
      let reading = line.withUnsafeBufferPointer { Answer.read($0) }
      #expect(reading == .flaw(.invalidUTF8(column: 18)))
    }
  }

  @Test func deepNestingCostsNoStack() {
    let deep = String(repeating: "[", count: 1_000_000)
    #expect(Self.flaw("{\"x\":\(deep)") == .tooDeep(column: 518))
    let shallow = String(repeating: "[", count: 400) + String(repeating: "]", count: 400)
    #expect(Self.flaw("{\"x\":\(shallow)}") == .missing(field: "lesson"))
    let maps = String(repeating: "{\"a\":", count: 400) + "1" + String(repeating: "}", count: 400)
    #expect(Self.flaw("{\"x\":\(maps)}") == .missing(field: "lesson"))
  }

  @Test func aMillionCharactersAreAnAnswer() {
    var answer = Self.sample
    answer.answer = [String(repeating: "가", count: 1_000_000)]
    #expect(Self.answer(answer.line) == answer)
  }

  @Test func aLineThatWasCutAndWrittenOnGivesBothUp() {
    let torn = Self.sample.line.prefix(40) + Self.sample.line
    var seen: [(Int, Answer.Reading)] = []
    Array("\(torn)\n".utf8).withUnsafeBytes { Answer.forEach(in: $0) { seen.append(($0, $1)) } }
    #expect(seen.map(\.0) == [1, 1])
    #expect(seen.map(\.1).last == .answer(Self.sample))
  }
}
