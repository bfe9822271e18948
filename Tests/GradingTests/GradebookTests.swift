import Clockwork
import Testing
import Tutor

@testable import Grading

/// What counts, what is only marked, and what is reported.
@Suite struct GradebookTests {
  @Test func verdictsHaveTheirCreditAndReason() {
    let graded = Desk.grade([
      Desk.line("a", "who", ["kube-scheduler"]), Desk.line("b", "who", ["etcd"]), Desk.line("c", "who", ["kubelet"]),
      Desk.line("d", "who", ["nobody"]), Desk.line("e", "who", []), Desk.line("f", "who", ["etcd", "kubelet"]),
    ])
    #expect(graded.problems == [])
    let entries = graded.report.entries
    #expect(entries.map(\.assessment.verdict) == [.expected, .possible, .impossible, .wrong, .skipped, .wrong])
    #expect(entries.map(\.assessment.credit.description) == ["1", "1", "0", "0", "0", "0"])
    #expect(entries[2].assessment.reason.key == "obstacle.kubelet")
    #expect(entries[2].assessment.misconception == "orders")
    #expect(graded.report.scores.map(\.percent) == ["25", "25", "0", "0", "0", "0"])
    #expect(graded.report.scores.map(\.answered) == [1, 1, 1, 1, 0, 1])
  }

  @Test(arguments: [
    (["a", "b", "c"], "1"), (["c", "a", "b", "a"], "1"), (["a", "b"], "0.667"), (["a", "b", "c", "x"], "0.667"),
    (["a"], "0.333"), (["a", "x"], "0"), (["a", "b", "c", "x", "y"], "0.333"), (["a", "b", "c", "q"], "0"),
  ])
  func ticksEarnTheirShare(_ answer: [String], _ credit: String) {
    let entries = Desk.grade([Desk.line("a", "many", answer)]).report.entries
    #expect(entries.map(\.assessment.credit.description) == [credit])
  }

  @Test(arguments: [
    (["1", "2", "3"], true), (["3", "1", "2"], true), (["2", "1", "3"], false), (["1", "2"], false),
    (["1", "2", "3", "3"], false),
  ])
  func anyOrderThatCouldHaveBeenIsRight(_ answer: [String], _ isRight: Bool) {
    let entries = Desk.grade([Desk.line("a", "order", answer)]).report.entries
    #expect(entries.map(\.assessment.isRight) == [isRight])
  }

  @Test func everyRunHasItsOwnKey() {
    let lines = [3, 4].map { Desk.line("l\($0)", "number", ["43"], seed: $0) }
    #expect(Desk.grade(lines).report.entries.map(\.assessment.isRight) == [true, false])
  }

  @Test func whatAnAnswerSaysOfItselfChangesNothing() {
    let lines = [
      Desk.line("a", "who", ["kubelet"]), Desk.line("b", "many", ["a", "x"]), Desk.line("c", "number", ["12"]),
      Desk.line("d", "order", ["3", "2", "1"]), Desk.line("e", "who", ["etcd"]),
    ]
    let claims = lines.map {
      String($0.dropLast()) + ",\"correct\":true,\"score\":1,\"credit\":27720,\"verdict\":\"expected\"}"
    }
    let language = Words.none
    let plain = Desk.grade(lines).report.text(.csv, in: language)
    #expect(Desk.grade(claims).report.text(.csv, in: language) == plain)
    #expect(Desk.grade(lines.map { "{\"correct\":true,\($0.dropFirst())" }).report.text(.csv, in: language) == plain)
  }

  @Test func theFirstAttemptCountsWhereverItStands() {
    let lines = [
      Desk.line("a", "who", ["kube-scheduler"], attempt: 3), Desk.line("a", "who", ["kubelet"], attempt: 1),
      Desk.line("a", "who", ["kube-scheduler"], attempt: 2),
    ]
    let graded = Desk.grade(lines)
    #expect(graded.problems == [])
    #expect(graded.report.entries.map(\.assessment.verdict) == [.impossible])
    #expect(graded.report.entries.map(\.attempts) == [3])
    #expect(graded.report.entries.map(\.line) == [2])
  }

  @Test func doublesAreReportedAndTheFirstLineCounts() {
    let first = Desk.line("a", "who", ["kubelet"])
    let graded = Desk.grade([first, first, Desk.line("a", "who", ["kube-scheduler"])])
    #expect(graded.problems.map(\.line) == [2, 3])
    #expect(
      graded.problems.map(\.kind) == [
        .duplicate(isSame: true, firstFile: "a.jsonl", firstLine: 1),
        .duplicate(isSame: false, firstFile: "a.jsonl", firstLine: 1),
      ]
    )
    #expect(graded.report.entries.map(\.assessment.verdict) == [.impossible])
  }

  @Test func whatIsStaleIsMarkedAndCounts() {
    let graded = Desk.grade([Desk.line("a", "who", ["etcd"], hash: "99999999")])
    #expect(graded.report.entries.map(\.isStale) == [true])
    #expect(graded.report.scores.map(\.percent) == ["25"])
  }

  @Test func strangersAreNamedWithTheirLine() {
    let graded = Desk.grade([
      Desk.line("a", "who", ["etcd"], course: "course@0.9"), Desk.line("a", "who", ["etcd"], course: "other@1.0"),
      Desk.line("a", "what", ["etcd"]), Desk.line("a", "who", ["etcd"], lesson: "c/third"), "", "  ", "{\"v\":1,",
      Desk.line("b", "who", ["etcd"]).replacing("\"choices\":[]", with: "\"choices\":[\"nonsense\"]"),
      Desk.line("b", "who", ["etcd"]).replacing("\"now\"", with: "\"soon\""),
    ])
    #expect(graded.problems.map(\.line) == [1, 2, 3, 4, 7, 8, 9])
    #expect(
      graded.problems.map(\.kind) == [
        .otherCourseVersion("course@0.9"), .otherCourse("other@1.0"),
        .unknownQuestion(lesson: "c/first", question: "what"), .unknownLesson("c/third"), .flaw(.torn),
        .noKey(Fact("key.no-such-run")), .unknownVersion("soon"),
      ]
    )
    #expect(graded.problems.map(\.isLost) == [false, true, true, true, true, true, true])
    #expect(graded.report.entries.count == 1)
    #expect(graded.report.book.lostCount == 6)
  }

  @Test(arguments: [1, 5, 64, 1000])
  func chunksDoNotShow(_ chunk: Int) {
    let lines = (0..<40).map { Desk.line("learner-\($0 % 7)", "who", ["etcd"], attempt: $0 / 7 + 1) } + ["{\"v\""]
    let whole = Desk.grade(lines)
    let cut = Desk.grade(lines, chunk: chunk)
    #expect(cut.problems == whole.problems)
    #expect(cut.report.text(.csv, in: Words.none) == whole.report.text(.csv, in: Words.none))
  }

  @Test func oneLearnerInManySpellingsIsOne() {
    let composed = Desk.line("\u{bc15}", "who", ["etcd"])
    let decomposed = Desk.line("\u{1107}\u{1161}\u{11a8}", "many", ["a"])
    let escaped = Desk.line("x", "number", ["40"]).replacing("\"x\"", with: "\"\\ubc15\"")
    #expect(Desk.grade([composed, decomposed, escaped]).report.scores.map(\.answered) == [3])
  }

  @Test func aMillionCharactersAreOneWrongAnswer() {
    let graded = Desk.grade([Desk.line("a", "who", [String(repeating: "가", count: 1_000_000)])])
    #expect(graded.problems == [])
    #expect(graded.report.entries.map(\.assessment.verdict) == [.wrong])
    #expect(graded.report.text(.csv, in: Words.none).utf8.count < 2_000)
  }

  @Test func marksAreComparedExactly() {
    let third = Report.Score(learner: "a", lesson: "l", credit: Credit(2, of: 3), answered: 1, questions: 1)
    #expect(third.isBelow(67))
    #expect(!third.isBelow(66))
    #expect(third.percent == "66.667")
    #expect(Desk.grade([Desk.line("a", "who", ["etcd"])]).report.isSomebodyBelow(26))
    #expect(!Desk.grade([Desk.line("a", "who", ["etcd"])]).report.isSomebodyBelow(25))
  }

  @Test func thirdsAreWholeAgain() {
    #expect(Credit(1, of: 3) + Credit(1, of: 3) + Credit(1, of: 3) == .full)
    #expect(Credit(1, of: 12).description == "0.083")
  }
}
