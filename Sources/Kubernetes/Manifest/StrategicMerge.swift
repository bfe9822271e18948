import Clockwork

/// Applies strategic merge patches (apimachinery: util/strategicpatch).
enum StrategicMerge {
  static func apply(_ patch: Value, to value: Value) throws(Patch.Failure) -> Value {
    guard case .map = patch else {
      throw .badRequest("error decoding patch: json: cannot unmarshal into Go value of type map[string]interface {}")
    }
    return try maps(value, patch)
  }

  private static func maps(_ original: Value, _ patch: Value) throws(Patch.Failure) -> Value {
    switch patch[Directive.marker]?.text {
    case "replace":
      var replacement = patch
      replacement[Directive.marker] = nil
      return withoutDirectives(replacement)
    case "delete": return .emptyMap
    case "merge", nil: break
    case .some(let other): throw unknownDirective(other)
    }
    var result: Value = original.entries == nil ? .emptyMap : original
    if let kept = patch[Directive.retainKeys]?.elements {
      for entry in result.entries ?? [] where !kept.contains(.string(entry.key)) { result[entry.key] = nil }
    }
    for entry in patch.entries ?? [] where !Directive.isDirective(entry.key) {
      result[entry.key] = try field(entry.key, result[entry.key], entry.value, in: patch)
    }
    for entry in patch.entries ?? [] {
      if entry.key.hasPrefix(Directive.deletion) {
        let key = String(entry.key.dropFirst(Directive.deletion.count))
        let gone = entry.value.elements ?? []
        if let kept = result[key]?.elements { result[key] = .list(kept.filter { !gone.contains($0) }) }
      } else if entry.key.hasPrefix(Directive.order) {
        let key = String(entry.key.dropFirst(Directive.order.count))
        // With a patch list under the same key the order was applied there.
        if patch[key] == nil, let list = result[key]?.elements {
          result[key] = .list(arranged(list, by: entry.value.elements ?? [], server: list, key))
        }
      }
    }
    return result
  }

  private static func field(
    _ key: String,
    _ old: Value?,
    _ new: Value,
    in patch: Value
  ) throws(Patch.Failure) -> Value? {
    if new.isNull { return nil }
    guard let old else { return withoutDirectives(new) }
    switch (old, new) {
    case (.map, .map): return try maps(old, new)
    case (.list(let before), .list(let after)):
      let order = patch[Directive.order + key]?.elements
      switch PatchSchema.strategy(of: key, before + after) {
      case .replace: return new
      case .byKey(let mergeKey): return .list(try elements(key, by: mergeKey, before, after, order: order))
      case .scalars:
        var all = before
        for element in after where !all.contains(element) { all.append(element) }
        return .list(arranged(all, by: order ?? after, server: before, key))
      }
    default: return new
    }
  }

  private static func elements(
    _ key: String,
    by mergeKey: String,
    _ before: [Value],
    _ after: [Value],
    order: [Value]?
  ) throws(Patch.Failure) -> [Value] {
    var merged = before
    var named: [Value] = []
    var replaces = false
    for element in after {
      guard let name = element[mergeKey] else {
        if element[Directive.marker]?.text == "replace" {
          replaces = true
          continue
        }
        throw noMergeKey(element, mergeKey)
      }
      switch element[Directive.marker]?.text {
      case "delete": merged.removeAll { $0[mergeKey] == name }
      case "replace": replaces = true
      case nil: named.append(element)
      case .some(let other): throw unknownDirective(other)
      }
    }
    if replaces { return named.map { withoutDirectives($0) } }
    for element in named {
      if let place = merged.firstIndex(where: { $0[mergeKey] == element[mergeKey] }) {
        merged[place] = try maps(merged[place], element)
      } else {
        merged.append(withoutDirectives(element))
      }
    }
    return arranged(merged, by: order ?? named, server: before, key)
  }

  /// Puts the elements that the patch names in its order, and the others where the server had them.
  private static func arranged(_ list: [Value], by order: [Value], server: [Value], _ key: String) -> [Value] {
    func name(_ element: Value) -> Value {
      if case .byKey(let mergeKey) = PatchSchema.strategy(of: key, list) { return element[mergeKey] ?? .null }
      return element
    }
    let wanted = order.map { name($0) }
    let known = server.map { name($0) }
    let byPatch = list.filter { wanted.contains(name($0)) }
    var right: [Value] = []
    for one in wanted { right += byPatch.filter { name($0) == one } }
    var left: [Value] = []
    let others = list.filter { !wanted.contains(name($0)) }
    for one in known { left += others.filter { name($0) == one } }
    var out: [Value] = []
    while let first = left.first, let second = right.first {
      let (one, other) = (known.firstIndex(of: name(first)), known.firstIndex(of: name(second)))
      if let one, let other, one < other {
        out.append(left.removeFirst())
      } else {
        out.append(right.removeFirst())
      }
    }
    return out + left + right
  }

  /// What is added as a whole carries no directives.
  private static func withoutDirectives(_ value: Value) -> Value {
    switch value {
    case .map(let entries):
      var out: [Value.Entry] = []
      for entry in entries where !Directive.isDirective(entry.key) && !entry.value.isNull {
        out.append(Value.Entry(entry.key, withoutDirectives(entry.value)))
      }
      return .map(out)
    case .list(let elements):
      return .list(elements.filter { $0[Directive.marker]?.text != "delete" }.map { withoutDirectives($0) })
    default: return value
    }
  }

  // MARK: Two patches as one

  /// Lays the changes of a patch over the deletions of another one, directives and all.
  static func join(_ changes: Value, _ deletions: Value) -> Value {
    var joined = deletions
    for entry in changes.entries ?? [] {
      guard let other = joined[entry.key] else {
        joined[entry.key] = entry.value
        continue
      }
      switch (other, entry.value) {
      case (.map, .map): joined[entry.key] = join(entry.value, other)
      case (.list(let gone), .list(let new)):
        guard case .byKey(let mergeKey) = PatchSchema.strategy(of: entry.key, gone + new) else {
          joined[entry.key] = entry.value
          continue
        }
        var all = new
        for element in gone {
          if let place = all.firstIndex(where: { $0[mergeKey] == element[mergeKey] }) {
            all[place] = join(all[place], element)
          } else {
            all.append(element)
          }
        }
        joined[entry.key] = .list(all)
      default: joined[entry.key] = entry.value
      }
    }
    return joined
  }

  // MARK: Failures

  private static func noMergeKey(_ element: Value, _ key: String) -> Patch.Failure {
    var inside = ""
    for entry in element.sorted.entries ?? [] {
      inside += (inside.isEmpty ? "" : " ") + "\(entry.key):\(entry.value.plain)"
    }
    let text = "map: map[\(inside)] does not contain declared merge key: \(key)"
    return Patch.Failure(code: 500, reason: "InternalError", text: text)
  }

  private static func unknownDirective(_ text: String) -> Patch.Failure {
    Patch.Failure(code: 422, reason: "Invalid", text: "unknown patch type found: \(text)")
  }
}
