import Clockwork

/// What members of etcd say to each other.
public struct RaftMessage: Sendable {
  /// Entries for a member's log, and the one that they follow.
  struct Append: Sendable {
    var previous: Int64
    var previousTerm: Int64
    var entries: [RaftEntry]
    var commit: Int64
  }

  /// Where the log of somebody who wants to lead ends.
  struct Ballot: Sendable {
    var last: Int64
    var lastTerm: Int64
    /// Only asked whether it would be voted for (PreVote).
    var isCanvass: Bool
  }

  enum Body: Sendable {
    case append(Append)
    case written(upTo: Int64)
    /// The entries do not follow what is there; everything up to an index does.
    case misfit(upTo: Int64)
    /// Of the many heartbeats the one that says something: up to where a majority has written the log down.
    case heartbeat(commit: Int64)
    /// The heartbeats end: the leader has stood down.
    case silence
    case ballot(Ballot)
    case vote(isGranted: Bool, isCanvass: Bool)
    case hello(wantsAnswer: Bool)
    /// Do you still follow me? A read is answered only then.
    case confirm(read: Int64, about: String)
    case confirmed(read: Int64)
    /// A follower hands a client's write, or its question how far a read must see, to the leader.
    case proposal(Proposal)
    case readIndex(number: Int64, about: String)
    case readReady(number: Int64, index: Int64)
  }

  var term: Int64
  var body: Body

  public var name: String {
    switch body {
    case .append: "append"
    case .written: "written"
    case .misfit: "misfit"
    case .heartbeat: "heartbeat"
    case .silence: "silence"
    case .ballot(let ballot): ballot.isCanvass ? "pre-vote" : "request-vote"
    case .vote(let isGranted, _): isGranted ? "vote" : "no-vote"
    case .hello: "hello"
    case .confirm: "confirm"
    case .confirmed: "confirmed"
    case .proposal: "proposal"
    case .readIndex: "read-index"
    case .readReady: "read-ready"
    }
  }

  public var summary: String { "\(name) term \(term)" }
}

/// A client's write on its way through the log, and the member that the client waits at.
struct Proposal: Sendable {
  var origin: Address
  var number: Int64
  var transaction: Transaction
}

/// One place in the log of all members; the first of every leader holds nothing.
struct RaftEntry: Sendable {
  var index: Int64
  var term: Int64
  var proposal: Proposal?
}
