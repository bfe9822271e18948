public import Clockwork

/// etcd keeps what kube-apiserver puts, numbers every change, and tells kube-apiserver about it.
///
/// It decides nothing. Of several members one leads, and what a majority of them has written down counts.
public struct Etcd: Component {
  public typealias Model = Kube

  /// One key with what stands under it.
  struct Stored: Sendable {
    var object: Object
    var createRevision: Int64
    var version: Int64
  }

  // MARK: State

  public let name: String
  public let role = Kube.Role.etcd
  let apiserver: Address
  private(set) var keys: Table<ObjectKey, Stored> = [:]
  var revision: Int64
  var inbox = Inbox<Message>()
  /// What this member knows of the others; nothing where it is alone.
  var raft: Raft?
  /// Requests of clients that wait at this member for a majority, in the order in which they came.
  var requests: [ClientRequest] = []
  /// Reads that the leader answers once a majority has confirmed that it leads.
  var reads: Table<Int64, QuorumRead> = [:]
  var serial: Int64 = 0
  /// Whether kube-apiserver hears of changes from this member.
  var isWatched = true
  /// What was; nothing where nobody asks for old revisions.
  var history: EtcdHistory?

  /// An empty store at a revision; real clusters have seen many writes before a lesson begins.
  public init(_ name: String = "etcd", apiserver: Address, revision: Int64) {
    self.name = name
    self.apiserver = apiserver
    self.revision = revision
  }

  /// Makes it one of several members that have been running for a while.
  mutating func join(_ raft: Raft, isWatched: Bool) {
    self.raft = raft
    self.isWatched = isWatched
  }

  /// Puts an object as it was before the story begins.
  public mutating func seed(_ object: Object) {
    keys[object.key] = Stored(object: object, createRevision: object.resourceVersion, version: 1)
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    if raft != nil { return hear(message, from: sender, at: now) }
    switch message {
    case .transaction, .range, .compaction: inbox.add(message, from: sender)
    default: break
    }
  }

  public func offers(_ offers: inout KubeOffers) {
    if let raft { return offerShared(raft, &offers) }
    switch inbox.first?.message {
    case .transaction(let transaction)?:
      offers.add(verb(for: transaction), .named(transaction.key.path))
    case .range(let range)?:
      offers.add(.etcdRange, .named(range.prefix))
    case .compaction(let asked)?:
      offers.add(asked.verb, .named(asked.subject))
    default:
      offers.add(.etcdPut, .named("/registry"), when: false, else: .nothingAsked)
    }
  }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    if raft != nil { return performShared(action, &out) }
    guard let asker = inbox.first?.sender else { return }
    switch inbox.take(from: asker) {
    case .transaction(let transaction)?: commit(transaction, answers: true, &out)
    case .range(let range)?: read(range, for: asker, &out)
    case .compaction(let asked)?: compact(asked, &out)
    default: break
    }
  }

  /// What is on disk survives; what was being asked does not.
  public mutating func restart(at now: Time) {
    inbox.removeAll()
    guard raft != nil else { return }
    raft?.restart(at: now)
    requests = []
    reads = [:]
    isWatched = false
  }

  // MARK: Helpers

  private func holds(_ transaction: Transaction) -> Bool {
    (keys[transaction.key]?.object.resourceVersion ?? 0) == transaction.expected
  }

  func verb(for transaction: Transaction) -> Verb {
    if !holds(transaction) { return .etcdRefuse }
    return transaction.object == nil ? .etcdDelete : .etcdPut
  }

  /// Changes the store as a transaction asks, if it still holds what the transaction expects.
  ///
  /// Every member of several does so; only the one that was asked answers.
  mutating func commit(_ transaction: Transaction, answers: Bool, _ out: inout KubeOutbox) {
    let previous = keys[transaction.key]
    guard holds(transaction) else {
      if answers {
        out.send(.transacted(reply(to: transaction, succeeded: false, current: previous?.object)), to: apiserver)
      }
      return
    }
    revision += 1
    if let previous { history?.keep(transaction.key, previous, until: revision) }
    if var object = transaction.object {
      object.metadata.resourceVersion = revision
      keys[transaction.key] = Stored(
        object: object,
        createRevision: previous?.createRevision ?? revision,
        version: (previous?.version ?? 0) + 1
      )
      let commit = Commit(object: object, previous: previous?.object, isDelete: false, revision: revision)
      tell(transaction, object, commit, answers: answers, &out)
    } else if var last = previous?.object {
      // The last word about an object carries the revision of its deletion.
      last.metadata.resourceVersion = revision
      keys.removeValue(for: transaction.key)
      let commit = Commit(object: last, previous: last, isDelete: true, revision: revision)
      tell(transaction, last, commit, answers: answers, &out)
    }
    out.note(Fact("fact.etcd.revision", ("revision", .integer(revision)), ("key", .string(transaction.key.path))))
  }

  private func tell(
    _ transaction: Transaction,
    _ current: Object,
    _ commit: Commit,
    answers: Bool,
    _ out: inout KubeOutbox
  ) {
    if answers { out.send(.transacted(reply(to: transaction, succeeded: true, current: current)), to: apiserver) }
    if isWatched { out.send(.committed(commit), to: apiserver) }
  }

  private func reply(to transaction: Transaction, succeeded: Bool, current: Object?) -> Transacted {
    Transacted(
      id: transaction.id,
      key: transaction.key,
      succeeded: succeeded,
      revision: revision,
      current: current
    )
  }

  func read(_ range: Range, for asker: Address, _ out: inout KubeOutbox) {
    out.send(.ranged(Ranged(id: range.id, objects: objects(range), revision: revision)), to: asker)
  }

  private func objects(_ range: Range) -> [Object] {
    if range.isHealth { return [] }
    if range.everything { return keys.values.map { $0.object } }
    if !range.name.isEmpty {
      guard let stored = keys[ObjectKey(range.kind, range.namespace, range.name)] else { return [] }
      return [stored.object]
    }
    var found: [Object] = []
    keys.forEach(from: ObjectKey(range.kind, range.namespace, "")) { key, stored in
      guard key.kind == range.kind, range.namespace.isEmpty || key.namespace == range.namespace else { return false }
      found.append(stored.object)
      return true
    }
    return found
  }

  // MARK: Looking

  /// Every object, in the order of the keys.
  public var objects: [Object] { keys.values.map { $0.object } }

  public subscript(key: ObjectKey) -> Object? { keys[key]?.object }

  /// The keys below a prefix with their revisions, as `etcdctl get --prefix` shows them.
  public func listing(prefix: String) -> [(key: String, create: Int64, modified: Int64, version: Int64)] {
    var lines: [(key: String, create: Int64, modified: Int64, version: Int64)] = []
    keys.forEach { key, stored in
      let path = key.path
      if path.hasPrefix(prefix) {
        lines.append((path, stored.createRevision, stored.object.resourceVersion, stored.version))
      }
    }
    return lines.sorted { $0.key < $1.key }
  }

  public var state: Value {
    var entries: [Value.Entry] = []
    keys.forEach { key, stored in entries.append(Value.Entry(key.path, stored.object.value)) }
    let waiting = Int64(inbox.count + requests.count)
    var value: Value = .map(
      ("revision", .integer(revision)),
      ("keys", .map(entries)),
      ("waiting", .integer(waiting))
    )
    if let raft { value["raft"] = raft.state }
    if let history { value["compacted"] = .integer(history.compacted) }
    return value
  }
}

extension Verb {
  static let etcdPut: Verb = "put"
  static let etcdRange: Verb = "range"
}

extension Obstacle {
  static var nothingAsked: Obstacle { Obstacle("obstacle.etcd.nothing-asked") }
}
