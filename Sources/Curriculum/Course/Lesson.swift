import Clockwork

/// A word or line of a lesson's YAML, with the place where it stands.
public struct PlacedText: Equatable, Sendable, CustomStringConvertible {
  public var text: String
  public var place: Place

  public init(_ text: String, place: Place = Place("")) {
    self.text = text
    self.place = place
  }

  public var description: String { text }
}

/// A flow made teachable: the start, the script, the beats to play, the questions to ask and the faults to try.
///
/// It is the behaviour alone, the same in every language; the words are a `LessonText`.
public struct Lesson: Equatable, Sendable {
  /// How much of a run is shown: the story, its details, or every message on the wire.
  public enum Level: String, CaseIterable, Sendable {
    case story
    case detail
    case wire
  }

  /// The chapter's id, which is also the name of the folder.
  public var chapter: String
  /// Unique in its chapter and equal to the name of the file.
  public var id: String
  public var place: Place
  /// How long it takes a learner.
  public var minutes: Int
  /// The name of a file in `Lessons/clusters`.
  public var cluster: PlacedText
  /// The flow of the catalogue, such as `F01`.
  public var flow: String?
  /// The claims of `Lessons/claims.yaml` that the lesson settles.
  public var claims: [PlacedText]
  public var level: Lesson.Level
  /// `now`, or `then` for a lesson about the past; empty takes the cluster's own.
  public var version: String
  /// What changes from learner to learner.
  public var vary: [Variation]
  public var script: [PlacedText]
  public var beats: [Beat]
  public var questions: [Question]
  public var faults: [Fault]
  /// Commands that show the same on a real cluster.
  public var reality: [PlacedText]
  /// What was drawn for `vary`: name and value, in the order of the file.
  public var draws: [(name: String, value: String)] { values.map { ($0.name, $0.value) } }
  var values: [Drawn]
  /// The entry as it was read, with the placeholders still in it.
  public var document: YAMLDocument

  /// `chapter/id`: how commands and answers name the lesson.
  public var path: String { "\(chapter)/\(id)" }

  public func question(_ id: String) -> Question? { questions.first { $0.id == id } }
  public func beat(_ id: String) -> Beat? { beats.first { $0.id == id } }
  public func fault(_ id: String) -> Fault? { faults.first { $0.id == id } }
}

/// A value that was drawn for a placeholder.
struct Drawn: Equatable, Sendable {
  var name: String
  var value: String
}

/// A placeholder `{{name}}` and the values from which a seed chooses; seed 0 takes the first.
public struct Variation: Equatable, Sendable {
  public var name: String
  public var values: [String]
  public var place: Place

  /// The value for a seed; drawing one name does not move the others.
  public func value(seed: UInt64) -> String {
    guard let first = values.first else { return "" }
    if seed == 0 { return first }
    var random = Random(seed: seed).stream(name)
    return values[random.next(below: values.count)]
  }
}

/// A stretch of the run that plays by itself and says one thing.
public struct Beat: Equatable, Sendable {
  public var id: String
  /// The beat ends with the first action that matches.
  public var to: ActionPattern
  /// Whether it is a contrast with how things were ("then"), and played in the older version.
  public var isThen: Bool
  public var place: Place
}

/// Something to break, and what to watch.
public struct Fault: Equatable, Sendable {
  public var id: String
  /// The lines that cause it: `break: X` in the file is the one line `break X`.
  public var script: [PlacedText]
  /// What follows, as the catalogue names it, such as `F01.down.kube-scheduler`.
  public var then: String?
  public var claim: PlacedText?
  public var place: Place
}
