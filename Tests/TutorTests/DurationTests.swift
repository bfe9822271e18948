import Clockwork
import Curriculum
import Testing
import Tutor

/// Spans of time in the words of both languages.
@Suite struct DurationTests {
  private static let course = Course.load(.embedded).course

  @Test(arguments: [
    (Int64(0), "0 ms", "0밀리초"), (999, "999 ms", "999밀리초"), (1_000, "1 s", "1초"), (9_250, "9.2 s", "9.2초"),
    (59_990, "59.9 s", "59.9초"), (60_000, "1 min", "1분"), (310_900, "5 min 10 s", "5분 10초"),
  ])
  func unitsThatPeopleThinkIn(_ span: Int64, _ english: String, _ korean: String) {
    #expect(Self.course.language("en").duration(span) == english)
    #expect(Self.course.language("ko").duration(span) == korean)
  }

  @Test func anObstacleSaysWhenItIsDue() {
    let fact = Fact("obstacle.due", ("ms", .integer(300_000)))
    #expect(Self.course.language("en").text(fact) == "Not yet: due in 5 min.")
    #expect(Self.course.language("ko").text(fact) == "아직 아닙니다. 5분 뒤에 할 차례입니다.")
    #expect(Self.course.language("ko").text(Fact("why.waited", ("ms", .integer(300_000)))) == "5분이 지났습니다.")
  }
}
