import Clockwork
import Testing

@testable import Kubernetes

/// kubectl cordon, uncordon and taint: what they send and print.
@Suite struct NodeCommandTests {
  private static func node(_ name: String, _ change: (inout Node) -> Void = { _ in }) -> Object {
    var node = Sample.node(name)
    node.updateNode(change)
    return node
  }

  private static func ok(_ request: Request?, _ object: Object) -> Message {
    var response = Response(id: request?.id ?? 0, code: 200, about: object.key)
    response.object = object
    return .response(response)
  }

  /// What a line prints and patches, of a node that is as given.
  private static func run(_ line: String, _ change: @escaping (inout Node) -> Void = { _ in }) -> (String, String) {
    var solo = KubectlTests.solo(.now, line)
    let object = node("node1", change)
    var patches: [String] = []
    for _ in 0..<6 {
      solo.settle()
      for request in solo.takeRequests() {
        if case .patch(.strategic, let value) = request.body { patches.append(value.canonical) }
        solo.hear(ok(request, object))
      }
    }
    return (solo.takeNotes().joined(separator: "\n"), patches.joined(separator: "\n"))
  }

  private static func tainted(_ taints: Taint...) -> (inout Node) -> Void {
    { $0.spec.taints = taints }
  }

  @Test func cordonsOnce() {
    #expect(Self.run("cordon node1") == ("node/node1 cordoned", "{\"spec\":{\"unschedulable\":true}}"))
    #expect(Self.run("cordon node1") { $0.spec.unschedulable = true } == ("node/node1 already cordoned", ""))
    #expect(Self.run("uncordon node1") == ("node/node1 already uncordoned", ""))
    let patch = "{\"spec\":{\"unschedulable\":null}}"
    #expect(Self.run("uncordon node1") { $0.spec.unschedulable = true } == ("node/node1 uncordoned", patch))
  }

  @Test func nothingIsCordonedWhereOneNodeIsUnknown() throws {
    var solo = KubectlTests.solo(.now, "cordon node1 node9")
    solo.settle()
    let first = solo.takeRequests()
    #expect(first.map(\.verb) == [.get])
    solo.hear(Self.ok(first.first, Self.node("node1")))
    solo.settle()
    let second = try #require(solo.takeRequests().first)
    #expect(second.verb == .get)
    var response = Response(id: second.id, code: 404, about: second.key)
    response.reason = "NotFound"
    response.message = "nodes \"node9\" not found"
    solo.hear(.response(response))
    solo.settle()
    #expect(solo.takeRequests().isEmpty)
    #expect(solo.takeNotes() == ["Error from server (NotFound): nodes \"node9\" not found"])
    #expect(solo.component.exitCode == 1)
  }

  @Test func taintsAndUntaints() {
    let one = Taint(key: "a", value: "b", effect: "NoSchedule")
    let other = Taint(key: "c", effect: "NoExecute")
    func list(_ taints: Taint...) -> String {
      "{\"spec\":{\"taints\":\(Value.list(taints.map { $0.tree }).canonical)}}"
    }
    #expect(Self.run("taint nodes node1 a=b:NoSchedule") == ("node/node1 tainted", list(one)))
    let both = Self.run("taint nodes node1 a=b:NoSchedule", Self.tainted(other))
    #expect(both == ("node/node1 tainted", list(one, other)))
    let gone = Self.run("taint nodes node1 a-", Self.tainted(one, other))
    #expect(gone == ("node/node1 untainted", list(other)))
    let last = Self.run("taint nodes node1 a:NoSchedule-", Self.tainted(one))
    #expect(last == ("node/node1 untainted", "{\"spec\":{\"taints\":null}}"))
    let swapped = Self.run(
      "taint nodes node1 a=b:NoSchedule c-",
      Self.tainted(other, Taint(key: "x", effect: "NoExecute"))
    )
    // As upstream counts: one came and one went, so their number stayed.
    #expect(swapped.0 == "node/node1 modified")
  }

  @Test func taintsThatStandThereAreAnError() {
    let held = Self.tainted(Taint(key: "a", value: "b", effect: "NoSchedule"))
    let text = "error: node node1 already has a taint(s) with same effect(s) and --overwrite is false"
    #expect(Self.run("taint nodes node1 a=c:NoSchedule", held) == (text, ""))
    let changed = Self.run("taint nodes node1 a=c:NoSchedule --overwrite", held)
    #expect(changed.0 == "node/node1 modified")
    #expect(changed.1.contains("\"value\":\"c\""))
    #expect(Self.run("taint nodes node1 x-", held) == ("error: taint \"x\" not found", ""))
    let both = Self.run("taint nodes node1 x:NoExecute- y-", held)
    #expect(both == ("error: [taint \"x:NoExecute\" not found, taint \"y\" not found]", ""))
  }

  // MARK: In a whole cluster

  @Test(arguments: [Version.then, .now])
  func aCordonedNodeGetsNoPods(_ version: Version) throws {
    let flow = try Flow(
      """
      preload demo/web:1.0
      kubectl cordon node-1
      kubectl run a --image=demo/web:1.0
      kubectl run b --image=demo/web:1.0
      until pod/a Running
      until pod/b Running
      kubectl cordon node-2
      kubectl run c --image=demo/web:1.0
      until pod/c PodScheduled=False
      advance 1s
      mark open
      kubectl uncordon node-1
      until pod/c Running
      kubectl get nodes
      """,
      version
    )
    #expect(flow.pod("a")?.spec.nodeName == "node-2")
    #expect(flow.pod("b")?.spec.nodeName == "node-2")
    #expect(flow.pod("c")?.spec.nodeName == "node-1")
    let events = flow.events(about: "c").filter { $0.contains("FailedScheduling") }
    let tail =
      version == .then
      ? ""
      : " no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling."
    #expect(events.first == "Warning FailedScheduling: 0/2 nodes are available: 2 node(s) were unschedulable.\(tail)")
    #expect(
      flow.printed.filter { $0.contains("cordoned") } == [
        "node/node-1 cordoned", "node/node-2 cordoned", "node/node-1 uncordoned",
      ]
    )
    #expect(flow.printed.last?.contains("Ready,SchedulingDisabled") == true)
  }

  @Test func aTaintedNodeTakesWhoToleratesIt() throws {
    let flow = try Flow(
      """
      preload demo/web:1.0
      kubectl taint nodes node-1 node-2 team=blue:NoSchedule
      kubectl run a --image=demo/web:1.0
      until pod/a PodScheduled=False
      kubectl taint nodes node-2 team-
      until pod/a Running
      """,
      .then
    )
    #expect(flow.pod("a")?.spec.nodeName == "node-2")
    let text = "0/2 nodes are available: 2 node(s) had taint {team: blue}, that the pod didn't tolerate."
    #expect(flow.events(about: "a").first == "Warning FailedScheduling: \(text)")
    #expect(
      flow.printed.filter { $0.contains("taint") } == [
        "node/node-1 tainted", "node/node-2 tainted", "node/node-2 untainted",
      ]
    )
  }
}
