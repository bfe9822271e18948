import Testing

/// An author with the program, an empty folder and CONTRIBUTING alone.
@Suite struct AuthorPathTests {
  /// The example course with one more question, whose key the model reads from the world.
  static func course() throws -> Folder {
    let folder = try Folder()
    try Package.writeExample(to: folder)
    let lesson = try folder.text("Lessons/first/two-pods.yaml")
    try folder.write(
      lesson + """
          - id: which-node
            at: end
            ask: value
            object: pod/web
            field: spec.nodeName
            normalise: name

        """,
      to: "Lessons/first/two-pods.yaml"
    )
    let words = try folder.text("Content/en/first/two-pods.md")
    try folder.write(
      words + "\n```question which-node\nOn which node does the Pod run?\n```\n",
      to: "Content/en/first/two-pods.md"
    )
    return folder
  }

  static func answer(_ question: String, _ answer: String, extra: String = "") -> String {
    "{\"v\":1,\"course\":\"my-course@1.0\",\"lesson\":\"first/two-pods\",\"question\":\"\(question)\","
      + "\"version\":\"now\",\"seed\":0,\"choices\":[],\"learner\":\"me\",\"answer\":[\"\(answer)\"],\"attempt\":1"
      + "\(extra)}\n"
  }

  /// The column of the CSV report for a question.
  static func verdict(_ question: String, in report: String) -> String? {
    for line in report.split(whereSeparator: \.isNewline) {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      if fields.count > 4, fields[2] == question { return "\(fields[3]) \(fields[4])" }
    }
    return nil
  }

  @Test func theExampleIsCheckedTracedAndGraded() throws {
    let folder = try Self.course()
    let check = try Program.run(["check", folder.path])
    #expect(check.status == 0, "\(check.errors)")
    #expect(check.output.contains("my-course@1.0: 1 lesson, 3 questions, 1 language: 0 errors"))
    let environment = ["ORRERY_COURSE": folder.path]
    let trace = try Program.run(["trace", "two-pods", "--output", "jsonl"], environment: environment)
    #expect(trace.status == 0, "\(trace.errors)")
    #expect(trace.output.contains("\"verb\":\"bind\"") || trace.output.contains("binding"))
    let answers = Self.answer("who-moves-first", "kube-scheduler") + Self.answer("phase-at-last", "Pending")
    let grade = try Program.run(
      ["grade", "-", "--course", folder.path, "--format", "csv", "--pass-mark", "50"],
      input: answers
    )
    // One of three is a third.
    #expect(grade.status == 1, "\(grade.errors)")
    #expect(Self.verdict("who-moves-first", in: grade.output) == "expected 1")
    #expect(Self.verdict("phase-at-last", in: grade.output) == "wrong 0")
  }

  @Test func aMistakeIsSaidWhereItStands() throws {
    let folder = try Self.course()
    try folder.replace("minutes: 12", with: "minuets: 12", in: "Lessons/first/two-pods.yaml")
    try folder.replace("until pod/web Running", with: "untl pod/web Running", in: "Lessons/first/two-pods.yaml")
    try folder.replace("```beat chosen", with: "```beat chosn", in: "Content/en/first/two-pods.md")
    let run = try Program.run(["check", folder.path])
    #expect(run.status == 1)
    #expect(run.errors.contains("\(folder.path)/Lessons/first/two-pods.yaml:2:1: error:"), "\(run.errors)")
    #expect(run.errors.contains("\(folder.path)/Lessons/first/two-pods.yaml:6:5: error:"), "\(run.errors)")
    #expect(run.errors.contains("fix: did you mean `minutes`?"))
    #expect(run.errors.contains("fix: did you mean `chosen`?"))
  }

  @Test func theModelIsAskedToo() throws {
    let folder = try Self.course()
    try folder.replace(
      "etcd put /registry/pods/default/web",
      with: "etcd put /registry/pods/default/wbe",
      in: "Lessons/first/two-pods.yaml"
    )
    try folder.replace(
      "options: [Pending, Running]",
      with: "options: [Pending, Failed]",
      in: "Lessons/first/two-pods.yaml"
    )
    let run = try Program.run(["check", folder.path])
    #expect(run.status == 1)
    #expect(run.errors.contains("the beat `stored` never ends"), "\(run.errors)")
    #expect(run.errors.contains("no option of `phase-at-last` is right"), "\(run.errors)")
  }

  @Test func warningsCountOnlyWhenAsked() throws {
    let folder = try Self.course()
    let lenient = try Program.run(["check", folder.path])
    #expect(lenient.errors.contains(": warning: "))
    #expect(lenient.status == 0)
    #expect(try Program.run(["check", folder.path, "--strict"]).status == 1)
  }

  @Test func stampingMendsWhatIsStale() throws {
    let folder = try Self.course()
    try folder.replace("languages: [en]", with: "languages: [en, ko]", in: "Lessons/course.yaml")
    for name in ["index.md", "two-pods.md"] {
      try folder.write(try folder.text("Content/en/first/\(name)"), to: "Content/ko/first/\(name)")
    }
    let before = try Program.run(["check", folder.path])
    #expect(before.errors.contains("Content/ko/first/two-pods.md"), "\(before.errors)")
    let stamp = try Program.run(["check", folder.path, "--stamp"])
    #expect(stamp.status == 0, "\(stamp.errors)")
    #expect(stamp.output.contains("stamped"))
    #expect(try folder.text("Content/ko/first/two-pods.md").hasPrefix("---\nof: "))
    #expect(try Program.run(["check", folder.path, "--stamp"]).output.contains("stamped") == false)
  }

  @Test func whatAnAnswerSaysOfItselfCountsForNothing() throws {
    let folder = try Self.course()
    let given = [("who-moves-first", "etcd"), ("phase-at-last", "Running"), ("which-node", "right")]
    let plain = given.map { Self.answer($0.0, $0.1) }.joined()
    let boasting = given.map { Self.answer($0.0, $0.1, extra: ",\"correct\":true,\"score\":1") }.joined()
    for format in ["table", "csv", "json"] {
      let arguments = ["grade", "-", "--course", folder.path, "--format", format]
      let first = try Program.run(arguments, input: plain)
      let second = try Program.run(arguments, input: boasting)
      #expect(first.status == 0, "\(first.errors)")
      #expect(first.output == second.output)
      #expect(second.errors.isEmpty)
    }
  }

  @Test func aNodeOfAnotherNameChangesTheKey() throws {
    let folder = try Self.course()
    func verdicts() throws -> [String: String] {
      var found: [String: String] = [:]
      for node in ["left", "right", "alpha", "omega"] {
        let run = try Program.run(
          ["grade", "-", "--course", folder.path, "--format", "csv"],
          input: Self.answer("which-node", node)
        )
        found[node] = Self.verdict("which-node", in: run.output) ?? run.errors
      }
      return found
    }
    let before = try verdicts()
    let old = try #require(before.first { $0.value == "right 1" }?.key)
    #expect(before.values.count { $0 == "wrong 0" } == 3)
    let new = old == "left" ? "alpha" : "omega"
    try folder.replace("name: \(old)", with: "name: \(new)", in: "Lessons/clusters/pair.yaml")
    let after = try verdicts()
    #expect(after[new] == "right 1")
    #expect(after[old] == "wrong 0")
    // The rows of the trace change by that name alone.
    let trace = try Program.run(["trace", "two-pods", "--course", folder.path, "--output", "jsonl"])
    #expect(trace.output.contains(new))
    #expect(!trace.output.contains(old))
  }
}
