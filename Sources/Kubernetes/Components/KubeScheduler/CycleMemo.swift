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
  }

  private(set) var entries: [Entry] = []
  private var demand: PodDemand? = nil
  private var layout: Int64 = -1

  /// Forgets everything unless the Pod asks for what the last one asked for, of the same nodes.
  mutating func begin(_ demand: PodDemand, _ cache: NodeCache) {
    if layout == cache.layout, entries.count == cache.count, self.demand == demand { return }
    entries = Array(repeating: Entry(), count: cache.count)
    self.demand = demand
    layout = cache.layout
  }

  mutating func look(_ place: Int, _ demand: PodDemand, _ cache: NodeCache, _ profile: SchedulerProfile) {
    let generation = cache.generations[place]
    if entries[place].generation == generation { return }
    var entry = Entry(generation: generation)
    let node = cache.nodes[place]
    entry.rejection = profile.filter(demand, node)
    if entry.rejection == nil, let score = profile.scores(demand, [node], nodeCount: Int64(cache.count)).first {
      entry.score = score.total
      for part in score.parts where part.raw != 0 {
        // These two are stretched by the best of all nodes; a zero stays the same in any company of zeros.
        if part.plugin == "NodeAffinity" || part.plugin == "TaintToleration" { entry.isRelative = true }
      }
    }
    entries[place] = entry
  }
}
