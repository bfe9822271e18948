import Clockwork
import Kubernetes
import Testing

@Suite struct KubeAPIServerTests {
  @Test func aCreateGoesThroughEveryStage() {
    var bench = Bench()
    let request = bench.request(.create, Bench.key(), .object(Bench.pod()))
    let response = bench.send(request)
    #expect(response?.code == 201)
    #expect(
      bench.log == [
        "probe0 send 1", "kube-apiserver authorize pod/web", "kube-apiserver admit pod/web",
        "kube-apiserver validate pod/web", "kube-apiserver store pod/web", "etcd put /registry/pods/default/web",
        "kube-apiserver reply pod/web", "kube-apiserver notify pod/web",
      ]
    )
    let pod = response?.object?.pod
    #expect(pod?.status.phase == "Pending")
    #expect(pod?.status.qosClass == "BestEffort")
    #expect(pod?.spec.serviceAccountName == "default")
    #expect(response?.object?.resourceVersion == 1001)
    #expect(bench.stored(Bench.key())?.resourceVersion == 1001)
    #expect(bench.rows.map { $0.note } == ["nodeName= phase=Pending qos=BestEffort"])
  }

  @Test func aNameCanBeTakenOnlyOnce() {
    var bench = Bench()
    _ = bench.send(bench.request(.create, Bench.key(), .object(Bench.pod())))
    let again = bench.send(bench.request(.create, Bench.key(), .object(Bench.pod())), by: 1)
    #expect(again?.code == 409)
    #expect(again?.message == "pods \"web\" already exists")
    #expect(bench.log.contains("etcd refuse /registry/pods/default/web"))
  }

  @Test func aNamespaceMustExist() {
    var bench = Bench()
    let response = bench.send(bench.request(.create, ObjectKey(.pod, "nowhere", "web"), .object(Bench.pod())))
    #expect(response?.code == 404)
    #expect(response?.message == "namespaces \"nowhere\" not found")
  }

  @Test func aWatchTellsOnlyWhatItsSelectorMatches() {
    var bench = Bench(probes: 3)
    var everything = bench.request(.watch, ObjectKey(.pod, "", ""))
    everything.selector = .all
    _ = bench.send(everything, by: 1)
    var node = bench.request(.watch, ObjectKey(.pod, "", ""))
    node.selector = .node("node1")
    _ = bench.send(node, by: 2)
    _ = bench.send(bench.request(.create, Bench.key(), .object(Bench.pod())))
    #expect(bench.probe(2).events.isEmpty)
    _ = bench.send(bench.request(.create, Bench.key(), .bind(node: "node1"), sub: "binding"))
    #expect(bench.probe(1).events.map { $0.type } == [.added, .modified])
    // The Pod begins to match: to this watch it is new.
    #expect(bench.probe(2).events.map { $0.type } == [.added])
    let bound = bench.stored(Bench.key())?.pod
    #expect(bound?.spec.nodeName == "node1")
    #expect(bound?.status.conditions.first?.type == "PodScheduled")
  }

  @Test func aPodIsBoundOnce() {
    var bench = Bench()
    _ = bench.send(bench.request(.create, Bench.key(), .object(Bench.pod())))
    // Both requests are checked before either is stored: the second write finds another revision.
    bench.post(bench.request(.create, Bench.key(), .bind(node: "node1"), sub: "binding"), by: 0)
    bench.post(bench.request(.create, Bench.key(), .bind(node: "node2"), sub: "binding"), by: 1)
    var chooser = Breadth()
    while let action = chooser.next(in: bench.world) { _ = bench.world.perform(action) }
    let codes = [bench.probe(0).responses.last?.code, bench.probe(1).responses.last?.code]
    #expect(codes.contains(201) && codes.contains(409))
    let node = bench.stored(Bench.key())?.pod?.spec.nodeName ?? ""
    let winner = codes.first == 201 ? "node1" : "node2"
    #expect(node == winner)
  }

  @Test func aStatusPatchIsRetriedOnWhatStandsThere() {
    var bench = Bench()
    _ = bench.send(bench.request(.create, Bench.key(), .object(Bench.pod())))
    var running = PodStatus(phase: "Running")
    running.conditions = [PodCondition(type: "Ready", status: "True")]
    bench.post(bench.request(.create, Bench.key(), .bind(node: "node1"), sub: "binding"), by: 0)
    bench.post(bench.request(.patch, Bench.key(), .status(running), sub: "status"), by: 1)
    var chooser = Breadth()
    while let action = chooser.next(in: bench.world) { _ = bench.world.perform(action) }
    let pod = bench.stored(Bench.key())?.pod
    #expect(pod?.spec.nodeName == "node1")
    #expect(pod?.status.phase == "Running")
    #expect(pod?.status.conditions.count == 2)
  }

  @Test func anUpdateThatNamesAnOldRevisionIsRefused() {
    var bench = Bench()
    let created = bench.send(bench.request(.create, Bench.key(), .object(Bench.pod())))
    guard var object = created?.object else {
      Issue.record("nothing was created")
      return
    }
    object.metadata.labels["a"] = "1"
    let first = bench.send(bench.request(.update, Bench.key(), .object(object)))
    #expect(first?.code == 200)
    object.metadata.labels["a"] = "2"
    let second = bench.send(bench.request(.update, Bench.key(), .object(object)))
    #expect(second?.code == 409)
    #expect(second?.reason == "Conflict")
    #expect(bench.stored(Bench.key())?.metadata.labels["a"] == "1")
  }

  @Test func deletingMarksAPodOnANodeAndRemovesOneWithout() {
    var bench = Bench()
    _ = bench.send(bench.request(.create, Bench.key("free"), .object(Bench.pod("free"))))
    _ = bench.send(bench.request(.create, Bench.key("held"), .object(Bench.pod("held"))))
    _ = bench.send(bench.request(.create, Bench.key("held"), .bind(node: "node1"), sub: "binding"))
    _ = bench.send(bench.request(.delete, Bench.key("free"), .delete(Deletion(graceSeconds: nil))))
    #expect(bench.stored(Bench.key("free")) == nil)
    let marked = bench.send(bench.request(.delete, Bench.key("held"), .delete(Deletion(graceSeconds: nil))))
    #expect(marked?.object?.metadata.deletionTimestamp == Timestamp(30_000))
    #expect(bench.stored(Bench.key("held")) != nil)
    let notes = bench.rows.suffix(1).map { $0.note }
    #expect(
      notes == [
        "request gracePeriodSeconds=None; response deletionGracePeriodSeconds=30 "
          + "marked deletionTimestamp=2026-11-22T08:00:30Z"
      ]
    )
    _ = bench.send(bench.request(.delete, Bench.key("held"), .delete(Deletion(graceSeconds: 0))))
    #expect(bench.stored(Bench.key("held")) == nil)
  }

  @Test func withoutEtcdWritesTimeOut() {
    var bench = Bench()
    bench.world.intervene(.stop(Bench.etcd))
    let response = bench.send(bench.request(.create, Bench.key(), .object(Bench.pod())))
    #expect(response?.code == 500)
    #expect(response?.message == "etcdserver: request timed out")
    #expect(bench.world.now == 7000)
    #expect(bench.world.isQuiet)
    bench.world.intervene(.start(Bench.etcd))
    while let action = bench.world.first(background: true) { _ = bench.world.perform(action) }
    let again = bench.send(bench.request(.create, Bench.key(), .object(Bench.pod())))
    #expect(again?.code == 201)
  }

  @Test func afterARestartTheCacheIsReadFromEtcd() {
    var bench = Bench()
    _ = bench.send(bench.request(.create, Bench.key(), .object(Bench.pod())))
    bench.world.intervene(.stop(Bench.apiserver))
    bench.world.intervene(.start(Bench.apiserver))
    bench.run()
    #expect(bench.apiserver.list(.pod).map { $0.name } == ["web"])
    let response = bench.send(bench.request(.get, Bench.key()))
    #expect(response?.object?.name == "web")
  }

  @Test func aStoppedServerRefusesConnections() {
    var bench = Bench()
    bench.world.intervene(.stop(Bench.apiserver))
    bench.post(bench.request(.get, Bench.key()))
    bench.run()
    #expect(bench.probe(0).refusals == [1])
  }
}

/// Takes the enabled action of the component that acted least, so that requests overlap.
private struct Breadth: Chooser {
  private var last: [String: Int] = [:]
  private var turn = 0

  mutating func next(in world: KubeWorld) -> KubeAction? {
    turn += 1
    let actions = world.enabled()
    guard let first = actions.first else { return nil }
    var best = first
    var age = Int.max
    for action in actions {
      let seen = last[world.text(of: action)] ?? 0
      let name = action.verb.text
      let rank = ["send": 0, "authorize": 1, "validate": 2, "store": 3, "put": 4, "refuse": 4][name] ?? 5
      if rank * 1000 + seen < age {
        best = action
        age = rank * 1000 + seen
      }
    }
    last[world.text(of: best)] = turn
    return best
  }
}
