import Clockwork

/// Which objects of a kind belong to whom, by the uid of the owner that is responsible for them.
///
/// Without it a loop would walk through everything it has heard of for every key it looks at.
struct OwnerIndex: Sendable {
  private var owned: Table<String, Table<ObjectKey, Bool>> = [:]
  /// Objects that nobody is responsible for.
  private var orphans: Table<ObjectKey, Bool> = [:]

  /// Follows one event.
  mutating func follow(_ event: WatchEvent, before: Object?) {
    let key = event.object.key
    let old = before.map { $0.metadata.controller?.uid ?? "" }
    let new = event.type == .deleted ? nil : event.object.metadata.controller?.uid ?? ""
    if old == new { return }
    if let old { remove(key, from: old) }
    if let new { add(key, to: new) }
  }

  mutating func add(_ object: Object) { add(object.key, to: object.metadata.controller?.uid ?? "") }

  private mutating func add(_ key: ObjectKey, to uid: String) {
    if uid.isEmpty {
      orphans[key] = true
    } else {
      owned.update(uid, default: [:]) { $0[key] = true }
    }
  }

  private mutating func remove(_ key: ObjectKey, from uid: String) {
    if uid.isEmpty {
      orphans.removeValue(for: key)
      return
    }
    owned.update(uid, default: [:]) { $0.removeValue(for: key) }
    if owned[uid]?.isEmpty == true { owned.removeValue(for: uid) }
  }

  func keys(of uid: String) -> [ObjectKey] { owned[uid]?.keys ?? [] }

  /// Objects of a namespace that nobody is responsible for.
  func orphans(in namespace: String) -> [ObjectKey] {
    if orphans.isEmpty { return [] }
    return orphans.keys.filter { $0.namespace == namespace }
  }

  mutating func removeAll() { self = OwnerIndex() }
}
