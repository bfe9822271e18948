import Tutor

/// Behind a wrong option: where the world that it follows from parts from the real one, side by side.
struct WorldNodes {
  let context: PageContext

  func node(_ supposed: Supposed) -> HTMLNode {
    var children: [HTMLNode] = [.tag("summary", [], context.say("suppose.title"))]
    if let shared = supposed.shared {
      let words = ["step": context.language.text(shared.what)]
      children.append(.tag("p", [.type("alike")], context.say("suppose.alike", words)))
    }
    children.append(
      .tag(
        "div",
        [.type("worlds")],
        [
          world(context.say("suppose.really"), "real", supposed.real),
          world(context.say("suppose.believed"), "believed", supposed.supposed),
        ]
      )
    )
    if let ends = supposed.ends {
      let words = ["real": ends.real, "supposed": ends.supposed]
      children.append(.tag("p", [.type("ends")], context.say("suppose.ends", words)))
    }
    return .tag("details", [.type("suppose")], children)
  }

  /// Two orders of one run, one in which it is so and one in which it is not.
  func node(_ orders: TwoOrders) -> HTMLNode {
    var children: [HTMLNode] = [.tag("summary", [], context.say("orders.title"))]
    if let shared = orders.shared {
      let words = ["step": context.language.text(shared.what)]
      children.append(.tag("p", [.type("alike")], context.say("orders.alike", words)))
    }
    children.append(
      .tag(
        "div",
        [.type("worlds")],
        [
          world(context.say("orders.holds"), "real", orders.holds),
          world(context.say("orders.fails"), "believed", orders.fails),
        ]
      )
    )
    return .tag("details", [.type("suppose"), .flag("open")], children)
  }

  private func world(_ heading: String, _ type: String, _ deeds: [Supposed.Deed]) -> HTMLNode {
    let items = deeds.isEmpty ? [HTMLNode.tag("li", [], context.say("suppose.nothing"))] : deeds.map(deed)
    return .tag("div", [.type(type)], [.tag("b", [], heading), .tag("ol", [], items)])
  }

  private func deed(_ deed: Supposed.Deed) -> HTMLNode {
    var children = StepNodes(context: context).sentence(deed.what, actor: deed.actor)
    for field in deed.fields {
      children += [
        .text(" "), .tag("code", [], field.path), .text(" "),
        .tag("ins", [], short(field.value ?? context.say("word.none"))),
      ]
    }
    return .tag("li", [], children)
  }

  private func short(_ text: String) -> String { text.count <= 60 ? text : String(text.prefix(59)) + "…" }
}
