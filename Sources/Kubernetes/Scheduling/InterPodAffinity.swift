import Clockwork

/// InterPodAffinity: which places the Pods that run already open or close to one Pod.
///
/// Counted once a cycle over all Pods, then asked of every node.
public struct InterPodAffinity: Sendable {
  private let pod: PodInfo
  private let rules: PodAffinity
  private let namespaces: NamespaceLabels
  private let version: Version
  /// Places with Pods that the required terms mean.
  private var wanted: Table<Topology, Int64> = [:]
  /// Places with Pods that this one avoids.
  private var avoided: Table<Topology, Int64> = [:]
  /// Places with Pods that avoid this one.
  private var closed: Table<Topology, Int64> = [:]
  private var points: Table<Topology, Int64> = [:]

  /// Counts what filters ask for.
  public init(_ pod: PodInfo, _ nodes: [NodeInfo], _ namespaces: NamespaceLabels, _ version: Version) {
    self.pod = pod
    self.namespaces = namespaces
    self.version = version
    rules = pod.demand.affinity
    let looksAtAll = !rules.required.isEmpty || !rules.avoided.isEmpty
    for node in nodes where looksAtAll || node.socialPods > 0 {
      for other in node.pods { count(other, on: node, 1) }
    }
  }

  /// Counts a Pod that comes to a node (1) or leaves it (-1).
  mutating func count(_ other: PodInfo, on node: NodeInfo, _ change: Int64) {
    let home = namespaces[pod.namespace]
    for term in other.demand.affinity.avoided where term.matches(pod, home: home) {
      InterPodAffinity.add(&closed, term.topologyKey, node, change)
    }
    if rules.required.isEmpty, rules.avoided.isEmpty { return }
    let away = namespaces[other.namespace]
    if !rules.required.isEmpty, rules.required.allSatisfy({ $0.matches(other, home: away) }) {
      for term in rules.required { InterPodAffinity.add(&wanted, term.topologyKey, node, change) }
    }
    for term in rules.avoided where term.matches(other, home: away) {
      InterPodAffinity.add(&avoided, term.topologyKey, node, change)
    }
  }

  private static func add(_ counts: inout Table<Topology, Int64>, _ key: String, _ node: NodeInfo, _ change: Int64) {
    guard let value = node.labels[key] else { return }
    let place = Topology(key, value)
    let sum = (counts[place] ?? 0) + change
    counts[place] = sum == 0 ? nil : sum
  }

  /// Whether a node may take the Pod.
  ///
  /// Then every refusal has two reasons, the first of them the same for all.
  public func filter(_ node: NodeInfo) -> Rejection? {
    if !attracts(node) { return refusal("node(s) didn't match pod affinity rules", isUnresolvable: true) }
    for term in rules.avoided {
      if let value = node.labels[term.topologyKey], avoided[Topology(term.topologyKey, value)] ?? 0 > 0 {
        return refusal("node(s) didn't match pod anti-affinity rules", isUnresolvable: false)
      }
    }
    if !closed.isEmpty, isClosed(node) {
      return refusal("node(s) didn't satisfy existing pods anti-affinity rules", isUnresolvable: false)
    }
    return nil
  }

  private func attracts(_ node: NodeInfo) -> Bool {
    var isThere = true
    for term in rules.required {
      guard let value = node.labels[term.topologyKey] else { return false }
      if wanted[Topology(term.topologyKey, value)] ?? 0 <= 0 { isThere = false }
    }
    if isThere { return true }
    // The first Pod of a group that wants to be together may go anywhere.
    let home = namespaces[pod.namespace]
    return wanted.isEmpty && rules.required.allSatisfy { $0.matches(pod, home: home) }
  }

  private func isClosed(_ node: NodeInfo) -> Bool {
    var isClosed = false
    node.labels.forEach { key, value in
      if closed[Topology(key, value)] ?? 0 > 0 { isClosed = true }
    }
    return isClosed
  }

  private func refusal(_ reason: String, isUnresolvable: Bool) -> Rejection {
    let head = version == .then ? ["node(s) didn't match pod affinity/anti-affinity"] : []
    return Rejection(reasons: head + [reason], isUnresolvable: isUnresolvable, by: .interPodAffinity)
  }

  // MARK: Scores

  /// What a required term of a Pod that runs already is worth to a Pod that it means.
  private static let requiredWeight: Int64 = 1

  /// Counts what scores ask for, over the nodes of the whole cluster.
  public mutating func countPoints(_ nodes: [NodeInfo]) {
    let looksAtAll = !rules.preferred.isEmpty
    let home = namespaces[pod.namespace]
    for node in nodes where looksAtAll || node.socialPods > 0 {
      for other in node.pods {
        let away = namespaces[other.namespace]
        for wish in rules.preferred where wish.term.matches(other, home: away) {
          addPoints(wish.term.topologyKey, node, wish.weight)
        }
        let theirs = other.demand.affinity
        for term in theirs.required where term.matches(pod, home: home) {
          addPoints(term.topologyKey, node, InterPodAffinity.requiredWeight)
        }
        for wish in theirs.preferred where wish.term.matches(pod, home: home) {
          addPoints(wish.term.topologyKey, node, wish.weight)
        }
      }
    }
  }

  private mutating func addPoints(_ key: String, _ node: NodeInfo, _ weight: Int64) {
    guard let value = node.labels[key] else { return }
    points.update(Topology(key, value), default: 0) { $0 += weight }
  }

  /// Whether any Pod had something to say; if not, all nodes are the same.
  public var hasPoints: Bool { !points.isEmpty }

  public func score(_ node: NodeInfo) -> Int64 {
    var sum: Int64 = 0
    points.forEach { place, weight in
      if node.labels[place.key] == place.value { sum += weight }
    }
    return sum
  }

  /// Stretches scores, which may be negative, to 0…100.
  ///
  /// Then zero always counted among them, so that a good place next to a very good one kept its points.
  public static func normalized(_ scores: [Int64], _ version: Version) -> [Int64] {
    var highest: Int64 = version == .then ? 0 : .min
    var lowest: Int64 = version == .then ? 0 : .max
    for score in scores {
      highest = max(highest, score)
      lowest = min(lowest, score)
    }
    return scores.map { score in
      if highest <= lowest { return 0 }
      return Int64(Double(SchedulerPlugins.maximumScore) * (Double(score - lowest) / Double(highest - lowest)))
    }
  }
}
