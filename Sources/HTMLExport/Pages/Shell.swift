import Clockwork
import Curriculum

/// What every page has around it: head, bar, foot.
struct Shell {
  let context: PageContext
  /// The version of the program.
  let maker: String

  func page(title: String, description: String = "", main: [HTMLNode]) -> String {
    let course = context.say("course.title")
    let full = title == course ? course : "\(title) · \(course)"
    let root = HTMLNode.tag(
      "html",
      [With("lang", context.language.code)],
      [.tag("head", [], head(full, description)), .tag("body", [.id("top")], body(main))]
    )
    return HTMLWriter.page(root)
  }

  /// Nothing is loaded, nothing is sent; one style and two scripts are trusted by their hashes.
  static let policy: String = {
    let scripts = "\(Asset.start.source) \(Asset.player.source)"
    return "default-src 'none'; style-src \(Asset.style.source); script-src \(scripts); "
      + "img-src data:; base-uri 'none'; form-action 'none'"
  }()

  private func head(_ title: String, _ description: String) -> [HTMLNode] {
    [
      .tag("meta", [With("charset", "utf-8")]),
      .tag("meta", [With("http-equiv", "Content-Security-Policy"), With("content", Shell.policy)]),
      .tag("meta", [With("name", "viewport"), With("content", "width=device-width, initial-scale=1")]),
      .tag("meta", [With("name", "color-scheme"), With("content", "light dark")]),
      .tag("meta", [With("name", "generator"), With("content", "Orrery \(maker)")]),
      .tag("title", [], title),
      .tag("link", [With("rel", "icon"), .href("data:,")]),
      .asset(.style),
      .asset(.start),
    ]
  }

  private func body(_ main: [HTMLNode]) -> [HTMLNode] {
    [
      .tag("a", [.type("skip"), .href("#main")], context.say("page.skip")),
      bar(),
      .tag("noscript", [], [.tag("p", [.type("notice")], context.say("page.no-script"))]),
      .tag("main", [.id("main"), With("tabindex", "-1")], main),
      .tag(
        "footer",
        [.type("foot")],
        [.tag("p", [], context.say("page.made-by", ["version": maker]))]
      ),
      help(),
      .json(id: "words", text: words.canonical),
      .asset(.player),
    ]
  }

  private func bar() -> HTMLNode {
    var children: [HTMLNode] = [
      .tag("a", [.type("home"), .href(context.links.href(.course))], context.say("course.title")),
      .tag(
        "nav",
        [.label(context.say("page.contents"))],
        [
          .tag("a", [.href(context.links.href(.glossary))], context.say("word.glossary")),
          .tag("a", [.href(context.links.href(.misconceptions))], context.say("word.misconceptions")),
        ]
      ),
    ]
    if context.languages.count > 1 {
      let links = context.languages.map { code in
        let here = context.links.here == .root ? Links.Place.course : context.links.here
        var with: [With] = [.href(context.links.href(here, language: code)), With("lang", code)]
        if code == context.language.code { with.append(With("aria-current", "true")) }
        return HTMLNode.tag("a", with, context.say("language.\(code)", or: code))
      }
      children.append(.tag("nav", [.type("languages"), .label(context.say("page.language"))], links))
    }
    children.append(
      .tag("button", [With("type", "button"), .type("theme scripted"), .label(context.say("page.theme"))], "◐")
    )
    children.append(
      .tag("button", [With("type", "button"), .type("keys scripted"), .label(context.say("help.title"))], "?")
    )
    return .tag("header", [.type("bar")], children)
  }

  /// The keys that work on a page; the same letters as in the terminal.
  private func help() -> HTMLNode {
    let keys = [
      ("n →", "page.key-forward"), ("b ←", "page.key-back"), ("p", "page.key-play"), ("z", "page.key-zoom"),
      ("1 … 9", "page.key-choose"), ("Enter", "page.key-check"), ("h", "page.key-hint"), ("u", "page.key-unsure"),
      ("g", "page.key-go"), ("t", "page.key-theme"), ("?", "page.key-help"),
    ]
    let rows = keys.flatMap { key, words -> [HTMLNode] in
      let names = key.split(separator: " ").map { HTMLNode.tag("kbd", [], String($0)) }
      return [.tag("dt", [], names), .tag("dd", [], context.say(words))]
    }
    return .tag(
      "dialog",
      [.id("help"), With("aria-labelledby", "help-title")],
      [
        .tag("h2", [.id("help-title")], context.say("help.title")),
        .tag("dl", [], rows),
        .tag(
          "form",
          [With("method", "dialog")],
          [.tag("button", [.type("primary")], context.say("page.close"))]
        ),
      ]
    )
  }

  /// What the scripts say.
  private var words: Value {
    let keys = [
      "page.player", "page.first", "page.back", "page.forward", "page.last", "page.play", "page.pause", "page.step-of",
      "page.predict-first", "page.check", "page.sure", "page.unsure", "page.move-up", "page.move-down",
      "page.skip-question",
      "page.again", "page.go-on", "page.reset-sure", "page.progress", "page.first-counts", "page.one-first",
      "page.hint-number", "page.finished", "page.moved", "page.in-story", "reason.order-before", "reason.could-too",
      "reason.value", "reason.order-right", "verdict.expected.long", "verdict.possible.long", "verdict.impossible.long",
      "verdict.right.long", "verdict.partly.long", "verdict.wrong.long", "verdict.skipped", "progress.new",
      "progress.begun", "progress.passed", "progress.failed", "verdict.expected", "verdict.possible",
      "verdict.impossible", "verdict.right", "verdict.partly", "verdict.wrong", "word.hint", "learn.you-said",
    ]
    var value = Value.emptyMap
    for key in keys { value[key] = .string(context.language.words[key] ?? key) }
    value["store"] = .string(context.store)
    value["passMark"] = .integer(Int64(context.course.passMark))
    return value
  }
}
