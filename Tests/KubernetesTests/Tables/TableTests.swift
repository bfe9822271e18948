import Clockwork
import Testing

/// Says what the code makes of a row: nil when it agrees, else both sides.
typealias TableChecker = @Sendable (_ group: String, _ row: Value) throws -> TableOutcome

enum TableOutcome {
  case agrees
  case differs(got: Value, expected: Value)
  /// A group of rows that no code stands for yet.
  case skipped

  static func compare(_ got: Value, _ expected: Value?) -> TableOutcome {
    guard let expected else { return .differs(got: got, expected: .null) }
    return sorted(got) == sorted(expected) ? .agrees : .differs(got: got, expected: expected)
  }

  /// The order of keys is no part of what a table says.
  private static func sorted(_ value: Value) -> Value {
    switch value {
    case .list(let elements): .list(elements.map(sorted))
    case .map(let entries): .map(entries.sorted { $0.key < $1.key }.map { .init($0.key, sorted($0.value)) })
    default: value
    }
  }
}

@Suite("Tables of the real functions")
struct TableTests {
  /// Every table that some code stands for; a file dropped into the folder needs a line here to be compared.
  static let checkers: [String: TableChecker] = [
    "balanced_allocation": ResourceTables.balanced,
    "crashloop_backoff": BackoffTables.crashLoop,
    "deployment_rolling": WorkloadTables.rolling,
    "eviction_memory_order": NodeTables.evictions,
    "hashes": WorkloadTables.hashes,
    "hpa": AutoscalerTables.replicas,
    "hpa_behavior_limits": AutoscalerTables.behavior,
    "hpa_normalize": AutoscalerTables.normalised,
    "image_locality": NodeTables.imageLocality,
    "image_pull_backoff": BackoffTables.imagePull,
    "int_or_percent": AutoscalerTables.share,
    "inter_pod_affinity": NeighbourTables.affinity,
    "label_selectors": SelectorTables.labels,
    "log_lines": LogTables.lines,
    "node_affinity": NodeTables.affinity,
    "node_cidr": NetworkTables.ranges,
    "noderesources_least_allocated": ResourceTables.leastAllocated,
    "noderesources_most_allocated": ResourceTables.mostAllocated,
    "pod_phase": PodTables.phase,
    "pod_status_column": PodTables.statusColumn,
    "pod_topology_spread": NeighbourTables.spread,
    "portproto_hash": NetworkTables.chains,
    "qos": PodTables.qualityOfService,
    "quantity": QuantityTables.quantity,
    "replicaset_delete_order": WorkloadTables.deletionOrder,
    "taint_toleration": NodeTables.taints,
  ]

  @Test("every row agrees", arguments: Oracle.tables)
  func rows(of table: String) throws {
    guard let check = Self.checkers[table] else {
      print("skipped: no code stands for tables/\(table).json yet")
      return
    }
    let rows = try Oracle.rows(of: table)
    #expect(!rows.isEmpty, "tables/\(table).json has no rows")
    var skipped: Set<String> = []
    for (index, (group, row)) in rows.enumerated() {
      switch try check(group, row) {
      case .agrees: break
      case .skipped: skipped.insert(group)
      case .differs(let got, let expected):
        Issue.record(
          "\(table) \(group) row \(index): got \(got.canonical), expected \(expected.canonical) for \(row.canonical)"
        )
      }
    }
    for group in skipped.sorted() { print("skipped: no code stands for \(group) of tables/\(table).json yet") }
  }

  @Test("the tables of this repository are all there", .enabled(if: Oracle.isDefault))
  func nothingIsMissing() {
    let missing = Self.checkers.keys.filter { !Oracle.tables.contains($0) }
    #expect(missing.isEmpty)
  }
}
