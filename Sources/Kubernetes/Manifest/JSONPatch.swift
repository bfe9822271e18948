import Clockwork

/// Lists of operations on a tree (RFC 6902), places named by JSON pointers (RFC 6901).
enum JSONPatch {
  static func apply(_ patch: Value, to value: Value) throws(Patch.Failure) -> Value {
    guard let operations = patch.elements else { throw .badRequest("json: cannot unmarshal object into Go value") }
    var result = value
    for operation in operations {
      guard let name = operation["op"]?.text, let path = pointer(operation["path"]) else { throw .rejected }
      switch name {
      case "add":
        guard let new = operation["value"] else { throw .rejected }
        result = try change(result, path[...], .add(new))
      case "replace":
        guard let new = operation["value"] else { throw .rejected }
        result = try change(result, path[...], .replace(new))
      case "remove": result = try change(result, path[...], .remove)
      case "test":
        if find(result, path) ?? .null != operation["value"] ?? .null { throw .rejected }
      case "copy", "move":
        guard let from = pointer(operation["from"]), let moved = find(result, from) else { throw .rejected }
        if name == "move" { result = try change(result, from[...], .remove) }
        result = try change(result, path[...], .add(moved))
      default: throw .rejected
      }
    }
    return result
  }

  private enum Edit {
    case add(Value)
    case replace(Value)
    case remove
  }

  /// The parts of a pointer such as `/metadata/labels/a~1b`; nil when it does not begin with a slash.
  private static func pointer(_ value: Value?) -> [String]? {
    guard let text = value?.text else { return nil }
    if text.isEmpty { return [] }
    var parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.removeFirst().isEmpty else { return nil }
    return parts.map { unescaped($0) }
  }

  private static func unescaped(_ part: Substring) -> String {
    var out = ""
    var isEscape = false
    for character in part {
      if isEscape {
        out.append(character == "0" ? "~" : character == "1" ? "/" : character)
        isEscape = false
      } else if character == "~" {
        isEscape = true
      } else {
        out.append(character)
      }
    }
    return out
  }

  private static func find(_ value: Value, _ path: [String]) -> Value? {
    var here = value
    for part in path {
      if case .list(let elements) = here {
        guard let index = Int(part), elements.indices.contains(index) else { return nil }
        here = elements[index]
      } else {
        guard let next = here[part] else { return nil }
        here = next
      }
    }
    return here
  }

  private static func change(
    _ value: Value,
    _ path: ArraySlice<String>,
    _ edit: Edit
  ) throws(Patch.Failure) -> Value {
    guard let part = path.first else {
      switch edit {
      case .add(let new), .replace(let new): return new
      case .remove: return .null
      }
    }
    switch value {
    case .map: return try changeMap(value, part, path.dropFirst(), edit)
    case .list(let elements): return .list(try changeList(elements, part, path.dropFirst(), edit))
    default: throw .rejected
    }
  }

  private static func changeMap(
    _ map: Value,
    _ key: String,
    _ rest: ArraySlice<String>,
    _ edit: Edit
  ) throws(Patch.Failure) -> Value {
    var result = map
    guard rest.isEmpty else {
      guard let inner = map[key] else { throw .rejected }
      result[key] = try change(inner, rest, edit)
      return result
    }
    switch edit {
    case .add(let new): result[key] = new
    case .replace(let new):
      guard map[key] != nil else { throw .rejected }
      result[key] = new
    case .remove:
      guard map[key] != nil else { throw .rejected }
      result[key] = nil
    }
    return result
  }

  private static func changeList(
    _ list: [Value],
    _ part: String,
    _ rest: ArraySlice<String>,
    _ edit: Edit
  ) throws(Patch.Failure) -> [Value] {
    var result = list
    if part == "-", rest.isEmpty, case .add(let new) = edit { return list + [new] }
    guard let index = Int(part), index >= 0 else { throw .rejected }
    if rest.isEmpty, case .add(let new) = edit {
      guard index <= list.count else { throw .rejected }
      result.insert(new, at: index)
      return result
    }
    guard index < list.count else { throw .rejected }
    guard rest.isEmpty else {
      result[index] = try change(list[index], rest, edit)
      return result
    }
    switch edit {
    case .add(let new), .replace(let new): result[index] = new
    case .remove: result.remove(at: index)
    }
    return result
  }
}
