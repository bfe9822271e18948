import Clockwork

/// Who belongs to whom, as the garbage collector has learned it from its watches.
struct OwnerGraph: Sendable {
  struct Node: Equatable, Sendable {
    var key: ObjectKey
    var owners: [OwnerReference]
    /// Marked for deletion.
    var isMarked: Bool
    /// Marked, and only to go after its dependents.
    var isForeground: Bool
    /// Marked, and to let its dependents go free before.
    var isOrphaning: Bool

    init(_ object: Object) {
      key = object.key
      owners = object.metadata.ownerReferences
      isMarked = object.metadata.deletionTimestamp != nil
      isForeground = isMarked && object.metadata.finalizers.contains(GarbageText.foreground)
      isOrphaning = isMarked && object.metadata.finalizers.contains(GarbageText.orphan)
    }
  }

  private(set) var nodes: Table<String, Node> = [:]
  private var uids: Table<ObjectKey, String> = [:]
  private var dependents: Table<String, Table<ObjectKey, Bool>> = [:]

  /// Takes in one object; says which keys have to be looked at now.
  mutating func store(_ object: Object, isComplete: Bool) -> [ObjectKey] {
    let uid = object.uid
    let node = Node(object)
    let before = nodes[uid]
    if before == node { return [] }
    var touched: [ObjectKey] = []
    if let other = uids[node.key], other != uid { touched += remove(other) }
    nodes[uid] = node
    uids[node.key] = uid
    if before?.owners != node.owners {
      for owner in before?.owners ?? [] { dependents.update(owner.uid, default: [:]) { $0.removeValue(for: node.key) } }
      for owner in node.owners {
        dependents.update(owner.uid, default: [:]) { $0[node.key] = true }
        if isComplete, nodes[owner.uid] == nil { touched.append(node.key) }
      }
      // An owner that waits may have been waiting for this one.
      for owner in before?.owners ?? [] {
        if let waiting = nodes[owner.uid], waiting.isForeground { touched.append(waiting.key) }
      }
    }
    if node.isForeground, before?.isForeground != true { touched += keys(dependentOn: uid) + [node.key] }
    if node.isOrphaning, before?.isOrphaning != true { touched.append(node.key) }
    return touched
  }

  /// An object is gone: its dependents have no owner any more, and its owner may have waited for it.
  mutating func remove(_ uid: String) -> [ObjectKey] {
    guard let node = nodes.removeValue(for: uid) else { return [] }
    if uids[node.key] == uid { uids.removeValue(for: node.key) }
    var touched: [ObjectKey] = []
    for owner in node.owners {
      dependents.update(owner.uid, default: [:]) { $0.removeValue(for: node.key) }
      if let waiting = nodes[owner.uid], waiting.isForeground { touched.append(waiting.key) }
    }
    return keys(dependentOn: uid) + touched
  }

  subscript(key: ObjectKey) -> Node? { uids[key].flatMap { nodes[$0] } }

  func uid(_ key: ObjectKey) -> String? { uids[key] }

  /// What belongs to an object, in the order of a list.
  func keys(dependentOn uid: String) -> [ObjectKey] { dependents[uid]?.keys ?? [] }

  /// What an object that is deleted in the foreground waits for.
  func blockers(of uid: String) -> [ObjectKey] {
    keys(dependentOn: uid).filter { key in
      self[key]?.owners.contains { $0.uid == uid && $0.blockOwnerDeletion == true } ?? false
    }
  }

  /// Everything whose owner is not known: looked at once all lists are in.
  var orphans: [ObjectKey] {
    var found: [ObjectKey] = []
    nodes.forEach { _, node in
      for owner in node.owners where nodes[owner.uid] == nil {
        found.append(node.key)
        return
      }
    }
    return found.sorted()
  }

  /// What was left half done: foreground and orphan deletions under way.
  var unfinished: [ObjectKey] {
    var found: [ObjectKey] = []
    nodes.forEach { uid, node in
      if node.isForeground { found += keys(dependentOn: uid) + [node.key] }
      if node.isOrphaning { found.append(node.key) }
    }
    return found.sorted()
  }

  var state: Value {
    var entries: [Value.Entry] = []
    nodes.forEach { _, node in
      if node.owners.isEmpty, !node.isMarked { return }
      let owners = node.owners.map { Value.string("\($0.kind.lowercased())/\($0.name)") }
      entries.append(Value.Entry(node.key.text, .list(owners)))
    }
    return .map(entries.sorted { $0.key < $1.key })
  }
}

/// Finalizers by which kube-apiserver and the garbage collector talk to each other.
enum GarbageText {
  static let foreground = "foregroundDeletion"
  static let orphan = "orphan"
}
