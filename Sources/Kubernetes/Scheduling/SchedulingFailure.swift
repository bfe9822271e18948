import Clockwork

/// What FailedScheduling and the condition PodScheduled say when no node will do.
public enum SchedulingFailure {
  /// The message over all nodes.
  ///
  /// - Parameters:
  ///   - rejections: one for each node of the cluster.
  ///   - version: 1.20 says why; later releases add whether eviction would help.
  ///   - preemption: what came of looking for Pods to evict; nil where nobody looked.
  /// - Returns: such as `0/2 nodes are available: 2 Insufficient cpu.`
  public static func message(
    _ rejections: [Rejection],
    _ version: Version,
    preemption: Preemption.Outcome? = nil
  ) -> String {
    if rejections.isEmpty { return "no nodes available to schedule pods" }
    let summary = summary(rejections)
    if version == .then { return summary }
    let head = summary + " no new claims to deallocate, preemption: "
    switch preemption {
    case .found: return summary
    case .notEligible(let why): return head + why
    case .hopeless(let reasons): return head + self.summary(reasons)
    case nil: return head + self.summary(rejections.map { Preemption.untried($0) })
    }
  }

  /// How many nodes gave which reason, sorted as text.
  private static func summary(_ rejections: [Rejection]) -> String {
    var counts: Table<String, Int64> = [:]
    for rejection in rejections {
      for reason in rejection.reasons { counts.update(reason, default: 0) { $0 += 1 } }
    }
    var lines: [String] = []
    counts.forEach { lines.append("\($1) \($0)") }
    var list = ""
    for line in lines.sorted() { list += (list.isEmpty ? "" : ", ") + line }
    return "0/\(rejections.count) nodes are available: \(list)."
  }
}
