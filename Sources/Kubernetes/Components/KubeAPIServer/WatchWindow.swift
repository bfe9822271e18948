import Clockwork

/// The last changes of one kind, kept for watches that come back (upstream: the watch cache's ring buffer).
///
/// It holds between 100 and 102,400 of them and grows and shrinks so that it reaches back about 75 seconds.
struct WatchWindow: Sendable {
  private struct Kept: Sendable {
    let commit: Commit
    let before: Object?
    let at: Time
  }

  /// Bounds of the capacity, and how far back in milliseconds the window should reach.
  static let bounds: ClosedRange<Int64> = 100...102_400
  static let freshness: Time = 75_000

  private var kept = Queue<Kept>()
  private(set) var capacity = WatchWindow.bounds.lowerBound
  /// The revision of the list that the window began with.
  private let listed: Int64
  private var hasForgotten = false

  init(listed: Int64) { self.listed = listed }

  var count: Int64 { Int64(kept.count) }

  /// The oldest change that can still be told.
  var oldest: Int64 {
    if !hasForgotten { return listed + 1 }
    return kept.first?.commit.revision ?? listed + 1
  }

  /// The last change.
  var latest: Int64 { kept.isEmpty ? listed : kept[kept.count - 1].commit.revision }

  mutating func add(_ commit: Commit, before: Object?, at now: Time) {
    resize(at: now)
    if count >= capacity { forget() }
    kept.append(Kept(commit: commit, before: before, at: now))
  }

  /// A full window doubles while its oldest change is fresh, and halves where a quarter of it would reach back far enough.
  private mutating func resize(at now: Time) {
    guard count >= capacity, let first = kept.first else { return }
    if now - first.at < WatchWindow.freshness {
      capacity = min(capacity * 2, WatchWindow.bounds.upperBound)
    } else if now - kept[Int(count - capacity / 4)].at > WatchWindow.freshness {
      capacity = max(capacity / 2, WatchWindow.bounds.lowerBound)
      while count > capacity { forget() }
    }
  }

  private mutating func forget() {
    kept.popFirst()
    hasForgotten = true
  }

  /// What has changed after a revision; nothing where some of it is forgotten.
  func changes(since revision: Int64) -> [(commit: Commit, before: Object?)]? {
    if revision < oldest - 1 { return nil }
    var found: [(commit: Commit, before: Object?)] = []
    for one in kept.elements where one.commit.revision > revision { found.append((one.commit, one.before)) }
    return found
  }
}
