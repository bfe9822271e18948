import Clockwork
import Curriculum
import Kubernetes
import Prose
import Tutor

/// A lesson as a page: the prose, the questions before what they ask about, and every step of the run.
struct LessonPage {
  let context: PageContext
  let recording: Recording
  let text: LessonText
  /// Where one goes from here.
  let previous: Lesson?
  let next: Lesson?

  private var lesson: Lesson { recording.lesson }
  private var prose: ProseNodes { ProseNodes(context: context) }
  private var steps: StepNodes { StepNodes(context: context) }

  func article() -> HTMLNode {
    var children = [header()]
    children.append(.tag("div", [.type("prose opening")], prose.blocks(text.opening)))
    children.append(levels())
    children += scenes()
    children += faults()
    children += reality()
    children.append(ending())
    children.append(.json(id: context.id("lesson-data"), text: value.canonical))
    let with: [With] = [
      .type("lesson"), .data("lesson", lesson.path), .data("level", lesson.level.rawValue),
      .data("json", context.id("lesson-data")),
    ]
    return .tag(
      "article",
      with + [.id(context.links.isSingle ? context.links.start(of: context.links.here) : "lesson")],
      children
    )
  }

  private func header() -> HTMLNode {
    var facts = [
      context.say("word.minutes", ["count": "\(lesson.minutes)"]),
      context.say("page.questions", ["count": "\(recording.questions.count)"]),
      context.say("version.\(recording.version)"),
    ]
    if context.seed != 0 { facts.append(context.say("learn.variant", ["seed": "\(context.seed)"])) }
    let chapter = context.course.chapter(lesson.chapter).map { context.title(of: $0) } ?? lesson.chapter
    return .tag(
      "header",
      [],
      [
        .tag("p", [.type("eyebrow")], [.tag("a", [.href(context.links.href(.chapter(lesson.chapter)))], chapter)]),
        .tag("h1", [], text.title),
        .tag("p", [.type("facts")], facts.map { .tag("span", [], $0) }),
      ]
    )
  }

  /// How closely one looks; the style sheet obeys it also where no script runs.
  private func levels() -> HTMLNode {
    let options = Lesson.Level.allCases.map { level in
      var with: [With] = [
        With("type", "radio"), With("name", context.id("level")), With("value", level.rawValue),
        .type("level \(level.rawValue)"),
      ]
      if level == lesson.level { with.append(.flag("checked")) }
      return HTMLNode.tag(
        "label",
        [],
        [.tag("input", with), .text(" "), .tag("span", [], context.say("level.\(level.rawValue)"))]
      )
    }
    return .tag("fieldset", [.type("levels")], [.tag("legend", [], context.say("page.levels"))] + options)
  }

  // MARK: Scenes

  private func scenes() -> [HTMLNode] {
    var out: [HTMLNode] = []
    var number = 0
    var beat = 0
    let questions = recording.questions.count
    // Steps before a question that the level would not show go with what follows.
    var held: [Recording.Step] = []
    for scene in recording.scenes {
      switch scene {
      case .question(let asked):
        number += 1
        let words = text.question(asked.question.id)
        out.append(QuestionNodes(context: context, asked: asked, number: number, count: questions, text: words).node())
      case .beat(let id, var stretch):
        stretch.steps = held + stretch.steps
        held = []
        beat += 1
        out.append(self.beat(id, stretch, number: beat))
        out += prose.blocks(text.beat(id)?.afterwards ?? []).wrapped
      case .steps(var stretch):
        let isShown = stretch.steps.contains { $0.explanation.level.isShown(at: lesson.level) }
        stretch.steps = held + stretch.steps
        held = isShown ? [] : stretch.steps
        if isShown { out.append(between(stretch)) }
      case .contrast(let version):
        held = []
        let words = context.say("learn.then-beat", ["version": context.say("version.\(version)")])
        out.append(.tag("section", [.type("scene contrast")], [.tag("h2", [With("tabindex", "-1")], words)]))
      }
    }
    return out
  }

  private func beat(_ id: String, _ stretch: Recording.Stretch, number: Int) -> HTMLNode {
    let isThen = lesson.beat(id)?.isThen ?? false
    let words = context.say("learn.beat", ["number": "\(number)", "count": "\(recording.beatCount)"])
    return .tag(
      "section",
      [.type(isThen ? "scene beat then" : "scene beat"), .id(context.id("beat-\(id)")), .data("beat", id)],
      [
        .tag("h2", [.type("eyebrow"), With("tabindex", "-1")], words),
        .tag("div", [.type("prose")], prose.blocks(text.beat(id)?.blocks ?? [])),
        steps.player(stretch, level: lesson.level, heading: words),
      ] + LifeNodes(context: context).nodes(stretch.lives)
    )
  }

  /// What happened before a question that is asked in the middle of a beat.
  private func between(_ stretch: Recording.Stretch) -> HTMLNode {
    let words = context.say("learn.happened")
    return .tag(
      "section",
      [.type("scene between")],
      [
        .tag("h2", [.type("eyebrow"), With("tabindex", "-1")], words),
        steps.player(stretch, level: lesson.level, heading: words),
      ] + LifeNodes(context: context).nodes(stretch.lives)
    )
  }

  // MARK: After the story

  private func faults() -> [HTMLNode] {
    if recording.trials.isEmpty { return [] }
    var children: [HTMLNode] = [.tag("h2", [With("tabindex", "-1")], context.say("learn.faults"))]
    for trial in recording.trials {
      let words = text.fault(trial.fault.id)
      let title = words?.title ?? trial.fault.id
      children.append(
        .tag(
          "section",
          [.type("fault"), .id(context.id("fault-\(trial.fault.id)"))],
          [
            .tag("h3", [], title),
            .tag("div", [.type("prose")], ProseNodes(context: context, top: 4).blocks(words?.blocks ?? [])),
            .tag(
              "details",
              [],
              [
                .tag("summary", [], context.say("page.fault-steps", ["count": "\(trial.stretch.steps.count)"])),
                steps.player(trial.stretch, level: lesson.level, heading: title),
              ] + LifeNodes(context: context).nodes(trial.stretch.lives)
            ),
          ]
        )
      )
    }
    return [.tag("section", [.type("scene faults")], children)]
  }

  private func reality() -> [HTMLNode] {
    if text.reality.isEmpty, lesson.reality.isEmpty { return [] }
    var children: [HTMLNode] = [.tag("h2", [With("tabindex", "-1")], context.say("learn.reality"))]
    children.append(.tag("div", [.type("prose")], ProseNodes(context: context, top: 3).blocks(text.reality)))
    if !lesson.reality.isEmpty {
      children.append(.tag("p", [], context.say("learn.reality-commands")))
      let commands = lesson.reality.map(\.text).joined(separator: "\n")
      children.append(.tag("pre", [With("tabindex", "0")], [.tag("code", [], commands)]))
    }
    return [.tag("section", [.type("scene reality")], children)]
  }

  private func ending() -> HTMLNode {
    var links: [HTMLNode] = []
    if let previous {
      links.append(link(previous, "page.previous", "prev"))
    }
    if let next { links.append(link(next, "page.next", "next")) }
    return .tag(
      "footer",
      [.type("ending")],
      [
        AnswersPanel(context: context).node(),
        .tag("nav", [.type("turn"), .label(context.say("course.lessons"))], links),
      ]
    )
  }

  private func link(_ lesson: Lesson, _ key: String, _ rel: String) -> HTMLNode {
    .tag(
      "a",
      [.href(context.links.href(.lesson(lesson.path))), With("rel", rel), .type(rel)],
      [.tag("span", [], context.say(key)), .text(" "), .tag("b", [], context.title(of: lesson))]
    )
  }

  private var value: Value {
    var value = Value.emptyMap
    value["lesson"] = .string(lesson.path)
    var questions: [Value] = []
    for (index, asked) in recording.questions.enumerated() {
      let nodes = QuestionNodes(
        context: context,
        asked: asked,
        number: index + 1,
        count: recording.questions.count,
        text: text.question(asked.question.id)
      )
      questions.append(nodes.value)
    }
    value["questions"] = .list(questions)
    return value
  }
}

extension [HTMLNode] {
  /// Prose between beats, as a scene of its own; nothing where there is none.
  fileprivate var wrapped: [HTMLNode] { isEmpty ? [] : [.tag("section", [.type("scene prose")], self)] }
}
