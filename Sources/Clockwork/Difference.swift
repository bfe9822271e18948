/// One field that a step changed: where, what stood there before, and what stands there now.
public struct Change: Equatable, Sendable {
  /// Keys from the root; list positions are their index, or the `name` or `type` of their elements.
  public var path: [String]
  public var before: Value?
  public var after: Value?

  public init(path: [String], before: Value?, after: Value?) {
    self.path = path
    self.before = before
    self.after = after
  }
}

/// Compares two trees and lists what differs, deepest fields first to be named.
public enum Difference {
  /// Every changed leaf, in the order of the newer tree; removed keys follow.
  public static func between(_ before: Value, _ after: Value) -> [Change] {
    var changes: [Change] = []
    walk(before, after, path: [], into: &changes)
    return changes
  }

  private static func walk(_ before: Value, _ after: Value, path: [String], into changes: inout [Change]) {
    if before == after { return }
    switch (before, after) {
    case (.map(let old), .map(let new)):
      for entry in new {
        if let previous = before[entry.key] {
          walk(previous, entry.value, path: path + [entry.key], into: &changes)
        } else {
          changes.append(Change(path: path + [entry.key], before: nil, after: entry.value))
        }
      }
      for entry in old where after[entry.key] == nil {
        changes.append(Change(path: path + [entry.key], before: entry.value, after: nil))
      }
    case (.list(let old), .list(let new)):
      walkLists(old, new, path: path, into: &changes)
    default:
      changes.append(Change(path: path, before: before, after: after))
    }
  }

  /// Elements that carry a `name` or `type` are matched by it, others by their place.
  private static func walkLists(_ old: [Value], _ new: [Value], path: [String], into changes: inout [Change]) {
    func label(_ element: Value, _ index: Int) -> String {
      element["name"]?.text ?? element["type"]?.text ?? "\(index)"
    }
    for (index, element) in new.enumerated() {
      let name = label(element, index)
      var previous: Value? = nil
      for (place, candidate) in old.enumerated() where label(candidate, place) == name {
        previous = candidate
        break
      }
      if let previous {
        walk(previous, element, path: path + [name], into: &changes)
      } else {
        changes.append(Change(path: path + [name], before: nil, after: element))
      }
    }
    for (index, element) in old.enumerated() {
      let name = label(element, index)
      var kept = false
      for (place, candidate) in new.enumerated() where label(candidate, place) == name {
        kept = true
        break
      }
      if !kept { changes.append(Change(path: path + [name], before: element, after: nil)) }
    }
  }
}
