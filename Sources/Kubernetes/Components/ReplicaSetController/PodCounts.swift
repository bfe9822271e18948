import Clockwork

/// The Pods of every ReplicaSet and what they add up to, kept current event by event.
///
/// A ReplicaSet with 5,000 Pods hears of each of them several times; counting them all anew each time would take
/// longer than the whole rollout.
struct PodCounts: Sendable {
  /// What a status says of one Pod.
  struct Facts: Equatable, Sendable {
    /// Neither ended nor marked for deletion: only such Pods are replicas.
    var isActive: Bool = false
    var isReady: Bool = false
    var readySince: Int64? = nil
    /// Marked, and not ended yet.
    var isEnding: Bool = false

    init(_ pod: Pod) {
      let hasEnded = pod.status.phase == "Succeeded" || pod.status.phase == "Failed"
      let isMarked = pod.metadata.deletionTimestamp != nil
      isActive = !hasEnded && !isMarked
      isEnding = isMarked && !hasEnded
      if let ready = pod.status[condition: "Ready"], ready.status == "True" {
        isReady = true
        readySince = ready.lastTransitionTime?.milliseconds
      }
    }
  }

  struct Group: Sendable {
    var pods: Table<ObjectKey, Facts> = [:]
    /// Pods whose labels were changed by somebody: their owner's selector may not match them any more.
    var strays: Table<ObjectKey, Bool> = [:]
    var active: Int64 = 0
    var ready: Int64 = 0
    var ending: Int64 = 0

    mutating func count(_ facts: Facts, _ sign: Int64) {
      if facts.isActive { active += sign }
      if facts.isActive, facts.isReady { ready += sign }
      if facts.isEnding { ending += sign }
    }
  }

  private var groups: Table<String, Group> = [:]
  private var orphans: Table<ObjectKey, Bool> = [:]

  /// Follows one event of a Pod.
  mutating func follow(_ event: WatchEvent, before: Object?) {
    let old = before?.metadata.controller?.uid
    if let before, event.type == .deleted || old != event.object.metadata.controller?.uid { remove(before.key, old) }
    if event.type == .deleted { return }
    add(event.object)
    if let before, let uid = old, before.metadata.labels != event.object.metadata.labels {
      groups.update(uid, default: Group()) { $0.strays[before.key] = true }
    }
  }

  mutating func add(_ object: Object) {
    guard let pod = object.pod else { return }
    guard let uid = pod.metadata.controller?.uid else {
      orphans[object.key] = true
      return
    }
    let facts = Facts(pod)
    let key = object.key
    groups.update(uid, default: Group()) { group in
      if let known = group.pods[key] {
        if known == facts { return }
        group.count(known, -1)
      }
      group.pods[key] = facts
      group.count(facts, 1)
    }
  }

  private mutating func remove(_ key: ObjectKey, _ uid: String?) {
    guard let uid else {
      orphans.removeValue(for: key)
      return
    }
    groups.update(uid, default: Group()) { group in
      if let known = group.pods.removeValue(for: key) { group.count(known, -1) }
      group.strays.removeValue(for: key)
    }
    if groups[uid]?.pods.isEmpty == true { groups.removeValue(for: uid) }
  }

  subscript(uid: String) -> Group { groups[uid] ?? Group() }

  /// Pods of a namespace that nobody is responsible for.
  func orphans(in namespace: String) -> [ObjectKey] {
    if orphans.isEmpty { return [] }
    return orphans.keys.filter { $0.namespace == namespace }
  }

  mutating func removeAll() { self = PodCounts() }
}

extension PodCounts.Group {
  /// The Pods that count, in the order of their names.
  var activeKeys: [ObjectKey] {
    var keys: [ObjectKey] = []
    pods.forEach { key, facts in if facts.isActive { keys.append(key) } }
    return keys
  }

  /// How many have been ready for long enough.
  func available(minReadySeconds: Int64, at now: Time) -> Int64 {
    if minReadySeconds == 0 { return ready }
    var count: Int64 = 0
    pods.forEach { _, facts in
      if facts.isActive, facts.isReady, let since = facts.readySince, since + minReadySeconds * 1000 <= now {
        count += 1
      }
    }
    return count
  }
}
