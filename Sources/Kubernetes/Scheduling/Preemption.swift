import Clockwork

/// DefaultPreemption: whether Pods of lower priority can make room for one that fits nowhere, and which.
///
/// Pure: it says who would have to go, and evicts nobody. PodDisruptionBudgets are kept where that is possible, and
/// broken where it is not.
public struct Preemption: Sendable {
  /// A node with the Pods that would have to leave it, the most important first.
  public struct Candidate: Equatable, Sendable {
    public let node: String
    public let victims: [PodInfo]
    /// How many of them no budget has room for.
    public var violations: Int64 = 0
  }

  /// How many Pods of a group may be missing.
  public struct Budget: Equatable, Sendable {
    public var namespace: String
    public var selector: LabelSelector
    public var allowed: Int64
    /// Pods whose eviction has been granted already.
    public var granted: [String] = []

    public init(namespace: String, selector: LabelSelector, allowed: Int64) {
      self.namespace = namespace
      self.selector = selector
      self.allowed = allowed
    }

    init?(_ object: Object) {
      guard let budget = object.as(PodDisruptionBudget.self) else { return nil }
      self.init(
        namespace: object.namespace,
        selector: object.budgetSelector,
        allowed: budget.status.disruptionsAllowed
      )
      granted = budget.status.disruptedPods.keys
    }
  }

  /// What came of it.
  public enum Outcome: Equatable, Sendable {
    /// The Pod may not evict others, or has just done so.
    case notEligible(String)
    /// No eviction helps, with the reason of every node.
    case hopeless([Rejection])
    case found(Candidate)
  }

  let profile: SchedulerProfile
  let pod: PodInfo
  let state: CycleState
  let nominees: Nominees
  public var budgets: [Budget] = []

  public init(_ profile: SchedulerProfile, _ pod: PodInfo, _ state: CycleState, _ nominees: Nominees) {
    self.profile = profile
    self.pod = pod
    self.state = state
    self.nominees = nominees
  }

  static let never = "not eligible due to preemptionPolicy=Never."
  static let terminating = "not eligible due to a terminating pod on the nominated node."

  /// What is said of a node where nothing was tried.
  static func untried(_ rejection: Rejection) -> Rejection {
    let reason =
      rejection.isUnresolvable
      ? "Preemption is not helpful for scheduling" : "No preemption victims found for incoming pod"
    return Rejection(reasons: [reason], isUnresolvable: rejection.isUnresolvable, by: rejection.plugin)
  }

  /// Looks at every node that refused the Pod for a reason that evictions can change.
  ///
  /// - Parameters:
  ///   - nodes: the nodes of the cluster.
  ///   - rejections: why each of them refused the Pod, in the same order.
  ///   - policy: the Pod's `preemptionPolicy`.
  ///   - nominated: the node that was cleared for the Pod before, or nothing.
  ///   - random: decides between equals.
  /// - Returns: the node and its victims, or why nobody is evicted.
  public func run(
    _ nodes: [NodeInfo],
    _ rejections: [Rejection],
    policy: String,
    nominated: String,
    _ random: inout Random
  ) -> Outcome {
    if policy == "Never" { return .notEligible(Preemption.never) }
    if let index = nodes.firstIndex(where: { $0.name == nominated }), !rejections[index].isUnresolvable,
      nodes[index].pods.contains(where: { isMakingRoom($0) })
    {
      return .notEligible(Preemption.terminating)
    }
    var reasons = rejections.map { Preemption.untried($0) }
    var candidates: [Candidate] = []
    let wanted = max(nodes.count / 10, 100)
    let first = nodes.count > wanted ? random.next(below: nodes.count) : 0
    for step in nodes.indices {
      let place = (first + step) % nodes.count
      if rejections[place].isUnresolvable { continue }
      switch candidate(nodes[place]) {
      case .success(let candidate): candidates.append(candidate)
      case .failure(let failure): reasons[place] = failure.rejection
      }
      if candidates.count == wanted { break }
    }
    guard let best = Preemption.best(candidates, &random) else { return .hopeless(reasons) }
    return .found(best)
  }

  /// Then any Pod of lower priority that is leaving counted, now only one that was evicted for a better one.
  private func isMakingRoom(_ other: PodInfo) -> Bool {
    guard other.priority < pod.priority, other.isLeaving else { return false }
    return profile.version == .then || other.isPreempted
  }

  private struct Failure: Error {
    var rejection: Rejection
  }

  /// Removes every Pod of lower priority, and puts back as many as still fit, the most important first.
  private func candidate(_ node: NodeInfo) -> Result<Candidate, Failure> {
    var left = node
    var counted = state
    var lower: [PodInfo] = []
    for other in node.pods where other.priority < pod.priority {
      lower.append(other)
      left.remove(other.key)
      counted.count(other, on: node, -1)
    }
    if lower.isEmpty {
      let reason = "No preemption victims found for incoming pod"
      return .failure(Failure(rejection: Rejection(reasons: [reason], isUnresolvable: true, by: .nodeResourcesFit)))
    }
    if let rejection = profile.filter(pod, left, counted, nominees) {
      return .failure(Failure(rejection: rejection))
    }
    var victims: [PodInfo] = []
    var violations: Int64 = 0
    let (violating, others) = split(Preemption.byImportance(lower))
    // Whom a budget protects is put back first.
    for (place, other) in (violating + others).enumerated() {
      left.add(other)
      counted.count(other, on: node, 1)
      if profile.filter(pod, left, counted, nominees) == nil { continue }
      left.remove(other.key)
      counted.count(other, on: node, -1)
      victims.append(other)
      if place < violating.count { violations += 1 }
    }
    return .success(Candidate(node: node.name, victims: victims, violations: violations))
  }

  /// Pods that no budget has room for, and the others; both keep their order.
  private func split(_ pods: [PodInfo]) -> (violating: [PodInfo], others: [PodInfo]) {
    if budgets.isEmpty { return ([], pods) }
    var left = budgets
    var violating: [PodInfo] = []
    var others: [PodInfo] = []
    for pod in pods {
      var violates = false
      for place in left.indices where left[place].namespace == pod.namespace && !pod.labels.isEmpty {
        if left[place].granted.contains(pod.key.name) || !left[place].selector.matches(pod.labels) { continue }
        left[place].allowed -= 1
        if left[place].allowed < 0 { violates = true }
      }
      if violates { violating.append(pod) } else { others.append(pod) }
    }
    return (violating, others)
  }

  /// By priority, then by age: a Pod that its kubelet has not seen yet is the youngest.
  static func byImportance(_ pods: [PodInfo]) -> [PodInfo] {
    var sorted: [PodInfo] = []
    for pod in pods {
      var place = sorted.count
      while place > 0, isMoreImportant(pod, sorted[place - 1]) { place -= 1 }
      sorted.insert(pod, at: place)
    }
    return sorted
  }

  private static func isMoreImportant(_ one: PodInfo, _ other: PodInfo) -> Bool {
    if one.priority != other.priority { return one.priority > other.priority }
    guard let start = one.startTime else { return false }
    guard let later = other.startTime else { return true }
    return start < later
  }

  /// The candidate that costs least; one of several equal ones by chance.
  ///
  /// In this order: the fewest broken budgets, the least important highest victim, the smallest sum of priorities, the fewest victims, the
  /// victim that started last.
  static func best(_ candidates: [Candidate], _ random: inout Random) -> Candidate? {
    var left = candidates
    func keep(_ lowest: (Candidate) -> Int64) {
      guard left.count > 1 else { return }
      var least: Int64 = .max
      for candidate in left { least = min(least, lowest(candidate)) }
      left = left.filter { lowest($0) == least }
    }
    keep { $0.violations }
    keep { $0.victims.first?.priority ?? .min }
    // As upstream adds them up: a victim more never makes a sum smaller.
    keep { candidate in candidate.victims.reduce(0) { $0 + $1.priority + 2_147_483_648 } }
    keep { Int64($0.victims.count) }
    keep { candidate in
      let highest = candidate.victims.first?.priority ?? 0
      var earliest: Int64 = .max
      for victim in candidate.victims where victim.priority == highest {
        earliest = min(earliest, victim.startTime?.milliseconds ?? .max)
      }
      return earliest == .max ? .min : 0 - earliest
    }
    guard left.count > 1 else { return left.first }
    return left[random.next(below: left.count)]
  }
}

/// Pods that wait for the Pods on a node to leave, which were evicted for them.
public struct Nominees: Equatable, Sendable {
  private var nodes: Table<ObjectKey, String> = [:]
  private var pods: Table<String, [PodInfo]> = [:]

  public init() {}

  public var isEmpty: Bool { nodes.isEmpty }

  /// The node that was cleared for a Pod.
  public func node(of key: ObjectKey) -> String? { nodes[key] }

  /// The Pods that a node was cleared for.
  public func pods(on node: String) -> [PodInfo] { pods[node] ?? [] }

  public mutating func add(_ pod: PodInfo, to node: String) {
    remove(pod.key)
    nodes[pod.key] = node
    pods.update(node, default: []) { $0.append(pod) }
  }

  public mutating func remove(_ key: ObjectKey) {
    guard let node = nodes.removeValue(for: key) else { return }
    let left = pods(on: node).filter { $0.key != key }
    pods[node] = left.isEmpty ? nil : left
  }
}

extension SchedulerProfile {
  /// Filters a node as if the Pods were there already that it was cleared for, and again as it is.
  ///
  /// Only Pods that matter as much or more count: the others would have to wait anyway.
  func filter(_ pod: PodInfo, _ node: NodeInfo, _ state: CycleState, _ nominees: Nominees) -> Rejection? {
    if !nominees.isEmpty {
      var full = node
      var counted = state
      var isChanged = false
      for rival in nominees.pods(on: node.name) where rival.priority >= pod.priority && rival.key != pod.key {
        full.add(rival)
        counted.count(rival, on: node, 1)
        isChanged = true
      }
      if isChanged, let rejection = filter(pod.demand, full, counted) { return rejection }
    }
    return filter(pod.demand, node, state)
  }
}
