import Clockwork
import Testing

@testable import Kubernetes

/// What is remembered between cycles must not change a decision.
@Suite struct CycleTests {
  /// Nodes of several sizes; with soft taints the points of a node depend on the others.
  private static func cache(_ count: Int, softTaints: Bool) -> NodeCache {
    var cache = NodeCache()
    for number in 0..<count {
      guard var node = Sample.node("n\(number)", cpu: "\(1 + number % 3)", pods: "6").node else { continue }
      if softTaints, number % 4 == 1 { node.spec.taints = [Taint(key: "x", effect: "PreferNoSchedule")] }
      if number % 7 == 0 { node.spec.unschedulable = true }
      if number % 5 == 0 {
        node.status.images = [ContainerImage(names: ["demo/web:1.0"], sizeBytes: 400_000_000)]
      }
      cache.set(node)
    }
    return cache
  }

  @Test(arguments: [false, true])
  func rememberingDecidesNothing(_ softTaints: Bool) throws {
    let profile = SchedulerProfile(.now)
    var cache = Self.cache(40, softTaints: softTaints)
    var memo = CycleMemo()
    var start = 0
    var random = Random(seed: 7)
    var other = Random(seed: 7)
    for number in 0..<150 {
      let pod = try #require(Sample.pod("p\(number)", cpu: number % 10 < 8 ? "100m" : "300m").pod)
      let info = PodInfo(pod, .now)
      let demand = info.demand
      var cycle = SchedulingCycle(profile, info, cache)
      let choice = cycle.run(cache, &memo, start: &start, random: &random)
      let fitting = cache.nodes.filter { profile.filter(demand, $0) == nil }
      let scores = profile.scores(demand, fitting, nodeCount: Int64(cache.count))
      let expected = SchedulingCycle.best(scores, &other)
      #expect(choice?.node == expected?.node)
      #expect(cycle.evaluated == cache.count)
      #expect(cycle.feasible == fitting.count)
      guard let node = choice?.node else { continue }
      cache.assume(info, on: node)
      // Now and then a Pod leaves, a node comes back, or an image is pulled.
      if number % 6 == 5 { cache.forget(Sample.pod("p\(number - 3)").key) }
      if number == 60 { cache.remove(node: "n3") }
      if number == 61 { cache.set(try #require(Sample.node("n3", cpu: "8").node)) }
      if number == 90 {
        var node = try #require(Sample.node("n8", cpu: "3", pods: "6").node)
        node.status.images = [ContainerImage(names: ["demo/web:1.0"], sizeBytes: 900_000_000)]
        cache.set(node)
      }
    }
  }

  @Test func countsOnHowManyNodesAnImageLies() {
    var cache = Self.cache(10, softTaints: false)
    #expect(cache.node("n0")?.images["demo/web:1.0"]?.nodeCount == 2)
    cache.remove(node: "n5")
    #expect(cache.node("n0")?.images["demo/web:1.0"]?.nodeCount == 1)
    let layout = cache.layout
    // A heartbeat changes neither the images nor what was worked out for other nodes.
    guard var node = Sample.node("n0", cpu: "1", pods: "6").node else { return }
    node.status.images = [ContainerImage(names: ["demo/web:1.0"], sizeBytes: 400_000_000)]
    cache.set(node)
    #expect(cache.layout == layout)
    #expect(cache.node("n0")?.images["demo/web:1.0"]?.nodeCount == 1)
  }

  @Test func aLargeClusterIsUsedInTurn() throws {
    let profile = SchedulerProfile(.now)
    var cache = NodeCache()
    for number in 0..<250 { cache.set(try #require(Sample.node("n\(number)").node)) }
    var memo = CycleMemo()
    var start = 0
    var random = Random(seed: 1)
    var cycle = SchedulingCycle(profile, PodInfo(Sample.pod("web").key), cache)
    _ = cycle.run(cache, &memo, start: &start, random: &random)
    #expect(cycle.evaluated == 120)
    #expect(start == 120)
    #expect(cycle.findings.isEmpty)
  }
}
