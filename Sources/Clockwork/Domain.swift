/// Where a component stands in its world.
public typealias Address = Int

/// Virtual time in milliseconds since the world began.
public typealias Time = Int64

extension Time {
  /// A time that never comes.
  public static var never: Time { Int64.max }
  /// A moment that is over, whatever time it is.
  static var always: Time { -(Int64.max / 2) }
}

/// The vocabulary of one kind of world: what its components say, what they act on, what its rows hold.
public protocol Domain {
  associatedtype Message: Letter
  associatedtype Subject: ActionSubject
  associatedtype Role: Equatable
  associatedtype Record

  /// Why this message may not pass between these roles, or nothing: the iron rules of the world.
  static func objection(to message: Message, from sender: Role, to receiver: Role) -> Obstacle?
}

/// What an action acts on.
public protocol ActionSubject: Equatable, CustomStringConvertible {
  func add(to digest: inout Digest)
}

/// A message that can travel between components.
public protocol Letter {
  /// Told to everybody when a component stops: connections to it are gone.
  static func closed(by component: Address) -> Self

  /// Told to both ends when nothing passes between them any more, and when it does again; nothing where nobody cares.
  static func interrupted(by component: Address) -> Self?
  static func resumed(by component: Address) -> Self?

  /// What the sender hears when the receiver is not running; nothing for messages that expect no answer.
  var refusal: Self? { get }

  /// The message as canonical data, for screens and digests.
  var value: Value { get }
}

extension Letter {
  public static func interrupted(by component: Address) -> Self? { nil }
  public static func resumed(by component: Address) -> Self? { nil }
}

/// What a component does, in one word: `bind`, `put`, `start`.
public struct Verb: Equatable, Comparable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  public let text: String

  public init(_ text: String) { self.text = text }
  public init(stringLiteral value: String) { text = value }

  public var description: String { text }
  public static func < (left: Verb, right: Verb) -> Bool { left.text < right.text }
}

/// Something to say, without the words: a key of the language file and what to fill in.
public struct Fact: Equatable, Sendable {
  public var key: String
  public var arguments: [Value.Entry]

  public init(_ key: String, _ arguments: (String, Value)...) {
    self.key = key
    self.arguments = arguments.map { Value.Entry($0.0, $0.1) }
  }

  public subscript(name: String) -> Value? {
    for entry in arguments where entry.key == name { return entry.value }
    return nil
  }
}

/// Why an action cannot happen now.
public struct Obstacle: Equatable, Sendable {
  public var fact: Fact
  /// When the obstacle goes away by itself, where time alone removes it.
  public var due: Time?

  public init(_ key: String, _ arguments: (String, Value)...) {
    fact = Fact(key)
    fact.arguments = arguments.map { Value.Entry($0.0, $0.1) }
    due = nil
  }

  init(due: Time, now: Time) {
    fact = Fact("obstacle.due", ("ms", .integer(due - now)))
    self.due = due
  }

  public var key: String { fact.key }
}

/// The smallest thing one component does at once.
public struct Action<D: Domain> {
  public let actor: Address
  public let verb: Verb
  public let subject: D.Subject

  public init(actor: Address, verb: Verb, subject: D.Subject) {
    self.actor = actor
    self.verb = verb
    self.subject = subject
  }
}

extension Action: Equatable {
  public static func == (left: Action, right: Action) -> Bool {
    left.actor == right.actor && left.verb == right.verb && left.subject == right.subject
  }
}

/// An action that a component could take, with what still blocks it.
public struct Offer<D: Domain> {
  public let action: Action<D>
  /// Nothing when the action is enabled.
  public let obstacle: Obstacle?
  /// Periodic work, which does not keep a world from being quiet.
  public let isBackground: Bool

  public var isEnabled: Bool { obstacle == nil }
}

/// A message on its way.
public struct Envelope<D: Domain> {
  public let sender: Address
  public let receiver: Address
  public let message: D.Message
}
