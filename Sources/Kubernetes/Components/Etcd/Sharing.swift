import Clockwork

// One of several members: what it hears, what it could do, and what it does with what the others say.

/// A client's request that waits at the member that was asked.
struct ClientRequest: Sendable {
  enum Stage: Equatable, Sendable {
    case new
    /// Handed to the leader, or in the leader's own log.
    case handed(to: Address)
    /// A read, once it is known up to where the store has to follow.
    case ready(Int64)
  }

  let number: Int64
  let message: Message
  let asker: Address
  let arrived: Time
  var stage = Stage.new

  var path: String {
    switch message {
    case .transaction(let transaction): transaction.key.path
    case .range(let range): range.prefix
    default: ""
    }
  }

  /// The number under which kube-apiserver waits for the answer.
  var id: Int64 {
    switch message {
    case .transaction(let transaction): transaction.id
    case .range(let range): range.id
    default: 0
    }
  }

  var isRead: Bool {
    if case .range = message { return true }
    return false
  }
}

extension Etcd {
  // MARK: What it hears

  mutating func hear(_ message: Message, from sender: Address, at now: Time) {
    switch message {
    case .transaction, .range:
      serial += 1
      requests.append(ClientRequest(number: serial, message: message, asker: sender, arrived: now))
    case .raft(let word):
      raft?.hear(of: sender)
      hear(word, from: sender, at: now)
    case .closed(let by), .link(isUp: false, let by):
      if by == apiserver {
        requests.removeAll { $0.asker == by }
        isWatched = false
      }
      raft?.lose(by, at: now)
    case .link(isUp: true, let by):
      if raft?.peers.contains(where: { $0.address == by }) == true { raft?.link(by, at: now) }
    default: break
    }
  }

  /// Only takes note: what changes who leads, or what is written, waits for a step.
  private mutating func hear(_ word: RaftMessage, from sender: Address, at now: Time) {
    guard let term = raft?.term else { return }
    switch word.body {
    case .append, .confirm, .proposal, .readIndex: inbox.add(.raft(word), from: sender)
    // Whoever asks for a term that is over has been answered by what happened since.
    case .ballot: if word.term > term { inbox.add(.raft(word), from: sender) }
    case .written(let index):
      if word.term > term { raft?.supersede(word.term) }
      if word.term == term, raft?.isLeading == true { raft?.acknowledge(sender, upTo: index) }
    case .misfit(let index):
      if word.term > term { raft?.supersede(word.term) }
      if word.term == term, raft?.isLeading == true { raft?.retreat(sender, to: index) }
    case .heartbeat(let commit):
      if word.term == term, raft?.leader == sender { raft?.learn(commit: commit) }
    case .silence:
      if raft?.leader == sender { raft?.miss(at: now) }
    case .vote(let isGranted, let isCanvass):
      guard isGranted, let raft, raft.part == .candidate, raft.isCanvassing == isCanvass else { return }
      if word.term == (isCanvass ? term + 1 : term) { self.raft?.count(vote: sender) }
    case .hello(let wantsAnswer):
      if raft?.isLeading == true { raft?.link(sender, at: now) } else if wantsAnswer { raft?.owe(sender) }
    case .confirmed(let read):
      reads.update(read, default: QuorumRead()) { $0.confirmed[sender] = true }
      settleReads()
    case .readReady(let number, let index): ready(number, index)
    }
  }

  // MARK: What it could do

  func offerShared(_ raft: Raft, _ offers: inout KubeOffers) {
    inbox.forEachHead { sender, message in
      guard case .raft(let word) = message, let deed = deed(word, from: sender, raft) else { return true }
      offers.add(deed.verb, deed.subject)
      return !offers.isFull
    }
    if let proposal = raft.ready?.proposal {
      let verb =
        raft.isLeading || proposal.transaction.isRefused(by: self) ? verb(for: proposal.transaction) : .etcdApply
      offers.add(verb, .named(proposal.transaction.key.path))
    }
    if let term = raft.superseded { offers.add(.etcdStepDown, .named("term \(term)")) }
    offers.add(.etcdStepDown, .named("term \(raft.term)"), when: raft.stepDownAt != .never, due: raft.stepDownAt)
    raft.owed.forEach { peer, _ in
      offers.add(raft.isLeading ? .etcdCatchUp : .etcdConnect, .named(raft.name(of: peer)))
    }
    offerReads(&offers)
    offerRequests(raft, &offers)
    offerElection(raft, &offers)
    if isWatched, let since = raft.leaderlessSince {
      offers.add(.etcdCloseWatch, .named("/registry/"), due: since + Raft.watchPatience, background: true)
    }
    if offers.want == .all, requests.isEmpty, inbox.isEmpty {
      offers.add(.etcdPut, .named("/registry"), when: false, else: .nothingAsked)
    }
  }

  /// What is done with a word of another member, once it is its turn.
  private func deed(_ word: RaftMessage, from sender: Address, _ raft: Raft) -> (verb: Verb, subject: Kube.Subject)? {
    switch word.body {
    case .append(let append):
      let isTaken = word.term >= raft.term && raft.fits(append)
      return (isTaken ? .etcdAppend : .etcdReject, .named(append.subject))
    case .ballot: return (.etcdVote, .named(raft.name(of: sender)))
    case .confirm(_, let about), .readIndex(_, let about): return (.etcdConfirm, .named(about))
    case .proposal(let proposal): return (.etcdAppend, .named(proposal.transaction.key.path))
    default: return nil
    }
  }

  private func offerElection(_ raft: Raft, _ offers: inout KubeOffers) {
    if raft.isLeading { return }
    let term = Kube.Subject.named("term \(raft.term + 1)")
    if raft.hasWon {
      if raft.isCanvassing {
        offers.add(.etcdCampaign, term)
      } else {
        offers.add(.etcdLead, .named("term \(raft.term)"))
      }
      return
    }
    // Who cannot find a majority goes on trying, which keeps nobody waiting.
    let verb: Verb = raft.canvasses ? .etcdCanvass : .etcdCampaign
    offers.add(
      verb,
      term,
      when: raft.electionAt != .never,
      due: raft.electionAt,
      background: raft.attempts > 0,
      else: Obstacle("obstacle.etcd.led", ("leader", .string(raft.leader.map { raft.name(of: $0) } ?? name)))
    )
  }

  // MARK: What it does

  mutating func performShared(_ action: KubeAction, _ out: inout KubeOutbox) {
    switch action.verb {
    case .etcdPut, .etcdDelete, .etcdRefuse, .etcdApply: applyNext(action.verb, &out)
    case .etcdStepDown: stepDown(&out)
    case .etcdCatchUp, .etcdConnect: pay(action, &out)
    case .etcdCanvass, .etcdCampaign: stand(action.verb, &out)
    case .etcdLead: lead(&out)
    case .etcdCloseWatch:
      isWatched = false
      out.send(.unavailable(id: 0, reason: "etcdserver: no leader"), to: apiserver)
    case .etcdAppend, .etcdReject, .etcdVote, .etcdConfirm: if !takeWord(action, &out) { handle(action, &out) }
    case .etcdRange, .etcdRelease, .etcdGiveUp, .etcdForward, .etcdAsk: handle(action, &out)
    default: break
    }
  }

  /// The word of another member that an action names; false where it names a client's request.
  private mutating func takeWord(_ action: KubeAction, _ out: inout KubeOutbox) -> Bool {
    guard let raft else { return false }
    var found: Address?
    inbox.forEachHead { sender, message in
      guard case .raft(let word) = message, let deed = deed(word, from: sender, raft) else { return true }
      if deed.verb == action.verb, deed.subject == action.subject { found = sender }
      return found == nil
    }
    guard let sender = found, case .raft(let word)? = inbox.take(from: sender) else { return false }
    switch word.body {
    case .append(let append): take(append, word.term, from: sender, &out)
    case .ballot(let ballot): judge(word, ballot, from: sender, &out)
    case .confirm(let read, _): confirm(read, word.term, to: sender, &out)
    case .readIndex(let number, let about): begin(QuorumRead(origin: sender, number: number), about, &out)
    case .proposal(let proposal): propose(proposal, &out)
    default: break
    }
    return true
  }

  private mutating func pay(_ action: KubeAction, _ out: inout KubeOutbox) {
    guard let raft, case .named(let name) = action.subject else { return }
    guard let peer = raft.peers.first(where: { $0.name == name })?.address else { return }
    self.raft?.pay(peer)
    if raft.isLeading { send(to: peer, &out) } else { say(.hello(wantsAnswer: !raft.isLinked(peer)), to: peer, &out) }
  }

  func say(_ body: RaftMessage.Body, to peer: Address, term: Int64? = nil, _ out: inout KubeOutbox) {
    out.send(.raft(RaftMessage(term: term ?? raft?.term ?? 0, body: body)), to: peer)
  }
}

extension RaftMessage.Append {
  /// What a step with it is called: the key of one write, or how many entries, or nothing new.
  var subject: String {
    if entries.count == 1 { return entries[0].proposal?.transaction.key.path ?? "term \(entries[0].term)" }
    return entries.isEmpty ? "nothing" : "\(entries.count) entries"
  }
}

extension Transaction {
  fileprivate func isRefused(by store: Etcd) -> Bool { store.verb(for: self) == .etcdRefuse }
}

extension Verb {
  static let etcdAppend: Verb = "append"
  static let etcdApply: Verb = "apply"
  static let etcdDelete: Verb = "delete"
  static let etcdRefuse: Verb = "refuse"
  static let etcdReject: Verb = "reject"
  static let etcdForward: Verb = "forward"
  static let etcdAsk: Verb = "ask"
  static let etcdConfirm: Verb = "confirm"
  static let etcdRelease: Verb = "release"
  static let etcdGiveUp: Verb = "give-up"
  static let etcdVote: Verb = "vote"
  static let etcdCanvass: Verb = "pre-vote"
  static let etcdCampaign: Verb = "campaign"
  static let etcdLead: Verb = "lead"
  static let etcdStepDown: Verb = "step-down"
  static let etcdCatchUp: Verb = "catch-up"
  static let etcdConnect: Verb = "connect"
  static let etcdCloseWatch: Verb = "close-watch"
}
