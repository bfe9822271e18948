import Clockwork

/// What one member of an etcd cluster knows of the others: who leads, what has been written down, and by how many.
///
/// Heartbeats (every 100 ms) that would say nothing new are no steps: a member hears when a connection breaks or is
/// back, and counts from the last heartbeat that it must have heard. Sources: Ongaro and Ousterhout, "In search of an
/// understandable consensus algorithm" (2014); etcd's raft for the timers, CheckQuorum and PreVote.
struct Raft: Sendable {
  enum Part: String, Equatable, Sendable {
    case follower
    case candidate
    case leader
  }

  struct Peer: Equatable, Sendable {
    let name: String
    let address: Address
  }

  static let heartbeat: Time = 100
  /// Ten heartbeats; each member draws up to nine more, so that mostly one is first.
  static let timeout: Time = 1000
  /// How long a request waits for a majority: 5 s and two election timeouts (etcd: ServerConfig.ReqTimeout).
  static let patience: Time = 7000
  /// A watch is closed after three election timeouts without a leader.
  static let watchPatience: Time = 3000
  /// Stands for the member itself among those who vote.
  private static let oneself: Address = -1

  // MARK: State

  let peers: [Peer]
  /// PreVote, on since etcd 3.5: who could not win does not disturb the others with a new term.
  let canvasses: Bool
  private(set) var part = Part.follower
  private(set) var term: Int64 = 2
  private(set) var leader: Address?
  private var vote: Address?
  private(set) var log: Table<Int64, RaftEntry> = [:]
  private(set) var last: Int64
  private var lastTerm: Int64 = 2
  /// Up to where a majority has written the log down, and up to where the store follows it.
  private(set) var commit: Int64
  private(set) var applied: Int64
  /// When this member stands for election, unless it hears from a leader before.
  private(set) var electionAt: Time = .never
  /// Until when a leader may still be there that was heard of last.
  private var leaseUntil: Time = 0
  private(set) var leaderlessSince: Time?
  /// When a leader was last made known.
  private(set) var electedAt: Time = -.never
  private(set) var attempts: Int64 = 0
  private(set) var isCanvassing = false
  private var votes: Table<Address, Bool> = [:]
  /// A leader without a majority gives up at the second look that finds none.
  private(set) var stepDownAt: Time = .never
  private var ledSince: Time = 0
  /// A term that somebody else has begun.
  private(set) var superseded: Int64?
  private var match: Table<Address, Int64> = [:]
  private var next: Table<Address, Int64> = [:]
  /// Whom a word is owed: a leader tells them where it stands, others that they are there.
  private(set) var owed: Table<Address, Bool> = [:]
  private var silent: Table<Address, Bool> = [:]
  private var random: Random

  init(peers: [Peer], canvasses: Bool, index: Int64, leader: Address?, isLeading: Bool, random: Random) {
    self.peers = peers
    self.canvasses = canvasses
    self.random = random
    last = index
    commit = index
    applied = index
    self.leader = leader
    if isLeading {
      part = .leader
      for peer in peers {
        match[peer.address] = index
        next[peer.address] = index + 1
      }
    }
  }

  // MARK: Looking

  var majority: Int { (peers.count + 1) / 2 + 1 }
  var isLeading: Bool { part == .leader }
  var linked: [Peer] { peers.filter { silent[$0.address] == nil } }
  func isLinked(_ peer: Address) -> Bool { silent[peer] == nil }
  func name(of peer: Address) -> String { peers.first { $0.address == peer }?.name ?? "" }

  /// The leader that a request can be handed to.
  var reachableLeader: Address? {
    guard !isLeading, let leader, isLinked(leader) else { return nil }
    return leader
  }

  /// Whether what a leader knows to be committed is all there is: it has committed something of its own term.
  var isSettled: Bool { isLeading && term(at: commit) == term }

  /// The next entry that the store can follow.
  var ready: RaftEntry? { applied < commit ? log[applied + 1] : nil }

  var hasWon: Bool { part == .candidate && votes.count >= majority }

  private func term(at index: Int64) -> Int64 {
    if let entry = log[index] { return entry.term }
    return index == last ? lastTerm : 2
  }

  /// Whether there is, as far as this member knows, a leader that others hear too.
  func isLed(at now: Time) -> Bool {
    if isLeading { return stepDownAt == .never }
    guard let leader else { return false }
    return isLinked(leader) || now < leaseUntil
  }

  // MARK: Who can be heard

  mutating func hear(of peer: Address) { silent.removeValue(for: peer) }

  /// A connection is back: whoever leads says where it stands.
  mutating func link(_ peer: Address, at now: Time) {
    hear(of: peer)
    if isLeading {
      reckon(at: now)
      owed[peer] = true
    }
  }

  /// Nothing more comes from a member.
  mutating func lose(_ peer: Address, at now: Time) {
    guard silent[peer] == nil, peers.contains(where: { $0.address == peer }) else { return }
    silent[peer] = true
    owed.removeValue(for: peer)
    if isLeading {
      reckon(at: now)
    } else if peer == leader {
      miss(at: now)
    }
  }

  /// The leader falls silent: its last heartbeat came with the last tick.
  mutating func miss(at now: Time) { arm(from: now - now % Raft.heartbeat) }

  private mutating func arm(from moment: Time) {
    leaseUntil = moment + Raft.timeout
    electionAt = moment + Raft.timeout + Raft.heartbeat * Int64(random.next(below: 10))
  }

  /// Whether a leader still has a majority; it looks once in an election timeout.
  private mutating func reckon(at now: Time) {
    guard isLeading, linked.count + 1 < majority else {
      stepDownAt = .never
      return
    }
    if stepDownAt == .never {
      let looks = (now - ledSince + Raft.timeout - 1) / Raft.timeout
      stepDownAt = ledSince + (looks + 1) * Raft.timeout
    }
  }

  mutating func pay(_ peer: Address) { owed.removeValue(for: peer) }
  mutating func owe(_ peer: Address) { owed[peer] = true }

  /// What is on disk survives: term, vote and log.
  mutating func restart(at now: Time) {
    stand(down: term, at: now)
    for peer in peers {
      silent[peer.address] = true
      owed[peer.address] = true
    }
  }

  // MARK: Elections

  /// Asks the others whether they would vote for it, without beginning a term.
  mutating func canvass(at now: Time) {
    standForElection(at: now)
    isCanvassing = true
  }

  mutating func campaign(at now: Time) {
    standForElection(at: now)
    term += 1
    vote = Raft.oneself
    isCanvassing = false
  }

  private mutating func standForElection(at now: Time) {
    if leaderlessSince == nil { leaderlessSince = now }
    part = .candidate
    leader = nil
    votes = [:]
    votes[Raft.oneself] = true
    attempts += 1
    arm(from: now)
    leaseUntil = now
  }

  mutating func count(vote peer: Address) { votes[peer] = true }

  /// Whether it votes for a member whose log ends there.
  mutating func judge(_ wanted: RaftMessage, _ ballot: RaftMessage.Ballot, from peer: Address, at now: Time) -> Bool {
    if isLed(at: now) { return false }
    let isCurrent = ballot.lastTerm > lastTerm || ballot.lastTerm == lastTerm && ballot.last >= last
    if ballot.isCanvass { return wanted.term > term && isCurrent }
    if wanted.term > term { stand(down: wanted.term, at: now) }
    guard wanted.term == term, part == .follower, isCurrent, vote == nil || vote == peer else { return false }
    vote = peer
    arm(from: now)
    return true
  }

  /// A leader begins with an entry of its own term: only with it can it commit what others left.
  mutating func lead(_ me: Address, at now: Time) {
    part = .leader
    leader = me
    leaderlessSince = nil
    electedAt = now
    electionAt = .never
    attempts = 0
    ledSince = now
    match = [:]
    next = [:]
    for peer in peers { next[peer.address] = last + 1 }
    add(nil)
    reckon(at: now)
  }

  /// Goes back to following, without knowing whom.
  mutating func stand(down newTerm: Int64, at now: Time) {
    if newTerm > term {
      term = newTerm
      vote = nil
    }
    if isLeading { owed = [:] }
    part = .follower
    leader = nil
    superseded = nil
    stepDownAt = .never
    isCanvassing = false
    if leaderlessSince == nil { leaderlessSince = now }
    arm(from: now)
    leaseUntil = now
  }

  mutating func supersede(_ newTerm: Int64) { if newTerm > term { superseded = newTerm } }

  /// A leader of this term, or of a newer one, has spoken.
  mutating func follow(_ peer: Address, _ newTerm: Int64, at now: Time) {
    if newTerm > term {
      term = newTerm
      vote = nil
    }
    if leader != peer { electedAt = now }
    if isLeading { owed = [:] }
    part = .follower
    leader = peer
    leaderlessSince = nil
    superseded = nil
    stepDownAt = .never
    isCanvassing = false
    attempts = 0
    electionAt = .never
  }

  // MARK: The log

  mutating func add(_ proposal: Proposal?) {
    last += 1
    log[last] = RaftEntry(index: last, term: term, proposal: proposal)
    lastTerm = term
  }

  /// What a member still has to be sent, as far as the leader knows; it then counts as sent.
  mutating func outgoing(to peer: Address) -> RaftMessage.Append {
    let from = next[peer] ?? last + 1
    var entries: [RaftEntry] = []
    if from <= last { for index in from...last { if let entry = log[index] { entries.append(entry) } } }
    next[peer] = last + 1
    return RaftMessage.Append(previous: from - 1, previousTerm: term(at: from - 1), entries: entries, commit: commit)
  }

  func fits(_ append: RaftMessage.Append) -> Bool {
    append.previous <= commit || append.previous <= last && term(at: append.previous) == append.previousTerm
  }

  /// Writes entries down; what stands in their place from another term goes.
  ///
  /// Returns how many were thrown away.
  mutating func take(_ append: RaftMessage.Append) -> Int64 {
    var thrown: Int64 = 0
    for entry in append.entries where entry.index > commit {
      if let old = log[entry.index], old.term == entry.term { continue }
      while last >= entry.index {
        log.removeValue(for: last)
        last -= 1
        thrown += 1
      }
      last = entry.index
      lastTerm = entry.term
      log[last] = entry
    }
    learn(commit: min(append.commit, append.previous + Int64(append.entries.count)))
    return thrown
  }

  mutating func learn(commit index: Int64) {
    commit = max(commit, min(index, last))
    skipEmpty()
  }

  /// A member has written everything down up to an index.
  mutating func acknowledge(_ peer: Address, upTo index: Int64) {
    match[peer] = max(match[peer] ?? 0, index)
    var candidate = last
    while candidate > commit, term(at: candidate) == term {
      var count = 1
      for peer in peers where (match[peer.address] ?? 0) >= candidate { count += 1 }
      if count >= majority {
        commit = candidate
        skipEmpty()
        return
      }
      candidate -= 1
    }
  }

  /// What a member can be told to be committed: no more than it is known to have.
  func commit(known peer: Address) -> Int64 { min(commit, match[peer] ?? 0) }

  /// A member has less than was thought.
  mutating func retreat(_ peer: Address, to index: Int64) {
    next[peer] = index + 1
    owed[peer] = true
  }

  mutating func apply() {
    applied += 1
    skipEmpty()
  }

  private mutating func skipEmpty() {
    while applied < commit, log[applied + 1]?.proposal == nil { applied += 1 }
  }

  func ballot(isCanvass: Bool) -> RaftMessage.Ballot {
    RaftMessage.Ballot(last: last, lastTerm: lastTerm, isCanvass: isCanvass)
  }

  var state: Value {
    .map(
      ("part", .string(part.rawValue)),
      ("term", .integer(term)),
      ("leader", .string(isLeading ? "itself" : leader.map { name(of: $0) } ?? "")),
      ("index", .integer(last)),
      ("committed", .integer(commit)),
      ("applied", .integer(applied))
    )
  }
}
