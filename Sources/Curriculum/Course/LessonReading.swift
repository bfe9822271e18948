import Clockwork
import Prose

extension Lesson {
  static let keys = [
    "id", "minutes", "cluster", "flow", "claims", "level", "version", "vary", "script", "beats", "questions", "faults",
    "reality",
  ]

  /// Reads a lesson, with the values of its placeholders that a seed chooses.
  static func read(_ document: YAMLDocument, chapter: String, seed: UInt64, findings: Findings) -> Lesson {
    let vary = Variation.read(document, findings: findings)
    let values = vary.map { Drawn(name: $0.name, value: $0.value(seed: seed)) }
    let drawn = YAMLDocument(
      file: document.file,
      value: values.isEmpty ? document.value : Placeholder.fill(document.value, values),
      spot: document.spot
    )
    let fields = Fields(drawn, findings: findings)
    fields.allowOnly(keys, of: "a lesson")
    let version = fields.text("version") ?? ""
    if !["", "now", "then"].contains(version) {
      findings.error(fields.place("version"), "`version` is `then` or `now`, not `\(version)`")
    }
    return Lesson(
      chapter: chapter,
      id: fields.required("id", of: "the lesson"),
      place: fields.has("id") ? fields.place("id") : fields.place,
      minutes: fields.integer("minutes", default: 0),
      cluster: fields.placed("cluster") ?? PlacedText("reference", place: fields.place),
      flow: fields.text("flow"),
      claims: fields.lines("claims"),
      level: fields.choice("level", default: .story),
      version: version,
      vary: vary,
      script: fields.lines("script"),
      beats: fields.maps("beats").map { Beat.read($0) },
      questions: fields.maps("questions").map { Question.read($0, lessonVersion: version) },
      faults: fields.maps("faults").map { Fault.read($0) },
      reality: fields.lines("reality"),
      values: values,
      document: document
    )
  }

  /// The same lesson in another cluster: the seed draws the names, addresses and sizes that `vary` lists.
  ///
  /// The hash of a question stays, because it covers the entry with all values it can draw.
  public func variant(seed: UInt64) -> Lesson {
    var lesson = Lesson.read(document, chapter: chapter, seed: seed, findings: Findings())
    for index in lesson.questions.indices where questions.indices.contains(index) {
      lesson.questions[index].hash = questions[index].hash
    }
    return lesson
  }
}

extension Variation {
  static func read(_ document: YAMLDocument, findings: Findings) -> [Variation] {
    let fields = Fields(document, findings: findings)
    guard fields.has("vary"), let entries = fields.value["vary"]?.entries else {
      if fields.has("vary") { findings.error(fields.place("vary"), "`vary` must be a map from names to lists") }
      return []
    }
    let inner = Fields(document, path: ["vary"], findings: findings)
    return entries.map { entry in
      let values = inner.lines(entry.key).map(\.text)
      if values.isEmpty {
        findings.error(inner.keyPlace(entry.key), "`\(Clean.line(entry.key))` has no value to draw")
      }
      return Variation(name: entry.key, values: values, place: inner.keyPlace(entry.key))
    }
  }
}

extension Beat {
  static func read(_ fields: Fields) -> Beat {
    fields.allowOnly(["id", "to", "then"], of: "a beat")
    let id = fields.required("id", of: "the beat")
    if !fields.has("to") {
      findings(fields).error(fields.place, "the beat has no `to`", fix: "add `to:` with the action that ends it")
    }
    return Beat(
      id: id,
      to: fields.pattern("to") ?? ActionPattern("", place: fields.place),
      isThen: fields.flag("then"),
      place: fields.place
    )
  }

  private static func findings(_ fields: Fields) -> Findings { fields.findings }
}

extension Fault {
  static func read(_ fields: Fields) -> Fault {
    fields.allowOnly(["id", "break", "script", "then", "claim"], of: "a fault")
    var script = fields.lines("script")
    if let broken = fields.placed("break") {
      script.insert(PlacedText("break \(broken.text)", place: broken.place), at: 0)
    }
    if script.isEmpty {
      fields.findings.error(fields.place, "the fault breaks nothing", fix: "add `break: COMPONENT` or `script:`")
    }
    return Fault(
      id: fields.required("id", of: "the fault"),
      script: script,
      then: fields.text("then"),
      claim: fields.placed("claim"),
      place: fields.place
    )
  }
}
