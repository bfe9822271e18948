import Clockwork

/// One document of a YAML (or JSON) file: its data, and where each key and value of it stands.
public struct YAMLDocument: Equatable, Sendable {
  public let file: String
  public let value: Value
  let spot: Spot

  /// Where a value and its key stand; the children are in the order of the value's own.
  struct Spot: Equatable, Sendable {
    var line: Int
    var column: Int
    var keyLine: Int
    var keyColumn: Int
    var children: [Spot]
  }

  /// A document that was not read but made.
  public init(file: String, value: Value) {
    self.init(file: file, value: value, spot: Spot(line: 0, column: 0, keyLine: 0, keyColumn: 0, children: []))
  }

  init(file: String, value: Value, spot: Spot) {
    self.file = file
    self.value = value
    self.spot = spot
  }

  /// Where the value at a path stands, such as `["spec", "containers", "0", "image"]`.
  ///
  /// A path that leads nowhere gives the place of the deepest value on the way.
  public func place(of path: [String]) -> Place {
    let found = walk(path).spot
    return Place(file, line: found.line, column: found.column)
  }

  /// Where the key that leads to a path stands; for an element of a list, the element itself.
  public func keyPlace(of path: [String]) -> Place {
    let found = walk(path).spot
    return Place(file, line: found.keyLine, column: found.keyColumn)
  }

  /// The line of the value at a path, or `nil` where the path leads nowhere.
  public func line(of path: [String]) -> Int? {
    let found = walk(path)
    return found.isThere ? found.spot.line : nil
  }

  private func walk(_ path: [String]) -> (spot: Spot, isThere: Bool) {
    var here = value
    var spot = spot
    for part in path {
      var index: Int? = nil
      switch here {
      case .map(let entries): index = entries.firstIndex { $0.key == part }
      case .list(let elements): index = Int(part).flatMap { elements.indices.contains($0) ? $0 : nil }
      default: break
      }
      guard let index, spot.children.indices.contains(index) else { return (spot, false) }
      spot = spot.children[index]
      switch here {
      case .map(let entries): here = entries[index].value
      case .list(let elements): here = elements[index]
      default: break
      }
    }
    return (spot, true)
  }
}
