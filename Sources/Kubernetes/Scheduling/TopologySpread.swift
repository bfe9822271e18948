import Clockwork

/// One rule about how evenly Pods are spread.
public struct SpreadRule: Equatable, Sendable {
  public var maxSkew: Int64
  public var topologyKey: String
  /// Whether a node that breaks the rule is refused; otherwise it only has fewer points.
  public var isHard: Bool
  public var selector: LabelSelector
  /// With fewer places than this the emptiest counts as empty.
  public var minDomains: Int64 = 1
  /// Whether only nodes count that the Pod's own node selector lets through.
  public var honorsAffinity: Bool = true
  /// Whether nodes with taints that the Pod does not tolerate are left out.
  public var honorsTaints: Bool = false

  static let hostname = "kubernetes.io/hostname"
  static let zone = "topology.kubernetes.io/zone"

  init(maxSkew: Int64, topologyKey: String, isHard: Bool, selector: LabelSelector) {
    self.maxSkew = maxSkew
    self.topologyKey = topologyKey
    self.isHard = isHard
    self.selector = selector
  }

  init(_ rule: TopologySpreadConstraint, of pod: ObjectMeta, _ version: Version) {
    maxSkew = rule.maxSkew
    topologyKey = rule.topologyKey
    isHard = rule.whenUnsatisfiable == "DoNotSchedule"
    selector = AffinityTerm.selector(rule.labelSelector)
    guard version == .now else { return }
    for key in rule.matchLabelKeys { selector.require(key, .in, pod.labels[key]) }
    minDomains = rule.minDomains ?? 1
    honorsAffinity = rule.nodeAffinityPolicy != "Ignore"
    honorsTaints = rule.nodeTaintsPolicy == "Honor"
  }

  /// What every Pod of a Service or a workload gets that has no rules of its own.
  static func defaults(_ selector: LabelSelector) -> [SpreadRule] {
    [
      SpreadRule(maxSkew: 3, topologyKey: hostname, isHard: false, selector: selector),
      SpreadRule(maxSkew: 5, topologyKey: zone, isHard: false, selector: selector),
    ]
  }

  /// How many Pods on a node the rule means; those that are leaving do not count.
  ///
  /// Now a selector that means everything counts nothing.
  func count(on node: NodeInfo, namespace: String, _ version: Version) -> Int64 {
    if selector.isEmpty, version == .now { return 0 }
    var count: Int64 = 0
    for pod in node.pods where means(pod, namespace: namespace) { count += 1 }
    return count
  }

  func means(_ pod: PodInfo, namespace: String) -> Bool {
    !pod.isLeaving && pod.namespace == namespace && selector.matches(pod.labels)
  }
}

/// PodTopologySpread: how full of such Pods every place is already.
public struct TopologySpread: Sendable {
  private let pod: PodInfo
  private let version: Version
  private let hard: [SpreadRule]
  private let soft: [SpreadRule]
  /// Rules of the Pod itself demand that a node has all their labels; the defaults of the cluster do not (now).
  private let needsAllLabels: Bool
  private var counts: Table<Topology, Int64> = [:]
  private var points: Table<Topology, Int64> = [:]
  private var weights: [Double] = []
  private var ignored: Table<String, Bool> = [:]

  /// - Parameters:
  ///   - pod: the Pod that looks for a node.
  ///   - nodes: all nodes of the cluster.
  ///   - selector: the Pods of the same Service or workload, for the defaults; nil where there is none.
  ///   - version: the release.
  public init(_ pod: PodInfo, _ nodes: [NodeInfo], defaults selector: LabelSelector?, _ version: Version) {
    self.pod = pod
    self.version = version
    let own = pod.demand.spread
    var rules = own
    if own.isEmpty, let selector { rules = SpreadRule.defaults(selector) }
    hard = rules.filter { $0.isHard }
    soft = rules.filter { !$0.isHard }
    needsAllLabels = version == .then || !own.isEmpty
    if !hard.isEmpty { countHard(nodes) }
  }

  /// Whether the Pod has rules that refuse nodes.
  public var refuses: Bool { !hard.isEmpty }
  /// Whether the Pod has rules that give points.
  public var scores: Bool { !soft.isEmpty }

  /// Then rules about the same label shared their counts, now each has its own.
  private func slot(_ index: Int, of rules: [SpreadRule]) -> Int {
    guard version == .then else { return index }
    return rules.firstIndex { $0.topologyKey == rules[index].topologyKey } ?? index
  }

  private func place(_ index: Int, _ rules: [SpreadRule], _ value: String) -> Topology {
    Topology(rule: slot(index, of: rules), rules[index].topologyKey, value)
  }

  /// Whether a node counts for a rule at all.
  private func includes(_ node: NodeInfo, _ rule: SpreadRule) -> Bool {
    if rule.honorsAffinity, SchedulerPlugins.nodeAffinity(pod.demand, node, version) != nil { return false }
    return !rule.honorsTaints || SchedulerPlugins.taintToleration(pod.demand, node, version) == nil
  }

  private static func hasAllLabels(_ node: NodeInfo, _ rules: [SpreadRule]) -> Bool {
    rules.allSatisfy { node.labels[$0.topologyKey] != nil }
  }

  // MARK: Filter

  private mutating func countHard(_ nodes: [NodeInfo]) {
    for node in nodes where TopologySpread.hasAllLabels(node, hard) {
      for (index, rule) in hard.enumerated() where includes(node, rule) {
        guard let value = node.labels[rule.topologyKey] else { continue }
        counts.update(place(index, hard, value), default: 0) { _ in }
      }
    }
    for node in nodes {
      if version == .now, !TopologySpread.hasAllLabels(node, hard) { continue }
      for (index, rule) in hard.enumerated() {
        guard let value = node.labels[rule.topologyKey] else { continue }
        if version == .now, !includes(node, rule) { continue }
        let place = place(index, hard, value)
        guard counts[place] != nil else { continue }
        let found = rule.count(on: node, namespace: pod.namespace, version)
        counts.update(place, default: 0) { $0 += found }
      }
    }
  }

  /// Counts a Pod that comes to a node (1) or leaves it (-1).
  mutating func count(_ other: PodInfo, on node: NodeInfo, _ change: Int64) {
    guard !hard.isEmpty, TopologySpread.hasAllLabels(node, hard) else { return }
    for (index, rule) in hard.enumerated() where rule.means(other, namespace: pod.namespace) {
      guard includes(node, rule), let value = node.labels[rule.topologyKey] else { continue }
      counts.update(place(index, hard, value), default: 0) { $0 += change }
    }
  }

  /// Whether the Pod would be one too many in the node's place.
  public func filter(_ node: NodeInfo) -> Rejection? {
    let text = "node(s) didn't match pod topology spread constraints"
    for (index, rule) in hard.enumerated() {
      guard let value = node.labels[rule.topologyKey] else {
        return Rejection(reasons: ["\(text) (missing required label)"], isUnresolvable: true, by: .podTopologySpread)
      }
      guard let least = least(index) else { continue }
      let here = counts[place(index, hard, value)] ?? 0
      let own: Int64 = rule.selector.matches(pod.labels) ? 1 : 0
      if here + own - least > rule.maxSkew { return Rejection(reasons: [text], by: .podTopologySpread) }
    }
    return nil
  }

  /// The count of the emptiest place.
  private func least(_ index: Int) -> Int64? {
    let slot = slot(index, of: hard)
    var least: Int64? = nil
    var places: Int64 = 0
    counts.forEach { place, count in
      guard place.rule == slot else { return }
      places += 1
      least = min(least ?? count, count)
    }
    return least != nil && places < hard[index].minDomains ? 0 : least
  }

  // MARK: Scores

  /// Counts what scores ask for: the places of the nodes that passed the filters, the Pods of all nodes.
  public mutating func countPoints(_ fitting: [NodeInfo], _ nodes: [NodeInfo]) {
    if soft.isEmpty { return }
    var sizes: [Int] = Array(repeating: 0, count: soft.count)
    for node in fitting {
      if needsAllLabels, !TopologySpread.hasAllLabels(node, soft) {
        ignored[node.name] = true
        continue
      }
      for (index, rule) in soft.enumerated() where rule.topologyKey != SpreadRule.hostname {
        guard let value = node.labels[rule.topologyKey] else { continue }
        let place = place(index, soft, value)
        if points[place] == nil {
          points[place] = 0
          sizes[index] += 1
        }
      }
    }
    for (index, rule) in soft.enumerated() {
      let size = rule.topologyKey == SpreadRule.hostname ? fitting.count - ignored.count : sizes[index]
      weights.append(Logarithm.natural(of: size + 2))
    }
    for node in nodes { countSoft(node) }
  }

  private mutating func countSoft(_ node: NodeInfo) {
    if needsAllLabels, !TopologySpread.hasAllLabels(node, soft) { return }
    for (index, rule) in soft.enumerated() {
      guard includes(node, rule), let value = node.labels[rule.topologyKey] else { continue }
      let place = place(index, soft, value)
      guard points[place] != nil else { continue }
      let found = rule.count(on: node, namespace: pod.namespace, version)
      points.update(place, default: 0) { $0 += found }
    }
  }

  /// The more such Pods a place holds, the higher; ``normalized(_:_:)`` turns it round.
  public func score(_ node: NodeInfo) -> Int64 {
    if ignored[node.name] != nil { return 0 }
    var score = 0.0
    for (index, rule) in soft.enumerated() {
      guard let value = node.labels[rule.topologyKey] else { continue }
      let count =
        rule.topologyKey == SpreadRule.hostname
        ? rule.count(on: node, namespace: pod.namespace, version) : points[place(index, soft, value)] ?? 0
      score += Double(count) * weights[index] + Double(rule.maxSkew - 1)
    }
    return Int64(version == .then ? score : score + 0.5)
  }

  /// The emptiest place has 100.
  public func normalized(_ scores: [Int64], _ nodes: [NodeInfo]) -> [Int64] {
    var lowest: Int64 = .max
    var highest: Int64 = 0
    for (score, node) in zip(scores, nodes) where ignored[node.name] == nil {
      lowest = min(lowest, score)
      highest = max(highest, score)
    }
    var out: [Int64] = []
    for (score, node) in zip(scores, nodes) {
      if ignored[node.name] != nil {
        out.append(0)
      } else if highest == 0 {
        out.append(SchedulerPlugins.maximumScore)
      } else {
        out.append(SchedulerPlugins.maximumScore * (highest + lowest - score) / highest)
      }
    }
    return out
  }
}
