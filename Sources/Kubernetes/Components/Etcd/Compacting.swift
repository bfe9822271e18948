import Clockwork

/// What etcd still knows of what was: it forgets nothing until it is compacted.
struct EtcdHistory: Sendable {
  struct Past: Sendable {
    let key: ObjectKey
    let stored: Etcd.Stored
    /// The revision that put something else in its place.
    let until: Int64
  }

  private(set) var past: [Past] = []
  /// What is older is forgotten.
  private(set) var compacted: Int64 = 0
  /// What stands under `compact_rev_key`, and how often that key has been written.
  var noted: Int64 = 0
  var version: Int64 = 0

  mutating func keep(_ key: ObjectKey, _ stored: Etcd.Stored, until revision: Int64) {
    past.append(Past(key: key, stored: stored, until: revision))
  }

  /// Forgets what was no longer so at a revision; says how much that was.
  mutating func compact(to revision: Int64) -> Int64 {
    let before = past.count
    past.removeAll { $0.until <= revision }
    compacted = max(compacted, revision)
    return Int64(before - past.count)
  }
}

// Revisions that are past, and what kube-apiserver does so that they do not pile up.
extension Etcd {
  /// Where old revisions are part of a story they are kept until somebody compacts them.
  mutating func keepHistory() { history = EtcdHistory() }

  mutating func compact(_ asked: Compaction, _ out: inout KubeOutbox) {
    switch asked.body {
    case .note(let version, let noted):
      let known = history?.version ?? 0
      let isFirst = known == version
      if isFirst {
        revision += 1
        history?.version = known + 1
        history?.noted = noted
        out.note(Fact("fact.etcd.revision", ("revision", .integer(revision)), ("key", .string(Compaction.key))))
      }
      let answer = Compacted(
        id: asked.id,
        succeeded: isFirst,
        version: isFirst ? known + 1 : known,
        revision: revision
      )
      out.send(.compacted(answer), to: apiserver)
    case .compact(let revision):
      let count = history?.compact(to: revision) ?? 0
      out.note(Fact("fact.etcd.compacted", ("revision", .integer(revision)), ("count", .integer(count))))
    }
  }

  /// What was under the keys below a prefix at a revision; nothing where that is forgotten or has not come yet.
  func listing(prefix: String, at wanted: Int64) -> Result<[(key: String, object: Object)], EtcdRevisionError> {
    if wanted > revision { return .failure(.future) }
    if wanted < history?.compacted ?? 0 { return .failure(.compacted) }
    var found: [(key: String, object: Object)] = []
    keys.forEach { key, stored in
      if key.path.hasPrefix(prefix), stored.object.resourceVersion <= wanted { found.append((key.path, stored.object)) }
    }
    for one in history?.past ?? []
    where one.key.path.hasPrefix(prefix) && one.stored.object.resourceVersion <= wanted && wanted < one.until {
      found.append((one.key.path, one.stored.object))
    }
    return .success(found.sorted { $0.key < $1.key })
  }
}

/// Why etcd cannot show a revision, in its own words.
enum EtcdRevisionError: Error {
  case compacted
  case future

  var text: String {
    switch self {
    case .compacted: "etcdserver: mvcc: required revision has been compacted"
    case .future: "etcdserver: mvcc: required revision is a future revision"
    }
  }
}
