import Clockwork

/// What the scheduler believes of the nodes: each with the sum of its Pods, those included that it only assumes there.
///
/// Sums are kept as Pods come and go, so a scheduling cycle never counts Pods.
struct NodeCache: Sendable {
  private struct Counted: Sendable {
    var node: String
    var pod: PodInfo
    var isAssumed: Bool
  }

  /// In the order in which the nodes were first seen: their names decide nothing.
  private(set) var nodes: [NodeInfo] = []
  /// For each node a number that changes with it; what was worked out for an older one is out of date.
  private(set) var generations: [Int64] = []
  /// Changes when nodes come and go, or when images spread: then nothing that was worked out holds.
  private(set) var layout: Int64 = 0
  private var lastGeneration: Int64 = 0
  private var places: Table<String, Int> = [:]
  private var pods: Table<ObjectKey, Counted> = [:]
  /// On how many nodes each image lies.
  private var images: Table<String, Int64> = [:]
  /// How many Pods on all nodes have rules about other Pods.
  private(set) var socialPods: Int64 = 0
  var namespaces = NamespaceLabels()
  /// How many nodes say in which zone they stand.
  private var zonedNodes = 0

  var hasZones: Bool { zonedNodes > 0 }

  var count: Int { nodes.count }

  func node(_ name: String) -> NodeInfo? { places[name].map { nodes[$0] } }

  /// True while a Pod is counted without the API server having confirmed its node.
  func isAssumed(_ key: ObjectKey) -> Bool { pods[key]?.isAssumed ?? false }

  func holds(_ key: ObjectKey) -> Bool { pods[key] != nil }

  // MARK: Nodes

  mutating func set(_ node: Node) {
    let name = node.metadata.name
    if let place = places[name] {
      let before = nodes[place].images
      countZone(of: nodes[place], -1)
      nodes[place].update(node)
      countZone(of: nodes[place], 1)
      touch(place)
      if NodeCache.sizes(before) == NodeCache.sizes(nodes[place].images) {
        nodes[place].images = before
      } else {
        count(before, -1)
        count(nodes[place].images, 1)
        spread()
      }
      return
    }
    var info = NodeInfo(node)
    pods.forEach { _, pod in
      if pod.node == name { info.add(pod.pod) }
    }
    places[name] = nodes.count
    countZone(of: info, 1)
    nodes.append(info)
    generations.append(0)
    count(info.images, 1)
    spread()
  }

  mutating func remove(node name: String) {
    guard let place = places.removeValue(for: name) else { return }
    count(nodes[place].images, -1)
    countZone(of: nodes[place], -1)
    nodes.remove(at: place)
    generations.remove(at: place)
    for index in nodes.indices { places[nodes[index].name] = index }
    spread()
  }

  private mutating func countZone(of node: NodeInfo, _ change: Int) {
    if node.labels[SpreadRule.zone] != nil { zonedNodes += change }
  }

  private mutating func count(_ held: Table<String, ImageState>, _ change: Int64) {
    for name in held.keys { images.update(name, default: 0) { $0 += change } }
  }

  private static func sizes(_ images: Table<String, ImageState>) -> Table<String, Int64> {
    var sizes: Table<String, Int64> = [:]
    images.forEach { sizes[$0] = $1.size }
    return sizes
  }

  private mutating func touch(_ place: Int) {
    lastGeneration += 1
    generations[place] = lastGeneration
  }

  /// Tells every node on how many nodes its images lie.
  private mutating func spread() {
    layout += 1
    for index in nodes.indices {
      for name in nodes[index].images.keys {
        let count = images[name] ?? 1
        if nodes[index].images[name]?.nodeCount != count {
          nodes[index].images.update(name, default: ImageState(size: 0, nodeCount: 1)) { $0.nodeCount = count }
        }
      }
    }
  }

  // MARK: Pods

  /// Counts a Pod where the scheduler has just put it, before anybody else knows.
  mutating func assume(_ pod: PodInfo, on node: String) {
    insert(Counted(node: node, pod: pod, isAssumed: true))
  }

  /// Counts a Pod that has a node; an assumption about it is confirmed or corrected.
  ///
  /// `asksAnew` is false where the Pod's spec is known to be the same as before.
  mutating func confirm(_ pod: Pod, _ version: Version, asksAnew: Bool) {
    guard var known = pods[pod.key], known.node == pod.spec.nodeName else {
      insert(Counted(node: pod.spec.nodeName, pod: PodInfo(pod, version), isAssumed: false))
      return
    }
    if asksAnew, !known.isAssumed {
      let fresh = PodInfo(pod, version)
      if fresh.demand != known.pod.demand {
        insert(Counted(node: known.node, pod: fresh, isAssumed: false))
        return
      }
    }
    known.isAssumed = false
    let before = known.pod
    known.pod.update(pod)
    pods[pod.key] = known
    guard known.pod != before, let place = places[known.node] else { return }
    nodes[place].replace(known.pod)
    if known.pod.labels != before.labels || known.pod.isLeaving != before.isLeaving { touch(place) }
  }

  @discardableResult
  mutating func forget(_ key: ObjectKey) -> PodInfo? {
    guard let known = pods.removeValue(for: key) else { return nil }
    if !known.pod.demand.affinity.isEmpty { socialPods -= 1 }
    if let place = places[known.node] {
      nodes[place].remove(key)
      touch(place)
    }
    return known.pod
  }

  private mutating func insert(_ counted: Counted) {
    forget(counted.pod.key)
    pods[counted.pod.key] = counted
    if !counted.pod.demand.affinity.isEmpty { socialPods += 1 }
    if let place = places[counted.node] {
      nodes[place].add(counted.pod)
      touch(place)
    }
  }

  var state: Value {
    var list: [Value.Entry] = []
    for node in nodes {
      let held: Value = .map(
        ("pods", .integer(node.podCount)),
        ("milliCPU", .integer(node.requested.milliCPU)),
        ("memory", .integer(node.requested.memory))
      )
      list.append(Value.Entry(node.name, held))
    }
    var assumed: [Value] = []
    pods.forEach { key, pod in
      if pod.isAssumed { assumed.append(.string("\(key.text) on \(pod.node)")) }
    }
    return .map(("nodes", .map(list)), ("assumed", .list(assumed)))
  }
}
