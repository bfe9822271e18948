import Clockwork
import Foundation
import Testing

@testable import Kubernetes

/// What is kept for watches that come back, and what becomes of those that come too late (flows-control F27 c, d).
@Suite struct WatchHistoryTests {
  private static func pod(_ name: String, on node: String) -> String {
    """
    apiVersion: v1
    kind: Pod
    metadata:
      name: \(name)
      labels: {app: web}
    spec:
      nodeName: \(node)
      containers:
        - name: web
          image: demo/web:1.0
    ---

    """
  }

  /// Every Pod changes once a round.
  private static func rounds(_ numbers: ClosedRange<Int>) -> String {
    numbers.map { "kubectl label pods --all round=r\($0) --overwrite\n" }.joined()
  }

  private static func play(
    _ script: String,
    _ version: Version,
    pods: Int = 2,
    spec: String = ""
  ) throws -> (lab: Lab, facts: [Fact]) {
    var manifest = pod("lost", on: "node-2") + pod("kept", on: "node-2")
    for number in 0..<max(pods - 2, 0) { manifest += pod("web\(number)", on: "node-1") }
    let start =
      "preload demo/web:1.0\nkubectl apply -f pods.yaml\nuntil pod/lost Ready\nuntil pod/kept Ready\nadvance 12s\nmark record\n"
    var lab = try Lab(start + script, version, files: ["pods.yaml": manifest], spec: spec, runs: false)
    #expect(lab.simulation.check().isEmpty)
    var facts: [Fact] = []
    while case .step(let step) = lab.simulation.step() { facts += step.facts }
    #expect(lab.simulation.problems.isEmpty)
    return (lab, facts)
  }

  private static func said(_ facts: [Fact], _ key: String) -> [String] {
    facts.filter { $0.key == key }.map { fact in fact.arguments.map { $0.value.plain }.joined(separator: " ") }
  }

  private static let cut = "cut kubelet@node-2 kube-apiserver\n"
  private static let mend = "mend kubelet@node-2 kube-apiserver\nadvance 20s\n"

  private static func steps(_ lab: Lab, _ actor: String) -> [String] {
    lab.rows.filter { $0.actor == actor }.map { "\($0.verb) \($0.name)" }
  }

  @Test(arguments: [Version.then, .now])
  func aWatchThatComesBackTooLateIsRefusedAndTheClientComparesANewList(_ version: Version) throws {
    // A full window drops what is older than 75 seconds: what happened before the cut, then what happened after it.
    let script =
      "advance 80s\n" + Self.cut + "kubectl delete pod lost --force --grace-period=0\n" + Self.rounds(1...4)
      + "advance 90s\n" + Self.rounds(5...10) + Self.mend
    let (lab, facts) = try Self.play(script, version, pods: 12)
    let steps = Self.steps(lab, "kubelet@node-2").filter {
      ["disconnect kube-apiserver", "watch pods", "list pods"].contains($0)
    }
    #expect(steps == ["disconnect kube-apiserver", "watch pods", "list pods"])
    let refusal = try #require(Self.said(facts, "fact.apiserver.too-old").first)
    let numbers = refusal.split { !$0.isNumber }.compactMap { Int64($0) }
    #expect(refusal == "too old resource version: \(numbers.first ?? 0) (\(numbers.last ?? 0))")
    #expect((numbers.first ?? 0) < (numbers.last ?? 0))
    // It never heard of the deletion, and found it out.
    let told = Self.steps(lab, "kubelet@node-2").contains("observe lost")
    #expect(told)
    let runtime = try #require(lab.simulation.runtimes("node-2").first)
    let running = NodeView.running("web", of: ObjectKey(.pod, "default", "lost"), in: lab.simulation.world, at: runtime)
    #expect(running == nil)
    #expect(lab.simulation.object(ObjectKey(.pod, "default", "lost")) == nil)
  }

  @Test(arguments: [Version.then, .now])
  func aWatchThatComesBackInTimeIsToldWhatItMissed(_ version: Version) throws {
    let (lab, facts) = try Self.play(
      Self.cut + "kubectl label pod kept a=b\nkubectl label pod lost a=b\nadvance 60s\n" + Self.mend,
      version
    )
    let steps = Self.steps(lab, "kubelet@node-2")
    #expect(steps.contains("watch pods"))
    #expect(!steps.contains("list pods"))
    let resumed = try #require(Self.said(facts, "fact.apiserver.resumed").first)
    #expect(resumed.hasPrefix("pods "))
    // Two labels, and what the node controller wrote of Pods whose node is silent.
    #expect((resumed.split(separator: " ").last.flatMap { Int($0) } ?? 0) >= 2)
    // Less than the patience of a connection: nothing is opened anew.
    let (short, _) = try Self.play(Self.cut + "kubectl label pod kept a=b\nadvance 30s\n" + Self.mend, version)
    let quiet = Self.steps(short, "kubelet@node-2")
    #expect(!quiet.contains("watch pods") && !quiet.contains("disconnect kube-apiserver"))
    #expect(quiet.contains("observe kept"))
  }

  @Test func etcdForgetsWhatIsOlderThanTheLastNoteButOne() throws {
    let script =
      "etcdctl get /registry/pods --rev=1\nkubectl label pod kept a=b\nadvance 11m\netcdctl get /registry/pods --rev=1\n"
    let (lab, facts) = try Self.play(script, .now, spec: "history: true\n")
    let compactions = lab.rows.filter { $0.verb == "compact" && $0.actor == "etcd" }
    #expect(compactions.count == 1)
    #expect((compactions.first?.time ?? 0) >= 600_000)
    #expect(Self.said(facts, "fact.etcd.compacted").count == 1)
    let views = lab.rows.filter { $0.verb == "look" }.map(\.note)
    #expect(views == ["", "Error: etcdserver: mvcc: required revision has been compacted\n"])
    let store = lab.simulation.etcd
    let kept = try #require(lab.simulation.object(ObjectKey(.pod, "default", "kept")))
    // Nothing before the compaction can be read, not even what has not changed since.
    let at = store.revision
    if case .success = store.listing(prefix: "/registry/pods", at: kept.resourceVersion) {
      Issue.record("an old revision can be read")
    }
    guard case .success(let now) = store.listing(prefix: "/registry/pods/default/kept", at: at) else {
      Issue.record("the last revision of a key can be read")
      return
    }
    #expect(now.map { $0.object.resourceVersion } == [kept.resourceVersion])
    // Bookmarks tell every minute how far a watch is, although nothing has happened to it.
    #expect(
      lab.rows.filter { $0.verb == "bookmark" }.count == 10 || lab.rows.filter { $0.verb == "bookmark" }.count == 11
    )
    let heard = lab.simulation.world.address(of: "kubelet@node-2")
      .flatMap { lab.simulation.world.component($0, as: Kubelet.self)?.client.informers[0].heard }
    #expect((heard ?? 0) > kept.resourceVersion)
  }

  @Test func withoutACutOrAKeyNobodySeesCompactionsOrBookmarks() throws {
    let (lab, _) = try Self.play("advance 6m\n", .now)
    #expect(!lab.rows.contains { $0.verb == "compact" || $0.verb == "bookmark" })
  }

  @Test(arguments: [Version.then, .now])
  func getWatchPrintsARowForEveryChange(_ version: Version) throws {
    let (lab, _) = try Self.play(
      "kubectl get pods -l app=web -w --output-watch-events\nkill lost web\nadvance 30s\nkubectl get pod kept -w\n",
      version
    )
    let lines = lab.printed.flatMap { $0.split(separator: "\n").map(String.init) }
    #expect(lines.first?.hasPrefix("EVENT      NAME") == true)
    #expect(lines.dropFirst().prefix(2).map { $0.prefix(15) } == ["ADDED      kept", "ADDED      lost"])
    let changes = lines.filter { $0.hasPrefix("MODIFIED   lost") }
    #expect(changes.count >= 2)
    #expect(changes.last?.contains("1/1     Running") == true)
    #expect(lines.filter { $0.contains("NAME") }.count == 2)
    #expect(lines.last?.hasPrefix("kept   1/1     Running") == true)
  }

  @Test(arguments: [Version.then, .now])
  func aClockThatIsWrongDoesNoHarmToALease(_ version: Version) throws {
    let (lab, _) = try Self.play("skew kubelet@node-2 -2h\nskew kube-controller-manager 3h\nadvance 2m\n", version)
    #expect(lab.taints("node-2") == [])
    #expect(lab.node("node-2")?.status[condition: "Ready"]?.status == "True")
    let lease = lab.simulation.object(ObjectKey(.lease, "kube-node-lease", "node-2"))?.as(Lease.self)
    let manager = lab.simulation.object(ObjectKey(.lease, "kube-system", "kube-controller-manager"))?.as(Lease.self)
    let renewed = try #require(lease?.spec.renewTime)
    #expect(renewed.milliseconds < -6_000_000)
    #expect((manager?.spec.renewTime?.milliseconds ?? 0) > 10_000_000)
    #expect(manager?.spec.leaseTransitions == 0)
    let wrong = try Lab("skew etcd 1h\n", version, runs: false)
    #expect(wrong.simulation.check().map(\.fact.key) == ["script.skew-who"])
  }
}
