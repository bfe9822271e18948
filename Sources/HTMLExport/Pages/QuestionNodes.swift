import Clockwork
import Curriculum
import Kubernetes
import Prose
import Tutor

/// A question as a form, with its answer and the reasons behind a door.
struct QuestionNodes {
  let context: PageContext
  let asked: Recording.Asked
  let number: Int
  let count: Int
  let text: QuestionText?

  private var prose: ProseNodes { ProseNodes(context: context, top: 3) }
  private var question: Question { asked.question }
  private var key: Key? {
    if case .key(let key) = asked.key { return key }
    return nil
  }

  func node() -> HTMLNode {
    let anchor = context.id(question.id)
    let heading = HTMLNode.tag(
      "h2",
      [.type("eyebrow"), With("tabindex", "-1")],
      context.say("learn.question", ["number": "\(number)", "count": "\(count)"])
    )
    return .tag(
      "section",
      [.type("scene question"), .id(anchor), .data("question", question.id)],
      [heading, form(), answer()]
    )
  }

  // MARK: Asking

  private func form() -> HTMLNode {
    var ask = text?.ask ?? []
    var legend: [HTMLNode] = [.text(context.say("kind.\(question.kind.rawValue)"))]
    if case .paragraph(let inlines, _)? = ask.first {
      legend = prose.inlines(inlines)
      ask.removeFirst()
    }
    var children: [HTMLNode] = [.tag("legend", [], legend)]
    children += prose.blocks(ask)
    children.append(entry())
    return .tag(
      "form",
      [.type("ask"), .data("kind", question.kind.rawValue), With("autocomplete", "off")],
      [.tag("fieldset", [], children), hints()]
    )
  }

  private func entry() -> HTMLNode {
    if question.kind == .order { return order() }
    if question.options.isEmpty {
      let name = context.id(question.id) + ".text"
      return .tag(
        "p",
        [],
        [
          .tag("label", [With("for", name)], context.say("page.your-answer")),
          .text(" "),
          .tag("input", [With("type", "text"), .id(name), With("name", "answer"), With("spellcheck", "false")]),
        ]
      )
    }
    let isMany = key?.isMany ?? (question.kind == .whichCould)
    let options = question.options.enumerated().map { index, option in
      HTMLNode.tag(
        "label",
        [.type("option")],
        [
          .tag(
            "input",
            [
              With("type", isMany ? "checkbox" : "radio"), With("name", context.id(question.id)),
              With("value", option.text),
            ]
          ),
          .tag("span", [.type("number"), With("aria-hidden", "true")], "\(index + 1)"),
          .tag("span", [.type("words")], label(option.text)),
        ]
      )
    }
    return .tag("div", [.type("options")], options)
  }

  private func order() -> HTMLNode {
    let items = question.steps.map { step in
      HTMLNode.tag(
        "li",
        [.data("value", step.text)],
        [.tag("span", [.type("words")], label(step.text)), .tag("span", [.type("moves")])]
      )
    }
    return .tag("ol", [.type("order")], items)
  }

  /// What stands for an option: its author's words, the program's, or itself.
  private func label(_ option: String) -> [HTMLNode] {
    if let label = text?.reason(option)?.label { return prose.inlines(label) }
    if question.kind == .claim || question.kind == .always {
      return [.text(context.say("option.\(option)", or: option))]
    }
    return [.text(option)]
  }

  private func words(_ option: String) -> String { label(option).map(\.plain).joined() }

  private func hints() -> HTMLNode {
    guard let hints = text?.hints, !hints.isEmpty else { return .nothing }
    let items = hints.map { HTMLNode.tag("li", [], prose.inlines($0)) }
    return .tag(
      "details",
      [.type("hints")],
      [.tag("summary", [], context.say("page.show-hint")), .tag("ol", [], items)]
    )
  }

  // MARK: Answering

  private func answer() -> HTMLNode {
    var children: [HTMLNode] = [.tag("summary", [], context.say("page.show-answer"))]
    if let key {
      if question.kind == .order { children.append(sequence(key)) } else { children.append(verdicts(key)) }
      if question.kind != .order, question.kind != .choice, question.kind != .claim {
        children.append(.tag("p", [.type("truth")], context.language.text(key.truth)))
      }
    } else if case .none(let fact) = asked.key {
      children.append(.tag("p", [.type("truth")], context.language.text(fact)))
    }
    if let orders = asked.orders { children.append(WorldNodes(context: context).node(orders)) }
    if let after = text?.after { children.append(.tag("p", [.type("after")], prose.inlines(after))) }
    return .tag("details", [.type("answer")], children)
  }

  private func sequence(_ key: Key) -> HTMLNode {
    let items = key.model.map { step in
      HTMLNode.tag("li", [.data("value", step)], label(step) + reason(step, nil))
    }
    return .tag("ol", [.type("sequence")], items)
  }

  private func verdicts(_ key: Key) -> HTMLNode {
    var items: [HTMLNode] = []
    var shown: Set<String> = []
    for option in key.options {
      var children: [HTMLNode] = [
        .tag("span", [.type("verdict")], context.say(option.verdict.key)), .text(" "),
        .tag("b", [.type("words")], label(option.text)),
      ]
      children += reason(option.text, option.reason)
      if !option.isRight, let id = option.misconception, let idea = context.language.misconception(id) {
        let link = HTMLNode.tag("a", [.href(context.links.href(.misconceptions, anchor: id))], idea.title)
        let words = context.say("learn.misconception", ["title": ""])
        children.append(.tag("p", [.type("idea")], [.text(words), link]))
        // One world stands behind several options: it is shown at the first.
        if let supposed = asked.supposed[id], shown.insert(id).inserted {
          children.append(WorldNodes(context: context).node(supposed))
        }
      }
      items.append(
        .tag(
          "li",
          [
            .type(option.isRight ? "right" : "wrong"), .data("value", option.text),
            .data("verdict", option.verdict.rawValue),
          ],
          children
        )
      )
    }
    if key.options.isEmpty {
      items = key.model.map { .tag("li", [.type("right"), .data("value", $0), .data("verdict", "right")], $0) }
    }
    return .tag("ul", [.type("verdicts")], items)
  }

  /// The author's reason; where there is none, the model's.
  private func reason(_ option: String, _ fact: Fact?) -> [HTMLNode] {
    if let authored = text?.reason(option), !authored.inlines.isEmpty {
      return [.tag("p", [], prose.inlines(authored.inlines))]
    }
    guard let fact else { return [] }
    return [.tag("p", [], context.language.text(fact))]
  }

  // MARK: Data

  /// What the page needs to judge an answer, and the line that it writes.
  var value: Value {
    var value = Value.emptyMap
    value["id"] = .string(question.id)
    value["kind"] = .string(question.kind.rawValue)
    value["line"] = .string(asked.line)
    value["attempts"] = .integer(Int64(max(1, question.attempts)))
    guard let key else { return value }
    value["many"] = .bool(key.isMany)
    value["model"] = .list(key.model.map { .string($0) })
    value["normal"] = .string(key.normal.rawValue)
    if let tolerance = key.tolerance { value["tolerance"] = .string(tolerance) }
    value["before"] = .list(
      key.precedences.map { pair in
        let earlier = key.options[pair.earlier].text
        let later = key.options[pair.later].text
        let fact = Fact(
          "reason.order-before",
          ("earlier", .string(words(earlier))),
          ("later", .string(words(later)))
        )
        return .list([.string(earlier), .string(later), .string(context.language.text(fact))])
      }
    )
    return value
  }
}
