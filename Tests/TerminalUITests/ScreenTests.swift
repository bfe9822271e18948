import Curriculum
import TerminalUI
import Testing
import Tutor

/// A lesson on a whole screen, in both languages and sizes.
@Suite struct ScreenTests {
  struct Setting: CustomTestStringConvertible {
    var language: String
    var columns: Int
    var rows: Int
    var testDescription: String { "\(language)-\(columns)x\(rows)" }
  }

  static let settings = [
    Setting(language: "en", columns: 80, rows: 24), Setting(language: "ko", columns: 80, rows: 24),
    Setting(language: "en", columns: 120, rows: 40), Setting(language: "ko", columns: 120, rows: 40),
  ]

  private func screen(_ setting: Setting) throws -> Screen {
    var screen = Screen(try Fixture.guide(setting.language), columns: setting.columns, rows: setting.rows)
    screen.begin(isResumed: false, at: Instant())
    return screen
  }

  /// What is pressed, key by key: a letter each, and `E` for Enter.
  private func press(_ keys: String, _ screen: inout Screen) -> Screen.Effect {
    var effect = Screen.Effect.none
    for key in keys { effect = screen.press(key == "E" ? .enter : .character(key), at: Instant()) }
    return effect
  }

  private func expect(_ screen: Screen, asks id: String, at location: SourceLocation = #_sourceLocation) {
    let asked = screen.guide.session.question?.id
    #expect(asked == id, sourceLocation: location)
  }

  @Test(arguments: settings)
  func snapshots(_ setting: Setting) throws {
    var screen = try screen(setting)
    var out = ""
    func show(_ name: String) {
      let frame = screen.frame
      let lit = frame.runs(of: .lit).joined(separator: " | ")
      out += "== \(name)\n\(frame.text)\n-- lit: \(lit)\n\n"
      #expect((0..<frame.rows).allSatisfy { Width.columns(frame.text(row: $0)) <= setting.columns })
    }
    show("opening")
    for (keys, name) in [
      ("E", "first question"), ("h", "hint"), ("2u", "chosen, unsure"), ("E", "verdict"), ("E", "first beat"),
      ("E", "second beat"), ("E", "prediction"), ("2EE", "and what"), ("x", "what to break"),
    ] {
      _ = press(keys, &screen)
      show(name)
    }
    try Snapshot.expect(out, "screen-\(setting.testDescription)")
  }

  /// Behind a wrong answer stands the world in which it would be right, beside the real one.
  @Test func aWrongIdeaIsRun() throws {
    var screen = try screen(Self.settings[0])
    _ = press("E1EEEE1Ei", &screen)
    let text = screen.frame.text
    for words in ["What really comes", "kube-scheduler looked for a node", "If it were so", "ordered a kubelet"] {
      #expect(text.contains(words), "\(words)")
    }
  }

  @Test func aLessonIsFollowedToItsEnd() throws {
    var screen = try screen(Self.settings[0])
    // A wrong answer, a right one with its "what", ticks, a typed name, an order.
    _ = press("E1EEEE2EE2", &screen)
    let settled = screen.guide.session.settledCount
    #expect(settled == 2)
    for _ in 0..<40 where screen.guide.session.question == nil { _ = press("E", &screen) }
    expect(screen, asks: "could")
    _ = press("12E", &screen)
    for _ in 0..<40 where screen.guide.session.question == nil { _ = press("E", &screen) }
    expect(screen, asks: "node")
    _ = press("node1E", &screen)
    _ = press("E", &screen)
    expect(screen, asks: "order")
    _ = press("21EE", &screen)
    let isFinished = screen.guide.isFinished
    #expect(isFinished)
    let answers = screen.guide.session.answers
    #expect(answers.map(\.question) == ["who", "next", "could", "node", "order"])
    #expect(answers.last?.answer == ["kube-scheduler bind pod/web", "containerd@* start web/web"])
    #expect(press("q", &screen) == .leave)
  }

  @Test func nothingChosenIsNoAnswer() throws {
    var screen = try screen(Self.settings[0])
    _ = press("EEEEE", &screen)
    let isEmpty = screen.guide.session.answers.isEmpty
    #expect(isEmpty)
    expect(screen, asks: "who")
  }

  @Test func arrowsChoose() throws {
    var screen = try screen(Self.settings[0])
    _ = press("E", &screen)
    _ = screen.press(.right, at: Instant())
    _ = screen.press(.right, at: Instant())
    _ = screen.press(.enter, at: Instant())
    let answers = screen.guide.session.answers.map(\.answer)
    #expect(answers == [["store"]])
  }

  @Test func sureAndUnsureAreKept() throws {
    for (keys, sure) in [("E1E", nil), ("E1uE", false), ("E1uuE", true), ("E1uuuE", nil)] as [(String, Bool?)] {
      var screen = try screen(Self.settings[0])
      _ = press(keys, &screen)
      let kept = screen.guide.session.answers.map(\.sure)
      #expect(kept == [sure])
    }
  }

  @Test func aSmallWindowSaysSo() throws {
    var screen = try screen(Self.settings[0])
    for (columns, rows) in [(10, 5), (1, 1), (39, 24), (80, 11), (40, 12), (79, 20), (300, 90)] {
      screen.resize(columns: columns, rows: rows)
      let frame = screen.frame
      #expect((0..<rows).allSatisfy { Width.columns(frame.text(row: $0)) <= columns })
    }
  }

  @Test func controlKeysLeaveAndSuspend() throws {
    var screen = try screen(Self.settings[0])
    #expect(screen.press(.control("c"), at: Instant()) == .leave)
    #expect(screen.press(.control("z"), at: Instant()) == .suspend)
  }
}
