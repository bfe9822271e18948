public import Clockwork

/// What became of one packet in one namespace: the smallest step of a packet's life.
public struct Hop: Equatable, Sendable {
  /// One decision on the way, with the line of the table that it follows from.
  public struct Stage: Equatable, Sendable {
    public enum Kind: String, Equatable, Sendable {
      /// A bridge noted behind which port an address is.
      case learned
      /// A bridge chose a port, or all of them, or its own machine.
      case bridged
      case flooded
      case up
      /// A rule matched.
      case rule
      /// The policy at the end of a built-in chain.
      case policy
      /// Connection tracking found the packet's entry, or began one.
      case tracked
      case translated
      case routed
      /// The time to live went down by one.
      case aged
      /// The hardware address of the next hop was known, or was asked for.
      case resolved
      case asked
      case noted
      case answered
      case delivered
      case dropped
    }

    public var kind: Kind
    public var hook: Hook?
    public var table: RuleTable.Name?
    public var chain: String = ""
    /// The place of the rule in its chain, counted from 1.
    public var number: Int = 0
    /// The line of the table: a rule, a route, an entry.
    public var line: String = ""
    /// What was done, in the word of the table or tool: `DNAT`, `veth1`, `10.0.0.1:80`.
    public var did: String = ""
  }

  /// A frame that was put on a link.
  public struct Frame: Equatable, Sendable {
    public var device: String
    public var packet: Packet
  }

  /// Why a packet went no further.
  public enum Loss: String, Equatable, Sendable {
    case rule
    case policy
    case linkDown
    case otherHost
    case noRoute
    case blackhole
    case unreachable
    case notForwarding
    case timeToLive
    case tooLong
    case martian
    case reversePath
    case unresolved
    case noListener
    case hairpinOff
    case tableFull
    case rejected
    case noBridgePort
    case duplicate
  }

  public enum Outcome: Equatable, Sendable {
    case sent([String])
    case delivered(String)
    case waiting(IPv4)
    case consumed
    case lost(Loss)
  }

  public var namespace: String
  public var pod: String
  /// The interface it came in by; empty when a process here sent it.
  public var input: String
  public var before: Packet
  public var after: Packet
  public var stages: [Stage] = []
  /// What rules set in the mark here; it may be off again at the end.
  public var mark: UInt32 = 0
  /// What was put on links here, with the link of each.
  public var frames: [Frame] = []
  public var outcome: Outcome = .consumed

  /// The rule that dropped or refused the packet, where one did.
  public var verdict: Stage? {
    guard case .lost = outcome else { return nil }
    return stages.last { $0.kind == .rule || $0.kind == .policy }
  }
}

/// A packet that a namespace has to deal with next.
public struct Arrival: Equatable, Sendable {
  public var packet: Packet
  public var namespace: String
  /// The interface it came in by; empty when a process of the namespace sends it.
  public var input: String
  /// What connection tracking already knows of it, where it does.
  var tracking: Passage.Tracking?

  public init(_ packet: Packet, in namespace: String, on input: String) {
    self.packet = packet
    self.namespace = namespace
    self.input = input
  }
}

/// A frame that leaves the kernel by a card.
public struct Departure: Equatable, Sendable {
  public var packet: Packet
  public var namespace: String
  public var device: String
}

/// What chance decides while a packet passes: drawn from a seed, or told.
public struct Dice: Equatable, Sendable {
  /// One throw of a `statistic` match.
  public struct Throw: Equatable, Sendable {
    public var chain: String
    public var number: Int
    public var hit: Bool
  }

  private var random: Random
  /// Results for the first throws; the seed decides the rest.
  private var told: [Bool]
  public private(set) var throwsMade: [Throw] = []

  public init(_ random: Random, told: [Bool] = []) {
    self.random = random
    self.told = told
  }

  /// Whether a share of 31 bits is hit.
  mutating func hits(_ share: UInt32, chain: String, number: Int) -> Bool {
    let drawn = UInt32(truncatingIfNeeded: random.next() >> 33) < share
    var hit = drawn
    if throwsMade.count < told.count { hit = told[throwsMade.count] }
    // A certain rule is not left to chance.
    if share == 0 { hit = false }
    if share >= 0x8000_0000 { hit = true }
    throwsMade.append(Throw(chain: chain, number: number, hit: hit))
    return hit
  }

  mutating func number(below bound: Int) -> Int { random.next(below: bound) }
}
