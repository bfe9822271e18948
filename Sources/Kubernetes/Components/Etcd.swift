public import Clockwork

/// etcd keeps what kube-apiserver puts, numbers every change, and tells kube-apiserver about it.
///
/// It decides nothing.
public struct Etcd: Component {
  public typealias Model = Kube

  /// One key with what stands under it.
  struct Stored: Sendable {
    var object: Object
    var createRevision: Int64
    var version: Int64
  }

  // MARK: State

  public let name = "etcd"
  public let role = Kube.Role.etcd
  let apiserver: Address
  private(set) var keys: Table<ObjectKey, Stored> = [:]
  private(set) var revision: Int64
  private var inbox = Inbox<Message>()

  /// An empty store at a revision; real clusters have seen many writes before a lesson begins.
  public init(apiserver: Address, revision: Int64) {
    self.apiserver = apiserver
    self.revision = revision
  }

  /// Puts an object as it was before the story begins.
  public mutating func seed(_ object: Object) {
    keys[object.key] = Stored(object: object, createRevision: object.resourceVersion, version: 1)
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    switch message {
    case .transaction, .range: inbox.add(message, from: sender)
    default: break
    }
  }

  public func offers(_ offers: inout KubeOffers) {
    switch inbox.first?.message {
    case .transaction(let transaction)?:
      offers.add(verb(for: transaction), .named(transaction.key.path))
    case .range(let range)?:
      offers.add(.range, .named(range.prefix))
    default:
      offers.add(.put, .named("/registry"), when: false, else: .nothingAsked)
    }
  }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    guard let asker = inbox.first?.sender else { return }
    switch inbox.take(from: asker) {
    case .transaction(let transaction)?: commit(transaction, &out)
    case .range(let range)?: read(range, for: asker, &out)
    default: break
    }
  }

  /// What is on disk survives; what was being asked does not.
  public mutating func restart(at now: Time) {
    inbox.removeAll()
  }

  // MARK: Helpers

  private func holds(_ transaction: Transaction) -> Bool {
    (keys[transaction.key]?.object.resourceVersion ?? 0) == transaction.expected
  }

  private func verb(for transaction: Transaction) -> Verb {
    if !holds(transaction) { return .refuse }
    return transaction.object == nil ? .delete : .put
  }

  private mutating func commit(_ transaction: Transaction, _ out: inout KubeOutbox) {
    let previous = keys[transaction.key]
    guard holds(transaction) else {
      out.send(.transacted(reply(to: transaction, succeeded: false, current: previous?.object)), to: apiserver)
      return
    }
    revision += 1
    if var object = transaction.object {
      object.metadata.resourceVersion = revision
      keys[transaction.key] = Stored(
        object: object,
        createRevision: previous?.createRevision ?? revision,
        version: (previous?.version ?? 0) + 1
      )
      out.send(.transacted(reply(to: transaction, succeeded: true, current: object)), to: apiserver)
      let commit = Commit(object: object, previous: previous?.object, isDelete: false, revision: revision)
      out.send(.committed(commit), to: apiserver)
    } else if var last = previous?.object {
      // The last word about an object carries the revision of its deletion.
      last.metadata.resourceVersion = revision
      keys.removeValue(for: transaction.key)
      out.send(.transacted(reply(to: transaction, succeeded: true, current: last)), to: apiserver)
      let commit = Commit(object: last, previous: last, isDelete: true, revision: revision)
      out.send(.committed(commit), to: apiserver)
    }
    out.note(Fact("fact.etcd.revision", ("revision", .integer(revision)), ("key", .string(transaction.key.path))))
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

  private func read(_ range: Range, for asker: Address, _ out: inout KubeOutbox) {
    out.send(.ranged(Ranged(id: range.id, objects: objects(range), revision: revision)), to: asker)
  }

  private func objects(_ range: Range) -> [Object] {
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
    return .map(("revision", .integer(revision)), ("keys", .map(entries)), ("waiting", .integer(Int64(inbox.count))))
  }
}

extension Verb {
  fileprivate static let put: Verb = "put"
  fileprivate static let delete: Verb = "delete"
  fileprivate static let refuse: Verb = "refuse"
  fileprivate static let range: Verb = "range"
}

extension Obstacle {
  fileprivate static var nothingAsked: Obstacle { Obstacle("obstacle.etcd.nothing-asked") }
}
