import Clockwork

/// Chapters, lessons, their start states and their words: all that was read, typed.
public struct Course: Equatable, Sendable {
  public var id: String
  public var version: String
  /// Codes such as `en` and `ko`; the first is the reference.
  public var languages: [Language]
  public var chapters: [Chapter]
  /// The share of the points, in percent, from which a lesson is passed.
  public var passMark: Int
  public var clusters: [ClusterFile]
  public var misconceptions: [Misconception]
  public var claims: [Claim]
  /// `Lessons/images.yaml`: what container images do.
  public var images: YAMLDocument?
  /// The files of `Lessons/manifests`, which scripts name as `kubectl apply -f FILE`.
  public var manifests: [ManifestFile] = []

  /// `id@version`: how an answer names its course.
  public var name: String { "\(id)@\(version)" }

  /// Every lesson in the order of the course.
  public var lessons: [Lesson] { chapters.flatMap(\.lessons) }

  /// A lesson by `chapter/id`, or by its id alone where only one lesson has it.
  public func lesson(_ path: String) -> Lesson? {
    let all = lessons
    if let found = all.first(where: { $0.path == path }) { return found }
    let named = all.filter { $0.id == path }
    return named.count == 1 ? named.first : nil
  }

  public func chapter(_ id: String) -> Chapter? { chapters.first { $0.id == id } }
  public func cluster(_ name: String) -> ClusterFile? { clusters.first { $0.name == name } }
  public func manifest(_ name: String) -> ManifestFile? { manifests.first { $0.name == name } }
  public func misconception(_ id: String) -> Misconception? { misconceptions.first { $0.id == id } }
  public func claim(_ id: String) -> Claim? { claims.first { $0.id == id } }

  /// A language by its code; the reference where the course has no such language.
  public func language(_ code: String) -> Language {
    languages.first { $0.code == code } ?? languages.first ?? Language(code: code)
  }
}

/// A group of lessons; its id is the name of its folder.
public struct Chapter: Equatable, Sendable {
  public var id: String
  public var lessons: [Lesson]
  public var place: Place
}

/// A start state: the cluster's spec and the manifests that are there before the lesson begins.
public struct ClusterFile: Equatable, Sendable {
  /// The file's name without `.yaml`.
  public var name: String
  /// The first document is the spec; manifests follow.
  public var documents: [YAMLDocument]
  /// The file as it stands, which the hash of a question covers.
  public var text: String

  public var spec: YAMLDocument? { documents.first }
}

/// A file that the scripts of a course can name.
public struct ManifestFile: Equatable, Sendable {
  /// How a script names it, such as `shop.yaml`.
  public var name: String
  public var text: String
}

/// A named false rule, which a wrong answer may come from.
public struct Misconception: Equatable, Sendable {
  public var id: String
  /// The claims of the notes that say it.
  public var claims: [PlacedText]
  public var place: Place
}

/// A sentence of the notes with its verdict.
public struct Claim: Equatable, Sendable {
  public enum Verdict: String, CaseIterable, Sendable {
    case right
    case simplified
    case outdated
    case wrong
  }

  public var id: String
  public var verdict: Verdict
  public var flows: [String]
  public var place: Place
}
