import Curriculum
import Prose
import TerminalUI
import Testing
import Tutor

/// The lesson in lines: pipes, dumb terminals, screen readers.
@Suite struct PlainTests {
  private func plain(_ language: String, waits: Bool) throws -> Plain {
    Plain(try Fixture.guide(language, isConversation: waits), waits: waits)
  }

  @Test(arguments: ["en", "ko"])
  func theWholeLesson(_ language: String) throws {
    var plain = try plain(language, waits: false)
    var out = plain.begin(isResumed: false, at: Instant())
    for line in ["h", "1 u", "kube-scheduler", "0", "node1", "2 1"] {
      out += "> \(line)\n" + plain.enter(line, at: Instant(milliseconds: 5, stamp: "2026-01-01T00:00:00Z"))
    }
    let isOver = plain.guide.isOver
    #expect(isOver)
    try Snapshot.expect(out, "plain-\(language)")
  }

  /// Both lessons of the program end, whatever is answered, and never show a key, a gap or a line that is too wide.
  @Test(arguments: ["en", "ko"], ["components/watch-not-orders", "components/create-pod"])
  func theLessonsOfTheProgramEnd(_ language: String, _ path: String) throws {
    let course = Course.load(.embedded).course
    let begun = Session.begin(path, in: Studio(course, language: language))
    let session = try #require(begun.session)
    let count = session.questionCount
    var plain = Plain(Guide(session, language: course.language(language), isConversation: false), waits: false)
    var out = plain.begin(isResumed: false, at: Instant())
    var lines = 0
    while !plain.guide.isOver, lines < 40 {
      lines += 1
      out += plain.enter("1", at: Instant())
    }
    let isFinished = plain.guide.isFinished
    #expect(isFinished)
    #expect(lines == count)
    let given = plain.guide.session.answers.count
    #expect(given == count)
    for line in out.split(separator: "\n") {
      #expect(Width.columns(String(line)) <= 80)
      #expect(!line.contains("{{"))
    }
    for word in [
      "learn.", "screen.", "verdict.", "reason.", "fact.", "did.", "obstacle.", "why.", "{actor", "{subject", "{name",
    ] {
      #expect(!out.contains(" \(word)") && !out.contains("\n\(word)"))
    }
    #expect(!out.unicodeScalars.contains { Clean.isHarmful($0) && $0 != "\n" })
  }

  @Test func commandsAreTakenWhereAnswersAre() throws {
    var plain = try plain("en", waits: false)
    _ = plain.begin(isResumed: false, at: Instant())
    let looked = plain.enter("kubectl get nodes", at: Instant())
    #expect(looked.contains("node1"))
    let asked = plain.guide.session.question?.id
    #expect(asked == "who")
    let why = plain.enter("w kubelet@node1", at: Instant())
    #expect(why.contains("node1"))
    let stopped = plain.enter("x kube-scheduler", at: Instant())
    #expect(stopped.contains("kube-scheduler"))
    let world = plain.guide.session.simulation.world
    let isStopped = world.address(of: "kube-scheduler").map { world.isStopped($0) }
    #expect(isStopped == true)
    let given = plain.guide.session.answers.count
    #expect(given == 0)
  }

  @Test func whoAndWhatInOneLine() throws {
    var plain = try plain("en", waits: false)
    _ = plain.begin(isResumed: false, at: Instant())
    _ = plain.enter("1", at: Instant())
    let said = plain.enter("kube-scheduler bind pod/web", at: Instant())
    let answer = plain.guide.session.answers.last?.answer
    #expect(answer == ["kube-scheduler"])
    #expect(said.contains("kube-scheduler bind pod/web"))
  }

  @Test func aPersonIsAskedWhat() throws {
    var plain = try plain("en", waits: true)
    _ = plain.begin(isResumed: false, at: Instant())
    for line in ["", "1", "", "", "", "2"] { _ = plain.enter(line, at: Instant()) }
    let last = plain.guide.session.answers.last?.question
    #expect(last == "next")
    let asked = plain.enter("", at: Instant())
    #expect(asked.contains("kube-scheduler looked for a node"))
  }

  @Test func theTimeOfAnAnswerIsKept() throws {
    var plain = try plain("en", waits: false)
    _ = plain.begin(isResumed: false, at: Instant(milliseconds: 100))
    _ = plain.enter("1", at: Instant(milliseconds: 350, stamp: "2026-01-01T00:00:00Z"))
    let answers = plain.guide.session.answers
    #expect(answers.map(\.ms) == [250])
    #expect(answers.map(\.at) == ["2026-01-01T00:00:00Z"])
  }

  @Test func aSessionIsResumedWhereItWasLeft() throws {
    let studio = Studio(Fixture.course)
    var plain = try plain("en", waits: false)
    _ = plain.begin(isResumed: false, at: Instant())
    for line in ["1", "h"] { _ = plain.enter(line, at: Instant()) }
    let line = try #require(plain.guide.place).line
    let saved = try #require(SavedSession(line: line))
    let resumed = Session.resume(saved, in: studio, history: plain.guide.session.answers)
    #expect(resumed.isThere)
    let session = try #require(resumed.session)
    let asked = session.question?.id
    #expect(asked == "next")
    let again = session.saved
    #expect(again == plain.guide.place)
  }
}
