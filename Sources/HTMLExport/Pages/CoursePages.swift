import Clockwork
import Curriculum
import Prose

/// The pages around the lessons: the course, its chapters, the glossary, the common misconceptions.
struct CoursePages {
  let context: PageContext
  /// The ids of the questions of each lesson, for the progress beside it.
  let questions: [(lesson: String, ids: [String])]

  private var prose: ProseNodes { ProseNodes(context: context, top: 3) }

  /// The course: every chapter with its lessons.
  func course() -> [HTMLNode] {
    var children: [HTMLNode] = [
      .tag(
        "header",
        [.type("cover")],
        [.tag("h1", [], context.say("course.title")), .tag("p", [.type("lead")], context.say("course.tagline"))]
      )
    ]
    for chapter in context.course.chapters {
      children.append(
        .tag(
          "section",
          [.type("chapter")],
          [
            .tag("h2", [], [.tag("a", [.href(context.links.href(.chapter(chapter.id)))], context.title(of: chapter))]),
            lead(chapter), lessons(chapter),
          ]
        )
      )
    }
    children.append(AnswersPanel(context: context).node())
    return children
  }

  /// The first paragraph of a chapter's text.
  private func lead(_ chapter: Chapter) -> HTMLNode {
    for block in context.language.chapter(chapter.id)?.document.blocks ?? [] {
      if case .paragraph(let inlines, _) = block { return .tag("p", [], prose.inlines(inlines)) }
    }
    return .nothing
  }

  private func lessons(_ chapter: Chapter) -> HTMLNode {
    let items = chapter.lessons.map { lesson in
      let ids = questions.first { $0.lesson == lesson.path }?.ids ?? []
      return HTMLNode.tag(
        "li",
        [.data("lesson", lesson.path), .data("questions", ids.joined(separator: " "))],
        [
          .tag("a", [.href(context.links.href(.lesson(lesson.path)))], context.title(of: lesson)),
          .tag(
            "p",
            [.type("facts")],
            [
              .tag("span", [], context.say("word.minutes", ["count": "\(lesson.minutes)"])),
              .tag("span", [], context.say("page.questions", ["count": "\(ids.count)"])),
              .tag("span", [.type("lesson-progress scripted")], ""),
            ]
          ),
        ]
      )
    }
    return .tag("ol", [.type("lessons")], items)
  }

  func chapter(_ chapter: Chapter) -> [HTMLNode] {
    var blocks = context.language.chapter(chapter.id)?.document.blocks ?? []
    if case .heading? = blocks.first { blocks.removeFirst() }
    return [
      .tag(
        "article",
        [.type("chapter"), .id(context.links.isSingle ? context.links.start(of: .chapter(chapter.id)) : "chapter")],
        [
          .tag("h1", [], context.title(of: chapter)),
          .tag("div", [.type("prose")], ProseNodes(context: context).blocks(blocks)),
          .tag("h2", [], context.say("course.lessons")),
          lessons(chapter),
        ]
      )
    ]
  }

  func glossary() -> [HTMLNode] {
    let entries = context.language.glossary.map { ($0.id, $0.title, $0.blocks) }
    return list(context.say("word.glossary"), entries, id: context.links.start(of: .glossary))
  }

  func misconceptions() -> [HTMLNode] {
    let entries = context.language.misconceptions.map { ($0.id, $0.title, $0.blocks) }
    return list(context.say("word.misconceptions"), entries, id: context.links.start(of: .misconceptions))
  }

  private func list(_ title: String, _ entries: [(String, String, [Block])], id: String) -> [HTMLNode] {
    let sections = entries.map { id, title, blocks in
      HTMLNode.tag(
        "section",
        [.type("entry"), .id(context.id(id))],
        [.tag("h2", [], title), .tag("div", [.type("prose")], prose.blocks(blocks))]
      )
    }
    return [.tag("article", [.type("entries"), .id(id)], [.tag("h1", [], title)] + sections)]
  }
}
