import Clockwork
import Curriculum
import Prose
import Testing

@Suite struct LoadingTests {
  @Test func theFixtureHasNoMistake() {
    #expect(Checks().run(Fixture.source).diagnostics.map(\.description) == [])
  }

  @Test func whatALearnerDoesNotNeedStaysUnread() {
    var source = Fixture.source
    source["Lessons/course.yaml"] = Fixture.course.replacing("[orders]", with: "[orders, other]")
    source["Lessons/components/other.yaml"] = Fixture.lesson.replacing("id: orders", with: "id: other")
    let part = Course.load(source, language: "ko", lesson: "components/orders")
    #expect(part.diagnostics.isEmpty)
    #expect(part.course.languages.map(\.code) == ["ko"])
    #expect(part.course.lessons.map(\.id) == ["orders"])
    let whole = Course.load(source, language: "fr", lesson: "none").course
    #expect(whole == Course.load(source).course)
    #expect(part.course.lesson("orders") == whole.lesson("orders"))
    #expect(part.course.language("ko").lesson("components/orders") == whole.language("ko").lesson("components/orders"))
  }

  @Test func aCourseIsReadWhole() {
    let course = Course.load(Fixture.source).course
    #expect(course.name == "test@1.0")
    #expect(course.passMark == 60)
    #expect(course.languages.map(\.code) == ["en", "ko"])
    #expect(course.chapters.map(\.id) == ["components"])
    #expect(course.clusters.map(\.name) == ["small"])
    #expect(course.imageNames == ["demo/web:1.0"])
    #expect(course.claim("C02")?.flows == ["F01", "F02"])
    #expect(course.misconception("etcd-dispatches")?.claims.map(\.text) == ["C01"])
    #expect(course.lesson("orders")?.path == "components/orders")
    #expect(course.lesson("components/orders") == course.lesson("orders"))
    #expect(course.lesson("nothing") == nil)
    #expect(course.language("ko").text("verdict.right", ["who": "kubelet"]) == "kubelet이 맞았습니다.")
    #expect(course.language("en").text("no.such") == "no.such")
    #expect(course.language("fr").code == "en")
  }

  @Test func aLessonIsReadWhole() throws {
    let lesson = try #require(Course.load(Fixture.source).course.lesson("orders"))
    #expect(lesson.minutes == 12)
    #expect(lesson.script.map(\.text) == ["kubectl run web --image=demo/web:1.0", "until pod/web Running"])
    #expect(lesson.script.first?.place.description == "Lessons/components/orders.yaml:9:5")
    #expect(lesson.beats.map(\.id) == ["b1", "b2", "b3", "b4", "b5"])
    #expect(lesson.beats.map(\.isThen) == [false, false, false, false, true])
    #expect(lesson.beat("b2")?.to.text == "kube-scheduler bind pod/web")
    #expect(lesson.questions.map(\.kind) == [.next, .whichCould, .value, .outcome, .choice, .claim])
    let first = try #require(lesson.question("q1"))
    #expect(first.subject == .component)
    #expect(first.options.map(\.text) == ["kube-scheduler", "etcd"])
    #expect(first.options.map { $0.misconception?.text } == [nil, "etcd-dispatches"])
    #expect(first.moment.pattern?.verb == "bind")
    #expect(lesson.question("q2")?.moment == .start)
    #expect(lesson.question("q3")?.normal == .name)
    #expect(lesson.question("q4")?.moment == .end)
    #expect(lesson.question("q6")?.options.map(\.text) == ["right", "simplified", "outdated", "wrong"])
    #expect(lesson.faults.first?.script.map(\.text) == ["break kube-scheduler"])
    #expect(lesson.reality.map(\.text) == ["kubectl get pods -w"])
  }

  @Test func wordsAreReadWhole() throws {
    let course = Course.load(Fixture.source).course
    let text = try #require(course.language("en").lesson("components/orders"))
    #expect(text.title == "Orders")
    #expect(text.opening.count == 1)
    #expect(text.beat("b2")?.blocks == [.paragraph([.text("Two for web.")], line: 10)])
    let first = try #require(text.question("q1"))
    #expect(first.ask == [.paragraph([.text("Who is next?")], line: 26)])
    #expect(first.hints == [[.text("Who watches?")], [.text("It has a queue.")]])
    #expect(first.after == [.text("It was the scheduler.")])
    #expect(first.reason("etcd")?.inlines == [.text("It only stores.")])
    #expect(first.reason("etcd")?.place.line == 27)
    #expect(text.question("q4")?.reason("Pending")?.inlines == [.text("Something would have to be down.")])
    #expect(text.question("q5")?.reason("two")?.label == [.text("The second")])
    #expect(text.fault("f1")?.title == "Without a scheduler")
    #expect(text.fault("f1")?.blocks == [.paragraph([.text("Nothing binds.")], line: 64)])
    #expect(text.reality.count == 1)
    #expect(course.language("ko").lesson("components/orders")?.of == text.hash)
  }

  @Test func theKeyOfAuthoredQuestionsIsFound() throws {
    let course = Course.load(Fixture.source).course
    let lesson = try #require(course.lesson("orders"))
    #expect(lesson.questions.map { course.key(of: $0) } == [[], [], [], [], ["one"], ["right"]])
  }

  @Test func aSeedDrawsNamesEverywhereAndKeepsTheHash() throws {
    let course = Course.load(Fixture.source).course
    let lesson = try #require(course.lesson("orders"))
    var drawn: [String] = []
    for seed in 0..<20 as Range<UInt64> {
      let variant = lesson.variant(seed: seed)
      let name = try #require(variant.draws.first).value
      if !drawn.contains(name) { drawn.append(name) }
      #expect(variant.script[1].text == "until pod/\(name) Running")
      #expect(variant.beat("b2")?.to.text == "kube-scheduler bind pod/\(name)")
      #expect(variant.questions.map(\.hash) == lesson.questions.map(\.hash))
      let text = try #require(course.language("en").lesson("components/orders")).variant(of: variant)
      #expect(text.beat("b2")?.blocks == [.paragraph([.text("Two for \(name).")], line: 10)])
      #expect(variant == lesson.variant(seed: seed))
    }
    #expect(drawn.first == "web")
    #expect(drawn.count == 3)
  }

  @Test func theHashCoversWhatTheKeyDependsOn() throws {
    func hashes(_ path: String, _ old: String, _ new: String) throws -> [String] {
      var source = Fixture.source
      source[path] = source[path]?.replacing(old, with: new, maxReplacements: 1)
      return try #require(Course.load(source).course.lesson("orders")).questions.map(\.hash)
    }
    let lesson = "Lessons/components/orders.yaml"
    let before = try hashes("", "", "")
    #expect(Set(before).count == before.count)
    #expect(before.allSatisfy { $0.count == 8 })
    for (path, old, new) in [
      (lesson, "minutes: 12", "minutes: 13"), (lesson, "claim: C01", "claim: C02"), (lesson, "to: kubelet", "to: x"),
      (lesson, "- id: q1\n    before:", "- before:"), ("Content/en/components/orders.md", "Prose", "Verse"),
    ] where !old.hasPrefix("- id") {
      #expect(try hashes(path, old, new) == before, "\(old)")
    }
    for (path, old, new) in [
      (lesson, "--image=demo", "--image=x"), (lesson, "[web, shop", "[web, stop"),
      ("Lessons/clusters/small.yaml", "node1", "node2"), ("Lessons/images.yaml", "5Mi", "6Mi"),
    ] {
      let after = try hashes(path, old, new)
      #expect(zip(before, after).allSatisfy { $0 != $1 }, "\(old)")
    }
    let changed = try hashes(lesson, "of: component", "of: verb")
    #expect(changed[0] != before[0])
    #expect(changed.dropFirst() == before.dropFirst())
    let swapped = try hashes(lesson, "of: component\n    claim: C01", "claim: C01\n    of: component")
    #expect(swapped == before)
  }

  @Test func theStepsOfAnOrderHaveWords() throws {
    var source = Fixture.source
    let path = "Lessons/components/orders.yaml"
    source[path] = source[path]?.replacing(
      "ask: which-could\n    claim: C01\n    options: [\"etcd put /registry/pods/default/{{name}}\", kubelet@node1 sync]",
      with: "ask: order\n    claim: C01\n    steps: [\"etcd put /a:b/{{name}}\", \"kubelet@* sync\"]"
    )
    let words =
      "What could happen?\n- etcd put /a:b/{{name}} [It is: *stored*]:\n- `kubelet@* sync` [It is seen]: Later."
    for code in ["en", "ko"] {
      let path = "Content/\(code)/components/orders.md"
      source[path] = source[path]?.replacing("What could happen?", with: words)
    }
    for change in Stamp.changes(in: source, course: Course.load(source).course) { source[change.path] = change.text }
    let checked = Checks().run(source)
    #expect(checked.diagnostics.map(\.description) == [])
    let text = try #require(checked.course.language("en").lesson("components/orders")?.question("q2"))
    #expect(text.reason("etcd put /a:b/web")?.label == [.text("It is: "), .emphasis([.text("stored")])])
    #expect(text.reason("kubelet@* sync")?.label == [.text("It is seen")])
    #expect(text.reason("kubelet@* sync")?.inlines == [.text("Later.")])
    #expect(checked.course.lesson("orders")?.question("q2")?.candidates == ["etcd put /a:b/web", "kubelet@* sync"])
  }

  @Test func aTableIsRead() {
    let fence = Fence(info: "table", text: "| a | b |\n|---|:-:|\n| `x|y` \\| z | *w* |\n\nlone\n", line: 3)
    let table = TableText.read(fence)
    #expect(table.head == [[.text("a")], [.text("b")]])
    #expect(table.rows.count == 2)
    #expect(table.rows[1] == [[.text("lone")]])
    #expect(TableText.read(Fence(info: "table", text: "")).head.isEmpty)
  }

  @Test(arguments: [
    ("kube-scheduler bind pod/web", "kube-scheduler bind pod/web", true),
    ("kubelet@* * pod/web", "kubelet@n1 run pod/web", true),
    ("etcd put *", "etcd put /registry/pods/default/web", true), ("etcd put *", "etcd get x", false),
    ("*bind*", "kube-scheduler bind pod/web", true), ("a", "ab", false), ("a*", "a", true), ("*", "", true),
    ("", "", true),
    ("a*b*c", "a-b-b-c", true), ("a*b*c", "a-c-b", false), ("**", "x", true),
  ])
  func patternsMatch(pattern: String, action: String, matches: Bool) {
    #expect(ActionPattern(pattern).matches(action) == matches)
  }

  @Test func aPatternOfManyStarsEnds() {
    let pattern = ActionPattern(String(repeating: "*a", count: 50) + "b")
    #expect(!pattern.matches(String(repeating: "a", count: 5_000)))
  }

  @Test(arguments: [
    ("beets", "beats"), ("Questions", "questions"), ("scirpt", "script"), ("xyz", nil), ("", nil),
    ("minuts", "minutes"),
  ])
  func whatWasMeantIsFound(word: String, near: String?) {
    #expect(Suggestion.nearest(to: word, among: ["beats", "questions", "script", "minutes"]) == near)
  }
}
