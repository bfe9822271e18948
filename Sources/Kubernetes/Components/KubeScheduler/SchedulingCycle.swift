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
  private(set) var rejections: [Rejection] = []
  private(set) var findings: [Finding] = []
  private(set) var evaluated: Int = 0
  private(set) var feasible: Int = 0

  /// With more nodes than this the cycle says only who won, and remembers what it worked out.
  static let toldNodes = 16

  init(_ profile: SchedulerProfile) { self.profile = profile }

  /// Filters and scores; `start` goes round, so that a sample of a large cluster is another one every time.
  mutating func run(
    _ demand: PodDemand,
    _ cache: NodeCache,
    _ memo: inout CycleMemo,
    start: inout Int,
    random: inout Random
  ) -> Choice? {
    let nodes = cache.nodes
    guard !nodes.isEmpty else { return nil }
    if nodes.count > SchedulingCycle.toldNodes {
      return runFast(demand, cache, &memo, start: &start, random: &random)
    }
    let wanted = SchedulingCycle.wanted(of: nodes.count)
    var fitting: [NodeInfo] = []
    var place = start % nodes.count
    while evaluated < nodes.count, fitting.count < wanted {
      if let rejection = profile.filter(demand, nodes[place]) {
        rejections.append(rejection)
        findings.append(Finding(node: nodes[place].name, rejection: rejection))
      } else {
        fitting.append(nodes[place])
      }
      evaluated += 1
      place = place + 1 == nodes.count ? 0 : place + 1
    }
    start = place
    feasible = fitting.count
    guard fitting.count > 1 else {
      guard let only = fitting.first else { return nil }
      findings.append(Finding(node: only.name, rejection: nil))
      return Choice(node: only.name, score: nil, equals: 1)
    }
    let scores = profile.scores(demand, fitting, nodeCount: Int64(nodes.count))
    for score in scores { findings.append(Finding(node: score.node, rejection: nil, score: score)) }
    return SchedulingCycle.best(scores, &random)
  }

  /// The same for many nodes: a node is only looked at again when it changed since a Pod like this one was placed.
  private mutating func runFast(
    _ demand: PodDemand,
    _ cache: NodeCache,
    _ memo: inout CycleMemo,
    start: inout Int,
    random: inout Random
  ) -> Choice? {
    let count = cache.nodes.count
    let wanted = SchedulingCycle.wanted(of: count)
    memo.begin(demand, cache)
    var fitting: [Int] = []
    fitting.reserveCapacity(wanted)
    var isRelative = false
    var place = start % count
    while evaluated < count, fitting.count < wanted {
      memo.look(place, demand, cache, profile)
      if let rejection = memo.entries[place].rejection {
        rejections.append(rejection)
      } else {
        fitting.append(place)
        if memo.entries[place].isRelative { isRelative = true }
      }
      evaluated += 1
      place = place + 1 == count ? 0 : place + 1
    }
    start = place
    feasible = fitting.count
    guard let first = fitting.first else { return nil }
    if fitting.count == 1 { return Choice(node: cache.nodes[first].name, score: nil, equals: 1) }
    if isRelative {
      let nodes = fitting.map { cache.nodes[$0] }
      return SchedulingCycle.best(profile.scores(demand, nodes, nodeCount: Int64(count)), &random)
    }
    var winner = first
    var score = memo.entries[first].score
    var equals = 1
    for place in fitting.dropFirst() {
      let points = memo.entries[place].score
      if points > score {
        (winner, score, equals) = (place, points, 1)
      } else if points == score {
        equals += 1
        if random.next(below: equals) == 0 { winner = place }
      }
    }
    return Choice(node: cache.nodes[winner].name, score: score, equals: equals)
  }

  /// How many fitting nodes are enough (`numFeasibleNodesToFind`): all up to 100, then 50 % falling to 5 %.
  static func wanted(of count: Int) -> Int {
    if count < 100 { return count }
    let percentage = max(5, 50 - count / 125)
    return max(100, count * percentage / 100)
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
