import Clockwork

// What takes a majority: elections, writes and reads.

/// A read that the leader answers once a majority has confirmed that it leads.
struct QuorumRead: Sendable {
  /// The member that the client waits at; nothing where that is the leader itself.
  var origin: Address?
  var number: Int64 = 0
  var about = ""
  /// Up to where the store must have followed the log for the answer.
  var index: Int64 = 0
  var confirmed: Table<Address, Bool> = [:]
}

extension Etcd {
  // MARK: Elections

  mutating func stand(_ verb: Verb, _ out: inout KubeOutbox) {
    let isCanvass = verb == .etcdCanvass
    if isCanvass { raft?.canvass(at: out.now) } else { raft?.campaign(at: out.now) }
    guard let raft else { return }
    let term = isCanvass ? raft.term + 1 : raft.term
    for peer in raft.linked { say(.ballot(raft.ballot(isCanvass: isCanvass)), to: peer.address, term: term, &out) }
    out.note(Fact("fact.etcd.stands", ("term", .integer(term)), ("needed", .integer(Int64(raft.majority)))))
  }

  mutating func judge(
    _ word: RaftMessage,
    _ ballot: RaftMessage.Ballot,
    from sender: Address,
    _ out: inout KubeOutbox
  ) {
    let isGranted = raft?.judge(word, ballot, from: sender, at: out.now) == true
    let term = isGranted ? word.term : raft?.term
    say(.vote(isGranted: isGranted, isCanvass: ballot.isCanvass), to: sender, term: term, &out)
    out.note(Fact(isGranted ? "fact.etcd.voted" : "fact.etcd.not-voted", ("term", .integer(word.term))))
  }

  mutating func lead(_ out: inout KubeOutbox) {
    raft?.lead(out.actor, at: out.now)
    dropReads(&out)
    spread(&out)
    if let raft { out.note(Fact("fact.etcd.leads", ("term", .integer(raft.term)))) }
  }

  mutating func stepDown(_ out: inout KubeOutbox) {
    guard let raft else { return }
    for peer in raft.linked where raft.isLeading { say(.silence, to: peer.address, &out) }
    self.raft?.stand(down: raft.superseded ?? raft.term, at: out.now)
    reads = [:]
  }

  // MARK: Writes

  /// The leader writes a proposal into its own log and sends it to the others.
  mutating func propose(_ proposal: Proposal, _ out: inout KubeOutbox) {
    guard raft?.isLeading == true else { return }
    raft?.add(proposal)
    spread(&out)
    if let raft { out.note(Fact("fact.etcd.proposed", ("needed", .integer(Int64(raft.majority))))) }
  }

  private mutating func spread(_ out: inout KubeOutbox) {
    guard let raft else { return }
    for peer in raft.linked where raft.owed[peer.address] == nil { send(to: peer.address, &out) }
  }

  mutating func send(to peer: Address, _ out: inout KubeOutbox) {
    if let append = raft?.outgoing(to: peer) { say(.append(append), to: peer, &out) }
  }

  /// Entries of a leader: written down, or sent back because something is missing before them.
  mutating func take(_ append: RaftMessage.Append, _ term: Int64, from sender: Address, _ out: inout KubeOutbox) {
    guard let raft, term >= raft.term else {
      say(.misfit(upTo: raft?.commit ?? 0), to: sender, &out)
      return
    }
    let isNew = raft.leader != sender || raft.term != term
    self.raft?.follow(sender, term, at: out.now)
    if isNew { dropReads(&out) }
    guard raft.fits(append) else {
      say(.misfit(upTo: raft.commit), to: sender, &out)
      return
    }
    let thrown = self.raft?.take(append) ?? 0
    say(.written(upTo: append.previous + Int64(append.entries.count)), to: sender, &out)
    if thrown > 0 { out.note(Fact("fact.etcd.thrown-away", ("count", .integer(thrown)))) }
  }

  /// The store follows the log; a leader says how far with its next heartbeat.
  mutating func applyNext(_ verb: Verb, _ out: inout KubeOutbox) {
    guard let entry = raft?.ready, let proposal = entry.proposal else { return }
    raft?.apply()
    let place = requests.firstIndex { $0.number == proposal.number && proposal.origin == out.actor && !$0.isRead }
    commit(proposal.transaction, answers: place != nil, &out)
    if let place { requests.remove(at: place) }
    guard let raft, raft.isLeading else { return }
    for peer in raft.linked { say(.heartbeat(commit: raft.commit(known: peer.address)), to: peer.address, &out) }
  }

  // MARK: Reads

  mutating func begin(_ read: QuorumRead, _ about: String, _ out: inout KubeOutbox) {
    guard let raft, raft.isLeading else { return }
    var read = read
    read.index = raft.commit
    read.about = about
    serial += 1
    reads[serial] = read
    for peer in raft.linked { say(.confirm(read: serial, about: about), to: peer.address, &out) }
    settleReads()
  }

  func confirm(_ read: Int64, _ term: Int64, to sender: Address, _ out: inout KubeOutbox) {
    if term == raft?.term { say(.confirmed(read: read), to: sender, &out) }
  }

  private func isConfirmed(_ read: QuorumRead) -> Bool { read.confirmed.count + 1 >= raft?.majority ?? 1 }

  /// The leader's own reads can be answered as soon as they are confirmed.
  mutating func settleReads() {
    for number in reads.keys {
      guard let read = reads[number], isConfirmed(read), read.origin == nil else { continue }
      reads.removeValue(for: number)
      ready(read.number, read.index)
    }
  }

  mutating func ready(_ number: Int64, _ index: Int64) {
    for place in requests.indices where requests[place].number == number { requests[place].stage = .ready(index) }
  }

  func offerReads(_ offers: inout KubeOffers) {
    reads.forEach { _, read in
      if isConfirmed(read), read.origin != nil { offers.add(.etcdRelease, .named(read.about)) }
    }
  }

  /// Whoever had asked a leader that is none any more hears that it changed.
  private mutating func dropReads(_ out: inout KubeOutbox) {
    var kept: [ClientRequest] = []
    for request in requests {
      if request.isRead, case .handed = request.stage {
        out.send(.unavailable(id: request.id, reason: "etcdserver: leader changed"), to: request.asker)
      } else {
        kept.append(request)
      }
    }
    requests = kept
  }

  // MARK: Requests of clients

  func offerRequests(_ raft: Raft, _ offers: inout KubeOffers) {
    for request in requests {
      if offers.isFull { return }
      let path = Kube.Subject.named(request.path)
      switch request.stage {
      case .new: offer(request, path, raft, &offers)
      case .ready(let index): offers.add(.etcdRange, path, when: raft.applied >= index, else: Etcd.waits(request.path))
      case .handed:
        offers.add(request.isRead ? .etcdRange : .etcdPut, path, when: false, else: Etcd.waits(request.path))
      }
      offers.add(.etcdGiveUp, path, due: request.arrived + Raft.patience)
    }
  }

  private func offer(
    _ request: ClientRequest,
    _ path: Kube.Subject,
    _ raft: Raft,
    _ offers: inout KubeOffers
  ) {
    let leaderless = Obstacle("obstacle.etcd.no-leader")
    if raft.isLeading {
      if request.isRead {
        offers.add(.etcdConfirm, path, when: raft.isSettled, else: leaderless)
      } else {
        offers.add(.etcdAppend, path)
      }
    } else {
      offers.add(request.isRead ? .etcdAsk : .etcdForward, path, when: raft.reachableLeader != nil, else: leaderless)
    }
  }

  private static func waits(_ path: String) -> Obstacle { Obstacle("obstacle.etcd.majority", ("key", .string(path))) }

  /// Does something for the first request that it can be done for.
  mutating func handle(_ action: KubeAction, _ out: inout KubeOutbox) {
    if action.verb == .etcdRelease { return release(action, &out) }
    guard let raft else { return }
    let place = requests.firstIndex { request in
      guard action.subject == .named(request.path) else { return false }
      switch action.verb {
      case .etcdGiveUp: return request.arrived + Raft.patience <= out.now
      case .etcdRange:
        if case .ready(let index) = request.stage { return index <= raft.applied }
        return false
      case .etcdAppend, .etcdForward: return request.stage == .new && !request.isRead
      default: return request.stage == .new && request.isRead
      }
    }
    guard let place else { return }
    let request = requests[place]
    switch action.verb {
    case .etcdGiveUp:
      requests.remove(at: place)
      out.send(.unavailable(id: request.id, reason: excuse(request, raft)), to: request.asker)
    case .etcdRange:
      requests.remove(at: place)
      if case .range(let range) = request.message {
        read(range, for: request.asker, &out)
        if range.everything { isWatched = true }
      }
    default: hand(request, at: place, action.verb, raft, &out)
    }
  }

  /// The leader takes a request itself; everybody else hands it to the leader.
  private mutating func hand(
    _ request: ClientRequest,
    at place: Int,
    _ verb: Verb,
    _ raft: Raft,
    _ out: inout KubeOutbox
  ) {
    let leader = raft.isLeading ? out.actor : raft.reachableLeader ?? out.actor
    requests[place].stage = .handed(to: leader)
    switch (verb, request.message) {
    case (.etcdAppend, .transaction(let transaction)):
      propose(Proposal(origin: out.actor, number: request.number, transaction: transaction), &out)
    case (.etcdForward, .transaction(let transaction)):
      let proposal = Proposal(origin: out.actor, number: request.number, transaction: transaction)
      say(.proposal(proposal), to: leader, &out)
    case (.etcdConfirm, _): begin(QuorumRead(number: request.number), request.path, &out)
    default: say(.readIndex(number: request.number, about: request.path), to: leader, &out)
    }
  }

  private mutating func release(_ action: KubeAction, _ out: inout KubeOutbox) {
    for number in reads.keys {
      guard let read = reads[number], let origin = read.origin, isConfirmed(read) else { continue }
      guard action.subject == .named(read.about) else { continue }
      reads.removeValue(for: number)
      if let raft { say(.heartbeat(commit: raft.commit(known: origin)), to: origin, &out) }
      say(.readReady(number: read.number, index: read.index), to: origin, &out)
      return
    }
  }

  /// What a client is told whose request has waited too long (etcd: parseProposeCtxErr).
  private func excuse(_ request: ClientRequest, _ raft: Raft) -> String {
    let text = "etcdserver: request timed out"
    let lost = raft.electedAt == -.never ? raft.electedAt : raft.electedAt - 2 * Raft.timeout
    if !request.isRead, request.arrived > lost, request.arrived < raft.electedAt {
      return text + ", possibly due to previous leader failure"
    }
    return text
  }
}
