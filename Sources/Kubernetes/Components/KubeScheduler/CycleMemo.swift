/// What the last cycle worked out for each node, for the next Pod that asks for the same.
///
/// Pods of one template come in hundreds, and each changes one node.
struct CycleMemo: Sendable {
  struct Entry: Sendable {
    var generation: Int64 = -1
    var rejection: Rejection? = nil
    var score: Int64 = 0
    /// The points depend on the other nodes too, so they must be worked out together.
    var isRelative: Bool = false
    /// How many Pods of the same Service or workload are here.
    var mates: Int64 = 0
  }

  private(set) var entries: [Entry] = []
  private var demand: Shared<PodDemand>? = nil
  private var mates: SpreadRule? = nil
  private var namespace = ""
  private var profile = ""
  private var version = Version.now
  private var layout: Int64 = -1

  /// Forgets everything unless the Pod asks for what the last one asked for, of the same nodes.
  mutating func begin(_ pod: PodInfo, _ mates: LabelSelector?, _ cache: NodeCache, _ profile: SchedulerProfile) {
    let rule = mates.map { SpreadRule.defaults($0)[0] }
    if layout == cache.layout, entries.count == cache.count, demand == pod.sharedDemand, self.profile == profile.name,
      self.mates == rule, namespace == pod.namespace
    {
      return
    }
    entries = Array(repeating: Entry(), count: cache.count)
    demand = pod.sharedDemand
    self.mates = rule
    self.profile = profile.name
    namespace = pod.namespace
    version = profile.version
    layout = cache.layout
  }

  mutating func look(_ place: Int, _ pod: PodInfo, _ cache: NodeCache, _ profile: SchedulerProfile) {
    let generation = cache.generations[place]
    if entries[place].generation == generation { return }
    var entry = Entry(generation: generation)
    entry.rejection = profile.filter(pod.demand, cache.nodes[place])
    if entry.rejection == nil {
      let points = profile.points(pod.demand, cache.nodes[place], nodeCount: Int64(cache.count))
      entry.score = points ?? 0
      entry.isRelative = points == nil
      entry.mates = mates?.count(on: cache.nodes[place], namespace: namespace, version) ?? 0
    }
    entries[place] = entry
  }

  /// What PodTopologySpread makes of the mates on each node, where its defaults apply.
  struct Spread {
    let weight: Double
    let skew: Int64
    var lowest: Int64 = .max
    var highest: Int64 = 0

    func raw(_ mates: Int64) -> Int64 { Int64(Double(mates) * weight + Double(skew - 1) + 0.5) }

    func points(_ mates: Int64) -> Int64 {
      if highest == 0 { return 2 * SchedulerPlugins.maximumScore }
      return 2 * (SchedulerPlugins.maximumScore * (highest + lowest - raw(mates)) / highest)
    }
  }

  func spread(over fitting: [Int]) -> Spread? {
    guard let mates else { return nil }
    var spread = Spread(weight: Logarithm.natural(of: fitting.count + 2), skew: mates.maxSkew)
    for place in fitting {
      let raw = spread.raw(entries[place].mates)
      spread.lowest = min(spread.lowest, raw)
      spread.highest = max(spread.highest, raw)
    }
    return spread
  }
}
