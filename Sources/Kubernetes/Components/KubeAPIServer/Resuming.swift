import Clockwork

// Watches that go on from a revision: what is kept for them, and what a client hears that comes too late.
extension KubeAPIServer {
  /// Opens a watch that goes on from a revision: what the client has missed comes first.
  ///
  /// The refusal is no answer of its own: the stream begins well, and its first item is an error.
  mutating func resume(_ flight: Flight, _ out: inout KubeOutbox) {
    let request = flight.request
    let watcher = WatchCache.Watcher(flight)
    if let missed = cache.missed(by: watcher, since: request.since) {
      cache.add(watcher)
      for event in missed { out.send(.watch(event), to: flight.sender) }
      out.note(
        Fact(
          "fact.apiserver.resumed",
          ("kind", .string(request.kind.plural)),
          ("revision", .integer(request.since)),
          ("count", .integer(Int64(missed.count)))
        )
      )
      return
    }
    let oldest = cache.oldest(request.kind) - 1
    let text = Text(version).tooOld(request.since, oldest)
    out.send(.watchError(WatchError(id: request.id, kind: request.kind, message: text)), to: flight.sender)
    out.note(Fact("fact.apiserver.too-old", ("text", .string(text))))
  }

  // MARK: Bookmarks

  /// Tells open watches how far they are, whether or not anything happened to what they watch.
  mutating func mark(_ out: inout KubeOutbox) {
    history?.bookmarkAt = out.now + WatchHistory.bookmarkPeriod
    var count: Int64 = 0
    cache.forEachWatcher { watcher in
      guard watcher.wantsBookmarks else { return }
      let revision = version == .now ? cache.revision : cache.latest(watcher.kind)
      count += 1
      out.send(.bookmark(WatchBookmark(kind: watcher.kind, revision: revision)), to: watcher.client)
    }
    out.note(
      Fact("fact.apiserver.bookmarks", ("count", .integer(count)), ("revision", .integer(cache.revision)))
    )
  }

  // MARK: Compaction

  func offerHistory(_ offers: inout KubeOffers) {
    guard let history else { return }
    if !members.isEmpty {
      // Where members agree on what is written, a compaction would be one more thing to agree on.
    } else if let revision = history.compacting {
      offers.add(.compact, .named("revision \(revision)"))
    } else {
      offers.add(.compact, .named(Compaction.key), when: history.asked == nil, due: history.compactAt, background: true)
    }
    offers.add(.bookmark, .named("watches"), due: history.bookmarkAt, background: true)
  }

  /// Every five minutes: note how far etcd is, then have it forget what came before the last such note.
  mutating func compact(_ action: KubeAction, _ out: inout KubeOutbox) {
    guard let history else { return }
    serial += 1
    if let revision = history.compacting {
      self.history?.compacting = nil
      out.send(.compaction(Compaction(id: serial, body: .compact(revision: revision))), to: etcd)
      return
    }
    self.history?.asked = serial
    self.history?.compactAt = out.now + WatchHistory.compactPeriod
    let note = Compaction.Body.note(version: history.round, revision: history.noted)
    out.send(.compaction(Compaction(id: serial, body: note)), to: etcd)
  }

  /// etcd's answer: this process may compact if no other one has noted something in the meantime.
  mutating func finish(_ answer: Compacted) {
    guard let known = history, known.asked == answer.id else { return }
    history?.asked = nil
    history?.round = answer.version
    history?.noted = answer.revision
    if answer.succeeded, known.noted > 0 { history?.compacting = known.noted }
  }
}

/// When kube-apiserver marks its watches and compacts etcd; only where a story is about that.
struct WatchHistory: Sendable {
  /// How often a watch is told how far it is, and how often etcd is compacted (`--etcd-compaction-interval`).
  static let bookmarkPeriod: Time = 60_000
  static let compactPeriod: Time = 300_000

  var bookmarkAt = WatchHistory.bookmarkPeriod
  var compactAt = WatchHistory.compactPeriod
  /// How many notes there are under the key, and the revision that this process saw with the last of them.
  var round: Int64 = 0
  var noted: Int64 = 0
  /// The revision that etcd is to be compacted to next.
  var compacting: Int64?
  /// The note that etcd has not answered yet.
  var asked: Int64?

  /// A new process has noted nothing; what stands in etcd it learns with its first try.
  mutating func restart(at now: Time) {
    self = WatchHistory()
    bookmarkAt = now + WatchHistory.bookmarkPeriod
    compactAt = now + WatchHistory.compactPeriod
  }
}

extension Verb {
  static let bookmark: Verb = "bookmark"
  static let compact: Verb = "compact"
}
