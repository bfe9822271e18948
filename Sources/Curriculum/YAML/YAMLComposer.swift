import Clockwork
import Prose
import Yams

/// Turns the nodes that Yams composes into data with places.
struct YAMLComposer {
  let file: String
  /// How many values may still be made: aliases can make a small file huge.
  private var budget: Int
  private(set) var diagnostics: [Diagnostic] = []

  /// No manifest and no lesson is nested deeper; deeper ones would only exhaust the stack.
  private static let deepest = 500

  init(file: String, budget: Int) {
    self.file = file
    self.budget = budget
  }

  typealias Composed = (value: Value, spot: YAMLDocument.Spot)

  mutating func document(_ node: Node) -> YAMLDocument? {
    let composed = compose(node, key: nil, depth: 0)
    if budget < 0 {
      diagnostics = [
        Diagnostic(Place(file, line: 1, column: 1), .error, "the aliases of the file stand for too many values")
      ]
      return nil
    }
    return YAMLDocument(file: file, value: composed.value, spot: composed.spot)
  }

  private func place(_ node: Node) -> Place {
    guard let mark = node.mark else { return Place(file) }
    return Place(file, line: mark.line, column: mark.column)
  }

  private mutating func compose(_ node: Node, key: Node?, depth: Int) -> Composed {
    let here = place(node)
    let keyed = key.map(place) ?? here
    var spot = YAMLDocument.Spot(
      line: here.line,
      column: here.column,
      keyLine: keyed.line,
      keyColumn: keyed.column,
      children: []
    )
    budget -= 1
    guard budget >= 0 else { return (.null, spot) }
    guard depth < Self.deepest else {
      let diagnostic = Diagnostic(here, .error, "the file is nested more than \(Self.deepest) levels deep")
      if diagnostics.last != diagnostic { diagnostics.append(diagnostic) }
      return (.null, spot)
    }
    switch node {
    case .scalar(let scalar):
      return (self.scalar(scalar, at: here), spot)
    case .sequence(let sequence):
      var elements: [Value] = []
      for element in sequence {
        let composed = compose(element, key: nil, depth: depth + 1)
        elements.append(composed.value)
        spot.children.append(composed.spot)
      }
      return (.list(elements), spot)
    case .mapping(let mapping):
      let entries = self.entries(mapping, depth: depth, into: &spot)
      return (.map(entries), spot)
    case .alias:
      diagnostics.append(Diagnostic(here, .error, "the alias stands for nothing"))
      return (.null, spot)
    }
  }

  private mutating func scalar(_ scalar: Node.Scalar, at place: Place) -> Value {
    let tag = scalar.tag.description
    let prefix = "tag:yaml.org,2002:"
    let isPlain = scalar.style == .plain || scalar.style == .any
    let value: Value
    switch tag {
    case "" where isPlain:
      value = YAMLScalar.resolve(scalar.string)
    case "", "!", prefix + "str":
      return .string(scalar.string)
    case prefix + "int", prefix + "float", prefix + "bool", prefix + "null":
      value = YAMLScalar.resolve(scalar.string)
    case prefix + "timestamp":
      return .string(scalar.string)
    default:
      diagnostics.append(
        Diagnostic(place, .error, "the tag `\(Clean.line(tag))` is not supported", fix: "remove the tag")
      )
      return .string(scalar.string)
    }
    if case .number(let number) = value, !number.isFinite {
      diagnostics.append(
        Diagnostic(
          place,
          .error,
          "`\(scalar.string)` is no number that JSON can carry",
          fix: "quote it to make it text"
        )
      )
      return .string(scalar.string)
    }
    return value
  }

  private mutating func entries(
    _ mapping: Node.Mapping,
    depth: Int,
    into spot: inout YAMLDocument.Spot
  ) -> [Value.Entry] {
    var entries: [Value.Entry] = []
    var places: [String: Int] = [:]
    var merged: [Composed] = []
    for (key, node) in mapping {
      if case .scalar(let scalar) = key, scalar.string == "<<", scalar.style == .plain {
        merged.append(compose(node, key: key, depth: depth + 1))
        continue
      }
      guard let name = self.key(key) else { continue }
      let composed = compose(node, key: key, depth: depth + 1)
      if let first = places[name] {
        diagnostics.append(Self.duplicate(name, at: place(key), first: spot.children[first].keyLine))
        continue
      }
      places[name] = entries.count
      entries.append(Value.Entry(name, composed.value))
      spot.children.append(composed.spot)
    }
    // What the map says itself wins over what it merges; of several merged maps the earlier wins.
    for source in merged.flatMap(sources) {
      guard case .map(let added) = source.value else {
        let place = Place(file, line: source.spot.line, column: source.spot.column)
        diagnostics.append(
          Diagnostic(place, .error, "`<<` can merge only maps", fix: "give it a map or a list of maps")
        )
        continue
      }
      for (entry, child) in zip(added, source.spot.children) where places[entry.key] == nil {
        places[entry.key] = entries.count
        entries.append(entry)
        spot.children.append(child)
      }
    }
    return entries
  }

  private func sources(_ merged: Composed) -> [Composed] {
    guard case .list(let elements) = merged.value else { return [merged] }
    return zip(elements, merged.spot.children).map { ($0, $1) }
  }

  /// A key as JSON needs it, which is text: null, lists and maps cannot be keys.
  private mutating func key(_ node: Node) -> String? {
    if case .scalar(let scalar) = node {
      let value = scalar.style == .plain ? YAMLScalar.resolve(scalar.string) : .string(scalar.string)
      if !value.isNull { return value.plain }
    }
    diagnostics.append(
      Diagnostic(place(node), .error, "a key must be text", fix: "give the key a name, in quotes where it is `null`")
    )
    return nil
  }

  static func duplicate(_ key: String, at place: Place, first: Int) -> Diagnostic {
    Diagnostic(
      place,
      .error,
      "the key `\(Clean.line(key))` stands twice in the same map",
      notes: [Diagnostic.Note("it stands here first", file: place.file, line: first)],
      fix: "remove one of them"
    )
  }
}
