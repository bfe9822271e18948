import Clockwork
import Curriculum
import Tutor

/// The pages of a course.
public struct Site: Sendable {
  /// One file of what is exported.
  public struct File: Equatable, Sendable {
    /// The place within the folder, with `/` between its parts.
    public var path: String
    public var text: String
  }

  public struct Options: Sendable {
    /// Codes of the languages; none means all of them.
    public var languages: [String] = []
    public var seed: UInt64 = 0
    /// One file a language instead of a folder.
    public var isSingle = false
    /// The version of the program that made the pages.
    public var maker = ""
    /// How the lessons are played and their pages written.
    public var spreading = Spreading.inOrder

    public init() {}
  }

  /// Every page, in the order of paths; the diagnostics say which lessons cannot be played.
  public static func export(
    _ course: Course,
    options: Options = Options()
  ) -> (files: [File], diagnostics: [Diagnostic]) {
    let (recordings, diagnostics) = record(course, options: options)
    guard diagnostics.isEmpty else { return ([], diagnostics) }
    return (files(of: recordings, course, options: options), [])
  }

  /// Plays every lesson once, for the pages of all languages.
  static func record(
    _ course: Course,
    options: Options = Options()
  ) -> (recordings: [Recording], diagnostics: [Diagnostic]) {
    let lessons = course.lessons
    let played = options.spreading.map(lessons.count) { number in
      Recording.play(lessons[number].path, in: Studio(course), seed: options.seed)
    }
    return (played.compactMap(\.recording), played.flatMap(\.problems))
  }

  /// The pages of what was played.
  static func files(of recordings: [Recording], _ course: Course, options: Options = Options()) -> [File] {
    let languages = course.languages.filter { options.languages.isEmpty || options.languages.contains($0.code) }
    let written = options.spreading.map(languages.count) { number in
      let site = LanguageSite(
        course: course,
        language: languages[number],
        languages: languages.map(\.code),
        recordings: recordings,
        options: options
      )
      var files = options.isSingle ? [site.single()] : site.pages()
      if !options.isSingle, number == 0 { files.append(site.root()) }
      return files
    }
    return written.flatMap { $0 }.sorted { $0.path < $1.path }
  }
}

/// The pages of one language.
struct LanguageSite {
  let course: Course
  let language: Language
  let languages: [String]
  let recordings: [Recording]
  let options: Site.Options

  private func context(_ place: Links.Place) -> PageContext {
    PageContext(
      course: course,
      language: language,
      links: Links(isSingle: options.isSingle, language: language.code, here: place),
      seed: options.seed,
      languages: languages
    )
  }

  private func pages(_ context: PageContext) -> CoursePages {
    CoursePages(
      context: context,
      questions: recordings.map { ($0.lesson.path, $0.questions.map(\.question.id)) }
    )
  }

  private func file(_ place: Links.Place, _ title: String, _ main: (PageContext) -> [HTMLNode]) -> Site.File {
    let context = context(place)
    let shell = Shell(context: context, maker: options.maker)
    return Site.File(
      path: Links.path(place, language.code, isSingle: options.isSingle),
      text: shell.page(title: title, main: main(context))
    )
  }

  private var title: String { language.text("course.title") }

  func root() -> Site.File { file(.root, title) { pages($0).course() } }

  func pages() -> [Site.File] {
    var files = [file(.course, title) { pages($0).course() }]
    for chapter in course.chapters {
      let title = language.chapter(chapter.id)?.title ?? chapter.id
      files.append(file(.chapter(chapter.id), title) { pages($0).chapter(chapter) })
    }
    for recording in recordings {
      let title = context(.course).title(of: recording.lesson)
      files.append(file(.lesson(recording.lesson.path), title) { [lesson(recording, $0)] })
    }
    files.append(file(.glossary, language.text("word.glossary")) { pages($0).glossary() })
    files.append(file(.misconceptions, language.text("word.misconceptions")) { pages($0).misconceptions() })
    return files
  }

  /// Everything in one file, which can be sent to somebody.
  func single() -> Site.File {
    file(.course, title) { context in
      var main = [HTMLNode.tag("section", [.type("front")], pages(context).course())]
      for chapter in course.chapters {
        main += pages(context.at(.chapter(chapter.id))).chapter(chapter)
        for recording in recordings where recording.lesson.chapter == chapter.id {
          main.append(lesson(recording, context.at(.lesson(recording.lesson.path))))
        }
      }
      main += pages(context.at(.glossary)).glossary()
      main += pages(context.at(.misconceptions)).misconceptions()
      return main
    }
  }

  private func lesson(_ recording: Recording, _ context: PageContext) -> HTMLNode {
    let index = recordings.firstIndex { $0.lesson.path == recording.lesson.path } ?? 0
    let words = language.lesson(recording.lesson.path)?.variant(of: recording.lesson)
    guard let words else { return .tag("article", [.type("lesson")], recording.lesson.id) }
    let page = LessonPage(
      context: context,
      recording: recording,
      text: words,
      previous: index > 0 ? recordings[index - 1].lesson : nil,
      next: index + 1 < recordings.count ? recordings[index + 1].lesson : nil
    )
    return page.article()
  }
}
