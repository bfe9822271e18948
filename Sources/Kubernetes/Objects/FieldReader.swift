import Clockwork

/// Where a reader stands in the tree, and what was wrong so far.
public struct Reading: Equatable, Sendable {
  /// Keys and list indices from the root.
  public var path: [String] = []
  /// The names of fields alone: the decoder leaves out list indices and map keys when it complains.
  public var names: [String] = []
  /// The record that is being read.
  public var typeName: String = ""
  public var problems: [FieldProblem] = []

  public init() {}

  /// Notes that a tree has another shape than its field.
  public mutating func wrongType(_ value: Value, expected: String) {
    problems.append(.wrongType(path, names, in: typeName, got: value, expected: expected))
  }
}

extension Reading {
  /// Notes that a text is no amount of a resource.
  mutating func badQuantity(under key: String, _ value: Value) {
    let detail = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
    problems.append(FieldProblem(.wrongType, path + [key], got: value.plain, detail: detail))
  }
}

/// Fills a record from the entries of a map; entries that no field claims are kept as unknown.
public struct FieldReader: Fields {
  private let entries: [Value.Entry]
  private var taken: [Bool]
  private let typeName: String
  private(set) var reading: Reading

  init(entries: [Value.Entry], typeName: String, reading: Reading) {
    self.entries = entries
    self.taken = Array(repeating: false, count: entries.count)
    self.typeName = typeName
    self.reading = reading
  }

  public mutating func visit<Content: Field>(_ name: String, _ content: inout Content, _ presence: Presence) {
    for index in entries.indices where entries[index].key == name {
      taken[index] = true
      if entries[index].value.isNull { return }
      let outer = reading.typeName
      reading.typeName = typeName
      reading.path.append(name)
      reading.names.append(name)
      if let read = Content.read(entries[index].value, &reading) { content = read }
      reading.path.removeLast()
      reading.names.removeLast()
      reading.typeName = outer
      return
    }
  }

  public mutating func rest(_ unknown: inout [Value.Entry]) {
    for index in entries.indices where !taken[index] {
      unknown.append(Value.Entry(entries[index].key, entries[index].value.sorted))
    }
  }
}

/// Collects the entries of a map from a record.
public struct FieldWriter: Fields {
  private var entries: [Value.Entry] = []

  public init() {}

  public mutating func visit<Content: Field>(_ name: String, _ content: inout Content, _ presence: Presence) {
    if presence == .omitEmpty, content.isVacant { return }
    entries.append(Value.Entry(name, content.tree))
  }

  public mutating func rest(_ unknown: inout [Value.Entry]) {
    for entry in unknown { entries.append(Value.Entry(entry.key, entry.value.sorted)) }
  }

  /// The entries in alphabetical order of their keys.
  var sorted: [Value.Entry] {
    var inOrder = true
    for index in entries.indices.dropFirst() where entries[index].key < entries[index - 1].key { inOrder = false }
    return inOrder ? entries : entries.sorted { $0.key < $1.key }
  }
}
