import Clockwork
import Curriculum
import Testing

/// One slip of an author, and the one line that tells of it.
struct Slip: CustomTestStringConvertible, Sendable {
  var path: String
  var old: String
  var new: String
  var lines: [String]

  var testDescription: String { "\(old) → \(new)" }

  static func lesson(_ old: String, _ new: String, _ place: String, _ rest: String...) -> Slip {
    Slip(
      path: "Lessons/components/orders.yaml",
      old: old,
      new: new,
      lines: ([place] + rest).filter { !$0.isEmpty }.map {
        $0.hasPrefix("Content/") ? $0 : "Lessons/components/orders.yaml:\($0)"
      }
    )
  }

  static func english(_ old: String, _ new: String, _ place: String) -> Slip {
    let path = "Content/en/components/orders.md"
    return Slip(path: path, old: old, new: new, lines: place.isEmpty ? [] : ["\(path):\(place)"])
  }

  static func file(_ path: String, _ old: String, _ new: String, _ lines: String...) -> Slip {
    Slip(path: path, old: old, new: new, lines: lines)
  }
}

@Suite struct ChecksTests {
  static let lessons: [Slip] = [
    .lesson(
      "minutes: 12",
      "minuts: 12",
      "1:5: warning: the lesson has no `minutes`",
      "2:1: error: a lesson knows no key `minuts`"
    ),
    .lesson("minutes: 12", "minutes: 40", "2:1: warning: a lesson of 40 minutes is unusual"),
    .lesson(
      "minutes: 12",
      "minutes: long",
      "2:1: warning: the lesson has no `minutes`",
      "2:10: error: `minutes` must be a whole number"
    ),
    .lesson("id: orders\n", "", "1:1: error: the lesson has no `id`"),
    .lesson("id: orders", "id: order", "1:5: error: the lesson calls itself `order`, its file `orders`"),
    .lesson("cluster: small", "cluster: smal", "3:10: error: unknown cluster `smal`"),
    .lesson("flow: F01", "version: new", "4:10: error: `version` is `then` or `now`, not `new`"),
    .lesson("flow: F01", "level: storey", "4:8: error: `level` cannot be `storey`"),
    .lesson(
      "claims: [C01]",
      "claims: [C01, C09]",
      "5:15: error: unknown claim `C09`",
      "5:15: warning: no question is tied to the claim `C09`"
    ),
    .lesson("claims: [C01]", "claims: [yes]", "5:10: error: an element of `claims` is the boolean true, not text"),
    .lesson("[web, shop, blog]", "[]", "7:3: error: `name` has no value to draw"),
    .lesson(
      "--image=demo/web:1.0",
      "--image=demo/wev:1.0",
      "9:5: warning: `Lessons/images.yaml` does not know the image `demo/wev:1.0`"
    ),
    .lesson(
      "id: b2",
      "id: b1",
      "Content/en/components/orders.md:9:1: error: the lesson has no beat `b2`",
      "Content/ko/components/orders.md:12:1: error: the lesson has no beat `b2`",
      "13:5: error: the beat `b1` stands twice"
    ),
    .lesson("{id: b1, to: \"etcd put *\"}", "{id: b1}", "12:5: error: the beat has no `to`"),
    .lesson("to: \"etcd put *\"", "to: etcd", "12:18: error: the action pattern `etcd` names no verb"),
    .lesson(
      "to: \"etcd put *\"",
      "too: etcd put",
      "12:5: error: the beat has no `to`",
      "12:14: error: a beat knows no key `too`"
    ),
    .lesson("then: true", "then: maybe", "18:11: error: `then` must be true or false"),
    .lesson(
      "before: kube-scheduler bind",
      "after: start\n    before: kube-scheduler bind",
      "21:5: error: the question has both `before` and `after`"
    ),
    .lesson("    at: start\n", "", "27:5: error: the question says not when it is asked"),
    .lesson("ask: which-could", "ask: which-culd", "29:10: error: `ask` cannot be `which-culd`"),
    .lesson("    field: spec.nodeName\n", "", "32:5: error: the question `q3` has no `field`"),
    .lesson("normalise: name", "normalize: name", "37:5: error: a question knows no key `normalize`"),
    .lesson(
      "normalise: name",
      "tolerance: 1",
      "32:5: error: the tolerance `1` is without effect: `exact` is no measure"
    ),
    .lesson(
      "options: [kube-scheduler, etcd]",
      "options: [kube-scheduler, etc]",
      "Content/en/components/orders.md:27:1: error: the question has no option `etcd`",
      "Content/ko/components/orders.md:30:1: error: the question has no option `etcd`",
      "26:28: error: `etcd` is none of the options"
    ),
    .lesson(
      "options: [kube-scheduler, etcd]",
      "options: [etcd]",
      "25:15: error: a single option leaves nothing to choose"
    ),
    .lesson("{etcd: etcd-dispatches}", "{etcd: etcd-dispatch}", "26:28: error: unknown misconception `etcd-dispatch`"),
    .lesson("options: [one, two]", "options: [one, two, two]", "50:25: error: the option `two` stands twice"),
    .lesson("key: one", "key: three", "51:10: error: the key `three` is none of the options"),
    .lesson("    key: one\n", "", "46:5: error: the question `q5` has no key"),
    .lesson("key: one", "key: [one, two]", "46:5: error: every option of the question `q5` is right"),
    .lesson("key: one", "attempts: 0\n    key: one", "46:5: error: `attempts` must be at least 1"),
    .lesson(
      "ask: next",
      "ask: next\n    key: etcd",
      "23:10: error: the key of a `next` question is computed by the model"
    ),
    .lesson(
      "    claim: C02\n",
      "",
      "52:5: error: the question `q6` is tied to no claim",
      "52:5: error: the question `q6` has no key"
    ),
    .lesson("break: kube-scheduler, ", "", "57:5: error: the fault breaks nothing"),
    .lesson("claim: C01}", "claim: C1}", "57:44: error: unknown claim `C1`"),
    .lesson(
      "id: f1",
      "id: F 1",
      "Content/en/components/orders.md:61:1: error: the lesson has no fault `f1`",
      "Content/ko/components/orders.md:64:1: error: the lesson has no fault `f1`",
      "57:5: error: `F 1` cannot be an id",
      "57:5: error: the fault `F 1` has no text in `en`",
      "57:5: error: the fault `F 1` has no text in `ko`"
    ),
    .lesson("- kubectl get pods -w", "- [a]", "59:5: error: an element of `reality` must be a single word or line"),
    .lesson("  - until pod/{{name}} Running", "  - ~", "10:5: error: an element of `script` is empty"),
    .lesson("bind pod/{{name}}", "bind pod/{{nmae}}", "13:18: error: unknown placeholder `nmae`"),
    .lesson("kubectl run {{name}}", "kubectl run {{pod app=web 1}}", ""),
  ]

  @Test(arguments: lessons)
  func aSlipInALessonIsFound(slip: Slip) {
    check(slip)
  }

  static let texts: [Slip] = [
    .english(
      "# Orders {#orders}",
      "# Orders {#order}",
      "1:1: error: the title has the id `order`, the lesson `orders`"
    ),
    .english("```beat b3", "```beat b33", "13:1: error: the lesson has no beat `b33`"),
    .english("```beat b3", "```beat", "13:1: error: the fence `beat` has no id"),
    .english("```beat b3", "```beat b2", "13:1: error: the fence `beat` for `b2` stands twice"),
    .english("Three.\n", "", "13:1: error: the beat `b3` says nothing"),
    .english("Who is next?\n", "", "25:1: error: the question `q1` asks nothing"),
    .english("- etcd: It", "- etcdd: It", "27:1: error: the question has no option `etcdd`"),
    .english("- two [The second]: Wrong.\n", "", "48:1: error: nothing explains why `two` is wrong"),
    .english("- two [The second]: Wrong.", "- two [The second]:", "48:1: error: nothing explains why `two` is wrong"),
    .english("after: It was the scheduler.", "\nIt was the scheduler.", "31:1: error: this line belongs to nothing"),
    .english("glossary:nat", "glossary:net", "3:1: error: unknown glossary word `net`"),
    .english("glossary\nnat", "glossary\n\nmat", "73:1: error: unknown glossary word `mat`"),
    .english("Two for", "Two **(b)**x for", "10:5: error: `**` stays in the text as it is"),
    .english("Two for", "Two `**` and __(b)__x", "10:14: error: `__` stays in the text as it is"),
    .english("It only stores.", "It only `a**` **`stores`**x.", "27:19: error: `**` stays in the text as it is"),
    .english("would have to", "would **`have`**x to", "45:9: error: `**` stays in the text as it is"),
    .english("The model leaves", "The **(m)**odel leaves", "68:5: error: `**` stays in the text as it is"),
    .english("- simplified: No.\n", "", "54:1: error: nothing explains why `simplified` is wrong"),
    .english("Two for {{name}}", "Two for {{nam}}", "10:9: error: unknown placeholder `nam`"),
    .english("```reality", "```realty x", "1:1: warning: the lesson does not say what the model leaves out"),
    .english("{#orders}", "{#orders} \u{1b}[31m", ""),
  ]

  @Test(arguments: texts)
  func aSlipInWordsIsFound(slip: Slip) {
    // The change makes the translation stale too, and both languages are compared: only this file is looked at.
    let lines = Fixture.report(slip.path, slip.old, slip.new).filter { $0.hasPrefix(slip.path) }
    #expect(lines == slip.lines)
  }

  static let others: [Slip] = [
    .file(
      "Lessons/course.yaml",
      "id: test",
      "idd: test",
      "Lessons/course.yaml:1:1: error: the course knows no key `idd`",
      "Lessons/course.yaml:1:1: error: the course has no `id`"
    ),
    .file(
      "Lessons/course.yaml",
      "\"1.0\"",
      "1.0",
      "Lessons/course.yaml:2:10: error: `version` is a number, which loses its last zero"
    ),
    .file(
      "Lessons/course.yaml",
      "pass-mark: 60",
      "pass-mark: 101",
      "Lessons/course.yaml:1:1: error: the pass mark is not between 0 and 100"
    ),
    .file(
      "Lessons/course.yaml",
      "[orders]",
      "[orders, odors]",
      "Lessons/course.yaml:6:40: error: there is no lesson file `Lessons/components/odors.yaml`"
    ),
    .file(
      "Lessons/course.yaml",
      "[orders]",
      "[]",
      "Lessons/components/orders.yaml: error: no chapter of `Lessons/course.yaml` names this lesson"
    ),
    .file(
      "Lessons/course.yaml",
      "lessons: [orders]",
      "lesson: [orders]",
      "Lessons/components/orders.yaml: error: no chapter of `Lessons/course.yaml` names this lesson",
      "Lessons/course.yaml:6:22: error: a chapter knows no key `lesson`"
    ),
    .file("Lessons/course.yaml", "[en, ko]", "[en]"),
    .file("Lessons/course.yaml", "[en, ko]", "[]", "Lessons/course.yaml:1:1: error: the course has no language"),
    .file(
      "Lessons/claims.yaml",
      "wrong",
      "false",
      "Lessons/claims.yaml:1:16: error: `verdict` is the boolean false, not text"
    ),
    .file("Lessons/claims.yaml", "wrong", "rong", "Lessons/claims.yaml:1:16: error: `verdict` cannot be `rong`"),
    .file(
      "Lessons/misconceptions.yaml",
      "[C01]",
      "[C03]",
      "Lessons/misconceptions.yaml:1:19: error: unknown claim `C03`"
    ),
    .file(
      "Content/ko/ui.yaml",
      "quit: 끝내기\n",
      "",
      "Content/ko/ui.yaml:1:1: error: the key `quit` has no words in `ko`"
    ),
    .file(
      "Content/ko/ui.yaml",
      "quit:",
      "quid:",
      "Content/ko/ui.yaml:1:1: error: the key `quit` has no words in `ko`",
      "Content/ko/ui.yaml:1:7: error: the reference has no key `quid`"
    ),
    .file(
      "Content/ko/ui.yaml",
      "{who|이가}",
      "{whom|이가}",
      "Content/ko/ui.yaml:3:10: error: the words of `verdict.right` have no argument `{whom}`",
      "Content/ko/ui.yaml:3:10: warning: the words of `verdict.right` leave out `{who}`"
    ),
    .file(
      "Content/ko/ui.yaml",
      "{who|이가}",
      "{who} {who|이다}",
      "Content/ko/ui.yaml:3:10: error: `{who|이다}` names no pair of particles"
    ),
    .file(
      "Content/ko/ui.yaml",
      "끝내기",
      "no",
      "Content/ko/ui.yaml:1:1: error: the key `quit` has no words in `ko`",
      "Content/ko/ui.yaml:1:7: error: `quit` must be text"
    ),
    .file(
      "Content/ko/ui.yaml",
      "quit: 끝내기",
      "quit: 끝내기\nverdict.right: \"{who}\"",
      "Content/ko/ui.yaml:4:10: error: the key `verdict.right` stands twice"
    ),
    .file(
      "Content/ko/glossary.md",
      "{#nat}",
      "",
      "Content/ko/components/orders.md:6:1: error: unknown glossary word `nat`",
      "Content/ko/components/orders.md:75:1: error: unknown glossary word `nat`",
      "Content/ko/glossary.md:1:1: error: the glossary lacks `nat`",
      "Content/ko/glossary.md:3:1: error: the heading has no id"
    ),
    .file(
      "Content/ko/misconceptions.md",
      "{#etcd-dispatches}",
      "{#etcd-dispatch}",
      "Content/ko/misconceptions.md:3:1: error: unknown misconception `etcd-dispatch`",
      "Lessons/misconceptions.yaml:1:1: error: the misconception `etcd-dispatches` has no words in `ko`"
    ),
    .file(
      "Content/en/components/index.md",
      "# Components",
      "# The components",
      "Content/ko/components/index.md:2:1: error: the translation is stale: it is of"
    ),
    .file(
      "Content/en/components/orders.md",
      "One.",
      "One!",
      "Content/ko/components/orders.md:2:1: error: the translation is stale: it is of"
    ),
    .file(
      "Content/ko/components/orders.md",
      "of:",
      "off:",
      "Content/ko/components/orders.md:1:1: error: the translation does not say which text it is of"
    ),
    .file(
      "Content/ko/components/orders.md",
      "hint: Who watches?\n",
      "",
      "Content/ko/components/orders.md:28:1: error: the question `q1` has 1 hints, the reference 2"
    ),
    .file(
      "Content/ko/components/orders.md",
      "after: It was the scheduler.\n",
      "",
      "Content/ko/components/orders.md:28:1: error: the question `q1` lacks the line `after:`"
    ),
    .file(
      "Content/ko/components/orders.md",
      "- etcd: It only stores.\n",
      "",
      "Content/ko/components/orders.md:28:1: error: the question `q1` lacks the option `etcd`"
    ),
    .file(
      "Content/ko/components/orders.md",
      "- one [The first]",
      "- one",
      "Content/ko/components/orders.md:53:1: error: the option `one` has other words in the reference, none here"
    ),
    .file(
      "Content/ko/components/orders.md",
      "{#orders}",
      "",
      "Content/ko/components/orders.md:1:1: error: the heading `{#orders}` is missing"
    ),
    .file(
      "Content/ko/components/orders.md",
      "```glossary\nnat\n```",
      "",
      "Content/ko/components/orders.md:1:1: error: the reference has 1 fences `glossary`, this text 0"
    ),
    .file(
      "Content/ko/components/orders.md",
      "```reality",
      "```text",
      "Content/ko/components/orders.md:1:1: error: the fence `reality` is missing"
    ),
    .file(
      "Content/ko/components/orders.md",
      "One.",
      "**굵게(bold)**를 씁니다.",
      "Content/ko/components/orders.md:9:1: error: `**` stays in the text as it is"
    ),
  ]

  @Test(arguments: others)
  func aSlipElsewhereIsFound(slip: Slip) {
    check(slip)
  }

  @Test(arguments: [
    ("Lessons/course.yaml", "Lessons/course.yaml: error: the course has no file `Lessons/course.yaml`"),
    ("Lessons/clusters/small.yaml", "Lessons/components/orders.yaml:3:10: error: unknown cluster `small`"),
    (
      "Content/ko/components/orders.md",
      "Lessons/components/orders.yaml:1:5: error: the lesson `components/orders` has no text in `ko`"
    ),
    ("Content/ko/components/index.md", "Lessons/course.yaml:6:5: error: the chapter `components` has no page in `ko`"),
    (
      "Content/ko/misconceptions.md",
      "Lessons/misconceptions.yaml:1:1: error: the misconception `etcd-dispatches` has no words in `ko`"
    ),
  ])
  func aMissingFileIsFound(path: String, line: String) {
    #expect(Fixture.report(path, text: nil).contains(line))
  }

  @Test func aMisspeltFenceIsNamed() {
    let path = "Content/en/components/orders.md"
    #expect(
      Fixture.report(path, "```beat b3", "```beta b3").contains(
        "\(path):13:1: error: `beta` is no kind of fence that names `b3`"
      )
    )
  }

  @Test func nothingThatATerminalObeysIsQuoted() {
    let path = "Lessons/components/orders.yaml"
    let lines = Fixture.report(path, "{etcd: etcd-dispatches}", "{\"\\e[31m\\u202e\": \"\\e]0;x\\a\"}")
    #expect(lines.first?.contains("`[31m` is none of the options") == true)
    #expect(!lines.joined().unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202e })
  }

  @Test func aNoteAndAFixFollowTheSummary() {
    var source = Fixture.source
    source["Lessons/course.yaml"] = Fixture.course.replacing("pass-mark", with: "pas-mark")
    #expect(
      Checks().run(source).diagnostics.map(\.description) == [
        """
        Lessons/course.yaml:4:1: error: the course knows no key `pas-mark`
          note: the keys are id, version, languages, chapters, pass-mark, passMark
          fix: did you mean `pass-mark`?
        """
      ]
    )
  }

  @Test func allMistakesAreToldInOnePass() {
    var source = Fixture.source
    source["Lessons/claims.yaml"] = "C01: {verdict: rong}\nC02: {verdict: right, flaw: x}\n"
    source["Content/ko/ui.yaml"] = "quit: a\nquit: b\n"
    let path = "Lessons/components/orders.yaml"
    source[path] = source[path]?.replacing("cluster: small", with: "cluster: big").replacing(
      "minutes: 12",
      with: "minutes: 1"
    )
    let lines = Fixture.lines(Checks().run(source).diagnostics)
    #expect(
      lines == [
        "Content/ko/ui.yaml:1:1: error: the key `quit` has no words in `ko`",
        "Content/ko/ui.yaml:1:1: error: the key `verdict.right` has no words in `ko`",
        "Content/ko/ui.yaml:2:1: error: the key `quit` stands twice in the same map",
        "Lessons/claims.yaml:1:16: error: `verdict` cannot be `rong`",
        "Lessons/claims.yaml:2:23: error: a claim knows no key `flaw`",
        "Lessons/components/orders.yaml:2:1: warning: a lesson of 1 minutes is unusual",
        "Lessons/components/orders.yaml:3:10: error: unknown cluster `big`",
      ]
    )
  }

  @Test func theHooksAreAsked() {
    let checks = Checks(
      scriptFlaw: { $0.hasPrefix("until") || $0.hasPrefix("break") ? "no such line: \($0)" : nil },
      patternFlaw: { $0.component == "etcd" ? "no such verb" : nil },
      requiredWords: ["quit", "start"],
      model: { lesson, _ in [Diagnostic(lesson.place, .error, "the model says no")] }
    )
    #expect(
      Fixture.lines(checks.run(Fixture.source).diagnostics) == [
        "Content/en/ui.yaml:1:1: error: the key `start` has no words in `en`",
        "Content/ko/ui.yaml:1:1: error: the key `start` has no words in `ko`",
        "Lessons/components/orders.yaml:1:5: error: the model says no",
        "Lessons/components/orders.yaml:10:5: error: no such line: until pod/web Running",
        "Lessons/components/orders.yaml:12:18: error: no such verb",
        "Lessons/components/orders.yaml:33:12: error: no such verb",
        "Lessons/components/orders.yaml:57:21: error: no such line: break kube-scheduler",
      ]
    )
  }

  @Test func tooFewOfEverythingIsAWarning() throws {
    let lesson = """
      id: orders
      minutes: 15
      cluster: small
      script: [x]
      beats:
        - {id: b1, to: a b}
      questions:
        - {id: q1, at: end, ask: next, claim: C01}

      """
    let report = Fixture.report("Lessons/components/orders.yaml", text: lesson)
    #expect(
      report.filter { $0.hasPrefix("Lessons") } == [
        "Lessons/components/orders.yaml:5:1: warning: the lesson has 1 beats",
        "Lessons/components/orders.yaml:7:1: warning: the lesson has 1 questions",
        "Lessons/components/orders.yaml:7:1: warning: the questions are of 1 kind only: next",
      ]
    )
  }

  @Test func aCourseOfOneLanguageWithoutClaimsNeedsNoMore() {
    var source = CourseSource()
    source["Lessons/course.yaml"] = "id: mine\nversion: '1'\nlanguages: [en]\nchapters: [{id: c, lessons: [l]}]\n"
    source["Lessons/clusters/one.yaml"] = "version: now\n"
    source["Lessons/c/l.yaml"] = "id: l\nminutes: 12\ncluster: one\nscript: [kubectl get pods]\n"
    source["Content/en/c/index.md"] = "# C\n"
    source["Content/en/c/l.md"] = "# L\n"
    #expect(Checks().run(source).diagnostics.filter { $0.severity == .error } == [])
  }

  @Test func stampingMakesATranslationFresh() throws {
    var source = Fixture.source
    source["Content/en/components/orders.md"] = Fixture.english.replacing("One.", with: "One!")
    source["Content/ko/components/index.md"] = "---\ntitle: x\n---\n# 구성 {#components}\n"
    #expect(Checks().run(source).diagnostics.count == 2)
    let changes = Stamp.changes(in: source, course: Course.load(source).course)
    #expect(changes.map(\.path) == ["Content/ko/components/index.md", "Content/ko/components/orders.md"])
    #expect(changes.first?.text.hasPrefix("---\nof: ") == true)
    #expect(changes.first?.text.hasSuffix("\ntitle: x\n---\n# 구성 {#components}\n") == true)
    for change in changes { source[change.path] = change.text }
    #expect(Checks().run(source).diagnostics == [])
    #expect(Stamp.changes(in: source, course: Course.load(source).course).isEmpty)
  }

  @Test func theHashOfATextIgnoresFrontMatterAndLineEnds() {
    let hash = Stamp.hash(of: "# A\n\nb\n")
    #expect(Stamp.hash(of: "---\nof: x\n---\n# A\n\nb\n") == hash)
    #expect(Stamp.hash(of: "# A\r\n\r\nb") == hash)
    #expect(Stamp.hash(of: "# A\n\nc\n") != hash)
    // A stamp in a translation must not change with the program.
    #expect(hash == "c40d4b05")
    #expect(Stamp.hash(of: "---\na: b\n") == Stamp.hash(of: "---\na: b"))
    #expect(Stamp.hash(of: "") == Stamp.hash(of: "\n\n"))
  }

  @Test(arguments: 0..<120)
  func aTornCourseNeverTraps(seed: UInt64) {
    var random = Random(seed: seed)
    var source = Fixture.source
    for path in source.paths {
      guard random.next(below: 3) == 0, let text = source[path] else { continue }
      var bytes = Array(text.utf8)
      switch random.next(below: 4) {
      case 0: bytes.removeLast(random.next(below: bytes.count))
      case 1: for _ in 0..<8 { bytes[random.next(below: bytes.count)] = UInt8(truncatingIfNeeded: random.next()) }
      case 2: bytes.removeSubrange(0..<random.next(below: bytes.count))
      default: bytes.insert(contentsOf: Array("[{}]:- ".utf8), at: random.next(below: bytes.count))
      }
      source[path] = String(decoding: bytes, as: UTF8.self)
    }
    let run = Checks().run(source)
    for diagnostic in run.diagnostics { #expect(diagnostic.line >= 0 && !diagnostic.description.isEmpty) }
    for lesson in run.course.lessons { _ = lesson.variant(seed: seed) }
  }

  private func check(_ slip: Slip) {
    let lines = Fixture.report(slip.path, slip.old, slip.new)
    // The hashes of a stale translation are not what is tested.
    let isSame = lines.count == slip.lines.count && zip(lines, slip.lines).allSatisfy { $0.hasPrefix($1) }
    #expect(isSame, "\(lines)")
  }
}
