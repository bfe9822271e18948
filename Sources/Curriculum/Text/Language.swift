import Clockwork
import Prose

/// All words of the course and the program in one language.
public struct Language: Equatable, Sendable {
  /// Such as `en` or `ko`: the name of the folder in `Content`.
  public var code: String
  /// The words of the program, by key: nested keys are joined by dots.
  public var words: Words
  public var glossary: [GlossaryEntry]
  public var misconceptions: [MisconceptionText]
  public var chapters: [ChapterText]
  var lessons: Table<String, LessonText>

  public init(code: String) {
    self.code = code
    words = Words()
    glossary = []
    misconceptions = []
    chapters = []
    lessons = [:]
  }

  /// The words of a lesson as they stand, with the first value of each placeholder; by `chapter/id`.
  public func lesson(_ path: String) -> LessonText? { lessons[path] }
  public func chapter(_ id: String) -> ChapterText? { chapters.first { $0.id == id } }
  public func misconception(_ id: String) -> MisconceptionText? { misconceptions.first { $0.id == id } }
  public func glossary(_ id: String) -> GlossaryEntry? { glossary.first { $0.id == id } }

  /// The words of a key, filled in; the key itself where the language lacks it, so that a gap is seen and not fatal.
  public func text(_ key: String, _ arguments: [String: String] = [:]) -> String {
    guard let template = words[key] else { return key }
    return Template.fill(template, arguments)
  }
}

/// Words of the program by key, each with the place where it is written.
public struct Words: Equatable, Sendable {
  var entries: Table<String, PlacedText> = [:]

  public init() {}

  public subscript(key: String) -> String? { entries[key]?.text }

  /// Every key in ascending order.
  public var keys: [String] { entries.keys }

  public func place(of key: String) -> Place? { entries[key]?.place }
}

/// A word that the course takes for granted, explained.
public struct GlossaryEntry: Equatable, Sendable {
  /// The `{#id}` of its heading.
  public var id: String
  public var title: String
  public var blocks: [Block]
  public var place: Place
}

/// A false rule in words: the heading states it, the prose says what is true.
public struct MisconceptionText: Equatable, Sendable {
  public var id: String
  public var title: String
  public var blocks: [Block]
  public var place: Place
}

/// The page of a chapter.
public struct ChapterText: Equatable, Sendable {
  public var id: String
  public var title: String
  public var document: Document
  public var file: String
  public var of: String?
  public var hash: String
}
