import Clockwork

extension String: Field {
  public static var goType: String { "string" }
  public static var vacant: String { "" }
  public var isVacant: Bool { isEmpty }
  public var tree: Value { .string(self) }

  public static func read(_ value: Value, _ reading: inout Reading) -> String? {
    if case .string(let text) = value { return text }
    reading.wrongType(value, expected: goType)
    return nil
  }
}

extension Int64: Field {
  public static var goType: String { "int64" }
  public static var vacant: Int64 { 0 }
  public var isVacant: Bool { self == 0 }
  public var tree: Value { .integer(self) }

  public static func read(_ value: Value, _ reading: inout Reading) -> Int64? {
    if case .integer(let number) = value { return number }
    reading.wrongType(value, expected: goType)
    return nil
  }
}

extension Bool: Field {
  public static var goType: String { "bool" }
  public static var vacant: Bool { false }
  public var isVacant: Bool { !self }
  public var tree: Value { .bool(self) }

  public static func read(_ value: Value, _ reading: inout Reading) -> Bool? {
    if case .bool(let flag) = value { return flag }
    reading.wrongType(value, expected: goType)
    return nil
  }
}

extension Value: Field {
  public static var goType: String { "interface {}" }
  public static var vacant: Value { .null }
  public var isVacant: Bool { isNull }
  public var tree: Value { sorted }

  public static func read(_ value: Value, _ reading: inout Reading) -> Value? { value.sorted }
}

extension Optional: Field where Wrapped: Field {
  public static var goType: String { Wrapped.goType }
  public static var vacant: Wrapped? { nil }
  public var isVacant: Bool { self == nil }
  public var tree: Value { self?.tree ?? .null }

  public static func read(_ value: Value, _ reading: inout Reading) -> Wrapped?? {
    guard let content = Wrapped.read(value, &reading) else { return nil }
    return .some(content)
  }
}

extension Array: Field where Element: Field {
  public static var goType: String { "[]\(Element.goType)" }
  public static var vacant: [Element] { [] }
  public var isVacant: Bool { isEmpty }
  public var tree: Value { .list(map { $0.tree }) }

  public static func read(_ value: Value, _ reading: inout Reading) -> [Element]? {
    guard case .list(let elements) = value else {
      reading.wrongType(value, expected: goType)
      return nil
    }
    var out: [Element] = []
    out.reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() {
      reading.path.append("\(index)")
      // A null element is an empty one, as the JSON decoder of the API server has it.
      if element.isNull {
        out.append(Element.vacant)
      } else if let content = Element.read(element, &reading) {
        out.append(content)
      }
      reading.path.removeLast()
    }
    return out
  }
}

extension Table: Field where Key == String, Value: Field {
  public static var goType: String { "map[string]\(Value.goType)" }
  public static var vacant: Table { Table() }
  public var isVacant: Bool { isEmpty }

  public var tree: Clockwork.Value {
    var entries: [Clockwork.Value.Entry] = []
    forEach { entries.append(Clockwork.Value.Entry($0, $1.tree)) }
    return .map(entries)
  }

  public static func read(_ value: Clockwork.Value, _ reading: inout Reading) -> Table? {
    guard case .map(let entries) = value else {
      reading.wrongType(value, expected: goType)
      return nil
    }
    var table = Table()
    for entry in entries {
      reading.path.append(entry.key)
      if entry.value.isNull {
        table[entry.key] = Value.vacant
      } else if let content = Value.read(entry.value, &reading) {
        table[entry.key] = content
      }
      reading.path.removeLast()
    }
    return table
  }
}
