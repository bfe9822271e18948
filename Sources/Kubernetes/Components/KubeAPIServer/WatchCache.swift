import Clockwork

/// What kube-apiserver knows of etcd's content, and who wants to hear of changes.
struct WatchCache: Sendable {
  struct Watcher: Sendable {
    let client: Address
    let kind: Kind
    let selector: WatchSelector
    /// Empty for all namespaces.
    var namespace = ""
    var labels: LabelSelector?
    var fields: FieldSelector?
    var wantsBookmarks = true

    init(client: Address, kind: Kind, selector: WatchSelector) {
      self.client = client
      self.kind = kind
      self.selector = selector
    }

    /// What a request asks to hear of.
    init(_ flight: Flight) {
      self.init(client: flight.sender, kind: flight.request.kind, selector: flight.request.selector)
      namespace = flight.request.namespace
      labels = flight.request.labels
      fields = flight.request.fields
      // kubectl asks for none.
      wantsBookmarks = flight.request.user != "kubectl"
    }

    func wants(_ object: Object) -> Bool {
      guard selector.matches(object), namespace.isEmpty || object.namespace == namespace else { return false }
      return Request.wants(object, labels, fields)
    }
  }

  private(set) var objects: Table<ObjectKey, Object> = [:]
  /// Keys of each kind in the order in which they were created: lists to informers follow it.
  private var order: Table<ObjectKey, Int64> = [:]
  /// Pods by their node: the Node authorizer asks for them often.
  private var pods: Table<String, Table<ObjectKey, Bool>> = [:]
  private(set) var revision: Int64 = 0
  private var watchers: Table<Kind, [Watcher]> = [:]
  /// Watchers of Pods of one node, by node: a Pod's event must not be weighed by every kubelet of a large cluster.
  private var byNode: Table<String, [Watcher]> = [:]
  /// What is kept for watches that come back; nothing where nobody ever can.
  private var windows: Table<Kind, WatchWindow>?
  /// The revision of the list that the cache began with.
  private var listed: Int64 = 0

  subscript(key: ObjectKey) -> Object? { objects[key] }

  mutating func seed(_ object: Object) {
    objects[object.key] = object
    order[object.key] = object.resourceVersion
    note(object, before: nil, isGone: false)
    revision = max(revision, object.resourceVersion)
    listed = revision
  }

  private mutating func note(_ object: Object, before: Object?, isGone: Bool) {
    guard object.kind == .pod else { return }
    let last = before?.pod?.spec.nodeName ?? ""
    let node = isGone ? "" : object.pod?.spec.nodeName ?? ""
    if last == node { return }
    if !last.isEmpty { pods.update(last, default: [:]) { $0.removeValue(for: object.key) } }
    if !node.isEmpty { pods.update(node, default: [:]) { $0[object.key] = true } }
  }

  /// Whether one of the Pods of a node passes a test.
  func anyPod(on node: String, passes test: (Pod) -> Bool) -> Bool {
    guard let held = pods[node], let first = held.first?.key else { return false }
    var isFound = false
    held.forEach(from: first) { key, _ in
      if let pod = objects[key]?.pod { isFound = test(pod) }
      return !isFound
    }
    return isFound
  }

  /// Opens a watch; `isFirst` where nobody can have one yet.
  mutating func add(_ watcher: Watcher, isFirst: Bool = false) {
    if case .node(let node) = watcher.selector {
      byNode.update(node, default: []) { WatchCache.put(watcher, in: &$0, isFirst) }
    } else {
      watchers.update(watcher.kind, default: []) { WatchCache.put(watcher, in: &$0, isFirst) }
    }
  }

  /// From now on changes are kept, for watches that will come back.
  mutating func keepHistory() {
    if windows == nil { windows = [:] }
  }

  /// What a watch that goes on from a revision has missed; nothing where not all of that is known any more.
  func missed(by watcher: Watcher, since revision: Int64) -> [WatchEvent]? {
    let window = windows?[watcher.kind] ?? WatchWindow(listed: listed)
    guard let changes = window.changes(since: revision) else { return nil }
    var events: [WatchEvent] = []
    for (commit, before) in changes {
      guard let type = change(watcher, before, commit) else { continue }
      events.append(WatchEvent(type: type, object: commit.object, revision: commit.revision))
    }
    return events
  }

  /// The oldest change of a kind that can still be told.
  func oldest(_ kind: Kind) -> Int64 { windows?[kind]?.oldest ?? listed + 1 }

  /// The revision of the last change of a kind.
  func latest(_ kind: Kind) -> Int64 { windows?[kind]?.latest ?? listed }

  func forEachWatcher(_ body: (Watcher) -> Void) {
    watchers.forEach { _, list in list.forEach(body) }
    byNode.forEach { _, list in list.forEach(body) }
  }

  /// A client that opens a watch anew has given up the one that it had.
  private static func put(_ watcher: Watcher, in list: inout [Watcher], _ isFirst: Bool) {
    if !isFirst { list.removeAll { $0.client == watcher.client && $0.selector == watcher.selector } }
    list.append(watcher)
  }

  func isWatched(_ kind: Kind) -> Bool { !(watchers[kind] ?? []).isEmpty }

  mutating func removeAllWatchers() {
    watchers = [:]
    byNode = [:]
  }

  mutating func forget(_ client: Address) {
    for kind in watchers.keys {
      watchers.update(kind, default: []) { list in list.removeAll { $0.client == client } }
    }
    for node in byNode.keys {
      byNode.update(node, default: []) { list in list.removeAll { $0.client == client } }
    }
  }

  /// The objects of a kind that a selector wants, oldest first.
  func list(_ kind: Kind, namespace: String, _ selector: WatchSelector) -> [Object] {
    var found: [Object] = []
    objects.forEach(from: ObjectKey(kind, namespace, "")) { key, object in
      guard key.kind == kind, namespace.isEmpty || key.namespace == namespace else { return false }
      if selector.matches(object) { found.append(object) }
      return true
    }
    // Creation order, because no rule of the model may depend on the alphabet.
    return found.sorted { left, right in
      let (one, other) = (created(left), created(right))
      return one == other ? left.key < right.key : one < other
    }
  }

  private func created(_ object: Object) -> Int64 { order[object.key] ?? 0 }

  /// Follows one commit of etcd and says who has to be told what.
  mutating func apply(_ commit: Commit, at now: Time) -> [(client: Address, event: WatchEvent)] {
    let key = commit.object.key
    let before = objects[key]
    revision = max(revision, commit.revision)
    note(commit.object, before: before, isGone: commit.isDelete)
    if windows != nil { keep(commit, before: before, at: now) }
    if commit.isDelete {
      objects.removeValue(for: key)
      order.removeValue(for: key)
    } else {
      if before == nil { order[key] = commit.revision }
      objects[key] = commit.object
    }
    var told: [(client: Address, event: WatchEvent)] = []
    for watcher in interested(in: commit.object, before) {
      guard let type = change(watcher, before, commit) else { continue }
      told.append((watcher.client, WatchEvent(type: type, object: commit.object, revision: commit.revision)))
    }
    return told
  }

  private mutating func keep(_ commit: Commit, before: Object?, at now: Time) {
    var window = windows?[commit.object.kind] ?? WatchWindow(listed: listed)
    // The copy in the table must not stand in the way of growing in place.
    windows?.removeValue(for: commit.object.kind)
    window.add(commit, before: before, at: now)
    windows?[commit.object.kind] = window
  }

  private func interested(in object: Object, _ before: Object?) -> [Watcher] {
    var found = watchers[object.kind] ?? []
    guard object.kind == .pod else { return found }
    let node = object.pod?.spec.nodeName ?? ""
    let last = before?.pod?.spec.nodeName ?? ""
    if !node.isEmpty { found += byNode[node] ?? [] }
    if !last.isEmpty, last != node { found += byNode[last] ?? [] }
    return found
  }

  /// What a watcher sees depends on whether the object matched before and matches now.
  private func change(_ watcher: Watcher, _ before: Object?, _ commit: Commit) -> WatchEvent.Change? {
    let matched = before.map { watcher.wants($0) } ?? false
    let matches = !commit.isDelete && watcher.wants(commit.object)
    if matches { return matched ? .modified : .added }
    return matched ? .deleted : nil
  }

  /// Replaces everything by what etcd holds; what differs comes back as commits that watchers have not heard of.
  mutating func replace(_ held: [Object], revision: Int64) -> [Commit] {
    var commits: [Commit] = []
    var seen: Table<ObjectKey, Bool> = [:]
    for object in held {
      seen[object.key] = true
      let before = objects[object.key]
      if before?.resourceVersion == object.resourceVersion { continue }
      commits.append(
        Commit(object: object, previous: before, isDelete: false, revision: object.resourceVersion)
      )
    }
    objects.forEach { key, object in
      if seen[key] == nil {
        commits.append(Commit(object: object, previous: object, isDelete: true, revision: revision))
      }
    }
    // A new process keeps what comes from here on.
    if objects.isEmpty {
      listed = revision
      if windows != nil { windows = [:] }
    }
    return commits.sorted { $0.revision < $1.revision }
  }

  mutating func clear() {
    objects = [:]
    order = [:]
    pods = [:]
    revision = 0
    removeAllWatchers()
  }

  var state: Value {
    var held: [Value.Entry] = []
    objects.forEach { key, object in held.append(Value.Entry(key.path, .integer(object.resourceVersion))) }
    return .map(("revision", .integer(revision)), ("objects", .map(held)))
  }
}
