import Clockwork
import Curriculum

/// What an answer earned, and why.
public struct Assessment: Equatable, Sendable {
  public var verdict: Verdict
  public var credit: Credit
  public var reason: Fact
  /// The false rule that the answer follows from, where one is known.
  public var misconception: String?

  public init(_ verdict: Verdict, _ credit: Credit, _ reason: Fact, misconception: String? = nil) {
    self.verdict = verdict
    self.credit = credit
    self.reason = reason
    self.misconception = misconception
  }

  public var isRight: Bool { credit == .full }
}

/// Compares an answer with a key.
///
/// Nothing else enters: not what the answer says of itself, nor when it came.
public enum Grader {
  public static func assess(_ answer: [String], by key: Key) -> Assessment {
    if answer.isEmpty || answer.allSatisfy({ Normalise.trim($0).isEmpty }) {
      // Where nothing could happen, ticking nothing is an answer.
      if !(key.isMany && !key.options.contains { $0.isRight }) {
        return Assessment(.skipped, .none, Fact("reason.skipped"))
      }
    }
    switch key.kind {
    case .next, .always, .claim, .choice, .whichCould:
      return key.isMany ? many(answer, key) : one(answer, key)
    case .value, .outcome:
      return key.options.isEmpty || key.option(answer[0]) == nil ? value(answer, key) : one(answer, key)
    case .order:
      return order(answer, key)
    }
  }

  private static func one(_ answer: [String], _ key: Key) -> Assessment {
    guard answer.count == 1 else {
      return Assessment(.wrong, .none, Fact("reason.one-only", ("count", .integer(Int64(answer.count)))))
    }
    let text = Normalise.trim(answer[0])
    guard let option = key.option(text) else {
      return Assessment(.wrong, .none, Fact("reason.no-such-option", ("answer", .string(shortened(text)))))
    }
    let credit = option.isRight ? Credit.full : .none
    return Assessment(option.verdict, credit, option.reason, misconception: option.misconception)
  }

  /// Right ticks earn their share, wrong ticks take one away: ticking everything earns nothing.
  private static func many(_ answer: [String], _ key: Key) -> Assessment {
    var ticked: [String] = []
    for text in answer.map(Normalise.trim) where !ticked.contains(text) { ticked.append(text) }
    if let stranger = ticked.first(where: { text in !key.options.contains { $0.text == text } }) {
      return Assessment(.wrong, .none, Fact("reason.no-such-option", ("answer", .string(shortened(stranger)))))
    }
    let right = key.options.filter(\.isRight)
    let hits = right.filter { ticked.contains($0.text) }
    let wrong = key.options.filter { !$0.isRight && ticked.contains($0.text) }
    if wrong.isEmpty, hits.count == right.count {
      return Assessment(.right, .full, Fact("reason.all-ticked"))
    }
    let credit = Credit(hits.count - wrong.count, of: right.count)
    let verdict: Verdict = credit == .none ? .wrong : .partly
    if let first = wrong.first {
      return Assessment(verdict, credit, first.reason, misconception: first.misconception)
    }
    let missing = right.first { !ticked.contains($0.text) }
    return Assessment(verdict, credit, Fact("reason.could-too", ("option", .string(missing?.text ?? ""))))
  }

  private static func value(_ answer: [String], _ key: Key) -> Assessment {
    guard answer.count == 1 else {
      return Assessment(.wrong, .none, Fact("reason.one-only", ("count", .integer(Int64(answer.count)))))
    }
    if key.model.contains(where: { Normalise.same(answer[0], $0, as: key.normal, tolerance: key.tolerance) }) {
      return Assessment(.right, .full, key.truth)
    }
    let given = Value.string(shortened(answer[0]))
    if key.normal != .exact, Normalise.canonical(answer[0], as: key.normal) == nil {
      let form = Value.string(key.normal.rawValue)
      return Assessment(.wrong, .none, Fact("reason.unreadable", ("answer", given), ("form", form)))
    }
    let truth = Value.string(key.model.first ?? "")
    return Assessment(.wrong, .none, Fact("reason.value", ("answer", given), ("key", truth)))
  }

  private static func order(_ answer: [String], _ key: Key) -> Assessment {
    let given = answer.map(Normalise.trim)
    var places: [Int] = []
    for option in key.options {
      guard let place = given.firstIndex(of: option.text) else {
        return Assessment(.wrong, .none, Fact("reason.order-lacks", ("step", .string(option.text))))
      }
      places.append(place)
    }
    guard given.count == key.options.count else {
      return Assessment(.wrong, .none, Fact("reason.order-more", ("count", .integer(Int64(given.count)))))
    }
    for pair in key.precedences where places[pair.earlier] > places[pair.later] {
      let earlier = Value.string(key.options[pair.earlier].text)
      let later = Value.string(key.options[pair.later].text)
      return Assessment(.wrong, .none, Fact("reason.order-before", ("earlier", earlier), ("later", later)))
    }
    return Assessment(.right, .full, Fact("reason.order-right"))
  }

  /// What a report repeats of an answer: a million characters would drown it.
  static func shortened(_ text: String, to count: Int = 60) -> String {
    text.utf8.count <= count ? text : String(text.prefix(count)) + "…"
  }
}
