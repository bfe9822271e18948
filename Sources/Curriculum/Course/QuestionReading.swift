import Clockwork
import Prose

extension Question {
  static let keys = [
    "id", "before", "after", "at", "ask", "of", "claim", "claims", "options", "misconceptions", "level", "field",
    "object", "is", "normalise", "tolerance", "attempts", "version", "script", "until", "steps", "key", "experiment",
  ]

  /// Keys that say how a question is counted and sorted; a key does not depend on them.
  private static let aside = ["claim", "claims", "attempts", "experiment"]

  static func read(_ fields: Fields, lessonVersion: String) -> Question {
    fields.allowOnly(keys, of: "a question")
    let misconceptions = fields.pairs("misconceptions")
    // An unknown kind is read as the one that asks least of an author: one mistake is enough.
    let kind = fields.choice("ask", default: Kind.next)
    let options = (fields.has("options") ? fields.lines("options") : usual(kind, fields)).map { line in
      Choice(line.text, misconception: misconceptions.first { $0.key == line.text }?.value, place: line.place)
    }
    for pair in misconceptions where !options.contains(where: { $0.text == pair.key }) {
      let near = Suggestion.nearest(to: pair.key, among: options.map(\.text))
      fields.findings.error(
        pair.value.place,
        "`\(pair.key)` is none of the options",
        fix: near.map { "did you mean `\($0)`?" } ?? "add it to `options`, or remove it here"
      )
    }
    if !fields.has("ask") {
      fields.findings.error(
        fields.place,
        "the question has no `ask`",
        notes: [Diagnostic.Note("it is one of \(Kind.allCases.map(\.rawValue).joined(separator: ", "))")]
      )
    }
    return Question(
      id: fields.required("id", of: "the question"),
      place: fields.place,
      kind: kind,
      moment: moment(fields),
      subject: fields.choice("of", default: .action),
      claims: fields.lines("claim") + fields.lines("claims"),
      options: options,
      level: fields.choice("level", default: .story),
      field: fields.text("field"),
      object: fields.text("object"),
      expected: fields.text("is"),
      normal: fields.choice("normalise", default: .exact),
      tolerance: fields.text("tolerance"),
      attempts: fields.integer("attempts", default: 1),
      version: fields.text("version") ?? lessonVersion,
      script: fields.lines("script"),
      until: fields.text("until"),
      steps: fields.lines("steps").map { ActionPattern($0.text, place: $0.place) },
      key: fields.lines("key"),
      experiment: fields.text("experiment"),
      entry: fields.value,
      hash: ""
    )
  }

  /// The options of kinds that always have the same ones.
  private static func usual(_ kind: Kind, _ fields: Fields) -> [PlacedText] {
    let words: [String]
    switch kind {
    case .always: words = ["always", "sometimes", "never"]
    case .claim: words = Claim.Verdict.allCases.map(\.rawValue)
    default: words = []
    }
    return words.map { PlacedText($0, place: fields.place) }
  }

  private static func moment(_ fields: Fields) -> Moment {
    let given = ["before", "after", "at"].filter(fields.has)
    if given.count > 1 {
      fields.findings.error(
        fields.keyPlace(given[1]),
        "the question has both `\(given[0])` and `\(given[1])`",
        fix: "keep one of them"
      )
    }
    guard let key = given.first, let pattern = fields.pattern(key) else {
      if given.isEmpty {
        fields.findings.error(
          fields.place,
          "the question says not when it is asked",
          fix: "add `before:`, `after:` or `at:` with an action, `start` or `end`"
        )
      }
      return .start
    }
    switch pattern.text {
    case "start": return .start
    case "end": return .end
    default: break
    }
    switch key {
    case "before": return .before(pattern)
    case "after": return .after(pattern)
    default: return .at(pattern)
    }
  }

  /// Eight hexadecimal digits over all that the key depends on: not the prose, not the language.
  ///
  /// The entry is taken as it stands in the file, with the values it may draw, so every variant has the same hash.
  static func hash(
    _ entry: Value,
    lesson: Value,
    cluster: String,
    images: String,
    manifests: [String] = []
  ) -> String {
    var digest = Digest()
    digest.add("orrery question 1")
    var bare = entry
    for key in aside { bare[key] = nil }
    digest.add(sorted(bare))
    for key in ["script", "version", "vary"] { digest.add(sorted(lesson[key] ?? .null)) }
    digest.add(cluster)
    digest.add(images)
    for text in manifests { digest.add(text) }
    return Digest.hexadecimal(digest.value, digits: 8)
  }

  /// The order in which an author writes keys means nothing.
  private static func sorted(_ value: Value) -> Value {
    switch value {
    case .map(let entries):
      let ordered = entries.sorted { $0.key < $1.key }
      return .map(ordered.map { Value.Entry($0.key, sorted($0.value)) })
    case .list(let elements): return .list(elements.map(sorted))
    case .null, .bool, .integer, .number, .string: return value
    }
  }
}
