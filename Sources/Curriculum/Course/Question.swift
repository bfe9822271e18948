import Clockwork

/// One question of a lesson: what is asked, when, of what, and what is needed to compute its key.
///
/// The key is nowhere in it, but for the kinds `choice` and `claim`, which no model can answer.
public struct Question: Equatable, Sendable {
  public enum Kind: String, CaseIterable, Sendable {
    /// Which action (or component, or verb) comes next.
    case next
    /// Tick all that could happen now.
    case whichCould = "which-could"
    /// A field after the step.
    case value
    /// What is seen at the end.
    case outcome
    /// Always, sometimes or never.
    case always
    /// Put steps in order.
    case order
    /// Authored, one or many.
    case choice
    /// Is this sentence right, simplified, outdated or wrong?
    case claim
  }

  /// When a question is asked.
  public enum Moment: Equatable, Sendable {
    case start
    case before(ActionPattern)
    /// Between the action and what follows it.
    case after(ActionPattern)
    /// Before the action is played, about the state after it.
    case at(ActionPattern)
    case end

    public var pattern: ActionPattern? {
      switch self {
      case .start, .end: nil
      case .before(let pattern), .after(let pattern), .at(let pattern): pattern
      }
    }
  }

  /// Which part of an action is asked for.
  public enum Subject: String, CaseIterable, Sendable {
    case component
    case action
    case verb
  }

  /// How an answer is brought to one form before it is compared.
  public enum Normal: String, CaseIterable, Sendable {
    case exact
    case name
    case number
    case ip
    case cidr
    case duration
    case quantity
  }

  public var id: String
  public var place: Place
  public var kind: Kind
  public var moment: Moment
  public var subject: Subject
  public var claims: [PlacedText]
  public var options: [Choice]
  public var level: Lesson.Level
  /// For `value` and `outcome`: a path such as `spec.nodeName`.
  public var field: String?
  /// For `value`, `outcome` and `always`: whose field, such as `pod/web`.
  public var object: String?
  /// For `always`: what must stand there, or `different` or `same` where it is about several objects.
  public var expected: String?
  public var normal: Normal
  /// How far a number may be off, written as in the file (`0`, `0.5`, `5%`).
  public var tolerance: String?
  /// How many attempts count; one unless the file says otherwise.
  public var attempts: Int
  /// `then` or `now`; empty takes the lesson's.
  public var version: String
  /// Lines that are run in a fork before the key is read.
  public var script: [PlacedText]
  /// How far a fork runs, as in the script line `until …`.
  public var until: String?
  /// For `order`: the steps, in any order; for `always`: a step that comes, or two of which the first comes first.
  public var steps: [ActionPattern]
  /// For `choice` and `claim` alone: the right options.
  public var key: [PlacedText]
  /// A script or flow that shows the claim, where one can.
  public var experiment: String?
  /// The entry as it stands in the file.
  public var entry: Value
  /// Eight hexadecimal digits over all that the key depends on; the same in every language.
  public var hash: String

  /// What an answer is made of: the options, or the steps to put in order.
  public var candidates: [String] { options.isEmpty ? steps.map(\.text) : options.map(\.text) }

  /// Whether a reason may be left to the model: it knows why an action is not possible now.
  public var modelExplains: Bool {
    switch kind {
    case .next, .whichCould, .always, .order: true
    case .value, .outcome, .choice, .claim: false
    }
  }
}

/// Something to choose, and the false rule of those who choose it.
public struct Choice: Equatable, Sendable {
  public var text: String
  /// An id of `Lessons/misconceptions.yaml`.
  public var misconception: PlacedText?
  public var place: Place

  public init(_ text: String, misconception: PlacedText? = nil, place: Place = Place("")) {
    self.text = text
    self.misconception = misconception
    self.place = place
  }
}
