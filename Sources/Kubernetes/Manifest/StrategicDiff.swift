import Clockwork

/// Computes strategic merge patches (apimachinery: util/strategicpatch).
struct StrategicDiff {
  var ignoresDeletions: Bool = false
  var ignoresChanges: Bool = false

  func maps(_ before: [Value.Entry], _ after: [Value.Entry], retainsKeys: Bool = false) -> [Value.Entry] {
    let old = Value.map(before)
    let new = Value.map(after)
    var patch: [Value.Entry] = []
    for entry in after {
      guard let previous = old[entry.key] else {
        if !ignoresChanges { patch.append(entry) }
        continue
      }
      field(entry.key, previous, entry.value, into: &patch)
    }
    var hasRemoved = false
    for entry in before where new[entry.key] == nil {
      hasRemoved = true
      if !ignoresDeletions { patch.append(Value.Entry(entry.key, .null)) }
    }
    if retainsKeys, !after.isEmpty, !patch.isEmpty || hasRemoved {
      let keys = after.filter { !$0.value.isNull }.map { $0.key }.sorted()
      patch.append(Value.Entry(Directive.retainKeys, .list(keys.map { Value.string($0) })))
    }
    return patch
  }

  private func field(_ key: String, _ old: Value, _ new: Value, into patch: inout [Value.Entry]) {
    if old == new { return }
    switch (old, new) {
    case (.map(let before), .map(let after)):
      let inner = maps(before, after)
      if !inner.isEmpty { patch.append(Value.Entry(key, .map(inner))) }
    case (.list(let before), .list(let after)):
      switch PatchSchema.strategy(of: key, before + after) {
      case .replace:
        if !ignoresChanges { patch.append(Value.Entry(key, new)) }
      case .byKey(let mergeKey):
        elements(key, by: mergeKey, before, after, into: &patch)
      case .scalars:
        scalars(key, before, after, into: &patch)
      }
    default:
      if !ignoresChanges { patch.append(Value.Entry(key, new)) }
    }
  }

  private func elements(
    _ key: String,
    by mergeKey: String,
    _ before: [Value],
    _ after: [Value],
    into patch: inout [Value.Entry]
  ) {
    if before.isEmpty {
      if !ignoresChanges, !after.isEmpty { patch.append(Value.Entry(key, .list(after))) }
      return
    }
    var changed: [Value] = []
    for element in after {
      guard let name = element[mergeKey] else { continue }
      guard let old = before.first(where: { $0[mergeKey] == name }) else {
        if !ignoresChanges { changed.append(element) }
        continue
      }
      let retains = PatchSchema.retainsKeys(key)
      var inner = maps(old.entries ?? [], element.entries ?? [], retainsKeys: retains)
      if !inner.isEmpty {
        inner.append(Value.Entry(mergeKey, name))
        changed.append(.map(inner))
      }
    }
    if !ignoresDeletions {
      for element in before {
        guard let name = element[mergeKey], !after.contains(where: { $0[mergeKey] == name }) else { continue }
        changed.append(.map([Value.Entry(Directive.marker, "delete"), Value.Entry(mergeKey, name)]))
      }
    }
    if !changed.isEmpty { patch.append(Value.Entry(key, .list(changed))) }
    let names = after.map { $0[mergeKey] ?? .null }
    let sameOrder = before.map { $0[mergeKey] ?? .null } == names
    if !changed.isEmpty || (!ignoresChanges && !sameOrder) {
      let order = names.map { Value.map([Value.Entry(mergeKey, $0)]) }
      if !order.isEmpty { patch.append(Value.Entry(Directive.order + key, .list(order))) }
    }
  }

  private func scalars(_ key: String, _ before: [Value], _ after: [Value], into patch: inout [Value.Entry]) {
    if before.isEmpty {
      if !ignoresChanges, !after.isEmpty { patch.append(Value.Entry(key, .list(after))) }
      return
    }
    let added = ignoresChanges ? [] : after.filter { !before.contains($0) }
    let removed = ignoresDeletions ? [] : before.filter { !after.contains($0) }
    if !added.isEmpty { patch.append(Value.Entry(key, .list(added))) }
    if !removed.isEmpty { patch.append(Value.Entry(Directive.deletion + key, .list(removed))) }
    if !added.isEmpty || !removed.isEmpty || !ignoresChanges, !after.isEmpty {
      patch.append(Value.Entry(Directive.order + key, .list(after)))
    }
  }
}
