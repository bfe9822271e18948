import Clockwork

/// What a ReplicaSet's last writes must still show in the watch before the count of its Pods can be trusted.
///
/// A cache that is behind does not show Pods just made; without this they would be made twice.
struct Expectations: Sendable {
  private struct Expected: Sendable {
    var creations: Int64 = 0
    var deletions: Table<ObjectKey, Bool> = [:]
    var since: Time = 0
  }

  private var expected: Table<ObjectKey, Expected> = [:]

  /// After so long an expectation is given up (controller: ExpectationsTimeout).
  private static let timeout: Time = 300_000

  mutating func expectCreations(_ count: Int64, of set: ObjectKey, at now: Time) {
    expected[set] = Expected(creations: count, since: now)
  }

  mutating func expectDeletions(_ pods: [ObjectKey], of set: ObjectKey, at now: Time, besides creations: Int64 = 0) {
    var table: Table<ObjectKey, Bool> = [:]
    for pod in pods { table[pod] = true }
    expected[set] = Expected(creations: creations, deletions: table, since: now)
  }

  mutating func created(_ count: Int64 = 1, of set: ObjectKey) {
    guard expected[set] != nil else { return }
    expected.update(set, default: Expected()) { $0.creations -= count }
  }

  mutating func deleted(_ pod: ObjectKey, of set: ObjectKey) {
    guard expected[set]?.deletions[pod] != nil else { return }
    expected.update(set, default: Expected()) { $0.deletions.removeValue(for: pod) }
  }

  func isSatisfied(_ set: ObjectKey, at now: Time) -> Bool {
    guard let awaited = expected[set] else { return true }
    if awaited.creations <= 0, awaited.deletions.isEmpty { return true }
    return awaited.since + Expectations.timeout < now
  }

  mutating func forget(_ set: ObjectKey) { expected.removeValue(for: set) }
  mutating func removeAll() { expected = [:] }
}
