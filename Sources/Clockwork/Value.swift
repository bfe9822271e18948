/// A tree of plain data: what a manifest holds, what a component shows of its state, what a digest covers.
///
/// Maps keep the order in which their keys were written, so a manifest can be printed as its author wrote it.
public indirect enum Value: Equatable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case string(String)
  case list([Value])
  case map([Entry])

  /// One key of a map with its value.
  public struct Entry: Equatable, Sendable {
    public var key: String
    public var value: Value

    public init(_ key: String, _ value: Value) {
      self.key = key
      self.value = value
    }
  }

  public static var emptyMap: Value { .map([]) }

  /// A map from pairs, in the order given.
  public static func map(_ pairs: (String, Value)...) -> Value {
    .map(pairs.map { Entry($0.0, $0.1) })
  }

  public var text: String? {
    if case .string(let text) = self { return text }
    return nil
  }

  public var integer: Int64? {
    if case .integer(let number) = self { return number }
    return nil
  }

  public var flag: Bool? {
    if case .bool(let flag) = self { return flag }
    return nil
  }

  public var elements: [Value]? {
    if case .list(let elements) = self { return elements }
    return nil
  }

  public var entries: [Entry]? {
    if case .map(let entries) = self { return entries }
    return nil
  }

  public var isNull: Bool { self == .null }

  /// The value under a key of a map; setting `nil` removes the key, setting on another value makes it a map.
  public subscript(key: String) -> Value? {
    get {
      guard case .map(let entries) = self else { return nil }
      for entry in entries where entry.key == key { return entry.value }
      return nil
    }
    set {
      var entries: [Entry] = []
      if case .map(let old) = self { entries = old }
      var place: Int? = nil
      for index in entries.indices where entries[index].key == key {
        place = index
        break
      }
      if let newValue {
        if let place {
          entries[place].value = newValue
        } else {
          entries.append(Entry(key, newValue))
        }
      } else if let place {
        entries.remove(at: place)
      }
      self = .map(entries)
    }
  }

  /// The value at a path such as `["spec", "containers", "0", "image"]`, or `nil` where it leads nowhere.
  public func at(_ path: [String]) -> Value? {
    var here = self
    for part in path {
      if let next = here[part] {
        here = next
      } else if case .list(let elements) = here, let index = Int(part),
        elements.indices.contains(index)
      {
        here = elements[index]
      } else {
        return nil
      }
    }
    return here
  }

  /// A scalar as a person would read it; lists and maps as their canonical text.
  public var plain: String {
    switch self {
    case .null: ""
    case .bool(let flag): flag ? "true" : "false"
    case .integer(let number): "\(number)"
    case .number(let number): "\(number)"
    case .string(let text): text
    case .list, .map: canonical
    }
  }

  /// JSON without spaces and with map keys in the order they stand: one text for one value.
  public var canonical: String {
    var out = ""
    writeJSON(into: &out, indent: nil, depth: 0)
    return out
  }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension Value {
  /// Writes the value as JSON; `indent` spaces a level when it is given.
  public func writeJSON(into out: inout String, indent: Int?, depth: Int) {
    switch self {
    case .null: out += "null"
    case .bool(let flag): out += flag ? "true" : "false"
    case .integer(let number): out += "\(number)"
    case .number(let number): out += "\(number)"
    case .string(let text): Value.quote(text, into: &out)
    case .list(let elements):
      if elements.isEmpty {
        out += "[]"
        return
      }
      out += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { out += "," }
        Value.breakLine(into: &out, indent: indent, depth: depth + 1)
        element.writeJSON(into: &out, indent: indent, depth: depth + 1)
      }
      Value.breakLine(into: &out, indent: indent, depth: depth)
      out += "]"
    case .map(let entries):
      if entries.isEmpty {
        out += "{}"
        return
      }
      out += "{"
      for (index, entry) in entries.enumerated() {
        if index > 0 { out += "," }
        Value.breakLine(into: &out, indent: indent, depth: depth + 1)
        Value.quote(entry.key, into: &out)
        out += indent == nil ? ":" : ": "
        entry.value.writeJSON(into: &out, indent: indent, depth: depth + 1)
      }
      Value.breakLine(into: &out, indent: indent, depth: depth)
      out += "}"
    }
  }

  private static func breakLine(into out: inout String, indent: Int?, depth: Int) {
    guard let indent else { return }
    out += "\n"
    for _ in 0..<(indent * depth) { out += " " }
  }

  /// Writes a JSON string; control characters become escapes, everything else stays as it is.
  public static func quote(_ text: String, into out: inout String) {
    out += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      default:
        if scalar.value < 0x20 || scalar.value == 0x7f || scalar.value == 0x2028 || scalar.value == 0x2029 {
          out += "\\u"
          let digits: [Unicode.Scalar] = [
            "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "a", "b", "c", "d", "e", "f",
          ]
          for shift in [12, 8, 4, 0] as [UInt32] {
            out.unicodeScalars.append(digits[Int((scalar.value >> shift) & 15)])
          }
        } else {
          out.unicodeScalars.append(scalar)
        }
      }
    }
    out += "\""
  }
}
