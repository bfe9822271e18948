import Clockwork
import Testing

@testable import Kubernetes

/// kube-scheduler alone, with hand-made messages.
@Suite struct SchedulerTests {
  static func solo(_ version: Version = .now, _ nodes: [Object], seed: UInt64 = 1) -> Solo<KubeScheduler> {
    var scheduler = KubeScheduler(
      version: version,
      durations: Durations(version),
      apiserver: 9,
      server: "10.0.0.1:6443",
      random: Random(seed: seed)
    )
    scheduler.seed(nodes, revision: 1)
    return Solo(scheduler)
  }

  static let two = [Sample.node("one"), Sample.node("two")]

  static func bindings(_ requests: [Request]) -> [String] {
    requests.compactMap { request in
      guard case .bind(let node) = request.body else { return nil }
      return "\(request.name) \(node) \(request.verb.rawValue)/\(request.subresource)"
    }
  }

  static func answer(_ request: Request, _ code: Int64, _ message: String = "") -> Message {
    var response = Response(id: request.id, code: code, about: request.key)
    response.message = message
    return .response(response)
  }

  static func message(_ request: Request?) -> String? {
    guard case .object(let object)? = request?.body else { return nil }
    return object.event?.message
  }

  @Test func givesAPodANodeAndSaysSo() {
    var solo = Self.solo(.then, [Sample.node("small", cpu: "100m"), Sample.node("large")])
    solo.hear(Sample.event(.added, Sample.pod("web", cpu: "500m")))
    #expect(solo.settle() == ["observe pod/web", "schedule pod/web", "bind pod/web"])
    let requests = solo.takeRequests()
    #expect(Self.bindings(requests) == ["web large create/binding"])
    #expect(solo.takeNotes() == ["Attempting to schedule pod: default/web"])
    #expect(solo.obstacles.contains("obstacle.scheduler.waits-for-answer"))
    solo.hear(Self.answer(requests[0], 201))
    #expect(solo.settle() == ["record pod/web"])
    let line = "node=\"large\" evaluatedNodes=2 feasibleNodes=1"
    #expect(solo.takeNotes() == ["\"Successfully bound pod to node\" pod=\"default/web\" \(line)"])
    let event = solo.takeRequests()
    #expect(Self.message(event.first) == "Successfully assigned default/web to large")
    #expect(solo.obstacles == ["obstacle.scheduler.waits-for-answer"])
    solo.hear(Self.answer(event[0], 201))
    #expect(solo.obstacles == ["obstacle.scheduler.no-pod"])
  }

  @Test func saysWhyPerNode() {
    var tainted = Sample.node("cp")
    tainted.updateNode { $0.spec.taints = [Taint(key: "role", effect: "NoSchedule")] }
    var solo = Self.solo(.now, [tainted] + Self.two)
    solo.hear(Sample.event(.added, Sample.pod("web")))
    solo.settle()
    #expect(solo.facts.filter { $0.key == "fact.scheduler.rejected" }.map { $0["node"]?.text } == ["cp"])
    #expect(solo.facts.filter { $0.key == "fact.scheduler.scored" }.map { $0["node"]?.text } == ["one", "two"])
    #expect(solo.facts.last?["equals"] == .integer(2))
  }

  @Test func countsWhatItAssumes() {
    var solo = Self.solo(.now, [Sample.node("only", cpu: "1")])
    solo.hear(Sample.event(.added, Sample.pod("a", cpu: "600m")))
    solo.hear(Sample.event(.added, Sample.pod("b", cpu: "600m")))
    solo.settle()
    // The first is not even bound yet, but the node is full.
    #expect(Self.bindings(solo.takeRequests()) == ["a only create/binding"])
    #expect(solo.component.queue.unschedulableKeys.map(\.name) == ["b"])
  }

  @Test(arguments: [404, 409] as [Int64])
  func forgetsTheAssumptionWhenTheBindingIsRefused(_ code: Int64) {
    var solo = Self.solo(.now, [Sample.node("only", cpu: "1")])
    solo.hear(Sample.event(.added, Sample.pod("a", cpu: "600m")))
    solo.settle()
    #expect(solo.component.cache.isAssumed(Sample.pod("a").key))
    solo.hear(Self.answer(solo.takeRequests()[0], code, "pod a is already assigned"))
    #expect(solo.settle() == ["record pod/a"])
    #expect(!solo.component.cache.holds(Sample.pod("a").key))
    #expect(solo.component.cache.nodes[0].podCount == 0)
    #expect(Self.message(solo.takeRequests().first)?.hasSuffix("pod a is already assigned") == true)
    solo.now = 600_000
    #expect(!solo.enabled.contains("schedule pod/a"))
  }

  @Test func triesAgainWhenTheBindingIsLost() {
    var solo = Self.solo(.now, Self.two)
    solo.hear(Sample.event(.added, Sample.pod("a")))
    solo.settle()
    solo.hear(.closed(by: 9))
    solo.settle()
    #expect(solo.component.queue.backoffKeys.map(\.name) == ["a"])
    solo.now = 999
    #expect(!solo.enabled.contains("schedule pod/a"))
    solo.now = 1000
    #expect(solo.enabled.contains("schedule pod/a"))
  }

  /// The recording e_unschedulable: two attempts within milliseconds, two Events, one condition.
  @Test func thenTriesTwiceBecauseOfItsOwnReport() throws {
    var solo = Self.solo(.then, Self.two)
    let big = Sample.pod("big", cpu: "64", revision: 10)
    solo.hear(Sample.event(.added, big))
    #expect(solo.settle() == ["observe pod/big", "schedule pod/big", "record pod/big", "report pod/big"])
    let text = "0/2 nodes are available: 2 Insufficient cpu."
    #expect(
      solo.takeNotes() == [
        "Attempting to schedule pod: default/big",
        "\"Unable to schedule pod; no fit; waiting\" pod=\"default/big\" err=\"\(text)\"",
      ]
    )
    let first = solo.takeRequests()
    #expect(
      first.map { "\($0.verb.rawValue) \($0.kind.plural)/\($0.subresource)" } == [
        "create events/", "patch pods/status",
      ]
    )
    guard case .status(let status)? = first.last?.body else { throw Missing() }
    #expect(
      status.conditions.map { "\($0.type)=\($0.status) \($0.reason): \($0.message)" } == [
        "PodScheduled=False Unschedulable: \(text)"
      ]
    )
    var reported = big
    reported.updatePod { pod in
      pod.status.conditions = status.conditions
      pod.metadata.resourceVersion = 12
    }
    solo.hear(Sample.event(.modified, reported))
    #expect(solo.settle() == ["observe pod/big", "schedule pod/big", "record pod/big"])
    #expect(solo.takeRequests().map { "\($0.verb.rawValue) \($0.kind.plural)" } == ["create events"])
    #expect(solo.due == 90_000)
    solo.now = 90_000
    #expect(solo.settle() == ["schedule pod/big", "record pod/big"])
    // The same of the same revision again: a series.
    #expect(solo.takeRequests().map { "\($0.verb.rawValue) \($0.kind.plural)" } == ["patch events"])
    solo.now = solo.due
    // A running series is only counted on.
    #expect(solo.settle() == ["schedule pod/big"])
  }

  struct Missing: Error {}

  @Test func nowWaitsUntilANodeHelps() {
    var solo = Self.solo(.now, Self.two)
    let big = Sample.pod("big", cpu: "64")
    solo.hear(Sample.event(.added, big))
    solo.settle()
    var reported = big
    reported.updatePod { $0.status.conditions = [PodCondition(type: "PodScheduled", status: "False")] }
    solo.hear(Sample.event(.modified, reported))
    #expect(solo.settle() == ["observe pod/big"])
    #expect(solo.obstacles.contains("obstacle.scheduler.unschedulable"))
    solo.hear(Sample.event(.added, Sample.node("small", cpu: "1")))
    #expect(solo.settle() == ["observe node/small"])
    solo.hear(Sample.event(.added, Sample.node("huge", cpu: "128")))
    solo.now = 5000
    #expect(solo.settle() == ["observe node/huge", "schedule pod/big", "bind pod/big"])
  }

  @Test func leavesOthersAlone() {
    var solo = Self.solo(.now, Self.two)
    var foreign = Sample.pod("foreign")
    foreign.updatePod { $0.spec.schedulerName = "mine" }
    solo.hear(Sample.event(.added, foreign))
    solo.hear(Sample.event(.added, Sample.pod("static", node: "one")))
    #expect(solo.settle() == ["observe pod/foreign", "observe pod/static"])
    #expect(solo.component.cache.nodes.map(\.podCount) == [1, 0])
    solo.hear(Sample.event(.deleted, Sample.pod("static", node: "one")))
    solo.settle()
    #expect(solo.component.cache.nodes.map(\.podCount) == [0, 0])
  }

  @Test func countsAPodOnceHoweverItLearnsOfIt() {
    var solo = Self.solo(.now, [Sample.node("one")])
    solo.hear(Sample.event(.added, Sample.pod("a", cpu: "100m")))
    solo.settle()
    solo.hear(Sample.event(.modified, Sample.pod("a", cpu: "100m", node: "one", revision: 2)))
    solo.hear(Sample.event(.modified, Sample.pod("a", cpu: "100m", node: "one", revision: 3)))
    solo.settle()
    #expect(solo.component.cache.nodes[0].podCount == 1)
    #expect(solo.component.cache.nodes[0].requested.milliCPU == 100)
    #expect(!solo.component.cache.isAssumed(Sample.pod("a").key))
  }

  /// Another scheduler was faster: what was assumed is corrected by what the watch says.
  @Test func believesTheWatchMoreThanItself() {
    var solo = Self.solo(.now, [Sample.node("one"), Sample.node("small", cpu: "50m")])
    solo.hear(Sample.event(.added, Sample.pod("a", cpu: "100m")))
    solo.settle()
    solo.hear(Sample.event(.modified, Sample.pod("a", cpu: "100m", node: "small", revision: 2)))
    solo.settle()
    #expect(solo.component.cache.nodes.map(\.podCount) == [0, 1])
    #expect(solo.component.cache.nodes.map(\.requested.milliCPU) == [0, 100])
  }

  @Test func aRestartBeginsWithLists() {
    var solo = Self.solo(.now, Self.two)
    solo.hear(Sample.event(.added, Sample.pod("a")))
    solo.component.restart(at: 0)
    #expect(solo.component.cache.nodes.isEmpty)
    let kinds = ["nodes", "pods", "services", "replicasets", "namespaces", "poddisruptionbudgets"]
    #expect(solo.settle() == kinds.map { "list \($0)" })
    let requests = solo.takeRequests()
    #expect(requests.map { $0.verb } == kinds.map { _ in .watch })
    for (request, objects) in zip(requests, [Self.two, [Sample.pod("a")]]) {
      var response = Response(id: request.id, code: 200, about: request.key)
      response.objects = objects
      solo.hear(.response(response))
    }
    #expect(solo.settle() == ["observe node/one", "observe node/two", "observe pod/a", "schedule pod/a", "bind pod/a"])
  }

  @Test func anEventThatGotLostIsSentAgain() {
    var solo = Self.solo(.now, Self.two)
    solo.hear(Sample.event(.added, Sample.pod("a")))
    solo.settle()
    solo.hear(Self.answer(solo.takeRequests()[0], 201))
    solo.settle()
    let sent = solo.takeRequests()
    solo.hear(.refused(id: sent[0].id, by: 9))
    #expect(solo.settle().isEmpty)
    solo.now = 10_000
    #expect(solo.settle() == ["record pod/a"])
    #expect(solo.takeRequests().map(\.name) == sent.map(\.name))
  }

  /// Names must decide nothing: neither those of nodes nor those of Pods.
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func renamingChangesNothing(_ seed: UInt64) {
    func places(_ nodes: [String], _ pods: [String]) -> [Int?] {
      var solo = Self.solo(.now, nodes.map { Sample.node($0) }, seed: seed)
      for pod in pods { solo.hear(Sample.event(.added, Sample.pod(pod))) }
      solo.settle()
      return solo.takeRequests().map { request in
        guard case .bind(let node) = request.body else { return nil }
        return nodes.firstIndex(of: node).map { $0 * 100 + (pods.firstIndex(of: request.name) ?? 99) }
      }
    }
    let plain = places(["a", "b", "c"], ["p", "q", "r", "s"])
    #expect(plain.count == 4)
    #expect(plain == places(["zulu", "mike", "alpha"], ["z", "y", "x", "w"]))
  }

  @Test func tiesAreDrawnFromTheSeed() {
    var seen: [String] = []
    for seed in 1...40 as ClosedRange<UInt64> {
      var solo = Self.solo(.now, Self.two, seed: seed)
      solo.hear(Sample.event(.added, Sample.pod("a")))
      solo.settle()
      seen += Self.bindings(solo.takeRequests())
    }
    let ones = seen.filter { $0.contains("one") }.count
    #expect((10...30).contains(ones))
  }
}
