/// What a packet meets at a point of its way through the kernel.
public enum Hook: String, Equatable, Sendable {
  case prerouting = "PREROUTING"
  case input = "INPUT"
  case forward = "FORWARD"
  case output = "OUTPUT"
  case postrouting = "POSTROUTING"
}

/// The verdict at the end of a built-in chain.
public enum ChainPolicy: String, Equatable, Sendable {
  case accept = "ACCEPT"
  case drop = "DROP"
}

/// A list of rules that are tried in order.
public struct RuleChain: Equatable, Sendable {
  public let name: String
  /// Of a built-in chain; nothing for one that is only jumped to.
  public var policy: ChainPolicy?
  public private(set) var rules: [PacketRule] = []
  /// What most packets are turned away by, side by side in memory: a node has thousands of rules.
  private(set) var heads: [RuleHead] = []

  public init(_ name: String, policy: ChainPolicy? = nil) {
    self.name = name
    self.policy = policy
  }

  public mutating func append(_ rule: PacketRule) { insert(rule, at: rules.count) }

  public mutating func insert(_ rule: PacketRule, at index: Int) {
    rules.insert(rule, at: index)
    heads.insert(RuleHead(rule), at: index)
  }

  @discardableResult
  public mutating func remove(at index: Int) -> PacketRule {
    heads.remove(at: index)
    return rules.remove(at: index)
  }

  public mutating func removeAll() {
    rules = []
    heads = []
  }
}

/// Addresses, protocol and destination port of a rule as plain numbers.
struct RuleHead: Equatable, Sendable {
  private var sourceBase: UInt32 = 0
  private var sourceMask: UInt32 = 0
  private var destinationBase: UInt32 = 0
  private var destinationMask: UInt32 = 0
  private var transport: UInt8 = 0
  private var isSourceInverted = false
  private var isDestinationInverted = false
  private var isTransportInverted = false

  init(_ rule: PacketRule) {
    if let test = rule.source {
      sourceBase = test.range.base.number
      sourceMask = test.range.mask
      isSourceInverted = test.isInverted
    }
    if let test = rule.destination {
      destinationBase = test.range.base.number
      destinationMask = test.range.mask
      isDestinationInverted = test.isInverted
    }
    if let test = rule.transport {
      transport = test.transport.rawValue
      isTransportInverted = test.isInverted
    }
  }

  /// Whether addresses and protocol are what the rule wants.
  @inline(__always)
  func admits(source: UInt32, destination: UInt32, transport wanted: UInt8) -> Bool {
    if (destination & destinationMask == destinationBase) == isDestinationInverted { return false }
    if (source & sourceMask == sourceBase) == isSourceInverted { return false }
    return transport == 0 || (transport == wanted) != isTransportInverted
  }
}

/// The chains of one table of netfilter.
public struct RuleTable: Equatable, Sendable {
  public enum Name: String, CaseIterable, Sendable {
    case raw
    case mangle
    case nat
    case filter

    /// The built-in chains, in the order in which they are printed.
    public var hooks: [Hook] {
      switch self {
      case .raw: [.prerouting, .output]
      case .mangle: [.prerouting, .input, .forward, .output, .postrouting]
      case .nat: [.prerouting, .input, .output, .postrouting]
      case .filter: [.input, .forward, .output]
      }
    }
  }

  public let name: Name
  /// The built-in chains, then the others by name, as they are printed.
  public private(set) var chains: [RuleChain]
  private var places: [String: Int] = [:]

  public init(_ name: Name) {
    self.name = name
    chains = name.hooks.map { RuleChain($0.rawValue, policy: .accept) }
    index()
  }

  public static func == (left: RuleTable, right: RuleTable) -> Bool {
    left.name == right.name && left.chains == right.chains
  }

  public func place(of chain: String) -> Int? { places[chain] }

  public subscript(chain: String) -> RuleChain? {
    get { places[chain].map { chains[$0] } }
    set {
      if let place = places[chain] {
        if let newValue { chains[place] = newValue } else { chains.remove(at: place) }
      } else if let newValue {
        let start = name.hooks.count
        chains.insert(newValue, at: chains[start...].firstIndex { $0.name > chain } ?? chains.count)
      }
      if newValue == nil || places[chain] == nil { index() }
    }
  }

  /// Changes a chain where it stands.
  mutating func change(_ place: Int, _ body: (inout RuleChain) -> Void) { body(&chains[place]) }

  /// Whether some rule goes on in a chain.
  public func refers(to chain: String) -> Bool {
    chains.contains { $0.rules.contains { $0.target?.chain == chain } }
  }

  /// The table as `iptables-save` prints it; nobody has counted packets.
  public var text: String {
    var out = "*\(name.rawValue)\n"
    for chain in chains { out += ":\(chain.name) \(chain.policy?.rawValue ?? "-") [0:0]\n" }
    for chain in chains {
      for rule in chain.rules { out += rule.text(in: chain.name) + "\n" }
    }
    return out + "COMMIT\n"
  }

  private mutating func index() {
    places = [:]
    for (place, chain) in chains.enumerated() { places[chain.name] = place }
  }
}
