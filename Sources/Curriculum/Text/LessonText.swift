import Prose

/// The words of a lesson in one language.
///
/// A lesson's Markdown is prose with fences in it; a fence is joined to the lesson's YAML by its id:
///
/// - `beat ID`: what the beat says, Markdown.
/// - `question ID`: what is asked, then `- option: reason` lines, `hint:` lines and an `after:` line (`QuestionText`).
/// - `fault ID`: a title on the first line, Markdown below it.
/// - `reality`: what the model leaves out, Markdown.
/// - `table`: rows of cells between `|`, the first row is the head.
/// - `glossary`: words to explain here, one a line; elsewhere a word is linked as `[NAT](glossary:nat)`.
///
/// Every other fence is a block of code. The first heading is the title; its `{#id}` is the lesson's id.
public struct LessonText: Equatable, Sendable {
  public var file: String
  /// The file as it stands, with the placeholders still in it.
  public var source: String
  public var document: Document
  public var title: String
  /// Prose before the first beat or question.
  public var opening: [Block]
  public var beats: [BeatText]
  public var questions: [QuestionText]
  public var faults: [FaultText]
  public var reality: [Block]
  /// The hash of the reference text that this one was translated from, where its front matter says so.
  public var of: String?
  /// The hash of this text, its front matter aside.
  public var hash: String

  public func beat(_ id: String) -> BeatText? { beats.first { $0.id == id } }
  public func question(_ id: String) -> QuestionText? { questions.first { $0.id == id } }
  public func fault(_ id: String) -> FaultText? { faults.first { $0.id == id } }
}

/// What a beat says.
public struct BeatText: Equatable, Sendable {
  public var id: String
  public var blocks: [Block]
  public var place: Place
  /// Prose that follows the fence, up to the next one.
  public var afterwards: [Block] = []
}

/// A fault's title and what to look for.
public struct FaultText: Equatable, Sendable {
  public var id: String
  public var title: String
  public var blocks: [Block]
  public var place: Place
}

/// The words of a question.
public struct QuestionText: Equatable, Sendable {
  /// The words of one option.
  public struct Reason: Equatable, Sendable {
    /// The option as it stands in the lesson's YAML.
    public var option: String
    /// What is shown instead of the option, from `- option [words]: reason`.
    public var label: [Inline]?
    /// Why it is wrong, or right.
    public var inlines: [Inline]
    public var place: Place
  }

  public var id: String
  public var ask: [Block]
  public var reasons: [Reason]
  /// From the gentlest to the plainest.
  public var hints: [[Inline]]
  /// What is added once the question has been answered.
  public var after: [Inline]?
  public var place: Place

  public func reason(_ option: String) -> Reason? { reasons.first { $0.option == option } }
}

/// A table: cells of running text.
public struct TableText: Equatable, Sendable {
  public var head: [[Inline]]
  public var rows: [[[Inline]]]
  public var line: Int
}
