import Clockwork

extension Describe {
  /// `kubectl describe` of a kind that kubectl itself does not know: every field, with names made of the keys.
  static func custom(_ object: Object, events: [Event], _ version: Version, now: Int64) -> String {
    var writer = TabWriter.describe
    writer.line("Name:\t\(object.name)")
    writer.line("Namespace:\t\(object.namespace)")
    labels("Labels", object.metadata.labels, &writer)
    annotations(object.metadata.annotations, &writer)
    var tree = object.value
    var metadata = tree["metadata"] ?? .emptyMap
    for key in ["name", "namespace", "labels", "annotations"] { metadata[key] = nil }
    tree["metadata"] = metadata
    fields(tree, level: 0, &writer)
    self.events(events, version, now: now, &writer)
    return writer.formatted()
  }

  private static func fields(_ tree: Value, level: Int, _ writer: inout TabWriter) {
    for entry in (tree.entries ?? []).sorted(by: { $0.key < $1.key }) {
      let label = self.label(entry.key)
      switch entry.value {
      case .map:
        writer.line("\(label):", level: level)
        fields(entry.value, level: level + 1, &writer)
      case .list(let elements):
        writer.line("\(label):", level: level)
        for element in elements {
          if case .map = element {
            fields(element, level: level + 1, &writer)
          } else {
            writer.line(element.plain, level: level + 1)
          }
        }
      case .null: writer.line("\(label):\t<nil>", level: level)
      default: writer.line("\(label):\t\(entry.value.plain)", level: level)
      }
    }
  }

  /// `targetRef` becomes `Target Ref`, `apiVersion` becomes `API Version`.
  private static func label(_ key: String) -> String {
    var words: [String] = []
    var word = ""
    for character in key {
      if character.isUppercase, let last = word.last, !last.isUppercase {
        words.append(word)
        word = ""
      }
      word.append(character)
    }
    words.append(word)
    let capitals = ["API", "URL", "UID", "OSB", "GUID"]
    let spelled = words.map { word in
      let upper = word.uppercased()
      return capitals.contains(upper) ? upper : word.prefix(1).uppercased() + word.dropFirst()
    }
    return spelled.joined(separator: " ")
  }
}
