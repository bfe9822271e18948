import Clockwork

/// Versions of a template as ControllerRevisions keep them (pkg/controller/history).
enum History {
  static let hashLabel = "controller.kubernetes.io/hash"
  static let podLabel = "controller-revision-hash"

  /// A template as the patch that brings it back.
  static func data(of template: PodTemplateSpec, _ version: Version) -> Value {
    var tree = template.tree
    // Older releases write a field of the metadata that nobody has set.
    if version == .then {
      var metadata = tree["metadata"] ?? .emptyMap
      metadata["creationTimestamp"] = .null
      tree["metadata"] = metadata.sorted
    }
    tree["$patch"] = "replace"
    return .map(("spec", .map(("template", tree.sorted))))
  }

  /// The hash that names the revision of a StatefulSet: over the text of the patch and the number of collisions.
  static func hash(_ data: Value, collisions: Int64) -> String {
    SafeName.encode(SafeName.fnv32(escaped(data.canonical) + "\(collisions)"))
  }

  /// JSON as Go writes it: what could be part of a web page is escaped.
  private static func escaped(_ text: String) -> String {
    if !text.utf8.contains(where: { $0 == 38 || $0 == 60 || $0 == 62 }) { return text }
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": out += "\\u0026"
      case "<": out += "\\u003c"
      case ">": out += "\\u003e"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }

  /// The template that a revision keeps.
  static func template(of revision: ControllerRevision) -> PodTemplateSpec? {
    guard var tree = revision.data?.at(["spec", "template"]) else { return nil }
    tree["$patch"] = nil
    var reading = Reading()
    return PodTemplateSpec.read(tree, &reading)
  }

  /// Oldest first.
  static func sorted(_ revisions: [ControllerRevision]) -> [ControllerRevision] {
    revisions.sorted { $0.revision == $1.revision ? $0.metadata.name < $1.metadata.name : $0.revision < $1.revision }
  }

  /// What brings the history in line with a template: the revision of it, and the write that this needs.
  struct Found {
    var revision: ControllerRevision
    var write: ControllerCore.Write?
  }

  /// Finds the revision of a template among those there are, gives an old one a new number, or makes one.
  static func find(
    _ fresh: ControllerRevision,
    among revisions: [ControllerRevision],
    user: String
  ) -> Found {
    let order = sorted(revisions)
    guard var same = order.last(where: { $0.data?.sorted == fresh.data?.sorted }) else {
      var new = fresh
      new.revision = (order.last?.revision ?? 0) + 1
      var request = Request(id: 0, user: user, verb: .create, key: new.key)
      request.body = .object(Object(new))
      return Found(revision: new, write: ControllerCore.Write("create", .object(new.key), request))
    }
    if same.revision == order.last?.revision { return Found(revision: same, write: nil) }
    same.revision = (order.last?.revision ?? 0) + 1
    var request = Request(id: 0, user: user, verb: .update, key: same.key)
    request.body = .object(Object(same))
    return Found(revision: same, write: ControllerCore.Write("update", .object(same.key), request))
  }

  /// Revisions beyond the limit that no Pod has, oldest first.
  static func surplus(
    _ revisions: [ControllerRevision],
    limit: Int64,
    isLive: (ControllerRevision) -> Bool
  ) -> [ControllerRevision] {
    let dead = sorted(revisions).filter { !isLive($0) }
    let count = Int64(dead.count) - limit
    return count > 0 ? Array(dead.prefix(Int(count))) : []
  }
}
