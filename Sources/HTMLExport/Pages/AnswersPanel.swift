/// Who answers, how far they are, and the way their answers leave the page; nothing of it works without a script.
struct AnswersPanel {
  let context: PageContext

  func node() -> HTMLNode {
    let name = context.id("learner")
    return .tag(
      "section",
      [.type("answers scripted"), .label(context.say("page.your-answer"))],
      [
        .tag("p", [.type("progress"), With("role", "status")], ""),
        .tag(
          "p",
          [.type("name")],
          [
            .tag("label", [With("for", name)], context.say("page.learner")), .text(" "),
            .tag(
              "input",
              [
                With("type", "text"), .id(name), .type("learner"), With("autocomplete", "off"),
                With("spellcheck", "false"), With("maxlength", "80"), With("aria-describedby", name + "-help"),
              ]
            ),
            .tag("small", [.id(name + "-help")], context.say("page.learner-help")),
          ]
        ),
        .tag(
          "p",
          [.type("buttons")],
          [
            .tag("button", [With("type", "button"), .type("download primary")], context.say("page.download")),
            .text(" "),
            .tag("button", [With("type", "button"), .type("reset")], context.say("page.reset")),
          ]
        ),
        .tag("p", [.type("storage"), .flag("hidden")], context.say("page.storage-off")),
      ]
    )
  }
}
