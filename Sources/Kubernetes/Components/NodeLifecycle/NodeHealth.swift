import Clockwork

/// When each node was last heard of, by the controller's own clock: a stranger's is not trusted.
struct NodeHealth: Sendable {
  private struct Seen: Sendable {
    var serial: Int64
    var at: Time
    /// Nobody waits for it any more: it counts as silent until it is heard of again.
    var isSilent = false
  }

  private var seen: Table<String, Seen> = [:]
  /// The nodes that are waited for, the one that was heard of longest ago first.
  private var line: Table<Int64, String> = [:]
  private var lastSerial: Int64 = 0

  func knows(_ node: String) -> Bool { seen[node] != nil }

  /// The node that was heard of longest ago, and when.
  var oldest: (node: String, at: Time)? {
    guard let node = line.first?.value, let seen = seen[node] else { return nil }
    return (node, seen.at)
  }

  func lastSeen(_ node: String) -> Time? { seen[node].map { $0.at } }

  /// A node was heard of.
  mutating func hear(of node: String, at time: Time) {
    leave(node)
    lastSerial += 1
    seen[node] = Seen(serial: lastSerial, at: time)
    line[lastSerial] = node
  }

  /// It is known that nothing is heard of a node.
  mutating func silence(_ node: String) {
    leave(node)
    seen[node]?.isSilent = true
  }

  func isSilent(_ node: String) -> Bool { seen[node]?.isSilent ?? false }

  mutating func remove(_ node: String) {
    leave(node)
    seen.removeValue(for: node)
  }

  private mutating func leave(_ node: String) {
    if let old = seen[node] { line.removeValue(for: old.serial) }
  }

  mutating func removeAll() { self = NodeHealth() }

  var state: Value {
    var entries: [Value.Entry] = []
    seen.forEach { node, seen in entries.append(Value.Entry(node, .integer(seen.at))) }
    return .map(entries)
  }
}
