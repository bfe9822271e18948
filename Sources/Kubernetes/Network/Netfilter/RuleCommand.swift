/// What `iptables`, or a line of an `iptables-restore` file, does to one table.
public enum RuleCommand: Equatable, Sendable {
  /// `:CHAIN - [0:0]`: makes the chain, or empties it.
  case declare(String, ChainPolicy?)
  /// `-N`: makes a chain that must not be there.
  case create(String)
  case append(String, PacketRule)
  /// Before the rule that has this place, counted from 1.
  case insert(String, Int, PacketRule)
  case replace(String, Int, PacketRule)
  /// The first rule that reads the same.
  case delete(String, PacketRule)
  case deleteNumber(String, Int)
  /// `-F`: of every chain where none is named.
  case flush(String?)
  /// `-X`: only an empty chain that no rule jumps to.
  case remove(String)
  case policy(String, ChainPolicy)

  /// The line of an `iptables-restore` file.
  public var text: String {
    switch self {
    case .declare(let chain, let policy): ":\(chain) \(policy?.rawValue ?? "-") [0:0]"
    case .create(let chain): "-N \(chain)"
    case .append(let chain, let rule): rule.text(in: chain)
    case .insert(let chain, let place, let rule):
      "-I \(chain)" + (place == 1 ? "" : " \(place)") + rule.specification
    case .replace(let chain, let place, let rule): "-R \(chain) \(place)" + rule.specification
    case .delete(let chain, let rule): "-D \(chain)" + rule.specification
    case .deleteNumber(let chain, let place): "-D \(chain) \(place)"
    case .flush(let chain): chain.map { "-F \($0)" } ?? "-F"
    case .remove(let chain): "-X \(chain)"
    case .policy(let chain, let policy): "-P \(chain) \(policy.rawValue)"
    }
  }
}

extension RuleTable {
  /// What the tool says of a chain that is not there.
  private static let noChain = "iptables: No chain/target/match by that name."
  private static let noRule = "iptables: Bad rule (does a matching rule exist in that chain?)."
  private static let noIndex = "iptables: Index of insertion too big."

  /// Does what a line says; the tool's words where it cannot.
  mutating func apply(_ command: RuleCommand) -> String? {
    switch command {
    case .declare(let name, let policy):
      if let place = place(of: name) {
        change(place) { chain in
          chain.removeAll()
          if let policy { chain.policy = policy }
        }
      } else {
        self[name] = RuleChain(name)
      }
    case .create(let name):
      if place(of: name) != nil { return "iptables: Chain already exists." }
      self[name] = RuleChain(name)
    case .append(let name, let rule): return edit(name, rule) { $0.append(rule) }
    case .insert(let name, let number, let rule):
      guard let chain = self[name] else { return RuleTable.noChain }
      guard number >= 1, number <= chain.rules.count + 1 else { return RuleTable.noIndex }
      return edit(name, rule) { $0.insert(rule, at: number - 1) }
    case .replace(let name, let number, let rule):
      guard let chain = self[name] else { return RuleTable.noChain }
      guard number >= 1, number <= chain.rules.count else { return "iptables: Index of replacement too big." }
      return edit(name, rule) { chain in
        chain.remove(at: number - 1)
        chain.insert(rule, at: number - 1)
      }
    case .delete(let name, let rule):
      guard let chain = self[name] else { return RuleTable.noChain }
      guard let index = chain.rules.firstIndex(of: rule) else { return RuleTable.noRule }
      return edit(name, nil) { $0.remove(at: index) }
    case .deleteNumber(let name, let number):
      guard let chain = self[name] else { return RuleTable.noChain }
      guard number >= 1, number <= chain.rules.count else { return "iptables: Index of deletion too big." }
      return edit(name, nil) { $0.remove(at: number - 1) }
    case .flush(let name):
      if let name { return edit(name, nil) { $0.removeAll() } }
      for place in chains.indices { change(place) { $0.removeAll() } }
    case .remove(let name): return removeChain(name)
    case .policy(let name, let policy): return edit(name, nil) { $0.policy = policy }
    }
    return nil
  }

  private mutating func edit(_ name: String, _ rule: PacketRule?, _ body: (inout RuleChain) -> Void) -> String? {
    guard let place = place(of: name) else { return RuleTable.noChain }
    if let target = rule?.target?.chain, self.place(of: target) == nil { return RuleTable.noChain }
    change(place, body)
    return nil
  }

  private mutating func removeChain(_ name: String) -> String? {
    guard let chain = self[name] else { return RuleTable.noChain }
    guard chain.policy == nil else { return "iptables: Invalid argument." }
    guard chain.rules.isEmpty else { return "iptables: Directory not empty." }
    guard !refers(to: name) else { return "iptables: Too many links." }
    self[name] = nil
    return nil
  }
}

/// The tables of one namespace; a table exists once something was written to it.
public struct RuleTables: Equatable, Sendable {
  private var tables: [RuleTable] = []

  public init() {}

  public var isEmpty: Bool { tables.isEmpty }
  public var all: [RuleTable] { tables }

  public subscript(name: RuleTable.Name) -> RuleTable? {
    for table in tables where table.name == name { return table }
    return nil
  }

  /// Does the commands to one table: all of them, or none and the tool's words.
  public mutating func apply(_ commands: [RuleCommand], to name: RuleTable.Name) -> String? {
    var table = self[name] ?? RuleTable(name)
    for command in commands {
      if let failure = table.apply(command) { return failure }
    }
    put(table)
    return nil
  }

  /// Puts a table in the place of the one of its name.
  public mutating func put(_ table: RuleTable) {
    for place in tables.indices where tables[place].name == table.name {
      tables[place] = table
      return
    }
    tables.append(table)
    // `iptables-save` prints them in this order.
    tables.sort { RuleTables.rank($0.name) < RuleTables.rank($1.name) }
  }

  /// Whether connection tracking has something to do here.
  public var needsTracking: Bool {
    for table in tables {
      if table.name == .nat { return true }
      for chain in table.chains {
        for rule in chain.rules {
          for match in rule.matches { if case .connection = match { return true } }
        }
      }
    }
    return false
  }

  /// Whether some rule leaves something to chance.
  public var hasChance: Bool {
    for table in tables {
      for chain in table.chains {
        for rule in chain.rules { for match in rule.matches { if case .chance = match { return true } } }
      }
    }
    return false
  }

  private static func rank(_ name: RuleTable.Name) -> Int {
    switch name {
    case .mangle: 0
    case .raw: 1
    case .nat: 3
    case .filter: 2
    }
  }
}
