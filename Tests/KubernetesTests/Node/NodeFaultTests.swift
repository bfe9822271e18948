import Clockwork
import Kubernetes
import Testing

/// What a node does when a part of it fails, is stopped, or has the wrong Pod.
@Suite struct NodeFaultTests {
  @Test func aFailingNetworkKeepsAPodFromStarting() {
    var bench = NodeBench(.then, change: { $0.failure = "stat nodename: no such file" })
    bench.create(NodeBench.pod())
    bench.run(until: 30_000)
    #expect(
      bench.events("FailedCreatePodSandBox").first?.contains("networkPlugin kubenet failed to set up pod") == true
    )
    #expect(!bench.events("SandboxChanged").isEmpty)
    #expect(bench.pod()?.status.phase == "Pending")
    bench = NodeBench(.now, change: { $0.failure = "stat nodename: no such file" })
    bench.create(NodeBench.pod())
    bench.run(until: 30_000)
    #expect(
      bench.events("FailedCreatePodSandBox").first?.hasSuffix(
        "plugin type=\"bridge\" failed (add): stat nodename: no such file"
      ) == true
    )
  }

  @Test(arguments: [Version.then, .now])
  func aRuntimeThatIsDownIsTriedAgain(_ version: Version) {
    var bench = NodeBench(version)
    bench.world.intervene(.stop(NodeBench.runtime))
    bench.create(NodeBench.pod())
    bench.run(until: 30_000)
    #expect(bench.pod()?.status.phase == "Pending")
    #expect(!bench.events("FailedCreatePodSandBox").isEmpty)
    bench.world.intervene(.start(NodeBench.runtime))
    bench.run(until: 80_000)
    #expect(bench.pod()?.status.phase == "Running")
  }

  @Test(arguments: [Version.then, .now])
  func aPortOfAPodIsTakenOnce(_ version: Version) throws {
    var images = NodeBench.images
    var web = Image("demo/web:1.0")
    web.listens = [8080]
    images.add(web)
    var bench = NodeBench(version, images: images)
    bench.create(
      NodeBench.pod { pod in
        var second = pod.spec.containers[0]
        second.name = "second"
        pod.spec.containers.append(second)
      }
    )
    bench.run(until: 60_000)
    let statuses = try #require(bench.pod()).status.containerStatuses
    let first = try #require(statuses.first { $0.name == "web" })
    let second = try #require(statuses.first { $0.name == "second" })
    #expect(first.restartCount == 0 && first.ready)
    #expect(second.restartCount >= 2 && !second.ready)
    #expect(second.lastState.terminated?.exitCode == 1)
    #expect(second.state.waiting?.reason == "CrashLoopBackOff" || second.state.terminated?.exitCode == 1)
  }

  @Test func containersOutliveContainerdButNotDockerd() {
    for version in [Version.then, .now] {
      var bench = NodeBench(version)
      bench.create(NodeBench.pod())
      bench.run()
      bench.world.intervene(.stop(NodeBench.runtime))
      bench.world.intervene(.start(NodeBench.runtime))
      bench.run(until: 90_000)
      #expect(bench.pod()?.status.phase == "Running")
      #expect(bench.pod()?.status.containerStatuses.first?.restartCount == (version == .then ? 1 : 0))
      #expect(bench.events("SandboxChanged").count == (version == .then ? 1 : 0))
    }
  }

  @Test(arguments: [Version.then, .now])
  func aRestartedKubeletFindsItsContainers(_ version: Version) {
    var bench = NodeBench(version)
    bench.create(NodeBench.pod())
    bench.run()
    bench.world.intervene(.stop(NodeBench.kubelet))
    bench.world.intervene(.start(NodeBench.kubelet))
    bench.forget()
    bench.run()
    #expect(bench.times("kubelet@node1 sandbox pod/web").isEmpty)
    #expect(bench.reports.isEmpty)
    #expect(bench.log.contains { $0.hasSuffix("kubelet@node1 admit pod/web") })
  }

  @Test(arguments: [Version.then, .now])
  func aRestartedKubeletEndsWhatWasDeletedMeanwhile(_ version: Version) {
    for grace in [Int64(30), 0] {
      var bench = NodeBench(version)
      bench.create(NodeBench.pod())
      bench.run()
      bench.world.intervene(.stop(NodeBench.kubelet))
      bench.delete(grace: grace)
      bench.run()
      #expect((bench.pod() == nil) == (grace == 0))
      bench.world.intervene(.start(NodeBench.kubelet))
      bench.run()
      #expect(bench.pod() == nil)
      #expect(bench.world.state(of: NodeBench.runtime)["containers"]?.entries?.isEmpty == true)
      #expect(bench.kubelet?.state["pods"]?.entries?.isEmpty == true)
    }
  }

  @Test func aStubbornProcessIsKilledAfterItsGrace() {
    var bench = NodeBench(.then, present: ["demo/busybox"])
    bench.create(
      NodeBench.pod { pod in
        pod.spec.containers[0].image = "demo/busybox"
        pod.spec.containers[0].imagePullPolicy = "IfNotPresent"
        pod.spec.containers[0].command = ["sleep", "3600"]
        pod.spec.terminationGracePeriodSeconds = 5
      }
    )
    bench.run(until: 20_000)
    bench.forget()
    bench.delete()
    bench.run(until: 60_000)
    let kills = bench.rows.filter { $0.record.verb == "kill" && $0.record.name == "web/web" }
    #expect(kills.map { String($0.record.note.suffix(9)) } == ["signal=15", " signal=9"])
    #expect(kills.last.map { $0.time - kills[0].time } == 5000)
    #expect(bench.reports.first == "phase=Running web=terminated(Error,137),ready=false,restarts=0")
  }

  @Test(arguments: [Version.then, .now])
  func aNodeRefusesWhatDoesNotFit(_ version: Version) {
    var bench = NodeBench(version)
    bench.create(NodeBench.pod { $0.spec.containers[0].resources.requests = ["cpu": "3"] })
    bench.run()
    let status = bench.pod()?.status
    #expect(status?.phase == "Failed")
    #expect(status?.reason == "OutOfcpu")
    let text = "Node didn't have enough resource: cpu, requested: 3000, used: 0, capacity: 2000"
    #expect(status?.message == (version == .then ? "Pod \(text)" : "Pod was rejected: \(text)"))
    #expect(bench.times("kubelet@node1 sandbox pod/web").isEmpty)
  }

  @Test func aCommandRunsInAContainer() {
    var bench = NodeBench(.now)
    bench.create(NodeBench.pod())
    bench.run()
    bench.exec(["sh", "-c", "touch /tmp/x && test -f /tmp/x && echo there"])
    bench.run()
    #expect(bench.answer?.message == "there\n")
    #expect(bench.answer?.code == 200)
    bench.exec(["cat", "/nowhere"])
    bench.run()
    #expect(bench.answer?.message == "cat: can't open '/nowhere': No such file or directory\n")
  }

  @Test func aNewImageReplacesTheContainer() {
    var bench = NodeBench(.then, present: ["demo/web:1.0", "demo/web:2.0"])
    bench.create(NodeBench.pod())
    bench.run()
    bench.request(
      .patch,
      NodeBench.key(),
      .patch(
        .strategic,
        .map(
          (
            "spec",
            .map(("containers", .list([.map(("name", .string("web")), ("image", .string("demo/web:2.0")))])))
          )
        )
      )
    )
    bench.run()
    #expect(bench.events("Killing").first?.hasSuffix("Container web definition changed, will be restarted") == true)
    #expect(bench.pod()?.status.containerStatuses.first?.image == "demo/web:2.0")
    #expect(bench.pod()?.status.containerStatuses.first?.restartCount == 1)
  }

  @Test func everyPartSaysWhyItWaits() {
    for version in [Version.then, .now] {
      let bench = NodeBench(version)
      for address in [NodeBench.kubelet, NodeBench.runtime, NodeBench.network] {
        let offers = bench.world.offers(of: address)
        #expect(!offers.isEmpty)
        #expect(offers.allSatisfy { $0.obstacle != nil })
      }
    }
    var cast = Cast<Kube>()
    cast.add(KubeProxy(node: "node1", apiserver: 0))
    let offers = World(cast).offers(of: 0)
    #expect(offers.map { $0.obstacle?.key } == ["obstacle.proxy.no-service-changed"])
  }
}
