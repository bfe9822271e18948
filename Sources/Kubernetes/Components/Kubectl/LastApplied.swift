import Clockwork

/// What `kubectl apply` writes down, so that it can tell later what was taken away from a manifest.
enum LastApplied {
  static let annotation = "kubectl.kubernetes.io/last-applied-configuration"

  /// The object with the manifest that it was made of.
  static func annotate(_ object: Object) -> Object {
    let text = configuration(object)
    return object.with { $0.annotations[annotation] = text }
  }

  /// The manifest as one line of JSON, with a line end as kubectl's encoder writes it.
  static func configuration(_ object: Object) -> String {
    tree(object).sorted.canonical + "\n"
  }

  /// The patch that brings the stored object to what the manifest says; empty when nothing is to be done.
  static func patch(_ object: Object, stored: Object) -> Value {
    var original = Value.emptyMap
    if let text = stored.metadata.annotations[annotation], let value = JSONText.parse(text) { original = value }
    var modified = tree(object)
    var metadata = modified["metadata"] ?? .emptyMap
    var annotations = metadata["annotations"] ?? .emptyMap
    annotations[annotation] = .string(configuration(object))
    metadata["annotations"] = annotations
    modified["metadata"] = metadata
    return Patch.threeWay(original: original, modified: modified.sorted, current: stored.value)
  }

  /// The object without what no manifest says: empty status and resources, and the annotation itself.
  private static func tree(_ object: Object) -> Value {
    var value = object.with { $0.annotations[annotation] = nil }.value
    if value["status"]?.entries?.isEmpty ?? false { value["status"] = nil }
    if value["metadata"]?["annotations"] == nil {
      var metadata = value["metadata"] ?? .emptyMap
      metadata["annotations"] = .emptyMap
      value["metadata"] = metadata
    }
    guard var spec = value["spec"] else { return value }
    for list in ["containers", "initContainers"] {
      guard let containers = spec[list]?.elements else { continue }
      var cleaned: [Value] = []
      for container in containers {
        var copy = container
        if container["resources"]?.entries?.isEmpty ?? false { copy["resources"] = nil }
        cleaned.append(copy)
      }
      spec[list] = .list(cleaned)
    }
    value["spec"] = spec
    return value
  }
}
