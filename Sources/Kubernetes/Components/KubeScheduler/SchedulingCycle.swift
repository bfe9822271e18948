import Clockwork

/// One scheduling cycle: which nodes will do, which of them is best.
struct SchedulingCycle {
  struct Choice: Sendable {
    var node: String
    /// The winner's points; nothing where only one node was left and none were compared.
    var score: Int64?
    /// How many nodes had as many.
    var equals: Int
  }

  /// What a cycle found out about one node.
  struct Finding: Sendable {
    var node: String
    var rejection: Rejection?
    var score: SchedulerProfile.Score?
  }

  let profile: SchedulerProfile
  let pod: PodInfo
  let nominees: Nominees
  /// What the Pods that run already mean for this one.
  private(set) var state: CycleState
  /// The Pods of the same Service or workload, where nothing but the defaults spreads them over nodes.
  private let mates: LabelSelector?
  /// Why each node refused the Pod, by its place among the nodes; nothing where it fits or was not looked at.
  private var refusals: [Rejection?] = []
  private(set) var findings: [Finding] = []
  private(set) var evaluated: Int = 0
  private(set) var feasible: Int = 0

  /// With more nodes than this the cycle says only who won, and remembers what it worked out.
  static let toldNodes = 16

  init(
    _ profile: SchedulerProfile,
    _ pod: PodInfo,
    _ cache: NodeCache,
    _ nominees: Nominees = Nominees(),
    defaults: LabelSelector? = nil
  ) {
    self.profile = profile
    self.pod = pod
    self.nominees = nominees
    // Without zones the defaults look at each node for itself: that can be remembered.
    let isPlain = cache.count > SchedulingCycle.toldNodes && !cache.hasZones && pod.demand.spread.isEmpty
    mates = isPlain ? defaults : nil
    state = CycleState(
      pod,
      cache.nodes,
      cache.namespaces,
      defaults: isPlain ? nil : defaults,
      isSocial: cache.socialPods > 0,
      profile.version
    )
  }

  /// Why no node would do, one reason for each.
  var rejections: [Rejection] { refusals.compactMap { $0 } }

  /// Filters and scores; `start` goes round, so that a sample of a large cluster is another one every time.
  mutating func run(
    _ cache: NodeCache,
    _ memo: inout CycleMemo,
    start: inout Int,
    random: inout Random
  ) -> Choice? {
    let count = cache.count
    guard count > 0 else { return nil }
    refusals = Array(repeating: nil, count: count)
    let isTold = count <= SchedulingCycle.toldNodes
    // What was worked out for a node holds for the next Pod only while no other Pod matters.
    let remembers = !isTold && state.isEmpty && nominees.isEmpty && pod.demand.ports.isEmpty
    if remembers { memo.begin(pod, mates, cache, profile) }
    let wanted = SchedulingCycle.wanted(of: count)
    var fitting: [Int] = []
    fitting.reserveCapacity(wanted)
    var isRelative = !remembers
    var place = start % count
    while evaluated < count, fitting.count < wanted {
      let rejection: Rejection?
      if remembers {
        memo.look(place, pod, cache, profile)
        rejection = memo.entries[place].rejection
        if memo.entries[place].isRelative { isRelative = true }
      } else {
        rejection = profile.filter(pod, cache.nodes[place], state, nominees)
      }
      if let rejection {
        refusals[place] = rejection
        if isTold { findings.append(Finding(node: cache.nodes[place].name, rejection: rejection)) }
      } else {
        fitting.append(place)
      }
      evaluated += 1
      place = place + 1 == count ? 0 : place + 1
    }
    start = place
    feasible = fitting.count
    guard let first = fitting.first else { return nil }
    if fitting.count == 1 {
      if isTold { findings.append(Finding(node: cache.nodes[first].name, rejection: nil)) }
      return Choice(node: cache.nodes[first].name, score: nil, equals: 1)
    }
    if !isRelative { return SchedulingCycle.best(fitting, memo, cache, &random) }
    if let mates {
      state.spread = TopologySpread(pod, cache.nodes, defaults: mates, profile.version)
    }
    return compare(fitting, cache, isTold: isTold, &random)
  }

  /// Scores all nodes that fit, side by side.
  private mutating func compare(
    _ fitting: [Int],
    _ cache: NodeCache,
    isTold: Bool,
    _ random: inout Random
  ) -> Choice? {
    var nodes: [NodeInfo] = []
    nodes.reserveCapacity(fitting.count)
    for place in fitting { nodes.append(cache.nodes[place]) }
    state.countPoints(nodes, cache.nodes)
    let scores = profile.scores(pod.demand, nodes, nodeCount: Int64(cache.count), state)
    if isTold {
      for score in scores { findings.append(Finding(node: score.node, rejection: nil, score: score)) }
    }
    return SchedulingCycle.best(scores, &random)
  }

  /// How many fitting nodes are enough (`numFeasibleNodesToFind`): all up to 100, then 50 % falling to 5 %.
  static func wanted(of count: Int) -> Int {
    if count < 100 { return count }
    let percentage = max(5, 50 - count / 125)
    return max(100, count * percentage / 100)
  }

  /// The best of what is remembered.
  private static func best(_ fitting: [Int], _ memo: CycleMemo, _ cache: NodeCache, _ random: inout Random) -> Choice {
    let spread = memo.spread(over: fitting)
    var winner = fitting[0]
    var score = memo.entries[winner].score + (spread?.points(memo.entries[winner].mates) ?? 0)
    var equals = 1
    for place in fitting.dropFirst() {
      let points = memo.entries[place].score + (spread?.points(memo.entries[place].mates) ?? 0)
      if points > score {
        (winner, score, equals) = (place, points, 1)
      } else if points == score {
        equals += 1
        if random.next(below: equals) == 0 { winner = place }
      }
    }
    return Choice(node: cache.nodes[winner].name, score: score, equals: equals)
  }

  /// The best score; each of several equal ones with the same chance, drawn as `selectHost` draws.
  static func best(_ scores: [SchedulerProfile.Score], _ random: inout Random) -> Choice? {
    var best: Choice? = nil
    for score in scores {
      let total = score.total
      guard let winner = best, let points = winner.score, total <= points else {
        best = Choice(node: score.node, score: total, equals: 1)
        continue
      }
      if total < points { continue }
      best?.equals = winner.equals + 1
      if random.next(below: winner.equals + 1) == 0 { best?.node = score.node }
    }
    return best
  }
}
