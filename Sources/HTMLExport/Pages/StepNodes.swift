import Clockwork
import Curriculum
import Kubernetes
import Tutor

/// The steps of a stretch: the picture, and the list that says who did what, why, and what changed.
struct StepNodes {
  let context: PageContext

  /// More changes than these are a wall; what is left out is said to be.
  private static let most = 8

  /// A picture that lights the last step that the level shows, and every step in order.
  func player(_ stretch: Recording.Stretch, level: Lesson.Level, heading: String) -> HTMLNode {
    let shown = stretch.steps.last { $0.explanation.level.isShown(at: level) } ?? stretch.steps.last
    let picture = ClusterPicture(stretch.cast, context)
    let ways = Way.all(of: stretch.steps)
    let figure = HTMLNode.tag(
      "figure",
      [],
      [
        picture.node(ways: ways, lit: shown),
        .tag("figcaption", [.type("pods")], pods(shown?.pods ?? [])),
      ]
    )
    var known: [Recording.Pod]? = nil
    let items = stretch.steps.map { step in
      // A cluster has many Pods and few steps change any: they are told where they differ from the step before.
      let tellsPods = step.pods != known
      known = step.pods
      return node(step, tellsPods: tellsPods)
    }
    let list = HTMLNode.tag("ol", [.type("steps")], items)
    return .tag("div", [.type("player"), With("role", "group"), .label(heading)], [figure, list])
  }

  /// Each Pod in one line.
  func pods(_ pods: [Recording.Pod]) -> [HTMLNode] {
    if pods.isEmpty { return [.text(context.say("page.no-pods"))] }
    return pods.map { pod in
      var children: [HTMLNode] = [.tag("b", [], pod.name)]
      let none = context.say("word.none")
      for (name, value) in [("phase", pod.phase), ("node", pod.node), ("IP", pod.address)] {
        children.append(.text(" · "))
        children.append(
          .tag("span", [], [.tag("i", [], name), .text("\u{a0}"), .text(value.isEmpty ? none : value)])
        )
      }
      return .tag("span", [.type("pod")], children)
    }
  }

  private func node(_ step: Recording.Step, tellsPods: Bool) -> HTMLNode {
    let it = step.explanation
    var more: [HTMLNode] = [.tag("p", [.type("why")], [.text(context.language.text(it.why))])]
    for fact in it.facts { more.append(.tag("p", [.type("fact")], context.language.text(fact))) }
    more += said(it)
    more += changes(it)
    var with: [With] = [
      .type("step \(it.level.rawValue)"), With("value", "\(it.number)"), .data("level", it.level.rawValue),
      .data("actor", it.process), .data("ways", Way.all(of: step).map(\.text).joined(separator: " ")),
    ]
    if tellsPods { with.append(.data("pods", pods(step.pods).map(\.plain).joined(separator: "\n"))) }
    return .tag(
      "li",
      with,
      [
        .tag(
          "p",
          [.type("did")],
          [
            .tag("span", [.type("what")], sentence(it.what, actor: it.actor)),
            .text(" "),
            .tag("span", [.type("time")], StepNodes.seconds(it.time)),
          ]
        ),
        .tag("div", [.type("more")], more),
      ]
    )
  }

  /// The sentence of a step, with the name of who acts made plain to see.
  func sentence(_ fact: Fact, actor: String) -> [HTMLNode] {
    let text = context.language.text(fact)
    guard let range = text.firstRange(of: actor) else { return [.text(text)] }
    return [
      .text(String(text[..<range.lowerBound])), .tag("b", [], actor), .text(String(text[range.upperBound...])),
    ]
  }

  private func said(_ it: Explanation) -> [HTMLNode] {
    if it.said.isEmpty { return [] }
    let lines = it.said.map { said in
      HTMLNode.tag(
        "li",
        [],
        [
          .text("\(said.from) "), .tag("span", [With("aria-hidden", "true")], "→"),
          .tag("span", [.type("quiet")], " \(context.say("page.to")) "),
          .text(" \(said.to): "), .tag("code", [], said.summary),
        ]
      )
    }
    return [.tag("ul", [.type("said"), .label(context.say("learn.sent"))], lines)]
  }

  private func changes(_ it: Explanation) -> [HTMLNode] {
    if it.objects.isEmpty { return [] }
    return [.tag("ul", [.type("changes"), .label(context.say("learn.changed"))], it.objects.map(object))]
  }

  private func object(_ change: Explanation.ObjectChange) -> HTMLNode {
    let signs: (String, String) =
      switch change.kind {
      case .added: ("+", "page.added")
      case .modified: ("~", "page.modified")
      case .deleted: ("−", "page.deleted")
      }
    var children: [HTMLNode] = [
      .tag("span", [.type("sign"), With("aria-hidden", "true")], signs.0),
      .text(" "), .tag("b", [], change.object), .text(" "), .tag("span", [], context.say(signs.1)),
    ]
    if change.kind == .added, let value = change.changes.first?.after {
      let yaml = HTMLNode.tag("pre", [With("tabindex", "0")], [.tag("code", [], YAMLText.of(value))])
      children.append(.tag("details", [], [.tag("summary", [], context.say("page.whole-object")), yaml]))
    } else if change.kind == .modified {
      children.append(fields(change.changes))
    }
    return .tag("li", [.type(change.kind.rawValue)], children)
  }

  private func fields(_ changes: [Change]) -> HTMLNode {
    var lines = changes.prefix(StepNodes.most).map { change in
      HTMLNode.tag(
        "li",
        [],
        [
          .tag("code", [], change.path.joined(separator: ".")), .text(" "),
          .tag("del", [], short(change.before)), .text(" → "), .tag("ins", [], short(change.after)),
        ]
      )
    }
    if changes.count > StepNodes.most {
      lines.append(.tag("li", [], context.say("page.more-fields", ["count": "\(changes.count - StepNodes.most)"])))
    }
    return .tag("ul", [], lines)
  }

  private func short(_ value: Value?) -> String {
    guard let text = value?.plain, !text.isEmpty else { return context.say("word.none") }
    return text.count <= 80 ? text : String(text.prefix(79)) + "…"
  }

  /// Milliseconds as seconds.
  static func seconds(_ time: Time) -> String {
    let rest = "\(time % 1000 + 1000)".dropFirst()
    return "\(time / 1000).\(rest) s"
  }
}

extension Lesson.Level {
  /// Whether a step of this level is shown at another.
  func isShown(at other: Lesson.Level) -> Bool {
    let order = Lesson.Level.allCases
    return (order.firstIndex(of: self) ?? 0) <= (order.firstIndex(of: other) ?? 0)
  }
}

extension String {
  /// Where a word first stands in it.
  fileprivate func firstRange(of word: String) -> Swift.Range<String.Index>? {
    guard let first = word.utf8.first else { return nil }
    var rest = utf8[...]
    while let start = rest.firstIndex(of: first) {
      rest = rest[start...]
      if rest.starts(with: word.utf8) { return start..<utf8.index(start, offsetBy: word.utf8.count) }
      rest = rest.dropFirst()
    }
    return nil
  }
}
