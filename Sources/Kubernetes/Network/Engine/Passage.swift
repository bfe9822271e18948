import Clockwork

/// A packet on its way through one namespace: what is known of it, and what has been decided.
struct Passage {
  /// What connection tracking knows of the packet.
  enum Tracking: Equatable, Sendable {
    case untracked
    case invalid
    /// An entry: its number where it is in the table already, and nothing for one that begins with this packet.
    case known(number: Int64?, Connection, isReply: Bool, isRelated: Bool)
  }

  let now: Time
  let isTelling: Bool
  var packet: Packet
  var dice: Dice
  /// The interface as the IP layer sees it: the bridge, for a frame that came in by one of its ports.
  var input = ""
  /// The port of a bridge that the frame came in by, and the one it leaves by.
  var portIn = ""
  var portOut = ""
  var output = ""
  /// Whether the rules of PREROUTING have already been asked by a bridge.
  var isPrerouted = false
  var tracking = Tracking.untracked
  var isTracked = false
  var stages: [Hop.Stage] = []
  var outcome = Hop.Outcome.consumed
  /// Frames put on a link, and datagrams that this machine sends on its own account.
  var emitted: [(device: String, packet: Packet)] = []
  var created: [Datagram] = []
  /// Datagrams for processes that are components.
  var served: [SocketDatagram] = []
  /// Neighbours that have to be asked for again if nobody answers.
  var asked: [NeighbourKey] = []
  /// Whose visit begins or goes on here, where that does not follow from the packet.
  var visit: Int64?
  /// Every bit that a rule has set in the mark, though it may be off again by the end.
  var marks: UInt32 = 0
  /// Whether a rule of `raw` has already dropped the packet.
  var isBarred = false

  init(_ packet: Packet, now: Time, dice: Dice, isTelling: Bool) {
    self.packet = packet
    self.now = now
    self.dice = dice
    self.isTelling = isTelling
  }

  mutating func note(_ kind: Hop.Stage.Kind, line: @autoclosure () -> String = "", did: @autoclosure () -> String = "")
  {
    guard isTelling else { return }
    stages.append(Hop.Stage(kind: kind, line: line(), did: did()))
  }

  mutating func lose(_ loss: Hop.Loss) {
    outcome = .lost(loss)
    guard isTelling else { return }
    stages.append(Hop.Stage(kind: .dropped, did: loss.rawValue))
  }

  mutating func emit(_ packet: Packet, on device: String) {
    emitted.append((device, packet))
    if case .sent(let devices) = outcome { outcome = .sent(devices + [device]) } else { outcome = .sent([device]) }
  }

  /// The IPv4 part; only asked where there is one.
  var datagram: Datagram {
    get {
      guard case .ip(let datagram) = packet.payload else {
        return Datagram(source: .any, destination: .any, content: .icmp(ICMPMessage(.echoRequest)))
      }
      return datagram
    }
    set { packet.payload = .ip(newValue) }
  }

  /// What the match `conntrack` sees.
  var connectionState: RuleMatch.ConnectionState {
    switch tracking {
    case .untracked: return .untracked
    case .invalid: return .invalid
    case .known(_, let connection, let isReply, let isRelated):
      var state: RuleMatch.ConnectionState =
        isRelated ? .related : (isReply || connection.hasReply ? .established : .new)
      if connection.isSourceTranslated { state.insert(.sourceTranslated) }
      if connection.isDestinationTranslated { state.insert(.destinationTranslated) }
      return state
    }
  }
}

/// What a socket tells the process that holds it.
public enum SocketEvent: Equatable, Sendable {
  case connected
  case received(String)
  case refused
  case reset
  case closed
  case unreachable(ICMPMessage.Kind)
}
