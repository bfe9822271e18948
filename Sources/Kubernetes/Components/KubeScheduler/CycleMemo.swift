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
  private var demand: Shared<PodDemand>? = nil
  private var profile = ""
  private var layout: Int64 = -1

  /// Forgets everything unless the Pod asks for what the last one asked for, of the same nodes.
  mutating func begin(_ demand: Shared<PodDemand>, _ cache: NodeCache, _ profile: SchedulerProfile) {
    if layout == cache.layout, entries.count == cache.count, self.demand == demand, self.profile == profile.name {
      return
    }
    entries = Array(repeating: Entry(), count: cache.count)
    self.demand = demand
    self.profile = profile.name
    layout = cache.layout
  }

  mutating func look(_ place: Int, _ demand: PodDemand, _ cache: NodeCache, _ profile: SchedulerProfile) {
    let generation = cache.generations[place]
    if entries[place].generation == generation { return }
    var entry = Entry(generation: generation)
    entry.rejection = profile.filter(demand, cache.nodes[place])
    if entry.rejection == nil {
      let points = profile.points(demand, cache.nodes[place], nodeCount: Int64(cache.count))
      entry.score = points ?? 0
      entry.isRelative = points == nil
    }
    entries[place] = entry
  }
}
