import Clockwork

/// Whether an empty field is written at all.
public enum Presence: Equatable, Sendable {
  /// An empty field is left out, as Go's `omitempty` does.
  case omitEmpty
  /// An empty field is written as `{}`, `null`, `0`, `false` or `""`.
  case keep
}

/// Something that visits the fields of a record one by one, to read or write them.
///
/// A record describes its fields once, in ``Record/fields(_:)``; every use of them is a visitor.
public protocol Fields {
  mutating func visit<Content: Field>(_ name: String, _ content: inout Content, _ presence: Presence)

  /// Fields that the record does not model; they are kept and printed back.
  mutating func rest(_ unknown: inout [Value.Entry])
}

extension Fields {
  /// Visits one field.
  public mutating func callAsFunction<Content: Field>(
    _ name: String,
    _ content: inout Content,
    _ presence: Presence = .omitEmpty
  ) {
    visit(name, &content, presence)
  }
}

/// What a field of a record may hold, such as text, a number, a list or another record.
public protocol Field: Equatable {
  /// The Go type, as the decoder of the API server names it.
  static var goType: String { get }
  /// What the field holds when nobody wrote it.
  static var vacant: Self { get }
  var isVacant: Bool { get }
  /// The field as plain data.
  var tree: Value { get }

  /// What a tree says, or nil with a problem noted when it has the wrong shape.
  static func read(_ value: Value, _ reading: inout Reading) -> Self?
}

/// A group of fields with names: a Pod, a container, a condition.
public protocol Record: Field {
  /// The name of the type in the API, as error messages print it.
  static var typeName: String { get }
  init()
  mutating func fields<F: Fields>(_ field: inout F)
}

extension Record {
  public static var goType: String { "v1.\(typeName)" }
  public static var vacant: Self { Self() }
  public var isVacant: Bool { self == Self() }

  /// The record as a tree, keys in the alphabetical order of `kubectl get -o yaml`.
  public var tree: Value {
    var copy = self
    var writer = FieldWriter()
    copy.fields(&writer)
    return .map(writer.sorted)
  }

  /// The record as a tree, for records that have no field of that name.
  public var value: Value { tree }

  public static func read(_ value: Value, _ reading: inout Reading) -> Self? {
    guard case .map(let entries) = value else {
      reading.wrongType(value, expected: goType)
      return nil
    }
    var reader = FieldReader(entries: entries, typeName: typeName, reading: reading)
    var record = Self()
    record.fields(&reader)
    reading = reader.reading
    return record
  }

  /// The record that a tree describes; what does not fit is noted and stays empty.
  public init(_ value: Value, problems: inout [FieldProblem]) {
    var reading = Reading()
    self = Self.read(value, &reading) ?? Self()
    problems.append(contentsOf: reading.problems)
  }
}
