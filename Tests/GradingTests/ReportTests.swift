import Clockwork
import Curriculum
import Testing
import Tutor

@testable import Grading

enum Words {
  /// A language without words: keys stand for themselves.
  static let none = Language(code: "en")
}

/// The three forms of a report, and what is said of the questions themselves.
@Suite struct ReportTests {
  static let lines = [
    Desk.line("박지민", "who", ["kubelet"], sure: true), Desk.line("박지민", "number", ["40.5"]),
    Desk.line("Ann, \"the\" first\n", "who", ["etcd"]), Desk.line("evil\u{1b}[31m", "order", ["1", "2", "3"]),
  ]

  @Test func theTableLinesUpAndObeysTheWidth() {
    let text = Desk.grade(Self.lines).report.text(.table, in: Words.none, passMark: 70, width: 60)
    #expect(!text.contains("\u{1b}"))
    let rows = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(rows.allSatisfy { Cells.width(String($0)) <= 60 })
    #expect(rows.contains("박지민  c/first  grade.score  grade.below"))
  }

  @Test func csvQuotesWhatNeedsIt() {
    let text = Desk.grade(Self.lines).report.text(.csv, in: Words.none)
    let rows = text.split(separator: "\r\n", omittingEmptySubsequences: false)
    #expect(rows.count == 6)
    #expect(rows[0].hasPrefix("learner,lesson,question,verdict,credit,answer,reason,"))
    #expect(rows[1].hasPrefix("\"Ann, \"\"the\"\" first\n\",c/first,who,possible,1,etcd,reason.possible,,1,1,0,false,"))
    #expect(rows.filter { $0.hasPrefix("박지민,c/first,who,impossible,0,kubelet,obstacle.kubelet,true") }.count == 1)
  }

  @Test func jsonHoldsScoresAndQuestions() {
    let report = Desk.grade(Self.lines).report
    let text = report.text(.json, in: Words.none, passMark: 50, statistics: true)
    #expect(text.hasPrefix("{\"course\":\"course@1.0\",\"pass_mark\":50,\"graded\":4,\"lost\":0,\"scores\":["))
    #expect(text.contains("\"credit\":1,\"answered\":2,\"of\":4,\"percent\":25,\"passed\":false}"))
    #expect(text.contains("\"learner\":\"evil\\u001b[31m\""))
    // The writer is checked by the reader of answers, which refuses what is no JSON.
    let line = "{\"lesson\":\"l\",\"question\":\"q\",\"answer\":[],\"report\":\(text.split(separator: "\n").joined())}"
    guard case .answer = Answer.read(line) else {
      Issue.record("the report is no JSON")
      return
    }
  }

  @Test func statisticsTellGoodQuestionsFromBad() {
    var lines: [String] = []
    for learner in 0..<10 {
      let isGood = learner < 5
      lines.append(Desk.line("l\(learner)", "who", [isGood ? "etcd" : "kubelet"], sure: true))
      lines.append(Desk.line("l\(learner)", "number", [isGood ? "40" : "7"]))
      lines.append(Desk.line("l\(learner)", "order", ["1", "2", "3"]))
    }
    let items = Desk.grade(lines).report.statistics
    #expect(items.map(\.question) == ["who", "number", "order"])
    #expect(items[0].facility == 0.5)
    #expect(abs((items[0].discrimination ?? 0) - 1) < 1e-9)
    #expect(items[0].sureAndWrong == 5)
    #expect(
      items[0].counts == [
        ItemStatistics.Count(answer: "etcd", count: 5, isRight: true),
        ItemStatistics.Count(answer: "kubelet", count: 5, isRight: false),
      ]
    )
    #expect(items[2].discrimination == nil)
  }
}
